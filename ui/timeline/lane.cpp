// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lane.h"

#include <algorithm>

namespace threadline::ui {
namespace {

Lane::Node nodeOf(const LaneSegment *from, const LaneSegment *to)
{
    Lane::Node node;
    node.start = from->start;
    node.end = from->end;
    node.count = static_cast<std::uint32_t>(to - from);
    for (const LaneSegment *s = from; s != to; ++s) {
        node.end = std::max(node.end, s->end);
        if (s->open())
            continue;
        const std::int64_t length = s->endAt(0) - s->start;
        node.longest = std::max(node.longest, length);
        node.time[static_cast<std::size_t>(s->kind)] += length;
    }
    return node;
}

Lane::Node joined(const Lane::Node *from, const Lane::Node *to)
{
    Lane::Node node = *from;
    for (const Lane::Node *n = from + 1; n != to; ++n) {
        node.end = std::max(node.end, n->end);
        node.longest = std::max(node.longest, n->longest);
        node.count += n->count;
        for (std::size_t kind = 0; kind < node.time.size(); ++kind)
            node.time[kind] += n->time[kind];
    }
    return node;
}

/// Groups of kFan, the last one may be shorter.
template<class In, class Make>
std::vector<Lane::Node> grouped(const std::vector<In> &below, Make make)
{
    std::vector<Lane::Node> out;
    out.reserve(below.size() / Lane::kFan + 1);
    for (std::size_t i = 0; i < below.size(); i += Lane::kFan)
        out.push_back(make(below.data() + i, below.data() + std::min(i + Lane::kFan, below.size())));
    return out;
}

} // namespace

Lane::Lane(std::vector<LaneSegment> segments, std::vector<QString> names)
    : m_segments(std::move(segments)), m_names(std::move(names))
{
    if (m_names.empty())
        m_names.emplace_back();
    summarise();
}

void Lane::summarise()
{
    if (m_segments.size() <= kFan)
        return;
    m_levels.push_back(grouped(m_segments, nodeOf));
    while (m_levels.back().size() > kFan)
        m_levels.push_back(grouped(m_levels.back(), joined));
}

std::size_t Lane::firstEndingAfter(std::int64_t t) const
{
    // Down the levels: the first node that ends after t holds the first such segment.
    std::size_t at = 0;
    for (std::size_t level = m_levels.size(); level-- > 0;) {
        const std::vector<Node> &nodes = m_levels[level];
        while (at < nodes.size() && nodes[at].end <= t)
            ++at;
        if (at == nodes.size())
            return m_segments.size();
        at *= kFan;
    }
    while (at < m_segments.size() && m_segments[at].end <= t)
        ++at;
    return at;
}

} // namespace threadline::ui
