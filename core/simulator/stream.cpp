// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/badevents.h"
#include "core/simulator/random.h"
#include "core/simulator/stream.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>

namespace threadline::sim {
namespace {

constexpr int kLeastDuplicateLag = 64;
constexpr int kFarDuplicateLag = 20'000;
constexpr double kFarDuplicates = 0.01;
constexpr double kSilences = 1.0 / 500;        ///< of the messages
constexpr double kHugeShare = 0.01;            ///< of the bad ones that would be huge
constexpr Duration kPackTogether = Duration::millis(20); ///< real time that an event waits for others to share its message

/// An event on its way out.
struct Outgoing {
    std::string json;
    Timestamp due;
    std::uint8_t type = kGarbage;
};

/// A copy that goes out when so many events have gone out.
struct Later {
    std::uint64_t at;
    Outgoing event;
    friend bool operator>(const Later &a, const Later &b) { return a.at > b.at; }
};

std::uint8_t typeNumber(std::string_view type)
{
    for (std::uint8_t i = 0; i < std::size(kEventTypes); ++i) {
        if (type == kEventTypes[i])
            return i;
    }
    return kGarbage;
}

} // namespace

struct Stream::Private {
    explicit Private(const Options &given)
        : options(given), faults(given.faults), generator(given), chance(given.faultSeed != 0 ? mix(given.faultSeed) : ~given.seed)
    {
    }

    std::optional<Item> next();
    bool pull(Outgoing &out);
    std::optional<TrueEvent> nextKept();
    bool nextShuffled(Outgoing &out);
    bool nextDoubled(Outgoing &out);
    void scheduleCopy(const Outgoing &event);
    void maybeBad(const Outgoing &before);
    void pack();
    void finishMessage(Item &item, Timestamp due);
    void appendEvent(Item &item, const Outgoing &event);
    void afterMessage();
    void disconnect();
    void sendAgain();

