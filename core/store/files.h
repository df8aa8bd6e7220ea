// SPDX-License-Identifier: GPL-3.0-or-later
/// The data folder: making it, locking it, and looking at a database file without touching it. POSIX is named in files.cpp alone.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace threadline {

/// Makes the folder and those above it, each 0700; one that is there keeps its permissions. Errors: Unusable, Full.
[[nodiscard]] Result<> makeFolder(const std::string &folder);
/// Makes an empty file of mode 0600 that must not exist.
[[nodiscard]] Result<> makePrivateFile(const std::string &path);
/// Makes `draft` durable and renames it to `path`, durably.
[[nodiscard]] Result<> publishFile(const std::string &draft, const std::string &path);
[[nodiscard]] bool fileExists(const std::string &path);
/// Whether `path` is a link to something that is not there.
[[nodiscard]] bool isDanglingLink(const std::string &path);
void removeFile(const std::string &path);
/// The whole of a file of at most `limit` bytes; empty if there is none, it is larger, or it is no file.
[[nodiscard]] std::string readSmallFile(const std::string &path, std::size_t limit);
/// What others than this user may do in the folder and what to do about it; empty: nothing.
[[nodiscard]] std::string openToOthers(const std::string &folder);

/// What to do about an error number of the system.
[[nodiscard]] std::string_view systemAdvice(int number);
/// Whether it means that there is no room, for whatever reason.
[[nodiscard]] bool meansNoRoom(int number);

/// A file as it was found at its path, to be recognised there later.
class FoundFile {
public:
    FoundFile() = default;
    /// Reads the first bytes through whoever has the file open; nothing: it has not as many, or cannot be read. Not opened here, since
    /// closing it again would take away all locks that this process has on it (fcntl(2)), those of SQLite among them.
    using Begins = std::function<std::optional<std::uint32_t>()>;
    /// The bytes that must be there, given the most that were seen so far; nothing: not to be told just now.
    using Keeps = std::function<std::optional<std::int64_t>(std::int64_t largest)>;
    /// `what` it is called in messages: "database". One of less than it `keeps` has been cut off by somebody; one that `begins` with
    /// other bytes than before was written over.
    explicit FoundFile(std::string path, std::string what, Keeps keeps = {}, Begins begins = {});
    /// Empty while the same file lies there, whole; else what has become of it, in words. Costs one look at the folder.
    [[nodiscard]] std::string missing() const;
    /// It lies there, and missing() has found it cut off or written over.
    [[nodiscard]] bool isDamaged() const { return m_damaged; }

private:
    /// The bytes that it had to have; nothing: it has them.
    [[nodiscard]] std::optional<std::int64_t> cutOffFrom(std::int64_t size) const;
    [[nodiscard]] bool isWrittenOver() const;

    std::string m_path, m_what;
    std::uint64_t m_device = 0, m_number = 0;
    bool m_known = false;
    Keeps m_keeps;
    Begins m_begins;
    mutable std::optional<std::uint32_t> m_first; ///< its first bytes, once it has them; both kinds of file have a mark there
    mutable bool m_damaged = false;
    mutable std::int64_t m_largest = 0; ///< bytes, as seen so far
};

/// A file whose text is replaced again and again, in place. Closed by its destructor.
class OverwrittenFile {
public:
    OverwrittenFile() = default;
    ~OverwrittenFile();
    OverwrittenFile(const OverwrittenFile &) = delete;
    OverwrittenFile &operator=(const OverwrittenFile &) = delete;
    /// Writes into the file at `path` (always the same), which is made (0600) if it is not there. Not durable at once. Errors:
    /// Unusable, Full; it is then tried anew by the next call.
    [[nodiscard]] Result<> overwrite(const std::string &path, std::string_view text);

private:
    [[nodiscard]] Result<> open(const std::string &path);
    void close();

    int m_file = -1;
    FoundFile m_found;
};

/// The right to be the one process that writes in a folder. Kept by the kernel for this process: a killed one leaves nothing. Both
/// the folder and a file in it are locked: the file tells who has the right, the folder keeps it should the file be removed.
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
    int m_folder = -1;
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
