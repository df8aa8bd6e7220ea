// SPDX-License-Identifier: GPL-3.0-or-later
/// The log's masking, the bounded queue, digests, UTF-8.
#include "core/base/boundedqueue.h"
#include "core/base/encoding.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/secrets.h"
#include "core/base/smallfile.h"
#include "core/base/sparingly.h"
#include "core/base/utf8.h"
#include "tests/support/testmain.h"

#include <atomic>
#include <fstream>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

using namespace threadline;

class TestBase : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void logMasksSecrets();
    void tokensDoNotPushOutSecrets();
    void secretsInEveryForm_data();
    void secretsInEveryForm();
    void secretsThatOverlap();
    void addressesWithPasswords();
    void whatIsNoSecretStays();
    void smallFiles();
    void logIsOneLine();
    void wordsThatComeAgainAreSaidSparingly();
    void neverTheSameWordsAreSaidSparingly();
    void queueIsBounded();
    void queueTakesAHeavyItemAlone();
    void queueHandsOverEverything();
    void closedQueueEmptiesFirst();
    void digest();
    void encodings();
    void utf8();
};

void TestBase::logMasksSecrets()
{
    std::string seen;
    log::setSink([&](log::Level, std::string_view line) { seen = line; });
    log::mask("s3cr3t-value");
    log::warning("oauth", "sent s3cr3t-value to wss://host/x?access_token=abc.def&y=1, twice s3cr3t-value");
    log::setSink({});
    QVERIFY(seen.find("s3cr3t") == std::string::npos);
    QVERIFY(seen.find("abc.def") == std::string::npos);
    QVERIFY(seen.find("access_token=***&y=1") != std::string::npos);
    QVERIFY(seen.find(" warning oauth: ") != std::string::npos);
}

/// Tokens are renewed for months; what is set stays secret, and so do the newest tokens.
void TestBase::tokensDoNotPushOutSecrets()
{
    log::mask("influx-token-of-the-settings");
    for (int i = 0; i < 400; ++i) {
        log::maskToken("renewed-token-" + std::to_string(i) + "-end");
        if (i % 72 == 0)
            QCOMPARE(log::masked("a influx-token-of-the-settings b"), std::string("a *** b"));
    }
    QCOMPARE(log::masked("a influx-token-of-the-settings b"), std::string("a *** b"));
    for (int i = 400 - static_cast<int>(kTokensKept); i < 400; ++i)
        QCOMPARE(log::masked("renewed-token-" + std::to_string(i) + "-end"), std::string("***"));
}

void TestBase::secretsInEveryForm_data()
{
    QTest::addColumn<QByteArray>("said");
    const QByteArray secret = R"(p/ss+w=rd"\&%key)";
    const QByteArray percent = secret.toPercentEncoding();
    QTest::newRow("as it is") << "x " + secret + " y";
    QTest::newRow("percent-encoded") << "x " + percent + " y";
    QTest::newRow("percent-encoded, small digits") << "x " + QByteArray(percent).replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d") + " y";
    QTest::newRow("percent-encoded in part") << "x " + QByteArray(secret).replace("%", "%25").replace("/", "%2F") + " y";
    QTest::newRow("JSON") << QByteArray(R"(x p/ss+w=rd\"\\&%key y)");
    QTest::newRow("JSON with more escapes") << QByteArray(R"(x p\/ss\u002bw=rd\u0022\\\u0026%key y)");
    for (const QByteArray user : {"", "u", "us", "use"}) {
        QTest::addRow("base64 behind %d", int(user.size())) << "x " + (user + secret).toBase64() + " y";
        QTest::addRow("base64 between, behind %d", int(user.size())) << "x " + (user + secret + "-and-more").toBase64() + " y";
        QTest::addRow("base64 for addresses behind %d", int(user.size())) << "x " + (user + secret).toBase64(QByteArray::Base64UrlEncoding) + " y";
    }
}

void TestBase::secretsInEveryForm()
{
    QFETCH(QByteArray, said);
    log::mask(R"(p/ss+w=rd"\&%key)");
    QCOMPARE(QByteArray::fromStdString(log::masked(said.toStdString())), QByteArray("x *** y"));
}

/// One may be part of another, or begin where another ends.
void TestBase::secretsThatOverlap()
{
    log::mask("short-one");
    log::mask("longer-short-one-longer");
    log::mask("one-longer-beyond");
    QCOMPARE(log::masked("a longer-short-one-longer b short-one c"), std::string("a *** b *** c"));
    QCOMPARE(log::masked("longer-short-one-longer-beyond"), std::string("***"));
    QCOMPARE(log::masked("short-oneshort-one"), std::string("******"));
    log::mask("-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n");
    QCOMPARE(log::masked("line MIIBVgIBADANBgkqhkiG9w0BAQEFAASC"), std::string("line ***")); // a line of a key
}

