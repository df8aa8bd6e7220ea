// SPDX-License-Identifier: GPL-3.0-or-later
/// Settings: where each value comes from, what is refused and in which words, and that no secret is ever repeated.
#include "core/base/log.h"
#include "core/base/settings.h"
#include "tests/support/testmain.h"

#include <QDir>
#include <QFile>

#include <sys/stat.h>

using namespace threadline;

namespace {

using Inputs = Settings::Inputs;

QString text(const std::string &s) { return QString::fromStdString(s); }

std::string write(const char *name, const QByteArray &content, QFile::Permissions rights = QFile::ReadOwner | QFile::WriteOwner)
{
    const QString path = test::scratchFolder() + QLatin1Char('/') + QLatin1String(name);
    QFile::remove(path);
    QFile file(path);
    if (!file.open(QFile::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(path));
    file.setPermissions(rights);
    return path.toStdString();
}

Inputs withFile(const QByteArray &content)
{
    Inputs in;
    in.configFile = write("config.toml", content);
    return in;
}

/// The message of the refusal; empty if it was accepted.
QString refusal(const Inputs &in)
{
    const Result<Settings> r = Settings::read(in);
    return r ? QString() : text(r.error().message);
}

QString refusalOf(const char *environment, const std::string &value)
{
    Inputs in;
    in.environment[environment] = value;
    return refusal(in);
}

} // namespace

class TestSettings : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyDefaultIsAllowed();
    void precedence();
    void emptyVariableCountsAsAbsent();
    void namesWhereAWrongValueCameFrom();
    void environmentAddress_data();
    void environmentAddress();
    void listen_data();
    void listen();
    void values_data();
    void values();
    void notificationsAreRefusedByName();
    void unknownFlag();
    void secretAsFlagIsRefused();
    void secretFromFile();
    void secretTwice();
    void secretFileThatIsNotThere();
    void privateKey();
    void noMessageRepeatsASecret();
    void printHidesSecretsAndPasswords();
    void noAddressShowsASecret();
    void aSecretInTheWrongPlaceIsNotRepeated();
    void certificateAuthorities();
    void secretsAreMaskedInTheLog();
    void fileWithLineNumbers();
    void fileUnknownName();
    void fileWrongType();
    void fileBroken_data();
    void fileBroken();
    void fileTexts_data();
    void fileTexts();
    void fileReadableByOthers();
    void fileMissing();
    void fileByFlagAndVariable();
    void fileTooLargeOrAFolder();
    void keyWinsOverSecret();
    void tsdbWithoutAddressIsTold();
    void hostPort();
    void loopback();
};

void TestSettings::everyDefaultIsAllowed()
{
    const Result<Settings> r = Settings::read({});
    QVERIFY2(r, r ? "" : r.error().message.c_str());
    for (const SettingSpec &spec : settingSpecs()) {
        QCOMPARE(text(r->text(spec.key)), text(spec.defaultValue));
        QCOMPARE(text(r->value(spec.key).source), QStringLiteral("default"));
        QVERIFY2(!spec.help.empty() && !spec.environment.empty(), spec.key.c_str());
        QVERIFY2(!(spec.secret && spec.flag), "a secret must not be an option: every user can read it there");
    }
    QVERIFY(r->warnings().empty());
}

void TestSettings::precedence()
{
    Inputs in = withFile("listen = \"127.0.0.1:1\"\nlog-level = \"debug\"\nsequence-scope = \"stream\"\n");
    in.environment = {{"THREADLINE_LISTEN", "127.0.0.1:2"}, {"THREADLINE_LOG_LEVEL", "error"}};
    in.flags = {{"listen", "127.0.0.1:3"}};
    const Result<Settings> r = Settings::read(in);
    QVERIFY2(r, r ? "" : r.error().message.c_str());
    QCOMPARE(text(r->text("listen")), QStringLiteral("127.0.0.1:3"));
    QCOMPARE(text(r->value("listen").source), QStringLiteral("flag --listen"));
    QCOMPARE(text(r->text("log-level")), QStringLiteral("error"));
    QCOMPARE(text(r->value("log-level").source), QStringLiteral("environment THREADLINE_LOG_LEVEL"));
    QCOMPARE(text(r->text("sequence-scope")), QStringLiteral("stream"));
    QCOMPARE(text(r->value("sequence-scope").source), text("file " + in.configFile + ", line 3"));
    QCOMPARE(text(r->text("protocol")), QStringLiteral("streaming"));
    QCOMPARE(text(r->text("no-such-setting")), QString());
}

