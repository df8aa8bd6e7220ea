// SPDX-License-Identifier: GPL-3.0-or-later
/// The invented contact centre: its queues, agents and customers. Telephone numbers are of the range reserved for fiction
/// (555-0100 to 555-0199), addresses of example.com.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace threadline::sim {

/// Agents of whom each has one call at a time; grows when all are busy. Memory: one entry for each agent there ever was, which
/// is at most as many as calls were ever open at a time.
class AgentPool {
public:
    /// An agent who is free from `from` on; taken until `to`. Microseconds since the epoch.
    [[nodiscard]] std::uint32_t take(std::int64_t from, std::int64_t to);
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(m_free.size()); }

private:
    std::vector<std::pair<std::int64_t, std::uint32_t>> m_free; ///< a heap: who is free from when on, earliest in front
};

/// "Agent Twenty-Seven" for index 26.
[[nodiscard]] std::string personName(std::string_view kind, std::uint32_t index);

/// The queues by number; Callbacks and Web messages are reached by name only.
inline constexpr std::string_view kQueueNames[] = {"Support", "Sales", "Billing", "Callbacks", "Web messages"};
inline constexpr std::size_t kVoiceQueues = 3;
/// The index of the queue of this name; 0 for none.
[[nodiscard]] std::size_t queueNumber(std::string_view name);

/// Who the customer of `medium` is: a display name and an address, chosen by `chance`.
struct Customer {
    std::string name;
    std::string address;
};
[[nodiscard]] Customer customerOf(std::string_view medium, std::uint64_t chance);

/// Wrap-up codes by number.
inline constexpr std::string_view kWrapupNames[] = {"Resolved", "Follow-up needed", "Wrong department", "Complaint", "Order placed"};
inline constexpr std::size_t kWrapups = 5;

} // namespace threadline::sim
