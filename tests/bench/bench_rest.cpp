// SPDX-License-Identifier: GPL-3.0-or-later
/// What REST answers a second, beside Express and bare Node: 10,000 interactions of 12 events behind a session that does
/// nothing else. tests/bench/rest/run starts it, wrk and the others, and prints the figures.
///   bench_rest                    runs that script with itself
///   bench_rest --serve FOLDER     serves until standard input ends: first what is at hand, on a second port what is
///                                 answered later; prints both addresses and writes ids.txt and bodies.ndjson into FOLDER
#include "core/api/apiserver.h"
#include "core/base/boundedqueue.h"
#include "core/base/json.h"

#include <QCoreApplication>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>
#include <unistd.h>
#include <unordered_map>

namespace threadline {
namespace {

constexpr int kInteractions = 10'000;
constexpr int kEvents = 12;

std::string idOf(int n)
{
    char text[40];
    std::snprintf(text, sizeof text, "%08x-0000-4000-8000-%012x", static_cast<unsigned>(n) * 2654435761U, static_cast<unsigned>(n));
    return text;
}

void writeEvent(json::Writer &w, const std::string &id, int n)
{
    const Timestamp time{1'778'064'294'118'000 + n * 1'000'000};
    w.beginObject();
    w.member("eventId", std::string_view(id.substr(0, 24) + std::to_string(100'000'000'000 + n)));
    w.member("eventType", "interaction-updated");
    w.member("timestamp", std::string_view(formatTimestamp(time)));
    w.member("sequence", n + 1);
    w.member("lamportTimestamp", time.us);
    w.member("interactionId", std::string_view(id));
    w.member("participantId", std::string_view("p-" + id.substr(0, 8)));
    w.member("channelId", std::string_view("c-" + id.substr(0, 8)));
    w.key("data");
    w.raw(R"({"purpose":"agent","mediaType":"voice","state":"connected","direction":"inbound","queueName":"Billing"})");
    w.endObject();
}

std::string bodyOf(const std::string &id)
{
    std::string out;
    json::Writer w(out);
    w.beginObject();
    w.member("interactionId", std::string_view(id));
    w.key("events");
    w.beginArray();
    for (int n = 0; n < kEvents; ++n)
        writeEvent(w, id, n);
    w.endArray();
    w.member("count", kEvents);
    w.endObject();
    return out;
}

using Bodies = std::unordered_map<std::string, Session::Text, StringHash, std::equal_to<>>;

class NoHandle final : public Handle {
};

/// Answers timelines, at once or from a thread of its own; nothing else is asked.
class StubSession final : public Session {
public:
    StubSession(const Bodies &bodies, bool atHand) : m_bodies(bodies), m_atHand(atHand)
    {
        if (!atHand)
            m_thread = std::thread([this] { answerQuestions(); });
    }
    ~StubSession() override
    {
        m_questions.close();
        if (m_thread.joinable())
            m_thread.join();
    }

    Text timelineAtHand(std::string_view interaction) override { return m_atHand ? find(interaction) : nullptr; }
    HandlePtr timeline(InteractionId id, bool, Answer<Body> answer) override
    {
        Question question{std::move(id), std::move(answer)};
        if (!m_questions.push(question, 1, {}))
            question.answer(fail(ErrorCode::Busy, "Too many questions wait."));
        return std::make_unique<NoHandle>();
    }
    HandlePtr interaction(InteractionId, Answer<std::shared_ptr<const InteractionView>>) override { return nullptr; }
    HandlePtr list(ListQuery, Answer<ListPage>) override { return nullptr; }
    HandlePtr census(std::optional<TimeRange>, Answer<Census>) override { return nullptr; }
    HandlePtr bands(TimeRange, Answer<std::vector<Band>>) override { return nullptr; }
    HandlePtr refused(Answer<std::vector<Refused>>) override { return nullptr; }
    HandlePtr deadLetters(Answer<std::vector<SetAside>>) override { return nullptr; }
    HandlePtr retryDelivery(bool, Answer<void>) override { return nullptr; }
    Status status() const override { return {}; }
    HandlePtr subscribe(std::function<void(const ChangeSet &)>) override { return nullptr; }

private:
    struct Question {
        InteractionId id;
        Answer<Body> answer;
    };

    Text find(std::string_view id) const
    {
        const auto found = m_bodies.find(id);
        return found == m_bodies.end() ? nullptr : found->second;
    }
    void answerQuestions()
    {
        std::vector<Question> questions;
        while (!m_questions.closed()) {
            questions.clear();
            m_questions.pop(questions, 64, Duration::millis(100));
            for (Question &question : questions) {
                if (Text text = find(question.id.value))
                    question.answer(Session::Body{std::move(text), nullptr});
                else
                    question.answer(fail(ErrorCode::NotFound, "No such interaction."));
            }
        }
    }

    const Bodies &m_bodies;
    const bool m_atHand;
    BoundedQueue<Question> m_questions{100'000, 100'000};
    std::thread m_thread;
};

int serve(const std::string &folder)
{
    Bodies bodies;
    std::ofstream ids(folder + "/ids.txt");
    std::ofstream lines(folder + "/bodies.ndjson");
    for (int n = 0; n < kInteractions; ++n) {
        const std::string id = idOf(n);
        bodies[id] = std::make_shared<const std::string>(bodyOf(id));
        ids << id << '\n';
        lines << *bodies[id] << '\n';
    }
    ids.close();
    lines.close();
    StubSession atHand(bodies, true);
    StubSession later(bodies, false);
    const SystemClock clock;
    ApiServer::Options options;
    options.port = 0;
    ApiServer fast(atHand, clock, options);
    ApiServer slow(later, clock, options);
    if (!fast.listen() || !slow.listen()) {
        std::cerr << "bench_rest: cannot listen on a loopback port\n";
        return 1;
    }
    std::cout << "http://127.0.0.1:" << fast.port() << " http://127.0.0.1:" << slow.port() << std::endl;
    while (std::cin.get() != EOF) { }
    return 0;
}

} // namespace
} // namespace threadline

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    if (argc == 3 && std::string_view(argv[1]) == "--serve")
        return threadline::serve(argv[2]);
    const char *script = THREADLINE_BENCH_REST "/run";
    ::execl(script, script, argv[0], nullptr);
    std::perror(script);
    return 1;
}
