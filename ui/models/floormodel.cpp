// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/floormodel.h"

#include "ui/models/post.h"
#include "ui/text/format.h"

#include <algorithm>
#include <map>

namespace threadline::ui {
namespace {

constexpr int kPage = 500;
constexpr int kRefreshMs = 100;
constexpr int kRestMs = 300; ///< a view that stands so long is looked at
constexpr int kMostPages = 20;
constexpr int kRecountMs = 10'000; ///< a store of a million is counted in a tenth of a second
constexpr int kRecountStoredMs = 1000; ///< while files are read, which ends
/// On a live floor an ended interaction stays in sight for so long.
constexpr Duration kStays = Duration::seconds(300);
/// Of a shared store nobody has said yet how far back it goes.
constexpr Duration kSharedReach = Duration::seconds(400LL * 86'400);
constexpr const char *kNoQueue = "group:";

std::string keyOf(const QString &queue) { return kNoQueue + queue.toStdString(); }

} // namespace

FloorModel::FloorModel(Hub &hub, QObject *parent) : QObject(parent), m_hub(hub)
{
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(kRefreshMs);
    connect(&m_refresh, &QTimer::timeout, this, &FloorModel::refresh);
    m_past.setSingleShot(true);
    m_past.setInterval(kRestMs);
    connect(&m_past, &QTimer::timeout, this, &FloorModel::lookBack);
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMs);
    connect(&m_rest, &QTimer::timeout, this, [this] { count(true); });
    m_recount.setSingleShot(true);
    connect(&m_recount, &QTimer::timeout, this, [this] {
        count(false);
        count(true);
    });
    m_due.setSingleShot(true);
    connect(&m_due, &QTimer::timeout, this, &FloorModel::changed);
    connect(&hub, &Hub::bandsChanged, this, &FloorModel::changed);
    connect(&hub, &Hub::statusChanged, this, &FloorModel::reviewSource);
    reviewSource();
    connect(&hub, &Hub::interactionsChanged, this, [this](const std::vector<Summary> &touched) {
        for (const Summary &summary : touched)
            take(summary, true);
        evict();
        pump();
        changed();
        if (m_partial && !m_recount.isActive())
            m_recount.start(live() ? kRecountMs : kRecountStoredMs);
    });
    list({});
}

FloorModel::~FloorModel() = default;

const FloorEntry *FloorModel::entry(const InteractionId &id) const
{
    const auto found = m_entries.find(id.value);
    return found == m_entries.end() ? nullptr : &found->second->entry;
}

bool FloorModel::settled() const
{
    return m_loaded && m_underWay == 0 && m_queue.empty() && m_urgent.empty() && !m_refresh.isActive() && !m_past.isActive() && !m_sharedListing
        && !m_rest.isActive() && !m_countingView && !m_seekingMore;
}

/// A source that has not been heard yet brings nothing: until then what is stored is what there is to see.
bool FloorModel::live() const
{
    const Status &status = m_hub.status();
    const bool there = status.source != SourceState::Idle && status.source != SourceState::Finished;
    return there && (m_listened || status.openInteractions > 0);
}

void FloorModel::reviewSource()
{
    m_listened = m_listened || m_hub.status().source == SourceState::Listening;
    if (std::exchange(m_wasLive, live()) == live())
        return;
    m_viewMoved = true;
    changed();
}

FloorModel::Total FloorModel::total() const
{
    if (m_partial)
        return {std::max<std::int64_t>(m_all.all, m_figures.all), m_all.open};
    return {m_figures.all, m_figures.open};
}

std::int64_t FloorModel::leftOut() const { return m_partial ? std::max<std::int64_t>(0, m_inView.all - heldInView()) : 0; }

bool FloorModel::touchesView(const FloorEntry &entry) const
{
    return entry.start < m_view.end && (entry.state != InteractionState::Ended || entry.end.value_or(entry.lastEventAt) >= m_view.start);
}

std::int64_t FloorModel::heldInView() const
{
    return std::count_if(m_entries.begin(), m_entries.end(),
                         [this](const auto &held) { return !held.second->entry.shared && touchesView(held.second->entry); });
}

/// The store has more than is held here: how many, of all and of the view.
void FloorModel::count(bool ofView)
{
    if (!m_partial)
        return;
    HandlePtr &question = ofView ? m_countingView : m_counting;
    question = m_hub.session().census(ofView ? std::optional(m_view) : std::nullopt,
                                      posted<Census>(this, [this, ofView, asked = m_view](Result<Census> census) {
                                          if (!ofView || asked == m_view) // else the view moves on and will be asked for again
                                              counted(ofView, std::move(census));
                                      }));
}

void FloorModel::counted(bool ofView, Result<Census> census)
{
    (ofView ? m_countingView : m_counting).reset();
    if (!census)
        return m_hub.fail(census.error());
    (ofView ? m_inView : m_all) = *census;
    changed();
    if (!ofView || heldInView() >= std::min<std::int64_t>(census->all, static_cast<std::int64_t>(kMostLanes)))
        return;
    m_seeking = {};
    m_seeking.from = m_view.start;
    m_seeking.to = m_view.end;
    m_seeking.limit = kPage;
    seekMore();
}

/// Reads what lies in the view, page by page, until all of it is held or no more can be.
void FloorModel::seekMore()
{
    m_seekingMore = m_hub.session().list(m_seeking, posted<ListPage>(this, [this, asked = m_view](Result<ListPage> page) {
        if (asked != m_view)
            return; // it moved on while this was on its way: once it rests it is asked for anew
        m_seekingMore.reset();
        if (!page)
            return m_hub.fail(page.error());
        for (const Summary &summary : page->items)
            take(summary, false);
        evict();
        pump();
        m_viewMoved = true;
        changed();
        m_seeking.cursor = page->nextCursor;
        if (!m_seeking.cursor.empty() && heldInView() < static_cast<std::int64_t>(kMostLanes))
            seekMore();
    }));
}

void FloorModel::list(const std::string &cursor)
{
    ListQuery query;
    query.limit = kPage;
    query.cursor = cursor;
    m_listing = m_hub.session().list(query, posted<ListPage>(this, [this](Result<ListPage> page) { listed(std::move(page)); }));
}

void FloorModel::listed(Result<ListPage> page)
{
    if (!page) {
        m_hub.fail(page.error());
        m_loaded = true;
        return;
    }
    for (const Summary &summary : page->items)
        take(summary, false);
    pump();
    if (!page->nextCursor.empty() && m_entries.size() < kMostLanes) {
        list(page->nextCursor);
        return;
    }
    m_listing.reset();
    m_loaded = true;
    if (!page->nextCursor.empty()) {
        m_partial = true;
        count(false);
        count(true);
    }
    evict();
    changed();
    if (m_entries.empty() && m_hub.status().delivery.state != DeliveryState::Off)
        askShared({});
}

/// The past is not this computer's alone.
void FloorModel::lookBack()
{
    if (m_viewIsCurrent || m_hub.status().delivery.state == DeliveryState::Off)
        return;
    m_shared.from = m_view.start;
    m_shared.to = m_view.end;
    m_sharedTaken = 0;
    m_sharedPages = 0;
    askShared({});
}

void FloorModel::askShared(const std::string &cursor)
{
    m_shared.history = true;
    m_shared.limit = kPage;
    m_shared.cursor = cursor;
    m_sharedListing = m_hub.session().list(m_shared, posted<ListPage>(this, [this, asked = m_shared.from](Result<ListPage> page) {
                                               if (asked == m_shared.from) // else another stretch is looked at by now
                                                   sharedListed(std::move(page));
                                           }));
}

void FloorModel::sharedListed(Result<ListPage> page)
{
    m_sharedListing.reset();
    if (!page)
        return m_hub.fail(page.error());
    m_origin = page->origin;
    for (const Summary &summary : page->items)
        m_sharedTaken += takeShared(summary);
    pump();
    evict();
    changed();
    if (!page->nextCursor.empty() && m_sharedTaken < kMostShared && ++m_sharedPages < kMostPages)
        askShared(page->nextCursor);
}

/// False: it is no row of the shared store, or is here by now.
bool FloorModel::takeShared(const Summary &summary)
{
    if (summary.commit != 0)
        return false;
    std::unique_ptr<Held> &held = m_entries[summary.interaction.value];
    if (held && !held->entry.shared)
        return false;
    if (!held) {
        held = std::make_unique<Held>();
        held->entry = entryOf(summary);
        held->entry.seenAt = kEarliestTime;
    }
    held->entry.state = summary.state;
    held->entry.end = summary.end;
    held->entry.lastEventAt = summary.lastEventAt;
    if (!held->entry.lane)
        want(*held);
    return true;
}

void FloorModel::take(const Summary &summary, bool touched)
{
    if (summary.start < kEarliestTime)
        return; // nothing of it has a time: it is on no timeline
    std::unique_ptr<Held> &held = m_entries[summary.interaction.value];
    if (!held) {
        held = std::make_unique<Held>();
        held->entry = entryOf(summary);
        held->entry.seenAt = m_hub.now();
        if (!touched || !m_loaded)
            held->entry.seenAt = kEarliestTime; // what was there before is not new
    }
    const bool known = held->entry.lane && held->entry.state == summary.state && held->commit == summary.commit && held->count == summary.count;
    m_events += static_cast<std::uint64_t>(std::max<std::int64_t>(0, summary.count - held->count));
    held->count = summary.count;
    held->entry.shared = false;
    held->commit = summary.commit;
    held->entry.state = summary.state;
    held->entry.end = summary.end;
    held->entry.start = summary.start;
    held->entry.lastEventAt = summary.lastEventAt;
    if (touched || !known) // else it was only listed once more
        want(*held);
}

void FloorModel::want(Held &held)
{
    held.stale = true;
    if (!held.asked && (!held.entry.shared || m_wanted.count(held.entry.id.value)))
        enqueue(held);
}

/// Each stands at most once in each queue, so that a session that does not answer makes nothing grow.
void FloorModel::enqueue(Held &held)
{
    const std::string &id = held.entry.id.value;
    if (m_wanted.count(id)) {
        if (!std::exchange(held.urgent, true))
            m_urgent.push_back(id);
    } else if (!std::exchange(held.queued, true)) {
        m_queue.push_back(id);
    }
}

FloorModel::Held *FloorModel::nextWanted()
{
    for (std::deque<std::string> *queue : {&m_urgent, &m_queue}) {
        while (!queue->empty()) {
            const auto found = m_entries.find(queue->front());
            queue->pop_front();
            if (found == m_entries.end())
                continue;
            (queue == &m_queue ? found->second->queued : found->second->urgent) = false;
            if (found->second->stale && !found->second->asked)
                return found->second.get();
        }
    }
    return nullptr;
}

void FloorModel::pump()
{
    while (m_underWay < kMostQuestions) {
        Held *held = nextWanted();
        if (!held)
            return;
        ask(*held);
    }
}

void FloorModel::ask(Held &held)
{
    held.asked = true;
    held.stale = false;
    ++m_underWay;
    held.question = m_hub.session().interaction(
        held.entry.id, posted<std::shared_ptr<const InteractionView>>(this, [this, id = held.entry.id.value](auto answer) {
            answered(id, std::move(answer));
        }));
}

void FloorModel::answered(const std::string &id, Result<std::shared_ptr<const InteractionView>> answer)
{
    --m_underWay;
    const auto found = m_entries.find(id);
    if (found != m_entries.end()) {
        Held &held = *found->second;
        held.asked = false;
        held.question.reset();
        if (answer) {
            fill(held.entry, (*answer)->story);
            if (held.entry.shared)
                held.entry.since.reset(); // who waits there is not told in time
        } else if (answer.error().code != ErrorCode::NotFound) // removed by retention: the list will say so
            m_hub.fail(answer.error());
        if (held.stale)
            want(held);
    }
    pump();
    changed();
}

/// Bounded: what is not in view goes first, of that what ended longest ago, then the least recently active.
void FloorModel::evict()
{
    if (m_entries.size() <= kMostLanes)
        return;
    std::vector<Held *> all;
    for (const auto &[id, held] : m_entries) {
        if (!held->asked)
            all.push_back(held.get());
    }
    const std::size_t tooMany = std::min(m_entries.size() - kMostLanes, all.size());
    if (tooMany == 0)
        return;
    if (!std::exchange(m_partial, true)) {
        m_recount.start(kRecountStoredMs);
        count(false);
        count(true);
    }
    const auto lessWanted = [this](const Held *a, const Held *b) {
        const bool awayA = a->entry.state == InteractionState::Ended && !touchesView(a->entry);
        const bool awayB = b->entry.state == InteractionState::Ended && !touchesView(b->entry);
        if (awayA != awayB)
            return awayA;
        const bool endedA = a->entry.state == InteractionState::Ended;
        const bool endedB = b->entry.state == InteractionState::Ended;
        return endedA != endedB ? endedA : a->entry.lastEventAt < b->entry.lastEventAt;
    };
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(tooMany) - 1, all.end(), lessWanted);
    m_groups.clear(); // it points into what goes now
    m_everSorted = false;
    for (std::size_t i = 0; i < tooMany; ++i)
        m_entries.erase(std::string(all[i]->entry.id.value));
}

