// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/limits.h"

namespace threadline {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool continuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

Oversize oversize(std::string_view reason, std::string_view what, std::size_t size, std::size_t limit)
{
    return {reason, "The " + std::string(what) + " has " + std::to_string(size) + " bytes; at most " + std::to_string(limit) + " are taken."};
}

} // namespace

std::optional<Oversize> oversizeOf(const Event &event)
{
    const std::pair<std::string_view, const std::string *> ids[] = {{"event's id", &event.id.value},
        {"interaction id", &event.interaction.value}, {"participant id", &event.participant.value}, {"channel id", &event.channel.value}};
    for (const auto &[what, id] : ids) {
        if (id->size() > kMaxIdBytes)
            return oversize("id-too-long", what, id->size(), kMaxIdBytes);
    }
    if (event.type.size() > kMaxTypeBytes)
        return oversize("type-too-long", "event's type", event.type.size(), kMaxTypeBytes);
    return std::nullopt;
}

std::string_view shownText(std::string_view text, std::string &scratch)
{
    if (text.size() <= kMaxShownBytes)
        return text;
    std::size_t end = kMaxShownBytes - kEllipsis.size();
    while (end > 0 && continuesCharacter(text[end]))
        --end;
    scratch.assign(text.substr(0, end)).append(kEllipsis);
    return scratch;
}

} // namespace threadline
