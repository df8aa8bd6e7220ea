// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/timeline/naiverecord.h"

#include <QDate>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

#include <algorithm>
#include <set>
#include <tuple>

namespace threadline::test {
namespace {

/// "conversationId", "ConversationId" and "conversation_id" are one name.
QString plain(QString name) { return name.remove(QLatin1Char('_')).toLower(); }

QJsonValue member(const QJsonObject &object, const char *name)
{
    if (const auto exact = object.constFind(QLatin1String(name)); exact != object.constEnd())
        return *exact;
    for (auto it = object.constBegin(); it != object.constEnd(); ++it) {
        if (plain(it.key()) == plain(QLatin1String(name)))
            return *it;
    }
    return QJsonValue(QJsonValue::Undefined);
}

/// A list, or the only thing that is in it.
QJsonArray listOf(const QJsonValue &value)
{
    return value.isObject() ? QJsonArray{value} : value.toArray();
}

std::optional<Timestamp> within(qint64 micros)
{
    const Timestamp time{micros};
    return kEarliestTime <= time && time < kLatestTime ? std::optional(time) : std::nullopt;
}

qint64 minutesOf(const QString &zone)
{
    if (zone.isEmpty() || zone.toUpper() == QLatin1String("Z"))
        return 0;
    const QString digits = zone.mid(1).remove(QLatin1Char(':'));
    const qint64 minutes = digits.left(2).toInt() * 60 + digits.mid(2).toInt();
    return zone.startsWith(QLatin1Char('-')) ? -minutes : minutes;
}

std::optional<Timestamp> isoTime(const QString &text)
{
    static const QRegularExpression form(QStringLiteral(
        "^(\\d{4})-(\\d\\d)-(\\d\\d)[T ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d+))?)?(Z|[+-]\\d\\d(?::?\\d\\d)?)?$"));
    const auto match = form.match(text);
    const QDate day(match.captured(1).toInt(), match.captured(2).toInt(), match.captured(3).toInt());
    const int hour = match.captured(4).toInt(), minute = match.captured(5).toInt(), second = match.captured(6).toInt();
    if (!match.hasMatch() || !day.isValid() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    const qint64 days = QDate(1970, 1, 1).daysTo(day);
    const qint64 seconds = ((days * 24 + hour) * 60 + minute - minutesOf(match.captured(8))) * 60 + second;
    return within(seconds * 1'000'000 + (match.captured(7) + QLatin1String("000000")).left(6).toLongLong());
}

std::optional<Timestamp> timeOf(const QJsonValue &value)
{
    if (value.isDouble())
        return value.toDouble() >= 1e11 && value.toDouble() < 1e14 ? within(static_cast<qint64>(value.toDouble()) * 1000) : std::nullopt;
    static const QRegularExpression slashDate(QStringLiteral("^/Date\\((-?\\d+)\\)/$"));
    const auto match = slashDate.match(value.toString());
    return match.hasMatch() ? within(match.captured(1).toLongLong() * 1000) : isoTime(value.toString());
}

void later(std::optional<Timestamp> &last, std::optional<Timestamp> time)
{
    if (time)
        last = std::max(last.value_or(*time), *time);
}

SegmentKind kindOfInteract(Purpose purpose, const QString &media)
{
    if (media == QLatin1String("screenshare") || media == QLatin1String("screenmonitoring"))
        return SegmentKind::Monitor;
    switch (purpose) {
    case Purpose::Acd: return SegmentKind::Queue;
    case Purpose::Ivr:
    case Purpose::Workflow:
    case Purpose::Bot: return SegmentKind::Ivr;
    case Purpose::Voicemail: return SegmentKind::Voicemail;
    case Purpose::Customer:
    case Purpose::External: return media == QLatin1String("callback") ? SegmentKind::Parked : SegmentKind::Talk;
    default: return SegmentKind::Talk;
    }
}

SegmentKind kindOf(const QString &type, Purpose purpose, const QString &media)
{
    static const std::map<QString, SegmentKind> kinds = {
        {QStringLiteral("alert"), SegmentKind::Alert}, {QStringLiteral("dialing"), SegmentKind::Alert}, {QStringLiteral("contacting"), SegmentKind::Alert},
        {QStringLiteral("ivr"), SegmentKind::Ivr}, {QStringLiteral("delay"), SegmentKind::Queue}, {QStringLiteral("hold"), SegmentKind::Hold},
        {QStringLiteral("wrapup"), SegmentKind::Acw}, {QStringLiteral("voicemail"), SegmentKind::Voicemail}, {QStringLiteral("parked"), SegmentKind::Parked},
        {QStringLiteral("scheduled"), SegmentKind::Parked}, {QStringLiteral("callback"), SegmentKind::Parked}, {QStringLiteral("barging"), SegmentKind::Talk},
        {QStringLiteral("monitoring"), SegmentKind::Monitor}, {QStringLiteral("coaching"), SegmentKind::Monitor},
        {QStringLiteral("screenmonitoring"), SegmentKind::Monitor}};
    if (type == QLatin1String("interact"))
        return kindOfInteract(purpose, media);
    const auto found = kinds.find(type);
    return found == kinds.end() ? SegmentKind::Unknown : found->second;
}

std::string line(const std::string &who, SegmentKind kind, bool inferred, Timestamp start, std::optional<Timestamp> end)
{
    return who + (inferred ? " ~" : " ") + std::string(nameOf(kind)) + " " + formatTimestamp(start) + " " + (end ? formatTimestamp(*end) : "...");
}

} // namespace

bool NaiveParticipant::isOurs() const
{
    switch (purpose) {
    case Purpose::Customer:
    case Purpose::External:
    case Purpose::Acd:
    case Purpose::Ivr:
    case Purpose::Workflow:
    case Purpose::Bot:
    case Purpose::Voicemail: return false;
    default: return true;
    }
}

int NaiveRank::compare(const NaiveRank &other) const
{
    const auto mine = std::tie(ended, last, segments, wrappedUp), theirs = std::tie(other.ended, other.last, other.segments, other.wrappedUp);
    if (mine != theirs)
        return mine > theirs ? 1 : -1;
    return content == other.content ? 0 : content < other.content ? 1 : -1;
}

NaiveRecord::NaiveRecord(const std::string &json)
{
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
    conversationStart = timeOf(member(object, "conversationStart"));
    conversationEnd = timeOf(member(object, "conversationEnd"));
    for (const QJsonValue participant : listOf(member(object, "participants"))) {
        if (participant.isObject())
            readParticipant(participant.toObject());
    }
    for (NaiveParticipant &p : participants) {
        for (NaiveSession &s : p.sessions)
            conclude(s.segments);
    }
    endWithAll();
    later(m_last, conversationStart);
    later(m_last, conversationEnd);
    rank = {conversationEnd.has_value(), m_last.value_or(Timestamp{}), m_listed, m_wrappedUp, hash128(json)};
}

void NaiveRecord::readParticipant(const QJsonObject &object)
{
    NaiveParticipant participant;
    participant.id = member(object, "participantId").toString();
    participant.purpose = purposeFromName(member(object, "purpose").toString().toStdString());
    if (participant.purpose == Purpose::Unknown && !member(object, "userId").toString().isEmpty())
        participant.purpose = Purpose::User; // whoever is a user is one of ours
    if (const QJsonValue loose = member(object, "segments"); !loose.isUndefined()) { // outside of any session: one of their own
        participant.sessions.emplace_back();
        readSegments(participant.sessions.back(), participant.purpose, loose);
    }
    for (const QJsonValue value : listOf(member(object, "sessions"))) {
        if (!value.isObject())
            continue;
        NaiveSession session;
        session.id = member(value.toObject(), "sessionId").toString();
        session.media = member(value.toObject(), "mediaType").toString().toLower();
        const QString direction = member(value.toObject(), "direction").toString().toLower();
        session.inbound = direction == QLatin1String("inbound");
        session.outbound = direction == QLatin1String("outbound");
        readSegments(session, participant.purpose, member(value.toObject(), "segments"));
        for (const QJsonValue metric : listOf(member(value.toObject(), "metrics"))) {
            later(m_last, timeOf(member(metric.toObject(), "emitDate")));
            readCount(session, metric.toObject());
        }
        if (session.consulted && session.consults.empty() && session.untimedConsults == 0)
            session.untimedConsults = 1;
        participant.sessions.push_back(std::move(session));
    }
    participants.push_back(std::move(participant));
}

/// How many consults the platform counts, and when.
void NaiveRecord::readCount(NaiveSession &session, const QJsonObject &metric)
{
    const QString name = member(metric, "name").toString();
    const int count = static_cast<int>(member(metric, "value").toDouble(1));
    const auto time = timeOf(member(metric, "emitDate"));
    session.consulted = session.consulted || (name.startsWith(QLatin1String("nConsult")) && count > 0);
    for (int i = 0; i < count && name == QLatin1String("nConsult"); ++i) {
        if (time)
            session.consults.push_back(*time);
        else
            ++session.untimedConsults;
    }
}

void NaiveRecord::readSegments(NaiveSession &session, Purpose purpose, const QJsonValue &segments)
{
    for (const QJsonValue value : listOf(segments)) {
        if (!value.isObject())
            continue;
        ++m_listed;
        const QJsonObject object = value.toObject();
        const QString type = member(object, "segmentType").toString().toLower(), code = member(object, "wrapUpCode").toString();
        m_wrappedUp = m_wrappedUp || (!code.isEmpty() && code != QLatin1String("ININ-WRAP-UP-TIMEOUT"));
        const auto start = timeOf(member(object, "segmentStart")), end = timeOf(member(object, "segmentEnd"));
        later(m_last, start);
        later(m_last, end);
        NaiveSegment segment;
        segment.kind = kindOf(type, purpose, session.media);
        segment.end = end;
        if (const QJsonValue flag = member(object, "conference"); flag.isBool())
            segment.conference = flag.toBool();
        if (!start) {
            session.unreadable.push_back(segment);
            continue;
        }
        segment.start = *start;
        segment.barging = type == QLatin1String("barging");
        segment.dialled = type == QLatin1String("dialing") || type == QLatin1String("contacting");
        session.segments.push_back(segment);
    }
}

/// What has no end, or one before its start, ends where the next begins, else with the conversation.
void NaiveRecord::conclude(std::vector<NaiveSegment> &segments) const
{
    std::vector<std::optional<Timestamp>> ends;
    std::vector<bool> lost;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const NaiveSegment &s = segments[i];
        ends.push_back(s.end);
        lost.push_back(false);
        if (s.end && s.start <= *s.end)
            continue;
        std::optional<Timestamp> next;
        for (const NaiveSegment &other : segments) {
            if (s.start < other.start)
                next = std::min(next.value_or(other.start), other.start);
        }
        if (!next && conversationEnd)
            next = std::max(s.start, *conversationEnd);
        lost.back() = !next && s.end; // with the conversation, once it is known when that ended
        ends.back() = next ? next : s.end ? std::optional(s.start) : std::nullopt;
    }
    for (std::size_t i = 0; i < segments.size(); ++i) {
        segments[i].inferred = !segments[i].end || *segments[i].end < segments[i].start;
        segments[i].end = ends[i];
        segments[i].lost = lost[i];
    }
    for (NaiveSegment &s : segments)
        s.inferred = s.inferred && s.end;
}

std::string NaiveRecord::rows() const
{
    std::set<QString> ids;
    std::size_t rows = 0;
    for (const NaiveParticipant &p : participants) {
        for (const NaiveSession &s : p.sessions) {
            ids.insert(p.id + QLatin1Char('/') + s.id);
            rows += p.id.isEmpty() || s.id.isEmpty() ? 2 : 1;
        }
    }
    std::vector<std::string> lines;
    for (const NaiveParticipant &p : participants) {
        for (const NaiveSession &s : p.sessions) {
            for (const NaiveSegment &g : s.segments)
                lines.push_back(line(ids.size() == rows ? (p.id + QLatin1Char('/') + s.id).toStdString() : "?", g.kind, g.inferred, g.start, g.end));
        }
    }
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const std::string &text : lines)
        all += text + "\n";
    return all;
}