void FloorModel::changed()
{
    if (!m_refresh.isActive())
        m_refresh.start();
}

void FloorModel::refresh()
{
    if (!m_everSorted || m_viewMoved || m_sorted.elapsed() >= kSortEveryMs)
        arrange();
    else if (!m_due.isActive()) // what has changed by now is sorted in later, also where nothing comes any more
        m_due.start(static_cast<int>(kSortEveryMs - m_sorted.elapsed()));
    compose();
}

void FloorModel::rebuild()
{
    m_refresh.stop();
    m_due.stop();
    m_moved = true; // asked for: nothing is kept in its place
    arrange();
    compose();
}

bool FloorModel::shown(const FloorEntry &entry) const
{
    const Timestamp end = entry.end.value_or(entry.lastEventAt);
    if (entry.shared) {
        const bool within = entry.start < m_view.end && (end >= m_view.start || entry.state != InteractionState::Ended);
        return !(m_viewIsCurrent && live()) && (m_onlyShared || within);
    }
    if (entry.state != InteractionState::Ended)
        return true;
    if (m_viewIsCurrent && live())
        return m_hub.now() - end < kStays;
    return touchesView(entry);
}

void FloorModel::arrange()
{
    std::map<QString, Group> groups;
    m_sharedShown = 0;
    m_onlyShared = std::all_of(m_entries.begin(), m_entries.end(), [](const auto &entry) { return entry.second->entry.shared; });
    for (const auto &[id, held] : m_entries) {
        if (!shown(held->entry))
            continue;
        m_sharedShown += held->entry.shared;
        Group &group = groups[held->entry.queue];
        group.name = held->entry.queue;
        group.lanes.push_back(held.get());
    }
    const bool keeps = m_holding && !m_moved && !m_groups.empty();
    if (!keeps)
        m_groups.clear();
    keepOrder(std::move(groups));
    m_moved = false;
    m_everSorted = true;
    m_viewMoved = false;
    m_sorted.restart();
    // Who is new or gone shows at the next sorting; while something is live there is always a next one.
    if (live() && m_hub.status().openInteractions > 0)
        QTimer::singleShot(kSortEveryMs, this, &FloorModel::changed);
}