void TestSettings::emptyVariableCountsAsAbsent()
{
    Inputs in;
    in.environment = {{"THREADLINE_LISTEN", ""}, {"GENESYS_CLIENT_SECRET_FILE", ""}};
    const Result<Settings> r = Settings::read(in);
    QVERIFY(r);
    QCOMPARE(text(r->value("listen").source), QStringLiteral("default"));
}

void TestSettings::namesWhereAWrongValueCameFrom()
{
    Inputs in;
    in.flags = {{"sequence-scope", "galaxy"}};
    const Result<Settings> r = Settings::read(in);
    QVERIFY(!r);
    QCOMPARE(r.error().code, ErrorCode::InvalidArgument);
    QCOMPARE(text(r.error().message),
             QStringLiteral("The setting sequence-scope (flag --sequence-scope) cannot be used: \"galaxy\" is not one of "
                            "interaction, stream, participant, none."));
    QVERIFY(refusalOf("THREADLINE_SEQUENCE_SCOPE", "galaxy").contains(QLatin1String("(environment THREADLINE_SEQUENCE_SCOPE)")));
    const Inputs file = withFile("\n\nsequence-scope = \"galaxy\"\n");
    QVERIFY(refusal(file).contains(text("(file " + file.configFile + ", line 3)")));
}

void TestSettings::environmentAddress_data()
{
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("problem"); // empty: allowed
    const auto row = [](const char *value, const char *problem) { QTest::newRow(value) << QString::fromUtf8(value) << QString::fromUtf8(problem); };
    row("https://api.mypurecloud.de", "");
    row("https://api.usw2.pure.cloud/", "");
    row("https://[2001:db8::1]:8443/base", "");
    row("http://127.0.0.1:8080", "");
    row("http://localhost", "");
    row("http://[::1]:9", "");
    row("http://api.mypurecloud.de", "unencrypted");
    row("http://127.0.0.1.example.org", "unencrypted");
    row("http://localhost.example.org", "unencrypted");
    row("api.mypurecloud.de", "is no address");
    row("ftp://api.mypurecloud.de", "must begin with https://");
    row("https://", "is no address");
    row("https://api example", "is no address");
    row("https://api:0", "is no address");
    row("https://api:70000", "is no address");
    row("https://api:", "is no address");
    row("https://[::1", "is no address");
    row("https://[zz::1]", "is no address");
    row("https://user@api.example.org", "holds a user name");
    row("https://api.example.org?x=1", "query");
    row("https://api.example.org/#x", "fragment");
    row("https://\xc3\xa4pi.example.org", "is no address");
}

void TestSettings::environmentAddress()
{
    QFETCH(QString, value);
    QFETCH(QString, problem);
    const QString said = refusalOf("GENESYS_ENVIRONMENT_URL", value.toStdString());
    QCOMPARE(said.isEmpty(), problem.isEmpty());
    QVERIFY2(said.contains(problem), qPrintable(said));
}

void TestSettings::listen_data()
{
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("allowed");
    for (const char *good : {"127.0.0.1:3000", "127.255.0.9:1", "[::1]:0", "localhost:65535", "LocalHost:80"})
        QTest::newRow(good) << QString::fromUtf8(good) << true;
    for (const char *bad : {"0.0.0.0:3000", "[::]:3000", "10.0.0.5:3000", "example.org:80", "3000", ":3000", "127.0.0.1", "127.0.0.1:",
                            "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:1x", "::1:3000", "[::1]", "127.0.0.1.example.org:80"})
        QTest::newRow(bad) << QString::fromUtf8(bad) << false;
}

