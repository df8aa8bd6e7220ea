// SPDX-License-Identifier: GPL-3.0-or-later
/// A sink that keeps what it is given and says no on demand. One thread, but room and closed may be set from others.
#pragma once

#include "core/genesys/source.h"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace threadline::test {

class TestSink final : public SourceSink {
public:
    [[nodiscard]] bool offer(SourceItem &item) override
    {
        ++offers;
        if (!room) {
            if (waits.us > 0)
                std::this_thread::sleep_for(std::chrono::microseconds(waits.us));
            if (onRefuse)
                onRefuse();
            return false;
        }
        if (const auto *m = std::get_if<RawMessage>(&item))
            bytes += m->text.size();
        items.push_back(std::move(item));
        return true;
    }
    void sourceState(SourceState state, const std::string &detail) override { states.emplace_back(state, detail); }

    [[nodiscard]] std::vector<std::string> texts() const
    {
        std::vector<std::string> out;
        for (const SourceItem &item : items) {
            if (const auto *m = std::get_if<RawMessage>(&item))
                out.push_back(m->text);
        }
        return out;
    }
    /// "L" listening, "N" not listening, "m" message, in order.
    [[nodiscard]] std::string shape() const
    {
        std::string out;
        for (const SourceItem &item : items)
            out += std::holds_alternative<Listening>(item) ? 'L' : std::holds_alternative<NotListening>(item) ? 'N' : 'm';
        return out;
    }
    [[nodiscard]] const NotListening *lastBand() const
    {
        for (auto it = items.rbegin(); it != items.rend(); ++it) {
            if (const auto *n = std::get_if<NotListening>(&*it))
                return n;
        }
        return nullptr;
    }
    [[nodiscard]] SourceState state() const { return states.empty() ? SourceState::Idle : states.back().first; }
    [[nodiscard]] std::string allStates() const
    {
        std::string out;
        for (const auto &[state, detail] : states)
            out.append(nameOf(state)).append(": ").append(detail).append("\n");
        return out;
    }

    std::atomic<bool> room{true};
    Duration waits; ///< how long a refused offer takes, as the engine's queue does
    std::function<void()> onRefuse;
    std::vector<SourceItem> items;
    std::vector<std::pair<SourceState, std::string>> states;
    std::size_t bytes = 0;
    int offers = 0;
};

} // namespace threadline::test