/// Sorts what is not in m_groups yet and puts it behind what is there, so that nothing there moves.
void FloorModel::keepOrder(std::map<QString, Group> groups)
{
    std::unordered_set<const Held *> placed;
    for (const Group &group : m_groups)
        placed.insert(group.lanes.begin(), group.lanes.end());
    std::vector<Group> added;
    for (auto &[name, group] : groups) {
        std::erase_if(group.lanes, [&](const Held *held) { return placed.count(held) > 0; });
        if (group.lanes.empty())
            continue;
        group.first = *std::min_element(group.lanes.begin(), group.lanes.end(),
                                        [](const Held *a, const Held *b) { return beforeByAttention(a->entry, b->entry); });
        std::sort(group.lanes.begin(), group.lanes.end(),
                  [this](const Held *a, const Held *b) { return before(m_sort, a->entry, b->entry); });
        const auto there = std::find_if(m_groups.begin(), m_groups.end(), [&](const Group &g) { return g.name == group.name; });
        if (there == m_groups.end())
            added.push_back(std::move(group));
        else
            there->lanes.insert(there->lanes.end(), group.lanes.begin(), group.lanes.end());
    }
    // A group stands where its most urgent lane would: who waits longest is on top.
    std::stable_sort(added.begin(), added.end(), [](const Group &a, const Group &b) {
        return beforeByAttention(a.first->entry, b.first->entry);
    });
    std::move(added.begin(), added.end(), std::back_inserter(m_groups));
}

