// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/grafana/dashboard.h"

#include <QFile>
#include <QJsonDocument>
#include <QRegularExpression>

#include <algorithm>

namespace threadline::test {
namespace {

const QRegularExpression &variablePattern()
{
    static const QRegularExpression kPattern(QStringLiteral(R"(\$(\w+)|\$\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\})"));
    return kPattern;
}

/// Grafana's format `regex`: these characters get a backslash, several values become alternatives.
QString regexText(const QStringList &values)
{
    static const QRegularExpression kSpecial(QStringLiteral(R"(([\\^$*+?.()|\[\]{}/]))"));
    QStringList escaped;
    for (QString value : values)
        escaped += value.replace(kSpecial, QStringLiteral("\\\\1"));
    return escaped.size() == 1 ? escaped.first() : QLatin1Char('(') + escaped.join(QLatin1Char('|')) + QLatin1Char(')');
}

QString formatted(const QStringList &values, const QString &format)
{
    if (format == QLatin1String("regex"))
        return regexText(values);
    return values.size() == 1 ? values.first() : QLatin1Char('{') + values.join(QLatin1Char(',')) + QLatin1Char('}');
}

QString cellText(const QJsonValue &value)
{
    if (value.isNull())
        return {};
    return value.isDouble() ? numberText(value.toDouble()) : value.toString();
}

QString labelOf(const Target &target, const AnswerSeries &series)
{
    QString label = target.json.value(QLatin1String("alias")).toString();
    for (auto tag = series.tags.begin(); tag != series.tags.end(); ++tag)
        label.replace(QLatin1String("$tag_") + tag.key(), tag.value());
    return label;
}

QStringList shownSeries(const Target &target, const QList<AnswerSeries> &answer)
{
    const bool byTime = target.query().contains(QLatin1String("GROUP BY time("));
    QStringList out;
    for (const AnswerSeries &series : answer) {
        for (const QJsonArray &row : series.rows) {
            if (row.at(1).isNull() || (byTime && row.at(1).toDouble() == 0))
                continue;
            const QString time = byTime ? QString::number(row.at(0).toInteger()) + QLatin1Char('|') : QString();
            out += labelOf(target, series) + QLatin1Char('|') + time + cellText(row.at(1));
        }
    }
    out.sort();
    return out;
}

QJsonObject transformation(const Target &target, const char *id)
{
    for (const QJsonValue &one : target.panel.value(QLatin1String("transformations")).toArray()) {
        if (one.toObject().value(QLatin1String("id")).toString() == QLatin1String(id))
            return one.toObject().value(QLatin1String("options")).toObject();
    }
    return {};
}

/// The transformation groupBy: how often each value of the first column occurs.
QStringList grouped(const QList<AnswerSeries> &answer)
{
    QMap<QString, int> counts;
    for (const AnswerSeries &series : answer) {
        for (const QJsonArray &row : series.rows)
            ++counts[cellText(row.at(1))];
    }
    QStringList out;
    for (auto count = counts.begin(); count != counts.end(); ++count)
        out += count.key() + QLatin1Char('|') + numberText(count.value());
    return out;
}

void sortRows(const Target &target, const QStringList &columns, QList<QJsonArray> &rows)
{
    const QJsonObject sort = transformation(target, "sortBy").value(QLatin1String("sort")).toArray().first().toObject();
    const auto at = static_cast<int>(columns.indexOf(sort.value(QLatin1String("field")).toString()));
    if (at < 0)
        return;
    const bool descending = sort.value(QLatin1String("desc")).toBool();
    std::stable_sort(rows.begin(), rows.end(), [&](const QJsonArray &a, const QJsonArray &b) {
        return descending ? a.at(at).toDouble() > b.at(at).toDouble() : a.at(at).toDouble() < b.at(at).toDouble();
    });
}

QStringList shownTable(const Target &target, const QList<AnswerSeries> &answer)
{
    if (!transformation(target, "groupBy").isEmpty())
        return grouped(answer);
    QStringList out;
    for (AnswerSeries series : answer) {
        if (series.tags.isEmpty())
            sortRows(target, series.columns, series.rows);
        for (const QJsonArray &row : series.rows) {
            QStringList cells = series.tags.values();
            for (int i = 1; i < row.size(); ++i)
                cells += cellText(row.at(i));
            out += cells.join(QLatin1Char('|'));
        }
    }
    return out;
}

} // namespace

QString numberText(double value)
{
    QString text = QString::number(value, 'f', 6);
    while (text.endsWith(QLatin1Char('0')))
        text.chop(1);
    if (text.endsWith(QLatin1Char('.')))
        text.chop(1);
    return text;
}

QString Target::key() const
{
    return panel.value(QLatin1String("title")).toString() + QLatin1Char('/') + json.value(QLatin1String("refId")).toString();
}

Dashboard::Dashboard()
{
    QFile file(QStringLiteral(THREADLINE_SOURCE_DIR "/packaging/grafana/threadline.json"));
    if (file.open(QIODevice::ReadOnly))
        m_json = QJsonDocument::fromJson(file.readAll()).object();
}

QList<QJsonObject> Dashboard::panels() const
{
    QList<QJsonObject> out;
    for (const QJsonValue &panel : m_json.value(QLatin1String("panels")).toArray())
        out += panel.toObject();
    return out;
}

QList<QJsonObject> Dashboard::variables() const
{
    QList<QJsonObject> out;
    for (const QJsonValue &one : m_json.value(QLatin1String("templating")).toObject().value(QLatin1String("list")).toArray())
        out += one.toObject();
    return out;
}

QList<Target> Dashboard::targets() const
{
    QList<Target> out;
    for (const QJsonObject &panel : panels()) {
        for (const QJsonValue &target : panel.value(QLatin1String("targets")).toArray())
            out += Target{panel, target.toObject()};
    }
    return out;
}

QString Dashboard::filled(const QString &query, const View &view) const
{
    QMap<QString, QString> all;
    for (const QJsonObject &variable : variables())
        all[variable.value(QLatin1String("name")).toString()] = variable.value(QLatin1String("allValue")).toString();
    QString out;
    qsizetype at = 0;
    for (auto found = variablePattern().globalMatch(query); found.hasNext();) {
        const auto match = found.next();
        const QString name = match.captured(1) + match.captured(2);
        if (!view.values.contains(name))
            continue;
        const QStringList values = view.values.value(name);
        // What stands for All is put in as it is.
        const bool isAll = values == QStringList{QStringLiteral("$__all")};
        out += query.mid(at, match.capturedStart() - at) + (isAll ? all.value(name) : formatted(values, match.captured(4)));
        at = match.capturedEnd();
    }
    out += query.mid(at);
    out.replace(QLatin1String("$timeFilter"), QStringLiteral("time >= %1ms and time <= %2ms").arg(view.from).arg(view.to));
    out.replace(QLatin1String("$interval"), view.interval); // the plugin's older name: no variable of ours may begin so
    out.replace(QLatin1String("$__interval"), view.interval);
    return out;
}

QStringList Dashboard::used(const QString &text)
{
    QStringList out;
    for (auto found = variablePattern().globalMatch(text); found.hasNext();) {
        const auto match = found.next();
        out += match.captured(1) + match.captured(2) + QLatin1Char(':') + match.captured(4);
    }
    return out;
}

QList<AnswerSeries> answerOf(const QByteArray &body, QString *problem)
{
    QList<AnswerSeries> out;
    const QJsonObject json = QJsonDocument::fromJson(body).object();
    const QJsonArray results = json.value(QLatin1String("results")).toArray();
    if (results.size() != 1 || results.first().toObject().contains(QLatin1String("error"))) {
        *problem = QString::fromUtf8(body.left(500));
        return out;
    }
    for (const QJsonValue &one : results.first().toObject().value(QLatin1String("series")).toArray()) {
        AnswerSeries series;
        const QJsonObject tags = one.toObject().value(QLatin1String("tags")).toObject();
        for (auto tag = tags.begin(); tag != tags.end(); ++tag)
            series.tags[tag.key()] = tag.value().toString();
        for (const QJsonValue &column : one.toObject().value(QLatin1String("columns")).toArray())
            series.columns += column.toString();
        for (const QJsonValue &row : one.toObject().value(QLatin1String("values")).toArray())
            series.rows += row.toArray();
        out += series;
    }
    return out;
}

QStringList shown(const Target &target, const QList<AnswerSeries> &answer)
{
    return target.isTable() ? shownTable(target, answer) : shownSeries(target, answer);
}

} // namespace threadline::test
