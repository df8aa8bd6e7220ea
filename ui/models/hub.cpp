// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/hub.h"

#include "ui/models/ending.h"
#include "ui/text/format.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace threadline::ui {
namespace {

constexpr int kStatusEveryMs = 500;

bool heard(const Status &status) { return status.source == SourceState::Listening && status.recording; }

} // namespace

/// Changes wait here between the session's thread and ours. One posted call is under way at a time, whatever the rate.
struct Hub::Inbox {
    std::mutex mutex;
    std::unordered_map<std::string, Summary> interactions;
    bool bands = false;
    bool status = false;
    bool posted = false;

    /// True if the receiver must be woken.
    bool add(const ChangeSet &changes)
    {
        const std::scoped_lock lock(mutex);
        for (const Summary &summary : changes.interactions)
            interactions.insert_or_assign(summary.interaction.value, summary);
        bands = bands || changes.bands;
        status = status || changes.status;
        return !std::exchange(posted, true);
    }
};

Hub::Hub(Session &session, const Clock &clock, QObject *parent)
    : QObject(parent), m_session(session), m_clock(clock), m_inbox(std::make_shared<Inbox>()), m_status(session.status())
{
    m_subscription = session.subscribe([this, inbox = m_inbox](const ChangeSet &changes) {
        if (inbox->add(changes))
            QMetaObject::invokeMethod(
                this, [this] { drain(); }, Qt::QueuedConnection);
    });
    connect(&m_statusTimer, &QTimer::timeout, this, &Hub::refreshStatus);
    m_statusTimer.start(kStatusEveryMs);
    noteListening();
    askBands();
    askRefused();
}

Hub::~Hub() = default;

void Hub::drain()
{
    std::vector<Summary> touched;
    bool bands = false;
    bool status = false;
    {
        const std::scoped_lock lock(m_inbox->mutex);
        m_inbox->posted = false;
        touched.reserve(m_inbox->interactions.size());
        for (auto &[id, summary] : m_inbox->interactions)
            touched.push_back(std::move(summary));
        m_inbox->interactions.clear();
        bands = std::exchange(m_inbox->bands, false);
        status = std::exchange(m_inbox->status, false);
    }
    if (bands)
        askBands();
    if (status)
        refreshStatus();
    if (!touched.empty())
        Q_EMIT interactionsChanged(touched);
}

void Hub::askBands()
{
    if (m_bandsQuestion.underWay()) {
        m_bandsAgain = true;
        return;
    }
    const auto ask = [this](auto answer) { return m_session.bands({kEarliestTime, kLatestTime}, std::move(answer)); };
    m_bandsQuestion.ask<std::vector<Band>>(this, ask, [this](Result<std::vector<Band>> answer) {
        m_bandsKnown = true;
        if (answer) {
            m_bands = std::move(*answer);
            Q_EMIT bandsChanged();
        } else {
            fail(answer.error());
        }
        if (std::exchange(m_bandsAgain, false))
            askBands();
    });
}

void Hub::askRefused()
{
    // What this run has refused by now is counted by the status.
    const auto counted = [start = now(), ours = m_status.refused](const std::vector<Refused> &kept) {
        const auto before = std::count_if(kept.begin(), kept.end(), [start](const Refused &refused) { return refused.received < start; });
        return static_cast<std::uint64_t>(before) - std::min(static_cast<std::uint64_t>(before), ours);
    };
    const auto ask = [this](auto answer) { return m_session.refused(std::move(answer)); };
    m_refusedQuestion.ask<std::vector<Refused>>(this, ask, [this, counted](const Result<std::vector<Refused>> &kept) {
        if (!kept)
            return fail(kept.error());
        m_refusedEarlier = counted(*kept);
        Q_EMIT statusChanged();
    });
}

std::uint64_t Hub::refusedEarlier() const
{
    const std::uint64_t room = kRefusedKept - std::min<std::uint64_t>(kRefusedKept, m_status.refused); // the newest are kept
    return std::min(m_refusedEarlier, room);
}

void Hub::noteListening()
{
    if (m_status.source != SourceState::Listening)
        m_listeningSince.reset();
    else if (!m_listeningSince)
        m_listeningSince = now();
    if (heard(m_status))
        m_heardAt = now();
}

std::optional<Timestamp> Hub::knownUntil() const
{
    if (heard(m_status))
        return std::nullopt;
    // Some files have times to come.
    const std::optional<Timestamp> last = m_lastEvent > kEarliestTime ? std::optional(std::min(m_lastEvent, now())) : std::nullopt;
    if (!hasSource()) // what was read from a file or a recording is as old as its last event
        return last;
    // Where a band says since when nothing was heard, it knows better than a look every half second.
    std::optional<Timestamp> until = m_heardAt ? m_heardAt : last;
    for (const Band &band : m_bands) {
        if (!band.end && band.cause != BandCause::SequenceHole)
            until = band.start;
    }
    return until;
}

std::optional<Timestamp> Hub::knownUntil(const InteractionView &view) const
{
    // Another machine hears of it, and this one does not hear that in time; or nobody does any more.
    if (!view.origin.local || endUnknown(view.story))
        return view.story.lastEventAt;
    const std::optional<Timestamp> until = knownUntil();
    return until ? std::optional(std::max(*until, view.story.lastEventAt)) : until;
}

void Hub::refreshStatus()
{
    m_status = m_session.status();
    noteListening();
    Q_EMIT statusChanged();
}

void Hub::retryDelivery(bool deadLetters)
{
    const auto ask = [this, deadLetters](auto answer) { return m_session.retryDelivery(deadLetters, std::move(answer)); };
    m_retry.ask<void>(this, ask, [this](const Result<void> &begun) {
        if (!begun)
            return fail(begun.error());
        refreshStatus();
        Q_EMIT deliveryTried();
    });
}

void Hub::fail(const Error &error)
{
    m_failure = qstr(error.message);
    Q_EMIT failureChanged();
}

void Hub::succeed()
{
    if (m_failure.isEmpty())
        return;
    m_failure.clear();
    Q_EMIT failureChanged();
}

} // namespace threadline::ui
