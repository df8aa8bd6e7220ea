// SPDX-License-Identifier: GPL-3.0-or-later
/// Handmade interactions: calls put together step by step, a floor of thirty of them, and one rich call.
#pragma once

#include "core/session.h"

#include <string>
#include <vector>

namespace threadline::test {

struct FakeInteraction {
    InteractionView view;
    Summary summary;
};

/// Puts a call together, one stretch of what the customer lived through after the other.
class CallBuilder {
public:
    CallBuilder(std::string id, std::string customer, Timestamp start, Media media = Media::Voice);

    CallBuilder &ivr(int seconds);
    CallBuilder &queue(const std::string &name, int seconds);
    CallBuilder &alert(const std::string &agent, int seconds);
    CallBuilder &talk(const std::string &agent, int seconds);
    CallBuilder &hold(const std::string &agent, int seconds);
    CallBuilder &consult(const std::string &agent, int seconds);
    CallBuilder &conference(const std::string &agent, int seconds);
    /// After the customer has gone.
    CallBuilder &wrapUp(const std::string &agent, int seconds);
    /// What follows came from history.
    CallBuilder &by(Provenance provenance);
    /// The last stretch is still going on.
    [[nodiscard]] FakeInteraction open();
    [[nodiscard]] FakeInteraction ended();

private:
    void stretch(SegmentKind kind, State state, Purpose purpose, const std::string &name, int seconds);
    int participant(Purpose purpose, const std::string &name);
    EventId event(int participant, State state, const std::string &type);
    FakeInteraction finish(bool open);

    FakeInteraction m_made;
    Timestamp m_start;
    Timestamp m_at;
    Media m_media;
    Provenance m_provenance = Provenance::Live;
    std::string m_queue;
    int m_events = 0;
};

/// Thirty-two calls in three queues as they stand at `now`, always the same.
[[nodiscard]] std::vector<FakeInteraction> floorOf(Timestamp now);
/// A call of 6:19 with hold, consult, conference, consult transfer, one late, one doubled, one conflicting and two
/// backfilled events; it starts at `start` and ended.
[[nodiscard]] FakeInteraction richCall(Timestamp start);
/// The gap that `richCall` repaired, and one on the floor.
[[nodiscard]] Band repairedBand(Timestamp start, Timestamp end);

} // namespace threadline::test
