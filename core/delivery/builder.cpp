// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/builder.h"

#include "core/base/log.h"
#include "core/influx/removal.h"

#include <algorithm>
#include <utility>

namespace threadline::delivery {
namespace {

constexpr int kChangesAtATime = 200;
constexpr int kUnsettledAtATime = 500;
constexpr std::size_t kMostAttached = 200; ///< of a batch
/// Of one interaction, as often as it is settled: what is left follows at the next time.
constexpr std::size_t kMostOfOne = 20'000;

/// `more`: lines that will come to it.
bool isRoomLeft(const Batch &batch, const BuildLimit &limit, std::size_t more = 0)
{
    return batch.lines.size() + more < static_cast<std::size_t>(limit.lines) && batch.text.size() < limit.bytes;
}

/// It cannot become a point.
void setAside(Batch &batch, std::int64_t row, Timestamp received, std::string reason, std::string_view raw)
{
    batch.update.dead.push_back({0, row, received, std::move(reason), std::string(raw), false});
}

bool isNothing(const Batch &batch) { return batch.lines.empty() && batch.update.empty() && batch.lastRow == 0; }

} // namespace

Result<Event> BatchBuilder::decode(const StoredEvent &stored, const std::string &interaction)
{
    auto event = m_deriver.decode(stored, interaction);
    if (event)
        event->id.value = stored.id;
    return event;
}

void BatchBuilder::render(Draft &draft, const Event &event, std::int64_t row, std::int64_t lamport, const influx::PointOptions &options)
{
    Batch &batch = *draft.batch;
    const std::size_t before = batch.text.size();
    const auto place = influx::appendEvent(batch.text, event, lamport, options);
    if (!place)
        return setAside(batch, row, event.received, place.error().message, event.raw);
    batch.lines.push_back({static_cast<std::uint32_t>(before), static_cast<std::uint32_t>(batch.text.size() - before - 1), row});
    draft.claims.push_back({place->series, place->time, row});
    if (options.payload && event.raw.size() > influx::kMaxPayload) {
        batch.update.dead.push_back({0, row, event.received, "The event's text of " + std::to_string(event.raw.size())
                                         + " bytes is too long for a point; the point has no payload.", event.raw, true});
    }
}

void BatchBuilder::renderStored(Draft &draft, StoredEvent &stored)
{
    if (const auto decoded = m_deriver.decodeForDelivery(stored, m_event); !decoded) {
        setAside(*draft.batch, stored.row, stored.received, decoded.error().message, stored.raw);
    } else if (m_event.interaction.empty()) { // its text does not say
        stored.raw.swap(m_event.raw);
        draft.attached.push_back(stored);
    } else {
        renderFirst(draft, stored, m_event);
    }
}

/// As it was recorded.
void BatchBuilder::renderFirst(Draft &draft, const StoredEvent &stored, const Event &event)
{
    if (stored.lamport == 0)
        draft.batch->update.unsettled.push_back(stored.interaction);
    render(draft, event, stored.row, stored.lamport != 0 ? stored.lamport : event.time.us, {m_target.schema, m_target.payload, 0, false});
}

void BatchBuilder::skipTo(std::int64_t row)
{
    m_draft = {};
    m_read = m_given = row;
}

Result<bool> BatchBuilder::take(const BuildLimit &limit, int rows)
{
    if (m_draft.whole)
        return true;
    if (!m_draft.batch) {
        m_draft.batch = std::make_unique<Batch>();
        m_draft.batch->text.reserve(m_lastBytes + m_lastBytes / 8);
        m_draft.batch->lines.reserve(static_cast<std::size_t>(limit.lines));
    }
    Batch &batch = *m_draft.batch;
    int taken = 0;
    bool room = true;
    const auto done = m_reader.eventsAfter(m_read, rows, [&](StoredEvent &&stored) {
        ++taken;
        batch.oldest = batch.lastRow == 0 ? stored.received : std::min(batch.oldest, stored.received);
        batch.lastRow = stored.row;
        batch.lastCommit = stored.commit;
        if (stored.interaction == 0)
            return true;
        ++batch.events;
        batch.update.touched.push_back(stored.interaction);
        renderStored(m_draft, stored);
        room = m_draft.attached.size() < kMostAttached && isRoomLeft(batch, limit, m_draft.attached.size());
        return room;
    });
    if (!done) {
        skipTo(m_given); // what of it is in the draft cannot be told
        return fail(done.error());
    }
    if (batch.lastRow != 0)
        m_read = batch.lastRow;
    m_draft.whole = !room || taken < rows;
    return m_draft.whole;
}

Result<std::unique_ptr<Batch>> BatchBuilder::next(const BuildLimit &limit, Timestamp now)
{
    while (!m_draft.whole) {
        if (const auto taken = take(limit, limit.lines); !taken)
            return fail(taken.error());
    }
    Draft draft = std::exchange(m_draft, {});
    if (draft.batch->lastRow == 0)
        return std::unique_ptr<Batch>();
    Result<> done = renderAttached(draft);
    if (done)
        done = separate(draft);
    if (!done) {
        skipTo(m_given);
        return fail(done.error());
    }
    Batch &batch = *draft.batch;
    batch.update.now = now;
    batch.update.lookAt = now + m_settleAfter;
    for (auto *keys : {&batch.update.unsettled, &batch.update.touched}) {
        std::sort(keys->begin(), keys->end());
        keys->erase(std::unique(keys->begin(), keys->end()), keys->end());
    }
    m_given = batch.lastRow;
    m_lastBytes = batch.text.size();
    return std::move(draft.batch);
}

Result<> BatchBuilder::renderAttached(Draft &draft)
{
    for (const StoredEvent &stored : draft.attached) {
        const auto id = m_reader.idOf(stored.interaction);
        if (!id)
            return fail(id.error());
        if (const auto event = decode(stored, *id))
            renderFirst(draft, stored, *event);
        else
            setAside(*draft.batch, stored.row, stored.received, event.error().message, stored.raw);
    }
    return {};
}

/// Sees to it that no two events have one point; see claim().
Result<> BatchBuilder::separate(Draft &draft)
{
    const auto holders = m_delivery.claim(draft.claims);
    if (!holders)
        return fail(holders.error());
    for (std::size_t i = 0; i < holders->size(); ++i) {
        if ((*holders)[i] == 0)
            continue;
        if (auto given = giveWay(draft, i, (*holders)[i]); !given)
            return given;
    }
    if (draft.without.empty())
        return {};
    std::vector<Batch::Line> kept, &lines = draft.batch->lines;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!draft.without.contains(i))
            kept.push_back(lines[i]);
    }
    lines = std::move(kept);
    return {};
}

