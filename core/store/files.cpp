// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/files.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace threadline {
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    [[nodiscard]] int get() const { return m_fd; }
    [[nodiscard]] bool good() const { return m_fd >= 0; }
    [[nodiscard]] int release() { return std::exchange(m_fd, -1); }

private:
    int m_fd;
};

tl::unexpected<Error> systemFailure(std::string_view what, const std::string &path, int number)
{
    std::string message = "Cannot " + std::string(what) + " " + path + ": " + std::strerror(number) + ".";
    switch (number) {
    case ENOSPC:
    case EDQUOT: return fail(ErrorCode::Full, message + " Make room on this disk.");
    case EACCES:
    case EPERM: return fail(ErrorCode::Unusable, message + " Give this user the right to it, or name another data folder.");
    case EROFS: return fail(ErrorCode::Unusable, message + " Make it writable, or name another data folder.");
    default: return fail(ErrorCode::Unusable, message + " Name another data folder.");
    }
}

Result<> makeOne(const std::string &folder)
{
    if (::mkdir(folder.c_str(), kPrivateFolder) == 0)
        return {};
    const int number = errno;
    struct stat facts {};
    if (::stat(folder.c_str(), &facts) != 0)
        return systemFailure("make the folder", folder, number);
    if (!S_ISDIR(facts.st_mode))
        return fail(ErrorCode::Unusable, "The data folder " + folder + " is a file. Name another data folder.");
    return {};
}

std::string parentOf(const std::string &path)
{
    const std::size_t slash = path.find_last_of('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string pidIn(int fd)
{
    std::array<char, 32> text{};
    const ssize_t size = ::pread(fd, text.data(), text.size() - 1, 0);
    std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return pid.substr(0, pid.find_first_not_of("0123456789"));
}

std::uint32_t bigEndian(const unsigned char *at, int bytes)
{
    std::uint32_t value = 0;
    for (int i = 0; i < bytes; ++i)
        value = value << 8 | at[i];
    return value;
}

using Header = std::array<unsigned char, 100>;

/// What the SQLite file format (sqlite.org/fileformat2.html, section 1.3) demands of a header's fixed fields.
bool headerMakesSense(const Header &h)
{
    const std::uint32_t page = bigEndian(&h[16], 2) == 1 ? 65536 : bigEndian(&h[16], 2);
    const bool powerOfTwo = page >= 512 && (page & (page - 1)) == 0;
    const std::uint32_t format = bigEndian(&h[44], 4);
    const std::uint32_t encoding = bigEndian(&h[56], 4);
    return powerOfTwo && (h[18] == 1 || h[18] == 2) && (h[19] == 1 || h[19] == 2) && h[21] == 64 && h[22] == 32 && h[23] == 32
        && format >= 1 && format <= 4 && encoding == 1;
}

bool looksSuspicious(const std::string &path, const Header &h, std::int64_t size)
{
    const std::uint32_t page = bigEndian(&h[16], 2) == 1 ? 65536 : bigEndian(&h[16], 2);
    const std::int64_t told = static_cast<std::int64_t>(bigEndian(&h[28], 4)) * page;
    struct stat facts {};
    const bool journal = ::stat((path + "-wal").c_str(), &facts) == 0 && facts.st_size > 0;
    return size % page != 0 || (!journal && size != told);
}

} // namespace

Result<> makeFolder(const std::string &folder)
{
    if (folder.empty())
        return fail(ErrorCode::InvalidArgument, "The data folder has no name. Name one with --data-dir.");
    for (std::size_t slash = folder.find('/', 1); slash != std::string::npos; slash = folder.find('/', slash + 1)) {
        if (auto made = makeOne(folder.substr(0, slash)); !made)
            return made;
    }
    if (auto made = makeOne(folder); !made)
        return made;
    if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0)
        return systemFailure("write in the data folder", folder, errno);
    return {};
}

Result<> makePrivateFile(const std::string &path)
{
    const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kPrivateFile));
    if (!file.good())
        return systemFailure("make the file", path, errno);
    return {};
}

