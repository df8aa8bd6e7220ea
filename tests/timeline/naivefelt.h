// SPDX-License-Identifier: GPL-3.0-or-later
/// What the customer lives through at one instant, told from the rows of a story by looking at everything, again and again.
/// Slow and plain, for events that tell no conference by name: the judge of the customer-felt lane. It shares nothing with core/timeline but the rules in words.
#pragma once

#include "core/model/story.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace threadline::test {

class NaiveFelt {
public:
    explicit NaiveFelt(const Story &story) : m_story(story)
    {
        for (const ParticipantRow &p : story.participants) {
            for (const ChannelRow &c : p.channels) {
                for (const Segment &s : c.segments) {
                    m_times.insert(s.start);
                    if (s.end)
                        m_times.insert(*s.end);
                }
            }
        }
    }

    /// The participant whose lane it is: the earliest inbound leg of a customer, else the earliest of an outside party.
    [[nodiscard]] int customer() const
    {
        int best = -1;
        bool bestInbound = false;
        Timestamp bestStart;
        for (std::size_t p = 0; p < m_story.participants.size(); ++p) {
            const ParticipantRow &row = m_story.participants[p];
            if (row.purpose != Purpose::Customer && row.purpose != Purpose::External)
                continue;
            for (const ChannelRow &c : row.channels) {
                if (c.segments.empty())
                    continue;
                const bool inbound = row.purpose == Purpose::Customer && c.direction == Direction::Inbound;
                const Timestamp start = c.segments.front().start;
                const bool better = best < 0 || (inbound && !bestInbound) || (inbound == bestInbound && start < bestStart);
                if (better) {
                    best = static_cast<int>(p);
                    bestInbound = inbound;
                    bestStart = start;
                }
            }
        }
        return best;
    }

    [[nodiscard]] SegmentKind kindAt(Timestamp t) const
    {
        using K = SegmentKind;
        const int c = customer();
        const auto mine = [&](K kind) { return has(c, kind, t); };
        const bool live = mine(K::Talk) || mine(K::Conference);
        if (mine(K::Hold))
            return K::Hold;
        if (mine(K::Voicemail))
            return K::Voicemail;
        const bool othersAreOn = any(c, [&](int p) {
            return (row(p).purpose == Purpose::Customer || row(p).purpose == Purpose::External) && isConnected(p, t);
        });
        const bool waiting = mine(K::Parked) && !live && !mine(K::Queue) && !mine(K::Alert) && !mine(K::Ivr);
        if (waiting && !othersAreOn)
            return K::Parked;
        if (mine(K::Alert) && !live)
            return K::Alert;

        std::optional<Timestamp> awaySince;
        for (int p = 0; p < count(); ++p) {
            if (p != c && isAway(p, t))
                awaySince = std::min(awaySince.value_or(t), since(t, [&](Timestamp x) { return isAway(p, x); }));
        }
        int partners = 0;
        for (int p = 0; p < count(); ++p) {
            if (p == c || !isConnected(p, t))
                continue;
            const Timestamp start = since(t, [&](Timestamp x) { return isConnected(p, x); });
            if (awaySince && start >= *awaySince)
                continue;
            ++partners;
        }
        if (partners > 0)
            return partners + (live ? 1 : 0) >= 3 ? K::Conference : K::Talk;
        if (live && !awaySince && any(c, [&](int p) { return isOurs(p) && (hasOn(p, K::Talk, t, true) || hasOn(p, K::Conference, t, true)); }))
            return K::Talk;
        if (waiting)
            return K::Parked;
        if (awaySince)
            return K::Hold;
        if (any(c, [&](int p) { return isOurs(p) && has(p, K::Alert, t); }))
            return K::Alert;
        for (const K kind : {K::Voicemail, K::Queue, K::Ivr}) {
            if (mine(kind) || any(c, [&](int p) { return has(p, kind, t); }))
                return kind;
        }
        const bool aside = any(c, [&](int p) { return isOurs(p) && has(p, K::Parked, t); });
        return aside || mine(K::Parked) ? K::Parked : K::Unknown;
    }

private:
    [[nodiscard]] int count() const { return static_cast<int>(m_story.participants.size()); }
    [[nodiscard]] const ParticipantRow &row(int p) const { return m_story.participants[static_cast<std::size_t>(p)]; }

    [[nodiscard]] bool has(int p, SegmentKind kind, Timestamp t) const { return hasOn(p, kind, t, false); }

    /// `callback`: on those channels of ours that are a callback still to be made; else on all others. Of who monitors only talk counts.
    [[nodiscard]] bool hasOn(int p, SegmentKind kind, Timestamp t, bool callback) const
    {
        if (p < 0 || (row(p).purpose == Purpose::Monitor && kind != SegmentKind::Talk && kind != SegmentKind::Conference))
            return false;
        for (const ChannelRow &c : row(p).channels) {
            if ((c.media == Media::Callback && isOurs(p)) != callback)
                continue;
            for (const Segment &s : c.segments) {
                if (s.kind == kind && s.start <= t && (!s.end || t < *s.end))
                    return true;
            }
        }
        return false;
    }

    template<class F>
    [[nodiscard]] bool any(int c, F f) const
    {
        for (int p = 0; p < count(); ++p) {
            if (p != c && f(p))
                return true;
        }
        return false;
    }

    /// One of ours, or nobody knows who.
    [[nodiscard]] bool isOurs(int p) const
    {
        switch (row(p).purpose) {
        case Purpose::Customer:
        case Purpose::External:
        case Purpose::Acd:
        case Purpose::Ivr:
        case Purpose::Workflow:
        case Purpose::Bot:
        case Purpose::Voicemail:
        case Purpose::Monitor: return false;
        default: return true;
        }
    }

    [[nodiscard]] bool isAway(int p, Timestamp t) const
    {
        return isOurs(p) && (has(p, SegmentKind::Hold, t) || has(p, SegmentKind::Consult, t));
    }
    [[nodiscard]] bool isConnected(int p, Timestamp t) const
    {
        const bool talks = has(p, SegmentKind::Talk, t) || has(p, SegmentKind::Conference, t);
        return talks && !has(p, SegmentKind::Hold, t) && !isAway(p, t);
    }

    /// Since when `holds` has been true without a break, at `t`.
    template<class F>
    [[nodiscard]] Timestamp since(Timestamp t, F holds) const
    {
        auto at = m_times.upper_bound(t);
        Timestamp start = t;
        while (at != m_times.begin()) {
            --at;
            if (!holds(*at))
                break;
            start = *at;
        }
        return start;
    }

    const Story &m_story;
    std::set<Timestamp> m_times;
};

} // namespace threadline::test
