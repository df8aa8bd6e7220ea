// SPDX-License-Identifier: GPL-3.0-or-later
/// Delivery to real servers that refuse: nothing lost, nothing twice, what cannot be stored set aside alone, and words that name the
/// remedy.
#include "app/common/resend.h"
#include "core/model/limits.h"
#include "tests/delivery/servers.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace threadline;
using namespace threadline::test;

namespace {

QByteArray jsonOf(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }

/// The id that 2.x has for a thing of this name.
QString idOn(RealInflux &server, const char *what, const QByteArray &name)
{
    const PlainAnswer answer = server.request("GET", QByteArray("/api/v2/") + what + "?" + (qstrcmp(what, "orgs") == 0 ? "org" : "name") + "=" + name);
    return QJsonDocument::fromJson(answer.body).object()[QLatin1String(what)][0][QLatin1String("id")].toString();
}

struct Permission {
    QString id;
    QByteArray token;
};
/// 2.x: a new token that may write and read the bucket.
Permission permit(RealInflux &server, const QByteArray &bucket)
{
    const QString org = idOn(server, "orgs", server.org());
    QJsonArray permissions;
    for (const char *action : {"read", "write"}) {
        const QJsonObject resource{{"type", "buckets"}, {"id", idOn(server, "buckets", bucket)}, {"orgID", org}};
        permissions.append(QJsonObject{{"action", action}, {"resource", resource}});
    }
    const PlainAnswer answer = server.request("POST", "/api/v2/authorizations", jsonOf({{"orgID", org}, {"permissions", permissions}}));
    const QJsonObject made = QJsonDocument::fromJson(answer.body).object();
    return {made[QLatin1String("id")].toString(), made[QLatin1String("token")].toString().toUtf8()};
}

void setRetention(RealInflux &server, bool one, const QByteArray &bucket)
{
    if (one)
        (void)server.query("ALTER RETENTION POLICY \"autogen\" ON \"" + bucket + "\" DURATION INF");
    else
        (void)server.request("PATCH", "/api/v2/buckets/" + idOn(server, "buckets", bucket).toUtf8(), R"({"retentionRules":[{"type":"expire","everySeconds":0}]})");
}

} // namespace

class TestDeliveryServers : public QObject {
    Q_OBJECT

    std::unique_ptr<RealInflux> m_shared[2]; ///< 2.x and 1.x, for all that do nothing to the server itself

private Q_SLOTS:
    void initTestCase();
    void aTypeThatConflicts_data() { rowsOfServersInTurn(); }
    void aTypeThatConflicts();
    void beyondTheRetention_data() { rowsOfServers(); }
    void beyondTheRetention();
    void aTokenThatIsTakenAway_data() { rowsOfServers(); }
    void aTokenThatIsTakenAway();
    void aTokenThatMayOnlyRead_data() { rowsOfServers(); }
    void aTokenThatMayOnlyRead();
    void aWrongOrganisation();
    void aBucketThatGoesAndComes_data() { rowsOfServers(); }
    void aBucketThatGoesAndComes();
    void hostileTexts_data() { rowsOfServersAndSchemas(); }
    void hostileTexts();
};

void TestDeliveryServers::initTestCase()
{
    for (const bool one : {false, true}) {
        if (RealInflux::unavailable(kindOf(one)))
            continue;
        m_shared[one] = std::make_unique<RealInflux>(kindOf(one));
        STARTS(*m_shared[one]);
    }
}