void FloorModel::setSort(FloorSort sort)
{
    m_sort = sort;
    rebuild();
}

void FloorModel::hold(bool held)
{
    if (std::exchange(m_holding, held) == held)
        return;
    changed(); // once let go it is sorted as soon as it is due
}

std::vector<Stretch> FloorModel::stretches() const
{
    std::vector<Stretch> out;
    out.reserve(m_entries.size());
    for (const auto &[id, held] : m_entries) {
        const FloorEntry &entry = held->entry;
        const bool open = entry.state != InteractionState::Ended;
        if (!entry.shared || m_onlyShared)
            out.push_back({entry.lane, entry.start.us, open ? kOpenEnd : entry.end.value_or(entry.lastEventAt).us});
    }
    return out;
}

/// Everything that is counted in the window, from one look at the entries.
void FloorModel::countAll()
{
    std::vector<const FloorEntry *> all;
    all.reserve(m_entries.size());
    for (const auto &[id, held] : m_entries) {
        if (!held->entry.shared)
            all.push_back(&held->entry);
    }
    m_figures = figuresOf(all);
    m_figures.known = m_loaded;
}

void FloorModel::compose()
{
    countAll();
    auto scene = std::make_shared<Scene>();
    for (const Group &group : m_groups)
        appendGroup(*scene, group);
    bool odd = true;
    for (Row &row : scene->rows) {
        if (row.kind == RowKind::Lane)
            row.odd = std::exchange(odd, !odd);
    }
    scene->bands = m_hub.bands();
    scene->live = live();
    placeInTime(*scene);
    m_scene = std::move(scene);
    Q_EMIT sceneChanged(std::exchange(m_events, 0));
}

