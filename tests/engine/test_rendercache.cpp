// SPDX-License-Identifier: GPL-3.0-or-later
/// The cache of rendered answers: never one that is older than a change it was told of.
#include "core/engine/rendercache.h"
#include "tests/support/testmain.h"

using namespace threadline;

namespace {

RenderCache::Text text(std::size_t size) { return std::make_shared<const std::string>(size, 'x'); }

} // namespace

class TestRenderCache : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsAndDrops();
    void refusesWhatWasReadBeforeAChange();
    void isBounded();
    void manyChanges();
};

void TestRenderCache::keepsAndDrops()
{
    RenderCache cache(1 << 20);
    cache.put("a", text(10), cache.ticket());
    QVERIFY(cache.find("a"));
    QVERIFY(!cache.find("b"));
    cache.drop("a");
    QVERIFY(!cache.find("a"));
}

void TestRenderCache::refusesWhatWasReadBeforeAChange()
{
    RenderCache cache(1 << 20);
    const auto before = cache.ticket();
    cache.drop("a"); // it changed while it was being read
    cache.put("a", text(10), before);
    QVERIFY(!cache.find("a"));
    cache.put("b", text(10), before); // another did not
    QVERIFY(cache.find("b"));
    cache.put("a", text(10), cache.ticket());
    QVERIFY(cache.find("a"));
}

void TestRenderCache::isBounded()
{
    RenderCache cache(100'000);
    for (int i = 0; i < 1000; ++i) {
        cache.put(std::to_string(i), text(1000), cache.ticket());
        static_cast<void>(cache.find("0")); // kept in use
    }
    QVERIFY(cache.find("0"));
    QVERIFY(cache.find("999"));
    QVERIFY(!cache.find("1"));
    cache.put("huge", text(90'000), cache.ticket());
    QVERIFY(!cache.find("huge"));
}

void TestRenderCache::manyChanges()
{
    RenderCache cache(1 << 20);
    const auto before = cache.ticket();
    for (int i = 0; i < 50'000; ++i)
        cache.drop("x" + std::to_string(i));
    cache.put("x1", text(10), before); // the memory of changes is bounded: in doubt it is not kept
    QVERIFY(!cache.find("x1"));
    cache.put("x1", text(10), cache.ticket());
    QVERIFY(cache.find("x1"));
}

THREADLINE_TEST_MAIN(TestRenderCache)
#include "test_rendercache.moc"
