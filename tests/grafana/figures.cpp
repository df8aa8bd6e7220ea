// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/grafana/figures.h"

#include "tests/support/judge.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace threadline::test {
namespace {

/// Long after all of them, so that all have ended that can.
constexpr Timestamp kMuchLater{4'000'000'000'000'000};
constexpr std::size_t kLongestText = 60'000;

QString textOf(const std::string &text) { return QString::fromStdString(text); }
QString mediumOf(const Summary &s) { return s.media.empty() ? QStringLiteral("unknown") : textOf(s.media.front()); }
QString queueOf(const Summary &s) { return s.queues.empty() ? QStringLiteral("none") : textOf(s.queues.front()); }
QString agentOf(const Summary &s) { return s.agents.empty() ? QString() : textOf(s.agents.front()); }
std::int64_t startOf(const Summary *s) { return s->start.us; }
std::int64_t endOf(const Summary *s) { return s->end->us; }
std::int64_t timeOf(const Event *e) { return e->time.us; }
double secondsOf(const Summary *s) { return static_cast<double>((*s->end - s->start).us) / 1e6; }

QString mediumNamed(const Event *e)
{
    return e->facts.media == Media::Unknown ? QStringLiteral("unknown") : textOf(std::string(nameOf(e->facts.media)));
}

QString agentNamed(const Event *e)
{
    const bool isAgent = e->facts.purpose == Purpose::Agent || e->facts.purpose == Purpose::User;
    return textOf(isAgent && !e->facts.name.empty() ? e->facts.name : e->facts.userId);
}

QString queueNamed(const Event *e) { return textOf(e->facts.queueName.empty() ? e->facts.queueId : e->facts.queueName); }

/// The simulator's five types and one that nobody knows.
QString typeOf(const Event *e) { return e->type.starts_with("interaction-") ? textOf(e->type) : QStringLiteral("other"); }

/// A point lies somewhere within the millisecond of its time.
bool isShown(std::int64_t us, const View &view) { return us / 1000 >= view.from && us / 1000 < view.to; }

qint64 widthOf(const QString &interval)
{
    const qint64 unit = interval.endsWith(QLatin1Char('h')) ? 3'600'000 : interval.endsWith(QLatin1Char('m')) ? 60'000 : 1000;
    return interval.chopped(1).toLongLong() * unit;
}

QString everyOf(const View &view) { return view.values.value(QStringLiteral("every")).first(); }
QString askedFor(const View &view) { return view.values.value(QStringLiteral("interaction")).first(); }

QString at(std::int64_t us, const QString &interval)
{
    const qint64 width = widthOf(interval);
    return QString::number(us / 1000 / width * width);
}

QStringList sorted(QStringList lines)
{
    lines.sort();
    return lines;
}

/// "label|interval|how many"; without an interval the time is no part of it.
template<class Items, class Time, class Label>
QStringList counts(const Items &items, const QString &interval, Time time, Label label)
{
    QMap<QString, int> found;
    for (const auto *item : items)
        ++found[label(item) + QLatin1Char('|') + (interval.isEmpty() ? QString() : at(time(item), interval) + QLatin1Char('|'))];
    QStringList out;
    for (auto one = found.begin(); one != found.end(); ++one)
        out += one.key() + QString::number(one.value());
    return sorted(out);
}

/// One number and no label; of nothing there is no answer.
QStringList count(std::size_t n) { return n == 0 ? QStringList() : QStringList{QStringLiteral("|") + QString::number(n)}; }

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// The nearest rank, which is always a value that occurs.
double percentile95(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const double rank = std::floor(static_cast<double>(values.size()) * 0.95 + 0.5);
    return values[static_cast<std::size_t>(rank) - 1];
}

template<class Rows>
std::vector<double> secondsOfAll(const Rows &rows)
{
    std::vector<double> out;
    for (const Summary *s : rows)
        out.push_back(secondsOf(s));
    return out;
}

template<class Rows, class Figure>
QStringList durations(const Rows &rows, const QString &interval, const QString &label, Figure figure)
{
    QMap<QString, std::vector<double>> found;
    for (const Summary *s : rows)
        found[interval.isEmpty() ? QString() : at(endOf(s), interval) + QLatin1Char('|')].push_back(secondsOf(s));
    QStringList out;
    for (auto one = found.begin(); one != found.end(); ++one)
        out += label + QLatin1Char('|') + one.key() + numberText(figure(one.value()));
    return sorted(out);
}

QString millis(std::int64_t us) { return numberText(static_cast<double>(us) / 1000); }

/// A row of the two lists of interactions.
QString listed(const Summary *s)
{
    return QStringList{textOf(s->interaction.value), mediumOf(*s), queueOf(*s), agentOf(*s), textOf(s->customer), millis(s->start.us),
        millis(s->lastEventAt.us), s->end ? millis(s->end->us) : QStringLiteral("0"), QString::number(s->count)}.join(QLatin1Char('|'));
}

template<class Rows>
QStringList list(Rows rows, bool newestFirst, std::size_t most)
{
    std::sort(rows.begin(), rows.end(), [](const Summary *a, const Summary *b) { return a->start.us < b->start.us; });
    if (newestFirst)
        std::reverse(rows.begin(), rows.end());
    rows.resize(std::min(rows.size(), most));
    QStringList out;
    for (const Summary *s : rows)
        out += listed(s);
    return out;
}

QString eventRow(const Event &e, std::int64_t lamport)
{
    const QString sequence = e.sequence ? QString::number(*e.sequence) : QString();
    const QString provenance = e.provenance == Provenance::Live ? QString() : textOf(std::string(nameOf(e.provenance)));
    const QString unknownType = typeOf(&e) == QLatin1String("other") ? textOf(e.type) : QString();
    return QStringList{millis(e.time.us), typeOf(&e), unknownType, textOf(e.participant.value), agentNamed(&e),
        queueNamed(&e), mediumNamed(&e), textOf(e.channel.value), sequence, QString::number(lamport), provenance, textOf(e.id.value),
        e.raw.size() > kLongestText ? QString() : textOf(e.raw)}.join(QLatin1Char('|'));
}

} // namespace

TrueFigures::TrueFigures(const Truth &truth)
{
    for (const auto &[id, received] : truth) {
        m_events[id] = judge::canonical(judge::standing(received), SequenceScope::Interaction);
        m_lamport[id] = judge::lamport(m_events[id]);
        m_summaries[id] = judge::summary(received, SequenceScope::Interaction, kMuchLater);
        m_summaries[id].interaction.value = id;
    }
}

bool TrueFigures::isChosen(const Summary &summary, const View &view) const
{
    const auto holds = [&](const QString &name, const QString &value) {
        const QStringList values = view.values.value(name);
        return values.first() == QLatin1String("$__all") || values.contains(value);
    };
    return holds(QStringLiteral("media"), mediumOf(summary)) && holds(QStringLiteral("queue"), queueOf(summary));
}

TrueFigures::Rows TrueFigures::started(const View &view, bool openOnly) const
{
    Rows rows;
    for (const auto &[id, s] : m_summaries) {
        if (isShown(s.start.us, view) && isChosen(s, view) && !(openOnly && s.end))
            rows.push_back(&s);
    }
    return rows;
}

TrueFigures::Rows TrueFigures::ended(const View &view) const
{
    Rows rows;
    for (const auto &[id, s] : m_summaries) {
        if (s.end && isShown(s.end->us, view) && isChosen(s, view))
            rows.push_back(&s);
    }
    return rows;
}

TrueFigures::Events TrueFigures::events(const View &view) const
{
    Events out;
    for (const auto &[id, all] : m_events) {
        for (const Event &e : all) {
            if (isShown(e.time.us, view))
                out.push_back(&e);
        }
    }
    return out;
}

TrueFigures::Events TrueFigures::joinings(const View &view) const
{
    Events out = events(view);
    std::erase_if(out, [](const Event *e) { return e->type != "interaction-participant-joined" || agentNamed(e).isEmpty(); });
    return out;
}

QStringList TrueFigures::queueTable(const QString &refId, const View &view) const
{
    QMap<QString, Rows> byQueue;
    for (const Summary *s : refId == QLatin1String("C") ? ended(view) : started(view, refId == QLatin1String("B")))
        byQueue[queueOf(*s)].push_back(s);
    QStringList out;
    for (auto one = byQueue.begin(); one != byQueue.end(); ++one) {
        QStringList cells{one.key(), QString::number(one.value().size())};
        std::int64_t sum = 0;
        for (const Summary *s : one.value())
            sum += s->count;
        if (refId == QLatin1String("A"))
            cells += QString::number(sum);
        if (refId == QLatin1String("C"))
            cells += {numberText(median(secondsOfAll(one.value()))), numberText(percentile95(secondsOfAll(one.value())))};
        out += cells.join(QLatin1Char('|'));
    }
    return sorted(out);
}

QStringList TrueFigures::locator(const View &view) const
{
    const auto found = m_summaries.find(askedFor(view).toStdString());
    if (found == m_summaries.end())
        return {};
    const Summary &s = found->second;
    return {QStringList{textOf(found->first), millis(s.start.us), millis(s.lastEventAt.us), s.end ? millis(s.end->us) : QStringLiteral("0"),
        QString::number(s.start.us / 1000), QString::number(s.lastEventAt.us / 1000 + 1)}.join(QLatin1Char('|'))};
}

QStringList TrueFigures::timeline(const View &view) const
{
    QStringList out;
    const std::string id = askedFor(view).toStdString();
    const auto found = m_events.find(id);
    for (std::size_t i = 0; found != m_events.end() && i < found->second.size(); ++i) {
        if (isShown(found->second[i].time.us, view))
            out += eventRow(found->second[i], m_lamport.at(id)[i]);
    }
    return out;
}

QStringList TrueFigures::media(const View &) const
{
    QStringList out;
    for (const auto &[id, s] : m_summaries)
        out += mediumOf(s);
    out.removeDuplicates();
    return sorted(out);
}

QStringList TrueFigures::queues(const View &view) const
{
    View anyQueue = view;
    anyQueue.values[QStringLiteral("queue")] = {QStringLiteral("$__all")};
    QStringList out;
    for (const auto &[id, s] : m_summaries) {
        if (isChosen(s, anyQueue))
            out += queueOf(s);
    }
    out.removeDuplicates();
    return sorted(out);
}

std::optional<QStringList> TrueFigures::expected(const QString &key, const View &view) const
{

    const auto said = [](const char *word) { return [word](const auto *) { return QLatin1String(word); }; };
    const auto how = [&](auto predicate) {
        const Events all = events(view);
        return count(static_cast<std::size_t>(std::count_if(all.begin(), all.end(), predicate)));
    };
    const QString every = everyOf(view);
    const QMap<QString, std::function<QStringList()>> figures{
        {"Interactions begun/A", [&] { return count(started(view).size()); }},
        {"Still open/A", [&] { return count(started(view, true).size()); }},
        {"Ended/A", [&] { return count(ended(view).size()); }},
        {"Median duration/A", [&] { return durations(ended(view), {}, {}, median); }},
        {"95 % took at most/A", [&] { return durations(ended(view), {}, {}, percentile95); }},
        {"Newest event/A", [&] {
             std::int64_t newest = 0;
             for (const Event *e : events(view))
                 newest = std::max(newest, e->time.us);
             return newest == 0 ? QStringList() : QStringList{QLatin1Char('|') + millis(newest)};
         }},
        {"Begun, by medium/A", [&] { return counts(started(view), every, startOf, [](const Summary *s) { return mediumOf(*s); }); }},
        {"Begun and ended/A", [&] { return counts(started(view), every, startOf, said("begun")); }},
        {"Begun and ended/B", [&] { return counts(ended(view), every, endOf, said("ended")); }},
        {"Begun, by queue/A", [&] { return counts(started(view), every, startOf, [](const Summary *s) { return queueOf(*s); }); }},
        {"Duration of those that ended/A", [&] { return durations(ended(view), every, QStringLiteral("median"), median); }},
        {"Duration of those that ended/B", [&] { return durations(ended(view), every, QStringLiteral("95 % at most"), percentile95); }},
        {"Queues/A", [&] { return queueTable(QStringLiteral("A"), view); }},
        {"Queues/B", [&] { return queueTable(QStringLiteral("B"), view); }},
        {"Queues/C", [&] { return queueTable(QStringLiteral("C"), view); }},
        {"Events over time, by type/A", [&] { return counts(events(view), view.interval, timeOf, typeOf); }},
        {"Events, by medium named/A", [&] { return counts(events(view), {}, timeOf, mediumNamed); }},
        {"Events, by type/A", [&] { return counts(events(view), {}, timeOf, typeOf); }},
        {"Not heard live/A", [&] { return how([](const Event *e) { return e->provenance != Provenance::Live; }); }},
        {"With an oddity/A", [&] { return how([](const Event *e) { return e->marks != 0; }); }},
        {"Without their text/A", [&] { return how([](const Event *e) { return e->raw.size() > kLongestText; }); }},
        {"Joinings of agents, newest 5,000/A", [&] { return counts(joinings(view), {}, timeOf, agentNamed); }},
        {"Joinings of agents/A", [&] { return counts(joinings(view), every, timeOf, said("joined")); }},
        {"Newest interactions/A", [&] { return list(started(view), true, 100); }},
        {"Open the longest/A", [&] { return list(started(view, true), false, 50); }},
        {"Where it lies in time/A", [&] { return locator(view); }},
        {"Its events/A", [&] { return timeline(view); }},
    };

    const auto found = figures.find(key);
    return found == figures.end() ? std::nullopt : std::optional(found.value()());
}

} // namespace threadline::test
