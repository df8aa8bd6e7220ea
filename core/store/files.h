// SPDX-License-Identifier: GPL-3.0-or-later
/// The data folder: making it, locking it, and looking at a database file without touching it. POSIX is named in files.cpp alone.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace threadline {

/// Makes the folder and those above it, each 0700; one that is there keeps its permissions. Errors: Unusable, Full.
[[nodiscard]] Result<> makeFolder(const std::string &folder);
/// Makes an empty file of mode 0600 that must not exist.
[[nodiscard]] Result<> makePrivateFile(const std::string &path);
/// Makes `draft` durable and renames it to `path`, durably.
[[nodiscard]] Result<> publishFile(const std::string &draft, const std::string &path);
[[nodiscard]] bool fileExists(const std::string &path);
void removeFile(const std::string &path);

/// The right to be the one process that writes in a folder. Kept by the kernel for this process: a killed one leaves nothing.
class FolderLock {
public:
    FolderLock() = default;
    FolderLock(FolderLock &&other) noexcept;
    FolderLock &operator=(FolderLock &&other) noexcept;
    ~FolderLock();
    /// Errors: Busy with the other's pid, Unusable (no permission, read-only), Full.
    [[nodiscard]] static Result<FolderLock> take(const std::string &folder);
    /// Puts this process's pid into the lock file. Until then the file is as it was found, and is removed with the lock if it
    /// was not there.
    [[nodiscard]] Result<> sign();

private:
    int m_file = -1;
    bool m_made = false;
    bool m_signed = false;
    std::string m_path;
};

/// What the first bytes of a database file say, and its size.
struct FileFacts {
    std::int64_t size = 0;
    std::int32_t applicationId = 0;
    std::int32_t version = 0;
    /// Its size is not what an orderly end or a kill leaves behind; worth a thorough look.
    bool suspicious = false;
};
/// Reads without changing a byte. Errors: Unusable, saying what is wrong: no permission, empty, no SQLite database, a header
/// that makes no sense.
[[nodiscard]] Result<FileFacts> inspectDatabase(const std::string &path);

} // namespace threadline
