// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/attacher.h"

#include "core/engine/derive.h"

namespace threadline {
namespace {

constexpr std::size_t kWatchBytes = 144; ///< the map's node, its slot and what a list of members has to spare

} // namespace

/// The name by which an event is attached: its participant, else its channel; the letter keeps the two apart.
std::string Attacher::nameOf(const Event &event)
{
    return event.participant.empty() ? "c" + event.channel.value : "p" + event.participant.value;
}

Result<> Attacher::load(StoreReader &reader)
{
    Deriver deriver(SequenceScope::Interaction);
    std::optional<Error> broken;
    const auto done = reader.inferred([&](StoredEvent &&stored) {
        const auto event = deriver.decode(stored, {});
        if (!event) {
            broken = event.error();
            return false;
        }
        watch(*event, stored.interaction);
        return true;
    });
    if (!done)
        return fail(done.error());
    if (broken)
        return fail(*broken);
    return {};
}

const Hash128 *Attacher::find(const Event &event) const
{
    const auto watch = m_watches.find(nameOf(event));
    if (watch == m_watches.end())
        return nullptr;
    for (const Member &member : watch->second.members) {
        if (member.id == event.id.value)
            return &member.content;
    }
    return nullptr;
}

bool Attacher::add(const Event &event)
{
    if (m_members >= kMaxWatched || m_bytes >= kMaxWatchedBytes)
        return false;
    watch(event, 0);
    return true;
}

void Attacher::watch(const Event &event, InteractionKey at)
{
    const auto [place, fresh] = m_watches.try_emplace(nameOf(event));
    auto &[name, watch] = *place;
    if (fresh)
        m_bytes += kWatchBytes + name.capacity();
    watch.members.push_back({event.id.value, event.content, at});
    m_bytes += sizeof(Member) + watch.members.back().id.capacity();
    watch.touched = m_touched = m_active = true;
    ++m_members;
    m_waiting += at == 0 ? 1 : 0;
}

void Attacher::named(const Event &event, InteractionKey key)
{
    for (const std::string &name : {event.participant.empty() ? std::string() : "p" + event.participant.value,
                                    event.channel.empty() ? std::string() : "c" + event.channel.value}) {
        if (name.empty())
            continue;
        m_newNames[name].insert(key);
        const auto watch = m_watches.find(name);
        if (watch != m_watches.end())
            watch->second.touched = m_touched = true;
    }
}

Result<> Attacher::settle(StoreReader &reader, WriteGroup &group, std::set<InteractionKey> &changed)
{
    if (!m_active)
        return {};
    group.indexNames = true;
    for (const auto &[name, keys] : m_newNames) {
        for (const InteractionKey key : keys)
            group.names.push_back({name, key});
    }
    const auto indexed = reader.namesIndexed();
    if (!indexed)
        return fail(indexed.error());
    if (!*indexed)
        return {}; // the group asks for the index; decided when it is there
    for (auto &[name, watch] : m_watches) {
        if (!watch.touched)
            continue;
        auto stored = reader.interactionsNaming(name);
        if (!stored)
            return fail(stored.error());
        std::set<InteractionKey> keys(stored->begin(), stored->end());
        if (const auto fresh = m_newNames.find(name); fresh != m_newNames.end())
            keys.insert(fresh->second.begin(), fresh->second.end());
        const InteractionKey to = keys.size() == 1 ? *keys.begin() : 0;
        for (Member &member : watch.members) {
            if (member.at == to)
                continue;
            group.moves.push_back({member.at, member.id, to});
            m_waiting += (to == 0 ? 1 : 0) - (member.at == 0 ? 1 : 0);
            for (const InteractionKey key : {member.at, to}) {
                if (key != 0)
                    changed.insert(key);
            }
            member.at = to;
        }
        watch.touched = false;
    }
    m_newNames.clear();
    m_touched = false;
    return {};
}

} // namespace threadline
