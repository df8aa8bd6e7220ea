// SPDX-License-Identifier: GPL-3.0-or-later
/// packaging/grafana/threadline.json as Grafana reads it: its questions, with variables and macros put in, and what is made of the answers.
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QString>
#include <QStringList>

namespace threadline::test {

/// One query of one panel.
struct Target {
    QJsonObject panel;
    QJsonObject json;

    [[nodiscard]] QString key() const; ///< "title/refId"
    [[nodiscard]] QString query() const { return json.value(QLatin1String("query")).toString(); }
    [[nodiscard]] bool isTable() const { return json.value(QLatin1String("resultFormat")).toString() == QLatin1String("table"); }
};

/// What somebody has chosen.
struct View {
    QMap<QString, QStringList> values; ///< of each variable; "$__all": All
    qint64 from = 0, to = 0;           ///< milliseconds
    QString interval = QStringLiteral("1m"); ///< what Grafana takes for $__interval
};

/// One series of an answer.
struct AnswerSeries {
    QMap<QString, QString> tags;
    QStringList columns;
    QList<QJsonArray> rows;
};

class Dashboard {
public:
    Dashboard();
    [[nodiscard]] const QJsonObject &json() const { return m_json; }
    [[nodiscard]] QList<QJsonObject> panels() const;
    [[nodiscard]] QList<QJsonObject> variables() const;
    [[nodiscard]] QList<Target> targets() const;
    /// As Grafana's front end (variables and their formats) and then its InfluxDB plugin (macros) do it.
    [[nodiscard]] QString filled(const QString &query, const View &view) const;
    /// The names and formats of the variables in `text`: "media:regex".
    [[nodiscard]] static QStringList used(const QString &text);

private:
    QJsonObject m_json;
};

/// Takes an answer of /query apart; `problem` says what is wrong with it, if anything.
[[nodiscard]] QList<AnswerSeries> answerOf(const QByteArray &body, QString *problem);

/// What a panel shows of an answer, a line a number or row: series by label, time (where it is an axis) and value; tables by cells,
/// sorted or grouped as their transformations say. Intervals in which nothing is counted are left out.
[[nodiscard]] QStringList shown(const Target &target, const QList<AnswerSeries> &answer);
/// As shown() writes a number.
[[nodiscard]] QString numberText(double value);

} // namespace threadline::test