Result<> publishFile(const std::string &draft, const std::string &path)
{
    const Descriptor file(::open(draft.c_str(), O_RDWR | O_CLOEXEC));
    if (!file.good() || ::fsync(file.get()) != 0 || ::rename(draft.c_str(), path.c_str()) != 0)
        return systemFailure("make the file", path, errno);
    const Descriptor folder(::open(parentOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.good() || ::fsync(folder.get()) != 0)
        return systemFailure("make the file", path, errno);
    return {};
}

bool fileExists(const std::string &path)
{
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0;
}

void removeFile(const std::string &path) { ::unlink(path.c_str()); }

FolderLock::FolderLock(FolderLock &&other) noexcept
    : m_file(std::exchange(other.m_file, -1)), m_made(other.m_made), m_signed(other.m_signed), m_path(std::move(other.m_path))
{
}

FolderLock &FolderLock::operator=(FolderLock &&other) noexcept
{
    std::swap(m_file, other.m_file);
    std::swap(m_made, other.m_made);
    std::swap(m_signed, other.m_signed);
    std::swap(m_path, other.m_path);
    return *this;
}

FolderLock::~FolderLock()
{
    if (m_file < 0)
        return;
    if (m_made && !m_signed)
        ::unlink(m_path.c_str()); // a folder that could not be used is left as it was found
    ::close(m_file);
}

Result<FolderLock> FolderLock::take(const std::string &folder)
{
    FolderLock lock;
    lock.m_path = folder + "/threadline.lock";
    for (;;) {
        Descriptor file(::open(lock.m_path.c_str(), O_RDWR | O_CLOEXEC));
        const bool made = !file.good() && errno == ENOENT;
        Descriptor fresh(made ? ::open(lock.m_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivateFile) : -1);
        Descriptor &held = made ? fresh : file;
        if (!held.good())
            return systemFailure("lock the data folder by the file", lock.m_path, errno);
        if (::flock(held.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK)
                return systemFailure("lock the data folder by the file", lock.m_path, errno);
            const std::string pid = pidIn(held.get());
            return fail(ErrorCode::Busy, "The data folder " + folder + " is in use by "
                            + (pid.empty() ? std::string("another process") : "process " + pid)
                            + ". End that process, or name another data folder.");
        }
        struct stat mine {}, there {};
        // Whoever held the lock before may have removed the file between our open and our lock.
        if (::fstat(held.get(), &mine) != 0 || ::stat(lock.m_path.c_str(), &there) != 0 || mine.st_ino != there.st_ino)
            continue;
        lock.m_made = made;
        lock.m_file = held.release();
        return lock;
    }
}

Result<> FolderLock::sign()
{
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(m_file, 0) != 0 || ::pwrite(m_file, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
        return systemFailure("write the lock file", m_path, errno);
    m_signed = true;
    return {};
}

Result<FileFacts> inspectDatabase(const std::string &path)
{
    struct stat facts {};
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.good() || ::fstat(file.get(), &facts) != 0)
        return systemFailure("open the database", path, errno);
    if (!S_ISREG(facts.st_mode))
        return fail(ErrorCode::Unusable, path + " is no file. Move it away, or name another data folder.");
    if (facts.st_size == 0)
        return fail(ErrorCode::Unusable, "The database " + path + " is empty (0 bytes): something has cut it off. Restore a backup, "
                                         "or move it away to begin anew.");
    static constexpr std::string_view kMagic("SQLite format 3\0", 16);
    Header header{};
    const ssize_t got = ::pread(file.get(), header.data(), header.size(), 0);
    if (got < static_cast<ssize_t>(kMagic.size()) || std::memcmp(header.data(), kMagic.data(), kMagic.size()) != 0)
        return fail(ErrorCode::Unusable, path + " is no SQLite database. Move it away, or name another data folder.");
    if (got < static_cast<ssize_t>(header.size()) || !headerMakesSense(header))
        return fail(ErrorCode::Unusable, "The database " + path + " is damaged: its header makes no sense. Restore a backup, or move it "
                                         "away to begin anew.");
    FileFacts result;
    result.size = facts.st_size;
    result.applicationId = static_cast<std::int32_t>(bigEndian(&header[68], 4));
    result.version = static_cast<std::int32_t>(bigEndian(&header[60], 4));
    result.suspicious = looksSuspicious(path, header, facts.st_size);
    return result;
}

} // namespace threadline
