// SPDX-License-Identifier: GPL-3.0-or-later
/// docs/rest-api.md is a contract: each example in it is sent and its answer compared, and each table names what there is.
#include "core/api/apiserver.h"
#include "core/api/routes.h"
#include "tests/api/client.h"
#include "tests/api/fakesession.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QRegularExpression>

using namespace threadline;
using namespace threadline::test;

namespace {

const char kId[] = "5b0c1f5e-6c1c-4c5e-9b0a-3f1d2c4b5a69";

struct Example {
    QByteArray target;
    QByteArray statusLine;
    QByteArrayList fields;
    QByteArray body;
};

QByteArray document()
{
    QFile file(QStringLiteral(THREADLINE_SOURCE_DIR "/docs/rest-api.md"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A block of a request line and, right behind it, a block of what is answered.
QList<Example> examples()
{
    const QRegularExpression pair(QStringLiteral("```http\\nGET (\\S+)\\n```\\n```http\\n([^\\n]+)\\n((?:[^\\n]+\\n)*)\\n([^\\n]*)\\n```"));
    QList<Example> found;
    auto matches = pair.globalMatch(QString::fromUtf8(document()));
    while (matches.hasNext()) {
        const auto match = matches.next();
        found.append({match.captured(1).toUtf8(), match.captured(2).toUtf8(), match.captured(3).toUtf8().trimmed().split('\n'),
            match.captured(4).toUtf8()});
    }
    return found;
}

Timestamp at(const char *time) { return parseTimestamp(time).value(); }

/// What the examples speak of.
void prepare(FakeSession &session)
{
    for (const Example &example : examples()) {
        if (example.target == QByteArray("/api/v2/timelines/") + kId)
            session.atHand[kId] = text(example.body.toStdString());
    }
    Summary summary;
    summary.interaction = InteractionId(kId);
    summary.state = InteractionState::Ended;
    summary.start = at("2026-05-06T10:44:54.118Z");
    summary.end = at("2026-05-06T10:52:10Z");
    summary.lastEventAt = *summary.end;
    summary.count = 12;
    summary.media = {"voice"};
    summary.queues = {"Billing"};
    summary.agents = {"Ada"};
    summary.customer = "+49301234567";
    summary.commit = 1;
    session.page.items = {summary};
    session.page.nextCursor = "c1";
    Band band{7, "streaming", at("2026-05-06T10:46:00Z"), at("2026-05-06T10:46:08.250Z"), BandCause::ConnectionLost, BandState::Closed,
        "closed by the server (1006)"};
    session.gaps = {band};
    Status status;
    status.source = SourceState::Waiting;
    status.sourceDetail = "closed by the server (1006). Trying again in 0.8 s.";
    session.setStatus(status);
}

} // namespace

class TestApiDocument : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void examplesAreTrue()
    {
        FakeSession session;
        prepare(session);
        const SystemClock clock;
        ApiServer::Options options;
        options.port = 0;
        ApiServer server(session, clock, options);
        QVERIFY(server.listen());
        Client client(server.port());
        QCOMPARE(examples().size(), document().count("\nGET "));
        QVERIFY(examples().size() >= 7);
        for (const Example &example : examples()) {
            const Answer answer = client.get(example.target);
            QCOMPARE(answer.all.split('\r').first(), example.statusLine);
            for (const QByteArray &field : example.fields)
                QVERIFY2(answer.all.contains("\r\n" + field + "\r\n"), field.constData());
            QCOMPARE(answer.body, example.body);
        }
    }

    void timelineHasItsMembersInOrder()
    {
        const QByteArray body = examples().first().body;
        qsizetype from = 0;
        for (const char *member : {"{\"interactionId\":", "\"events\":[{", "\"eventId\":", "\"eventType\":", "\"timestamp\":", "\"sequence\":",
                 "\"lamportTimestamp\":", "\"interactionId\":", "\"participantId\":", "\"channelId\":", "\"data\":", "\"count\":"}) {
            from = body.indexOf(member, from);
            QVERIFY2(from >= 0, member);
        }
    }

    void everyRouteIsDocumented()
    {
        for (const api::Route &route : api::routes()) {
            const QByteArray row = "| `" + QByteArray(route.pattern.data(), static_cast<qsizetype>(route.pattern.size())) + "` | ";
            QVERIFY2(document().contains(row), row.constData());
            QVERIFY(!route.description.empty());
        }
    }

    void everyMetricNamedExists()
    {
        Status status;
        status.delivery.state = DeliveryState::Delivering; // without, it has no numbers
        const QByteArray page = QByteArray::fromStdString(api::exposition(status, api::Counters()));
        auto names = QRegularExpression(QStringLiteral("`(threadline_[a-z_]+)`")).globalMatch(QString::fromUtf8(document()));
        int count = 0;
        while (names.hasNext()) {
            const QByteArray name = names.next().captured(1).toUtf8();
            QVERIFY2(page.contains("# TYPE " + name + ' '), name.constData());
            ++count;
        }
        QVERIFY(count > 10);
    }
};

THREADLINE_TEST_MAIN(TestApiDocument)
#include "test_api_document.moc"
