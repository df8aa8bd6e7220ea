// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/appearance.h"

#include <utility>

namespace threadline::ui {

Appearance::Appearance(ThemeName theme, const QTimeZone &zone, bool twelveHour, QObject *parent)
    : QObject(parent), m_theme(theme), m_zone(zone), m_twelveHour(twelveHour), m_time(zone, twelveHour),
      m_metrics(metricsOf(Density::Normal, m_fonts.scale))
{}

void Appearance::setTheme(ThemeName theme)
{
    m_theme = Theme(theme);
    Q_EMIT changed();
}

void Appearance::setDensity(Density density)
{
    m_density = density;
    m_metrics = metricsOf(density, m_fonts.scale);
    Q_EMIT changed();
}

void Appearance::swapZone()
{
    m_utc = !m_utc;
    m_time = TimeText(m_utc ? QTimeZone::utc() : m_zone, m_twelveHour);
    Q_EMIT changed();
}

void Appearance::setHeaderWidth(bool floor, int width)
{
    if (std::exchange(m_headers[floor ? 0 : 1], width) != width)
        Q_EMIT headerChanged();
}

} // namespace threadline::ui
