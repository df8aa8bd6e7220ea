// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/influxtranscript.h"

#include <QFile>
#include <QJsonDocument>

namespace threadline::test {
namespace {

/// What a request asks: its method and path, and the three that matter of its query, form or JSON body.
QJsonObject askedBy(const FakeInfluxRequest &request)
{
    QJsonObject out{{"method", QString::fromUtf8(request.method)}, {"path", QString::fromUtf8(request.path)}};
    const QJsonObject json = QJsonDocument::fromJson(request.body).object();
    for (const QString &name : {QStringLiteral("db"), QStringLiteral("q"), QStringLiteral("bucket")}) {
        const QByteArray value = request.query.value(name.toUtf8());
        if (json.contains(name))
            out[name] = json[name];
        else if (!value.isEmpty())
            out[name] = QString::fromUtf8(value);
    }
    const QJsonObject form = QJsonDocument::fromJson(request.query.value("params")).object();
    out[QStringLiteral("params")] = json.contains(QStringLiteral("params")) ? json[QStringLiteral("params")] : QJsonValue(form);
    return out;
}

QByteArray bodyOf(const QJsonValue &body)
{
    if (!body.isArray())
        return body.toString().toUtf8();
    QByteArray out;
    for (const QJsonValue &line : body.toArray())
        out += line.toString().toUtf8() + '\n';
    return out;
}

FakeInfluxAnswer toldAnswer(const QJsonObject &told)
{
    FakeInfluxAnswer out{told[QStringLiteral("status")].toInt(), bodyOf(told[QStringLiteral("body")]), {}, {}};
    const QJsonObject headers = told[QStringLiteral("headers")].toObject();
    for (auto header = headers.begin(); header != headers.end(); ++header)
        out.headers.append(header.key().toUtf8() + ": " + header.value().toString().toUtf8());
    return out;
}

QString inWords(const QJsonObject &request) { return QString::fromUtf8(QJsonDocument(request).toJson(QJsonDocument::Compact)); }

} // namespace

InfluxTranscript::InfluxTranscript(const QString &file, const QString &scenario)
{
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        qFatal("%s: %s", qPrintable(file), qPrintable(in.errorString()));
    m_file = QJsonDocument::fromJson(in.readAll()).object();
    for (const QJsonValue &one : m_file[QStringLiteral("scenarios")].toObject()[scenario].toArray()) {
        if (one[QStringLiteral("source")].toString().isEmpty())
            qFatal("%s, %s: an entry without its source", qPrintable(file), qPrintable(scenario));
        m_entries.push_back({one[QStringLiteral("request")].toObject(), toldAnswer(one[QStringLiteral("answer")].toObject())});
    }
    if (m_entries.empty())
        qFatal("%s has no scenario %s", qPrintable(file), qPrintable(scenario));
}

void InfluxTranscript::play(FakeInflux &server)
{
    server.faults = [this](int, const FakeInfluxRequest &request) { return answer(request); };
}

InfluxTranscript::Entry *InfluxTranscript::fitting(const FakeInfluxRequest &request)
{
    const QJsonObject asked = askedBy(request);
    Entry *found = nullptr;
    for (Entry &entry : m_entries) {
        bool fits = true;
        for (auto part = entry.request.begin(); part != entry.request.end(); ++part)
            fits = fits && asked[part.key()] == part.value();
        if (fits && (!found || entry.asked < found->asked))
            found = &entry;
    }
    return found;
}

InfluxFault InfluxTranscript::answer(const FakeInfluxRequest &request)
{
    Entry *entry = fitting(request);
    if (!entry) {
        m_unknown.append(inWords(askedBy(request)));
        return InfluxFault::doing(InfluxFault::Kind::ResetBefore);
    }
    ++entry->asked;
    return {InfluxFault::Kind::Status, entry->answer};
}

QString InfluxTranscript::wrong() const
{
    if (!m_unknown.isEmpty())
        return QStringLiteral("not in the transcript: ") + m_unknown.join(QStringLiteral("\nand: "));
    for (const Entry &entry : m_entries) {
        if (entry.asked == 0)
            return QStringLiteral("never asked: ") + inWords(entry.request);
    }
    return {};
}

} // namespace threadline::test
