// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/floorscene.h"

#include "ui/text/format.h"

#include <QCoreApplication>

#include <algorithm>

namespace threadline::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Floor", text); }

bool ended(const FloorEntry *entry) { return entry->state == InteractionState::Ended; }

Row groupRow(const FloorOrder::Group &group, const NowFigures &figures, const std::set<std::string> &collapsed)
{
    Row row;
    row.kind = RowKind::Group;
    row.key = groupKeyOf(group.queue);
    row.title = group.queue.isEmpty() ? tr("No queue") : group.queue;
    row.expanded = !collapsed.count(row.key);
    const auto counted = std::find_if(figures.queues.begin(), figures.queues.end(),
                                      [&](const QueueFigures &queue) { return queue.queue == group.queue; });
    if (counted != figures.queues.end()) {
        row.since = counted->longestSince;
        row.note = tr("%1 open").arg(numberText(static_cast<std::uint64_t>(counted->open)));
    } else if (std::all_of(group.lanes.begin(), group.lanes.end(), ended)) {
        row.note = tr("%1 ended").arg(numberText(group.lanes.size()));
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

void focusScene(Scene &scene, const FloorOrder::Entries &entries)
{
    TimeRange felt{kLatestTime, kEarliestTime};
    for (const FloorEntry *entry : entries) {
        felt.start = std::min(felt.start, entry->felt ? entry->felt->start : entry->start);
        felt.end = std::max(felt.end, entry->felt ? std::min(entry->felt->end, scene.extent.end) : entry->lastEventAt);
    }
    scene.focus = focusOn(felt, scene.extent);
    if (!scene.focus)
        return;
    scene.beyond = static_cast<int>(std::count_if(entries.begin(), entries.end(), [&](const FloorEntry *entry) {
        return entry->start < felt.start || entry->lastEventAt > felt.end;
    }));
}

std::vector<Stretch> stretchesOf(const FloorOrder::Entries &entries)
{
    std::vector<Stretch> out;
    out.reserve(entries.size());
    for (const FloorEntry *entry : entries)
        out.push_back({entry->lane, entry->start.us, ended(entry) ? entry->end.value_or(entry->lastEventAt).us : kOpenEnd});
    return out;
}

} // namespace threadline::ui
