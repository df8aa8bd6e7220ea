// SPDX-License-Identifier: GPL-3.0-or-later
/// What the tests of delivery to real servers share: servers with a bucket for each test, what is fed to them, what is read back.
#pragma once

#include "tests/delivery/readback.h"
#include "tests/delivery/rig.h"

#include <functional>
#include <mutex>
#include <string>

namespace threadline::test {

using ServerKind = RealInflux::Kind;
[[nodiscard]] inline ServerKind kindOf(bool one) { return one ? ServerKind::V1 : ServerKind::V2; }

/// Calls in the faulty order of a network.
[[nodiscard]] sim::Options calls(int interactions, std::uint64_t seed);
/// A JSON string.
[[nodiscard]] std::string jsonText(std::string_view text);
/// One event. `more`: further members of it; `data`: of its data.
[[nodiscard]] std::string eventText(std::string_view id, std::string_view interaction, Timestamp time, const std::string &more = {},
                                    const std::string &data = {});
/// Sends one event, and notes it as true.
void say(DeliveryRig &rig, Truth &truth, const std::string &text);
[[nodiscard]] Truth joined(Truth one, const Truth &other);
[[nodiscard]] std::uint64_t countOf(const Truth &truth);

/// What is said in the log while it lives; the words of DeliveryStatus are among it whenever they change.
class Told {
public:
    Told();
    ~Told();
    Told(const Told &) = delete;
    Told &operator=(const Told &) = delete;
    [[nodiscard]] std::string all() const;
    [[nodiscard]] bool says(const char *text) const { return all().find(text) != std::string::npos; }

private:
    mutable std::mutex m_mutex;
    std::string m_lines;
};

/// A dead letter, with the id of its event; empty: it is of no event.
struct Letter {
    std::string id, reason;
    bool delivered = false;
};
[[nodiscard]] std::vector<Letter> lettersOf(const DeliveryRig &rig);
/// Ids of the events that are set aside; one that is there twice has "again" behind it.
[[nodiscard]] std::set<std::string> setAside(const DeliveryRig &rig);

/// A bucket of its own on a server.
struct Bucket {
    RealInflux &server;
    bool one = false; ///< 1.x
    QByteArray name, measurement;
    /// Of events, without those that the test itself has planted.
    [[nodiscard]] std::vector<FakePoint> points() const;
};
/// Makes one, and aims the rig at it.
[[nodiscard]] Bucket bucketFor(DeliveryRig &rig, RealInflux &server, bool one, qint64 retentionSeconds = 0);
/// With a token that may do everything.
void deliverTo(DeliveryRig &rig, const Bucket &bucket);

/// Waits until the status is like this, waking the sink, which otherwise looks once a second.
[[nodiscard]] bool becomes(const DeliveryRig &rig, const std::function<bool(const DeliveryStatus &)> &like);
[[nodiscard]] bool pausedWith(const DeliveryRig &rig, const char *words);
[[nodiscard]] bool deliveredMoreThan(const DeliveryRig &rig, std::uint64_t events);

/// Waits until all is delivered. What is wrong with it, or was set aside; empty: nothing.
[[nodiscard]] QString missing(DeliveryRig &rig, const Bucket &where, const Truth &truth, int ms = 30'000);

/// Rows with the columns `one` and, where it matters, `classic`.
void rowsOfServers();
void rowsOfServersAndSchemas();
void rowsOfServersInTurn(); ///< where the schema makes little difference to what the server does

} // namespace threadline::test

#define NEEDS(one)                                                                                                               \
    if (const auto reason = threadline::test::RealInflux::unavailable(threadline::test::kindOf(one)))                            \
    QSKIP(qPrintable(*reason))

#define STARTS(server)                                                                                                           \
    if (const auto problem = (server).start())                                                                                   \
    QFAIL(qPrintable(*problem))