void TestSettings::listen()
{
    QFETCH(QString, value);
    QFETCH(bool, allowed);
    const QString said = refusalOf("THREADLINE_LISTEN", value.toStdString());
    QCOMPARE(said.isEmpty(), allowed);
    QVERIFY(allowed || said.contains(QLatin1Char('"') + value + QLatin1Char('"')));
}

void TestSettings::values_data()
{
    QTest::addColumn<QString>("environment");
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const char *name, const char *value, bool allowed) {
        QTest::addRow("%s=%s", name, value) << QString::fromUtf8(name) << QString::fromUtf8(value) << allowed;
    };
    row("GENESYS_LOGIN_URL", "https://login.example.org", true);
    row("GENESYS_LOGIN_URL", "http://login.example.org", false);
    row("GENESYS_CLIENT_ID", "0b2f4a6c-1111-2222-3333-444455556666", true);
    row("GENESYS_CLIENT_ID", "two words", false);
    row("GENESYS_CLIENT_SECRET", "line\nend", false);
    row("THREADLINE_API_TOKEN", "aZ09-._~+/=", true);
    row("THREADLINE_API_TOKEN", "with blank", false);
    row("THREADLINE_PROTOCOL", "streaming", true);
    row("THREADLINE_PROTOCOL", "carrier-pigeon", false);
    row("THREADLINE_SEQUENCE_SCOPE", "none", true);
    row("THREADLINE_SEQUENCE_SCOPE", "None", false);
    row("THREADLINE_PROXY", "http://proxy.example.org:3128", true);
    row("THREADLINE_PROXY", "socks5://user:socks-word@proxy.example.org:1080/", true);
    row("THREADLINE_PROXY", "http://proxy.example.org", false);
    row("THREADLINE_PROXY", "https://proxy.example.org:443", false);
    row("THREADLINE_PROXY", "proxy:3128", false);
    row("THREADLINE_PROXY", "http://proxy:3128/path", false);
    row("THREADLINE_CA_FILE", "/nonexistent/ca.pem", false);
    row("THREADLINE_CA_FILE", "~/ca.pem", false);
    row("THREADLINE_DATA_DIR", "/var/lib/threadline", true);
    row("THREADLINE_DATA_DIR", "~/threadline", false);
    row("THREADLINE_RETENTION_DAYS", "off", true);
    row("THREADLINE_RETENTION_DAYS", "90", true);
    row("THREADLINE_RETENTION_DAYS", "0", false);
    row("THREADLINE_RETENTION_DAYS", "-3", false);
    row("THREADLINE_RETENTION_DAYS", "99999999999999999999", false);
    row("THREADLINE_RETENTION_DAYS", "1.5", false);
    row("THREADLINE_PING_SECONDS", "1", true);
    row("THREADLINE_PING_SECONDS", "0", false);
    row("THREADLINE_SILENCE_SECONDS", "600", true);
    row("THREADLINE_SILENCE_SECONDS", "30 s", false);
    row("THREADLINE_HELD_BACK_SECONDS", "3601", false);
    row("THREADLINE_STALE_HOURS", "48", true);
    row("THREADLINE_STALE_HOURS", "+1", false);
    row("THREADLINE_LOG_LEVEL", "warning", true);
    row("THREADLINE_LOG_LEVEL", "loud", false);
    row("THREADLINE_TSDB_SCHEMA", "classic", true);
    row("THREADLINE_TSDB_SCHEMA", "modern", false);
    row("TSDB_URL", "http://influx.example.org:8086", true);
    row("TSDB_URL", "influx", false);
    row("TSDB_URL", "http://user:influx-word@influx:8086", false);
    row("TSDB_URL", "http://influx:8086?token=influx-word", false);
    row("TSDB_URL", "http://influx:8086/#influx-word", false);
    row("TSDB_URL", "http://influx:8086/behind/a/proxy/", true);
    row("TSDB_TOKEN", "abc==", true);
}