    Options options;
    Faults faults;
    Generator generator;
    Random chance;
    std::function<void(const TrueEvent &)> sink;
    std::vector<Outgoing> window; ///< shuffled, to be taken from the back
    std::vector<Later> copies;    ///< a heap
    std::uint64_t sentEvents = 0;
    std::deque<Outgoing> waiting; ///< ready to be packed: garbage, then the event it came before
    std::deque<Item> ready;
    std::deque<Outgoing> recent;  ///< for the replay
    std::string lastInteraction;
    std::uint64_t bad = 0;
    int messages = 0;
    bool cutNext = false;
    Timestamp lastDue;
};

/// The next event that is not dropped. Whoever keeps the truth hears of it.
std::optional<TrueEvent> Stream::Private::nextKept()
{
    while (auto event = generator.next()) {
        if (chance.chance(faults.drop))
            continue;
        if (sink)
            sink(*event);
        return event;
    }
    return std::nullopt;
}

bool Stream::Private::nextShuffled(Outgoing &out)
{
    if (window.empty()) {
        const std::size_t size = static_cast<std::size_t>(std::max(1, faults.shuffle));
        while (window.size() < size) {
            auto event = nextKept();
            if (!event)
                break;
            if (faults.bad > 0)
                lastInteraction = event->interaction;
            window.push_back({std::move(event->json), event->time, typeNumber(event->type)});
        }
        for (std::size_t i = window.size(); i > 1; --i)
            std::swap(window[i - 1], window[chance.below(i)]);
    }
    if (window.empty())
        return false;
    out = std::move(window.back());
    window.pop_back();
    return true;
}

bool Stream::Private::nextDoubled(Outgoing &out)
{
    const bool copyIsDue = !copies.empty() && copies.front().at <= sentEvents;
    if (!copyIsDue && nextShuffled(out)) {
        if (chance.chance(faults.duplicate))
            scheduleCopy(out);
    } else if (!copies.empty()) {
        std::pop_heap(copies.begin(), copies.end(), std::greater<>());
        out = std::move(copies.back().event);
        copies.pop_back();
    } else {
        return false;
    }
    ++sentEvents;
    return true;
}

void Stream::Private::scheduleCopy(const Outgoing &event)
{
    const int lag = chance.chance(kFarDuplicates) ? kFarDuplicateLag : std::max(kLeastDuplicateLag, faults.shuffle);
    copies.push_back({sentEvents + 1 + chance.below(static_cast<std::uint64_t>(lag)), event});
    std::push_heap(copies.begin(), copies.end(), std::greater<>());
}

/// Puts garbage before an event: in `waiting` if it goes into the same message, else as a message of its own.
void Stream::Private::maybeBad(const Outgoing &before)
{
    if (!chance.chance(faults.bad))
        return;
    const auto &kinds = badKinds();
    std::size_t kind = chance.below(kinds.size());
    if (kinds[kind].huge && !chance.chance(kHugeShare))
        kind = 0;
    ++bad;
    std::string text = badText(kind, lastInteraction, formatTimestamp(before.due), bad);
    if (kinds[kind].shape == BadShape::Element) {
        waiting.push_back({std::move(text), before.due, kGarbage});
        return;
    }
    Item item;
    item.what = kinds[kind].shape == BadShape::Binary ? Item::Do::SendBinary : Item::Do::Send;
    item.text = std::move(text);
    item.due = lastDue;
    ready.push_back(std::move(item));
}

/// The next event or piece of garbage to be packed.
bool Stream::Private::pull(Outgoing &out)
{
    if (waiting.empty()) {
        Outgoing event;
        if (!nextDoubled(event))
            return false;
        maybeBad(event);
        waiting.push_back(std::move(event));
    }
    out = std::move(waiting.front());
    waiting.pop_front();
    return true;
}

void Stream::Private::appendEvent(Item &item, const Outgoing &event)
{
    item.text += item.events.empty() ? "{\"events\":[" : ",";
    item.events.push_back({static_cast<std::uint32_t>(item.text.size()), static_cast<std::uint32_t>(event.json.size()), event.type});
    item.text += event.json;
}

void Stream::Private::finishMessage(Item &item, Timestamp due)
{
    item.text += "]}";
    if (faults.delay.us > 0)
        due = due + Duration{static_cast<std::int64_t>(chance.unit() * static_cast<double>(faults.delay.us))};
    lastDue = std::max(lastDue, due);
    item.due = lastDue;
    if (std::exchange(cutNext, false))
        item.what = Item::Do::Reset;
    ready.push_back(std::move(item));
}

/// One message from what comes next: full, or all that falls together in time.
void Stream::Private::pack()
{
    const auto most = static_cast<std::uint64_t>(std::max(1, options.eventsPerMessage));
    const std::uint64_t size = chance.chance(0.75) ? most : 1 + chance.below(most);
    const Duration together{static_cast<std::int64_t>(static_cast<double>(kPackTogether.us) * std::max(1.0, options.speed))};
    Item item;
    Timestamp first, due;
    Outgoing event;
    while (item.events.size() < size && pull(event)) {
        if (item.events.empty())
            first = due = std::max(event.due, lastDue);
        if (options.rate > 0 && event.due > first + together) {
            waiting.push_front(std::move(event));
            break;
        }
        due = std::max(due, event.due);
        appendEvent(item, event);
        if (faults.replay > 0) {
            recent.push_back(std::move(event));
            if (recent.size() > static_cast<std::size_t>(faults.replay))
                recent.pop_front();
        }
    }
    if (item.events.empty())
        return;
    finishMessage(item, due);
    afterMessage();
}

void Stream::Private::afterMessage()
{
    ++messages;
    if (faults.silence.us > 0 && chance.chance(kSilences)) {
        Item item;
        item.what = Item::Do::Silence;
        item.silence = faults.silence;
        item.due = lastDue;
        ready.push_back(std::move(item));
    }
    if (faults.disconnectEvery > 0 && messages % faults.disconnectEvery == 0)
        disconnect();
}

void Stream::Private::disconnect()
{
    if (faults.reset) {
        cutNext = true; // the next message is the one that is cut in two
        return;
    }
    Item item;
    item.what = Item::Do::Close;
    item.due = lastDue;
    ready.push_back(std::move(item));
    sendAgain();
}

void Stream::Private::sendAgain()
{
    const auto most = static_cast<std::size_t>(std::max(1, options.eventsPerMessage));
    for (std::size_t from = 0; from < recent.size(); from += most) {
        Item item;
        for (std::size_t i = from; i < std::min(from + most, recent.size()); ++i)
            appendEvent(item, recent[i]);
        finishMessage(item, lastDue);
    }
}

std::optional<Stream::Item> Stream::Private::next()
{
    while (ready.empty()) {
        const bool hadWaiting = !waiting.empty();
        const std::uint64_t before = sentEvents;
        pack();
        if (ready.empty() && !hadWaiting && sentEvents == before)
            return std::nullopt;
    }
    Item item = std::move(ready.front());
    ready.pop_front();
    return item;
}

Stream::Stream(const Options &options) : d(std::make_unique<Private>(options)) {}
Stream::~Stream() = default;

std::optional<Stream::Item> Stream::next() { return d->next(); }
void Stream::setTruthSink(std::function<void(const TrueEvent &)> sink) { d->sink = std::move(sink); }
std::uint64_t Stream::badSoFar() const { return d->bad; }

} // namespace threadline::sim
