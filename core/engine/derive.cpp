// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/derive.h"

#include "core/base/log.h"
#include "core/timeline/namepool.h"
#include "core/timeline/order.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace threadline {
namespace {

/// Numbers of events that share their sequence with another one in the same scope.
std::vector<bool> sequenceTies(const std::vector<OrderKey> &keys, SequenceScope scope)
{
    std::vector<bool> ties(keys.size(), false);
    std::vector<std::uint32_t> bySequence;
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
        if (keys[i].sequence && scope != SequenceScope::None)
            bySequence.push_back(i);
    }
    const auto scopeOf = [&](std::uint32_t i) {
        return std::pair(scope == SequenceScope::Participant ? keys[i].participant : -1, *keys[i].sequence);
    };
    std::sort(bySequence.begin(), bySequence.end(), [&](auto a, auto b) { return scopeOf(a) < scopeOf(b); });
    for (std::size_t n = 1; n < bySequence.size(); ++n) {
        if (scopeOf(bySequence[n - 1]) == scopeOf(bySequence[n]))
            ties[bySequence[n - 1]] = ties[bySequence[n]] = true;
    }
    return ties;
}

/// In canonical order: which were recorded after one that follows them.
void markLate(std::vector<Place> &places)
{
    std::uint64_t earliest = std::numeric_limits<std::uint64_t>::max();
    for (auto place = places.rbegin(); place != places.rend(); ++place) {
        if (place->commit == 0)
            continue;
        place->late = earliest < place->commit;
        earliest = std::min(earliest, place->commit);
    }
}

PlacedEvent placed(std::shared_ptr<const Event> event, const Place &place, std::size_t variants)
{
    return {std::move(event), place.lamport, place.commit, static_cast<int>(variants), place.sequenceTie};
}

} // namespace

/// Takes the events of an interaction as they lie in the store: what orders them, and themselves up to a limit.
class Deriver::Reading {
public:
    explicit Reading(const HoldLimit &limit) : m_limit(limit) {}

    void add(StoredEvent &&stored, Event &&event)
    {
        const auto number = [](NamePool &pool, const std::string &name) { return static_cast<std::int32_t>(pool.number(name)); };
        m_keys.push_back({event.time, event.sequence, number(m_participants, event.participant.value),
                          number(m_channels, event.channel.value), event.kind, static_cast<std::uint8_t>(rankOf(event)), {}});
        m_ids.number(event.id.value);
        m_rows.push_back({stored.row, stored.commit, stored.lamport != 0 ? stored.lamport : event.time.us,
                          event.provenance == Provenance::Import});
        m_imported += m_rows.back().imported;
        m_bytes += event.raw.size();
        if (m_rows.size() > m_limit.events || m_bytes > m_limit.bytes) {
            m_held = {};
        } else {
            m_held.events.push_back(std::make_shared<const Event>(std::move(event)));
            m_held.variants.push_back(std::move(stored.variants));
        }
    }

    [[nodiscard]] Derived inOrder(SequenceScope scope)
    {
        dropSecondWitness();
        for (std::size_t i = 0; i < m_keys.size(); ++i)
            m_keys[i].id = m_ids.text(m_rows[i].id);
        const std::vector<std::uint32_t> order = canonicalOrder(m_keys, scope);
        const std::vector<bool> ties = sequenceTies(m_keys, scope);
        std::vector<Timestamp> times;
        times.reserve(order.size());
        for (const std::uint32_t i : order)
            times.push_back(m_keys[i].time);
        const std::vector<std::int64_t> lamport = lamportTimes(times);
        Derived out;
        out.places.reserve(order.size());
        for (std::size_t n = 0; n < order.size(); ++n) {
            const Row &row = m_rows[order[n]];
            out.places.push_back({row.row, lamport[n], row.commit, row.recorded, ties[order[n]], false});
        }
        markLate(out.places);
        for (std::size_t n = 0; m_held.events.size() == order.size() && n < order.size(); ++n) {
            std::vector<std::string> &variants = m_held.variants[order[n]];
            out.events.push_back(placed(std::move(m_held.events[order[n]]), out.places[n], variants.size()));
            out.variants.push_back(std::move(variants));
        }
        return out;
    }

private:
    struct Row {
        std::int64_t row;
        std::uint64_t commit;
        std::int64_t recorded;
        bool imported;
        std::uint32_t id = 0;
    };