/// A field that was written before with another type: what has that field goes alone, and everything arrives once the cause is
/// gone.
void TestDeliveryServers::aTypeThatConflicts()
{
    QFETCH(bool, one);
    QFETCH(bool, classic);
    NEEDS(one);
    DeliveryRig rig(classic ? influx::Schema::Classic : influx::Schema::Bounded);
    const Bucket where = bucketFor(rig, *m_shared[one], one);
    // A shard of its own, so that it can be emptied without touching the others.
    const Timestamp day = *parseTimestamp("2026-05-06T10:00:00Z");
    const QByteArray planted = where.measurement + ",planted=yes sequence=\"text\" " + QByteArray::number(qint64(day.us)) + "000";
    QCOMPARE(where.server.write(planted, where.name).status, 204);
    deliverTo(rig, where);
    sim::Options options = calls(30, 31);
    options.faults.shuffle = 0;
    std::set<std::string> ids;
    Truth truth;
    const Truth others = feed(*rig.harness, options, [&] {
        if (ids.size() == 12)
            return;
        const std::string id = "conflict-" + std::to_string(ids.size());
        say(rig, truth, eventText(id, "i-" + id, day + Duration::millis(static_cast<std::int64_t>(ids.size())), R"(,"sequence":7)"));
        ids.insert(id);
    });
    truth = joined(truth, others);
    rig.harness->drain();
    for (int round = 0; round < 2; ++round) {
        if (round == 1)
            rig.sink->retryNow(true); // while the cause is there, that changes nothing
        QVERIFY(rig.settled());
        QCOMPARE(rig.wrong(where.points(), truth, ids), QString());
        QCOMPARE(setAside(rig), ids);
        QVERIFY(becomes(rig, [&](const DeliveryStatus &status) { return status.deadLetters == ids.size(); }));
        for (const Letter &letter : lettersOf(rig))
            QVERIFY2(letter.reason.find("field type conflict") != std::string::npos && letter.reason.find("sequence") != std::string::npos,
                     letter.reason.c_str());
    }
    if (one) {
        const QByteArray shards = where.server.query("SHOW SHARDS");
        QString wrong = eachSeries(shards, [&](const QJsonObject &series) {
            for (const QJsonValue &shard : series[QLatin1String("values")].toArray()) {
                if (shard[1].toString().toUtf8() == where.name && shard[4].toString().startsWith(QLatin1String("2026-05")))
                    (void)where.server.query("DROP SHARD " + QByteArray::number(shard[0].toInteger()));
            }
        });
        QCOMPARE(wrong, QString());
    } else {
        const PlainAnswer deleted = where.server.request(
            "POST", "/api/v2/delete?org=org&bucket=" + where.name,
            R"({"start":"2026-05-01T00:00:00Z","stop":"2026-05-31T00:00:00Z","predicate":"_measurement=\")" + where.measurement + R"(\""})");
        QCOMPARE(deleted.status, 204);
    }
    rig.sink->retryNow(true);
    QVERIFY(rig.settled());
    QCOMPARE(setAside(rig), std::set<std::string>());
    QCOMPARE(rig.wrong(where.points(), truth), QString());
    QVERIFY(rig.sink->status().words.empty());
}

void TestDeliveryServers::beyondTheRetention()
{
    QFETCH(bool, one);
    NEEDS(one);
    DeliveryRig rig;
    const Bucket where = bucketFor(rig, *m_shared[one], one, 3600);
    deliverTo(rig, where);
    Truth truth;
    std::set<std::string> old;
    const Timestamp now = rig.clock.now();
    for (int n = 0; n < 60; ++n) {
        const bool isOld = n % 5 == 0;
        const std::string id = (isOld ? "old-" : "new-") + std::to_string(n);
        const Timestamp time = isOld ? now + Duration::seconds(-86'400 * 3) : now;
        say(rig, truth, eventText(id, "i-" + id, time + Duration::millis(n)));
        if (isOld)
            old.insert(id);
    }
    rig.harness->drain();
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(where.points(), truth, old), QString());
    QCOMPARE(setAside(rig), old);
    for (const Letter &letter : lettersOf(rig))
        QVERIFY2(letter.reason.find("retention policy") != std::string::npos, letter.reason.c_str());
    setRetention(where.server, one, where.name);
    rig.sink->retryNow(true);
    QVERIFY(rig.settled());
    QCOMPARE(setAside(rig), std::set<std::string>());
    QCOMPARE(rig.wrong(where.points(), truth), QString());
    QCOMPARE(rig.sink->status().delivered, countOf(truth));
}

