// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/floormodel.h"

#include <algorithm>

namespace threadline::ui {
namespace {

constexpr int kRefreshMs = 100;
constexpr Duration kArrives = Duration::seconds(20); ///< stories of what is stored, at most
/// On a live floor an ended interaction stays in its queue for so long; then it stands with those that ended earlier.
constexpr Duration kStays = Duration::seconds(300);
/// The overview of a live floor shows so much though nothing was: what a view of now shows at first, and as much again.
constexpr Duration kLeastOverview = Duration::seconds(40 * 60);
/// Of a shared store nobody has said yet how far back it goes.
constexpr Duration kSharedReach = Duration::seconds(400LL * 86'400);

} // namespace

FloorModel::FloorModel(Hub &hub, QObject *parent)
    : QObject(parent), m_hub(hub), m_stories(hub), m_stretch(hub, [this] { return heldInView(); }, kMostLanes)
{
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(kRefreshMs);
    connect(&m_refresh, &QTimer::timeout, this, &FloorModel::refresh);
    m_sortDue.setSingleShot(true);
    connect(&m_sortDue, &QTimer::timeout, this, &FloorModel::changed);
    connect(&m_stories, &StoryReader::answered, this, &FloorModel::takeStory);
    connect(&m_stretch, &StretchReader::counted, this, &FloorModel::changed);
    connect(&m_stretch, &StretchReader::found, this, &FloorModel::takeFound);
    connect(&m_stretch, &StretchReader::foundShared, this, &FloorModel::takeShared);
    connect(&hub, &Hub::bandsChanged, this, &FloorModel::changed);
    connect(&hub, &Hub::statusChanged, this, &FloorModel::reviewSource);
    connect(&hub, &Hub::interactionsChanged, this, &FloorModel::takeTouched);
    reviewSource();
    list({});
}

FloorModel::~FloorModel() = default;

const FloorEntry *FloorModel::entry(const InteractionId &id) const
{
    const auto found = m_entries.find(id.value);
    return found == m_entries.end() ? nullptr : &found->second.entry;
}

bool FloorModel::settled() const { return m_loaded && m_stories.settled() && m_stretch.settled() && !m_refresh.isActive(); }

/// A source that has not been heard yet brings nothing: until then what is stored is what there is to see.
bool FloorModel::live() const
{
    return m_hub.hasSource() && (m_listened || m_hub.status().openInteractions > 0);
}

void FloorModel::reviewSource()
{
    m_listened = m_listened || m_hub.status().source == SourceState::Listening;
    if (std::exchange(m_wasLive, live()) != live())
        sortSoon(Sorting::Soon);
    if (std::exchange(m_knownUntil, m_hub.knownUntil()) != m_hub.knownUntil())
        changed();
}

FloorModel::Total FloorModel::total() const
{
    if (m_stretch.partial())
        return {std::max<std::int64_t>(m_stretch.all().all, m_figures.all), m_stretch.all().open};
    return {m_figures.all, m_figures.open};
}

bool FloorModel::knows(const InteractionId &id, TimeRange range) const
{
    const TimeRange &extent = m_scene->extent;
    const bool reached = m_scene->dated && extent.start <= range.start && range.end <= extent.end;
    return reached && (entry(id) || m_stretch.partial()); // of more than can be held here it is asked for where it is looked at
}

std::int64_t FloorModel::leftOut() const
{
    return m_stretch.partial() ? std::max<std::int64_t>(0, m_stretch.inView().all - heldInView()) : 0;
}

bool FloorModel::touchesView(const FloorEntry &entry) const
{
    return entry.start < m_view.end && (entry.goesOn() || entry.last() >= m_view.start);
}

std::int64_t FloorModel::heldInView() const
{
    return std::count_if(m_entries.begin(), m_entries.end(),
                         [this](const auto &held) { return !held.second.entry.shared && touchesView(held.second.entry); });
}

void FloorModel::list(const std::string &cursor)
{
    ListQuery query;
    query.limit = StretchReader::kRowsAsked;
    query.cursor = cursor;
    const auto ask = [&](auto answer) { return m_hub.session().list(query, std::move(answer)); };
    m_listing.ask<ListPage>(this, ask, [this](const Result<ListPage> &page) { listed(page); });
}

void FloorModel::listed(const Result<ListPage> &page)
{
    if (!page) {
        m_hub.fail(page.error());
        m_loaded = true;
        return;
    }
    for (const Summary &summary : page->items)
        take(summary, false);
    m_stories.pump();
    if (!page->nextCursor.empty() && m_entries.size() < kMostLanes) {
        list(page->nextCursor);
        return;
    }
    m_loaded = true;
    m_loadedAt = m_hub.clock().steady();
    if (!page->nextCursor.empty())
        m_stretch.setPartial();
    evict();
    changed();
    if (m_entries.empty())
        m_stretch.lookAtAllShared();
}

void FloorModel::takeTouched(const std::vector<Summary> &touched)
{
    for (const Summary &summary : touched)
        take(summary, true);
    evict();
    m_stories.pump();
    changed();
    m_stretch.noteChange(live());
}

void FloorModel::takeFound(const std::vector<Summary> &rows)
{
    for (const Summary &summary : rows)
        take(summary, false);
    evict();
    m_stories.pump();
    sortSoon(Sorting::Soon);
}

void FloorModel::take(const Summary &summary, bool touched)
{
    if (summary.start < kEarliestTime)
        return; // nothing of it has a time: it is on no timeline
    const auto [there, isNew] = m_entries.try_emplace(summary.interaction.value);
    Held &held = there->second;
    FloorEntry &entry = held.entry;
    if (isNew) {
        entry = entryOf(summary);
        entry.seenAt = touched && m_loaded ? m_hub.now() : kEarliestTime; // what was there before is not new
    }
    const bool known = entry.lane && entry.state == summary.state && held.commit == summary.commit && held.count == summary.count;
    m_events += static_cast<std::uint64_t>(std::max<std::int64_t>(0, summary.count - held.count));
    held.count = summary.count;
    held.commit = summary.commit;
    entry.shared = false;
    entry.state = summary.state;
    entry.end = summary.end;
    entry.start = summary.start;
    entry.lastEventAt = summary.lastEventAt;
    m_hub.noteEvent(entry.lastEventAt);
    if (touched || !known) // else it was only listed once more
        m_stories.want(entry.id, StoryReader::Where::Here);
}

void FloorModel::takeShared(const std::vector<Summary> &rows)
{
    for (const Summary &summary : rows) {
        const auto [there, isNew] = m_entries.try_emplace(summary.interaction.value);
        FloorEntry &entry = there->second.entry;
        if (isNew) {
            entry = entryOf(summary);
            entry.seenAt = kEarliestTime;
        } else if (!entry.shared) {
            continue; // it is here by now
        }
        entry.state = summary.state;
        entry.end = summary.end;
        entry.lastEventAt = summary.lastEventAt;
        if (!entry.lane)
            m_stories.want(entry.id, StoryReader::Where::Shared);
    }
    m_stories.pump();
    evict();
    changed();
}

void FloorModel::takeStory(const InteractionId &id, const StoryReader::Answer &answer)
{
    const auto found = m_entries.find(id.value);
    if (found != m_entries.end() && answer) {
        FloorEntry &entry = found->second.entry;
        fill(entry, (*answer)->story);
        if (entry.shared)
            entry.since.reset(); // who waits there is not told in time
    } else if (found != m_entries.end() && answer.error().code != ErrorCode::NotFound) { // removed by retention: the list will say so
        m_hub.fail(answer.error());
    }
    changed();
}

/// Bounded: what is not in view goes first, of that what ended longest ago, then the least recently active.
void FloorModel::evict()
{
    if (m_entries.size() <= kMostLanes)
        return;
    FloorOrder::Entries all;
    for (const auto &[id, held] : m_entries) {
        if (!m_stories.underWay(held.entry.id))
            all.push_back(&held.entry);
    }
    const std::size_t tooMany = std::min(m_entries.size() - kMostLanes, all.size());
    if (tooMany == 0)
        return;
    m_stretch.setPartial();
    const auto lessWanted = [this](const FloorEntry *a, const FloorEntry *b) {
        const bool awayA = !a->goesOn() && !touchesView(*a);
        const bool awayB = !b->goesOn() && !touchesView(*b);
        if (awayA != awayB)
            return awayA;
        return a->goesOn() != b->goesOn() ? b->goesOn() : a->lastEventAt < b->lastEventAt;
    };
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(tooMany) - 1, all.end(), lessWanted);
    all.resize(tooMany);
    erase(all);
}

void FloorModel::erase(const FloorOrder::Entries &gone)
{
    m_order.remove({gone.begin(), gone.end()});
    for (const FloorEntry *entry : gone) {
        m_stories.forget(entry->id);
        m_entries.erase(m_entries.find(entry->id.value));
    }
}

void FloorModel::changed()
{
    if (!m_refresh.isActive())
        m_refresh.start();
}

void FloorModel::sortSoon(Sorting sorting)
{
    m_sorting = std::max(m_sorting, sorting);
    changed();
}

void FloorModel::refresh()
{
    if (m_sorting != Sorting::WhenDue || m_sorted.elapsed() >= kSortEveryMs)
        arrange();
    else if (!m_sortDue.isActive()) // what has changed by now is sorted in later, also where nothing comes any more
        m_sortDue.start(static_cast<int>(kSortEveryMs - m_sorted.elapsed()));
    compose();
}

void FloorModel::rebuild()
{
    m_refresh.stop();
    m_sorting = Sorting::Anew;
    arrange();
    compose();
}

bool FloorModel::shown(const FloorEntry &entry) const
{
    const bool liveView = m_viewIsCurrent && live();
    if (entry.shared)
        return !liveView && (m_onlyShared || touchesView(entry));
    if (liveView && (entry.goesOn() || m_hub.now() - entry.last() < kStays))
        return true;
    return touchesView(entry);
}

bool FloorModel::endedEarlier(const FloorEntry &entry) const
{
    return m_viewIsCurrent && live() && entry.ended() && m_hub.now() - entry.last() >= kStays;
}

/// While rows are held those that stand in their queue stay there.
void FloorModel::tellEarlier(FloorOrder::Keep keep)
{
    const auto placed = keep == FloorOrder::Keep::Rows ? m_order.placed() : std::unordered_set<const FloorEntry *>();
    for (auto &[id, held] : m_entries) {
        FloorEntry &entry = held.entry;
        entry.earlier = endedEarlier(entry) && (entry.earlier || !placed.count(&entry));
    }
}

void FloorModel::arrange()
{
    const FloorOrder::Keep keep = kept();
    tellEarlier(keep);
    m_onlyShared = std::all_of(m_entries.begin(), m_entries.end(), [](const auto &held) { return held.second.entry.shared; });
    FloorOrder::Entries belonging;
    for (const auto &[id, held] : m_entries) {
        if (shown(held.entry))
            belonging.push_back(&held.entry);
    }
    m_order.arrange(belonging, m_sort, keep);
    m_sorting = Sorting::WhenDue;
    m_sorted.restart();
    m_sortDue.stop();
    // Who is new or gone shows at the next sorting; while something is live there is always a next one, also where nobody speaks.
    if (live() && !m_order.groups().empty())
        m_sortDue.start(kSortEveryMs);
}

FloorOrder::Keep FloorModel::kept()
{
    // A feed that never rests may keep stories waiting for good.
    m_arrived = m_arrived || (m_loaded && (m_stories.waiting() == 0 || m_hub.clock().steady() - m_loadedAt > kArrives));
    if (!m_holding || !m_arrived || m_sorting == Sorting::Anew)
        return FloorOrder::Keep::Nothing;
    const Duration now = m_hub.clock().steady();
    if (now - m_heldSince < kLongestHold)
        return FloorOrder::Keep::Rows;
    m_heldSince = now;
    return FloorOrder::Keep::Places;
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
    m_heldSince = m_hub.clock().steady();
    changed(); // once let go it is sorted as soon as it is due
}

FloorOrder::Entries FloorModel::own() const
{
    FloorOrder::Entries own;
    own.reserve(m_entries.size());
    for (const auto &[id, held] : m_entries) {
        if (!held.entry.shared || m_onlyShared)
            own.push_back(&held.entry);
    }
    return own;
}

std::vector<Stretch> FloorModel::stretches() const { return stretchesOf(own()); }

void FloorModel::compose()
{
    FloorOrder::Entries local = own();
    std::erase_if(local, [](const FloorEntry *entry) { return entry->shared; });
    m_figures = figuresOf(local);
    m_figures.known = m_loaded;
    m_misplaced = m_holding ? m_order.misplaced(m_sort) : 0;
    m_sharedShown = 0;
    for (const FloorOrder::Group &group : m_order.groups()) {
        for (const FloorEntry *lane : group.lanes)
            m_sharedShown += lane->shared;
    }
    auto scene = std::make_shared<Scene>();
    scene->rows = floorRows(m_order, m_figures, m_collapsed);
    scene->bands = m_hub.bands();
    scene->live = live();
    scene->arriving = !m_arrived;
    scene->knownUntil = m_hub.knownUntil();
    placeInTime(*scene);
    m_scene = std::move(scene);
    Q_EMIT sceneChanged(std::exchange(m_events, 0));
}

/// What there is to see, whether or not a row of it is in sight, and what of it comes first.
void FloorModel::placeInTime(Scene &scene) const
{
    std::optional<TimeRange> extent = extentOf(own());
    if (m_stretch.partial() && m_stretch.all().span) {
        const TimeRange stored = *m_stretch.all().span;
        extent = extent ? TimeRange{std::min(extent->start, stored.start), std::max(extent->end, stored.end)} : stored;
    }
    scene.dated = extent.has_value();
    scene.extent = extent.value_or(TimeRange{m_hub.now() - Duration::seconds(60), m_hub.now()});
    if (scene.live)
        scene.extent.end = std::max(scene.extent.end, m_hub.now());
    if (m_hub.status().delivery.state != DeliveryState::Off)
        scene.reach = kSharedReach;
    if (!extent)
        return;
    FloorOrder::Entries all;
    all.reserve(m_entries.size());
    for (const auto &[id, held] : m_entries)
        all.push_back(&held.entry);
    if (scene.live)
        scene.overview = liveOverview(all, scene.extent, m_hub.now(), kLeastOverview);
    else
        focusScene(scene, all);
}

void FloorModel::setView(TimeRange view, bool current)
{
    if (view == m_view && current == m_viewIsCurrent)
        return;
    const bool follows = current && m_viewIsCurrent && live();
    m_view = view;
    m_viewIsCurrent = current;
    m_stretch.setView(view, !current, follows);
    if (!follows)
        sortSoon(Sorting::Anew);
}

void FloorModel::setExpanded(const std::string &group, bool expanded)
{
    if (expanded)
        m_collapsed.erase(group);
    else
        m_collapsed.insert(group);
    compose();
}

/// All queues: what ended earlier is unfolded by itself.
void FloorModel::setAllExpanded(bool expanded)
{
    const std::string earlier = groupKey(FloorOrder::kEarlier);
    std::erase_if(m_collapsed, [&](const std::string &key) { return key != earlier; });
    for (const FloorOrder::Group &group : m_order.groups()) {
        if (!expanded && group.queue != FloorOrder::kEarlier)
            m_collapsed.insert(groupKey(group.queue));
    }
    compose();
}

bool FloorModel::folded() const { return m_collapsed.size() > m_collapsed.count(groupKey(FloorOrder::kEarlier)); }

void FloorModel::unfoldAround(const InteractionId &id)
{
    const FloorEntry *entry = this->entry(id);
    if (entry && m_collapsed.count(groupKey(FloorOrder::headOf(*entry))))
        setExpanded(groupKey(FloorOrder::headOf(*entry)), true);
}

} // namespace threadline::ui
