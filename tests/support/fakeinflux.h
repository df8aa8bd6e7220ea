// SPDX-License-Identifier: GPL-3.0-or-later
/// An InfluxDB, played: HTTP/1.1 on a free loopback port, the writes really taken apart and kept, the answers those of the
/// product that it plays. A plan of faults makes it misbehave. It lives in the thread that made it and needs its event loop.
///
/// Statuses, headers and bodies of V1 (1.6.7) and V2 (2.9.1) were copied from real servers, and tests/influx_servers compares
/// them again; those of the other products are written after their documents and sources.
#pragma once

#include "tests/support/fakeinfluxstore.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QTcpServer>

#include <chrono>
#include <functional>
#include <map>

class QTcpSocket;

namespace threadline::test {

enum class InfluxFlavour { V1, V2, V3, Cloud, VictoriaMetrics, QuestDb };

struct FakeInfluxRequest {
    int number = 0; ///< from 1, over all requests
    QByteArray method, path, wireBody;
    QByteArray body; ///< uncompressed
    bool gzipBroken = false;
    QHash<QByteArray, QByteArray> headers; ///< names in lower case
    QHash<QByteArray, QByteArray> query;   ///< decoded; with the fields of a form

    [[nodiscard]] bool isWrite() const;
};

struct FakeInfluxAnswer {
    int status = 200;
    QByteArray body = {};
    QByteArray type = "application/json";
    QList<QByteArray> headers = {}; ///< "Name: value"
};

struct InfluxFault {
    enum class Kind {
        None,
        Status,      ///< `answer` instead of doing anything
        ResetBefore, ///< the connection is cut, nothing stored
        ResetAfter,  ///< stored, then cut without an answer
        Hang,        ///< never an answer, nothing stored
        HangStored,  ///< stored, never an answer
        TooLarge,    ///< 413 if the body on the wire is larger than `limit`
        CutChunks,   ///< done; the answer comes in chunks, but for the last one, then the connection is closed
        CutMiddle,   ///< done; half of the body comes, then the connection is cut
        CutBody, ///< done; the answer announces 100 bytes more than are sent, then the connection is cut (a 204 becomes a 200)
        Slow,    ///< done, and answered after `delay`
    } kind = Kind::None;
    FakeInfluxAnswer answer = {};
    qint64 limit = 0;
    std::chrono::milliseconds delay{0};

    static InfluxFault status(int code, const QByteArray &body = {}, const QList<QByteArray> &headers = {});
    /// A proxy's page, or that of a login.
    static InfluxFault html(int code);
    static InfluxFault redirect(int code, const QByteArray &location);
    /// 429 or 503 with Retry-After.
    static InfluxFault busy(int code, int retryAfterSeconds);
    static InfluxFault tooLarge(qint64 limit) { return {Kind::TooLarge, {}, limit}; }
    static InfluxFault slow(std::chrono::milliseconds delay) { return {Kind::Slow, {}, 0, delay}; }
    static InfluxFault doing(Kind kind) { return {kind}; }
};

/// A question as it came; what a test answers is sent as it is.
struct FakeInfluxQuery {
    enum class Language { InfluxQl, Flux, Sql } language = Language::InfluxQl;
    QByteArray text;
    QByteArray params; ///< the binds, as JSON; empty: none
    QByteArray database;
    FakeInfluxRequest request;
};

/// What became of a request, in order of arrival.
struct FakeInfluxSeen {
    FakeInfluxRequest request;
    InfluxFault::Kind fault = InfluxFault::Kind::None;
    int status = 0; ///< 0: not answered
    std::chrono::steady_clock::time_point arrived = {}, answered = {};
};

class FakeInfluxConnection;

class FakeInflux : public QTcpServer {
    Q_OBJECT
public:
    explicit FakeInflux(InfluxFlavour flavour, QObject *parent = nullptr);
    ~FakeInflux() override;
    /// Listens on a free port of 127.0.0.1, or on the one that it had before stop().
    [[nodiscard]] bool start();
    /// Refuses connections and cuts those that are open; what is stored stays.
    void stop();
    [[nodiscard]] QByteArray url() const;