/// Halfway the server takes the token no more: told, nothing lost; it comes back, or another one takes its place.
void TestDeliveryServers::aTokenThatIsTakenAway()
{
    QFETCH(bool, one);
    NEEDS(one);
    RealInflux::Options options;
    options.authEnabled = true;
    RealInflux own(ServerKind::V1, options);
    if (one)
        STARTS(own);
    DeliveryRig rig;
    const Bucket where = one ? bucketFor(rig, own, true) : bucketFor(rig, *m_shared[false], false);
    Permission permission = one ? Permission{} : permit(where.server, where.name);
    if (one) {
        (void)where.server.query("CREATE USER writer WITH PASSWORD 'word-one'");
        (void)where.server.query("GRANT ALL ON \"" + where.name + "\" TO writer");
        permission.token = "writer:word-one";
    }
    QVERIFY(!permission.token.isEmpty());
    rig.deliver(where.server.url(), permission.token);
    Truth truth = feed(*rig.harness, calls(15, 41));
    rig.harness->drain();
    QVERIFY(rig.settled());
    if (one)
        (void)where.server.query("SET PASSWORD FOR writer = 'word-two'");
    else
        QCOMPARE(where.server.request("PATCH", "/api/v2/authorizations/" + permission.id.toUtf8(), R"({"status":"inactive"})").status, 200);
    truth = joined(truth, feed(*rig.harness, calls(15, 42)));
    rig.harness->drain();
    QVERIFY2(pausedWith(rig, "TSDB_TOKEN"), rig.sink->status().words.c_str());
    QVERIFY(rig.sink->status().words.find(permission.token.toStdString()) == std::string::npos);
    if (one)
        (void)where.server.query("SET PASSWORD FOR writer = 'word-one'");
    else
        QCOMPARE(where.server.request("PATCH", "/api/v2/authorizations/" + permission.id.toUtf8(), R"({"status":"active"})").status, 200);
    QVERIFY(rig.settled());
    QVERIFY(rig.sink->status().words.empty());

    if (one)
        (void)where.server.query("SET PASSWORD FOR writer = 'word-two'");
    else
        QCOMPARE(where.server.request("DELETE", "/api/v2/authorizations/" + permission.id.toUtf8()).status, 204);
    truth = joined(truth, feed(*rig.harness, calls(15, 43)));
    rig.harness->drain();
    QVERIFY2(pausedWith(rig, "TSDB_TOKEN"), rig.sink->status().words.c_str());
    rig.stop();
    rig.deliver(where.server.url(), one ? QByteArray("writer:word-two") : permit(where.server, where.name).token);
    QVERIFY(rig.settled());
    const DeliveryStatus status = rig.sink->status();
    QCOMPARE(rig.wrong(where.points(), truth), QString());
    QCOMPARE(status.deadLetters, std::uint64_t(0));
    QCOMPARE(status.delivered, countOf(truth)); // not from the beginning
}

void TestDeliveryServers::aTokenThatMayOnlyRead()
{
    QFETCH(bool, one);
    NEEDS(one);
    RealInflux::Options options;
    options.authEnabled = true;
    RealInflux own(ServerKind::V1, options);
    if (one)
        STARTS(own);
    DeliveryRig rig;
    const Bucket where = one ? bucketFor(rig, own, true) : bucketFor(rig, *m_shared[false], false);
    const QByteArray reader = where.server.createReader(where.name);
    rig.deliver(where.server.url(), one ? where.name + "-reader:" + reader : reader);
    const Truth truth = feed(*rig.harness, calls(15, 51));
    rig.harness->drain();
    QVERIFY2(pausedWith(rig, "permission to write"), rig.sink->status().words.c_str());
    QVERIFY(pausedWith(rig, "TSDB_TOKEN") && pausedWith(rig, "TSDB_BUCKET"));
    QCOMPARE(where.points().size(), std::size_t(0));
    if (one) {
        (void)where.server.query("GRANT ALL ON \"" + where.name + "\" TO \"" + where.name + "-reader\"");
    } else {
        rig.stop();
        rig.deliver(where.server.url(), permit(where.server, where.name).token);
    }
    QCOMPARE(missing(rig, where, truth), QString());
}

