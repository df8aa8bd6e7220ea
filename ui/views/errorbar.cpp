// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/errorbar.h"

#include "ui/text/fieldnames.h"
#include "ui/text/format.h"
#include "ui/views/statusbar.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

#include <algorithm>

namespace threadline::ui {
namespace {

constexpr int kHeight = 36;

bool same(const Problem &a, const Problem &b)
{
    const bool single = a.about == About::Window || a.about == About::Failure;
    return a.about == b.about && a.severity == b.severity && (!single || a.text == b.text);
}

/// What it is about: the first clause without its numbers. How often, how long and how many change from second to second.
QString gistOf(QString text)
{
    for (const char *end : {". ", ", ", "; ", ": "})
        text = text.section(QLatin1String(end), 0, 0);
    text.removeIf([](QChar c) { return c.isDigit() || c == QLatin1Char('.'); });
    return text;
}

/// Whether whoever closed the one need not see the other.
bool sameNews(const Problem &a, const Problem &b) { return same(a, b) && gistOf(a.text) == gistOf(b.text); }

} // namespace

std::vector<Problem> problemsOf(const Status &status, const QString &failure)
{
    std::vector<Problem> out;
    if (!status.storeError.empty())
        out.push_back({Severity::Error, qstr(status.storeError), QStringLiteral("counters"), About::Store});
    if (!status.storeWarning.empty())
        out.push_back({Severity::Warn, qstr(status.storeWarning), QStringLiteral("counters"), About::StoreWarning});
    if (status.source == SourceState::Refused || status.source == SourceState::HeldBack
        || status.source == SourceState::Waiting) {
        const Severity severity = status.source == SourceState::Refused ? Severity::Error : Severity::Warn;
        const QString detail = inFieldNames(status.sourceDetail);
        out.push_back(
            {severity, detail.isEmpty() ? sourceStateName(status.source) + QLatin1Char('.') : detail, QStringLiteral("gaps"),
             About::Source});
    }
    if (status.delivery.state == DeliveryState::Paused)
        out.push_back({Severity::Error, qstr(status.delivery.words), QStringLiteral("counters"), About::Delivery});
    else if (status.delivery.state != DeliveryState::Off && !status.delivery.words.empty()) // also while most of it is delivered
        out.push_back({Severity::Warn, qstr(status.delivery.words), QStringLiteral("counters"), About::Delivery});
    if (!failure.isEmpty())
        out.push_back({Severity::Error, failure, {}, About::Failure});
    if (!status.sequenceNote.empty())
        out.push_back({Severity::Warn, qstr(status.sequenceNote), QStringLiteral("counters"), About::Sequence});
    std::stable_sort(out.begin(), out.end(), [](const Problem &a, const Problem &b) { return a.severity > b.severity; });
    return out;
}

ErrorBar::ErrorBar(Hub &hub, const Appearance &look, QWidget *parent)
    : QWidget(parent), m_hub(hub), m_look(look), m_text(makeLabel({}, look.fonts().body)),
      m_try(new QPushButton(tr("&Try now"))), m_more(new QPushButton(tr("Show"))),
      m_count(new FlatButton(FlatButton::Style::Link, look)), m_close(new FlatButton(FlatButton::Style::Icon, look))
{
    setMinimumHeight(kHeight);
    setAccessibleName(tr("Problem"));
    m_try->setAutoDefault(true);
    m_more->setAutoDefault(true);
    m_more->setObjectName(QStringLiteral("list"));
    m_close->setGlyph(Glyph::Close);
    m_close->setAccessibleName(tr("Close"));
    m_count->setToolTip(tr("Next problem"));
    m_text->setWordWrap(true);
    QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    policy.setHeightForWidth(true); // what to do stands at the end: it wraps, and is never cut off
    m_text->setSizePolicy(policy);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(36, 3, 8, 3);
    layout->setSpacing(10);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_try);
    layout->addWidget(m_more);
    layout->addWidget(m_count);
    layout->addWidget(m_close);
    connect(m_try, &QPushButton::clicked, this, &ErrorBar::tryDelivery);
    connect(m_more, &QPushButton::clicked, this, [this] {
        const QString list = m_problems[m_index].list; // whoever opens it may take the problem away
        Q_EMIT listWanted(list);
    });
    connect(m_count, &FlatButton::clicked, this, [this] { showProblem((m_index + 1) % m_problems.size()); });
    connect(m_close, &FlatButton::clicked, this, [this] {
        m_closed.push_back(m_problems[m_index]);
        std::erase(m_own, m_problems[m_index]);
        refresh();
    });
    connect(&hub, &Hub::statusChanged, this, &ErrorBar::refresh);
    connect(&hub, &Hub::failureChanged, this, &ErrorBar::refresh);
    connect(&look, &Appearance::changed, this, qOverload<>(&QWidget::update));
    hide(); // by name: a bar that was never hidden would be shown, and empty, with the window
}

