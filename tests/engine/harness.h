// SPDX-License-Identifier: GPL-3.0-or-later
/// A whole engine over a store in a temporary folder, fed by hand or by the simulator's stream without a network.
#pragma once

#include "core/engine/localsession.h"
#include "core/genesys/streamingdecoder.h"
#include "core/simulator/stream.h"
#include "core/store/store.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace threadline::test {

/// Everything true of each interaction, decoded from what was really sent.
using Truth = std::map<std::string, std::vector<Event>>;

class Harness {
public:
    /// Opens (again) the store in `folder`. `cacheBytes`: for interactions in memory; `maxDue`: those that wait to count as ended.
    Harness(std::string folder, SequenceScope scope, const Clock &clock, std::size_t cacheBytes = IngestOptions().cacheBytes,
            bool handedOn = false, std::size_t maxDue = IngestOptions().maxDue);
    ~Harness();

    [[nodiscard]] LocalSession &session() { return *m_session; }
    [[nodiscard]] Store &store() { return *m_store; }
    void offer(SourceItem item);
    void message(const std::string &text);
    void listening() { offer(Listening{m_clock.now()}); }
    void notListening(const std::string &why) { offer(NotListening{m_clock.now(), BandCause::ConnectionLost, why}); }
    /// Waits until all is durable.
    void drain();
    /// The body of GET /api/v2/timelines/{id}; what is wrong in brackets for an error.
    [[nodiscard]] std::string body(const std::string &id, bool evidence = false);
    /// Of which the last one was made.
    [[nodiscard]] int pieces() const { return m_pieces; }
    [[nodiscard]] std::vector<Summary> list(ListQuery query = {});
    [[nodiscard]] std::vector<Band> bands();
    [[nodiscard]] std::shared_ptr<const InteractionView> view(const std::string &id);
    [[nodiscard]] std::string integrity() { return m_store->integrity().value(); }

private:
    const Clock &m_clock;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<LocalSession> m_session;
    int m_pieces = 0;
};

/// Feeds a simulated stream as its server would send it: a connection that is closed is told and opened again. Returns the truth.
/// `each` is called after each message.
Truth feed(Harness &harness, const sim::Options &options, const std::function<void()> &each = {});
/// The same where `each` may replace the harness.
Truth feed(std::unique_ptr<Harness> &harness, const sim::Options &options, const std::function<void()> &each);

/// One event's JSON as a stored event of the interaction it names.
[[nodiscard]] Event decoded(const std::string &json);

} // namespace threadline::test
