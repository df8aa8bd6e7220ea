// SPDX-License-Identifier: GPL-3.0-or-later
/// Recording and replay: what goes in comes out, without secrets, bounded, and after a kill as well.
#include "core/base/log.h"
#include "core/genesys/recorder.h"
#include "tests/genesys/testsink.h"
#include "tests/support/testmain.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <csignal>
#include <random>
#include <thread>

using namespace threadline;
using namespace threadline::test;

namespace {

std::string readGzip(const QString &path)
{
    std::string out;
    gzFile file = gzopen(path.toUtf8().constData(), "rb");
    char buffer[4096];
    for (int n = 0; file && (n = gzread(file, buffer, sizeof buffer)) > 0;)
        out.append(buffer, static_cast<std::size_t>(n));
    if (file)
        gzclose(file);
    return out;
}

Timestamp at(int second) { return Timestamp{1'777'000'000'000'000} + Duration::seconds(second); }

RawMessage message(std::string text, int second, bool binary = false) { return {std::move(text), at(second), {}, binary}; }

std::string describe(const SourceItem &item)
{
    return recordLine(item);
}

} // namespace

class TestRecorder : public QObject {
    Q_OBJECT
private:
    SystemClock m_clock;
    int m_number = 0;

    QString newFile() { return scratchFolder() + QStringLiteral("/recording%1.ndjson.gz").arg(++m_number); }
    static void offer(Recorder &recorder, SourceItem item) { QVERIFY(recorder.offer(item)); }
    std::unique_ptr<Recorder> record(const QString &file, SourceSink &next, std::uint64_t maxBytes = 1 << 30)
    {
        auto recorder = Recorder::open({file.toStdString(), maxBytes, Duration::millis(50)}, next);
        return recorder ? std::move(*recorder) : nullptr;
    }
    Result<ReplayReport> replay(const QString &file, TestSink &sink, double speed = 0)
    {
        Replay r({file.toStdString(), speed}, sink, m_clock);
        return r.run();
    }
    QString fileWith(const QByteArray &bytes)
    {
        QFile file(newFile());
        if (file.open(QIODevice::WriteOnly))
            file.write(bytes);
        return file.fileName();
    }

private Q_SLOTS:
    void init() { log::setLevel(log::Level::Error); }
    void cleanup() { log::setLevel(log::Level::Info); }

    void whatGoesInComesOut()
    {
        TestSink live;
        const QString file = newFile();
        auto recorder = record(file, live);
        QVERIFY(recorder);
        offer(*recorder, Listening{at(0)});
        offer(*recorder, message(R"({"events":[{"id":"1"}]})", 1));
        offer(*recorder, message("not JSON \x01 \"quoted\" \xF0\x9F\x98\x80 \n next", 2));
        offer(*recorder, message(std::string("\x00\xFF\xC3\x28", 4), 3, true));
        offer(*recorder, NotListening{at(3), BandCause::HeldBack, "held back: slow disk"});
        offer(*recorder, Listening{at(5)});
        offer(*recorder, message(std::string(1 << 20, 'x'), 6));
        offer(*recorder, NotListening{at(7), BandCause::NotRunning, "stopped"});
        QCOMPARE(recorder->counts().items, std::uint64_t(8));
        recorder.reset();
        TestSink again;
        const auto report = replay(file, again);
        QVERIFY(report);
        QCOMPARE(report->messages, std::uint64_t(4));
        QCOMPARE(report->connections, std::uint64_t(4));
        QCOMPARE(report->malformed, std::uint64_t(0));
        QVERIFY(!report->cutOff);
        QCOMPARE(again.items.size(), live.items.size());
        for (std::size_t i = 0; i < live.items.size(); ++i)
            QCOMPARE(describe(again.items[i]), describe(live.items[i]));
        QCOMPARE(again.state(), SourceState::Finished);
    }

    void anyBytesAsBinary()
    {
        std::mt19937 random(5);
        for (int length = 0; length < 70; ++length) {
            std::string bytes;
            for (int i = 0; i < length; ++i)
                bytes.push_back(static_cast<char>(random()));
            const QString file = fileWith(QByteArray::fromStdString(recordLine(message(bytes, 1, true)) + "\n"));
            TestSink sink;
            QVERIFY(replay(file, sink));
            QCOMPARE(sink.texts(), std::vector<std::string>{bytes});
        }
    }

    void refusedItemsAreWrittenOnce()
    {
        TestSink live;
        const QString file = newFile();
        auto recorder = record(file, live);
        live.room = false;
        SourceItem item = message("patient", 1);
        QVERIFY(!recorder->offer(item));
        QVERIFY(!recorder->offer(item));
        QCOMPARE(std::get<RawMessage>(item).text, std::string("patient"));
        live.room = true;
        QVERIFY(recorder->offer(item));
        recorder.reset();
        TestSink again;
        QVERIFY(replay(file, again));
        QCOMPARE(again.texts(), std::vector<std::string>{"patient"});
    }

    void noSecrets()
    {
        log::mask("known-secret-word");
        QCOMPARE(withoutSecrets(R"({"access_token":"abc.def","x":"known-secret-word"})"), std::string(R"({"access_token":"***","x":"***"})"));
        QCOMPARE(withoutSecrets(R"({"access_token" : "abc" , "access_token":7})"), std::string(R"({"access_token" : "***" , "access_token":7})"));
        QCOMPARE(withoutSecrets("wss://h/x?access_token=abc&y=1"), std::string("wss://h/x?access_token=***&y=1"));
        QCOMPARE(withoutSecrets("{\\\"access_token\\\":\\\"abc\\\",1}"), std::string("{\\\"access_token\\\":\\\"***\\\",1}"));
        QCOMPARE(withoutSecrets("\"access_token\""), std::string("\"access_token\""));
        QCOMPARE(withoutSecrets("\"access_token\":\"open"), std::string("\"access_token\":\"***"));
        QCOMPARE(withoutSecrets("{\"access_token\":\"a\\\"b\",1}"), std::string("{\"access_token\":\"***\",1}"));
        TestSink live;
        const QString file = newFile();
        auto recorder = record(file, live);
        offer(*recorder, message(R"({"access_token":"abc.def","note":"known-secret-word"})", 1));
        offer(*recorder, message("binary known-secret-word", 1, true));
        offer(*recorder, NotListening{at(1), BandCause::Refused, "wss://h?access_token=abc.def"});
        recorder.reset();
        QCOMPARE(live.texts().front(), std::string(R"({"access_token":"abc.def","note":"known-secret-word"})")); // the feed itself is untouched
        const std::string text = readGzip(file);
        QVERIFY(text.find("abc.def") == std::string::npos);
        QVERIFY(text.find("known-secret-word") == std::string::npos);
        QVERIFY(text.find(QByteArray("known-secret-word").toBase64().left(12).toStdString()) == std::string::npos);
        QCOMPARE(QFile::permissions(file) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    }

    void readableAfterAKill()
    {
#ifdef __SANITIZE_THREAD__
        QSKIP("ThreadSanitizer allows no thread in a forked process");
#endif
        const QString file = newFile();
        int ready[2];
        QCOMPARE(pipe(ready), 0);
        const pid_t child = fork();
        if (child == 0) {
            TestSink sink;
            auto recorder = record(file, sink);
            for (int i = 0; i < 100; ++i) {
                SourceItem item = message("message " + std::to_string(i), i);
                if (!recorder->offer(item))
                    _exit(1);
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(500)); // ten times the flush interval
            (void)!write(ready[1], "x", 1);
            pause();
            _exit(0);
        }
        char byte = 0;
        QCOMPARE(read(ready[0], &byte, 1), ssize_t(1));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        TestSink sink;
        const auto report = replay(file, sink);
        QVERIFY(report);
        QCOMPARE(report->messages, std::uint64_t(100));
        QVERIFY(report->cutOff);
        QVERIFY(report->words().find("cut off") != std::string::npos);
    }

    void anyTruncationIsSurvived()
    {
        TestSink live;
        const QString file = newFile();
        auto recorder = record(file, live);
        for (int i = 0; i < 200; ++i)
            offer(*recorder, message("message number " + std::to_string(i * 7919), i));
        recorder.reset();
        QFile whole(file);
        QVERIFY(whole.open(QIODevice::ReadOnly));
        const QByteArray bytes = whole.readAll();
        for (qsizetype cut = 0; cut < bytes.size(); cut += 97) {
            TestSink sink;
            const auto report = replay(fileWith(bytes.left(cut)), sink);
            QVERIFY(report);
            const auto texts = sink.texts();
            for (std::size_t i = 0; i < texts.size(); ++i)
                QCOMPARE(texts[i], "message number " + std::to_string(i * 7919));
        }
    }

    void staysBounded()
    {
        std::mt19937 random(3);
        TestSink live;
        const QString file = newFile();
        constexpr std::uint64_t kLimit = 2 << 20;
        auto recorder = record(file, live, kLimit);
        for (int i = 0; i < 2000; ++i) {
            std::string noise;
            for (int k = 0; k < 4096; ++k)
                noise.push_back(static_cast<char>('!' + random() % 90));
            offer(*recorder, message(std::to_string(i) + noise, i));
            live.items.clear();
        }
        QVERIFY(recorder->counts().rotations >= 2);
        QCOMPARE(recorder->counts().lost, std::uint64_t(0));
        recorder.reset();
        const qint64 size = QFileInfo(file).size() + QFileInfo(file + ".1").size();
        QVERIFY2(size < qint64(kLimit) * 5 / 4, qPrintable(QString::number(size)));
        TestSink older, newer; // the two files follow each other without a hole
        QVERIFY(replay(file + ".1", older));
        QVERIFY(replay(file, newer));
        QVERIFY(newer.texts().back().starts_with("1999"));
        const int lastOld = std::atoi(older.texts().back().substr(0, 4).c_str());
        QVERIFY(newer.texts().front().starts_with(std::to_string(lastOld + 1)));
    }

    void olderRecordingIsKept()
    {
        TestSink live;
        const QString file = newFile();
        {
            auto recorder = record(file, live);
            offer(*recorder, message("before", 1));
        }
        auto recorder = record(file, live);
        offer(*recorder, message("after", 2));
        recorder.reset();
        TestSink first, second;
        QVERIFY(replay(file + ".1", first));
        QVERIFY(replay(file, second));
        QCOMPARE(first.texts(), std::vector<std::string>{"before"});
        QCOMPARE(second.texts(), std::vector<std::string>{"after"});
    }

    void cannotBeWritten()
    {
        TestSink live;
        for (const std::string &name : {std::string(), std::string("/nowhere/at/all.gz"), scratchFolder().toStdString(), std::string("/dev/null")}) {
            const auto recorder = Recorder::open({name, 1 << 20, Duration::seconds(1)}, live);
            QVERIFY(!recorder);
            QVERIFY(recorder.error().message.find(name.empty() ? "--record" : name) != std::string::npos);
        }
    }

    /// A disk that is full ends the recording, not the feed.
    void diskFull()
    {
#ifdef __SANITIZE_THREAD__
        QSKIP("ThreadSanitizer allows no thread in a forked process");
#endif
        const QString file = newFile();
        const pid_t child = fork();
        if (child == 0) {
            const rlimit limit{64 * 1024, 64 * 1024};
            setrlimit(RLIMIT_FSIZE, &limit);
            std::signal(SIGXFSZ, SIG_IGN);
            std::mt19937 random(4);
            TestSink sink;
            auto recorder = record(file, sink);
            int accepted = 0;
            for (int i = 0; i < 300; ++i) {
                std::string noise;
                for (int k = 0; k < 4096; ++k)
                    noise.push_back(static_cast<char>('!' + random() % 90));
                SourceItem item = message(noise, i);
                accepted += recorder->offer(item) ? 1 : 0;
            }
            const auto counts = recorder->counts();
            const bool told = counts.problem.find("disk full") != std::string::npos;
            _exit(accepted == 300 && counts.lost > 0 && told ? 0 : 1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        QCOMPARE(WEXITSTATUS(status), 0);
    }

    void malformedLinesAreCounted()
    {
        const QString file = fileWith("\n"
                                      "{\"received\":\"2026-05-06T10:44:54Z\",\"message\":\"good\"}\r\n"
                                      "not JSON\n"
                                      "{\"received\":\"2026-05-06T10:44:55Z\"}\n"
                                      "{\"received\":\"2026-05-06T10:44:55Z\",\"message\":17}\n"
                                      "{\"received\":\"2026-05-06T10:44:55Z\",\"binary\":\"%%\"}\n"
                                      "[1,2]\n"
                                      "{\"events\":[]}\n"
                                      "{\"cut\":\"o");
        TestSink sink;
        const auto report = replay(file, sink);
        QVERIFY(report);
        QCOMPARE(sink.texts(), (std::vector<std::string>{"good", "{\"events\":[]}"}));
        QCOMPARE(report->malformed, std::uint64_t(6));
        QCOMPARE(report->firstMalformedLine, std::uint64_t(3));
        QCOMPARE(report->words(), std::string("2 messages, 6 malformed lines (the first is line 3)."));
        QCOMPARE(sink.shape(), std::string("LmmN"));
    }

    void plainRawMessages()
    {
        const QString file = fileWith("{\"events\":[{\"id\":\"1\"}]}\n{\"events\":[{\"id\":\"2\"}]}");
        TestSink sink;
        const Timestamp before = m_clock.now();
        const auto report = replay(file, sink);
        QVERIFY(report);
        QCOMPARE(report->messages, std::uint64_t(2));
        QVERIFY(std::get<RawMessage>(sink.items[1]).received >= before);
        QCOMPARE(sink.shape(), std::string("LmmN"));
    }

    void endlessLine()
    {
        const QString file = newFile();
        gzFile out = gzopen(file.toUtf8().constData(), "wb1");
        const std::string block(1 << 20, 'x');
        for (int i = 0; i < 40; ++i)
            gzwrite(out, block.data(), static_cast<unsigned>(block.size()));
        gzputs(out, "\n{\"events\":[]}\n");
        gzclose(out);
        TestSink sink;
        const auto report = replay(file, sink);
        QVERIFY(report);
        QCOMPARE(report->malformed, std::uint64_t(1));
        QCOMPARE(report->messages, std::uint64_t(1));
    }

    void garbageFiles()
    {
        std::mt19937 random(9);
        for (int round = 0; round < 50; ++round) {
            QByteArray bytes(round % 2 ? "\x1f\x8b\x08\x00" : "", round % 2 ? 4 : 0);
            for (int i = 0; i < 2000; ++i)
                bytes.append(static_cast<char>(random()));
            TestSink sink;
            QVERIFY(replay(fileWith(bytes), sink));
            QVERIFY(sink.texts().empty());
        }
        TestSink sink;
        const auto missing = replay(scratchFolder() + "/absent.gz", sink);
        QCOMPARE(missing.error().code, ErrorCode::NotFound);
        QCOMPARE(replay(scratchFolder(), sink).error().code, ErrorCode::Unusable);
        QVERIFY(replay(fileWith({}), sink));
    }

    void pace()
    {
        QByteArray lines;
        for (int i = 0; i < 3; ++i)
            lines += QByteArray::fromStdString(recordLine(message(std::to_string(i), i * 10))) + "\n";
        const QString file = fileWith(lines);
        TestSink sink;
        const Duration before = m_clock.steady();
        QVERIFY(replay(file, sink, 100)); // 20 s of recording at a hundredfold
        const Duration took = m_clock.steady() - before;
        QVERIFY2(took >= Duration::millis(200) && took < Duration::seconds(10), qPrintable(QString::number(took.toMillis())));
        QVERIFY(std::get<RawMessage>(sink.items[3]).received == at(20)); // as recorded
    }

    void stopsWhileWaitingAndWhileHeldBack()
    {
        const QString file = fileWith(QByteArray::fromStdString(recordLine(message("a", 0)) + "\n" + recordLine(message("b", 100'000)) + "\n"));
        for (const bool room : {true, false}) {
            TestSink sink;
            sink.room = room;
            Replay r({file.toStdString(), 1}, sink, m_clock);
            std::optional<Result<ReplayReport>> report;
            std::thread runner([&] { report = r.run(); });
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            const Duration before = m_clock.steady();
            r.stop();
            runner.join();
            QVERIFY(m_clock.steady() - before < Duration::seconds(5));
            QVERIFY(report->value().stopped);
            QCOMPARE(sink.shape(), std::string(room ? "LmN" : ""));
        }
    }
};

THREADLINE_TEST_MAIN(TestRecorder)
#include "test_recorder.moc"
