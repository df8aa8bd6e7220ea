// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/floorentry.h"

#include "ui/models/ending.h"
#include "ui/models/lanebuilder.h"
#include "ui/text/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <map>

namespace threadline::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Floor", text); }

/// Who the customer is with, and whether that is a state rather than a person.
void nameWith(FloorEntry &entry, const QString &person)
{
    entry.dim = true;
    switch (entry.now) {
    case SegmentKind::Queue: entry.with = tr("waiting"); return;
    case SegmentKind::Ivr: entry.with = tr("menu"); return;
    case SegmentKind::Voicemail: entry.with = tr("voicemail"); return;
    case SegmentKind::Parked: entry.with = tr("parked"); return;
    default: break;
    }
    entry.dim = person.isEmpty();
    entry.with = person.isEmpty() ? stateName(entry.now).toLower() : person;
}

/// An open wrap-up after the customer has gone.
bool openWrapUp(const Story &story, FloorEntry &entry)
{
    for (const ParticipantRow &participant : story.participants) {
        for (const ChannelRow &channel : participant.channels) {
            for (const Segment &segment : channel.segments) {
                if (segment.kind == SegmentKind::Acw && !segment.end) {
                    entry.now = SegmentKind::Acw;
                    entry.since = segment.start;
                    nameWith(entry, foreign(participant.name));
                    return true;
                }
            }
        }
    }
    return false;
}

/// The customer gave up before anybody answered, after so long; empty: it did not.
QString abandonText(const Story &story)
{
    return story.figures.abandoned ? tr("abandoned, %1").arg(durationText(story.figures.wait)) : QString();
}

void present(FloorEntry &entry, const Story &story)
{
    entry.since.reset();
    if (entry.ended()) {
        entry.with = abandonText(story).isEmpty() ? tr("ended") : abandonText(story);
        entry.dim = true;
        return;
    }
    if (!story.felt.empty() && !story.felt.back().end) {
        entry.now = story.felt.back().kind;
        entry.since = story.felt.back().start;
        nameWith(entry, personOf(story, story.felt.back()));
        return;
    }
    if (openWrapUp(story, entry))
        return;
    entry.with = story.felt.empty() ? QString() : abandonText(story).isEmpty() ? tr("customer left") : abandonText(story);
    entry.dim = true;
}

QString queueOf(const Story &story)
{
    for (auto it = story.felt.rbegin(); it != story.felt.rend(); ++it) {
        if (it->kind == SegmentKind::Queue && !it->label.empty())
            return foreign(it->label);
    }
    for (auto it = story.participants.rbegin(); it != story.participants.rend(); ++it) {
        if (!it->queueName.empty())
            return foreign(it->queueName);
    }
    return {};
}

std::optional<TimeRange> coveredBy(const Lane &lane)
{
    if (lane.empty())
        return std::nullopt;
    std::int64_t end = lane.segments().front().start;
    for (const LaneSegment &segment : lane.segments())
        end = std::max(end, segment.endAt(kLatestTime.us));
    return TimeRange{Timestamp{lane.segments().front().start}, Timestamp{end}};
}

void addQueue(std::map<QString, QueueFigures> &queues, const FloorEntry &entry)
{
    QueueFigures &figures = queues[entry.queue];
    figures.queue = entry.queue;
    ++figures.open;
    if (!entry.waits())
        return;
    ++(entry.now == SegmentKind::Queue ? figures.waiting : figures.onHold);
    if (!figures.longestSince || *entry.since < *figures.longestSince)
        figures.longestSince = entry.since;
}

} // namespace

FloorEntry entryOf(const Summary &summary)
{
    FloorEntry entry;
    entry.id = summary.interaction;
    entry.state = summary.state;
    entry.shared = summary.commit == 0;
    entry.start = summary.start;
    entry.end = summary.end;
    entry.lastEventAt = summary.lastEventAt;
    entry.media = summary.media.empty() ? Media::Unknown : mediaFromName(summary.media.front());
    entry.customer = addressText(summary.customer);
    entry.queue = summary.queues.empty() ? QString() : foreign(summary.queues.back());
    entry.dim = true;
    if (summary.state == InteractionState::Ended)
        entry.with = tr("ended");
    return entry;
}

