// SPDX-License-Identifier: GPL-3.0-or-later
/// How fast a client takes what it is sent. Pure, without Qt; api thread.
#pragma once

#include "core/base/time.h"

#include <cstdint>
#include <optional>

namespace threadline::api {

/// Bytes per second over the last two to four seconds in which there was something to take: neither how long an answer lasts, nor
/// what was fast long ago, nor the time that the store needs for the next piece says anything about the client.
class Pace {
public:
    /// There is something to take from now on.
    void begin(Duration now);
    /// There is nothing any more.
    void pause(Duration now);
    void took(Duration now, std::int64_t bytes);
    /// Absent until it has been looked at for two seconds.
    [[nodiscard]] std::optional<std::int64_t> bytesPerSecond(Duration now) const;

private:
    struct Window {
        Duration time;
        std::int64_t bytes = 0;
    };
    [[nodiscard]] Duration running(Duration now) const { return m_since ? now - *m_since : Duration(); }

    Window m_last;                   ///< has its two seconds
    Window m_current;                ///< up to m_since
    std::optional<Duration> m_since; ///< when what is not in m_current yet began; absent while there is nothing to take
};

} // namespace threadline::api
