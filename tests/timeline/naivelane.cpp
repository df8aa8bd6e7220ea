// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/timeline/naiverecord.h"

#include "core/timeline/record.h"

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
    if (m_customer < 0)
        return;
    findSpan();
    if (!m_start)
        return;
    cut();
    for (std::size_t i = 0; i + 1 < m_cuts.size(); ++i) {
        m_present.emplace_back();
        for (std::size_t p = 0; p < record.participants.size(); ++p)
            m_present.back().push_back(presentAt(static_cast<int>(p), m_cuts[i], m_cuts[i + 1]));
    }
    for (std::size_t i = 0; i + 1 < m_cuts.size(); ++i) {
        if (m_cuts[i] < *m_start || (!m_open && *m_end < m_cuts[i + 1]))
            continue;
        const bool last = i + 2 == m_cuts.size();
        m_pieces.push_back({kindAt(i), m_cuts[i], last && m_open ? std::nullopt : std::optional(m_cuts[i + 1])});
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
    std::set<Timestamp> times = {*m_start, *m_end};
    bool open = false;
    for (const NaiveParticipant &p : m_record.participants) {
        for (const NaiveSession &session : p.sessions) {
            for (const NaiveSegment &s : session.segments) {
                times.insert(s.start);
                times.insert(s.end.value_or(s.start));
                open = open || !s.end;
            }
        }
    }
    m_cuts.assign(times.begin(), times.end());
    if (open)
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

/// Who holds is away, and so is whom he called meanwhile: that is a consult.
SegmentKind NaiveLane::withPeople(std::size_t interval, bool live, bool waiting) const
{
    const std::vector<Present> &all = m_present[interval];
    const auto sinceWhen = [&](std::size_t p, auto holds) {
        std::size_t i = interval;
        while (i > 0 && holds(m_present[i - 1][p]))
            --i;
        return i;
    };
    const auto away = [](const Present &x) { return x.has(K::Hold); };
    const auto talks = [](const Present &x) { return x.talks(); };
    std::optional<std::size_t> awaySince;
    for (std::size_t p = 0; p < all.size(); ++p) {
        if (m_record.participants[p].isOurs() && static_cast<int>(p) != m_customer && away(all[p]))
            awaySince = std::min(awaySince.value_or(interval), sinceWhen(p, away));
    }
    int partners = 0;
    bool flagged = false, denied = false, barged = false, works = false, rings = false, aside = false;
    std::bitset<kSegmentKinds> served;
    for (std::size_t p = 0; p < all.size(); ++p) {
        const bool mine = static_cast<int>(p) == m_customer, ours = m_record.participants[p].isOurs();
        served |= all[p].kinds;
        aside = aside || ((mine || ours) && all[p].has(K::Parked));
        works = works || (ours && all[p].callbackTalk);
        rings = rings || (ours && all[p].has(K::Alert));
        if (mine || !talks(all[p]) || (awaySince && sinceWhen(p, talks) >= *awaySince))
            continue;
        ++partners;
        flagged = flagged || all[p].conference.value_or(false);
        denied = denied || (!all[p].barging && all[p].conference && !*all[p].conference);
        barged = barged || all[p].barging;
    }
    const bool three = partners + (live ? 1 : 0) >= 3;
    if (partners > 0)
        return flagged || (three && (barged || !denied)) ? K::Conference : K::Talk;
    if (live && !awaySince && works)
        return K::Talk;
    if (waiting)
        return K::Parked;
    if (awaySince)
        return K::Hold;
    if (rings)
        return K::Alert;
    for (const K kind : {K::Voicemail, K::Queue, K::Ivr}) {
        if (served.test(static_cast<std::size_t>(kind)))
            return kind;
    }
    return aside ? K::Parked : K::Unknown;
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
/// has himself dialled, answers nothing.
int NaiveLane::answersOf(const NaiveParticipant &who) const
{
    struct Stay {
        Timestamp start, end;
        bool answers = false;
    };
    std::vector<Stay> stays;
    for (const NaiveSession &session : who.sessions) {
        std::vector<NaiveSegment> segments = session.segments;
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
            stays.back().answers = stays.back().answers || (talk && !s.barging && !dialled);
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
    for (const NaiveParticipant &p : all)
        figures.humanAnswers += p.purpose == Purpose::Agent || p.purpose == Purpose::User ? answersOf(p) : 0;
    const bool waited = !m_pieces.empty() && m_pieces.back().end && (m_pieces.back().kind == K::Queue || m_pieces.back().kind == K::Alert);
    figures.abandoned = waited && !figures.firstAnswer && figures.humanAnswers == 0 && !m_outbound;
    return figures;
}

} // namespace threadline::test