void FloorModel::appendGroup(Scene &scene, const Group &group)
{
    Row head;
    head.kind = RowKind::Group;
    head.key = keyOf(group.name);
    head.title = group.name.isEmpty() ? tr("No queue") : group.name;
    head.expanded = !m_collapsed.count(head.key);
    const auto counted = std::find_if(m_figures.queues.begin(), m_figures.queues.end(),
                                      [&](const QueueFigures &queue) { return queue.queue == group.name; });
    if (counted != m_figures.queues.end())
        head.since = counted->longestSince;
    head.waits = head.since.has_value();
    const auto ended = static_cast<std::size_t>(std::count_if(group.lanes.begin(), group.lanes.end(), [](const Held *held) {
        return held->entry.state == InteractionState::Ended;
    }));
    head.note = counted != m_figures.queues.end() ? tr("%1 open").arg(numberText(static_cast<std::uint64_t>(counted->open)))
        : ended == group.lanes.size()             ? tr("%1 ended").arg(numberText(ended))
                                                  : QString();
    const int parent = static_cast<int>(scene.rows.size());
    scene.rows.push_back(std::move(head));
    if (!scene.rows.back().expanded)
        return;
    for (const Held *held : group.lanes)
        scene.rows.push_back(laneRow(*held, parent));
}

