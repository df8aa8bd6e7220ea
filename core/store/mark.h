// SPDX-License-Identifier: GPL-3.0-or-later
/// The high-water mark: a small file beside the database that says up to which commit it reached. Database and journal are two
/// files, and without the second the first is only older, which nothing in it shows.
///
/// It is written after a commit is durable and never waited for: so after a kill or a loss of power it may be behind what is
/// there, but never ahead of it.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/store/files.h"

#include <cstdint>
#include <optional>
#include <string>

namespace threadline {

struct HighMark {
    std::uint64_t commit = 0;
    std::int64_t row = 0; ///< greatest event row ever given
    std::int64_t key = 0; ///< greatest interaction key ever given
    std::int64_t events = 0;
    std::optional<Timestamp> received; ///< receipt of the last message

    /// What `folder` says; nothing if there is no mark, or one that is torn.
    [[nodiscard]] static std::optional<HighMark> read(const std::string &folder);
    [[nodiscard]] std::string text() const;
};

/// Keeps the file open and writes each mark over the one before. One thread.
class HighMarkFile {
public:
    /// Errors: Unusable, Full. Without it the store works, but a journal that goes missing is not noticed.
    [[nodiscard]] Result<> open(const std::string &folder);
    void write(const HighMark &mark);

private:
    OverwrittenFile m_file;
};

} // namespace threadline