void TestDeliveryServers::aWrongOrganisation()
{
    NEEDS(false);
    DeliveryRig rig;
    const Bucket where = bucketFor(rig, *m_shared[false], false);
    rig.options.target.org = "nobody's";
    deliverTo(rig, where);
    const Truth truth = feed(*rig.harness, calls(15, 61));
    rig.harness->drain();
    QVERIFY2(pausedWith(rig, "TSDB_ORG"), rig.sink->status().words.c_str());
    rig.stop();
    rig.options.target.org = "org";
    deliverTo(rig, where);
    QCOMPARE(missing(rig, where, truth), QString());
}

/// What the user deletes is gone, what comes after is delivered, and `resend` brings everything.
void TestDeliveryServers::aBucketThatGoesAndComes()
{
    QFETCH(bool, one);
    NEEDS(one);
    DeliveryRig rig;
    const Bucket where = bucketFor(rig, *m_shared[one], one);
    deliverTo(rig, where);
    const Truth before = feed(*rig.harness, calls(20, 71));
    rig.harness->drain();
    QVERIFY(rig.settled());
    QCOMPARE(rig.wrong(where.points(), before), QString());
    int messages = 0;
    const Truth during = feed(*rig.harness, calls(40, 72), [&] {
        if (++messages != 20)
            return;
        rig.harness->drain();
        QVERIFY(deliveredMoreThan(rig, countOf(before))); // of these, some are there
        QVERIFY(!where.server.deleteBucket(where.name));
    });
    rig.harness->drain();
    QVERIFY2(pausedWith(rig, "TSDB_BUCKET"), rig.sink->status().words.c_str());
    QVERIFY(!where.server.createBucket(where.name));
    const Truth after = feed(*rig.harness, calls(20, 73));
    rig.harness->drain();
    QVERIFY(rig.settled());
    QCOMPARE(rig.sink->status().deadLetters, std::uint64_t(0));
    std::vector<FakePoint> ofAfter = where.points();
    const std::size_t all = ofAfter.size();
    std::erase_if(ofAfter, [&](const FakePoint &point) { return !after.contains(point.fields.at("interactionId").text); });
    QCOMPARE(rig.wrong(ofAfter, after), QString());
    QVERIFY(all > ofAfter.size() && all < countOf(after) + countOf(during)); // of those in between, some came before the deed

    rig.stop();
    rig.harness.reset();
    app::RuntimeOptions options;
    options.dataFolder = rig.folder.path().toStdString();
    options.delivery = rig.options;
    const auto sent = app::resend(options, {}, rig.clock, [](const std::string &) {});
    QVERIFY2(sent, sent ? "" : sent.error().message.c_str());
    QCOMPARE(rig.wrong(where.points(), joined(joined(before, during), after)), QString());
}

