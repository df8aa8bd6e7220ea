// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/statusbar.h"

#include "ui/text/fieldnames.h"
#include "ui/text/format.h"
#include "ui/timeline/metrics.h"

#include <QPainter>

namespace threadline::ui {
namespace {

Glyph glyphOfSeverity(Severity severity)
{
    switch (severity) {
    case Severity::Info: return Glyph::Info;
    case Severity::Ok: return Glyph::Check;
    case Severity::Warn: return Glyph::Warn;
    case Severity::Error: return Glyph::Error;
    }
    return Glyph::Info;
}

/// How far the shared store is behind.
QString deliveryText(const DeliveryStatus &d)
{
    const QString name = d.product.empty() ? QStringLiteral("InfluxDB") : foreign(d.product, 24);
    if (d.state != DeliveryState::Delivering)
        return StatusBar::tr("%1: %2, %3 waiting").arg(name, deliveryStateName(d.state).toLower(), numberText(d.backlog));
    return d.backlog == 0 ? StatusBar::tr("%1: all delivered").arg(name) : StatusBar::tr("%1: %2 waiting").arg(name, numberText(d.backlog));
}

QString connectionText(const Status &status)
{
    const QString name = foreign(status.sourceName, 40);
    if (status.source == SourceState::Listening)
        return name.isEmpty() ? StatusBar::tr("Connected, streaming")
                              : StatusBar::tr("Connected to %1, streaming").arg(isolated(name));
    const QString state = sourceStateName(status.source);
    if (status.sourceDetail.empty())
        return name.isEmpty() || status.source == SourceState::Idle ? state : StatusBar::tr("%1: %2").arg(isolated(name), state);
    return StatusBar::tr("%1: %2").arg(state, foreign(inFieldNames(status.sourceDetail).toStdString(), 90));
}

} // namespace

Severity severityOf(const Status &status)
{
    if (!status.storeError.empty())
        return Severity::Error;
    switch (status.source) {
    case SourceState::Listening: return Severity::Ok;
    case SourceState::Refused: return Severity::Error;
    case SourceState::Waiting:
    case SourceState::HeldBack: return Severity::Warn;
    default: return Severity::Info;
    }
}

StatusBar::StatusBar(Hub &hub, const Appearance &look, QWidget *parent)
    : QWidget(parent), m_hub(hub), m_look(look), m_frame(makeLabel({}, look.fonts().small, "3", this)),
      m_progress(makeLabel({}, look.fonts().small, "", this)), m_stop(new FlatButton(FlatButton::Style::Item, look, this)),
      m_outcome(new FlatButton(FlatButton::Style::Item, look, this))
{
    m_stop->setText(tr("Stop"));
    m_stop->setAccessibleName(tr("Stop reading"));
    m_stop->setGlyph(Glyph::Close);
    m_stop->hide();
    m_progress->hide();
    m_outcome->setGlyph(Glyph::Check, Severity::Ok);
    m_outcome->setToolTip(tr("What came of the last files that were read; a click takes it away"));
    m_outcome->hide();
    connect(m_outcome, &FlatButton::clicked, this, [this] { setOutcome({}); });
    connect(m_stop, &FlatButton::clicked, this, &StatusBar::stopWanted);
    setFixedHeight(kStatusHeight);
    setAccessibleName(tr("Status"));
    const char *lists[] = {"gaps", "counters", "counters", "counters", "counters", "counters", "counters", "dead-letters", "refused"};
    for (int i = 0; i < kItems; ++i) {
        auto *button = new FlatButton(FlatButton::Style::Item, look, this);
        connect(button, &FlatButton::clicked, this, [this, list = QString::fromLatin1(lists[i])] { Q_EMIT listWanted(list); });
        m_items[static_cast<std::size_t>(i)] = button;
    }
    m_items[Rate]->setToolTip(tr("Events received, of the last seconds"));
    m_items[DelayItem]->setToolTip(tr("Of the last commit: from receiving its oldest event until it was stored. How late an event came from the platform stands in "
                                      "the table of events"));
    m_items[Queue]->setToolTip(tr("Messages received and not yet taken up, of as many as may wait"));
    m_items[Stored]->setToolTip(tr("Events in the data folder, of earlier runs too"));
    m_items[Duplicates]->setToolTip(tr("Events that came once more with the same content, since the program started"));
    m_items[RefusedItem]->setToolTip(tr("Events that could not be read since the program started, and those of earlier runs that are still kept; for inspection"));
    connect(&hub, &Hub::statusChanged, this, &StatusBar::refresh);
    connect(&look, &Appearance::changed, this, &StatusBar::refresh);
    refresh();
}

void StatusBar::setReproducible(bool reproducible)
{
    m_reproducible = reproducible;
    refresh();
}

void StatusBar::setFrame(const QString &text)
{
    m_frame->setText(text);
    fit();
}

void StatusBar::setProgress(const QString &text)
{
    if (m_progress->text() == text)
        return;
    m_progress->setText(text);
    showProgress();
}

void StatusBar::setOutcome(const QString &text)
{
    m_outcomeText = text;
    m_outcome->setText(text);
    m_outcome->setAccessibleName(text);
    showProgress();
}

void StatusBar::showProgress()
{
    const bool running = !m_progress->text().isEmpty();
    m_progress->setVisible(running);
    m_stop->setVisible(running);
    m_outcome->setVisible(!running && !m_outcome->text().isEmpty());
    fit();
}

bool StatusBar::wanted(Item item) const
{
    if (item == DeliveryItem)
        return m_hub.status().delivery.state != DeliveryState::Off;
    if (item == AsideItem)
        return m_hub.status().delivery.deadLetters > 0;
    return !m_reproducible || (item != Rate && item != DelayItem);
}

void StatusBar::refresh()
{
    const Status &s = m_hub.status();
    const Severity severity = severityOf(s);
    m_items[Connection]->setText(connectionText(s));
    m_items[Connection]->setToolTip(s.sourceDetail.empty() ? connectionText(s) : foreign(s.sourceDetail, 400));
    m_items[Connection]->setGlyph(glyphOfSeverity(severity), severity);
    m_items[Rate]->setText(tr("%1 events/s").arg(numberText(static_cast<std::uint64_t>(std::max(0.0, s.eventsPerSecond + 0.5)))));
    m_items[DelayItem]->setText(tr("delay %1").arg(delayText(s.commitDelay)));
    m_items[Queue]->setText(s.queueCapacity ? tr("queue %1 of %2").arg(numberText(s.queueMessages), numberText(s.queueCapacity))
                                            : tr("queue %1").arg(numberText(s.queueMessages)));
    m_items[Stored]->setText(tr("stored %1 in all").arg(numberText(s.storedTotal)));
    m_items[Duplicates]->setText(tr("duplicates %1").arg(numberText(s.duplicates)));
    const DeliveryStatus &d = s.delivery;
    m_items[DeliveryItem]->setText(deliveryText(d));
    const Severity delivery = d.state == DeliveryState::Paused ? Severity::Error : d.words.empty() ? Severity::Ok : Severity::Warn;
    m_items[DeliveryItem]->setGlyph(glyphOfSeverity(delivery), delivery);
    m_items[DeliveryItem]->setToolTip(foreign(d.words, 400));
    m_items[AsideItem]->setText(tr("%1 set aside").arg(numberText(d.deadLetters)));
    m_items[AsideItem]->setGlyph(Glyph::Warn, Severity::Warn);
    m_items[AsideItem]->setToolTip(tr("Events that the shared store does not take"));
    const std::uint64_t earlier = m_hub.refusedEarlier();
    m_items[RefusedItem]->setText(earlier ? tr("%1 refused, %2 earlier").arg(numberText(s.refused), numberText(earlier))
                                          : tr("%1 refused").arg(numberText(s.refused)));
    m_items[RefusedItem]->setGlyph(s.refused || earlier ? Glyph::Warn : Glyph::None,
                                   s.refused || earlier ? std::optional(Severity::Warn) : std::nullopt);
    fit();
    update();
}

/// Items go from the right where there is no room; connection, delay and refused stay.
void StatusBar::fit()
{
    const int ends = m_frame->text().isEmpty() ? 0 : m_frame->sizeHint().width() + 12;
    m_outcome->setText(m_outcomeText);
    const int outcome = m_outcome->isVisibleTo(this) ? std::min(m_outcome->sizeHint().width(), width() / 3) + 24 : 0;
    const int progress = m_progress->text().isEmpty() ? outcome : m_progress->sizeHint().width() + m_stop->sizeHint().width() + 24;
    const int frame = ends + progress;
    const std::array order{Duplicates, Stored, Queue, Rate};
    std::array<bool, kItems> shown{};
    int needed = 6 + frame;
    for (int i = 0; i < kItems; ++i) {
        shown[static_cast<std::size_t>(i)] = wanted(static_cast<Item>(i));
        needed += shown[static_cast<std::size_t>(i)] ? m_items[static_cast<std::size_t>(i)]->sizeHint().width() + 11 : 0;
    }
    for (const Item item : order) {
        if (needed <= width() || !shown[item])
            continue;
        shown[item] = false;
        needed -= m_items[item]->sizeHint().width() + 11;
    }
    int x = 5;
    for (int i = 0; i < kItems; ++i) {
        FlatButton *button = m_items[static_cast<std::size_t>(i)];
        button->setVisible(shown[static_cast<std::size_t>(i)]);
        if (!shown[static_cast<std::size_t>(i)])
            continue;
        button->setGeometry(x, 1, button->sizeHint().width(), height() - 1);
        x += button->width() + 11;
    }
    m_frame->adjustSize();
    m_progress->adjustSize();
    const int right = width() - ends - 12;
    m_stop->setGeometry(right - m_stop->sizeHint().width(), 1, m_stop->sizeHint().width(), height() - 1);
    m_progress->move(m_stop->x() - m_progress->width() - 8, (height() - m_progress->height()) / 2 + 1);
    const int whole = m_outcome->sizeHint().width(), room = std::min(whole, std::max(0, right - x));
    if (room < whole) {
        const QFontMetrics metrics(m_outcome->font());
        m_outcome->setText(metrics.elidedText(m_outcomeText, Qt::ElideMiddle, metrics.horizontalAdvance(m_outcomeText) - (whole - room)));
    }
    m_outcome->setGeometry(right - room, 1, room, height() - 1);
    m_frame->move(width() - m_frame->width() - 12, (height() - m_frame->height()) / 2 + 1);
}

void StatusBar::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit();
}

void StatusBar::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    p.fillRect(rect(), m_look.theme()(Role::Panel));
    p.fillRect(0, 0, width(), 1, m_look.theme()(Role::Border));
    bool first = true;
    for (const FlatButton *button : m_items) {
        if (!button->isVisibleTo(this))
            continue;
        if (!std::exchange(first, false))
            p.fillRect(button->x() - 6, 6, 1, 14, m_look.theme()(Role::Border));
    }
}

QStringList StatusBar::texts() const
{
    QStringList out;
    for (const FlatButton *button : m_items)
        out << button->text();
    return out;
}

} // namespace threadline::ui