std::pair<std::int64_t, std::int64_t> NaiveRecord::sums() const
{
    std::pair<std::int64_t, std::int64_t> sums;
    for (const NaiveParticipant &p : participants) {
        for (const NaiveSession &s : p.sessions) {
            for (const NaiveSegment &g : s.segments) {
                ++sums.first;
                sums.second += g.end && !g.inferred ? (*g.end - g.start).us : 0;
            }
        }
    }
    return sums;
}

/// Where all have left, what nobody ended ends with the last that is told: after-call work, and what has an impossible end and nothing behind it.
void NaiveRecord::endWithAll()
{
    const auto over = end();
    for (NaiveParticipant &p : participants) {
        for (NaiveSession &s : p.sessions) {
            for (NaiveSegment &g : s.segments) {
                if (!over || (g.end && !g.lost))
                    continue;
                g.end = std::max(g.start, *over);
                g.inferred = true;
            }
        }
    }
}

std::vector<Timestamp> NaiveRecord::times() const
{
    std::vector<Timestamp> times;
    const auto take = [&](std::optional<Timestamp> time) {
        if (time)
            times.push_back(*time);
    };
    take(conversationStart);
    take(conversationEnd);
    for (const NaiveParticipant &p : participants) {
        for (const NaiveSession &s : p.sessions) {
            for (const NaiveSegment &g : s.segments) {
                take(g.start);
                take(g.end);
            }
            for (const NaiveSegment &g : s.unreadable)
                take(g.end);
        }
    }
    std::sort(times.begin(), times.end());
    return times;
}

std::optional<Timestamp> NaiveRecord::start() const
{
    const std::vector<Timestamp> all = times();
    return all.empty() ? std::nullopt : std::optional(all.front());
}

/// Where everybody has left; after-call work keeps nobody.
std::optional<Timestamp> NaiveRecord::end() const
{
    bool open = false, any = conversationEnd.has_value();
    for (const NaiveParticipant &p : participants) {
        for (const NaiveSession &s : p.sessions) {
            std::vector<NaiveSegment> all = s.segments;
            all.insert(all.end(), s.unreadable.begin(), s.unreadable.end());
            const bool onlyWork = std::all_of(all.begin(), all.end(), [](const NaiveSegment &g) { return g.kind == SegmentKind::Acw; });
            for (const NaiveSegment &g : all)
                open = open || (!g.end && (onlyWork || g.kind != SegmentKind::Acw));
            any = any || !all.empty();
        }
    }
    const std::vector<Timestamp> all = times();
    return any && (conversationEnd || !open) ? std::optional(all.back()) : std::nullopt;
}

} // namespace threadline::test
