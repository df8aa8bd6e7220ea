// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/nowpanel.h"

#include "ui/text/format.h"
#include "ui/views/controls.h"
#include "ui/views/legend.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

#include <cmath>

namespace threadline::ui {
namespace {

constexpr std::size_t kListed = 5;
constexpr std::size_t kQueuesListed = 12;
constexpr std::array kQueueColumns{58, 62, 62, 52};
constexpr int kBarWidth = 72; ///< leaves room for a whole number, country and all
constexpr int kGap = 6;
constexpr int kTimeRoom = 52;

QVBoxLayout *section(QVBoxLayout *layout, const QString &title, const Appearance &look, QLabel **right = nullptr)
{
    auto *head = new QHBoxLayout;
    head->addWidget(makeLabel(title, look.fonts().heading));
    head->addStretch();
    if (right) {
        *right = makeLabel({}, look.fonts().small, "2");
        head->addWidget(*right);
    }
    layout->addLayout(head);
    auto *body = new QVBoxLayout;
    body->setSpacing(0);
    layout->addLayout(body);
    return body;
}

/// Of this run and of those before, each by itself.
QString refusedText(std::uint64_t now, std::uint64_t earlier)
{
    if (now == 0)
        return earlier == 1 ? NowPanel::tr("1 event of an earlier run refused, kept for inspection")
                            : NowPanel::tr("%1 events of earlier runs refused, kept for inspection").arg(numberText(earlier));
    const QString text = now == 1 ? NowPanel::tr("1 event refused") : NowPanel::tr("%1 events refused").arg(numberText(now));
    return earlier ? NowPanel::tr("%1 since the start, %2 earlier, kept for inspection").arg(text, numberText(earlier))
                   : NowPanel::tr("%1, kept for inspection").arg(text);
}

} // namespace

WaitRow::WaitRow(const Appearance &look, QWidget *parent) : PlainButton(parent), m_look(look)
{
    setFixedHeight(24);
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
}

void WaitRow::setItem(const WaitingItem &item, SegmentKind kind, Timestamp now, Duration longest, bool known)
{
    m_known = known;
    m_item = item;
    m_kind = kind;
    m_waited = std::max(now - item.since, Duration{});
    m_longest = longest;
    setAccessibleName(tr("%1, %2, %3 %4").arg(item.customer, item.place, stateName(kind).toLower(), spokenDuration(m_waited)));
    setToolTip(item.place.isEmpty() ? item.customer : item.customer + QStringLiteral(", ") + item.place);
    update();
}

std::pair<int, int> WaitRow::rooms(double customer, double place, double room)
{
    const int free = static_cast<int>(room) - 2 * kGap;
    int first = std::max(92 - kGap, free * 64 / 100);
    if (customer > first && place < free - first)
        first = std::min(static_cast<int>(std::ceil(customer)), free - static_cast<int>(std::ceil(place)));
    else if (customer < first && place > free - first)
        first = std::max(static_cast<int>(std::ceil(customer)), free - static_cast<int>(std::ceil(place)));
    return {first, free - first};
}

void WaitRow::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    const Theme &theme = m_look.theme();
    if (underMouse() || hasFocus())
        p.fillRect(rect(), theme(Role::Hover));
    const int bar = width() - kTimeRoom - kBarWidth;
    const Attention attention = m_known ? attentionOf(m_waited) : Attention::None;
    const auto text = [&](const QRect &box, const QString &words, const QFont &font, const QColor &ink, Qt::Alignment align) {
        p.setFont(font);
        p.setPen(ink);
        p.drawText(box, Qt::AlignVCenter | align, elidedText(QFontMetricsF(font), words, box.width()));
    };
    const QFontMetricsF metrics(m_look.fonts().table);
    const auto [customer, place] = rooms(metrics.horizontalAdvance(m_item.customer), metrics.horizontalAdvance(m_item.place), bar);
    text(QRect(0, 0, customer, height()), m_item.customer, m_look.fonts().table, theme(Role::Text), Qt::AlignLeft);
    text(QRect(bar - kGap - place, 0, place, height()), m_item.place, m_look.fonts().table, theme(Role::Text2), Qt::AlignLeft);
    p.fillRect(bar, 7, kBarWidth, 9, theme(Role::GridMinor));
    const double part = m_longest.us > 0 ? static_cast<double>(m_waited.us) / static_cast<double>(m_longest.us) : 0;
    p.fillRect(bar, 7, static_cast<int>(std::lround(kBarWidth * std::min(1.0, part))), 9, theme.fill(m_kind));
    const double mark = m_longest.us > 0 ? static_cast<double>(kAlarmAfter.us) / static_cast<double>(m_longest.us) : 2;
    if (mark <= 1)
        p.fillRect(bar + static_cast<int>(kBarWidth * mark), 4, 1, 15, theme(Role::Text));
    const QColor ink = attention == Attention::None ? theme(m_known ? Role::Text : Role::Text2)
                                                    : theme.ink(attention == Attention::Alarm ? Severity::Error : Severity::Warn);
    text(QRect(width() - kTimeRoom, 0, kTimeRoom, height()), durationText(m_waited),
         attention == Attention::None ? m_look.fonts().table : m_look.fonts().tableStrong, ink, Qt::AlignRight);
    if (hasFocus())
        drawFrame(p, rect(), theme(Role::Focus), 2);
}