/// The line goes later, and so does the event that gives way: both in a batch of their own, when nothing of them is on its way.
Result<> BatchBuilder::giveWay(Draft &draft, std::size_t line, std::int64_t holder)
{
    Batch &batch = *draft.batch;
    const std::int64_t row = batch.lines[line].row;
    StoredEvent mine, other;
    const auto event = eventOf(row, mine);
    const auto standing = eventOf(holder, other);
    if (!event || !standing)
        return fail(!event ? event.error() : standing.error());
    if (!*event)
        return {};
    if (!*standing)
        return m_delivery.take({draft.claims[line]});
    const bool greater = mine.id > other.id || (mine.id == other.id && row > holder);
    const StoredEvent &yields = greater ? mine : other;
    const auto known = m_delivery.delivered(yields.row);
    if (!known)
        return fail(known.error());
    const Event &yielding = greater ? **event : **standing;
    const std::int64_t recorded = yields.lamport != 0 ? yields.lamport : yielding.time.us;
    batch.update.points.push_back({yields.row, *known ? (*known)->lamport : recorded, (*known ? (*known)->bump : 0) + 1});
    batch.update.again.push_back(yields.row);
    draft.without.insert(line);
    if (greater)
        return {};
    batch.update.again.push_back(row);
    return m_delivery.take({draft.claims[line]});
}

