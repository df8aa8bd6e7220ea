// SPDX-License-Identifier: GPL-3.0-or-later
/// The one interface that the window and REST see of everything behind: questions are answered later, changes come in
/// batches. A collector on another machine can stand behind it as well as the engine in this process.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/model/occupancy.h"
#include "core/model/event.h"
#include "core/model/ids.h"
#include "core/model/setaside.h"
#include "core/model/story.h"
#include "core/model/summary.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// Which interactions to list: those of the local store, newest activity first; then, if wanted, those that only the shared
/// store has, the latest start first.
struct ListQuery {
    bool history = false;           ///< go on in the shared store
    std::optional<Timestamp> from;  ///< those that end at or after (open ones do)
    std::optional<Timestamp> to;    ///< those that start before
    std::optional<InteractionState> state;
    int limit = 100;                ///< 1 to 500
    std::string idPrefix;           ///< instead of all above: those of the local store whose ids begin so, by id; one page
    std::string cursor;             ///< Page::nextCursor of the page before; empty: the first
};

/// Where an answer comes from.
struct Origin {
    bool local = true;  ///< the local store had part in it
    std::string shared; ///< the shared store that had part in it, by name; empty: none
    std::string note;   ///< what may be missing, and why, in a sentence; empty: nothing
};

struct ListPage {
    Origin origin;
    std::vector<Summary> items; ///< those of the shared store have commit 0
    std::string nextCursor; ///< empty: no more
};

/// How many interactions the local store has, and when they lie.
struct Census {
    std::int64_t all = 0;
    std::int64_t open = 0;         ///< not ended
    std::optional<TimeRange> span; ///< from the first start to the last end or start; absent: there are none
    /// Of the whole store only: how many lay in each of Occupancy::kColumns equal parts of `span`.
    Occupancy occupancy;
};

/// One of the platform's records of an interaction: later exports may know more.
struct RecordSeen {
    Timestamp read;           ///< when its file was read; 0: not known
    bool standing = false;    ///< the story is told by this one
    std::int64_t segments = 0;
    std::string raw;          ///< minified JSON
};

/// One interaction with all that the window shows of it.
struct InteractionView {
    Origin origin;
    Story story;
    std::vector<std::shared_ptr<const Event>> events; ///< in canonical order, beside Story::marks
    std::size_t left = 0; ///< events behind these that are not given: of a huge interaction the window gets the first ones
    std::vector<RecordSeen> records; ///< the platform's own, the richest first; empty: none was read

    [[nodiscard]] std::size_t count() const { return events.size() + left; }
};

/// What a commit changed; several commits may come as one batch.
struct ChangeSet {
    std::vector<Summary> interactions; ///< touched, each once, as they stand now
    bool bands = false;                ///< some band changed: ask again
    bool status = false;               ///< the source's or store's state changed
};

/// Ends what it stands for (a question asked, a subscription) when it is destroyed: afterwards the callback is not called
/// any more. Any thread; does not wait, except for a callback that is just running in another thread.
class Handle {
public:
    virtual ~Handle() = default;
};
using HandlePtr = std::unique_ptr<Handle>;

/// Callbacks run on a thread of the session and must return quickly: a window posts them to its own thread.
/// Every function may be called from any thread and returns at once.
class Session {
public:
    template<class T>
    using Answer = std::function<void(Result<T>)>;
    using Text = std::shared_ptr<const std::string>;

    /// The rest of a text that is too large to be held: made piece by piece, one question at a time.
    class Pieces {
    public:
        virtual ~Pieces() = default;
        /// The next piece, never an empty one; null: that was all.
        [[nodiscard]] virtual HandlePtr next(Answer<Text> answer) = 0;
        /// What it keeps in memory until it is gone.
        [[nodiscard]] virtual std::size_t memoryBytes() const = 0;
    };
    struct Body {
        Text text;                    ///< never null
        std::shared_ptr<Pieces> rest; ///< null: `text` is all
        Origin origin = {};
    };

    virtual ~Session() = default;

    /// The body of GET /api/v2/timelines/{id}, if it is at hand (else null: ask timeline()).
    [[nodiscard]] virtual Text timelineAtHand(std::string_view interaction) = 0;
    /// The same body, read if need be; with `evidence` the members of ?include=evidence. NotFound for an unknown id.
    [[nodiscard]] virtual HandlePtr timeline(InteractionId id, bool evidence, Answer<Body> answer) = 0;
    /// Story, events and record of one interaction. NotFound for an unknown id.
    [[nodiscard]] virtual HandlePtr interaction(InteractionId id, Answer<std::shared_ptr<const InteractionView>> answer) = 0;
    [[nodiscard]] virtual HandlePtr list(ListQuery query, Answer<ListPage> answer) = 0;
    /// Those that touch the range (absent: all of them), from an index.
    [[nodiscard]] virtual HandlePtr census(std::optional<TimeRange> range, Answer<Census> answer) = 0;
    /// Bands that touch the range, by start.
    [[nodiscard]] virtual HandlePtr bands(TimeRange range, Answer<std::vector<Band>> answer) = 0;
    /// The refused events kept for inspection, newest first (at most 1,000).
    [[nodiscard]] virtual HandlePtr refused(Answer<std::vector<Refused>> answer) = 0;
    /// What the shared store does not take, newest first (at most 1,000). None where nothing is delivered.
    [[nodiscard]] virtual HandlePtr deadLetters(Answer<std::vector<SetAside>> answer) = 0;
    /// Delivers now what would be tried later, with `deadLetters` also what was set aside. Answered once that has begun; what comes
    /// of it, status() tells. Goes on where the handle is destroyed. InvalidArgument where nothing is delivered.
    [[nodiscard]] virtual HandlePtr retryDelivery(bool deadLetters, Answer<void> answer) = 0;
    [[nodiscard]] virtual Status status() const = 0;
    /// `changed` is called at most once per 16 ms, with everything since the last call.
    [[nodiscard]] virtual HandlePtr subscribe(std::function<void(const ChangeSet &)> changed) = 0;
};

} // namespace threadline
