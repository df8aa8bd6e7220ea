// SPDX-License-Identifier: GPL-3.0-or-later
/// The log's masking, the bounded queue, digests.
#include "core/base/boundedqueue.h"
#include "core/base/encoding.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "tests/support/testmain.h"

#include <atomic>
#include <thread>

using namespace threadline;

class TestBase : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void logMasksSecrets();
    void logIsOneLine();
    void queueIsBounded();
    void queueTakesAHeavyItemAlone();
    void queueHandsOverEverything();
    void closedQueueEmptiesFirst();
    void digest();
    void encodings();
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

THREADLINE_TEST_MAIN(TestBase)
#include "test_base.moc"