void TestBase::addressesWithPasswords()
{
    QCOMPARE(log::masked("at http://user:unheard-of@host:1/x, http://token@host/ and http://host/a@b"),
             std::string("at http://user:***@host:1/x, http://***@host/ and http://host/a@b"));
    QCOMPARE(log::masked("GET /?db=x&token=unheard&p=1 then ?Password=unheard#f, token=3"),
             std::string("GET /?db=x&token=***&p=1 then ?Password=***#f, token=3"));
}

void TestBase::whatIsNoSecretStays()
{
    const std::string text = R"({"a":"100% of it","b":"c:\\new\u00e4","url":"https://host:1/?page=2&q=%zz%4"}==)";
    QCOMPARE(log::masked(text), text);
    log::mask("abc");
    QCOMPARE(log::masked("abc"), std::string("abc")); // too short to look for
    QCOMPARE(log::masked(""), std::string());
}

void TestBase::smallFiles()
{
    const std::string folder = test::scratchFolder().toStdString();
    const auto said = [](const std::string &path, FileKind kind = FileKind::Any) {
        const auto read = readSmallFile(path, 1024, kind);
        return read ? "read: " + *read : read.error().message;
    };
    std::ofstream(folder + "/plain") << "text";
    std::ofstream(folder + "/large") << std::string(2000, 'x');
    QCOMPARE(said(folder + "/plain"), std::string("read: text"));
    QCOMPARE(said(folder + "/large"), std::string("is larger than 1 KiB"));
    QCOMPARE(said(folder + "/none"), std::string("cannot be read: it does not exist"));
    QCOMPARE(said(folder), std::string("is a folder, not a file"));
    QCOMPARE(said("/dev/zero"), std::string("is larger than 1 KiB"));
    const std::string pipe = folder + "/pipe";
    QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
    QCOMPARE(said(pipe, FileKind::Regular), std::string("is a pipe, not a file"));
    QCOMPARE(said(pipe), std::string("read: ")); // nobody writes: at once, and not for ever
    int ends[2] = {};
    QCOMPARE(::pipe(ends), 0); // as a shell's <(...)
    std::thread writer([&ends] {
        (void)!write(ends[1], "half", 4);
        QTest::qSleep(20);
        (void)!write(ends[1], " of it", 6);
        close(ends[1]);
    });
    QCOMPARE(said("/dev/fd/" + std::to_string(ends[0])), std::string("read: half of it"));
    writer.join();
    close(ends[0]);
}

void TestBase::logIsOneLine()
{
    std::string seen;
    log::setSink([&](log::Level, std::string_view line) { seen = line; });
    log::info("store", std::string("a\nb\rc\0d", 7));
    QVERIFY(seen.find('\n') == std::string::npos && seen.find('\0') == std::string::npos);
    seen.clear();
    log::debug("store", "below the level");
    QVERIFY(seen.empty());
    log::setSink({});
}

void TestBase::queueIsBounded()
{
    BoundedQueue<int> queue(2, 100);
    int item = 1;
    QVERIFY(queue.push(item, 1, {}));
    QVERIFY(queue.push(item, 1, {}));
    QVERIFY(!queue.push(item, 1, Duration::millis(1)));
    std::vector<int> out;
    QCOMPARE(queue.pop(out, 10, {}), std::size_t(2));
    QVERIFY(queue.push(item, 60, {}));
    QVERIFY(!queue.push(item, 60, {})); // by weight
    QCOMPARE(queue.weight(), std::size_t(60));
    QVERIFY(queue.push(item, 40, {}));
    QCOMPARE(queue.pop(out, 10, {}, 99), std::size_t(1)); // what is moved out is bounded by weight too
    QCOMPARE(queue.pop(out, 10, {}, 1), std::size_t(1));  // but for the first
}

void TestBase::queueTakesAHeavyItemAlone()
{
    BoundedQueue<int> queue(10, 100);
    int item = 1;
    QVERIFY(queue.push(item, 1000, {}));
    QVERIFY(!queue.push(item, 1, {}));
}