/// Null where the row is gone, or waits for its interaction.
Result<std::optional<Event>> BatchBuilder::eventOf(std::int64_t row, StoredEvent &stored)
{
    const auto read = m_reader.eventsByRow({&row, 1}, [&](StoredEvent &&found) {
        stored = std::move(found);
        return true;
    });
    if (!read && read.error().code == ErrorCode::NotFound)
        return std::optional<Event>();
    if (!read)
        return fail(read.error());
    if (stored.interaction == 0)
        return std::optional<Event>();
    const auto id = m_reader.idOf(stored.interaction);
    if (!id)
        return fail(id.error());
    auto event = decode(stored, *id);
    if (!event)
        return std::optional<Event>();
    return std::optional(std::move(*event));
}

Result<std::unique_ptr<Batch>> BatchBuilder::again(const BuildLimit &limit, Timestamp now)
{
    Draft draft;
    draft.batch = std::make_unique<Batch>();
    Batch &batch = *draft.batch;
    batch.update.now = now;
    batch.update.lookAt = now + m_settleAfter;
    for (auto done : {applyChanges(batch), addAgain(draft, limit), addUnsettled(draft, limit, now), separate(draft)}) {
        if (!done)
            return fail(done.error());
    }
    if (isRoomLeft(batch, limit)) {
        if (auto added = m_overviews.add(batch, now); !added)
            return fail(added.error());
    }
    if (isNothing(batch))
        return std::unique_ptr<Batch>();
    return std::move(draft.batch);
}

/// What became of rows that have been sent. A row that is just on its way must have arrived first.
Result<> BatchBuilder::applyChanges(Batch &batch)
{
    DeliveryMark mark = m_delivery.mark();
    const auto changes = m_reader.changesAfter(mark.change, kChangesAtATime);
    if (!changes)
        return fail(changes.error());
    DeliveryStore::Update update;
    for (const StoredChange &change : *changes) {
        if (change.row > mark.row && change.row <= m_read)
            break;
        if (change.row <= mark.row) {
            const auto left = leftBehind(change, update);
            if (!left)
                return fail(left.error());
            if (!*left)
                break;
            update.again.push_back(change.row);
        }
        mark.change = change.number;
    }
    if (mark.change == m_delivery.mark().change)
        return {};
    update.mark = mark;
    update.now = batch.update.now;
    return m_delivery.write(update);
}

/// The point that the row had before, unless it has it still. False: not now, for the server is just taking away the one it gets.
Result<bool> BatchBuilder::leftBehind(const StoredChange &change, DeliveryStore::Update &update)
{
    if (change.from == 0)
        return true;
    StoredEvent stored;
    const auto now = eventOf(change.row, stored);
    if (!now)
        return fail(now.error());
    const auto id = m_reader.idOf(change.from);
    if (!id)
        return fail(id.error());
    StoredEvent before = stored;
    if (change.what != StoredChange::Moved)
        before.raw = change.raw;
    if (change.what == StoredChange::Deleted)
        before.provenance = Provenance::Import;
    auto event = m_deriver.decode(before, *id);
    if (!event)
        return true; // it could not be delivered either
    if (change.what == StoredChange::Moved)
        event->interaction.value = *id;
    const auto known = m_delivery.delivered(change.row);
    if (!known)
        return fail(known.error());
    const influx::PointOptions options{m_target.schema, false, *known ? (*known)->bump : 0, false};
    std::string old, fresh;
    if (!influx::appendEvent(old, *event, 0, options))
        return true;
    if (*now && change.what != StoredChange::Deleted)
        (void)influx::appendEvent(fresh, **now, 0, options);
    const auto key = [](std::string &line) {
        if (!line.empty())
            line.pop_back();
        return influx::pointKey(line);
    };
    const std::string left = key(old), has = key(fresh);
    if (!has.empty()) {
        const auto kept = m_delivery.keep(has);
        if (!kept || !*kept)
            return kept;
        std::erase(update.remove, has); // had and lost by one of the changes just before
    }
    if (left != has)
        update.remove.push_back(left);
    return true;
}

