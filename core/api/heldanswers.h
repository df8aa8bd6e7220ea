// SPDX-License-Identifier: GPL-3.0-or-later
/// The memory of answers that their clients have not taken yet: one budget for all, since a client that reads slowly or not at
/// all costs nothing to play, and an answer has megabytes. Pure, without Qt; api thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace threadline::api {

class HeldAnswers {
public:
    explicit HeldAnswers(std::size_t budget) : m_budget(budget) {}

    /// Counts `bytes` held by `what`. An object that several answers share counts once. False, and nothing counted, if that goes
    /// beyond the budget; a single answer fits always.
    [[nodiscard]] bool take(const std::shared_ptr<const void> &what, std::size_t bytes);
    /// Whether `bytes` more would be in budget if all these, one for each take(), were let go.
    [[nodiscard]] bool fitsWithout(const std::vector<std::shared_ptr<const void>> &gone, std::size_t bytes) const;
    /// For each take() that succeeded.
    void letGo(const std::shared_ptr<const void> &what);
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }

private:
    struct Shared {
        std::size_t bytes = 0;
        std::uint32_t holders = 0;
    };

    [[nodiscard]] bool fits(std::size_t held, std::size_t bytes) const { return held == 0 || held + bytes <= m_budget; }

    const std::size_t m_budget;
    std::size_t m_bytes = 0;
    /// Owns what it counts: another object at the address of one that was freed would pass for that one.
    std::unordered_map<std::shared_ptr<const void>, Shared> m_shared;
};

} // namespace threadline::api
