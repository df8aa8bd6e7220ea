// SPDX-License-Identifier: GPL-3.0-or-later
/// How delivery to the shared store goes, for people and for /metrics.
#pragma once

#include "core/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace threadline {

enum class DeliveryState : std::uint8_t {
    Off,        ///< none is set
    Checking,   ///< looking who answers, before the first delivery
    Delivering,
    Waiting,    ///< no answer, overload, or a local store that fails: tried again by itself
    Paused,     ///< a setting is wrong here or there: somebody has to do something
};
[[nodiscard]] std::string_view nameOf(DeliveryState state); ///< "off", "checking", "delivering", "waiting", "paused"

struct DeliveryStatus {
    DeliveryState state = DeliveryState::Off;
    std::string target;  ///< host and bucket, as people call it
    std::string product; ///< "InfluxDB 2.9.1"; empty: not known yet
    std::string words;   ///< what happened last, why, and what to do; empty: all is well
    bool credentials = false; ///< paused because the token is refused, or may not write
    std::uint64_t backlog = 0;         ///< events that wait, about
    std::optional<Timestamp> oldest;   ///< receipt of the oldest of them
    std::uint64_t delivered = 0;       ///< events, each once, since delivery to this target began
    std::uint64_t deadLetters = 0;
    std::uint64_t shed = 0;
    std::uint64_t requests = 0;        ///< since the program started
    std::uint64_t lines = 0;           ///< delivered since the program started, those sent again too
    std::uint64_t retries = 0;
    double perSecond = 0;              ///< lines
    bool full = false;                 ///< more wait than may
};

} // namespace threadline