    InfluxFlavour flavour;
    QByteArray version; ///< as /ping says it
    QByteArray org = "org";
    QByteArray token;          ///< may do everything; empty: V1, V3 and the lookalikes ask for none
    QByteArray readToken;      ///< may only read
    QByteArray user, password; ///< V1; empty: nobody is asked
    QByteArray readUser, readPassword;
    /// Buckets, or databases. There is one at first: "bucket".
    std::map<QByteArray, FakeBucket> buckets;
    FakeBucket::Refuse refuse;         ///< points that the server does not want
    qint64 bodyLimit = 0;              ///< of a body on the wire, as max-body-size; 0: none
    bool takesGzip = true;             ///< off: as older QuestDB
    bool keepsBodies = true;           ///< off: `seen` is without them, for many or large writes
    std::function<std::int64_t()> now; ///< ns since 1970; by default the system's
    std::function<InfluxFault(int requestNumber, const FakeInfluxRequest &)> faults;
    void answerQuery(std::function<FakeInfluxAnswer(const FakeInfluxQuery &)> answer) { m_answerQuery = std::move(answer); }

    [[nodiscard]] std::vector<FakePoint> points(const QByteArray &bucket = "bucket") const;
    [[nodiscard]] int requests() const { return static_cast<int>(seen.size()); }
    [[nodiscard]] int writes() const;
    /// The most writes that had begun and were not answered, at any time.
    [[nodiscard]] int mostInFlight() const { return m_mostInFlight; }
    /// From the answer to one request to the arrival of the next write; negative: none came since.
    [[nodiscard]] std::chrono::milliseconds pauseAfter(int requestNumber) const;
    int connections = 0; ///< accepted
    QList<FakeInfluxSeen> seen;

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    friend class FakeInfluxConnection;
    void handle(FakeInfluxConnection *connection, FakeInfluxRequest request);
    void finish(FakeInfluxConnection *connection, qsizetype index, const InfluxFault &fault, const FakeInfluxAnswer &answer);
    void writeBegins();
    void writeEnds() { --m_inFlight; }
    [[nodiscard]] FakeInfluxAnswer perform(const FakeInfluxRequest &request);
    [[nodiscard]] bool isQuestion(const QByteArray &path) const;
    [[nodiscard]] FakeInfluxAnswer query(const FakeInfluxRequest &request);
    [[nodiscard]] std::optional<FakeInfluxAnswer> tooLarge(const FakeInfluxRequest &request, qint64 limit) const;

    std::function<FakeInfluxAnswer(const FakeInfluxQuery &)> m_answerQuery;
    quint16 m_port = 0;
    int m_inFlight = 0;
    int m_mostInFlight = 0;
};

/// What the product answers to anything but a question, without the headers that all its answers have; no HTTP in it.
[[nodiscard]] FakeInfluxAnswer influxAnswer(FakeInflux &server, const FakeInfluxRequest &request);
/// Its refusal of who asks, if it refuses.
[[nodiscard]] std::optional<FakeInfluxAnswer> influxRefusal(const FakeInflux &server, const FakeInfluxRequest &request);
/// What it answers to a question that needs no data: a new database, one that is not there.
[[nodiscard]] std::optional<FakeInfluxAnswer> influxStatement(FakeInflux &server, const FakeInfluxQuery &query);
/// An error in the product's words; `code` is InfluxDB 2's word for the status.
[[nodiscard]] FakeInfluxAnswer influxError(const FakeInflux &server, int status, const QByteArray &code,
                                           const QByteArray &message);
/// The headers that the product sends with every answer.
[[nodiscard]] QList<QByteArray> influxHeaders(const FakeInflux &server);
/// A string of JSON, with its quotes, escaped as Go escapes it.
[[nodiscard]] QByteArray goString(const QByteArray &text);

} // namespace threadline::test
