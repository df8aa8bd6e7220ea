// SPDX-License-Identifier: GPL-3.0-or-later
/// "Test connection": which step fails for which cause, and that the steps before it are told as passed.
#include "core/genesys/streamingclient.h"
#include "tests/support/fakeserver.h"
#include "tests/support/testmain.h"

#include <memory>
#include <optional>

using namespace threadline;
using namespace threadline::test;

class TestConnectionTest : public QObject {
    Q_OBJECT
private:
    SystemClock m_clock;

    struct Run {
        explicit Run(const Clock &clock, bool listen = true) : m_clock(clock)
        {
            started = !listen || server.start();
            options.credentials.environmentUrl = server.url().toStdString();
            options.credentials.clientId = "client-id";
            options.credentials.clientSecret = "very-secret-word";
        }
        [[nodiscard]] bool ends()
        {
            test = std::make_unique<ConnectionTest>(options, m_clock);
            test->start([this](const TestStep &step) { steps.push_back(step); }, [this](bool all) { passed = all; });
            return QTest::qWaitFor([this] { return passed.has_value(); }, 25'000);
        }
        [[nodiscard]] QString shape() const
        {
            QStringList out;
            for (const TestStep &step : steps)
                out << (step.passed ? "+" : "-") + QString::fromStdString(step.name);
            return out.join(", ");
        }
        const Clock &m_clock;
        FakeServer server;
        StreamingOptions options;
        std::unique_ptr<ConnectionTest> test;
        std::vector<TestStep> steps;
        std::optional<bool> passed;
        bool started = false;
    };

    static bool says(const TestStep &step, const char *word)
    {
        const std::string all = step.problem + " " + step.remedy;
        if (all.find(word) == std::string::npos)
            qInfo("%s not in: %s", word, all.c_str());
        return all.find(word) != std::string::npos && all.find("very-secret-word") == std::string::npos;
    }

private Q_SLOTS:
    void allWell()
    {
        Run run(m_clock);
        QVERIFY(run.ends());
        QCOMPARE(run.shape(), QStringLiteral("+Host found, +Signed in, +Stream opened, +Subscribed"));
        QVERIFY(*run.passed);
        for (const TestStep &step : run.steps) {
            QVERIFY(!step.detail.empty() && step.problem.empty() && step.took.us >= 0);
        }
        QTRY_COMPARE(run.server.last()->closeCode, 1000);
    }

    void wrongSecret()
    {
        Run run(m_clock);
        run.server.tokenAnswers = {FakeAnswer::failure(401, R"({"error":"invalid_client"})")};
        QVERIFY(run.ends());
        QCOMPARE(run.shape(), QStringLiteral("+Host found, -Signed in"));
        QVERIFY(!*run.passed);
        QVERIFY(says(run.steps.back(), "401"));
        QVERIFY(says(run.steps.back(), "GENESYS_CLIENT_SECRET"));
        QVERIFY(!run.steps.back().remedy.empty());
    }

    void streamRefused()
    {
        Run run(m_clock);
        run.server.handshakeAnswers = {FakeAnswer::failure(403)};
        QVERIFY(run.ends());
        QCOMPARE(run.shape(), QStringLiteral("+Host found, +Signed in, -Stream opened"));
        QVERIFY(says(run.steps.back(), "websocket:events"));
    }

    void subscriptionRefused()
    {
        Run run(m_clock);
        run.server.subscribeReply = R"({"type":"error","message":"no such event"})";
        QVERIFY(run.ends());
        QCOMPARE(run.shape(), QStringLiteral("+Host found, +Signed in, +Stream opened, -Subscribed"));
        QVERIFY(says(run.steps.back(), "no such event"));
        QVERIFY(!*run.passed);
    }

    void noHost()
    {
        Run run(m_clock);
        run.options.credentials.environmentUrl = "https://api.threadline-test.invalid";
        QVERIFY(run.ends());
        QCOMPARE(run.shape(), QStringLiteral("-Host found"));
        QVERIFY(says(run.steps.back(), "api.threadline-test.invalid"));
        QVERIFY(says(run.steps.back(), "GENESYS_ENVIRONMENT_URL"));
    }

    void wrongSetting()
    {
        Run run(m_clock);
        run.options.credentials.environmentUrl = "http://api.mypurecloud.com";
        QVERIFY(run.ends());
        QCOMPARE(run.shape(), QStringLiteral("-Host found"));
        QVERIFY(says(run.steps.back(), "GENESYS_ENVIRONMENT_URL"));
    }

    void untrustedCertificate()
    {
        const FakeCertificates made = makeCertificates("IP:127.0.0.1");
        Run run(m_clock, false);
        run.server.setTls(made.serverConfiguration());
        QVERIFY(run.server.start());
        run.options.credentials.environmentUrl = run.server.url().toStdString();
        QVERIFY(run.ends());
        QCOMPARE(run.shape(), QStringLiteral("+Host found, -Signed in"));
        QVERIFY(says(run.steps.back(), "Threadline Test Authority"));
        QVERIFY(says(run.steps.back(), "THREADLINE_CA_FILE"));
    }

    void streamDropped()
    {
        Run run(m_clock);
        connect(&run.server, &FakeServer::subscribed, this, [](FakePeer *peer) { peer->drop(); });
        QVERIFY(run.ends());
        QVERIFY(!*run.passed);
        QVERIFY(run.shape().endsWith("-Subscribed"));
    }

    void destroyingCancels()
    {
        Run run(m_clock);
        run.server.tokenAnswers = {FakeAnswer::doing(FakeAnswer::Do::Hang)};
        auto test = std::make_unique<ConnectionTest>(run.options, m_clock);
        bool told = false;
        test->start([](const TestStep &) {}, [&](bool) { told = true; });
        QTRY_COMPARE(run.server.stalled, 1);
        test.reset();
        QTest::qWait(20);
        QVERIFY(!told);
        // and from inside the last call
        auto second = std::make_unique<ConnectionTest>(run.options, m_clock);
        second->start([](const TestStep &) {}, [&](bool) {
            told = true;
            second.reset();
        });
        QTRY_VERIFY(told);
    }
};

THREADLINE_TEST_MAIN(TestConnectionTest)
#include "test_connectiontest.moc"
