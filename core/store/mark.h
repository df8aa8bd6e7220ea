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
#include <mutex>
#include <optional>
#include <string>

namespace threadline {

struct HighMark {
    std::uint64_t commit = 0;
    std::int64_t row = 0; ///< greatest event row ever given
    std::int64_t key = 0; ///< greatest interaction key ever given
    std::int64_t events = 0;
    std::optional<Timestamp> received; ///< receipt of the last message
    bool unwritten = false; ///< the program ended with something that the store did not take

    /// What `folder` says; nothing if there is no mark, or one that is torn.
    [[nodiscard]] static std::optional<HighMark> read(const std::string &folder);
    [[nodiscard]] std::string text() const;
    /// The mark from which numbers can go on though this one may be a little behind what there was: a good many are passed over.
    [[nodiscard]] HighMark passedOver() const;
};
inline constexpr std::int64_t kPassedOver = 1'000'000;

/// Keeps the file open and writes each mark over the one before. One thread; warning(): any.
class HighMarkFile {
public:
    explicit HighMarkFile(const std::string &folder);
    /// What cannot be written is tried again with the next mark, in a file that is made anew if it has gone.
    void write(const HighMark &mark);
    /// That marks cannot be written, why, what follows from it and what to do. Without them the store works, but a journal that goes
    /// missing is not noticed. Empty: they are written.
    [[nodiscard]] std::string warning() const;

private:
    const std::string m_path;
    OverwrittenFile m_file;
    mutable std::mutex m_mutex;
    std::string m_warning;
};

} // namespace threadline