    /// Leaves out imported events where others tell of the interaction.
    void dropSecondWitness()
    {
        const bool drop = m_imported > 0 && m_imported < m_rows.size();
        const bool held = m_held.events.size() == m_rows.size();
        std::size_t kept = 0;
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            m_rows[i].id = static_cast<std::uint32_t>(i);
            if (drop && m_rows[i].imported)
                continue;
            m_rows[kept] = m_rows[i];
            m_keys[kept] = m_keys[i];
            if (held && kept != i) {
                m_held.events[kept] = std::move(m_held.events[i]);
                m_held.variants[kept] = std::move(m_held.variants[i]);
            }
            ++kept;
        }
        m_rows.resize(kept);
        m_keys.resize(kept);
        if (held) {
            m_held.events.resize(kept);
            m_held.variants.resize(kept);
        }
    }

    const HoldLimit m_limit;
    NamePool m_participants, m_channels;
    NamePool m_ids; ///< numbered as they came, each once
    std::vector<OrderKey> m_keys;
    std::vector<Row> m_rows;
    std::size_t m_imported = 0;
    std::size_t m_bytes = 0;
    struct {
        std::vector<std::shared_ptr<const Event>> events;
        std::vector<std::vector<std::string>> variants;
    } m_held;
};

namespace {

tl::unexpected<Error> unreadable(const StoredEvent &stored, const Error &error)
{
    return fail(ErrorCode::Unusable, "The stored event " + stored.id + " cannot be read: " + error.message);
}

} // namespace

Result<> Deriver::decodeForDelivery(StoredEvent &stored, Event &event)
{
    if (auto decoded = m_decoder.decodeRecorded(stored.raw, stored.received, stored.provenance, event); !decoded)
        return unreadable(stored, decoded.error());
    event.id.value = stored.id;
    event.marks |= stored.marks & (Event::WithoutData | Event::LoneSurrogate);
    return {};
}

Result<Event> Deriver::decode(const StoredEvent &stored, std::string_view interaction)
{
    auto event = m_decoder.decodeStored(stored.raw, stored.received, stored.provenance);
    if (!event)
        return unreadable(stored, event.error());
    if (event->interaction.empty() && !interaction.empty()) {
        event->interaction.value = interaction;
        event->marks |= Event::Attached;
    }
    event->marks |= stored.marks & Event::WithoutData; // its text does not say so
    return event;
}

Result<Event> Deriver::decode(const HistoryEvent &told)
{
    auto event = m_decoder.decodeStored(told.raw, {}, told.provenance);
    if (!event)
        return fail(ErrorCode::Malformed, "The event " + told.id.value + " was read back, but cannot be understood: " + event.error().message);
    event->id = told.id;
    if (event->interaction.empty()) {
        event->interaction = told.interaction;
        event->marks |= Event::Attached;
    }
    if (!told.whole)
        event->marks |= Event::WithoutData;
    return event;
}

Result<Derived> Deriver::derive(StoreReader &reader, InteractionKey key, std::string_view id, const HoldLimit &limit,
                                std::span<const HistoryEvent> more)
{
    Reading reading(limit);
    std::optional<Error> broken;
    std::unordered_set<std::string> known; // ids, where there is more
    std::size_t unreadable = 0;
    const auto done = reader.events(key, [&](StoredEvent &&stored) {
        auto event = decode(stored, id);
        if (event && !more.empty())
            known.insert(event->id.value);
        if (event)
            reading.add(std::move(stored), std::move(*event));
        else
            broken = event.error();
        return !broken;
    });
    for (const HistoryEvent &told : more) {
        if (known.contains(told.id.value))
            continue;
        auto event = decode(told);
        if (!event) {
            ++unreadable;
            continue;
        }
        known.insert(told.id.value);
        reading.add({}, std::move(*event));
    }
    if (!done)
        return fail(done.error());
    if (broken)
        return fail(*broken);
    Derived derived = reading.inOrder(m_scope);
    derived.unreadable = unreadable;
    return derived;
}

Result<Derived> Deriver::hold(StoreReader &reader, std::string_view id, std::span<const Place> places, std::size_t bytes)
{
    std::vector<std::int64_t> rows;
    rows.reserve(places.size());
    for (const Place &place : places)
        rows.push_back(place.row);
    Derived out;
    std::size_t size = 0;
    std::optional<Error> broken;
    const auto done = reader.eventsByRow(rows, [&](StoredEvent &&stored) {
        auto event = decode(stored, id);
        if (!event) {
            broken = event.error();
            return false;
        }
        size += event->raw.size();
        const Place &place = places[out.events.size()];
        out.places.push_back(place);
        out.events.push_back(placed(std::make_shared<const Event>(std::move(*event)), place, stored.variants.size()));
        out.variants.push_back(std::move(stored.variants));
        return size < bytes;
    });
    if (!done)
        return fail(done.error());
    if (broken)
        return fail(*broken);
    return out;
}

} // namespace threadline
