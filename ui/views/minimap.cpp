// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/minimap.h"

#include "ui/theme/patterns.h"
#include "ui/timeline/painters.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace threadline::ui {
namespace {

constexpr int kCountEveryMs = 2000;
constexpr int kHandle = 6;
constexpr int kHandleHeight = 16;
constexpr float kVeil = 0.62F;

} // namespace

Minimap::Minimap(LanesView &lanes, Columns counted, const Appearance &look, QWidget *parent)
    : QWidget(parent), m_lanes(lanes), m_counts(std::move(counted)), m_look(look)
{
    setFixedHeight(kMinimapHeight);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Overview of the whole time"));
    connect(&lanes, &LanesView::viewChanged, this, &Minimap::viewMoved);
    m_later.setSingleShot(true);
    connect(&m_later, &QTimer::timeout, this, [this] { refresh(true); });
    connect(&look, &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void Minimap::refresh(bool now)
{
    if (now || !m_counted.isValid() || m_counted.elapsed() > kCountEveryMs)
        count();
    else if (!m_later.isActive())
        m_later.start(kCountEveryMs);
    update();
}

void Minimap::count()
{
    m_later.stop();
    m_countedOver = stretch();
    m_columns = m_counts(scale(), plot().width());
    m_counted.start();
    setToolTip(m_look.time().datedRange(m_countedOver, m_lanes.now()));
}

/// Another stretch has other columns; one that has grown by less than a column has not.
void Minimap::viewMoved()
{
    const TimeRange over = stretch();
    const auto column = static_cast<std::int64_t>(scale().usPerPx() * kMinimapColumn);
    if (std::abs(over.start.us - m_countedOver.start.us) > column || std::abs(over.end.us - m_countedOver.end.us) > column)
        count();
    update();
}

QRect Minimap::plot() const { return {m_lanes.headerWidth(), 1, std::max(1, width() - m_lanes.headerWidth()), height() - 2}; }

TimeRange Minimap::stretch() const
{
    constexpr int kMuch = 2; // so many times as long as the stretch of now
    const Scene &scene = *m_lanes.scene();
    if (m_grabbedOver)
        return *m_grabbedOver;
    if (!scene.overview || !m_lanes.navigator().placed())
        return scene.extent;
    const TimeRange view = m_lanes.navigator().view();
    const TimeRange all{std::min(view.start, scene.overview->start), scene.overview->end};
    const bool apart = view.end < scene.overview->start || view.start > scene.overview->end;
    return apart || all.length().us > kMuch * scene.overview->length().us ? scene.extent : all;
}

TimeScale Minimap::scale() const
{
    const TimeRange extent = stretch();
    // A little room to the right, so that the window of a live view does not stand at the edge.
    return TimeScale::fitting(extent, plot().width(), 0.03);
}

QRect Minimap::window() const
{
    const TimeRange view = m_lanes.navigator().view();
    const QRect area = plot();
    const TimeScale s = scale();
    const int x0 = static_cast<int>(std::lround(std::clamp(s.x(view.start), 0.0, area.width() - 4.0)));
    const int x1 = static_cast<int>(std::lround(std::clamp(s.x(view.end), x0 + 4.0, static_cast<double>(area.width()))));
    return {area.x() + x0, area.y(), x1 - x0, area.height()};
}

void Minimap::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    p.fillRect(rect(), m_look.theme()(Role::Panel));
    const QRect area = plot();
    const Fonts &fonts = m_look.fonts();
    p.setFont(fonts.smallMedium);
    p.setPen(m_look.theme()(Role::Text2));
    const int room = area.x() - 20;
    const auto [first, second] = labels(room);
    p.drawText(QRect(12, 4, room, 18), Qt::AlignVCenter, first);
    p.setFont(fonts.small);
    p.setPen(m_look.theme()(Role::Text3));
    p.drawText(QRect(12, 21, room, 18), Qt::AlignVCenter, second);
    paintColumns(p, area);
    paintWindow(p, area);
    p.fillRect(area.x() - 1, 0, 1, height(), m_look.theme()(Role::Border));
    p.fillRect(0, height() - 1, width(), 1, m_look.theme()(Role::Border));
}

std::pair<QString, QString> Minimap::labels(int room) const
{
    const TimeText &time = m_look.time();
    const TimeRange extent = stretch();
    const QString from = time.day(extent.start, m_lanes.now());
    const QString until = time.day(extent.end, m_lanes.now());
    std::vector<std::pair<QString, QString>> ways; // the fullest first
    if (from == until)
        ways = {{until, time.range(extent)},
                {until, tr("%1 to %2").arg(time.minutes(extent.start), time.minutes(extent.end))},
                {time.minutes(extent.start), tr("to %1").arg(time.minutes(extent.end))}};
    else
        ways = {{from + QLatin1Char(' ') + time.minutes(extent.start), tr("to %1").arg(until + QLatin1Char(' ') + time.minutes(extent.end))},
                {from, tr("to %1").arg(until)}};
    const QFontMetrics above(m_look.fonts().smallMedium);
    const QFontMetrics below(m_look.fonts().small);
    const auto fits = [&](const auto &way) { return above.horizontalAdvance(way.first) <= room && below.horizontalAdvance(way.second) <= room; };
    const auto found = std::find_if(ways.begin(), ways.end(), fits);
    return found == ways.end() ? ways.back() : *found;
}

void Minimap::paintColumns(QPainter &p, const QRect &area)
{
    const Theme &theme = m_look.theme();
    int most = 1;
    for (const DensityColumn &column : m_columns)
        most = std::max(most, column.all());
    const double high = area.height() - 5;
    const auto pixels = [&](int n) { return static_cast<int>(std::lround(n * high / most)); };
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const DensityColumn &column = m_columns[i];
        int y = area.bottom() + 1;
        const std::pair<int, SegmentKind> parts[] = {
            {column.queue, SegmentKind::Queue}, {column.hold, SegmentKind::Hold}, {column.rest, SegmentKind::Talk}};
        int sum = 0;
        for (const auto &[n, kind] : parts) {
            sum += n;
            const int top = area.bottom() + 1 - pixels(sum);
            p.fillRect(area.x() + static_cast<int>(i) * kMinimapColumn, top, kMinimapColumn - 1, y - top, theme.fill(kind));
            y = top;
        }
    }
    const TimeScale s = scale();
    for (const Band &band : m_lanes.scene()->bands) {
        const BandLook look = bandLook(theme, band.state);
        const int x0 = static_cast<int>(std::lround(std::clamp(s.x(band.start), -8.0, area.width() + 8.0)));
        const int x1 = static_cast<int>(std::lround(std::clamp(s.x(band.end.value_or(m_lanes.now())), -8.0, area.width() + 8.0)));
        const QRect box = QRect(area.x() + x0, area.y(), std::max(kMinBandWidth, x1 - x0), area.height()) & area;
        if (box.isEmpty())
            continue;
        p.fillRect(box, theme(Evidence::BlindGround));
        p.fillRect(box, blindBrush(theme, look.crossed, devicePixelRatioF()));
    }
}