void TestSettings::values()
{
    QFETCH(QString, environment);
    QFETCH(QString, value);
    QFETCH(bool, allowed);
    const QString said = refusalOf(environment.toUtf8().constData(), value.toStdString());
    QVERIFY2(said.isEmpty() == allowed, qPrintable(said));
    QVERIFY2(allowed || said.contains(environment), qPrintable(said));
}

void TestSettings::notificationsAreRefusedByName()
{
    const QString said = refusalOf("THREADLINE_PROTOCOL", "notifications");
    QVERIFY2(said.contains(QLatin1String("\"notifications\" is not built yet")) && said.contains(QLatin1String("use streaming")), qPrintable(said));
}

void TestSettings::unknownFlag()
{
    Inputs in;
    in.flags = {{"lisen", "127.0.0.1:1"}};
    QVERIFY(refusal(in).contains(QLatin1String("There is no option --lisen")));
}

void TestSettings::secretAsFlagIsRefused()
{
    Inputs in;
    in.flags = {{"client-secret", "hunter22"}};
    const QString said = refusal(in);
    QVERIFY2(said.contains(QLatin1String("set GENESYS_CLIENT_SECRET or GENESYS_CLIENT_SECRET_FILE")), qPrintable(said));
    QVERIFY(!said.contains(QLatin1String("hunter22")));
}

void TestSettings::secretFromFile()
{
    Inputs in;
    in.environment = {{"GENESYS_CLIENT_SECRET_FILE", write("secret", "s3cret-of-file\r\n")}};
    const Result<Settings> r = Settings::read(in);
    QVERIFY2(r, r ? "" : r.error().message.c_str());
    QCOMPARE(text(r->text("client-secret")), QStringLiteral("s3cret-of-file"));
    QCOMPARE(text(r->value("client-secret").source), QStringLiteral("environment GENESYS_CLIENT_SECRET_FILE"));
}

void TestSettings::secretTwice()
{
    Inputs in;
    in.environment = {{"THREADLINE_API_TOKEN", "one-token"}, {"THREADLINE_API_TOKEN_FILE", write("secret", "two-token")}};
    QVERIFY(refusal(in).contains(QLatin1String("THREADLINE_API_TOKEN and THREADLINE_API_TOKEN_FILE are both set")));
}

