// SPDX-License-Identifier: GPL-3.0-or-later
/// That the local store cannot be read or the marks cannot be written for delivery: what is said of it, and how often. Pure but for the
/// log; the sender's thread.
#pragma once

#include "core/base/result.h"
#include "core/base/sparingly.h"
#include "core/base/time.h"

#include <array>
#include <optional>

namespace threadline::delivery {

class StoreTrouble {
public:
    /// What the stores are used for. That one of these works says nothing of the others.
    enum Use : std::uint8_t { Making, Marking, Shedding, Removing };

    /// How it went: a failure is told at once, and while it is the same, or comes back as the same, once a minute with how often; that
    /// none is left, if one was told. `now`: steady.
    void note(Use use, const Result<> &result, Duration now);
    [[nodiscard]] bool stands(Use use) const { return m_errors[use].has_value(); }
    /// What is wrong now; null: nothing.
    [[nodiscard]] const Error *error() const;

private:
    static constexpr std::size_t kUses = Removing + 1;
    std::array<std::optional<Error>, kUses> m_errors;
    Sparingly m_log;
    bool m_told = false; ///< a failure, since all worked
};

} // namespace threadline::delivery