void ErrorBar::add(const Problem &problem)
{
    std::erase(m_own, problem);
    std::erase_if(m_seen, [&](const Seen &seen) { return same(seen.problem, problem); }); // said once more: it is the newest
    m_own.push_back(problem);
    std::erase_if(m_closed, [&](const Problem &closed) { return same(closed, problem); });
    refresh();
}

void ErrorBar::remove(const QString &text)
{
    std::erase_if(m_own, [&text](const Problem &problem) { return problem.text == text; });
    refresh();
}

/// That it was tried is told, for what comes of it may be the same words again.
void ErrorBar::tryDelivery()
{
    m_tried = m_hub.now();
    m_hub.retryDelivery(false);
    showProblem(m_index);
}

std::vector<Problem> ErrorBar::gathered()
{
    std::vector<Problem> all = m_own;
    for (Problem &problem : problemsOf(m_hub.status(), m_hub.failure()))
        all.push_back(std::move(problem));
    // What was closed and has gone may come again as news.
    const auto isIn = [](const std::vector<Problem> &problems, const Problem &one) {
        return std::any_of(problems.begin(), problems.end(), [&](const Problem &p) { return sameNews(p, one); });
    };
    std::erase_if(m_closed, [&](const Problem &closed) { return !isIn(all, closed); });
    std::erase_if(all, [&](const Problem &problem) { return isIn(m_closed, problem); });
    return all;
}

/// The worst first, of equals the newest. Returns the first of those that were not there before.
std::optional<std::size_t> ErrorBar::order(std::vector<Problem> &problems)
{
    const std::uint64_t before = m_seenCount;
    std::vector<Seen> seen;
    for (const Problem &problem : problems) {
        const auto known = std::find_if(m_seen.begin(), m_seen.end(), [&](const Seen &s) { return same(s.problem, problem); });
        seen.push_back({problem, known != m_seen.end() ? known->since : ++m_seenCount});
    }
    std::stable_sort(seen.begin(), seen.end(), [](const Seen &a, const Seen &b) {
        return a.problem.severity != b.problem.severity ? a.problem.severity > b.problem.severity : a.since > b.since;
    });
    m_seen = std::move(seen);
    std::transform(m_seen.begin(), m_seen.end(), problems.begin(), [](const Seen &s) { return s.problem; });
    const auto fresh = std::find_if(m_seen.begin(), m_seen.end(), [before](const Seen &s) { return s.since > before; });
    return fresh == m_seen.end() ? std::nullopt : std::optional(static_cast<std::size_t>(fresh - m_seen.begin()));
}

void ErrorBar::refresh()
{
    const DeliveryState delivery = m_hub.status().delivery.state;
    if (delivery != DeliveryState::Paused && delivery != DeliveryState::Waiting)
        m_tried.reset();
    std::vector<Problem> all = gathered();
    const std::optional<Problem> shown = m_index < m_problems.size() ? std::optional(m_problems[m_index]) : std::nullopt;
    const std::optional<std::size_t> fresh = order(all);
    if (all == m_problems && isVisibleTo(parentWidget()) == !all.empty())
        return;
    m_problems = std::move(all);
    setVisible(!m_problems.empty());
    // What is new is shown unless it is less bad than what is read now; what is read now stays as long as it is there.
    std::size_t index = 0;
    if (shown) {
        const auto kept = std::find_if(m_problems.begin(), m_problems.end(), [&](const Problem &p) { return same(p, *shown); });
        if (kept != m_problems.end())
            index = static_cast<std::size_t>(kept - m_problems.begin());
    }
    if (fresh && (!shown || m_problems[*fresh].severity >= m_problems[index].severity))
        index = *fresh;
    showProblem(index);
}

void ErrorBar::showProblem(std::size_t index)
{
    if (index >= m_problems.size())
        return;
    m_index = index;
    const Problem &problem = m_problems[index];
    const QString tried = problem.about == About::Delivery && m_tried ? tr(" Last tried from here at %1.").arg(m_look.time().moment(*m_tried, m_hub.now())) : QString();
    m_text->setText(problem.text + tried);
    m_text->setToolTip(problem.text);
    m_try->setVisible(problem.about == About::Delivery);
    m_more->setVisible(!problem.list.isEmpty());
    m_count->setVisible(m_problems.size() > 1);
    m_count->setText(tr("%1 of %2").arg(numberText(index + 1), numberText(m_problems.size())));
    update();
}

QString ErrorBar::text() const { return m_problems.empty() ? QString() : m_problems[m_index].text; }

void ErrorBar::paintEvent(QPaintEvent *)
{
    if (m_problems.empty())
        return;
    QPainter p(this);
    const Severity severity = m_problems[m_index].severity;
    const Theme &theme = m_look.theme();
    p.fillRect(rect(), theme.ground(severity));
    p.fillRect(0, 0, width(), 1, theme(Role::Border));
    p.fillRect(0, 0, 3, height(), theme.ink(severity));
    drawGlyph(p,
              severity == Severity::Error      ? Glyph::Error
                  : severity == Severity::Warn ? Glyph::Warn
                                               : Glyph::Info,
              14, std::min(height(), kHeight) / 2.0 - 6, theme.ink(severity));
}

} // namespace threadline::ui
