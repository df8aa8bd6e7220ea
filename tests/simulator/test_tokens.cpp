// SPDX-License-Identifier: GPL-3.0-or-later
/// The token endpoint: what it gives, and everything it refuses, in the platform's words.
#include "core/simulator/tokens.h"
#include "tests/simulator/keys.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace threadline;
using namespace threadline::sim;
using test::Signer;

namespace {

constexpr qint64 kNow = 1'925'282'640; // seconds
const QString kAddress = QStringLiteral("http://127.0.0.1:8089/oauth/token");

HttpRequest credentialsRequest(const QByteArray &id, const QByteArray &secret)
{
    HttpRequest request;
    request.method = "POST";
    request.path = "/oauth/token";
    request.headers["authorization"] = "Basic " + (id + ':' + secret).toBase64().toStdString();
    request.body = "grant_type=client_credentials";
    return request;
}

HttpRequest assertionRequest(const QByteArray &assertion)
{
    HttpRequest request;
    request.method = "POST";
    request.path = "/oauth/token";
    request.body = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion.toStdString();
    return request;
}

QJsonObject goodClaims(const QString &jti)
{
    return {{"iss", "demo-client"}, {"sub", "demo-client"}, {"aud", kAddress}, {"iat", kNow}, {"exp", kNow + 300}, {"jti", jti}};
}

const QJsonObject kHeader = {{"alg", "RS256"}, {"typ", "JWT"}};

QString member(const HttpReply &reply, const char *name)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(reply.body)).object().value(QLatin1String(name)).toVariant().toString();
}

} // namespace

class TestTokens : public QObject {
    Q_OBJECT

    ManualClock m_clock{Timestamp{kNow * 1'000'000}};

    TokenDesk desk(Accounts accounts = {})
    {
        accounts.publicKeyPem = test::publicKeyPem();
        TokenDesk out(std::move(accounts), m_clock);
        out.setAddresses({kAddress.toStdString()});
        return out;
    }

private Q_SLOTS:
    void givesTokensThatExpire()
    {
        Accounts accounts;
        accounts.tokenLife = Duration::seconds(300);
        TokenDesk desk = this->desk(accounts);
        const HttpReply reply = desk.answer(credentialsRequest("demo-client", "demo-secret"));
        QCOMPARE(reply.status, 200);
        QCOMPARE(member(reply, "token_type"), QString("bearer"));
        QCOMPARE(member(reply, "expires_in"), QString("300"));
        const std::string token = member(reply, "access_token").toStdString();
        QVERIFY(token.size() >= 32);
        QVERIFY(!desk.refuse(token));
        m_clock.advance(Duration::seconds(300));
        QCOMPARE(member(*desk.refuse(token), "code"), QString("credentials.expired"));
        QCOMPARE(member(*desk.refuse(""), "code"), QString("authentication.required"));
        QCOMPARE(member(*desk.refuse("made-up"), "code"), QString("bad.credentials"));
        QCOMPARE(desk.refuse("made-up")->status, 401);
        QCOMPARE(desk.given(), 1);
        m_clock.jumpTo(Timestamp{kNow * 1'000'000});
    }

    void revokes()
    {
        TokenDesk desk = this->desk();
        const std::string token = member(desk.answer(credentialsRequest("demo-client", "demo-secret")), "access_token").toStdString();
        desk.revokeAll();
        QCOMPARE(desk.refuse(token)->status, 401);
    }

    void refusesWrongCredentialsInThePlatformsWords()
    {
        TokenDesk desk = this->desk();
        const HttpReply unknown = desk.answer(credentialsRequest("nobody", "demo-secret"));
        QCOMPARE(unknown.status, 400);
        QCOMPARE(unknown.body,
                 std::string(R"({"error":"invalid_client","description":"client not found","error_description":"client not found"})"));
        const HttpReply wrong = desk.answer(credentialsRequest("demo-client", "demo-secrets"));
        QCOMPARE(wrong.status, 401);
        QCOMPARE(wrong.body, std::string(R"({"error":"invalid_client","description":"authentication failed","error_description":"authentication failed"})"));

        HttpRequest bare = credentialsRequest("demo-client", "demo-secret");
        bare.headers.clear();
        QCOMPARE(desk.answer(bare).status, 400);
        HttpRequest other = credentialsRequest("demo-client", "demo-secret");
        other.body = "grant_type=password";
        QCOMPARE(member(desk.answer(other), "error"), QString("unsupported_grant_type"));
        other.method = "GET";
        QCOMPARE(desk.answer(other).status, 405);
        QCOMPARE(desk.given(), 0);
    }

    void namesMissingScopes()
    {
        Accounts accounts;
        accounts.missingScopes = {"websocket:events", "interaction:events:view"};
        const HttpReply reply = desk(accounts).answer(credentialsRequest("demo-client", "demo-secret"));
        QCOMPARE(reply.status, 403);
        QVERIFY(member(reply, "error_description").contains("websocket:events, interaction:events:view"));
    }

