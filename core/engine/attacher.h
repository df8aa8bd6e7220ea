// SPDX-License-Identifier: GPL-3.0-or-later
/// Events that name no interaction. Such an event belongs to the one interaction that all events naming its participant (an
/// event without participant: its channel) name; with none or two it waits. So where it belongs is a function of the set of
/// all events, and may change back when a second interaction names the same participant.
#pragma once

#include "core/base/hash.h"
#include "core/base/result.h"
#include "core/model/event.h"
#include "core/store/store.h"

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace threadline {

/// One thread (the engine's).
class Attacher {
public:
    /// Events waiting or attached that may be watched at a time; further ones are refused.
    static constexpr std::size_t kMaxWatched = 100'000;
    /// And what they may take in memory: ids and names as long as those of Genesys Cloud leave the other limit the nearer one.
    static constexpr std::size_t kMaxWatchedBytes = 32u << 20;

    /// Loads what the store holds of such events.
    [[nodiscard]] Result<> load(StoreReader &reader);

    /// Takes an event without an interaction. False: too many already.
    [[nodiscard]] bool add(const Event &event);
    /// Whether this event without an interaction is known already (its content too: then `content` equals).
    [[nodiscard]] const Hash128 *find(const Event &event) const;
    /// An event of interaction `key` was recorded: remembers who it names.
    void named(const Event &event, InteractionKey key);
    [[nodiscard]] bool active() const { return m_active; }

    /// Decides anew where the events belong whose names were touched, puts moves and names into `group`, and the interactions whose set
    /// of events changes into `changed`. Errors: the store could not be read; what was moved by then stays, the rest is decided next time.
    [[nodiscard]] Result<> settle(StoreReader &reader, WriteGroup &group, std::set<InteractionKey> &changed);
    [[nodiscard]] std::size_t waiting() const { return m_waiting; }
    /// Whether settle() has something to decide.
    [[nodiscard]] bool pending() const { return m_touched; }

private:
    struct Member {
        std::string id;
        Hash128 content;
        InteractionKey at = 0;
    };
    struct Watch {
        std::vector<Member> members;
        bool touched = true;
    };
    static std::string nameOf(const Event &event);
    void watch(const Event &event, InteractionKey at);

    bool m_active = false;        ///< there is or was such an event: names are indexed
    bool m_touched = false; ///< some watch is
    std::unordered_map<std::string, Watch, StringHash, std::equal_to<>> m_watches;
    std::unordered_map<std::string, std::set<InteractionKey>, StringHash, std::equal_to<>> m_newNames; ///< not durable yet
    std::size_t m_members = 0;
    std::size_t m_bytes = 0; ///< of the watches and their members, as allocated
    std::size_t m_waiting = 0;
};

} // namespace threadline
