// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/setaside.h"

#include "core/base/json.h"

#include <string_view>

namespace threadline {
namespace {

void writeId(json::Writer &w, std::string_view name, const std::string &id)
{
    w.key(name);
    if (id.empty())
        w.null();
    else
        w.value(std::string_view(id));
}

} // namespace

std::string jsonOf(const SetAside &letter)
{
    std::string out;
    json::Writer w(out);
    w.beginObject();
    w.member("number", letter.number);
    w.member("at", std::string_view(formatTimestamp(letter.at)));
    w.member("reason", std::string_view(letter.reason));
    w.member("delivered", letter.delivered);
    w.member("event", letter.row);
    writeId(w, "eventId", letter.event.value);
    writeId(w, "interactionId", letter.interaction.value);
    w.member("line", std::string_view(letter.line));
    w.endObject();
    return out;
}

} // namespace threadline