QueueRow::QueueRow(const Appearance &look, QWidget *parent) : PlainButton(parent), m_look(look)
{
    setFixedHeight(24);
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
}

void QueueRow::setQueue(const QueueFigures &queue, Timestamp now, bool known)
{
    m_known = known;
    m_queue = queue;
    m_now = now;
    const QString name = queue.queue.isEmpty() ? NowPanel::tr("No queue") : queue.queue;
    QString text = NowPanel::tr("%1, %2 waiting, %3 on hold, %4 open").arg(name, numberText(queue.waiting), numberText(queue.onHold), numberText(queue.open));
    if (queue.longestSince)
        text += NowPanel::tr(", longest %1").arg(spokenDuration(now - *queue.longestSince));
    setAccessibleName(text);
    setToolTip(name);
    update();
}

void QueueRow::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    const Theme &theme = m_look.theme();
    if (underMouse() || hasFocus())
        p.fillRect(rect(), theme(Role::Hover));
    const Duration longest = m_queue.longestSince ? m_now - *m_queue.longestSince : Duration{};
    const Attention attention = m_known ? attentionOf(longest) : Attention::None;
    const QColor urgent = attention == Attention::None ? theme(Role::Text) : theme.ink(attention == Attention::Alarm ? Severity::Error : Severity::Warn);
    const QString values[] = {numberText(m_queue.waiting), m_queue.longestSince ? durationText(longest) : QString(),
                              numberText(m_queue.onHold), numberText(m_queue.open)};
    int right = width();
    for (std::size_t c = kQueueColumns.size(); c-- > 0;) {
        const bool strong = c == 1 && attention != Attention::None;
        p.setFont(strong ? m_look.fonts().tableStrong : m_look.fonts().table);
        p.setPen(c == 1 ? urgent : theme(Role::Text));
        p.drawText(QRect(right - kQueueColumns[c], 0, kQueueColumns[c], height()), Qt::AlignVCenter | Qt::AlignRight, values[c]);
        right -= kQueueColumns[c];
    }
    const QString name = m_queue.queue.isEmpty() ? NowPanel::tr("No queue") : m_queue.queue;
    p.setFont(m_look.fonts().table);
    p.setPen(theme(Role::Text));
    p.drawText(QRect(0, 0, right - 6, height()), Qt::AlignVCenter, elidedText(QFontMetricsF(m_look.fonts().table), name, right - 6));
    if (hasFocus())
        drawFrame(p, rect(), theme(Role::Focus), 2);
}

StateBar::StateBar(const Appearance &look, QWidget *parent) : QWidget(parent), m_look(look)
{
    setFixedHeight(20);
    connect(&look, &Appearance::changed, this, [this] {
        m_kit.reset();
        update();
    });
}

void StateBar::setStates(const std::array<int, kSegmentKinds> &states)
{
    m_states = states;
    update();
}