void Minimap::paintWindow(QPainter &p, const QRect &area)
{
    const QRect in = window();
    QColor veil = m_look.theme()(Role::Window);
    veil.setAlphaF(kVeil);
    p.fillRect(QRect(area.topLeft(), QPoint(in.left() - 1, area.bottom())), veil);
    p.fillRect(QRect(QPoint(in.right() + 1, area.y()), area.bottomRight()), veil);
    const QColor accent = m_look.theme()(hasFocus() ? Role::Focus : Role::Accent);
    drawFrame(p, in, accent, hasFocus() ? 3 : 2);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    p.setBrush(accent);
    for (const int x : {in.left() - kHandle / 2, in.right() + 1 - kHandle / 2})
        p.drawRoundedRect(x, in.center().y() - kHandleHeight / 2, kHandle, kHandleHeight, 2, 2);
}

void Minimap::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    count();
}

Minimap::Grip Minimap::gripAt(int x) const
{
    const QRect in = window();
    if (std::abs(x - in.left()) <= kHandle)
        return Grip::Left;
    if (std::abs(x - in.right()) <= kHandle)
        return Grip::Right;
    return in.left() < x && x < in.right() ? Grip::Window : Grip::None;
}

void Minimap::mousePressEvent(QMouseEvent *event)
{
    const int x = event->pos().x();
    if (event->button() != Qt::LeftButton || x < plot().x())
        return;
    m_grip = gripAt(x);
    m_grabbedOver = stretch();
    if (m_grip == Grip::None) {
        // A click jumps: the window's middle comes here.
        const TimeRange view = m_lanes.navigator().view();
        moveTo(scale().at(x - plot().x()) - Duration{view.length().us / 2});
        m_grip = Grip::Window;
    }
    m_grabbed = x - window().left();
}

void Minimap::mouseMoveEvent(QMouseEvent *event)
{
    const int x = event->pos().x() - plot().x();
    const TimeRange view = m_lanes.navigator().view();
    const Duration least = Duration::millis(100);
    switch (m_grip) {
    case Grip::None: return;
    case Grip::Window: moveTo(scale().at(x - m_grabbed)); return;
    case Grip::Left: m_lanes.showRange({std::min(scale().at(x), view.end - least), view.end}); return;
    case Grip::Right: m_lanes.showRange({view.start, std::max(scale().at(x), view.start + least)}); return;
    }
}

void Minimap::mouseReleaseEvent(QMouseEvent *)
{
    m_grip = Grip::None;
    m_grabbedOver.reset();
    viewMoved();
}

void Minimap::moveTo(Timestamp start)
{
    const TimeRange view = m_lanes.navigator().view();
    m_lanes.showRange({start, start + view.length()});
}

void Minimap::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Left: m_lanes.execute(LaneCommand::PanLeft); return;
    case Qt::Key_Right: m_lanes.execute(LaneCommand::PanRight); return;
    case Qt::Key_Up: m_lanes.execute(LaneCommand::ZoomIn); return;
    case Qt::Key_Down: m_lanes.execute(LaneCommand::ZoomOut); return;
    case Qt::Key_Home: m_lanes.execute(LaneCommand::Home); return;
    case Qt::Key_End: m_lanes.execute(LaneCommand::End); return;
    default: QWidget::keyPressEvent(event);
    }
}

} // namespace threadline::ui
