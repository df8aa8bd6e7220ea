// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/setasides.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace threadline {
namespace {

/// Remembers the interactions' ids: letters often come many from one.
class Namer {
public:
    explicit Namer(StoreReader &reader) : m_reader(reader) {}

    [[nodiscard]] Result<> name(SetAside &letter, std::int64_t row)
    {
        if (row < 0)
            return nameInteraction(-row, letter);
        InteractionKey key = 0;
        const std::array rows{row};
        const auto read = m_reader.eventsByRow(rows, [&](StoredEvent &&event) {
            key = event.interaction;
            letter.event = EventId(std::move(event.id));
            return true;
        });
        if (!read)
            return read.error().code == ErrorCode::NotFound ? Result<>() : read;
        return key == 0 ? Result<>() : nameInteraction(key, letter);
    }

private:
    [[nodiscard]] Result<> nameInteraction(InteractionKey key, SetAside &letter)
    {
        auto known = m_ids.find(key);
        if (known == m_ids.end()) {
            auto id = m_reader.idOf(key);
            if (!id)
                return fail(id.error());
            known = m_ids.emplace(key, std::move(*id)).first;
        }
        letter.interaction = InteractionId(known->second);
        return {};
    }

    StoreReader &m_reader;
    std::map<InteractionKey, std::string> m_ids;
};

} // namespace

Result<std::vector<SetAside>> named(StoreReader &reader, std::vector<DeadLetter> letters)
{
    Namer namer(reader);
    std::vector<SetAside> out;
    out.reserve(letters.size());
    for (DeadLetter &letter : letters) {
        SetAside &made = out.emplace_back();
        made.number = letter.number;
        made.row = std::max<std::int64_t>(letter.row, 0);
        made.at = letter.at;
        made.reason = std::move(letter.reason);
        made.line = std::move(letter.line);
        made.delivered = letter.delivered;
        if (letter.row == 0)
            continue;
        if (auto done = namer.name(made, letter.row); !done)
            return fail(done.error());
    }
    return out;
}

} // namespace threadline
