// SPDX-License-Identifier: GPL-3.0-or-later
/// The window's one connection to the session: changes gathered into one batch a display tick, status and bands kept
/// current. GUI thread; what comes from other threads is posted here.
#pragma once

#include "ui/models/question.h"
#include "ui/text/timetext.h"

#include <QObject>
#include <QTimer>

#include <algorithm>
#include <memory>
#include <vector>

namespace threadline::ui {

class Hub : public QObject {
    Q_OBJECT
public:
    /// Starts to listen and to ask at once. `session` and `clock` must outlive it.
    Hub(Session &session, const Clock &clock, QObject *parent = nullptr);
    ~Hub() override;

    [[nodiscard]] Session &session() { return m_session; }
    [[nodiscard]] const Clock &clock() const { return m_clock; }
    [[nodiscard]] Timestamp now() const { return m_clock.now(); }
    /// Up to when it is known what goes on; nothing: up to now, because the source is heard and what it says is stored.
    [[nodiscard]] std::optional<Timestamp> knownUntil() const;
    /// There is one that may be heard again.
    [[nodiscard]] bool hasSource() const { return m_status.source != SourceState::Idle && m_status.source != SourceState::Finished; }
    /// What is open is drawn up to then.
    [[nodiscard]] Timestamp openEnd() const { return std::min(now(), knownUntil().value_or(kLatestTime)); }
    /// What is open is counted up to then.
    [[nodiscard]] Timestamp counted() const { return wholeSecond(openEnd()); }
    /// The same of one interaction, of which more or less may be known.
    [[nodiscard]] std::optional<Timestamp> knownUntil(const InteractionView &view) const;
    [[nodiscard]] Timestamp counted(const InteractionView &view) const { return wholeSecond(std::min(now(), knownUntil(view).value_or(kLatestTime))); }
    /// An interaction of the local store had an event then.
    void noteEvent(Timestamp at) { m_lastEvent = std::max(m_lastEvent, at); }
    [[nodiscard]] const Status &status() const { return m_status; }
    [[nodiscard]] const std::vector<Band> &bands() const { return m_bands; }
    /// Events that earlier runs refused and that are still kept for inspection: Status counts those of this run alone.
    [[nodiscard]] std::uint64_t refusedEarlier() const;
    /// False until the first answer about bands has come, and while another is on its way.
    [[nodiscard]] bool settled() const { return !m_bandsQuestion.underWay() && m_bandsKnown && !m_refusedQuestion.underWay(); }
    /// Since when the source has been heard without a break, as far as this window saw; nothing: it is not.
    [[nodiscard]] std::optional<Timestamp> listeningSince() const { return m_listeningSince; }
    /// The last failure of a question, in words; empty if the last one was answered.
    [[nodiscard]] const QString &failure() const { return m_failure; }
    void fail(const Error &error);
    void succeed();
    /// Reads the status now instead of at the next tick.
    void refreshStatus();
    /// Delivers now what would be tried later, with `deadLetters` also what was set aside.
    void retryDelivery(bool deadLetters);

Q_SIGNALS:
    void interactionsChanged(const std::vector<Summary> &touched);
    void bandsChanged();
    void statusChanged();
    void failureChanged();
    void deliveryTried(); ///< on request; statusChanged() has come before

private:
    struct Inbox;
    void drain();
    void askBands();
    void askRefused();
    void noteListening();

    Session &m_session;
    const Clock &m_clock;
    std::shared_ptr<Inbox> m_inbox; ///< shared with the callback, which may be running when this goes
    Status m_status;
    std::optional<Timestamp> m_listeningSince;
    std::optional<Timestamp> m_heardAt; ///< when the source was last seen to be heard and stored
    Timestamp m_lastEvent = kEarliestTime;
    std::vector<Band> m_bands;
    std::uint64_t m_refusedEarlier = 0;
    bool m_bandsAgain = false;
    bool m_bandsKnown = false;
    QString m_failure;
    QTimer m_statusTimer;
    Question m_bandsQuestion;
    Question m_refusedQuestion;
    Question m_retry;
    HandlePtr m_subscription;
};

} // namespace threadline::ui