void StateBar::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    if (!m_kit || m_kit->ratio != devicePixelRatioF())
        m_kit = std::make_unique<PaintKit>(m_look, devicePixelRatioF());
    int all = 0;
    for (const int n : m_states)
        all += n;
    if (all == 0) {
        drawFrame(p, QRect(0, 0, width(), 18), m_look.theme()(Role::BorderControl));
        return;
    }
    int before = 0;
    for (std::size_t i = 0; i < m_states.size(); ++i) {
        const int x0 = width() * before / all;
        before += m_states[i];
        const int x1 = width() * before / all;
        if (x1 > x0)
            paintSample(p, *m_kit, static_cast<SegmentKind>(i), QRect(x0, 0, x1 - x0 - 1, m_look.metrics().laneSegment),
                        Rail::None, numberText(m_states[i]));
    }
}

NowPanel::NowPanel(Hub &hub, const Appearance &look, QWidget *parent) : QScrollArea(parent), m_hub(hub), m_look(look)
{
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *content = new QWidget;
    content->setAttribute(Qt::WA_StyledBackground);
    content->setProperty("ground", "panel");
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 8, 12, 12);
    layout->setSpacing(8);
    m_asOf = makeLabel({}, look.fonts().small, "warn");
    m_asOf->setWordWrap(true);
    m_asOf->hide();
    layout->addWidget(m_asOf);
    m_waiting = makeList(layout, tr("Waiting longest"), SegmentKind::Queue);
    layout->addWidget(makeRule());
    m_held = makeList(layout, tr("On hold longest"), SegmentKind::Hold);
    layout->addWidget(makeRule());
    makeQueues(layout);
    layout->addWidget(makeRule());
    QVBoxLayout *states = section(layout, tr("Open interactions"), look);
    m_states = new StateBar(look);
    m_stateText = makeLabel({}, look.fonts().small, "2");
    m_stateText->setWordWrap(true);
    states->addWidget(m_states);
    states->addSpacing(6);
    states->addWidget(m_stateText);
    layout->addWidget(makeRule());
    makeAttention(layout);
    layout->addStretch();
    setWidget(content);
    connect(&hub, &Hub::statusChanged, this, [this] {
        showAttention();
        tick();
    });
    connect(&hub, &Hub::bandsChanged, this, &NowPanel::showAttention);
}

NowPanel::WaitList NowPanel::makeList(QVBoxLayout *layout, const QString &title, SegmentKind kind)
{
    WaitList list;
    list.kind = kind;
    QVBoxLayout *body = section(layout, title, m_look, &list.more);
    for (std::size_t i = 0; i < kListed; ++i) {
        auto *row = new WaitRow(m_look);
        connect(row, &WaitRow::clicked, this, [this, row] { Q_EMIT interactionChosen(row->interaction()); });
        row->hide();
        body->addWidget(row);
        list.rows.push_back(row);
    }
    list.none = makeLabel(tr("Reading…"), m_look.fonts().table, "3");
    body->addWidget(list.none);
    return list;
}

void NowPanel::showList(WaitList &list, const std::vector<WaitingItem> &items, Duration longest)
{
    for (std::size_t i = 0; i < list.rows.size(); ++i) {
        list.rows[i]->setVisible(i < items.size());
        if (i < items.size())
            list.rows[i]->setItem(items[i], list.kind, m_hub.counted(), longest, !m_hub.knownUntil());
    }
    list.none->setVisible(items.empty());
    list.none->setText(m_figures.complete() ? tr("Nobody") : tr("Reading…")); // unknown is not nobody
    const QString line = tr("line at %1").arg(durationText(kAlarmAfter));
    list.more->setText(items.empty()                ? QString()
                           : items.size() > kListed ? tr("%1 of %2, %3").arg(numberText(kListed), numberText(items.size()), line)
                                                    : line);
}

void NowPanel::makeQueues(QVBoxLayout *layout)
{
    QVBoxLayout *body = section(layout, tr("Queues"), m_look);
    body->addSpacing(4);
    auto *titles = new QHBoxLayout;
    titles->setSpacing(0);
    titles->addWidget(makeLabel(tr("Queue"), m_look.fonts().smallMedium, "2"), 1);
    const QString names[] = {tr("Waiting"), tr("Longest"), tr("On hold"), tr("Open")};
    for (std::size_t c = 0; c < kQueueColumns.size(); ++c) {
        QLabel *title = makeLabel(names[c], m_look.fonts().smallMedium, "2");
        title->setFixedWidth(kQueueColumns[c]);
        title->setAlignment(Qt::AlignRight);
        titles->addWidget(title);
    }
    body->addLayout(titles);
    m_queues = body;
}

