// SPDX-License-Identifier: GPL-3.0-or-later
/// How the window looks and tells time: theme, density, fonts, zone. One for a window, handed to every view; GUI thread.
#pragma once

#include "ui/text/timetext.h"
#include "ui/theme/fonts.h"
#include "ui/theme/theme.h"
#include "ui/timeline/metrics.h"

#include <QObject>

#include <array>

namespace threadline::ui {

class Appearance : public QObject {
    Q_OBJECT
public:
    Appearance(ThemeName theme, const QTimeZone &zone, bool twelveHour, QObject *parent = nullptr);

    [[nodiscard]] const Theme &theme() const { return m_theme; }
    [[nodiscard]] const Fonts &fonts() const { return m_fonts; }
    [[nodiscard]] const TimeText &time() const { return m_time; }
    [[nodiscard]] Density density() const { return m_density; }
    [[nodiscard]] const Metrics &metrics() const { return m_metrics; }

    /// Width of the header column as it was dragged; 0: as the window has room for.
    [[nodiscard]] int headerWidth(bool floor) const { return m_headers[floor ? 0 : 1]; }
    void setHeaderWidth(bool floor, int width);
    void setTheme(ThemeName theme);
    void setDensity(Density density);
    /// Swaps between the zone given at the start and UTC.
    void swapZone();
    [[nodiscard]] bool utcChosen() const { return m_utc; }

Q_SIGNALS:
    void changed();
    void headerChanged();

private:
    Theme m_theme;
    Fonts m_fonts = Fonts::fromSystem();
    QTimeZone m_zone;
    bool m_twelveHour;
    bool m_utc = false;
    TimeText m_time;
    Density m_density = Density::Normal;
    Metrics m_metrics;
    std::array<int, 2> m_headers{};
};

} // namespace threadline::ui