    void failsOnDemand()
    {
        TokenDesk desk = this->desk();
        desk.failNext(2, 429, Duration::millis(1500));
        const HttpReply busy = desk.answer(credentialsRequest("demo-client", "demo-secret"));
        QCOMPARE(busy.status, 429);
        QCOMPARE(busy.headers.at("Retry-After"), std::string("2"));
        QCOMPARE(member(busy, "message"), QString("Rate limit exceeded the maximum. Retry the request in [2] seconds"));
        QCOMPARE(desk.answer(credentialsRequest("demo-client", "demo-secret")).status, 429);
        QCOMPARE(desk.answer(credentialsRequest("demo-client", "demo-secret")).status, 200);
    }

    void acceptsAnAssertionOnce()
    {
        TokenDesk desk = this->desk();
        const QByteArray assertion = test::sign(kHeader, goodClaims("first"));
        QCOMPARE(desk.answer(assertionRequest(assertion)).status, 200);
        const HttpReply again = desk.answer(assertionRequest(assertion));
        QCOMPARE(again.status, 400);
        QCOMPARE(member(again, "error"), QString("invalid_grant"));
        QVERIFY(member(again, "error_description").contains("used before"));
        QCOMPARE(desk.answer(assertionRequest(test::sign(kHeader, goodClaims("second")))).status, 200);
        QJsonObject list = goodClaims("third");
        list["aud"] = QJsonArray{"https://elsewhere.example", kAddress};
        QCOMPARE(desk.answer(assertionRequest(test::sign(kHeader, list))).status, 200);
    }

    void refusesAssertions_data()
    {
        QTest::addColumn<QString>("claim");
        QTest::addColumn<QVariant>("value");
        QTest::addColumn<QString>("says");
        QTest::newRow("issuer") << "iss" << QVariant("nobody") << "client not found";
        QTest::newRow("subject") << "sub" << QVariant("nobody") << "sub";
        QTest::newRow("audience") << "aud" << QVariant("http://127.0.0.1:9999/oauth/token") << "aud";
        QTest::newRow("no audience") << "aud" << QVariant() << "aud";
        QTest::newRow("expired") << "exp" << QVariant(kNow - 1) << "expired";
        QTest::newRow("expires now") << "exp" << QVariant(kNow) << "expired";
        QTest::newRow("no expiry") << "exp" << QVariant() << "exp is missing";
        QTest::newRow("lives too long") << "exp" << QVariant(kNow + 7200) << "too long";
        QTest::newRow("from the future") << "iat" << QVariant(kNow + 120) << "future";
        QTest::newRow("no id") << "jti" << QVariant() << "jti";
    }
    void refusesAssertions()
    {
        QFETCH(QString, claim);
        QFETCH(QVariant, value);
        QFETCH(QString, says);
        QJsonObject claims = goodClaims("refused");
        if (value.isValid())
            claims[claim] = QJsonValue::fromVariant(value);
        else
            claims.remove(claim);
        TokenDesk desk = this->desk();
        const HttpReply reply = desk.answer(assertionRequest(test::sign(kHeader, claims)));
        QCOMPARE(reply.status, 400);
        QVERIFY2(member(reply, "error_description").contains(says), reply.body.c_str());
        QCOMPARE(desk.given(), 0);
    }

    void refusesForgedAssertions()
    {
        TokenDesk desk = this->desk();
        const auto says = [&](const QByteArray &assertion) { return member(desk.answer(assertionRequest(assertion)), "error_description"); };
        QVERIFY(says(test::sign(kHeader, goodClaims("a"), Signer::Stranger)).contains("signature"));
        QVERIFY(says(test::sign({{"alg", "none"}}, goodClaims("a"))).contains("RS256"));
        QVERIFY(says(test::sign({{"alg", "HS256"}}, goodClaims("a"))).contains("RS256"));
        QByteArray changed = test::sign(kHeader, goodClaims("a"));
        const QByteArray other = test::sign(kHeader, goodClaims("b"));
        changed.replace(changed.indexOf('.'), changed.lastIndexOf('.') - changed.indexOf('.'),
                        other.mid(other.indexOf('.'), other.lastIndexOf('.') - other.indexOf('.')));
        QVERIFY(says(changed).contains("signature"));
        for (const char *text : {"", "a", "a.b", "a.b.c", "e30.e30.", "...", "!!!.???.###"})
            QVERIFY(!says(text).isEmpty());
        QCOMPARE(desk.given(), 0);
    }

    void withoutAKeyThereIsNoSuchGrant()
    {
        TokenDesk desk(Accounts{}, m_clock);
        QCOMPARE(member(desk.answer(assertionRequest(test::sign(kHeader, goodClaims("a")))), "error"), QString("unsupported_grant_type"));
    }
};

THREADLINE_TEST_MAIN(TestTokens)
#include "test_tokens.moc"
