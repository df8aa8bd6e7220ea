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
#include <optional>
#include <set>
#include <string>
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

private:
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
    void findCustomer();
    void findSpan();
    void cut();
    void closeHandOvers();
    [[nodiscard]] Duration work() const;
    [[nodiscard]] Duration legs(const std::set<SegmentKind> &kinds, bool (*whose)(const NaiveParticipant &)) const;
    [[nodiscard]] Duration felt(SegmentKind kind) const;
    [[nodiscard]] int answersOf(const NaiveParticipant &who) const;

    const NaiveRecord &m_record;
    int m_customer = -1;
    std::optional<Timestamp> m_start, m_end; ///< of the customer's legs
    bool m_open = false;
    bool m_outbound = false; ///< the customer was called
    std::vector<Timestamp> m_cuts;
    std::vector<std::vector<Present>> m_present; ///< by interval, by participant
    std::vector<Piece> m_pieces;
};

/// Empty, or where the two readers of the record disagree.
[[nodiscard]] std::string disagreement(const std::string &json);

} // namespace threadline::test
