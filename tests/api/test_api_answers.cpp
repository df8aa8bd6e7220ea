// SPDX-License-Identifier: GPL-3.0-or-later
/// Bodies, heads and metrics, as text.
#include "core/api/answers.h"
#include "core/api/metrics.h"
#include "core/api/reply.h"
#include "core/api/routes.h"
#include "tests/support/testmain.h"

#include <QMap>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

using namespace threadline;
using namespace threadline::api;

namespace {

/// JSON that is written with ' for ".
std::string quoted(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

QByteArray quotedBytes(const char *text) { return QByteArray::fromStdString(quoted(text)); }

Status fullStatus()
{
    Status status;
    status.source = SourceState::Listening;
    status.received = 20;
    status.stored = 10;
    status.duplicates = 4;
    status.variants = 1;
    status.refused = 3;
    status.refusedBy = {{"bad-id", 1}, {"odd \"quoted\"\\ \n reason", 2}};
    status.inFlight = 2;
    status.commitDelayBuckets = {1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3};
    status.commitDelayCount = 7;
    status.commitDelaySum = Duration::millis(2500);
    return status;
}

/// A naive reader of the exposition format: each sample's value by its name and labels, families checked on the way.
QMap<QByteArray, double> samplesOf(const QByteArray &page)
{
    QMap<QByteArray, double> samples;
    QSet<QByteArray> families;
    QByteArray family;
    const QString value = QStringLiteral("\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*\"");
    const QRegularExpression sampleLine(
        QStringLiteral("^([a-z_]+)(\\{(?:[a-z]+=%1,?)+\\})? (-?[0-9.e+-]+)$").arg(value));
    for (const QByteArray &line : page.split('\n')) {
        if (line.isEmpty())
            continue;
        if (line.startsWith("# HELP ")) {
            family = line.split(' ').at(2);
            if (families.contains(family))
                qFatal("family twice: %s", family.constData());
            families.insert(family);
            continue;
        }
        if (line.startsWith("# TYPE ")) {
            if (line.split(' ').at(2) != family)
                qFatal("type of another family: %s", line.constData());
            continue;
        }
        const auto match = sampleLine.match(QString::fromUtf8(line));
        if (!match.hasMatch() || !match.captured(1).startsWith(QString::fromUtf8(family)))
            qFatal("no sample of %s: %s", family.constData(), line.constData());
        const QByteArray key = line.left(line.lastIndexOf(' '));
        if (samples.contains(key))
            qFatal("sample twice: %s", key.constData());
        samples[key] = match.captured(3).toDouble();
    }
    return samples;
}

} // namespace

class TestApiAnswers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rendersList()
    {
        ListPage page;
        QCOMPARE(listBody(page), quoted("{'items':[],'nextCursor':null}"));
        Summary s;
        s.interaction = InteractionId("a\"1");
        s.state = InteractionState::Ended;
        s.start = {1'778'064'294'118'000};
        s.end = Timestamp{1'778'064'300'000'001};
        s.lastEventAt = *s.end;
        s.count = 12;
        s.variants = 1;
        s.media = {"voice"};
        s.queues = {"Billing", "Sales"};
        s.customer = "+49 30 1";
        s.commit = 1;
        page.items = {s};
        page.nextCursor = "c1";
        QCOMPARE(listBody(page), quoted("{'items':[{'interactionId':'a\\'1','state':'ended','start':'2026-05-06T10:44:54.118Z',"
            "'end':'2026-05-06T10:45:00.000001Z','lastEventAt':'2026-05-06T10:45:00.000001Z','count':12,"
            "'media':['voice'],'queues':['Billing','Sales'],'agents':[],'customer':'+49 30 1','variants':1,'source':'local'}],"
            "'nextCursor':'c1'}"));
    }

    void rendersGaps()
    {
        Band band;
        band.id = 3;
        band.source = "streaming";
        band.start = {1'778'064'294'118'000};
        band.cause = BandCause::Killed;
        band.reason = "ended";
        QCOMPARE(gapsBody({band}), quoted("{'items':[{'id':3,'source':'streaming','start':'2026-05-06T10:44:54.118Z','end':null,"
            "'cause':'killed','state':'open','reason':'ended'}]}"));
    }

    void readiness_data()
    {
        QTest::addColumn<int>("source");
        QTest::addColumn<QByteArray>("storeError");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("listening") << int(SourceState::Listening) << QByteArray()
                                   << quotedBytes("{'ready':true,'source':'listening','reasons':[]}");
        QTest::newRow("idle") << int(SourceState::Idle) << QByteArray() << quotedBytes("{'ready':true,'source':'idle','reasons':[]}");
        QTest::newRow("finished") << int(SourceState::Finished) << QByteArray()
                                  << quotedBytes("{'ready':true,'source':'finished','reasons':[]}");
        QTest::newRow("waiting") << int(SourceState::Waiting) << QByteArray()
                                 << quotedBytes("{'ready':false,'source':'waiting','reasons':['source: waiting: why']}");
        QTest::newRow("full") << int(SourceState::HeldBack) << QByteArray("disk full")
                              << quotedBytes("{'ready':false,'source':'held-back','reasons':['store: disk full','source: held-back: why']}");
    }
    void readiness()
    {
        QFETCH(int, source);
        QFETCH(QByteArray, storeError);
        Status status;
        status.source = static_cast<SourceState>(source);
        status.sourceDetail = "why";
        status.storeError = storeError.toStdString();
        QTEST(QByteArray::fromStdString(readinessBody(status, unreadiness(status))), "body");
    }

    void readinessTellsOfDelivery()
    {
        Status status;
        status.source = SourceState::Listening;
        status.delivery.state = DeliveryState::Paused;
        status.delivery.words = "refused";
        const auto body = [&] { return QByteArray::fromStdString(readinessBody(status, unreadiness(status))); };
        QCOMPARE(body(), quotedBytes("{'ready':true,'source':'listening','reasons':[],'delivery':'paused','deliveryReason':'refused'}"));
        status.delivery.deadLetters = 7;
        QVERIFY(body().endsWith(quotedBytes("'deliveryReason':'refused','deadLetters':7}")));
    }

    void problemsAreRfc9457()
    {
        const Reply fault = problem(Fault{400, "Invalid parameter", "Wrong.", "limit"});
        QCOMPARE(fault.type, kProblem);
        QCOMPARE(*fault.body, quoted("{'error':'Invalid parameter','type':'about:blank','title':'Bad Request','status':400,"
            "'detail':'Wrong.','parameter':'limit'}"));
        QCOMPARE(*problem(Error{ErrorCode::NotFound, "m"}, "x").body,
            quoted("{'error':'Interaction not found','type':'about:blank','title':'Not Found','status':404,'detail':'m'}"));
        for (const ErrorCode code : {ErrorCode::Internal, ErrorCode::Unusable, ErrorCode::Full, ErrorCode::Malformed})
            QCOMPARE(problem(Error{code, "m"}, "Timeline query failed").status, 500);
        QCOMPARE(problem(Error{ErrorCode::Busy, "m"}, "x").status, 503);
        QCOMPARE(problem(Error{ErrorCode::Busy, "m"}, "x").fields, std::string("Retry-After: 1\r\n"));
        QCOMPARE(problem(Error{ErrorCode::InvalidArgument, "m"}, "x").status, 400);
    }

    void writesHeads()
    {
        HeadWriter writer;
        std::string out;
        Reply r = reply(200, kJson, "{}");
        r.fields = "X: y\r\n";
        writer.append(out, r, true, false, {1'778'064'294'118'000});
        QCOMPARE(out, std::string("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Wed, 06 May 2026 10:44:54 GMT\r\n"
                                  "Connection: keep-alive\r\nX: y\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                                  "Content-Length: 2\r\n\r\n"));
        out.clear();
        writer.append(out, r, true, true, {1'778'064'295'000'000});
        QVERIFY(out.find("10:44:55 GMT\r\nConnection: close\r\n") != std::string::npos);
        QCOMPARE(httpDate({0}), std::string("Thu, 01 Jan 1970 00:00:00 GMT"));
    }

    void metricsCanBeRead()
    {
        Counters counters;
        const std::string_view route = routes().front().pattern;
        counters.answered(route, 200, 100, Duration::micros(700));
        counters.answered(route, 200, 100, Duration::millis(3));
        counters.answered(route, 404, 10, Duration::seconds(9));
        counters.answered("", 400, 10, {});
        const auto samples = samplesOf(QByteArray::fromStdString(exposition(fullStatus(), counters)));
        QCOMPARE(samples["threadline_events_received_total"], 20.0);
        QCOMPARE(samples["threadline_events_stored_total"], 10.0);
        QCOMPARE(samples["threadline_events_duplicate_total"], 4.0);
        QCOMPARE(samples["threadline_events_refused_total{reason=\"bad-id\"}"], 1.0);
        QCOMPARE(samples["threadline_events_refused_total{reason=\"odd \\\"quoted\\\"\\\\ \\n reason\"}"], 2.0);
        QVERIFY(samples.contains("threadline_queue_messages"));
        QCOMPARE(samples["threadline_source_up"], 1.0);
        QCOMPARE(samples["threadline_commit_delay_seconds_bucket{le=\"0.005\"}"], 1.0);
        QCOMPARE(samples["threadline_commit_delay_seconds_bucket{le=\"0.01\"}"], 3.0);
        QCOMPARE(samples["threadline_commit_delay_seconds_bucket{le=\"10\"}"], 4.0);
        QCOMPARE(samples["threadline_commit_delay_seconds_bucket{le=\"+Inf\"}"], 7.0);
        QCOMPARE(samples["threadline_commit_delay_seconds_count"], 7.0);
        QCOMPARE(samples["threadline_commit_delay_seconds_sum"], 2.5);
        QCOMPARE(samples["threadline_rest_requests_total{route=\"/api/v2/timelines/{interactionId}\",code=\"200\"}"], 2.0);
        QCOMPARE(samples["threadline_rest_requests_total{route=\"\",code=\"400\"}"], 1.0);
        QCOMPARE(samples["threadline_rest_answer_seconds_bucket{le=\"0.0005\"}"], 1.0);
        QCOMPARE(samples["threadline_rest_answer_seconds_bucket{le=\"0.005\"}"], 3.0);
        QCOMPARE(samples["threadline_rest_answer_seconds_bucket{le=\"5\"}"], 3.0);
        QCOMPARE(samples["threadline_rest_answer_seconds_count"], 4.0);
        QCOMPARE(samples["threadline_rest_body_bytes_total"], 220.0);
    }

    void metricsOfNothingCanBeRead()
    {
        const auto samples = samplesOf(QByteArray::fromStdString(exposition(Status(), Counters())));
        QCOMPARE(samples["threadline_commit_delay_seconds_bucket{le=\"+Inf\"}"], 0.0);
        QCOMPARE(samples["threadline_source_up"], 0.0);
        QCOMPARE(samples["threadline_source_state{state=\"idle\"}"], 1.0);
    }
};

THREADLINE_TEST_MAIN(TestApiAnswers)
#include "test_api_answers.moc"