void TestSettings::secretFileThatIsNotThere()
{
    const QString said = refusalOf("GENESYS_CLIENT_SECRET_FILE", "/nonexistent/secret");
    QVERIFY2(said.contains(QLatin1String("GENESYS_CLIENT_SECRET_FILE")) && said.contains(QLatin1String("cannot be read")), qPrintable(said));
    QVERIFY(!refusalOf("GENESYS_CLIENT_SECRET_FILE", test::scratchFolder().toStdString()).isEmpty());
    for (const char *text : {"", "\n"}) // what was to be protected would be open
        QVERIFY(refusalOf("THREADLINE_API_TOKEN_FILE", write("none", text)).contains(QLatin1String("is empty")));
    QVERIFY(refusalOf("GENESYS_CLIENT_SECRET_FILE", write("big", QByteArray(70'000, 'x'))).contains(QLatin1String("larger than 64 KiB")));
}

void TestSettings::privateKey()
{
    const std::string pem = "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n";
    QCOMPARE(refusalOf("GENESYS_PRIVATE_KEY", pem), QString());
    QCOMPARE(refusalOf("GENESYS_PRIVATE_KEY", write("key.pem", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n")), QString());
    QVERIFY(refusalOf("GENESYS_PRIVATE_KEY", write("no.pem", "nothing of that kind")).contains(QLatin1String("neither a PEM text")));
}

void TestSettings::noMessageRepeatsASecret()
{
    const std::string secret = "TopSecretValue\x01";
    for (const SettingSpec &spec : settingSpecs()) {
        if (!spec.secret || !spec.check)
            continue;
        const QString said = refusalOf(spec.environment.c_str(), secret);
        QVERIFY2(!said.isEmpty(), spec.key.c_str());
        QVERIFY2(!said.contains(QLatin1String("TopSecret")), qPrintable(said));
    }
    for (const char *file : {"client-secret = TopSecretValue\n", "private-key = \"\"\"\nTopSecretValue\n\\q\"\"\"\n", "proxy = \"http://u:TopSecret@h:1\n"}) {
        const QString said = refusal(withFile(file));
        QVERIFY2(said.contains(QLatin1String("line ")), qPrintable(said));
        QVERIFY2(!said.contains(QLatin1String("TopSecret")), qPrintable(said));
    }
    QVERIFY(!refusalOf("THREADLINE_PROXY", "https://user:TopSecret@proxy:1").contains(QLatin1String("TopSecret")));
}

void TestSettings::printHidesSecretsAndPasswords()
{
    Inputs in;
    in.environment = {{"GENESYS_CLIENT_SECRET", "TopSecretValue"},
                      {"THREADLINE_PROXY", "http://user:TopSecret@proxy:3128"},
                      {"THREADLINE_DATA_DIR", "/srv/a\nb"}};
    const Result<Settings> r = Settings::read(in);
    QVERIFY2(r, r ? "" : r.error().message.c_str());
    const QStringList lines = text(r->print()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), static_cast<qsizetype>(settingSpecs().size()));
    QVERIFY(!lines.join(QLatin1Char('\n')).contains(QLatin1String("TopSecret")));
    QVERIFY(lines.contains(QLatin1String("client-secret   set  (environment GENESYS_CLIENT_SECRET)")));
    QVERIFY(lines.contains(QLatin1String("private-key     not set  (default)")));
    QVERIFY(lines.contains(QLatin1String("proxy           http://user:***@proxy:3128  (environment THREADLINE_PROXY)")));
    QVERIFY(lines.contains(QLatin1String("listen          127.0.0.1:3000  (default)")));
    QVERIFY(lines.contains(QLatin1String("data-dir        /srv/a?b  (environment THREADLINE_DATA_DIR)")));
}

void TestSettings::noAddressShowsASecret()
{
    for (const char *name : {"GENESYS_ENVIRONMENT_URL", "GENESYS_LOGIN_URL", "TSDB_URL", "THREADLINE_PROXY", "THREADLINE_LISTEN"}) {
        for (const char *value : {"http://127.0.0.1:1/?token=TopSecret1", "http://127.0.0.1:1?TopSecret1", "http://127.0.0.1:1/#TopSecret1",
                                  "http://user:TopSecret1@127.0.0.1:1", "http://TopSecret1@127.0.0.1:1", "http://user:Top/Secret1@127.0.0.1:1",
                                  "https://127.0.0.1/a?b=1&access_token=TopSecret1&c", "ftp://user:TopSecret1@127.0.0.1", "http://127.0.0.1:1 ?token=TopSecret1"}) {
            Inputs in;
            in.environment = {{name, value}};
            const Result<Settings> r = Settings::read(in);
            const QString said = text(r ? r->print() : r.error().message);
            QVERIFY2(!said.contains(QLatin1String("Secret1")), qPrintable(said));
            QVERIFY2(text(log::masked("later Top/Secret1 TopSecret1")) != QLatin1String("later Top/Secret1 TopSecret1"), value);
        }
    }
}

/// One that was put into the wrong place is known from the right one, whichever is looked at first.
void TestSettings::aSecretInTheWrongPlaceIsNotRepeated()
{
    Inputs in;
    in.environment = {{"THREADLINE_API_TOKEN", "MyOwnSecretToken"}, {"GENESYS_ENVIRONMENT_URL", "MyOwnSecretToken"}};
    const QString said = refusal(in);
    QVERIFY2(said.contains(QLatin1String("\"***\" is no address")), qPrintable(said));
}

void TestSettings::certificateAuthorities()
{
    QDir(test::scratchFolder()).mkpath(QStringLiteral("folder"));
    const QByteArray pipe = (test::scratchFolder() + QStringLiteral("/ca-pipe")).toUtf8();
    QCOMPARE(mkfifo(pipe, 0600), 0);
    const auto refused = [](const QByteArray &path, const char *why) {
        const QString said = refusalOf("THREADLINE_CA_FILE", path.toStdString());
        return said.contains(QString::fromUtf8(path)) && said.contains(QLatin1String(why)) ? QString() : QStringLiteral("said: ") + said;
    };
    QCOMPARE(refused("/nonexistent/ca.pem", "it does not exist"), QString());
    QCOMPARE(refused((test::scratchFolder() + QStringLiteral("/folder")).toUtf8(), "is a folder"), QString());
    QCOMPARE(refused(pipe, "is a pipe"), QString());
    QCOMPARE(refused("/dev/zero", "is no regular file"), QString());
    QCOMPARE(refused(QByteArray::fromStdString(write("empty.pem", "")), "holds no certificate"), QString());
    QCOMPARE(refused(QByteArray::fromStdString(write("key.pem", "-----BEGIN PRIVATE KEY-----\n")), "holds no certificate"), QString());
}

void TestSettings::secretsAreMaskedInTheLog()
{
    Inputs in;
    in.environment = {{"GENESYS_CLIENT_SECRET", "masked-client-secret"}, {"THREADLINE_PROXY", "http://user:masked-password@proxy:3128"}};
    QVERIFY(Settings::read(in));
    QCOMPARE(text(log::masked("a masked-client-secret b masked-password c")), QStringLiteral("a *** b *** c"));
    in.environment = {{"TSDB_TOKEN", "reader:masked-1x-password"}};
    QVERIFY(Settings::read(in).has_value());
    QCOMPARE(text(log::masked("401: no such user or password masked-1x-password, masked%2D1x%2Dpassword")).contains(QLatin1String("1x")), false);
}

void TestSettings::fileWithLineNumbers()
{
    const Inputs in = withFile("# mine\nretention-days = 30\n\nclient-id = \"abc\"\n");
    const Result<Settings> r = Settings::read(in);
    QVERIFY2(r, r ? "" : r.error().message.c_str());
    QCOMPARE(text(r->text("retention-days")), QStringLiteral("30"));
    QCOMPARE(text(r->value("client-id").source), text("file " + in.configFile + ", line 4"));
    QVERIFY(r->warnings().empty());
}

void TestSettings::fileUnknownName()
{
    const Result<Settings> r = Settings::read(withFile("lisen = \"127.0.0.1:1\"\n[table]\nlisten = \"127.0.0.1:2\"\n"));
    QVERIFY(r);
    QCOMPARE(r->warnings().size(), 2u);
    QVERIFY(text(r->warnings()[0]).contains(QLatin1String("There is no setting \"lisen\"")));
    QVERIFY(text(r->warnings()[0]).contains(QLatin1String("line 1")));
    QCOMPARE(text(r->value("listen").source), QStringLiteral("default"));
}

void TestSettings::fileWrongType()
{
    for (const char *value : {"[1, 2]", "1.5", "2026-01-01", "true", "{ a = 1 }", "", "-", "+", "0x10", "1__0", "_1", "1_", "007", "inf"}) {
        const QString said = refusal(withFile(QByteArray("\nretention-days = ") + value + '\n'));
        QVERIFY2(said.contains(QLatin1String("line 2")) && said.contains(QLatin1String("must be a text in quotes or a whole number")), qPrintable(said));
    }
}

void TestSettings::fileBroken_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<int>("line");
    const auto row = [](const char *name, const QByteArray &content, int line) { QTest::newRow(name) << content << line; };
    row("no quotes", "listen = \"127.0.0.1:1\"\nlog-level = debug\n", 2);
    row("no UTF-8", "listen = \"\xff\xfe\"\n", 1);
    row("no UTF-8 in a comment", "\n# \xc3\n", 2);
    row("a bare letter outside ASCII", "client-id = \"a\" \xc3\xa4\n", 1);
    row("twice", "listen = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n", 2);
    row("a name twice in a table", "[t]\na = 1\na = 2\n", 3);
    row("a table that is none", "[::1]:api-token = 1\n", 1);
    row("a table that is not closed", "[table\n", 1);
    row("brackets", QByteArray("a = ") + QByteArray(100'000, '['), 1);
    row("open quotes", "\nclient-id = \"abc\nlisten = \"x\"\n", 2);
    row("open triple quotes", "client-id = \"\"\"\nabc\n\n", 4);
    row("NUL", QByteArray("client-id = \"a\0b\"\n", 18), 1);
    row("escape", "client-id = \"\\q\"\n", 1);
    row("surrogate", "client-id = \"\\ud800\"\n", 1);
    row("code point", "client-id = \"\\U00110000\"\n", 1);
    row("short code", "client-id = \"\\u12\"\n", 1);
    row("two values", "client-id = \"a\" \"b\"\n", 1);
    row("no value", "client-id\n", 1);
    row("no name", "= 1\n", 1);
    row("carriage return alone", "client-id = \"a\"\rlisten = \"b\"\n", 1);
    row("dot at the end", "a. = 1\n", 1);
    row("name over lines", "\"\"\"a\"\"\" = 1\n", 1);
}

void TestSettings::fileBroken()
{
    QFETCH(QByteArray, content);
    QFETCH(int, line);
    const QString said = refusal(withFile(content));
    QVERIFY2(said.contains(QStringLiteral(", line %1 cannot be read").arg(line)), qPrintable(said));
    QVERIFY2(said.contains(QLatin1String("A line looks like")), qPrintable(said));
}

void TestSettings::fileTexts_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *line, const char *text) { QTest::newRow(line) << QByteArray(line) << QByteArray(text); };
    row("tsdb-org = \"a b\"", "a b");
    row("tsdb-org='C:\\dir'", "C:\\dir");
    row("\"tsdb-org\" = \"x\" # why", "x");
    row("'tsdb-org' = \"\"", "");
    row("tsdb-org = \"q \\\" b \\\\ t \\t n \\n\"", "q \" b \\ t \t n \n");
    row("tsdb-org = \"\\u00e4\\U0001F600\xc3\xa4#\"", "\xc3\xa4\xf0\x9f\x98\x80\xc3\xa4#");
    row("tsdb-org = \"\"\"\none\ntwo\"\"\"", "one\ntwo");
    row("tsdb-org = \"\"\"one \\\n   two\"\"\"", "one two");
    row("tsdb-org = \"\"\"a\"\"b\"\"\"\"\"", "a\"\"b\"\"");
    row("tsdb-org = '''\r\none\r\n\\t'''", "one\n\\t");
    row("tsdb-org = 1_000", "1000");
    row("tsdb-org = -5", "-5");
    row("tsdb-org = +0", "0");
    row("\xef\xbb\xbftsdb-org = 7", "7");
    row("  \t tsdb-org\t=\t7\t\r", "7");
}

void TestSettings::fileTexts()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, text);
    for (const QByteArray &end : {QByteArray(), QByteArray("\n"), QByteArray("\n[table]\nx = 1\n")}) {
        if (end.isEmpty() && line.endsWith('\r'))
            continue; // a carriage return belongs to a line end
        const Result<Settings> r = Settings::read(withFile(line + end));
        QVERIFY2(r, r ? "" : r.error().message.c_str());
        QCOMPARE(QByteArray::fromStdString(r->text("tsdb-org")), text);
    }
}

void TestSettings::fileReadableByOthers()
{
    Inputs in;
    in.configFile = write("open.toml", "api-token = \"open-token\"\n", QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther);
    const Result<Settings> r = Settings::read(in);
    QVERIFY(r);
    QCOMPARE(r->warnings().size(), 1u);
    QVERIFY(text(r->warnings()[0]).contains(QLatin1String("chmod 600")));
    QVERIFY(!text(r->warnings()[0]).contains(QLatin1String("open-token")));
    QVERIFY(Settings::read(withFile("api-token = \"open-token\"\n"))->warnings().empty());
}

void TestSettings::fileMissing()
{
    Inputs in;
    in.configFile = "/nonexistent/threadline.toml";
    QCOMPARE(refusal(in), QString());
    in.configFileNamed = true;
    QVERIFY(refusal(in).contains(QLatin1String("/nonexistent/threadline.toml cannot be used")));
}

void TestSettings::fileByFlagAndVariable()
{
    const std::string path = write("named.toml", "log-level = \"error\"\n");
    Inputs in;
    in.flags = {{"config", path}};
    const Result<Settings> r = Settings::read(in);
    QVERIFY(r);
    QCOMPARE(text(r->text("log-level")), QStringLiteral("error"));
    QCOMPARE(text(r->text("config")), text(path));
    QCOMPARE(text(r->value("config").source), QStringLiteral("flag --config"));
    QVERIFY(refusalOf("THREADLINE_CONFIG", "/nonexistent/x.toml").contains(QLatin1String("/nonexistent/x.toml")));
}

void TestSettings::fileTooLargeOrAFolder()
{
    QVERIFY(refusal(withFile(QByteArray(1'100'000, '#'))).contains(QLatin1String("larger than 1024 KiB")));
    Inputs in;
    in.configFile = test::scratchFolder().toStdString();
    QVERIFY(refusal(in).contains(QLatin1String("is a folder")));
}

void TestSettings::keyWinsOverSecret()
{
    Inputs in;
    in.environment = {{"GENESYS_CLIENT_SECRET", "some-secret"}, {"GENESYS_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----"}};
    const Result<Settings> r = Settings::read(in);
    QVERIFY(r);
    QCOMPARE(r->warnings().size(), 1u);
    QVERIFY(text(r->warnings()[0]).contains(QLatin1String("the private key is used")));
}

void TestSettings::tsdbWithoutAddressIsTold()
{
    Inputs in;
    in.environment = {{"TSDB_URL", "http://127.0.0.1:8086"}, {"TSDB_TOKEN", "tsdb-token-value"}, {"TSDB_ORG", "o"}, {"TSDB_BUCKET", "b"}};
    Result<Settings> r = Settings::read(in);
    QVERIFY(r);
    QVERIFY(r->warnings().empty());
    in.environment.erase("TSDB_URL");
    r = Settings::read(in);
    QCOMPARE(r->warnings().size(), 1u);
    QVERIFY(text(r->warnings()[0]).contains(QLatin1String("no address (TSDB_URL)")));
}

void TestSettings::hostPort()
{
    const Result<HostPort> v4 = parseHostPort("127.0.0.1:3000");
    QVERIFY(v4);
    QCOMPARE(text(v4->host), QStringLiteral("127.0.0.1"));
    QCOMPARE(v4->port, std::uint16_t(3000));
    const Result<HostPort> v6 = parseHostPort("[::1]:0");
    QVERIFY(v6);
    QCOMPARE(text(v6->host), QStringLiteral("::1"));
    QCOMPARE(v6->port, std::uint16_t(0));
    for (const char *bad : {"", ":", "[]:1", "a b:1", "[::1]1", "h:65536", "h:-0", "h: 1", "h:1 "})
        QVERIFY2(!parseHostPort(bad), bad);
}

void TestSettings::loopback()
{
    for (const char *yes : {"localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "0:0:0:0:0:0:0:1"})
        QVERIFY2(isLoopback(yes), yes);
    for (const char *no : {"", "127", "127.0.0", "127.0.0.256", "127.0.0.1.", "127.0.0.1.1", "127.0.0.1x", "128.0.0.1", "::", "::2",
                           "localhost.example.org", "127.0.0.0001", "127..0.1"})
        QVERIFY2(!isLoopback(no), no);
}

THREADLINE_TEST_MAIN(TestSettings)
#include "test_settings.moc"