void fill(FloorEntry &entry, const Story &story)
{
    entry.endless = !entry.ended() && endUnknown(story);
    entry.lane = floorLane(entry.endless ? concluded(story) : story);
    entry.felt = coveredBy(*entry.lane);
    entry.media = story.media == Media::Unknown ? entry.media : story.media;
    if (!story.customer.empty())
        entry.customer = addressText(story.customer);
    if (const QString queue = queueOf(story); !queue.isEmpty())
        entry.queue = queue;
    if (entry.customer.isEmpty())
        entry.customer = shortId(entry.id.value);
    present(entry, story);
    if (!entry.endless)
        return;
    entry.since.reset(); // for how long it has been in a state nobody knows
    entry.with = tr("end unknown");
    entry.dim = true;
}

int attentionRank(const FloorEntry &entry)
{
    if (!entry.since)
        return entry.goesOn() ? 4 : 5;
    switch (entry.now) {
    case SegmentKind::Queue:
    case SegmentKind::Hold: return 0;
    case SegmentKind::Alert:
    case SegmentKind::Ivr: return 1;
    case SegmentKind::Acw: return 3;
    default: return 2;
    }
}

bool beforeByAttention(const FloorEntry &a, const FloorEntry &b)
{
    const int rankA = attentionRank(a);
    const int rankB = attentionRank(b);
    if (rankA != rankB)
        return rankA < rankB;
    // Those that go on no more: the last to end first. All others: the longest first.
    const std::int64_t keyA = a.since ? a.since->us : -a.lastEventAt.us;
    const std::int64_t keyB = b.since ? b.since->us : -b.lastEventAt.us;
    return keyA != keyB ? keyA < keyB : a.id < b.id;
}

bool before(FloorSort sort, const FloorEntry &a, const FloorEntry &b)
{
    const QString &textA = sort == FloorSort::Customer ? a.customer : a.with;
    const QString &textB = sort == FloorSort::Customer ? b.customer : b.with;
    const int order = sort == FloorSort::Attention ? 0 : QString::localeAwareCompare(textA, textB);
    return order != 0 ? order < 0 : beforeByAttention(a, b);
}

NowFigures figuresOf(const std::vector<const FloorEntry *> &entries)
{
    NowFigures figures;
    std::map<QString, QueueFigures> queues;
    figures.all = static_cast<int>(entries.size());
    for (const FloorEntry *entry : entries) {
        if (!entry->goesOn())
            continue;
        ++figures.open;
        addQueue(queues, *entry);
        if (!entry->since) {
            ++(entry->lane ? figures.stateless : figures.unread);
            continue;
        }
        ++figures.states[static_cast<std::size_t>(entry->now)];
        if (entry->now == SegmentKind::Queue)
            figures.waiting.push_back({entry->id, entry->customer, entry->queue, *entry->since});
        else if (entry->now == SegmentKind::Hold)
            figures.held.push_back({entry->id, entry->customer, entry->with, *entry->since});
    }
    const auto longer = [](const WaitingItem &a, const WaitingItem &b) {
        return a.since != b.since ? a.since < b.since : a.id < b.id;
    };
    std::sort(figures.waiting.begin(), figures.waiting.end(), longer);
    std::sort(figures.held.begin(), figures.held.end(), longer);
    for (auto &[name, queue] : queues)
        figures.queues.push_back(queue);
    const auto since = [](const QueueFigures &q) { return q.longestSince ? q.longestSince->us : kOpenEnd; };
    std::stable_sort(figures.queues.begin(), figures.queues.end(),
                     [&](const QueueFigures &a, const QueueFigures &b) { return since(a) < since(b); });
    return figures;
}

} // namespace threadline::ui
