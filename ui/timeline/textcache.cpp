// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/textcache.h"

#include "ui/text/format.h"

#include <QPainter>
#include <QTransform>

#include <cmath>

namespace threadline::ui {

TextCache::TextCache(const QFont &font) : m_font(font), m_metrics(font), m_space(m_metrics.horizontalAdvance(QLatin1Char(' '))) {}

const QString &TextCache::duration(std::int64_t us)
{
    constexpr qsizetype kMostKept = 50'000;
    if (m_durations.size() > kMostKept)
        m_durations.clear();
    QString &text = m_durations[us / 1'000'000];
    if (text.isEmpty())
        text = durationText(Duration{us});
    return text;
}

TextCache::Entry &TextCache::entry(const QString &text)
{
    if (Entry *known = m_entries.object(text))
        return *known;
    auto *made = new Entry;
    made->text.setTextFormat(Qt::PlainText);
    made->text.setPerformanceHint(QStaticText::AggressiveCaching);
    made->text.setText(text);
    made->text.prepare(QTransform(), m_font);
    made->width = m_metrics.horizontalAdvance(text);
    m_entries.insert(text, made);
    return *made;
}

double TextCache::width(const QString &text) { return text.isEmpty() ? 0 : entry(text).width; }

void TextCache::draw(QPainter &painter, double x, double middle, const QString &text)
{
    if (!text.isEmpty())
        painter.drawStaticText(QPointF(std::round(x), std::round(middle - m_metrics.height() / 2)), entry(text).text);
}

QString TextCache::elided(const QString &text, double room)
{
    if (elideModeOf(text) == Qt::ElideMiddle && static_cast<double>(text.size()) <= room + 1)
        return width(text) <= room ? text : m_metrics.elidedText(text, Qt::ElideMiddle, room);
    // Far more characters than pixels: only what could fit is laid out at all.
    const QString shown = static_cast<double>(text.size()) > room + 1 ? text.left(static_cast<qsizetype>(room) + 1) : text;
    if (shown.size() == text.size() && width(text) <= room)
        return text;
    return m_metrics.elidedText(shown + QChar(0x2026), Qt::ElideRight, room);
}

} // namespace threadline::ui
