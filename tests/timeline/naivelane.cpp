// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/timeline/naiverecord.h"

#include <algorithm>
#include <set>

namespace threadline::test {
namespace {

using K = SegmentKind;

/// Somebody goes and the next one comes: nobody is there for so long at most.
constexpr Duration kHandOver = Duration::seconds(1);

} // namespace

NaiveLane::NaiveLane(const NaiveRecord &record) : m_record(record)
{
    findCustomer();
    if (m_customer >= 0)
        findSpan();
    findLegs();
    cut();
    for (std::size_t i = 0; i + 1 < m_cuts.size(); ++i) {
        m_present.emplace_back();
        for (std::size_t p = 0; p < record.participants.size(); ++p)
            m_present.back().push_back(presentAt(static_cast<int>(p), m_cuts[i], m_cuts[i + 1]));
    }
    if (m_start)
        live();
    findConsulted();
}

void NaiveLane::live()
{
    for (std::size_t i = 0; i + 1 < m_cuts.size(); ++i) {
        if (m_cuts[i] < *m_start || (!m_open && *m_end < m_cuts[i + 1]))
            continue;
        const bool last = i + 2 == m_cuts.size();
        m_pieces.push_back({kindAt(i), m_cuts[i], last && m_open ? std::nullopt : std::optional(m_cuts[i + 1])});
        if (m_pieces.back().kind == K::Talk || m_pieces.back().kind == K::Conference)
            noteTalk(i);
        if (m_pieces.back().kind == K::Hold)
            noteCalled(i);
    }
    if (m_pieces.empty()) { // over as it begins: with what was there then
        const auto at = static_cast<std::size_t>(std::lower_bound(m_cuts.begin(), m_cuts.end(), *m_start) - m_cuts.begin());
        m_pieces.push_back({at + 1 < m_cuts.size() ? kindAt(at) : K::Unknown, *m_start, *m_start});
    }
    closeHandOvers();
}

/// The earliest inbound leg of a customer, else the earliest of an outside party.
void NaiveLane::findCustomer()
{
    bool bestInbound = false;
    Timestamp bestStart;
    for (std::size_t p = 0; p < m_record.participants.size(); ++p) {
        const NaiveParticipant &who = m_record.participants[p];
        for (const NaiveSession &session : who.sessions) {
            if (!who.isOutside() || session.segments.empty())
                continue;
            const bool inbound = who.purpose == Purpose::Customer && session.inbound;
            Timestamp start = session.segments.front().start;
            for (const NaiveSegment &s : session.segments)
                start = std::min(start, s.start);
            if (m_customer < 0 || (inbound && !bestInbound) || (inbound == bestInbound && start < bestStart)) {
                m_customer = static_cast<int>(p);
                bestInbound = inbound;
                bestStart = start;
                m_outbound = who.sessions.front().outbound;
            }
        }
    }
}

void NaiveLane::findSpan()
{
    for (const NaiveSession &session : m_record.participants[static_cast<std::size_t>(m_customer)].sessions) {
        for (const NaiveSegment &s : session.segments) {
            if (s.kind == K::Acw)
                continue;
            m_start = std::min(m_start.value_or(s.start), s.start);
            m_open = m_open || !s.end;
            m_end = std::max(m_end.value_or(s.start), s.end.value_or(s.start));
        }
    }
}

void NaiveLane::cut()
{
    std::set<Timestamp> times;
    if (m_start)
        times = {*m_start, *m_end};
    for (const NaiveParticipant &p : m_record.participants) {
        for (const NaiveSession &session : p.sessions) {
            for (const NaiveSegment &s : session.segments) {
                times.insert(s.start);
                times.insert(s.end.value_or(s.start));
                m_endless = m_endless || !s.end;
                m_told = m_told || s.conference;
            }
            for (const NaiveSegment &s : session.unreadable)
                m_told = m_told || s.conference;
        }
    }
    m_cuts.assign(times.begin(), times.end());
    if (m_endless)
        m_cuts.push_back(m_cuts.back() + Duration::seconds(3600)); // stands for what is to come
}

NaiveLane::Present NaiveLane::presentAt(int participant, Timestamp from, Timestamp to) const
{
    Present present;
    const NaiveParticipant &who = m_record.participants[static_cast<std::size_t>(participant)];
    for (const NaiveSession &session : who.sessions) {
        for (const NaiveSegment &s : session.segments) {
            if (from < s.start || (s.end && *s.end < to))
                continue;
            if (who.isOurs() && session.isCallback()) {
                present.callbackTalk = present.callbackTalk || s.kind == K::Talk || s.kind == K::Conference;
                continue;
            }
            present.kinds.set(static_cast<std::size_t>(s.kind));
            present.barging = present.barging || s.barging;
            if (s.conference && (s.kind == K::Talk || s.kind == K::Conference))
                present.conference = present.conference.value_or(false) || *s.conference;
        }
    }
    return present;
}

SegmentKind NaiveLane::kindAt(std::size_t interval) const
{
    const std::vector<Present> &all = m_present[interval];
    const Present &customer = all[static_cast<std::size_t>(m_customer)];
    const bool live = customer.has(K::Talk) || customer.has(K::Conference);
    if (customer.has(K::Hold))
        return K::Hold;
    if (customer.has(K::Voicemail))
        return K::Voicemail;
    bool outside = false;
    for (std::size_t p = 0; p < all.size(); ++p)
        outside = outside || (static_cast<int>(p) != m_customer && m_record.participants[p].isOutside() && all[p].talks());
    const bool waiting = customer.has(K::Parked) && !live && !customer.has(K::Queue) && !customer.has(K::Alert) && !customer.has(K::Ivr);
    if (waiting && !outside)
        return K::Parked;
    if (customer.has(K::Alert) && !live)
        return K::Alert;
    return withPeople(interval, live, waiting);
}

/// Who of ours has held the longest, and since which interval.
std::optional<std::pair<int, std::size_t>> NaiveLane::awayLongest(std::size_t interval) const
{
    std::optional<std::pair<int, std::size_t>> longest;
    for (std::size_t p = 0; p < m_record.participants.size(); ++p) {
        if (!m_record.participants[p].isOurs() || static_cast<int>(p) == m_customer || !m_present[interval][p].has(K::Hold))
            continue;
        std::size_t since = interval;
        while (since > 0 && m_present[since - 1][p].has(K::Hold))
            --since;
        if (!longest || since < longest->second)
            longest = {static_cast<int>(p), since};
    }
    return longest;
}

bool NaiveLane::concludes(std::size_t interval) const
{
    const std::vector<Present> &all = m_present[interval];
    return !m_told || std::any_of(all.begin(), all.end(), [](const Present &p) { return p.barging; });
}

/// With whom the customer talks, by how long they have been there. Who holds is away, and so is whom he called meanwhile: that is a consult.
std::vector<std::size_t> NaiveLane::partners(std::size_t interval) const
{
    const auto away = awayLongest(interval);
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (std::size_t p = 0; p < m_record.participants.size(); ++p) {
        if (static_cast<int>(p) == m_customer || !m_present[interval][p].talks() || isAside(interval, p))
            continue;
        std::size_t since = interval;
        while (since > 0 && m_present[since - 1][p].talks())
            --since;
        if (!away || since < away->second)
            found.emplace_back(since, p);
    }
    std::sort(found.begin(), found.end());
    std::vector<std::size_t> out;
    for (const auto &[since, p] : found)
        out.push_back(p);
    return out;
}

/// Who came at the same time as the first of them may be named as well.
void NaiveLane::noteTalk(std::size_t interval)
{
    Talk talk{m_cuts[interval], m_cuts[interval + 1], {}};
    const auto since = [&](std::size_t p) {
        std::size_t i = interval;
        while (i > 0 && m_present[i - 1][p].talks())
            --i;
        return i;
    };
    const std::vector<std::size_t> all = partners(interval);
    for (const std::size_t p : all) {
        if (since(p) == since(all.front()))
            talk.with.insert(m_record.participants[p].id.toStdString());
    }
    m_talks.push_back(std::move(talk));
}

SegmentKind NaiveLane::withPeople(std::size_t interval, bool live, bool waiting) const
{
    const std::vector<Present> &all = m_present[interval];
    bool works = false, rings = false, aside = false, flagged = false;
    std::bitset<kSegmentKinds> served;
    for (std::size_t p = 0; p < all.size(); ++p) {
        const bool mine = static_cast<int>(p) == m_customer, ours = m_record.participants[p].isOurs();
        served |= all[p].kinds;
        aside = aside || ((mine || ours) && all[p].has(K::Parked));
        works = works || (ours && all[p].callbackTalk);
        rings = rings || (ours && all[p].has(K::Alert));
    }
    const std::vector<std::size_t> with = partners(interval);
    for (const std::size_t p : with)
        flagged = flagged || all[p].conference.value_or(false);
    const bool three = with.size() + (live ? 1 : 0) >= 3, away = awayLongest(interval).has_value();
    if (!with.empty())
        return flagged || (three && concludes(interval)) ? K::Conference : K::Talk;
    if (live && !away && works)
        return K::Talk;
    if (waiting)
        return K::Parked;
    if (away)
        return K::Hold;
    if (rings)
        return K::Alert;
    for (const K kind : {K::Voicemail, K::Queue, K::Ivr}) {
        if (served.test(static_cast<std::size_t>(kind)))
            return kind;
    }
    return aside ? K::Parked : K::Unknown;
}

std::set<std::string> NaiveLane::consults() const
{
    std::set<std::string> pairs;
    for (const NaiveConsulted &c : m_consulted)
        pairs.insert((m_record.participants[static_cast<std::size_t>(c.asker)].id + QLatin1Char('>') + m_record.participants[static_cast<std::size_t>(c.participant)].id).toStdString());
    return pairs;
}

/// Equal neighbours are one; a moment with nobody there belongs to what was before, at the beginning to what follows.
void NaiveLane::closeHandOvers()
{
    const auto join = [this] {
        std::vector<Piece> joined;
        for (const Piece &piece : m_pieces) {
            if (!joined.empty() && joined.back().kind == piece.kind)
                joined.back().end = piece.end;
            else
                joined.push_back(piece);
        }
        m_pieces = std::move(joined);
    };
    join();
    for (std::size_t i = 0; i < m_pieces.size() && m_pieces.size() > 1; ++i) {
        Piece &piece = m_pieces[i];
        if (piece.kind == K::Unknown && piece.end && *piece.end - piece.start <= kHandOver)
            piece.kind = i > 0 ? m_pieces[i - 1].kind : m_pieces[1].kind;
    }
    join();
}

Duration NaiveLane::felt(SegmentKind kind) const
{
    Duration sum;
    for (const Piece &piece : m_pieces)
        sum = sum + (piece.kind == kind ? std::max(piece.start, piece.end.value_or(m_record.lastTime())) - piece.start : Duration());
    return sum;
}

/// How long any leg of theirs was in one of `kinds`: at once counts once. Dialling is not ringing.
Duration NaiveLane::legs(const std::set<SegmentKind> &kinds, bool (*whose)(const NaiveParticipant &)) const
{
    std::set<Timestamp> cuts;
    std::vector<NaiveSegment> all;
    for (const NaiveParticipant &p : m_record.participants) {
        for (const NaiveSession &session : p.sessions) {
            for (const NaiveSegment &s : session.segments) {
                if (!whose(p) || !kinds.contains(s.kind) || s.dialled)
                    continue;
                all.push_back(s);
                all.back().end = std::max(s.start, s.end.value_or(m_record.lastTime()));
                cuts.insert({s.start, *all.back().end});
            }
        }
    }
    Duration sum;
    for (auto from = cuts.begin(), to = from; from != cuts.end() && ++to != cuts.end(); from = to) {
        if (std::any_of(all.begin(), all.end(), [&](const NaiveSegment &s) { return s.start <= *from && *to <= *s.end; }))
            sum = sum + (*to - *from);
    }
    return sum;
}

/// After-call work is each one's own.
Duration NaiveLane::work() const
{
    Duration sum;
    for (const NaiveParticipant &p : m_record.participants) {
        for (const NaiveSession &session : p.sessions) {
            for (const NaiveSegment &s : session.segments)
                sum = sum + (s.kind == K::Acw ? std::max(s.start, s.end.value_or(m_record.lastTime())) - s.start : Duration());
        }
    }
    return sum;
}

/// How often somebody of ours came to talk with whom he had not been talking to: not from hold, not with a second leg beside the first. Who barges in, or
/// has himself dialled, or is only consulted, answers nothing.
int NaiveLane::answersOf(int participant) const
{
    const NaiveParticipant &who = m_record.participants[static_cast<std::size_t>(participant)];
    struct Stay {
        Timestamp start, end;
        bool answers = false;
    };
    std::vector<Stay> stays;
    for (std::size_t number = 0; number < who.sessions.size(); ++number) {
        std::vector<NaiveSegment> segments = who.sessions[number].segments;
        std::stable_sort(segments.begin(), segments.end(), [](const NaiveSegment &a, const NaiveSegment &b) { return a.start < b.start; });
        bool fresh = true, dialled = false;
        for (const NaiveSegment &s : segments) {
            fresh = fresh || s.kind == K::Alert;
            dialled = s.kind == K::Alert ? s.dialled : dialled;
            const bool talk = s.kind == K::Talk || s.kind == K::Conference;
            if (!talk && s.kind != K::Hold)
                continue;
            if (fresh)
                stays.push_back({s.start, s.start, false});
            fresh = false;
            stays.back().answers = stays.back().answers || (talk && !s.barging && !dialled && isWithCustomer(s, participant, number));
            stays.back().end = std::max(stays.back().end, s.end.value_or(kLatestTime));
        }
    }
    std::stable_sort(stays.begin(), stays.end(), [](const Stay &a, const Stay &b) { return a.start < b.start; });
    int answers = 0;
    std::optional<Timestamp> until;
    bool counted = false;
    for (const Stay &stay : stays) {
        counted = counted && until && stay.start <= *until;
        answers += stay.answers && !counted ? 1 : 0;
        counted = counted || stay.answers;
        until = std::max(until.value_or(stay.end), stay.end);
    }
    return answers;
}

/// Sums over the lane; where a customer is named and nothing told of it, over the legs of those who served it.
Figures NaiveLane::figures() const
{
    Figures figures;
    const auto ours = [](const NaiveParticipant &p) { return p.isOurs(); };
    const auto queue = [](const NaiveParticipant &p) { return p.purpose == Purpose::Acd; };
    const auto &all = m_record.participants;
    if (m_pieces.empty() && std::any_of(all.begin(), all.end(), [](const NaiveParticipant &p) { return p.isOutside(); })) {
        figures.wait = legs({K::Queue}, queue);
        figures.alert = legs({K::Alert}, ours);
        figures.talk = legs({K::Talk, K::Conference}, ours);
        figures.hold = legs({K::Hold}, ours);
    }
    for (const Piece &piece : m_pieces) {
        if (!figures.firstAnswer && (piece.kind == K::Talk || piece.kind == K::Conference))
            figures.firstAnswer = piece.start - m_pieces.front().start;
    }
    figures.wait = figures.wait + felt(K::Queue);
    figures.alert = figures.alert + felt(K::Alert);
    figures.talk = figures.talk + felt(K::Talk) + felt(K::Conference);
    figures.hold = figures.hold + felt(K::Hold);
    figures.acw = work();
    for (std::size_t p = 0; p < all.size(); ++p)
        figures.humanAnswers += all[p].isPerson() ? answersOf(static_cast<int>(p)) : 0;
    const bool waited = !m_pieces.empty() && m_pieces.back().end && (m_pieces.back().kind == K::Queue || m_pieces.back().kind == K::Alert);
    figures.abandoned = waited && !figures.firstAnswer && figures.humanAnswers == 0 && !m_outbound;
    return figures;
}

} // namespace threadline::test
