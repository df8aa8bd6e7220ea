// SPDX-License-Identifier: GPL-3.0-or-later
/// Tokens: where they are asked for, how an assertion is signed, and what each answer of the endpoint means.
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/genesys/oauth.h"
#include "core/genesys/oautherrors.h"
#include "tests/support/fakeserver.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QThread>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <mutex>

using namespace threadline;
using namespace threadline::test;

namespace {

QByteArray decoded(const std::string &part)
{
    return QByteArray::fromBase64(QByteArray::fromStdString(part), QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

std::vector<std::string> parts(const std::string &assertion)
{
    std::vector<std::string> out;
    for (const QByteArray &part : QByteArray::fromStdString(assertion).split('.'))
        out.push_back(part.toStdString());
    return out;
}

bool verifies(const std::string &assertion, const QByteArray &publicPem)
{
    const std::size_t dot = assertion.rfind('.');
    const QByteArray signature = decoded(assertion.substr(dot + 1));
    BIO *bio = BIO_new_mem_buf(publicPem.constData(), static_cast<int>(publicPem.size()));
    EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
    const int ok = EVP_DigestVerify(context, reinterpret_cast<const unsigned char *>(signature.constData()),
        static_cast<std::size_t>(signature.size()), reinterpret_cast<const unsigned char *>(assertion.data()), dot);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    BIO_free(bio);
    return ok == 1;
}

std::string member(const QByteArray &object, std::string_view name)
{
    json::Reader reader;
    std::vector<json::Member> members;
    const std::string text = object.toStdString();
    const auto prepared = reader.prepare(text);
    if (!prepared || !reader.members(*prepared, members))
        return "no object";
    for (const json::Member &m : members) {
        if (m.name == name)
            return json::stringOf(m.value).value_or(std::string(m.value));
    }
    return "absent";
}

} // namespace

class TestOauth : public QObject {
    Q_OBJECT
private:
    SystemClock m_system;
    ManualClock m_clock{Timestamp{1'777'000'000'000'000}};

    Credentials credentials(const FakeServer &server) const
    {
        Credentials c;
        c.environmentUrl = server.url().toStdString();
        c.clientId = "client-id";
        c.clientSecret = "very-secret-word";
        return c;
    }
    Result<Token> ask(TokenSource &source)
    {
        std::optional<Result<Token>> answer;
        source.token([&](Result<Token> token) { answer = std::move(token); });
        const bool came = QTest::qWaitFor([&] { return answer.has_value(); }, 10'000);
        return came ? *answer : Result<Token>(fail(ErrorCode::Internal, "no answer came"));
    }
    Result<Token> askOnce(FakeServer &server, const FakeAnswer &answer)
    {
        server.tokenAnswers.push_front(answer);
        TokenSource source(credentials(server), {}, m_clock);
        return ask(source);
    }
    static bool mentions(const Result<Token> &result, std::initializer_list<const char *> words)
    {
        if (result)
            return false;
        for (const char *word : words) {
            if (result.error().message.find(word) == std::string::npos) {
                qInfo("not mentioned: %s in: %s", word, result.error().message.c_str());
                return false;
            }
        }
        return result.error().message.find("very-secret-word") == std::string::npos;
    }

private Q_SLOTS:
    void tokenAddress_data()
    {
        QTest::addColumn<QString>("environment");
        QTest::addColumn<QString>("login");
        QTest::addColumn<QString>("expected"); // empty: refused
        QTest::newRow("default") << "https://api.mypurecloud.com" << "" << "https://login.mypurecloud.com/oauth/token";
        QTest::newRow("region, slash") << "https://api.mypurecloud.de/" << "" << "https://login.mypurecloud.de/oauth/token";
        QTest::newRow("gateway") << "https://gate.example:8443/genesys/" << "" << "https://gate.example:8443/genesys/oauth/token";
        QTest::newRow("login wins") << "https://api.mypurecloud.com" << "https://id.example" << "https://id.example/oauth/token";
        QTest::newRow("login whole") << "https://api.mypurecloud.com" << "https://id.example/oauth/token" << "https://id.example/oauth/token";
        QTest::newRow("loopback") << "http://127.0.0.1:3999" << "" << "http://127.0.0.1:3999/oauth/token";
        QTest::newRow("loopback 6") << "http://[::1]:3999" << "" << "http://[::1]:3999/oauth/token";
        QTest::newRow("localhost") << "http://localhost:3999" << "" << "http://localhost:3999/oauth/token";
        QTest::newRow("plain elsewhere") << "http://api.mypurecloud.com" << "" << "";
        QTest::newRow("loopback look-alike") << "http://127.0.0.1.example.com" << "" << "";
        QTest::newRow("no address") << "api.mypurecloud.com" << "" << "";
        QTest::newRow("empty") << "" << "" << "";
        QTest::newRow("user") << "https://me:pw@api.mypurecloud.com" << "" << "";
        QTest::newRow("file") << "file:///etc/passwd" << "" << "";
    }
    void tokenAddress()
    {
        QFETCH(QString, environment);
        QFETCH(QString, login);
        QFETCH(QString, expected);
        Credentials c;
        c.environmentUrl = environment.toStdString();
        c.loginUrl = login.toStdString();
        const auto url = tokenUrl(c);
        QCOMPARE(QString::fromStdString(url.value_or(std::string())), expected);
        if (!url) {
            QCOMPARE(url.error().code, ErrorCode::InvalidArgument);
            QVERIFY(url.error().message.find("GENESYS_ENVIRONMENT_URL") != std::string::npos);
        }
    }

    void assertionIsSigned_data()
    {
        QTest::addColumn<int>("form");
        QTest::newRow("text") << 0;
        QTest::newRow("escaped") << 1;
        QTest::newRow("file") << 2;
        QTest::newRow("crlf") << 3;
    }
    void assertionIsSigned()
    {
        QFETCH(int, form);
        static const FakeKey key = makeRsaKey();
        static const FakeKey other = makeRsaKey();
        QByteArray given = key.privatePem;
        if (form == 1)
            given.replace("\n", "\\n");
        if (form == 2) {
            QFile file(scratchFolder() + "/key.pem");
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(given);
            given = file.fileName().toUtf8();
        }
        if (form == 3)
            given.replace("\n", "\r\n");
        Credentials c;
        c.clientId = "client-\"1\"";
        c.privateKeyPem = given.toStdString();
        const auto assertion = signAssertion(c, "https://login.example/oauth/token", m_clock.now());
        QVERIFY2(assertion, assertion ? "" : assertion.error().message.c_str());
        const auto piece = parts(*assertion);
        QCOMPARE(piece.size(), std::size_t(3));
        QCOMPARE(decoded(piece[0]), QByteArray(R"({"alg":"RS256","typ":"JWT"})"));
        const QByteArray claims = decoded(piece[1]);
        QCOMPARE(member(claims, "iss"), c.clientId);
        QCOMPARE(member(claims, "sub"), c.clientId);
        QCOMPARE(member(claims, "aud"), std::string("https://login.example/oauth/token"));
        QCOMPARE(member(claims, "iat"), std::string("1777000000"));
        QCOMPARE(member(claims, "exp"), std::string("1777000300"));
        QCOMPARE(member(claims, "jti").size(), std::size_t(32));
        QVERIFY(verifies(*assertion, key.publicPem));
        QVERIFY(!verifies(*assertion, other.publicPem));
        const auto second = signAssertion(c, "https://login.example/oauth/token", m_clock.now());
        QVERIFY(member(decoded(parts(*second)[1]), "jti") != member(claims, "jti"));
    }

    void badKeysAreNamedNotShown_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::newRow("no file") << QByteArray("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC");
        QTest::newRow("damaged") << QByteArray("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n");
        QTest::newRow("public") << makeRsaKey().publicPem;
        EVP_PKEY *ec = EVP_EC_gen("P-256");
        BIO *bio = BIO_new(BIO_s_mem());
        PEM_write_bio_PrivateKey(bio, ec, nullptr, nullptr, 0, nullptr, nullptr);
        char *data = nullptr;
        const long size = BIO_get_mem_data(bio, &data);
        QTest::newRow("not RSA") << QByteArray(data, size);
        BIO_free(bio);
        EVP_PKEY_free(ec);
        QTest::newRow("folder") << scratchFolder().toUtf8();
    }
    void badKeysAreNamedNotShown()
    {
        QFETCH(QByteArray, key);
        Credentials c;
        c.clientId = "x";
        c.privateKeyPem = key.toStdString();
        const auto assertion = signAssertion(c, "https://login.example/oauth/token", m_clock.now());
        QVERIFY(!assertion);
        QCOMPARE(assertion.error().code, ErrorCode::InvalidArgument);
        QVERIFY(assertion.error().message.find("GENESYS_PRIVATE_KEY") != std::string::npos);
        QVERIFY(assertion.error().message.find("MII") == std::string::npos);
    }

    void clientCredentials()
    {
        FakeServer server;
        QVERIFY(server.start());
        TokenSource source(credentials(server), {}, m_clock);
        const auto token = ask(source);
        QVERIFY2(token, token ? "" : token.error().message.c_str());
        QCOMPARE(token->value, std::string("token-0"));
        QCOMPARE(token->expiresSteady, m_clock.steady() + Duration::seconds(86'399));
        QCOMPARE(server.tokenRequests.size(), 1);
        const FakeRequest &request = server.tokenRequests.first();
        QCOMPARE(request.target, QByteArray("/oauth/token"));
        QCOMPARE(request.headers.value("authorization"), "Basic " + QByteArray("client-id:very-secret-word").toBase64());
        QCOMPARE(request.headers.value("content-type"), QByteArray("application/x-www-form-urlencoded"));
        QCOMPARE(request.body, QByteArray("grant_type=client_credentials"));
        QCOMPARE(log::masked("a very-secret-word and token-0"), std::string("a *** and ***"));
    }

    /// A token a day: none of them may push out what is set.
    void renewalsDoNotPushOutSecrets()
    {
        log::mask("influx-token-that-is-set");
        FakeServer server;
        server.numberTokens = true;
        QVERIFY(server.start());
        TokenSource source(credentials(server), {}, m_clock);
        std::string last;
        for (int i = 0; i < 72; ++i) {
            const auto token = ask(source);
            QVERIFY2(token, token ? "" : token.error().message.c_str());
            QVERIFY(token->value != last);
            last = token->value;
            source.invalidate(last);
        }
        QCOMPARE(log::masked("influx-token-that-is-set, very-secret-word, " + last), std::string("***, ***, ***"));
    }

    void keyWinsOverSecret()
    {
        FakeServer server;
        QVERIFY(server.start());
        const FakeKey key = makeRsaKey();
        Credentials c = credentials(server);
        c.privateKeyPem = key.privatePem.toStdString();
        TokenSource source(c, {}, m_clock);
        QVERIFY(ask(source));
        const FakeRequest &request = server.tokenRequests.first();
        QVERIFY(!request.headers.contains("authorization"));
        const QByteArray start = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
        QVERIFY(request.body.startsWith(start));
        const std::string assertion = request.body.mid(start.size()).toStdString();
        QVERIFY(verifies(assertion, key.publicPem));
        QCOMPARE(member(decoded(parts(assertion)[1]), "aud"), server.url().toStdString() + "/oauth/token");
    }

    void cachedUntilShortlyBeforeItsEnd()
    {
        FakeServer server;
        QVERIFY(server.start());
        server.tokenAnswers = {FakeAnswer::token("first-token", 1000), FakeAnswer::token("second-token", 100), FakeAnswer::token("third-token")};
        TokenSource source(credentials(server), {}, m_clock);
        QCOMPARE(ask(source)->value, std::string("first-token"));
        m_clock.advance(Duration::seconds(939));
        QCOMPARE(ask(source)->value, std::string("first-token"));
        m_clock.advance(Duration::seconds(1)); // 60 s left
        QCOMPARE(ask(source)->value, std::string("second-token"));
        m_clock.advance(Duration::seconds(89)); // a tenth of a short life, not a minute
        QCOMPARE(ask(source)->value, std::string("second-token"));
        m_clock.advance(Duration::seconds(1));
        QCOMPARE(ask(source)->value, std::string("third-token"));
        QCOMPARE(server.tokenRequests.size(), 3);
    }

    void renewedBeforeItEndsWithoutBeingAsked()
    {
        FakeServer server;
        QVERIFY(server.start());
        server.tokenAnswers = {FakeAnswer::token("short-lived", 1), FakeAnswer::token("renewed-token")};
        TokenSource source(credentials(server), {}, m_system);
        QCOMPARE(ask(source)->value, std::string("short-lived"));
        QTRY_COMPARE_WITH_TIMEOUT(server.tokenRequests.size(), 2, 10'000);
    }

    void oneRequestAtATime()
    {
        FakeServer server;
        QVERIFY(server.start());
        server.numberTokens = true;
        TokenSource source(credentials(server), {}, m_clock);
        QStringList answers;
        for (int i = 0; i < 5; ++i)
            source.token([&](const Result<Token> &token) { answers << (token ? QString::fromStdString(token->value) : QStringLiteral("refused")); });
        QTRY_COMPARE(answers.size(), 5);
        QCOMPARE(server.tokenRequests.size(), 1);
        QCOMPARE(answers.count("token-1"), 5);
    }

    void oneFailureForAllWhoWait()
    {
        FakeServer server;
        QVERIFY(server.start());
        server.tokenAnswers = {FakeAnswer::failure(503)};
        TokenSource source(credentials(server), {}, m_clock);
        int refused = 0;
        for (int i = 0; i < 3; ++i)
            source.token([&](const Result<Token> &token) { refused += token ? 0 : 1; });
        QTRY_COMPARE(refused, 3);
        QCOMPARE(server.tokenRequests.size(), 1);
        QVERIFY(ask(source)); // and the next one asks again
    }

    void invalidatedIsAskedForAgain()
    {
        FakeServer server;
        QVERIFY(server.start());
        server.numberTokens = true;
        TokenSource source(credentials(server), {}, m_clock);
        QCOMPARE(ask(source)->value, std::string("token-1"));
        source.invalidate("another-token");
        QCOMPARE(ask(source)->value, std::string("token-1"));
        source.invalidate("token-1");
        QCOMPARE(ask(source)->value, std::string("token-2"));
    }

    void statusesSayCauseAndRemedy()
    {
        FakeServer server;
        QVERIFY(server.start());
        const auto unknown = askOnce(server, FakeAnswer::failure(400, R"({"error":"invalid_client","description":"client not found","error_description":"client not found"})"));
        QVERIFY(mentions(unknown, {"400", "GENESYS_CLIENT_ID", "client not found", "GENESYS_ENVIRONMENT_URL"}));
        QCOMPARE(unknown.error().code, ErrorCode::CredentialsRefused);
        const auto wrong = askOnce(server, FakeAnswer::failure(401, R"({"error":"invalid_client","error_description":"authentication failed for very-secret-word"})"));
        QVERIFY(mentions(wrong, {"401", "GENESYS_CLIENT_SECRET", "authentication failed"}));
        QCOMPARE(wrong.error().code, ErrorCode::CredentialsRefused);
        const auto forbidden = askOnce(server, FakeAnswer::failure(403, "{}", {"ININ-Correlation-Id: abc-123"}));
        QVERIFY(mentions(forbidden, {"403", "websocket:events", "analytics:events:view", "interaction:events:view", "abc-123"}));
        QCOMPARE(forbidden.error().code, ErrorCode::CredentialsRefused);
        const auto failing = askOnce(server, FakeAnswer::failure(502, "<html>Bad gateway</html>", {"Content-Type: text/html"}));
        QVERIFY(mentions(failing, {"502", "failure of its own"}));
        QCOMPARE(failing.error().code, ErrorCode::Unreachable);
        const auto redirect = askOnce(server, FakeAnswer::failure(302, {}, {"Location: https://elsewhere.example/secret-path?x=1"}));
        QVERIFY(mentions(redirect, {"302", "elsewhere.example", "GENESYS_LOGIN_URL"}));
        QVERIFY(redirect.error().message.find("secret-path") == std::string::npos);
        QCOMPARE(server.tokenRequests.size(), 5); // the redirect was not followed
        const auto nowhere = askOnce(server, FakeAnswer::failure(404, "not here"));
        QVERIFY(mentions(nowhere, {"404", "GENESYS_ENVIRONMENT_URL"}));
    }

    /// What is to be looked at depends on the error's word: the client's id is one thing of several.
    void badRequestsGoByTheirWord_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("says");
        QTest::addColumn<QString>("notThis");
        const auto row = [](const char *name, const char *answer, const char *says, const char *notThis = "does not know the client") {
            QTest::newRow(name) << QByteArray(answer) << QString::fromLatin1(says) << QString::fromLatin1(notThis);
        };
        const char *both = "Check GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET";
        row("unknown client", R"({"error":"invalid_client","description":"client not found"})", "Check GENESYS_CLIENT_ID, and", "CLIENT_SECRET");
        row("authentication", R"({"error":"invalid_client","description":"authentication failed"})", both, "does not know the client. ");
        row("no description", R"({"error":"invalid_client"})", both, "does not know the client. ");
        row("grant", R"({"error":"invalid_grant","description":"expired"})", "GENESYS_CLIENT_SECRET is its present secret");
        row("grant type", R"({"error":"unsupported_grant_type"})", "of the type \"Client Credentials\"");
        row("request", R"({"error":"invalid_request","description":"grant_type is missing"})", "GENESYS_LOGIN_URL");
        row("another word", R"({"error":"temporarily_odd"})", "refused the sign-in. ");
        row("no word", "<html>Bad request</html>", "does not say why");
    }
    void badRequestsGoByTheirWord()
    {
        QFETCH(QByteArray, body);
        QFETCH(QString, says);
        QFETCH(QString, notThis);
        FakeServer server;
        QVERIFY(server.start());
        const auto refused = askOnce(server, FakeAnswer::failure(400, body));
        QCOMPARE(refused.error().code, ErrorCode::CredentialsRefused);
        const QString words = QString::fromStdString(refused.error().message);
        QVERIFY2(words.contains(says), qPrintable(words));
        QVERIFY2(!words.contains(notThis), qPrintable(words));
    }

    void busyTellsHowLong()
    {
        FakeServer server;
        QVERIFY(server.start());
        server.tokenAnswers = {FakeAnswer::failure(429, "{}", {"Retry-After: 7"}), FakeAnswer::failure(429)};
        TokenSource source(credentials(server), {}, m_clock);
        const auto busy = ask(source);
        QVERIFY(mentions(busy, {"429", "GENESYS_CLIENT_ID"}));
        QCOMPARE(busy.error().code, ErrorCode::Busy);
        QCOMPARE(source.retryAfter(), Duration::seconds(7));
        QCOMPARE(ask(source).error().code, ErrorCode::Busy);
        QCOMPARE(source.retryAfter(), Duration{});
        QVERIFY(ask(source));
    }

    void retryAfterForms()
    {
        const Timestamp now = *parseTimestamp("2026-05-06T10:44:54Z");
        QCOMPARE(retryAfterOf("120", now), Duration::seconds(120));
        QCOMPARE(retryAfterOf(" 3 ", now), Duration::seconds(3));
        QCOMPARE(retryAfterOf("-5", now), Duration{});
        QCOMPARE(retryAfterOf("99999999999", now), Duration::seconds(3600));
        QCOMPARE(retryAfterOf("Wed, 06 May 2026 10:45:04 GMT", now), Duration::seconds(10));
        QCOMPARE(retryAfterOf("Wed, 06 May 2026 10:00:00 GMT", now), Duration{});
        QCOMPARE(retryAfterOf("soon", now), Duration{});
        QCOMPARE(retryAfterOf("", now), Duration{});
    }

    void jwtGrantUnknown()
    {
        FakeServer server;
        QVERIFY(server.start());
        server.tokenAnswers = {FakeAnswer::failure(400, R"({"error":"unsupported_grant_type"})"), FakeAnswer::failure(400, R"({"error":"invalid_grant"})")};
        Credentials c = credentials(server);
        c.privateKeyPem = makeRsaKey().privatePem.toStdString();
        TokenSource source(c, {}, m_clock);
        QVERIFY(mentions(ask(source), {"Genesys Cloud publishes no such grant", "GENESYS_CLIENT_SECRET", "GENESYS_PRIVATE_KEY"}));
        QVERIFY(mentions(ask(source), {"GENESYS_PRIVATE_KEY", "clock"}));
    }

    void answersThatAreNoToken_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QString>("word");
        QTest::newRow("html") << QByteArray("<html><body>Sign in to the guest network</body></html>") << QByteArray("text/html") << "web page";
        QTest::newRow("empty") << QByteArray() << QByteArray("application/json") << "no token";
        QTest::newRow("no member") << QByteArray("{}") << QByteArray("application/json") << "no token";
        QTest::newRow("wrong type") << QByteArray(R"({"access_token":17})") << QByteArray("application/json") << "no token";
        QTest::newRow("line end inside") << QByteArray(R"({"access_token":"a\r\nb"})") << QByteArray("application/json") << "no token";
        QTest::newRow("array") << QByteArray("[1,2]") << QByteArray("application/json") << "no token";
        QTest::newRow("cut off") << QByteArray("{\"access_token\":\"abc") << QByteArray("application/json") << "no token";
    }
    void answersThatAreNoToken()
    {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, type);
        QFETCH(QString, word);
        FakeServer server;
        QVERIFY(server.start());
        const auto answer = askOnce(server, FakeAnswer::failure(200, body, {"Content-Type: " + type}));
        QVERIFY(mentions(answer, {qPrintable(word), "GENESYS_ENVIRONMENT_URL"}));
        QCOMPARE(answer.error().code, ErrorCode::Unreachable);
    }

    void oddLivesAreTamed()
    {
        FakeServer server;
        QVERIFY(server.start());
        const Duration now = m_clock.steady();
        QCOMPARE(askOnce(server, FakeAnswer::failure(200, R"({"access_token":"abcd"})"))->expiresSteady, now + Duration::seconds(300));
        QCOMPARE(askOnce(server, FakeAnswer::failure(200, R"({"access_token":"abcd","expires_in":-4})"))->expiresSteady, now + Duration::seconds(300));
        QCOMPARE(askOnce(server, FakeAnswer::failure(200, R"({"access_token":"abcd","expires_in":1e300})"))->expiresSteady, now + Duration::seconds(30 * 86'400));
    }

    void oversizedBodyIsCutOff()
    {
        FakeServer server;
        QVERIFY(server.start());
        const auto answer = askOnce(server, FakeAnswer::failure(200, QByteArray(80 * 1024, ' ') + R"({"access_token":"abcd"})"));
        QVERIFY(mentions(answer, {"64 KiB"}));
        const auto endless = askOnce(server, FakeAnswer::doing(FakeAnswer::Do::Raw, "HTTP/1.1 200 OK\r\n\r\n" + QByteArray(300 * 1024, 'x')));
        QVERIFY(mentions(endless, {"64 KiB"}));
    }

    void noAnswer()
    {
        FakeServer server;
        QVERIFY(server.start());
        server.tokenAnswers.assign(8, FakeAnswer::doing(FakeAnswer::Do::Drop)); // Qt's HTTP tries a dropped connection again
        const auto dropped = askOnce(server, FakeAnswer::doing(FakeAnswer::Do::Drop));
        QVERIFY(mentions(dropped, {"127.0.0.1"}));
        QCOMPARE(dropped.error().code, ErrorCode::Unreachable);
        server.tokenAnswers.clear();
        const auto cut = askOnce(server, FakeAnswer::doing(FakeAnswer::Do::RawDrop, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"access_token\":\"abcd\"}"));
        QVERIFY2(!cut, "an answer that broke off is no answer");
        Credentials c = credentials(server);
        server.close();
        TokenSource source(c, {}, m_clock);
        const auto closed = ask(source);
        QVERIFY(mentions(closed, {"refuses connections", "GENESYS_ENVIRONMENT_URL"}));
        c.environmentUrl = "https://api.threadline-test.invalid";
        TokenSource lost(c, {}, m_clock);
        QVERIFY(mentions(ask(lost), {"login.threadline-test.invalid"}));
    }

    void missingSettingsAreNamed()
    {
        FakeServer server;
        QVERIFY(server.start());
        Credentials c = credentials(server);
        c.clientSecret.clear();
        TokenSource noSecret(c, {}, m_clock);
        QVERIFY(mentions(ask(noSecret), {"GENESYS_CLIENT_SECRET", "GENESYS_PRIVATE_KEY"}));
        c.clientId.clear();
        TokenSource noId(c, {}, m_clock);
        QVERIFY(mentions(ask(noId), {"GENESYS_CLIENT_ID"}));
        TokenSource badCa(credentials(server), {{}, "/nowhere/ca.pem"}, m_clock);
        const auto noFile = ask(badCa);
        QVERIFY(mentions(noFile, {"THREADLINE_CA_FILE", "/nowhere/ca.pem"}));
        QCOMPARE(noFile.error().code, ErrorCode::InvalidArgument);
        QCOMPARE(server.tokenRequests.size(), 0);
    }

    void privateAuthority()
    {
        const FakeCertificates made = makeCertificates("IP:127.0.0.1,DNS:localhost");
        FakeServer server;
        server.setTls(made.serverConfiguration());
        QVERIFY(server.start());
        TokenSource untrusting(credentials(server), {}, m_clock);
        const auto refused = ask(untrusting);
        QVERIFY(mentions(refused, {"127.0.0.1", "Threadline Test Authority", "THREADLINE_CA_FILE"}));
        QCOMPARE(refused.error().code, ErrorCode::Unreachable);
        QCOMPARE(server.tokenRequests.size(), 0);
        QFile file(scratchFolder() + "/ca.pem");
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(made.authorityPem);
        file.close();
        TokenSource trusting(credentials(server), {{}, file.fileName().toStdString()}, m_clock);
        const auto token = ask(trusting);
        QVERIFY2(token, token ? "" : token.error().message.c_str());
        TokenSource again(credentials(server), {}, m_clock); // trust is not handed on to others
        QVERIFY(!ask(again));
    }

    void wrongNameAndExpired()
    {
        QFile file(scratchFolder() + "/ca2.pem");
        const FakeCertificates other = makeCertificates("DNS:other.example");
        FakeServer server;
        server.setTls(other.serverConfiguration());
        QVERIFY(server.start());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(other.authorityPem);
        file.close();
        TokenSource source(credentials(server), {{}, file.fileName().toStdString()}, m_clock);
        QVERIFY(mentions(ask(source), {"another name"}));

        const FakeCertificates old = makeCertificates("IP:127.0.0.1", "Old Authority", true);
        FakeServer expired;
        expired.setTls(old.serverConfiguration());
        QVERIFY(expired.start());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(old.authorityPem);
        file.close();
        TokenSource late(credentials(expired), {{}, file.fileName().toStdString()}, m_clock);
        QVERIFY(mentions(ask(late), {"clock"}));
    }

    void throughAProxy()
    {
        const FakeCertificates made = makeCertificates("DNS:login.threadline-test.invalid");
        FakeServer server;
        server.setTls(made.serverConfiguration());
        QVERIFY(server.start());
        FakeServer proxy;
        proxy.tunnelTo = &server;
        QVERIFY(proxy.start());
        QFile file(scratchFolder() + "/ca3.pem");
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(made.authorityPem);
        file.close();
        Credentials c = credentials(server);
        c.environmentUrl = "https://api.threadline-test.invalid";
        TokenSource source(c, {proxy.url().toStdString(), file.fileName().toStdString()}, m_clock);
        const auto token = ask(source);
        QVERIFY2(token, token ? "" : token.error().message.c_str());
        QCOMPARE(proxy.connectRequests.size(), 1);
        QCOMPARE(proxy.connectRequests.first().target, QByteArray("login.threadline-test.invalid:443"));

        FakeServer wary; // asks for a password
        QVERIFY(wary.start());
        TokenSource stranger(c, {wary.url().toStdString(), file.fileName().toStdString()}, m_clock);
        QVERIFY(mentions(ask(stranger), {"proxy", "THREADLINE_PROXY", "user:password"}));
        TokenSource mistyped(c, {"proxy:8080", {}}, m_clock);
        QVERIFY(mentions(ask(mistyped), {"THREADLINE_PROXY", "http://host:port"}));
    }

    void destroyedWhileAsking()
    {
        FakeServer server;
        QVERIFY(server.start());
        server.tokenAnswers = {FakeAnswer::doing(FakeAnswer::Do::Hang)};
        int answers = 0;
        {
            TokenSource source(credentials(server), {}, m_clock);
            source.token([&](const Result<Token> &) { ++answers; });
            QTRY_COMPARE(server.stalled, 1);
        }
        QCoreApplication::processEvents();
        QCOMPARE(answers, 0);
        auto owned = std::make_unique<TokenSource>(credentials(server), NetworkOptions{}, m_clock);
        owned->token([&](const Result<Token> &) {
            ++answers;
            owned.reset(); // from inside the answer
        });
        QTRY_COMPARE(answers, 1);
    }

    void worksInTheThreadItWasMovedTo()
    {
        FakeServer server;
        QVERIFY(server.start());
        QThread thread;
        auto *source = new TokenSource(credentials(server), {}, m_clock);
        source->moveToThread(&thread);
        thread.start();
        std::atomic<int> got{0};
        QMetaObject::invokeMethod(source, [&] {
            source->token([&](const Result<Token> &token) { got = token && QThread::currentThread() == &thread ? 1 : 2; });
        });
        QTRY_COMPARE(got.load(), 1);
        QMetaObject::invokeMethod(source, [source] { delete source; }, Qt::BlockingQueuedConnection);
        thread.quit();
        QVERIFY(thread.wait(5000));
    }
};

THREADLINE_TEST_MAIN(TestOauth)
#include "test_oauth.moc"