void NowPanel::showQueues()
{
    const std::size_t shown = std::min(m_figures.queues.size(), kQueuesListed);
    while (m_queueRows.size() < shown) {
        auto *row = new QueueRow(m_look);
        connect(row, &QueueRow::clicked, this, [this, row] { Q_EMIT queueChosen(row->queue()); });
        m_queues->addWidget(row);
        m_queueRows.push_back(row);
    }
    for (std::size_t i = 0; i < m_queueRows.size(); ++i) {
        m_queueRows[i]->setVisible(i < shown);
        if (i < shown)
            m_queueRows[i]->setQueue(m_figures.queues[i], m_hub.counted(), !m_hub.knownUntil());
    }
}

void NowPanel::makeAttention(QVBoxLayout *layout)
{
    m_attention = section(layout, tr("Attention"), m_look);
    m_attention->setSpacing(4);
    showAttention();
}

void NowPanel::showAttention()
{
    struct Item {
        Glyph glyph;
        Severity severity;
        QString text;
        QString list;
    };
    std::vector<Item> items;
    const Status &status = m_hub.status();
    if (status.refused || m_hub.refusedEarlier())
        items.push_back({Glyph::Warn, Severity::Warn, refusedText(status.refused, m_hub.refusedEarlier()), QStringLiteral("refused")});
    int gaps = 0;
    for (auto it = m_hub.bands().rbegin(); it != m_hub.bands().rend() && gaps < 3; ++it, ++gaps) {
        const bool calm = it->state == BandState::Repaired || it->state == BandState::NothingMissed;
        items.push_back({calm ? Glyph::Info : Glyph::Warn, calm ? Severity::Info : Severity::Warn, bandText(*it, m_look.time(), m_hub.now()),
                         QStringLiteral("gaps")});
    }
    if (items.empty())
        items.push_back({Glyph::Check, Severity::Ok, tr("Nothing refused, nothing missed"), QStringLiteral("counters")});
    QStringList texts;
    for (const Item &item : items)
        texts << item.text;
    if (texts == m_attentionShown)
        return;
    m_attentionShown = texts;
    while (QLayoutItem *old = m_attention->takeAt(0)) {
        delete old->widget();
        delete old;
    }
    for (const Item &item : items) {
        auto *button = new FlatButton(FlatButton::Style::Item, m_look);
        button->setText(item.text);
        button->setGlyph(item.glyph, item.severity);
        button->setToolTip(item.text);
        button->setMinimumWidth(40); // a long one makes the panel no wider than its dock
        connect(button, &FlatButton::clicked, this, [this, list = item.list] { Q_EMIT listWanted(list); });
        m_attention->addWidget(button, 0, Qt::AlignLeft);
    }
}

/// Waits that nobody hears of any more stand still, and say of when they are.
void NowPanel::showAsOf()
{
    const std::optional<Timestamp> known = m_hub.knownUntil();
    m_asOf->setVisible(known && m_figures.open > 0);
    if (known)
        m_asOf->setText(tr("As of %1. What has changed since then is not known.").arg(m_look.time().moment(*known, m_hub.now())));
}

void NowPanel::setFigures(const NowFigures &figures)
{
    m_figures = figures;
    QStringList parts;
    for (int i = 0; i < kSegmentKinds; ++i) {
        if (const int n = figures.states[static_cast<std::size_t>(i)])
            parts << stateCount(static_cast<SegmentKind>(i), n);
    }
    if (figures.stateless)
        parts << tr("%1 in none of these").arg(numberText(static_cast<std::uint64_t>(figures.stateless)));
    if (figures.unread)
        parts << tr("%1 not read yet").arg(numberText(static_cast<std::uint64_t>(figures.unread)));
    m_states->setStates(figures.states);
    m_stateText->setText(!parts.isEmpty() ? parts.join(QStringLiteral(", ")) : figures.known ? tr("None") : tr("Reading…"));
    tick();
}

void NowPanel::tick()
{
    Duration longest = kAlarmAfter;
    for (const std::vector<WaitingItem> *items : {&m_figures.waiting, &m_figures.held}) {
        if (!items->empty())
            longest = std::max(longest, m_hub.counted() - items->front().since);
    }
    showAsOf();
    showList(m_waiting, m_figures.waiting, longest);
    showList(m_held, m_figures.held, longest);
    showQueues();
}

} // namespace threadline::ui
