// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/floorscene.h"

#include "ui/text/format.h"

#include <QCoreApplication>

#include <algorithm>

namespace threadline::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Floor", text); }

constexpr Duration kPause = Duration::seconds(6LL * 3600); ///< so long without anything parts one stretch from the next
constexpr Duration kDay = Duration::seconds(86'400);

bool goesOn(const FloorEntry *entry) { return entry->goesOn(); }

/// Where the customer lived through it; before that is known, from its first to its last event.
TimeRange feltOf(const FloorEntry &entry, Timestamp until)
{
    return entry.felt ? TimeRange{entry.felt->start, std::min(entry.felt->end, until)} : TimeRange{entry.start, std::min(entry.lastEventAt, until)};
}

/// "3 ended", "2 ended, 1 with its end unknown".
QString overText(const FloorOrder::Group &group)
{
    const auto endless = std::count_if(group.lanes.begin(), group.lanes.end(), [](const FloorEntry *entry) { return entry->endless; });
    const auto ended = static_cast<std::ptrdiff_t>(group.lanes.size()) - endless;
    QStringList parts;
    if (ended > 0)
        parts << tr("%1 ended").arg(numberText(ended));
    if (endless > 0)
        parts << (endless == 1 ? tr("1 with its end unknown") : tr("%1 with their ends unknown").arg(numberText(endless)));
    return parts.join(QStringLiteral(", "));
}

Row groupRow(const FloorOrder::Group &group, const NowFigures &figures, const std::set<std::string> &collapsed)
{
    Row row;
    row.kind = RowKind::Group;
    row.key = groupKeyOf(group.queue);
    row.title = group.queue == FloorOrder::kEarlier ? tr("Ended earlier") : group.queue.isEmpty() ? tr("No queue") : group.queue;
    row.expanded = !collapsed.count(row.key);
    const auto counted = std::find_if(figures.queues.begin(), figures.queues.end(),
                                      [&](const QueueFigures &queue) { return queue.queue == group.queue; });
    const auto open = std::count_if(group.lanes.begin(), group.lanes.end(), [](const FloorEntry *entry) { return goesOn(entry) && !entry->shared; });
    if (counted != figures.queues.end() && open > 0) { // fewer where the view is of a time before some of them
        row.since = counted->longestSince;
        row.note = open < counted->open ? tr("%1 of %2 open").arg(numberText(open), numberText(counted->open)) : tr("%1 open").arg(numberText(counted->open));
    } else if (std::none_of(group.lanes.begin(), group.lanes.end(), goesOn)) {
        row.note = overText(group);
    }
    row.waits = row.since.has_value();
    return row;
}

Row laneRow(const FloorEntry &entry, int parent)
{
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
    row.open = entry.goesOn() && !entry.shared;
    if (entry.seenAt > kEarliestTime)
        row.fresh = entry.seenAt;
    return row;
}

} // namespace

std::string groupKeyOf(const QString &queue) { return "group:" + queue.toStdString(); }

std::vector<Row> floorRows(const FloorOrder &order, const NowFigures &figures, const std::set<std::string> &collapsed)
{
    std::vector<Row> rows;
    bool odd = true;
    for (const FloorOrder::Group &group : order.groups()) {
        const int parent = static_cast<int>(rows.size());
        rows.push_back(groupRow(group, figures, collapsed));
        if (!rows.back().expanded)
            continue;
        for (const FloorEntry *entry : group.lanes) {
            rows.push_back(laneRow(*entry, parent));
            rows.back().odd = std::exchange(odd, !odd);
        }
    }
    return rows;
}

std::optional<TimeRange> extentOf(const FloorOrder::Entries &entries)
{
    if (entries.empty())
        return std::nullopt;
    TimeRange range{kLatestTime, kEarliestTime};
    for (const FloorEntry *entry : entries) {
        range.start = std::min(range.start, entry->start);
        range.end = std::max(range.end, entry->lastEventAt);
    }
    return range.start > range.end ? std::nullopt : std::optional(range);
}

TimeRange latestStretch(const FloorOrder::Entries &entries, Timestamp until)
{
    std::vector<TimeRange> spans;
    spans.reserve(entries.size());
    for (const FloorEntry *entry : entries) {
        const TimeRange span = feltOf(*entry, until);
        if (span.start <= until)
            spans.push_back({span.start, std::max(span.start, span.end)});
    }
    // One that was never closed would stretch it over years.
    const auto longs = std::partition(spans.begin(), spans.end(), [](TimeRange span) { return span.length() <= kDay; });
    if (longs != spans.begin())
        spans.erase(longs, spans.end());
    std::sort(spans.begin(), spans.end(), [](TimeRange a, TimeRange b) { return a.end > b.end; });
    if (spans.empty())
        return {until, until};
    TimeRange stretch = spans.front();
    for (const TimeRange span : spans) {
        if (stretch.start - span.end > kPause || stretch.length() > kDay)
            break;
        stretch.start = std::min(stretch.start, span.start);
    }
    return stretch;
}

std::optional<TimeRange> liveOverview(const FloorOrder::Entries &entries, TimeRange extent, Timestamp now, Duration least)
{
    TimeRange stretch = latestStretch(entries, now);
    if (now - stretch.end > kPause)
        stretch.start = now;
    return focusOn({std::min(stretch.start, now - least), now}, extent);
}

void focusScene(Scene &scene, const FloorOrder::Entries &entries)
{
    const TimeRange felt = latestStretch(entries, scene.extent.end);
    scene.focus = focusOn(felt, scene.extent);
    if (!scene.focus)
        return;
    for (const FloorEntry *entry : entries) {
        const TimeRange span = feltOf(*entry, scene.extent.end);
        if (span.end < felt.start)
            ++scene.before;
        else if (entry->start < felt.start || entry->lastEventAt > felt.end)
            ++scene.beyond;
    }
}

std::vector<Stretch> stretchesOf(const FloorOrder::Entries &entries)
{
    std::vector<Stretch> out;
    out.reserve(entries.size());
    for (const FloorEntry *entry : entries)
        out.push_back({entry->lane, entry->start.us, entry->goesOn() ? kOpenEnd : entry->last().us});
    return out;
}

} // namespace threadline::ui
