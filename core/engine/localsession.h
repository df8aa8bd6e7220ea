// SPDX-License-Identifier: GPL-3.0-or-later
/// The session over the engine and store of this process.
#pragma once

#include "core/base/result.h"
#include "core/engine/delivery.h"
#include "core/engine/engine.h"
#include "core/engine/history.h"
#include "core/engine/notifier.h"
#include "core/engine/readerpool.h"
#include "core/engine/rendercache.h"
#include "core/session.h"

#include <memory>

namespace threadline {

struct HistoryListing;

struct LocalSessionOptions {
    EngineOptions engine;
    int readers = 2;
    std::size_t renderCacheBytes = 64u << 20;
    Duration staleAfter = Duration::seconds(12 * 3600);
    std::function<void()> committed;              ///< called on the store thread after each commit; may be null
    Delivery *delivery = nullptr;                 ///< null: nothing is delivered; must outlive the session
    std::shared_ptr<History> history;             ///< the shared store; null: there is none
};

class LocalSession final : public Session {
public:
    /// `store` and `clock` must outlive it. Errors: those of the store.
    [[nodiscard]] static Result<std::unique_ptr<LocalSession>> start(Store &store, LocalSessionOptions options, const Clock &clock);
    /// Ends the engine: see Engine::~Engine.
    ~LocalSession() override;

    [[nodiscard]] Engine &engine();
    /// See Engine::end.
    bool end();

    [[nodiscard]] Text timelineAtHand(std::string_view interaction) override;
    [[nodiscard]] HandlePtr timeline(InteractionId id, bool evidence, Answer<Body> answer) override;
    [[nodiscard]] HandlePtr interaction(InteractionId id, Answer<std::shared_ptr<const InteractionView>> answer) override;
    [[nodiscard]] HandlePtr list(ListQuery query, Answer<ListPage> answer) override;
    [[nodiscard]] HandlePtr census(std::optional<TimeRange> range, Answer<Census> answer) override;
    [[nodiscard]] HandlePtr bands(TimeRange range, Answer<std::vector<Band>> answer) override;
    [[nodiscard]] HandlePtr refused(Answer<std::vector<Refused>> answer) override;
    [[nodiscard]] HandlePtr deadLetters(Answer<std::vector<SetAside>> answer) override;
    [[nodiscard]] HandlePtr retryDelivery(bool deadLetters, Answer<void> answer) override;
    [[nodiscard]] Status status() const override;
    [[nodiscard]] HandlePtr subscribe(std::function<void(const ChangeSet &)> changed) override;

private:
    LocalSession(LocalSessionOptions options, const Clock &clock);
    struct ReadBack;
    /// Answers with what `read` makes of the local store and, where that is not sure to have everything, of the shared one.
    template<class T, class Read>
    [[nodiscard]] HandlePtr askBoth(InteractionId id, Answer<T> answer, Read read);
    [[nodiscard]] Result<bool> isDoubtful(ReadContext &context, const InteractionId &id) const;
    [[nodiscard]] Result<Body> readTimeline(ReadContext &context, const InteractionId &id, bool evidence, const ReadBack &back);
    [[nodiscard]] Result<std::shared_ptr<const InteractionView>> readInteraction(ReadContext &context, const InteractionId &id,
                                                                                 const ReadBack &back);
    [[nodiscard]] Result<ListPage> readList(ReadContext &context, const ListQuery &query);
    [[nodiscard]] Result<ListPage> readPrefix(ReadContext &context, const std::string &prefix, int limit);
    void listHistory(std::shared_ptr<HistoryListing> listing);
    void markStale(Summary &summary) const;

    const LocalSessionOptions m_options;
    const Clock &m_clock;
    RenderCache m_cache;
    std::unique_ptr<Notifier> m_notifier;
    std::unique_ptr<ReaderPool> m_pool;
    std::unique_ptr<Engine> m_engine;
};

} // namespace threadline
