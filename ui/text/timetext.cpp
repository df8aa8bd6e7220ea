// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/timetext.h"

#include <QCoreApplication>
#include <QLocale>

namespace threadline::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("TimeText", text); }

/// Day and month names in the language of the window; the C locale's are English.
const QLocale &names()
{
    static const QLocale locale;
    return locale;
}

} // namespace

QDateTime TimeText::local(Timestamp t) const
{
    // Euclidean division, so that times before 1970 keep their milliseconds.
    const std::int64_t ms = t.us / 1000 - (t.us % 1000 < 0 ? 1 : 0);
    return QDateTime::fromMSecsSinceEpoch(ms, m_zone);
}

QString TimeText::clock(Timestamp t) const
{
    return local(t).toString(m_twelve ? QStringLiteral("h:mm:ss AP") : QStringLiteral("HH:mm:ss"));
}

QString TimeText::clockMillis(Timestamp t) const
{
    return local(t).toString(m_twelve ? QStringLiteral("h:mm:ss.zzz AP") : QStringLiteral("HH:mm:ss.zzz"));
}

QString TimeText::minutes(Timestamp t) const
{
    return local(t).toString(m_twelve ? QStringLiteral("h:mm AP") : QStringLiteral("HH:mm"));
}

QString TimeText::day(Timestamp t) const { return names().toString(local(t), QStringLiteral("ddd d MMM")); }

QString TimeText::day(Timestamp t, Timestamp now) const
{
    return local(t).date().year() == local(now).date().year() ? day(t) : day(t) + QLatin1Char(' ') + year(t);
}

QString TimeText::month(Timestamp t) const { return names().toString(local(t), QStringLiteral("MMM yyyy")); }

QString TimeText::year(Timestamp t) const { return local(t).toString(QStringLiteral("yyyy")); }

QString TimeText::full(Timestamp t) const { return local(t).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz")); }

QString TimeText::dated(Timestamp t) const
{
    return names().toString(local(t), QStringLiteral("ddd d MMM yyyy")) + QLatin1Char(' ') + minutes(t);
}

QString TimeText::moment(Timestamp t, Timestamp now) const
{
    return local(t).date() == local(now).date() ? clock(t) : dated(t);
}

QString TimeText::momentMillis(Timestamp t, Timestamp now) const
{
    return local(t).date() == local(now).date() ? clockMillis(t) : full(t);
}

QString TimeText::momentRange(TimeRange range, Timestamp now) const
{
    const QDate first = local(range.start).date(), last = local(range.end).date(), today = local(now).date();
    const auto with = [this](Timestamp t, bool dated) {
        return dated ? names().toString(local(t), QStringLiteral("ddd d MMM yyyy")) + QLatin1Char(' ') + clock(t) : clock(t);
    };
    return tr("%1 to %2").arg(with(range.start, first != today || last != today), with(range.end, first != last));
}

QString TimeText::range(TimeRange range) const
{
    const bool fine = range.length() < Duration::seconds(600);
    const auto text = [&](Timestamp t) { return fine ? clock(t) : minutes(t); };
    if (local(range.start).date() == local(range.end).date())
        return tr("%1 to %2").arg(text(range.start), text(range.end));
    return tr("%1 to %2")
        .arg(day(range.start) + QLatin1Char(' ') + text(range.start), day(range.end) + QLatin1Char(' ') + text(range.end));
}

QString TimeText::datedRange(TimeRange range, Timestamp now) const
{
    const QDate first = local(range.start).date(), last = local(range.end).date();
    const QDate today = local(now).date();
    if (first == today && last == today)
        return this->range(range);
    const bool fine = range.length() < Duration::seconds(600);
    const auto clockOf = [&](Timestamp t) { return fine ? clock(t) : minutes(t); };
    const auto dated = [&](Timestamp t) { return names().toString(local(t), QStringLiteral("ddd d MMM yyyy")) + QLatin1Char(' ') + clockOf(t); };
    return tr("%1 to %2").arg(dated(range.start), first == last ? clockOf(range.end) : dated(range.end));
}

/// A system set to UTC calls its zone "Etc/UTC", "UTC", "Universal", ...: no zone of another name, and none of a place.
bool TimeText::isUtc() const
{
    static const QList<QByteArray> kNames{"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Universal", "Etc/Universal", "Zulu", "Etc/Zulu"};
    return m_zone == QTimeZone::utc() || kNames.contains(m_zone.id());
}

QString TimeText::zoneName(Timestamp t) const
{
    if (isUtc())
        return QStringLiteral("UTC");
    const auto minutes = static_cast<int>(offset(t).us / 60'000'000);
    const QString sign = minutes < 0 ? QStringLiteral("-") : QStringLiteral("+");
    const int size = std::abs(minutes);
    const QString place =
        QString::fromLatin1(m_zone.id()).section(QLatin1Char('/'), -1).replace(QLatin1Char('_'), QLatin1Char(' '));
    return QStringLiteral("%1 UTC%2%3:%4")
        .arg(place, sign)
        .arg(size / 60, 2, 10, QLatin1Char('0'))
        .arg(size % 60, 2, 10, QLatin1Char('0'));
}

Duration TimeText::offset(Timestamp t) const { return isUtc() ? Duration{} : Duration::seconds(local(t).offsetFromUtc()); }

std::optional<Timestamp> TimeText::nextChange(Timestamp after, Timestamp until) const
{
    if (!m_zone.hasTransitions())
        return std::nullopt;
    const QTimeZone::OffsetData next = m_zone.nextTransition(local(after));
    if (!next.atUtc.isValid())
        return std::nullopt;
    const Timestamp at{next.atUtc.toMSecsSinceEpoch() * 1000};
    if (at <= after || at > until || offset(at) == offset(Timestamp{at.us - 1000}))
        return std::nullopt;
    return at;
}

} // namespace threadline::ui