namespace {

struct Hostile {
    const char *name;
    std::string text;
};

/// Texts as they can stand in a JSON string.
std::vector<Hostile> hostile()
{
    using namespace std::string_literals;
    return {
        {"comma", "a,b"}, {"blank", "a b"}, {"equals sign", "a=b"}, {"quotes", R"(a"b'c)"}, {"backslash inside", R"(a\b)"},
        {"backslash at the end", R"(ab\)"}, {"backslash before a blank", R"(a\ b)"}, {"backslash before a quote", R"(a\"b)"},
        {"two backslashes at the end", R"(ab\\)"}, {"line break", "a\nb"}, {"carriage return", "a\rb"}, {"tab", "a\tb"}, {"NUL", "a\0b"s},
        {"another line", "x\ninteraction_event,eventType=evil eventId=\"evil\" 1"}, {"replacement character", "a\xEF\xBF\xBD" "b"},
        {"beyond the basic plane", "a\xF0\x9F\x93\x9E"}, {"right to left", "a\xE2\x80\xAE" "b"}, {"line separator", "a\xE2\x80\xA8" "b"},
        {"comment", "#a"}, {"only blanks", "  "}, {"InfluxQL", "'; DROP DATABASE \"bucket\" --"}, {"dollar", "${a}"},
        {"64 KiB", std::string(65'536, 'k')}, {"2 MiB", std::string(2u << 20, 'm')},
    };
}

/// What a point must say of an event, in either schema, and what it says.
QString differs(const FakePoint &point, const Event &event, bool classic)
{
    const auto text = [&](const char *name, const std::map<std::string, FakeValue> &from) {
        const auto found = from.find(name);
        return found == from.end() ? std::string() : found->second.text;
    };
    const auto id = [&](const char *name, const char *absent) {
        if (!classic)
            return text(name, point.fields);
        const auto found = point.tags.find(name);
        return found == point.tags.end() || found->second == absent ? std::string() : found->second;
    };
    const bool hasPayload = event.raw.size() <= 60'000;
    const std::pair<const char *, bool> checks[] = {
        {"eventId", text("eventId", point.fields) == event.id.value},
        {"interactionId", id("interactionId", "") == event.interaction.value},
        {"participantId", id("participantId", "system") == event.participant.value},
        {"channelId", id("channelId", "none") == event.channel.value},
        {"eventType", !classic || point.tags.at("eventType") == event.type},
        {"type", classic || point.tags.at("eventType") != "other" || text("type", point.fields) == event.type},
        {"queue", classic || text("queue", point.fields) == event.facts.queueName},
        {"payload", text("payload", point.fields) == (hasPayload ? event.raw : std::string())},
        {"payloadBytes", text("payloadBytes", point.fields) == (hasPayload ? std::string() : std::to_string(event.raw.size()))},
    };
    for (const auto &[name, same] : checks) {
        if (!same)
            return QString::fromLatin1(name);
    }
    return {};
}

/// One event for each place that a text can have; the place is in the name.
std::vector<std::pair<std::string, std::string>> hostileEvents(const Hostile &value, Timestamp time)
{
    const std::string name(value.name), text = jsonText(value.text);
    const auto event = [&](const std::string &id, const std::string &interaction, const std::string &type, const std::string &data) {
        return R"({"id":)" + id + R"(,"timestamp":")" + formatTimestamp(time) + R"(","type":)" + type
            + R"(,"data":{"interactionId":)" + interaction + data + "}}";
    };
    const std::string usual = R"("interaction-updated")";
    const auto own = [&](const char *where) { return jsonText("i " + name + " " + where); };
    const auto id = [&](const char *where) { return jsonText(name + " " + where); };
    return {
        {"id", event(text, own("id"), usual, {})},
        {"interactionId", event(id("interaction"), text, usual, {})},
        {"participantId", event(id("participant"), own("participant"), usual, R"(,"participantId":)" + text)},
        {"channelId", event(id("channel"), own("channel"), usual, R"(,"participantId":"p","channelId":)" + text)},
        {"queueName", event(id("queue"), own("queue"), usual, R"(,"participantId":"p","queueName":)" + text)},
        {"type", event(id("type"), own("type"), text, R"(,"participantId":"p")")},
        {"note", event(id("note"), own("note"), usual, R"(,"participantId":"p","note":)" + text)},
    };
}

/// The field of the point in which the text stands; `name`: "comma as queueName".
std::string fieldOf(const std::string &name, bool classic)
{
    const std::string place = name.substr(name.rfind(' ') + 1);
    if (place == "id")
        return "eventId";
    if (place == "queueName")
        return "queue";
    return place == "type" && classic ? "eventType" : place;
}

/// What no line can carry: texts over 1 MiB; in tags, besides, over 65,000 bytes, with line breaks, or with backslashes at the end or
/// before what separates.
std::set<std::string> unwritableTexts(bool classic)
{
    std::set<std::string> names;
    if (!classic)
        names.insert("2 MiB as queueName");
    const char *const ofTags[] = {"line break", "carriage return", "another line", "backslash at the end", "two backslashes at the end",
                                  "backslash before a blank"};
    for (const char *text : ofTags) {
        for (const char *place : {"interactionId", "participantId", "channelId", "type"}) {
            if (classic)
                names.insert(std::string(text) + " as " + place);
        }
    }
    return names;
}

} // namespace

/// Whatever stands in an event: it is there whole, or set aside alone with a reason, or was refused when it came.
void TestDeliveryServers::hostileTexts()
{
    QFETCH(bool, one);
    QFETCH(bool, classic);
    NEEDS(one);
    DeliveryRig rig(classic ? influx::Schema::Classic : influx::Schema::Bounded);
    const Bucket where = bucketFor(rig, *m_shared[one], one);
    deliverTo(rig, where);
    const Timestamp time = *parseTimestamp("2026-05-06T10:00:00Z");
    std::map<std::pair<std::string, std::string>, Event> expected; // by interaction and id
    std::map<std::pair<std::string, std::string>, std::string> names;
    std::set<std::string> refused;
    StreamingDecoder decoder;
    for (const Hostile &value : hostile()) {
        for (const auto &[place, text] : hostileEvents(value, time)) {
            rig.harness->message(R"({"events":[)" + text + "]}");
            auto event = decoder.decodeStored(text, {}, Provenance::Live);
            if (!event || oversizeOf(*event)) {
                refused.insert(std::string(value.name) + " as " + place);
                continue;
            }
            const std::pair key(event->interaction.value, event->id.value);
            names[key] = std::string(value.name) + " as " + place;
            expected.emplace(key, std::move(*event));
        }
    }
    rig.harness->message("{\"events\":[{\"id\":\"broken \xFF\xC0\x80\",\"timestamp\":\"2026-05-06T10:00:00Z\",\"type\":\"interaction-updated\","
                         "\"data\":{\"interactionId\":\"i broken\"}}]}");
    rig.harness->message(R"({"events":[{"id":"lone \ud800","timestamp":"2026-05-06T10:00:00Z","type":"interaction-updated",)"
                         R"("data":{"interactionId":"i lone"}}]})");
    const Truth others = feed(*rig.harness, calls(10, 141)); // it goes on
    rig.harness->drain();
    QVERIFY(rig.settled());

    std::map<std::pair<std::string, std::string>, int> there;
    for (const FakePoint &point : where.points()) {
        const std::string interaction = classic ? point.tags.at("interactionId") : point.fields.at("interactionId").text;
        const std::pair key(interaction, point.fields.at("eventId").text);
        if (others.contains(interaction) || interaction == "i lone")
            continue;
        const auto event = expected.find(key);
        QVERIFY2(event != expected.end(), point.fields.at("eventId").text.substr(0, 200).c_str());
        const QString wrong = differs(point, event->second, classic);
        QVERIFY2(wrong.isEmpty(), qPrintable(QString::fromStdString(names[key]) + QStringLiteral(": ") + wrong));
        ++there[key];
    }
    std::map<std::string, std::string> dead;
    std::size_t withoutPayload = 0;
    for (const Letter &letter : lettersOf(rig)) {
        QVERIFY(!letter.reason.empty());
        if (letter.delivered)
            ++withoutPayload;
        else
            QVERIFY2(!letter.id.empty() && dead.emplace(letter.id, letter.reason).second, letter.reason.c_str());
    }
    std::set<std::string> unwritable;
    for (const auto &[key, event] : expected) {
        const auto reason = dead.find(event.id.value);
        QVERIFY2(there[key] + (reason == dead.end() ? 0 : 1) == 1, names[key].c_str());
        if (reason == dead.end())
            continue;
        unwritable.insert(names[key]);
        const std::string field = fieldOf(names[key], classic);
        QVERIFY2(reason->second.find("its " + field + ' ') != std::string::npos, reason->second.c_str());
    }
    QCOMPARE(unwritable, unwritableTexts(classic));
    for (const char *text : {"64 KiB", "2 MiB"}) {
        for (const char *place : {"id", "interactionId", "participantId", "channelId", "type"})
            QVERIFY2(refused.count(std::string(text) + " as " + place), place);
    }
    QCOMPARE(rig.harness->session().status().refused, std::uint64_t(refused.size() + 1)); // and the one that is no UTF-8
    QCOMPARE(std::uint64_t(dead.size()), rig.sink->status().deadLetters);
    QCOMPARE(rig.sink->status().backlog, std::uint64_t(0));
    qInfo("%zu delivered whole, %zu of them without payload, %zu set aside, %zu refused on receipt", expected.size() - dead.size(), withoutPayload,
          dead.size(), refused.size());
}

THREADLINE_TEST_MAIN(TestDeliveryServers)
#include "test_delivery_servers.moc"
