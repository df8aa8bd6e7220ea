// SPDX-License-Identifier: GPL-3.0-or-later
/// "Test connection": host, sign-in, stream, subscription, each told as it ends.
#include "core/net/network.h"
#include "core/genesys/oautherrors.h"
#include "core/genesys/streamingclient.h"
#include "core/genesys/streaminglink.h"

#include <QNetworkProxy>
#include <QTimer>
#include <QUrl>

#include <functional>
#include <tuple>
#include <utility>

namespace threadline {
namespace {

constexpr Duration kWholeTest = Duration::seconds(20);
constexpr const char *kNames[] = {"Host found", "Signed in", "Stream opened", "Subscribed"};

/// "What is wrong. What to do about it.": the first sentence, and the rest. A full stop inside a name ends none.
std::pair<std::string, std::string> problemAndRemedy(const std::string &message)
{
    const std::size_t end = message.find(". ");
    if (end == std::string::npos)
        return {message, {}};
    return {message.substr(0, end + 1), message.substr(end + 2)};
}

std::string bareHost(const std::string &url) { return QUrl(QString::fromStdString(url)).host().toStdString(); }

std::string joined(const std::vector<std::string> &texts)
{
    std::string out;
    for (const std::string &text : texts)
        out.append(out.empty() ? "" : ", ").append(text);
    return out;
}

} // namespace

struct ConnectionTest::Private final : StreamingLinkOwner {
    Private(ConnectionTest *owner, StreamingOptions o, const Clock &c)
        : options(std::move(o)), clock(c), tokens(options.credentials, options.network, c, owner), deadline(owner), q(owner)
    {
        options.handshakeMax = kWholeTest;
        deadline.setSingleShot(true);
        connect(&deadline, &QTimer::timeout, q, [this] { failed("There was no answer within 20 s. Check the network, and whether a proxy is needed (THREADLINE_PROXY)."); });
    }

    void begin();
    void findHost(const std::string &url);
    void signIn();
    void openStream(const Token &token);
    void passed(std::string detail);
    void failed(const std::string &message);
    void finish(bool all);
    void tell(TestStep result);

    void linkSubscribed(StreamingLink &) override
    {
        passed("the WebSocket handshake was accepted");
    }
    void linkConfirmed(StreamingLink &) override
    {
        if (current < 3 || over)
            return;
        passed(std::to_string(options.events.size()) + " kinds of events asked for");
        finish(true);
    }
    void linkMessage(StreamingLink &, RawMessage &&) override {}
    void linkEnded(StreamingLink &, const LinkEnd &end) override
    {
        failed(end.advice.empty() ? "The event stream ended: " + end.reason + ". Try again; if it stays so, ask whoever runs the network." : end.advice);
    }

    StreamingOptions options;
    const Clock &clock;
    TokenSource tokens;
    QTimer deadline;
    ConnectionTest *q;
    std::function<void(const TestStep &)> step;
    std::function<void(bool)> done;
    std::unique_ptr<StreamingLink> link;
    std::string tokenHost;
    std::size_t current = 0; ///< the step that runs
    Duration stepStarted;
    bool over = false;
};

void ConnectionTest::Private::begin()
{
    stepStarted = clock.steady();
    deadline.start(static_cast<int>(kWholeTest.toMillis()));
    const auto token = tokenUrl(options.credentials);
    const auto stream = streamUrlOf(options);
    if (!token || !stream)
        return failed((!token ? token.error() : stream.error()).message);
    tokenHost = hostOf(*token);
    findHost(*stream);
}

/// Behind a proxy it is the proxy that finds the host.
void ConnectionTest::Private::findHost(const std::string &url)
{
    const auto proxy = proxyFor(QUrl(QString::fromStdString(url)), options.network);
    if (!proxy)
        return failed(proxy.error().message);
    if (proxy->type() != QNetworkProxy::NoProxy && proxy->type() != QNetworkProxy::DefaultProxy) {
        passed(bareHost(url) + " is reached through the proxy " + proxy->hostName().toStdString());
        return signIn();
    }
    lookUpHost(bareHost(url), q, [this, host = bareHost(url)](const Result<std::vector<std::string>> &found) {
        if (over)
            return;
        if (!found)
            return failed(found.error().message);
        passed(host + " is " + joined(*found));
        signIn();
    });
}

void ConnectionTest::Private::signIn()
{
    tokens.token([this](const Result<Token> &token) {
        if (over)
            return;
        if (!token)
            return failed(token.error().message);
        passed(tokenHost + " gave a token for " + std::to_string((token->expiresSteady - clock.steady()).us / 60'000'000) + " minutes");
        openStream(*token);
    });
}

void ConnectionTest::Private::openStream(const Token &token)
{
    link = std::make_unique<StreamingLink>(options, *this, clock);
    link->open(token.value);
}

void ConnectionTest::Private::tell(TestStep result)
{
    result.name = kNames[current];
    result.took = clock.steady() - stepStarted;
    stepStarted = clock.steady();
    step(result);
}

void ConnectionTest::Private::passed(std::string detail)
{
    if (over)
        return;
    TestStep result;
    result.passed = true;
    result.detail = std::move(detail);
    tell(std::move(result));
    ++current;
}

void ConnectionTest::Private::failed(const std::string &message)
{
    if (over)
        return;
    TestStep result;
    std::tie(result.problem, result.remedy) = problemAndRemedy(message);
    tell(std::move(result));
    finish(false);
}

/// From the event loop, because the receiver may destroy the test.
void ConnectionTest::Private::finish(bool all)
{
    over = true;
    deadline.stop();
    if (link && all)
        link->close("test of the connection");
    QTimer::singleShot(0, q, [this, all] {
        link.reset();
        std::exchange(done, nullptr)(all);
    });
}

ConnectionTest::ConnectionTest(StreamingOptions options, const Clock &clock, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(this, std::move(options), clock))
{
}

ConnectionTest::~ConnectionTest() = default;

void ConnectionTest::start(std::function<void(const TestStep &)> step, std::function<void(bool)> done)
{
    d->step = std::move(step);
    d->done = std::move(done);
    QTimer::singleShot(0, this, [this] { d->begin(); });
}

} // namespace threadline
