// SPDX-License-Identifier: GPL-3.0-or-later
/// Texts of the timeline, laid out once and kept: drawing one costs a third of drawText. Bounded. GUI thread.
#pragma once

#include <QCache>
#include <QFont>
#include <QFontMetricsF>
#include <QHash>
#include <QStaticText>

#include <cstdint>

class QPainter;

namespace threadline::ui {

class TextCache {
public:
    explicit TextCache(const QFont &font);

    [[nodiscard]] const QFont &font() const { return m_font; }
    [[nodiscard]] double width(const QString &text);
    [[nodiscard]] double ascent() const { return m_metrics.ascent(); }
    [[nodiscard]] double height() const { return m_metrics.height(); }
    /// Width of a blank.
    [[nodiscard]] double space() const { return m_space; }
    /// "1:03": the texts of whole seconds are kept.
    [[nodiscard]] const QString &duration(std::int64_t us);
    /// With its left edge at `x` and its line centred on `middle`. The painter's font and pen must be set.
    void draw(QPainter &painter, double x, double middle, const QString &text);
    /// Cut with an ellipsis where it is wider than `room`: numbers and addresses in the middle, names at the end.
    [[nodiscard]] QString elided(const QString &text, double room);

private:
    struct Entry {
        QStaticText text;
        double width = 0;
    };
    Entry &entry(const QString &text);

    QFont m_font;
    QFontMetricsF m_metrics;
    double m_space;
    QCache<QString, Entry> m_entries{20'000};
    QHash<std::int64_t, QString> m_durations;
};

} // namespace threadline::ui