Result<> BatchBuilder::addAgain(Draft &draft, const BuildLimit &limit)
{
    Batch &batch = *draft.batch;
    const auto rows = m_delivery.rowsAgain(limit.lines);
    if (!rows)
        return fail(rows.error());
    for (const std::int64_t row : *rows) {
        if (row > m_delivery.mark().row || !isRoomLeft(batch, limit))
            break;
        StoredEvent stored;
        const auto event = eventOf(row, stored);
        if (!event)
            return fail(event.error());
        batch.update.sent.push_back(row);
        if (!*event) {
            log::warning("delivery", "An event that was to be sent once more is not in the local store any more, or cannot be read.");
            continue;
        }
        const auto known = m_delivery.delivered(row);
        if (!known)
            return fail(known.error());
        const std::int64_t recorded = stored.lamport != 0 ? stored.lamport : (*event)->time.us;
        const DeliveredPoint point{row, *known ? (*known)->lamport : recorded, *known ? (*known)->bump : 0};
        render(draft, **event, row, point.lamport, {m_target.schema, m_target.payload, point.bump, true});
        batch.update.points.push_back(point);
        batch.update.unsettled.push_back(stored.interaction);
        batch.update.touched.push_back(stored.interaction);
    }
    return {};
}

Result<> BatchBuilder::addUnsettled(Draft &draft, const BuildLimit &limit, Timestamp now)
{
    Batch &batch = *draft.batch;
    if (!batch.lines.empty())
        return {}; // two of the same row never go together
    const auto keys = m_delivery.takeUnsettled(now - m_settleAfter, kUnsettledAtATime);
    if (!keys)
        return fail(keys.error());
    for (const InteractionKey key : *keys) {
        if (!isRoomLeft(batch, limit))
            return {};
        const auto whole = settle(draft, key);
        if (!whole)
            return fail(whole.error());
        if (*whole)
            batch.update.settled.push_back(key);
    }
    return {};
}

/// False: some of it is left.
Result<bool> BatchBuilder::settle(Draft &draft, InteractionKey key)
{
    const auto id = m_reader.idOf(key);
    if (!id)
        return fail(id.error());
    if (id->empty())
        return true; // deleted
    const auto derived = m_deriver.derive(m_reader, key, *id);
    if (!derived)
        return fail(derived.error());
    std::vector<Place> moved;
    std::vector<int> bumps;
    for (const Place &place : derived->places) {
        if (place.row > m_delivery.mark().row)
            continue;
        const auto known = m_delivery.delivered(place.row);
        if (!known)
            return fail(known.error());
        if ((*known ? (*known)->lamport : place.recorded) == place.lamport)
            continue;
        moved.push_back(place);
        bumps.push_back(*known ? (*known)->bump : 0);
        if (moved.size() == kMostOfOne)
            break;
    }
    for (std::size_t at = 0; at < moved.size();) {
        const auto held = m_deriver.hold(m_reader, *id, std::span(moved).subspan(at), 1u << 20);
        if (!held)
            return fail(held.error());
        for (const PlacedEvent &event : held->events) {
            render(draft, *event.event, moved[at].row, moved[at].lamport, {m_target.schema, m_target.payload, bumps[at], bumps[at] > 0});
            draft.batch->update.points.push_back({moved[at].row, moved[at].lamport, bumps[at]});
            ++at;
        }
    }
    return moved.size() < kMostOfOne;
}

} // namespace threadline::delivery
