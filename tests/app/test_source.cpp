// SPDX-License-Identifier: GPL-3.0-or-later
/// A source on its own thread is stopped by whoever made it: it says good-bye, and nobody waits for longer than its sink lets it.
#include "app/common/source.h"
#include "tests/genesys/testsink.h"
#include "tests/support/fakeserver.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>

#include <sys/stat.h>

using namespace threadline;
using namespace threadline::test;
using app::Source;

namespace {

constexpr int kAtOnce = 1'500; ///< nothing is to be waited for; every stop took 3 s once
constexpr int kBudget = 4'000; ///< 2 s are for the sink

class ClosedSink final : public SourceSink {
public:
    bool offer(SourceItem &) override { return false; }
    bool closed() const override { return true; }
    void sourceState(SourceState, const std::string &) override {}
};

StreamingOptions optionsFor(const FakeServer &server)
{
    StreamingOptions options;
    options.credentials.environmentUrl = server.url().toStdString();
    options.credentials.clientId = "client";
    options.credentials.clientSecret = "secret-of-client";
    return options;
}

} // namespace

class TestSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<FakeServer>();
        QVERIFY(m_server->start());
    }
    void oneThatIsReplacedSaysGoodBye();
    void oneWhoseSinkIsClosedIsNotWaitedFor();
    void oneWhoseSinkIsFullIsWaitedForALittle();
    void oneThatWasRefusedIsNotWaitedFor();
    void oneThatNeverBegan();
    void aReplayOfAPipe();

private:
    /// Ends `source`; how long that took, in ms.
    static qint64 end(std::unique_ptr<Source> &source)
    {
        QElapsedTimer timer;
        timer.start();
        source.reset();
        return timer.elapsed();
    }
    /// A source that listens on the fake platform.
    [[nodiscard]] std::unique_ptr<Source> listening(SourceSink &sink)
    {
        auto source = std::make_unique<Source>(optionsFor(*m_server), sink, m_clock);
        const qsizetype before = m_server->peers.size();
        source->start();
        if (!QTest::qWaitFor([&] { return m_server->peers.size() > before && !m_server->last()->texts.isEmpty(); }, 30'000))
            qCritical("no subscription");
        return source;
    }

    const SystemClock m_clock;
    std::unique_ptr<FakeServer> m_server;
};

void TestSource::oneThatIsReplacedSaysGoodBye()
{
    TestSink first, second;
    auto source = listening(first);
    const qint64 took = end(source);
    QVERIFY2(took < kAtOnce, qPrintable(QString::number(took)));
    QTRY_COMPARE(m_server->peers.first()->closeCode, 1000);
    QVERIFY(first.lastBand());
    source = listening(second); // another takes its place
    QCOMPARE(m_server->peers.size(), 2);
    (void)end(source);
    QTRY_COMPARE(m_server->peers.last()->closeCode, 1000);
}

void TestSource::oneWhoseSinkIsClosedIsNotWaitedFor()
{
    ClosedSink sink;
    auto source = listening(sink);
    const qint64 took = end(source);
    QVERIFY2(took < kAtOnce, qPrintable(QString::number(took)));
    QTRY_COMPARE(m_server->last()->closeCode, 1000);
}

void TestSource::oneWhoseSinkIsFullIsWaitedForALittle()
{
    TestSink sink;
    sink.room = false;
    sink.waits = Duration::millis(250);
    auto source = listening(sink);
    const qint64 took = end(source);
    QVERIFY2(took < kBudget, qPrintable(QString::number(took)));
    QTRY_COMPARE(m_server->last()->closeCode, 1000);
}

void TestSource::oneThatWasRefusedIsNotWaitedFor()
{
    TestSink sink;
    m_server->tokenAnswers.push_back(FakeAnswer::failure(401));
    StreamingOptions options = optionsFor(*m_server);
    options.exitOnRefused = true;
    auto source = std::make_unique<Source>(options, sink, m_clock);
    bool refused = false;
    connect(source.get(), &Source::refusedAtStart, this, [&] { refused = true; });
    source->start();
    QTRY_VERIFY_WITH_TIMEOUT(refused, 30'000);
    const qint64 took = end(source);
    QVERIFY2(took < kAtOnce, qPrintable(QString::number(took)));
}

void TestSource::oneThatNeverBegan()
{
    TestSink sink;
    auto source = std::make_unique<Source>(optionsFor(*m_server), sink, m_clock);
    QVERIFY(end(source) < kAtOnce);
    source = std::make_unique<Source>(optionsFor(*m_server), sink, m_clock);
    source->start(); // and one that is stopped at once
    QVERIFY(end(source) < kAtOnce);
}

/// Nobody writes into it, so that opening it would not come back.
void TestSource::aReplayOfAPipe()
{
    TestSink sink;
    const std::string path = scratchFolder().toStdString() + "/pipe";
    QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
    auto source = std::make_unique<Source>(ReplayOptions{path, 0}, sink, m_clock);
    QString said;
    connect(source.get(), &Source::replayed, this, [&](const QString &words, bool failed) { said = failed ? words : QStringLiteral("read"); });
    source->start();
    QTRY_VERIFY_WITH_TIMEOUT(said.contains(QLatin1String("is no file but a pipe")), 30'000);
    QVERIFY(end(source) < kAtOnce);
}

THREADLINE_TEST_MAIN(TestSource)
#include "test_source.moc"
