// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/namesindex.h"

#include "core/base/json.h"

#include <string>

namespace threadline {
namespace {

constexpr const char *kNamingEvents = "SELECT interaction, raw FROM events WHERE interaction <> 0 "
                                      "AND NOT EXISTS(SELECT 1 FROM inferred WHERE inferred.row = events.row)";
constexpr const char *kNamingEventsOf = "SELECT interaction, raw FROM events WHERE interaction = ?1 "
                                        "AND NOT EXISTS(SELECT 1 FROM inferred WHERE inferred.row = events.row)";

/// The raw value of a member; of several the last. Empty if there is none.
std::string_view memberOf(std::string_view object, std::string_view wanted)
{
    std::string_view value, name;
    json::Cursor cursor(object);
    if (!cursor.enterObject())
        return {};
    while (cursor.nextMember(name)) {
        const std::string_view raw = cursor.skipValue();
        if (name == wanted || (name.find('\\') != std::string_view::npos && json::unescapeName(name) == wanted))
            value = raw;
    }
    return value;
}

} // namespace

Result<> NamesIndex::prepare()
{
    const std::pair<sqlite::Statement *, const char *> statements[] = {
        {&m_all, kNamingEvents},
        {&m_ofOne, kNamingEventsOf},
        {&m_insert, "INSERT OR IGNORE INTO names(name, key) VALUES(?1, ?2)"},
        {&m_drop, "DELETE FROM names WHERE key = ?1"},
    };
    for (const auto &[statement, sql] : statements) {
        if (auto prepared = statement->prepare(m_connection, sql); !prepared)
            return prepared;
    }
    return {};
}

Result<> NamesIndex::build() { return addAll(m_all); }

Result<> NamesIndex::rebuild(InteractionKey key)
{
    if (auto dropped = drop(key); !dropped)
        return dropped;
    m_ofOne.bind(1, key);
    return addAll(m_ofOne);
}

Result<> NamesIndex::addAll(sqlite::Statement &events)
{
    sqlite::Rows rows(events);
    while (rows.next()) {
        const InteractionKey key = events.number(0);
        const std::string_view data = memberOf(events.bytes(1), "data");
        for (const auto &[letter, member] : {std::pair('p', "participantId"), std::pair('c', "channelId")}) {
            const auto id = json::stringOf(memberOf(data, member));
            if (!id || id->empty())
                continue;
            if (auto added = add(letter + *id, key); !added)
                return added;
        }
    }
    if (!rows.good())
        return fail(sqlite::errorOf(m_connection.get(), rows.code(), "read"));
    return {};
}

Result<> NamesIndex::add(std::string_view name, InteractionKey key)
{
    m_insert.bindText(1, name);
    m_insert.bind(2, key);
    if (const int code = m_insert.execute(); code != SQLITE_DONE)
        return fail(sqlite::errorOf(m_connection.get(), code, "write to"));
    return {};
}

Result<> NamesIndex::drop(InteractionKey key)
{
    m_drop.bind(1, key);
    if (const int code = m_drop.execute(); code != SQLITE_DONE)
        return fail(sqlite::errorOf(m_connection.get(), code, "write to"));
    return {};
}

} // namespace threadline
