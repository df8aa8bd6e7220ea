// SPDX-License-Identifier: GPL-3.0-or-later
/// The database's layout and its versions. A version is never edited once released: a new one is appended.
#pragma once

#include "core/base/result.h"
#include "core/store/connection.h"
#include "core/store/mark.h"

#include <cstdint>
#include <span>
#include <string>

namespace threadline {

/// "THLD", in every database of ours at offset 68 (PRAGMA application_id).
inline constexpr std::int32_t kApplicationId = 0x54484C44;

/// Of a new database. An event row takes a fraction of it, and a commit touches fewer pages than with smaller ones.
inline constexpr int kPageBytes = 8192;

/// The step to one version; the n-th (from 1) leads from version n - 1 to n. Version 0 is the empty database.
struct Migration {
    const char *sql;
};
[[nodiscard]] std::span<const Migration> migrations();
[[nodiscard]] inline int currentVersion() { return static_cast<int>(migrations().size()); }

/// Brings the database to the last of `steps`, forward only, all in one transaction: after a failure it is as it was.
[[nodiscard]] Result<> migrate(sqlite::Connection &connection, std::span<const Migration> steps);

/// Makes a new database of ours, whole or not at all: under another name first, then renamed. `path` must not exist. Its commits, rows
/// and keys begin above those of `given`.
[[nodiscard]] Result<> createDatabase(const std::string &path, const HighMark &given);

} // namespace threadline
