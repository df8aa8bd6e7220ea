// SPDX-License-Identifier: GPL-3.0-or-later
/// Identifiers: opaque UTF-8, compared bytewise, each its own type so that none is taken for another.
#pragma once

#include "core/base/hash.h"

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace threadline {

/// An identifier of the kind `Tag`. Empty means absent.
template<class Tag>
struct Id {
    std::string value;

    Id() = default;
    explicit Id(std::string text) : value(std::move(text)) {}
    explicit Id(std::string_view text) : value(text) {}
    explicit Id(const char *text) : value(text) {}
    [[nodiscard]] bool empty() const { return value.empty(); }
    friend bool operator==(const Id &, const Id &) = default;
    friend auto operator<=>(const Id &a, const Id &b) { return a.value.compare(b.value) <=> 0; }
};

using EventId = Id<struct EventTag>;
using InteractionId = Id<struct InteractionTag>; ///< Genesys: conversation
using ParticipantId = Id<struct ParticipantTag>;
using ChannelId = Id<struct ChannelTag>; ///< a session, a leg

} // namespace threadline

template<class Tag>
struct std::hash<threadline::Id<Tag>> {
    std::size_t operator()(const threadline::Id<Tag> &id) const noexcept { return threadline::hash64(id.value); }
};
