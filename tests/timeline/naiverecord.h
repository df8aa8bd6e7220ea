// SPDX-License-Identifier: GPL-3.0-or-later
/// A conversation record read a second time, with another JSON reader and by looking at everything again and again: the judge of recordStory(). It shares
/// nothing with core/timeline but the rules in words.
#pragma once

#include "core/base/hash.h"
#include "core/model/story.h"

#include <QJsonObject>
#include <QJsonValue>
#include <QString>

#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace threadline::test {

/// A segment as the record tells it, and where it ends if it does not tell that.
struct NaiveSegment {
    SegmentKind kind = SegmentKind::Unknown;
    Timestamp start;
    std::optional<Timestamp> end;
    bool inferred = false;
    bool lost = false; ///< nothing tells when it ended
    bool barging = false;
    bool dialled = false;
    std::optional<bool> conference;
};

struct NaiveSession {
    QString id;
    QString media;
    bool inbound = false;
    bool outbound = false;
    bool consulted = false;          ///< a consult is counted
    std::vector<Timestamp> consults; ///< when
    std::size_t untimedConsults = 0;
    std::vector<NaiveSegment> segments;
    std::vector<NaiveSegment> unreadable; ///< nobody can tell when they began: not shown

    [[nodiscard]] bool isCallback() const { return media == QLatin1String("callback"); }
};

struct NaiveParticipant {
    QString id;
    Purpose purpose = Purpose::Unknown;
    std::vector<NaiveSession> sessions;

    [[nodiscard]] bool isOutside() const { return purpose == Purpose::Customer || purpose == Purpose::External; }
    [[nodiscard]] bool isOurs() const;
    [[nodiscard]] bool isPerson() const { return purpose == Purpose::Agent || purpose == Purpose::User; }
};

/// A session from its first to its last segment; after-call work does not count.
struct NaiveLeg {
    int participant;
    std::size_t session;
    Timestamp from;
    Timestamp to;       ///< kLatestTime: it goes on
    Timestamp talkFrom; ///< talk or hold
    std::optional<NaiveSegment> speech; ///< the first
    bool watches;       ///< monitors or barges in
};

/// Somebody was only consulted, until the asker was back or gone.
struct NaiveConsulted {
    int participant;
    std::size_t session;
    int asker;
    Timestamp until;
};

/// How much a record tells, most important first.
struct NaiveRank {
    bool ended = false;
    Timestamp last;
    std::int64_t segments = 0;
    bool wrappedUp = false;
    Hash128 content;
    /// 1: more than `other`, 0: the same text, -1: less.
    [[nodiscard]] int compare(const NaiveRank &other) const;
};

class NaiveRecord {
public:
    explicit NaiveRecord(const std::string &json);

    std::vector<NaiveParticipant> participants;
    std::optional<Timestamp> conversationStart, conversationEnd;
    NaiveRank rank;

    /// "participant/session ~talk START-END", a line a segment, sorted. Without ids where the record's are none or not one of a kind.
    [[nodiscard]] std::string rows() const;
    /// Number and length of the segments whose both ends are told.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> sums() const;
    /// The least and the greatest time of the conversation; no end: it goes on.
    [[nodiscard]] std::optional<Timestamp> start() const;
    [[nodiscard]] std::optional<Timestamp> end() const;
    /// Up to which what is open counts.
    [[nodiscard]] Timestamp lastTime() const { return times().back(); }

private:
    void readParticipant(const QJsonObject &object);
    static void readCount(NaiveSession &session, const QJsonObject &metric);
    void readSegments(NaiveSession &session, Purpose purpose, const QJsonValue &segments);
    void conclude(std::vector<NaiveSegment> &segments) const;
    void endWithAll();

    /// All that it tells or concludes, sorted.
    [[nodiscard]] std::vector<Timestamp> times() const;

    std::int64_t m_listed = 0;
    std::optional<Timestamp> m_last;
    bool m_wrappedUp = false;
};

/// What the customer lives through, interval by interval between any two boundaries.
class NaiveLane {
public:
    struct Piece {
        SegmentKind kind;
        Timestamp start;
        std::optional<Timestamp> end;
    };
    explicit NaiveLane(const NaiveRecord &record);