Row FloorModel::laneRow(const Held &held, int parent) const
{
    const FloorEntry &entry = held.entry;
    Row row;
    row.kind = RowKind::Lane;
    row.key = entry.id.value;
    row.lane = entry.lane;
    row.glyph = glyphOf(entry.media);
    row.title = entry.customer.isEmpty() ? shortId(entry.id.value) : entry.customer;
    row.detail = entry.with;
    row.dim = entry.dim;
    row.since = entry.since;
    row.waits = entry.waits();
    row.parent = parent;
    row.shared = entry.shared;
    if (entry.seenAt > kEarliestTime)
        row.fresh = entry.seenAt;
    return row;
}

/// What there is to see, whether or not a row of it is in sight, and what of it comes first.
void FloorModel::placeInTime(Scene &scene) const
{
    const std::optional<TimeRange> all = extent();
    scene.dated = all.has_value();
    scene.extent = all.value_or(TimeRange{m_hub.now() - Duration::seconds(60), m_hub.now()});
    if (m_hub.status().delivery.state != DeliveryState::Off)
        scene.reach = kSharedReach;
    if (!all || scene.live)
        return;
    TimeRange felt{kLatestTime, kEarliestTime};
    for (const auto &[id, held] : m_entries) {
        const FloorEntry &entry = held->entry;
        felt.start = std::min(felt.start, entry.felt ? entry.felt->start : entry.start);
        felt.end = std::max(felt.end, entry.felt ? std::min(entry.felt->end, scene.extent.end) : entry.lastEventAt);
    }
    scene.focus = focusOn(felt, scene.extent);
    if (!scene.focus)
        return;
    scene.beyond = static_cast<int>(std::count_if(m_entries.begin(), m_entries.end(), [&](const auto &held) {
        return held.second->entry.start < felt.start || held.second->entry.lastEventAt > felt.end;
    }));
}

std::optional<TimeRange> FloorModel::extent() const
{
    TimeRange range{kLatestTime, kEarliestTime};
    for (const auto &[id, held] : m_entries) {
        if (held->entry.shared && !m_onlyShared)
            continue;
        range.start = std::min(range.start, held->entry.start);
        range.end = std::max(range.end, held->entry.lastEventAt);
    }
    if (m_partial && m_all.span) {
        range.start = std::min(range.start, m_all.span->start);
        range.end = std::max(range.end, m_all.span->end);
    }
    if (range.start > range.end)
        return std::nullopt;
    if (live())
        range.end = std::max(range.end, m_hub.now());
    return range;
}

void FloorModel::setView(TimeRange view, bool current)
{
    if (view == m_view && current == m_viewIsCurrent)
        return;
    const bool matters = !(current && m_viewIsCurrent && live());
    m_view = view;
    m_viewIsCurrent = current;
    m_countingView.reset(); // what was asked of another stretch is asked anew once this one rests
    m_seekingMore.reset();
    m_moved = m_moved || matters;
    if (!current && m_hub.status().delivery.state != DeliveryState::Off)
        m_past.start();
    if (m_partial && !(current && live()))
        m_rest.start();
    if (!matters)
        return;
    m_viewMoved = true;
    changed();
}

void FloorModel::setWanted(const std::vector<std::string> &keys)
{
    m_wanted = {keys.begin(), keys.end()};
    for (const std::string &key : keys) {
        const auto found = m_entries.find(key);
        if (found != m_entries.end() && found->second->stale && !found->second->asked)
            enqueue(*found->second);
    }
    pump();
}

void FloorModel::setExpanded(const std::string &group, bool expanded)
{
    if (expanded)
        m_collapsed.erase(group);
    else
        m_collapsed.insert(group);
    compose();
}

void FloorModel::setAllExpanded(bool expanded)
{
    m_collapsed.clear();
    if (!expanded) {
        for (const Group &group : m_groups)
            m_collapsed.insert(keyOf(group.name));
    }
    compose();
}

std::string FloorModel::groupKey(const QString &queue) { return keyOf(queue); }

} // namespace threadline::ui
