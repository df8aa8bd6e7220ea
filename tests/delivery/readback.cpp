// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/delivery/readback.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <limits>

namespace threadline::test {
namespace {

constexpr qsizetype kPage = 20'000;

FakeValue valueOf(const QJsonValue &value)
{
    if (value.isString())
        return {FakeValue::Type::String, value.toString().toStdString()};
    if (value.isBool())
        return {FakeValue::Type::Boolean, value.toBool() ? "true" : "false"};
    return {FakeValue::Type::Integer, std::to_string(value.toInteger())};
}

FakePoint pointOf(const QJsonObject &series, const QJsonArray &columns, const QJsonArray &row)
{
    FakePoint point;
    point.measurement = series[QLatin1String("name")].toString().toStdString();
    const QJsonObject tags = series[QLatin1String("tags")].toObject();
    for (auto tag = tags.begin(); tag != tags.end(); ++tag) {
        if (!tag.value().toString().isEmpty()) // that of other series
            point.tags[tag.key().toStdString()] = tag.value().toString().toStdString();
    }
    point.time = row[0].toInteger();
    for (qsizetype i = 1; i < columns.size(); ++i) {
        if (!row[i].isNull())
            point.fields[columns[i].toString().toStdString()] = valueOf(row[i]);
    }
    return point;
}

} // namespace

QString eachSeries(const QByteArray &body, const std::function<void(const QJsonObject &)> &each)
{
    QJsonParseError error;
    const QJsonObject answer = QJsonDocument::fromJson(body, &error).object();
    if (error.error != QJsonParseError::NoError || !answer.contains(QLatin1String("results")))
        return QStringLiteral("no answer to a question: ") + QString::fromUtf8(body.left(500));
    for (const QJsonValue &result : answer[QLatin1String("results")].toArray()) {
        if (result[QLatin1String("error")].isString() || result[QLatin1String("partial")].toBool())
            return QStringLiteral("no whole answer: ") + QString::fromUtf8(body.left(500));
        for (const QJsonValue &series : result[QLatin1String("series")].toArray())
            each(series.toObject());
    }
    return {};
}

std::vector<FakePoint> pointsIn(RealInflux &server, const QByteArray &measurement, const QByteArray &bucket)
{
    std::vector<FakePoint> points;
    const QByteArray body = server.query("SELECT * FROM \"" + measurement + "\" GROUP BY *", {}, bucket);
    const QString wrong = eachSeries(body, [&](const QJsonObject &series) {
        const QJsonArray columns = series[QLatin1String("columns")].toArray();
        for (const QJsonValue &row : series[QLatin1String("values")].toArray())
            points.push_back(pointOf(series, columns, row.toArray()));
    });
    if (!wrong.isEmpty())
        qFatal("%s", qPrintable(wrong));
    return points;
}

QString eachEvent(RealInflux &server, const QByteArray &measurement, const QByteArray &where,
                  const std::function<void(EventPoint &&)> &each)
{
    // Points of one instant follow each other in an order of the server's: a page that is full ends before its last instant.
    qint64 from = std::numeric_limits<qint64>::min() + 10;
    for (qsizetype limit = kPage;;) {
        const QByteArray text = "SELECT eventId, interactionId, lamportTimestamp FROM \"" + measurement + "\" WHERE time >= "
            + QByteArray::number(from) + (where.isEmpty() ? QByteArray() : " AND " + where) + " LIMIT " + QByteArray::number(limit);
        QJsonArray rows;
        const QString wrong = eachSeries(server.query(text), [&](const QJsonObject &series) {
            rows = series[QLatin1String("values")].toArray();
        });
        if (!wrong.isEmpty())
            return wrong;
        const bool full = rows.size() == limit;
        const qint64 last = rows.isEmpty() ? from : rows.last()[0].toInteger();
        if (full && rows.first()[0].toInteger() == last) {
            limit *= 2;
            continue;
        }
        for (const QJsonValue &row : rows) {
            if (!full || row[0].toInteger() != last)
                each({row[2].toString().toStdString(), row[1].toString().toStdString(), row[3].toInteger()});
        }
        if (!full)
            return {};
        from = last;
        limit = kPage;
    }
}

} // namespace threadline::test