    [[nodiscard]] const std::vector<Piece> &pieces() const { return m_pieces; }
    [[nodiscard]] int customer() const { return m_customer; }
    [[nodiscard]] Figures figures() const;
    /// "asker>called", each pair once.
    [[nodiscard]] std::set<std::string> consults() const;
    /// Of a time within a talk: those who may be named as the one whom it is with; none: any.
    struct Talk {
        Timestamp start, end;
        std::set<std::string> with;
    };
    [[nodiscard]] const std::vector<Talk> &talks() const { return m_talks; }

private:
    /// Somebody called while another held the customer.
    struct Called {
        int asker;
        Timestamp at;
        Timestamp holdEnd;
        Timestamp gone; ///< the asker
    };
    /// What a participant does in one interval.
    struct Present {
        std::bitset<kSegmentKinds> kinds; ///< on anything but a callback of ours
        bool callbackTalk = false; ///< a person of ours works on a callback
        bool barging = false;
        std::optional<bool> conference;

        [[nodiscard]] bool has(SegmentKind kind) const { return kinds.test(static_cast<std::size_t>(kind)); }
        [[nodiscard]] bool talks() const { return (has(SegmentKind::Talk) || has(SegmentKind::Conference)) && !has(SegmentKind::Hold); }
    };
    [[nodiscard]] Present presentAt(int participant, Timestamp from, Timestamp to) const;
    [[nodiscard]] SegmentKind kindAt(std::size_t interval) const;
    [[nodiscard]] SegmentKind withPeople(std::size_t interval, bool live, bool waiting) const;
    [[nodiscard]] std::vector<std::size_t> partners(std::size_t interval) const;
    [[nodiscard]] std::optional<std::pair<int, std::size_t>> awayLongest(std::size_t interval) const;
    /// Whether three who talk make a conference.
    [[nodiscard]] bool concludes(std::size_t interval) const;
    void live();
    void noteTalk(std::size_t interval);
    void findLegs();
    void noteCalled(std::size_t interval);
    void findConsulted();
    [[nodiscard]] std::optional<NaiveLeg> stayAt(int participant, Timestamp time) const;
    [[nodiscard]] bool isAside(std::size_t interval, std::size_t participant) const;
    [[nodiscard]] bool conferredWithin(Timestamp from, Timestamp to) const;
    [[nodiscard]] bool cameIntoConference(const NaiveLeg &leg) const;
    [[nodiscard]] bool wasQueued(Timestamp since, Timestamp from, Timestamp to) const;
    [[nodiscard]] std::vector<NaiveLeg> countedOf(const NaiveLeg &asker) const;
    [[nodiscard]] const NaiveConsulted *consultOf(int participant, std::size_t session) const;
    [[nodiscard]] bool isWithCustomer(const NaiveSegment &talk, int participant, std::size_t session) const;
    void findCustomer();
    void findSpan();
    void cut();
    void closeHandOvers();
    [[nodiscard]] Duration work() const;
    [[nodiscard]] Duration legs(const std::set<SegmentKind> &kinds, bool (*whose)(const NaiveParticipant &)) const;
    [[nodiscard]] Duration felt(SegmentKind kind) const;
    [[nodiscard]] int answersOf(int participant) const;

    const NaiveRecord &m_record;
    int m_customer = -1;
    std::optional<Timestamp> m_start, m_end; ///< of the customer's legs
    bool m_open = false;
    bool m_outbound = false; ///< the customer was called
    bool m_told = false;    ///< the record says of a segment whether it is a conference
    bool m_endless = false; ///< the last interval has no end
    std::vector<NaiveLeg> m_legs; ///< by their start
    std::map<int, Called> m_aside;
    std::map<int, std::vector<Called>> m_called; ///< in order
    std::vector<NaiveConsulted> m_consulted;
    std::vector<Talk> m_talks;
    std::vector<Timestamp> m_cuts;
    std::vector<std::vector<Present>> m_present; ///< by interval, by participant
    std::vector<Piece> m_pieces;
};

/// Empty, or where the two readers of the record disagree.
[[nodiscard]] std::string disagreement(const std::string &json);

} // namespace threadline::test
