// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/navigator.h"

#include <algorithm>
#include <cmath>

namespace threadline::ui {
namespace {

constexpr double kRoomAround = 0.03; ///< of the width, at each side of what is fitted

} // namespace

void Navigator::setWidth(double width)
{
    const double old = m_width;
    m_width = std::max(width, 1.0);
    if (!m_placed || old == m_width)
        return;
    if (!m_touched)
        place();
    else if (following())
        m_scale = m_scale.withAt(m_now, m_anchor * m_width);
}

void Navigator::setExtent(TimeRange extent, bool live)
{
    m_extent = extent;
    if (!live && m_mode != Mode::Stored)
        m_mode = Mode::Stored;
    else if (live && m_mode == Mode::Stored)
        m_mode = m_placed ? Mode::Paused : Mode::Following;
    if (!m_placed)
        place();
}

void Navigator::place()
{
    m_placed = true;
    if (!following()) {
        fitAll();
        m_touched = false;
        return;
    }
    const Duration age = m_now - m_extent.start;
    const Duration span = std::clamp(age, Duration{kFirstSpan.us / 4}, kFirstSpan);
    m_anchor = 1 - kFreeAtRight;
    m_scale = TimeScale(m_now, static_cast<double>(span.us) / (m_anchor * m_width)).withAt(m_now, m_anchor * m_width);
}

bool Navigator::setNow(Timestamp now)
{
    m_now = now;
    if (!following() || !m_placed)
        return false;
    const double due = m_scale.x(now) - m_anchor * m_width;
    if (due >= 0 && due < 1)
        return false;
    m_scale = m_scale.panned(std::floor(due));
    return true;
}

void Navigator::afterMove()
{
    if (!following())
        return;
    const double x = m_scale.x(m_now);
    if (x < 0 || x > m_width)
        m_mode = Mode::Paused;
    else
        m_anchor = x / m_width;
}

void Navigator::zoom(double factor, double x)
{
    m_touched = true;
    m_scale = m_scale.zoomed(factor, x);
    afterMove();
}

void Navigator::zoomAtFocus(double factor) { zoom(factor, following() ? m_anchor * m_width : m_width / 2); }

void Navigator::pan(double px)
{
    m_touched = true;
    m_scale = m_scale.panned(px);
    if (px < 0)
        pause();
    else
        afterMove();
}

void Navigator::show(TimeRange range)
{
    m_touched = true;
    const double room = m_width * kRoomAround;
    m_scale = TimeScale::fitting(range, m_width - 2 * room).panned(-room);
    pause();
}

void Navigator::showExactly(TimeRange range)
{
    m_touched = true;
    m_scale = TimeScale(range.start, static_cast<double>(range.length().us) / m_width);
    afterMove();
}

void Navigator::fitAll()
{
    const bool follow = following();
    show({m_extent.start, std::max(m_extent.end, m_extent.start + Duration::millis(1))});
    if (follow) {
        m_mode = Mode::Following;
        afterMove();
    }
}

void Navigator::home()
{
    m_touched = true;
    m_scale = m_scale.withAt(m_extent.start, m_width * kRoomAround);
    pause();
}

void Navigator::end()
{
    m_touched = true;
    m_anchor = 1 - kFreeAtRight;
    m_missed = 0;
    if (m_mode == Mode::Stored) {
        m_scale = m_scale.withAt(m_extent.end, m_anchor * m_width);
        return;
    }
    m_mode = Mode::Following;
    m_scale = m_scale.withAt(m_now, m_anchor * m_width);
}

void Navigator::settle()
{
    if (m_placed && !m_touched)
        place();
}

void Navigator::pause()
{
    if (following())
        m_mode = Mode::Paused;
}

void Navigator::noteNew(std::uint64_t n)
{
    if (m_mode == Mode::Paused)
        m_missed += n;
}

void Navigator::reveal(TimeRange range)
{
    const double from = m_scale.x(range.start);
    const double to = m_scale.x(range.end);
    constexpr double kEdge = 24;
    if (to < kEdge || from > m_width - kEdge) {
        m_touched = true;
        m_scale = m_scale.withAt(range.start, m_width / 3);
        pause();
    }
}

} // namespace threadline::ui