void TestBase::queueHandsOverEverything()
{
    BoundedQueue<int> queue(16, 1000);
    std::atomic<long> sum{0};
    std::thread consumer([&] {
        std::vector<int> out;
        for (;;) {
            out.clear();
            if (queue.pop(out, 7, Duration::seconds(5)) == 0)
                return;
            for (const int n : out)
                sum += n;
        }
    });
    constexpr int kItems = 20'000;
    for (int i = 1; i <= kItems; ++i) {
        int item = i;
        QVERIFY(queue.push(item, 1, Duration::seconds(5)));
    }
    queue.close();
    consumer.join();
    QCOMPARE(sum.load(), long(kItems) * (kItems + 1) / 2);
}

void TestBase::closedQueueEmptiesFirst()
{
    BoundedQueue<int> queue(4, 100);
    int item = 7;
    QVERIFY(queue.push(item, 1, {}));
    queue.close();
    QVERIFY(!queue.push(item, 1, {}));
    std::vector<int> out;
    QCOMPARE(queue.pop(out, 4, {}), std::size_t(1));
    QCOMPARE(queue.pop(out, 4, {}), std::size_t(0));
}

void TestBase::digest()
{
    QCOMPARE(hash128("").hex(), std::string("99aa06d3014798d86001c324468d497f")); // published test value of XXH3-128
    QVERIFY(hash128("a") != hash128("b"));
}

void TestBase::encodings()
{
    QCOMPARE(percentEncoded(std::string_view("aZ09-._~/+ %\0\xff", 14)), std::string("aZ09-._~%2F%2B%20%25%00%FF"));
    QCOMPARE(percentEncoded(""), std::string());
    const std::pair<const char *, const char *> kOfRfc4648[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
                                                                {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (const auto &[bytes, text] : kOfRfc4648)
        QCOMPARE(base64(bytes), std::string(text));
    QCOMPARE(base64(std::string_view("\xfb\xff\0", 3)), std::string("+/8A"));
}

/// Long ASCII goes by in blocks: what is none is found wherever it stands, and a sequence is one wherever it is cut off.
void TestBase::utf8()
{
    std::string line = "a\x1b\x7f\r\nb\xC2\x9B" "c\xE2\x80\xA8\xE2\x80\xAE" "d\xE2\x81\xA6\xE2\x80\x8F" "e \xC2\xA0\xC3\x9B\xE2\x82\xAC\xE2\x80\xA6\xE2\x80";
    blankControls(line);
    QCOMPARE(line, std::string("a    b  c      d      e \xC2\xA0\xC3\x9B\xE2\x82\xAC\xE2\x80\xA6\xE2\x80"));
    for (std::size_t at = 0; at < 100; ++at) {
        const std::string before(at, 'x'), after(100 - at, 'y');
        QCOMPARE(utf8Prefix(before + "\x80" + after), at);
        QCOMPARE(utf8Prefix(before + "\xF4\x90\x80\x80" + after), at);
        QVERIFY(isUtf8(before + "\xF0\x9F\x98\x80" + after));
        QCOMPARE(utf8Prefix(before + "\xF0\x9F\x98"), at);
    }
    for (const std::string_view whole : {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        QCOMPARE(utf8Length(whole), whole.size());
        for (std::size_t size = 1; size < whole.size(); ++size)
            QVERIFY(beginsUtf8(whole.substr(0, size)) && utf8Length(whole.substr(0, size)) == 0);
    }
    for (const std::string_view none : {"\x80", "\xC1", "\xF5", "\xFF", "\xE0\x9F", "\xED\xA0", "\xF0\x8F", "\xF4\x90", "\xE2\x28", "\xF0\x9F\x28"})
        QVERIFY(!beginsUtf8(none) && utf8Length(none) == 0);
}

/// Also where two come in turn.
void TestBase::wordsThatComeAgainAreSaidSparingly()
{
    Sparingly log;
    std::vector<std::string> lines;
    for (int second = 0; second < 600; ++second) {
        if (auto line = log.said(second % 2 == 0 ? "one" : "two", Duration::seconds(second)))
            lines.push_back(*line);
    }
    QCOMPARE(lines.size(), std::size_t(20));
    QCOMPARE(lines[0], std::string("one"));
    QCOMPARE(lines[1], std::string("two"));
    QCOMPARE(lines[2], std::string("one (30 times more since this was last said.)"));
}

void TestBase::neverTheSameWordsAreSaidSparingly()
{
    Sparingly log;
    std::vector<std::string> lines;
    for (int second = 0; second < 600; ++second) {
        if (auto line = log.said(std::to_string(second), Duration::seconds(second)))
            lines.push_back(*line);
    }
    QCOMPARE(lines.size(), 10 * Sparingly::kMostAMinute);
    QCOMPARE(lines[Sparingly::kMostAMinute], std::string("60 (52 in other words were left out.)"));
}

THREADLINE_TEST_MAIN(TestBase)
#include "test_base.moc"
