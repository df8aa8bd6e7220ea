// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/floororder.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace threadline::ui {
namespace {

using Entries = FloorOrder::Entries;
using Set = std::unordered_set<const FloorEntry *>;

/// Those of `belonging` that stand nowhere yet, by queue, sorted; the group of the most urgent lane first, whatever lanes are sorted by.
std::vector<FloorOrder::Group> newcomers(const Entries &belonging, const Set &placed, FloorSort sort)
{
    std::map<QString, Entries> queues;
    for (const FloorEntry *entry : belonging) {
        if (!placed.count(entry))
            queues[FloorOrder::headOf(*entry)].push_back(entry);
    }
    const auto moreUrgent = [](const FloorEntry *a, const FloorEntry *b) { return beforeByAttention(*a, *b); };
    std::vector<std::pair<const FloorEntry *, FloorOrder::Group>> byUrgency;
    for (auto &[queue, lanes] : queues) {
        const FloorEntry *first = *std::min_element(lanes.begin(), lanes.end(), moreUrgent);
        std::sort(lanes.begin(), lanes.end(), [sort](const FloorEntry *a, const FloorEntry *b) { return before(sort, *a, *b); });
        byUrgency.emplace_back(first, FloorOrder::Group{queue, std::move(lanes)});
    }
    std::sort(byUrgency.begin(), byUrgency.end(), [&](const auto &a, const auto &b) { return moreUrgent(a.first, b.first); });
    std::vector<FloorOrder::Group> groups;
    groups.reserve(byUrgency.size());
    for (auto &[first, group] : byUrgency)
        groups.push_back(std::move(group));
    return groups;
}

} // namespace

const QString FloorOrder::kEarlier = QStringLiteral("\x01""earlier");

void FloorOrder::arrange(const Entries &belonging, FloorSort sort, Keep keep)
{
    if (keep == Keep::Nothing)
        m_groups.clear();
    const Set belongs(belonging.begin(), belonging.end());
    Entries standing = belonging;
    for (const Group &group : m_groups) {
        for (const FloorEntry *lane : group.lanes) {
            if (keep == Keep::Rows && headOf(*lane) != group.queue && !belongs.count(lane))
                standing.push_back(lane); // it stays, in its new group
        }
    }
    eraseLanes([&](const Group &group, const FloorEntry *lane) {
        return headOf(*lane) != group.queue || (keep != Keep::Rows && !belongs.count(lane));
    });
    append(newcomers(standing, placed(), sort));
}

std::unordered_set<const FloorEntry *> FloorOrder::placed() const
{
    Set placed;
    for (const Group &group : m_groups)
        placed.insert(group.lanes.begin(), group.lanes.end());
    return placed;
}

void FloorOrder::remove(const std::unordered_set<const FloorEntry *> &gone)
{
    eraseLanes([&](const Group &, const FloorEntry *lane) { return gone.count(lane) > 0; });
}

int FloorOrder::misplaced(FloorSort sort) const
{
    int count = 0;
    for (const Group &group : m_groups) {
        const FloorEntry *last = group.lanes.front(); // of all above
        for (const FloorEntry *lane : group.lanes) {
            if (before(sort, *lane, *last))
                ++count;
            else
                last = lane;
        }
    }
    return count;
}

template<class Leaves>
void FloorOrder::eraseLanes(Leaves leaves)
{
    for (Group &group : m_groups)
        std::erase_if(group.lanes, [&](const FloorEntry *lane) { return leaves(group, lane); });
    std::erase_if(m_groups, [](const Group &group) { return group.lanes.empty(); });
}

/// Lanes behind those of their group; groups that are not there yet behind all but what ended earlier.
void FloorOrder::append(std::vector<Group> added)
{
    const std::size_t before = m_groups.size();
    for (Group &group : added) {
        const auto end = m_groups.begin() + static_cast<std::ptrdiff_t>(before);
        const auto there = std::find_if(m_groups.begin(), end, [&](const Group &g) { return g.queue == group.queue; });
        if (there == end)
            m_groups.push_back(std::move(group));
        else
            there->lanes.insert(there->lanes.end(), group.lanes.begin(), group.lanes.end());
    }
    std::stable_partition(m_groups.begin(), m_groups.end(), [](const Group &group) { return group.queue != kEarlier; });
}

} // namespace threadline::ui
