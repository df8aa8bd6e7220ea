// SPDX-License-Identifier: GPL-3.0-or-later
/// What the session makes of another store's events that it cannot understand.
#include "core/engine/localsession.h"
#include "tests/support/testmain.h"

#include <QTemporaryDir>

#include <future>

using namespace threadline;

namespace {

/// A shared store that gives these events of whatever it is asked for.
class Shared final : public History {
public:
    explicit Shared(std::vector<std::string> texts) : m_texts(std::move(texts)) {}
    [[nodiscard]] std::string name() const override { return "InfluxDB at shared.example"; }
    [[nodiscard]] HandlePtr events(InteractionId id, Each each, Done done) override
    {
        int n = 0;
        for (const std::string &text : m_texts) {
            if (!each({id, EventId{"e-" + std::to_string(++n)}, Provenance::Live, text, true}))
                break;
        }
        done({});
        return nullptr;
    }
    [[nodiscard]] HandlePtr list(HistoryQuery, Rows answer) override
    {
        answer(std::vector<HistoryRow>());
        return nullptr;
    }

private:
    const std::vector<std::string> m_texts;
};

std::string text(int second)
{
    return R"({"id":"e","timestamp":"2031-02-03T10:00:0)" + std::to_string(second)
        + R"(.000Z","type":"interaction-updated","data":{"interactionId":"i-1","participantId":"p"}})";
}

/// What an empty store says of "i-1" where the shared one has these.
struct Asked {
    explicit Asked(std::vector<std::string> texts)
    {
        StoreOptions where;
        where.folder = folder.path().toStdString();
        store = Store::open(where).value();
        LocalSessionOptions options;
        options.history = std::make_shared<Shared>(std::move(texts));
        session = LocalSession::start(*store, std::move(options), clock).value();
    }
    Result<Session::Body> timeline() { return answerOf<Session::Body>([this](auto answer) { return session->timeline(InteractionId("i-1"), false, answer); }); }
    Result<std::shared_ptr<const InteractionView>> view()
    {
        return answerOf<std::shared_ptr<const InteractionView>>([this](auto answer) { return session->interaction(InteractionId("i-1"), answer); });
    }

private:
    template<class T, class Ask>
    static Result<T> answerOf(Ask ask)
    {
        auto promise = std::make_shared<std::promise<Result<T>>>();
        auto future = promise->get_future();
        const HandlePtr handle = ask([promise](Result<T> answer) { promise->set_value(std::move(answer)); });
        return future.get();
    }

    QTemporaryDir folder;
    SystemClock clock;
    std::unique_ptr<Store> store;
    std::unique_ptr<LocalSession> session;
};

} // namespace

class TestReadBack : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsUnderstoodIsShown()
    {
        Asked asked({text(1), "{ broken", text(2), "[]"});
        const auto body = asked.timeline();
        QVERIFY2(body, body ? "" : body.error().message.c_str());
        QVERIFY(body->text->find("\"e-1\"") != std::string::npos && body->text->find("\"e-3\"") != std::string::npos);
        QVERIFY(body->text->find("\"e-2\"") == std::string::npos);
        QVERIFY2(body->origin.note.find("2 of its events in InfluxDB at shared.example cannot be understood") == 0, body->origin.note.c_str());
        const auto view = asked.view();
        QVERIFY(view);
        QCOMPARE((*view)->origin.note, body->origin.note);
        QCOMPARE((*view)->left, std::size_t(0));
    }

    void nothingIsUnderstood()
    {
        Asked asked({"{ broken"});
        const auto body = asked.timeline();
        const auto view = asked.view();
        QVERIFY(!body && !view);
        QCOMPARE(int(body.error().code), int(ErrorCode::Malformed));
        QVERIFY2(body.error().message.find("None of the events of interaction i-1") == 0, body.error().message.c_str());
        QCOMPARE(view.error().message, body.error().message);
    }

    void allIsUnderstood()
    {
        Asked asked({text(1)});
        const auto body = asked.timeline();
        QVERIFY(body && body->origin.note.empty());
        QCOMPARE(body->origin.shared, std::string("InfluxDB at shared.example"));
    }
};

THREADLINE_TEST_MAIN(TestReadBack)
#include "test_readback.moc"
