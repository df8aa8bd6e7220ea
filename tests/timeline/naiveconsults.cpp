// SPDX-License-Identifier: GPL-3.0-or-later
/// Who was only consulted, by looking at every leg again and again: the rules are those in words of docs/import.md and core/timeline/legs.h.
#include "tests/timeline/naiverecord.h"

#include <algorithm>

namespace threadline::test {
namespace {

using K = SegmentKind;

constexpr Duration kMoment = Duration::seconds(1);   ///< whoever answers so soon before the other goes was handed the customer
constexpr Duration kAbout = Duration::seconds(2);    ///< so exactly is told when a consult was counted
constexpr Duration kNextOne = Duration::seconds(5);  ///< the next is called so soon after one who did not answer

bool isTalk(const NaiveSegment &s) { return s.kind == K::Talk || s.kind == K::Conference; }

std::optional<NaiveLeg> legOf(const NaiveSession &session, int participant, std::size_t number)
{
    std::vector<NaiveSegment> segments = session.segments;
    std::stable_sort(segments.begin(), segments.end(), [](const NaiveSegment &a, const NaiveSegment &b) { return a.start < b.start; });
    std::erase_if(segments, [](const NaiveSegment &s) { return s.kind == K::Acw; });
    if (segments.empty())
        return std::nullopt;
    NaiveLeg leg{participant, number, segments.front().start, segments.back().end.value_or(kLatestTime), kLatestTime, {}, false};
    for (const NaiveSegment &s : segments) {
        if (isTalk(s) && !leg.speech)
            leg.speech = s;
        if (isTalk(s) || s.kind == K::Hold)
            leg.talkFrom = std::min(leg.talkFrom, s.start);
        leg.watches = leg.watches || s.kind == K::Monitor || (s.barging && s.kind == K::Talk);
    }
    return leg;
}

/// Whether it was over, or somebody had answered, well before `gone`.
bool cameBefore(const NaiveLeg &leg, Timestamp gone)
{
    if (gone == kLatestTime)
        return true;
    return leg.speech ? leg.talkFrom < gone && gone - leg.speech->start > kMoment : leg.to <= gone;
}

} // namespace

void NaiveLane::findLegs()
{
    for (std::size_t p = 0; p < m_record.participants.size(); ++p) {
        const NaiveParticipant &who = m_record.participants[p];
        for (std::size_t s = 0; s < who.sessions.size(); ++s) {
            if (const auto leg = legOf(who.sessions[s], static_cast<int>(p), s))
                m_legs.push_back(*leg);
        }
    }
    std::stable_sort(m_legs.begin(), m_legs.end(), [](const NaiveLeg &a, const NaiveLeg &b) { return a.from < b.from; });
}

/// The last of its legs that had begun by then, with the end of the one that lasts longest.
std::optional<NaiveLeg> NaiveLane::stayAt(int participant, Timestamp time) const
{
    std::optional<NaiveLeg> stay;
    for (const NaiveLeg &leg : m_legs) {
        if (leg.participant != participant || time < leg.from)
            continue;
        const Timestamp to = stay ? std::max(stay->to, leg.to) : leg.to;
        stay = leg;
        stay->to = to;
    }
    return stay;
}

/// Whoever is rung or connected while one who was there before holds the customer.
void NaiveLane::noteCalled(std::size_t interval)
{
    const auto away = awayLongest(interval);
    if (!away || away->second >= interval)
        return;
    const auto rings = [&](std::size_t i, std::size_t p) { return m_record.participants[p].isOurs() && m_present[i][p].has(K::Alert); };
    const Timestamp now = m_cuts[interval];
    std::size_t over = interval;
    while (over < m_present.size() && m_present[over][static_cast<std::size_t>(away->first)].has(K::Hold))
        ++over;
    const Timestamp holdEnd = over == m_present.size() && m_endless ? kLatestTime : m_cuts[over];
    for (std::size_t p = 0; p < m_record.participants.size(); ++p) {
        const bool before = interval > 0;
        const bool rung = rings(interval, p) && !(before && rings(interval - 1, p));
        const bool connected = m_present[interval][p].talks() && !(before && m_present[interval - 1][p].talks());
        if ((!rung && !connected) || static_cast<int>(p) == m_customer || (m_record.participants[p].isOurs() && m_present[interval][p].has(K::Hold)))
            continue;
        const auto stay = stayAt(static_cast<int>(p), now), asker = stayAt(away->first, now);
        const Called called{away->first, now, holdEnd, asker ? asker->to : kLatestTime};
        if (stay && stay->from > m_cuts[away->second])
            m_aside[static_cast<int>(p)] = called;
        if (m_record.participants[p].isPerson())
            m_called[static_cast<int>(p)].push_back(called);
    }
}

bool NaiveLane::isAside(std::size_t interval, std::size_t participant) const
{
    const auto called = m_aside.find(static_cast<int>(participant));
    if (called == m_aside.end() || concludes(interval) || called->second.gone <= m_cuts[interval] || m_present[interval][participant].conference.value_or(false))
        return false;
    const Present &asker = m_present[interval][static_cast<std::size_t>(called->second.asker)];
    return asker.talks() || asker.has(K::Hold);
}

bool NaiveLane::conferredWithin(Timestamp from, Timestamp to) const
{
    for (std::size_t i = 0; i < m_present.size(); ++i) {
        const bool endless = m_endless && i + 1 == m_present.size();
        if (m_cuts[i] < to && (endless || from < m_cuts[i + 1]) && concludes(i)
            && std::count_if(m_present[i].begin(), m_present[i].end(), [](const Present &p) { return p.talks(); }) >= 3)
            return true;
    }
    return false;
}

/// Who comes as one of three is not asked aside.
bool NaiveLane::cameIntoConference(const NaiveLeg &leg) const
{
    if (!leg.speech)
        return false;
    const NaiveSegment &s = *leg.speech;
    return s.conference.value_or(false) || s.kind == K::Conference || (s.end != s.start && conferredWithin(s.start, s.start + Duration::micros(1)));
}

/// A queue that was called after `since` was there between the two times.
bool NaiveLane::wasQueued(Timestamp since, Timestamp from, Timestamp to) const
{
    return std::any_of(m_legs.begin(), m_legs.end(), [&](const NaiveLeg &q) {
        return m_record.participants[static_cast<std::size_t>(q.participant)].purpose == Purpose::Acd && since <= q.from && q.from <= to && from <= q.to;
    });
}

/// The legs that the consults counted on `asker` are of.
std::vector<NaiveLeg> NaiveLane::countedOf(const NaiveLeg &asker) const
{
    const NaiveSession &session = m_record.participants[static_cast<std::size_t>(asker.participant)].sessions[asker.session];
    std::vector<Timestamp> times = session.consults;
    std::sort(times.begin(), times.end());
    std::size_t untimed = session.untimedConsults;
    std::vector<NaiveLeg> found;
    std::optional<NaiveLeg> last;
    for (const NaiveLeg &leg : m_legs) {
        const NaiveParticipant &who = m_record.participants[static_cast<std::size_t>(leg.participant)];
        const bool called = (who.isPerson() || who.isOutside()) && leg.participant != m_customer && !leg.watches && leg.participant != asker.participant;
        if (!called || leg.from < asker.talkFrom || leg.from <= asker.from || asker.to <= leg.from || cameIntoConference(leg) || !cameBefore(leg, asker.to))
            continue;
        const auto due = std::count_if(times.begin(), times.end(), [&](Timestamp t) { return t <= leg.from; });
        if (due > 0) { // the latest of them; those before it had none of their own
            const Timestamp latest = times[static_cast<std::size_t>(due - 1)];
            std::erase_if(times, [&](Timestamp t) { return t < latest; });
            times.erase(times.begin());
        } else if (!times.empty() && times.front() - kAbout <= leg.from) {
            times.erase(times.begin());
        } else if (untimed > 0) {
            --untimed;
        } else if (last && (last->speech ? leg.from < last->speech->start
                                         : last->to == kLatestTime || leg.from - last->to <= kNextOne || wasQueued(asker.talkFrom, last->to, leg.from))) {
            found.push_back(leg);
            last = last->speech ? last : leg;
            continue;
        } else {
            continue;
        }
        found.push_back(leg);
        last = leg;
    }
    return found;
}

void NaiveLane::findConsulted()
{
    for (const NaiveLeg &asker : m_legs) {
        const NaiveParticipant &who = m_record.participants[static_cast<std::size_t>(asker.participant)];
        if (!who.isPerson() || !asker.speech || !who.sessions[asker.session].consulted)
            continue;
        for (const NaiveLeg &leg : countedOf(asker)) {
            if (m_record.participants[static_cast<std::size_t>(leg.participant)].isPerson())
                m_consulted.push_back({leg.participant, leg.session, asker.participant, asker.to});
        }
    }
    for (const NaiveLeg &leg : m_legs) {
        const auto all = m_called.find(leg.participant);
        if (all == m_called.end() || leg.watches || consultOf(leg.participant, leg.session))
            continue;
        const auto called = std::find_if(all->second.begin(), all->second.end(), [&](const Called &c) { return leg.from <= c.at; });
        if (called == all->second.end() || called->at >= leg.to || called->at > leg.talkFrom)
            continue;
        const Timestamp until = m_told ? called->gone : called->holdEnd;
        if (cameBefore(leg, until))
            m_consulted.push_back({leg.participant, leg.session, called->asker, until});
    }
}

const NaiveConsulted *NaiveLane::consultOf(int participant, std::size_t session) const
{
    const auto found = std::find_if(m_consulted.begin(), m_consulted.end(), [&](const NaiveConsulted &c) { return c.participant == participant && c.session == session; });
    return found == m_consulted.end() ? nullptr : &*found;
}

/// Talk of one who was consulted is with the customer in a conference, or where it goes on after the asker has gone.
bool NaiveLane::isWithCustomer(const NaiveSegment &talk, int participant, std::size_t session) const
{
    const NaiveConsulted *consulted = consultOf(participant, session);
    const Timestamp end = talk.end.value_or(kLatestTime);
    if (!consulted || talk.conference.value_or(false) || talk.kind == K::Conference || (talk.start < end && conferredWithin(talk.start, end)))
        return true;
    return end > consulted->until && end - consulted->until > kMoment;
}

} // namespace threadline::test
