// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/files.h"

#include <array>
#include <cerrno>
#include <cstdio>
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

/// Whether it is this process or the machine that has too little of something, wherever the data folder lies.
bool isOfTheProcess(int number) { return number == EMFILE || number == ENFILE || number == ENOMEM; }

tl::unexpected<Error> systemFailure(std::string_view what, const std::string &path, int number)
{
    std::string message = "Cannot " + std::string(what) + " " + path + ": " + std::strerror(number) + ".";
    const std::string_view advice = systemAdvice(number);
    const bool room = meansNoRoom(number);
    message.append(advice);
    if (!room && !isOfTheProcess(number))
        message.append(advice.empty() ? " Name another data folder." : " Or name another data folder.");
    return fail(room ? ErrorCode::Full : ErrorCode::Unusable, std::move(message));
}

/// For a file that can be done without, so that another folder is no advice.
std::string cannotWrite(const std::string &path, int number)
{
    const std::string_view advice = systemAdvice(number);
    return "Cannot write the file " + path + ": " + std::strerror(number) + "." + std::string(advice.empty() ? " Move it away." : advice);
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

std::string_view systemAdvice(int number)
{
    switch (number) {
    case ENOSPC: return " Make room on this disk.";
    case EDQUOT: return " This user's share of the disk is used up: make room within it.";
    case EFBIG: return " A file may not grow further: raise the limit on the size of files (ulimit -f).";
    case EIO: return " The disk reports a failure of its own: look into the system's log, and copy the data folder to another disk.";
    case EROFS: return " The disk is mounted for reading only, as happens after a failure of its own: look into the system's log.";
    case EACCES:
    case EPERM: return " Give this user the right to it.";
    case EMFILE:
    case ENFILE: return " Too many files are open: raise the limit (ulimit -n).";
    case ENOMEM: return " There is no memory left: end other programs.";
    default: return {};
    }
}

bool meansNoRoom(int number) { return number == ENOSPC || number == EDQUOT || number == EFBIG; }

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

bool isDanglingLink(const std::string &path)
{
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode) && !fileExists(path);
}

void removeFile(const std::string &path) { ::unlink(path.c_str()); }

std::string readSmallFile(const std::string &path, std::size_t limit)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (!file.good() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size > static_cast<off_t>(limit))
        return {};
    std::string text(static_cast<std::size_t>(facts.st_size), '\0');
    const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

std::string openToOthers(const std::string &folder)
{
    struct stat facts {};
    if (::stat(folder.c_str(), &facts) != 0 || (facts.st_mode & 077) == 0)
        return {};
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(facts.st_mode & 07777));
    return "The data folder " + folder + " is open to other users of this machine (mode " + mode
        + "), and it holds what customers said and wrote. Close it: chmod 700 " + folder;
}

OverwrittenFile::~OverwrittenFile() { close(); }

void OverwrittenFile::close()
{
    if (m_file >= 0)
        ::close(std::exchange(m_file, -1));
}

Result<> OverwrittenFile::open(const std::string &path)
{
    m_file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, kPrivateFile);
    struct stat facts {};
    if (m_file >= 0 && ::fstat(m_file, &facts) == 0 && S_ISREG(facts.st_mode)) {
        m_found = FoundFile(path, "file");
        return {};
    }
    const int number = m_file >= 0 ? 0 : errno;
    close();
    if (number == 0 || number == ELOOP || number == ENXIO || number == EISDIR)
        return fail(ErrorCode::Unusable, path + (number == ELOOP ? " is a link" : " is no file") + ", so it cannot be written. Move it away.");
    return fail(ErrorCode::Unusable, cannotWrite(path, number));
}

Result<> OverwrittenFile::overwrite(const std::string &path, std::string_view text)
{
    if (m_file >= 0 && !m_found.missing().empty())
        close();
    if (m_file < 0) {
        if (auto opened = open(path); !opened)
            return opened;
    }
    const int before = std::exchange(errno, ENOSPC); // what a write that ends early would say next
    // Whatever was longer before, from another version or another hand, must not show behind it.
    if (::pwrite(m_file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) && ::ftruncate(m_file, static_cast<off_t>(text.size())) == 0) {
        errno = before; // whoever looks at it next did not fail for want of room
        return {};
    }
    const int number = errno;
    close();
    return fail(meansNoRoom(number) ? ErrorCode::Full : ErrorCode::Unusable, cannotWrite(path, number));
}

FoundFile::FoundFile(std::string path, std::string what, Keeps keeps, Begins begins)
    : m_path(std::move(path)), m_what(std::move(what)), m_keeps(std::move(keeps)), m_begins(std::move(begins))
{
    struct stat facts {};
    m_known = ::stat(m_path.c_str(), &facts) == 0;
    m_device = static_cast<std::uint64_t>(facts.st_dev);
    m_number = static_cast<std::uint64_t>(facts.st_ino);
    m_largest = facts.st_size;
}

std::string FoundFile::missing() const
{
    struct stat facts {};
    m_damaged = false; // what it was found to be may have gone since, and the file with it
    if (!m_known)
        return {};
    if (::stat(m_path.c_str(), &facts) != 0)
        return errno == ENOENT || errno == ENOTDIR ? "The " + m_what + " " + m_path + " was deleted or moved away while Threadline runs." : std::string();
    const bool same = static_cast<std::uint64_t>(facts.st_dev) == m_device && static_cast<std::uint64_t>(facts.st_ino) == m_number;
    if (!same)
        return "Another file was put in the place of the " + m_what + " " + m_path + " while Threadline runs.";
    const auto cutOff = cutOffFrom(facts.st_size);
    m_damaged = cutOff || isWrittenOver();
    if (m_damaged && !cutOff)
        return "The " + m_what + " " + m_path + " was written over by another hand while Threadline runs.";
    if (cutOff)
        return "The " + m_what + " " + m_path + " was cut off from " + std::to_string(*cutOff) + " to " + std::to_string(facts.st_size)
            + " bytes while Threadline runs.";
    m_largest = facts.st_size;
    return {};
}

/// Whoever makes the file shorter by right says so first: what has changed around the look at it is left to the next look.
std::optional<std::int64_t> FoundFile::cutOffFrom(std::int64_t size) const
{
    const auto keeps = m_keeps ? m_keeps(m_largest) : std::nullopt;
    if (!keeps || size >= *keeps)
        return std::nullopt;
    struct stat facts {};
    const bool still = ::stat(m_path.c_str(), &facts) == 0 && facts.st_size < *keeps && m_keeps(m_largest) == keeps;
    return still ? keeps : std::nullopt;
}

bool FoundFile::isWrittenOver() const
{
    const auto first = m_begins ? m_begins() : std::nullopt;
    if (!first)
        return false;
    if (!m_first)
        m_first = first;
    return m_first != first;
}

FolderLock::FolderLock(FolderLock &&other) noexcept
    : m_folder(std::exchange(other.m_folder, -1)), m_file(std::exchange(other.m_file, -1)), m_made(other.m_made), m_signed(other.m_signed), m_path(std::move(other.m_path))
{
}

FolderLock &FolderLock::operator=(FolderLock &&other) noexcept
{
    std::swap(m_folder, other.m_folder);
    std::swap(m_file, other.m_file);
    std::swap(m_made, other.m_made);
    std::swap(m_signed, other.m_signed);
    std::swap(m_path, other.m_path);
    return *this;
}

FolderLock::~FolderLock()
{
    if (m_file >= 0) {
        if (m_made && !m_signed)
            ::unlink(m_path.c_str()); // a folder that could not be used is left as it was found
        ::close(m_file);
    }
    if (m_folder >= 0)
        ::close(m_folder);
}

Result<FolderLock> FolderLock::take(const std::string &folder)
{
    const auto inUse = [&](const std::string &pid) {
        return fail(ErrorCode::Busy, "The data folder " + folder + " is in use by " + (pid.empty() ? std::string("another process") : "process " + pid)
                        + ". End that process, or name another data folder.");
    };
    FolderLock lock;
    lock.m_path = folder + "/threadline.lock";
    lock.m_folder = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // A file system that cannot lock folders leaves it at the file.
    if (lock.m_folder >= 0 && ::flock(lock.m_folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        const Descriptor file(::open(lock.m_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        return inUse(file.good() ? pidIn(file.get()) : std::string());
    }
    for (;;) {
        Descriptor file(::open(lock.m_path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
        const bool made = !file.good() && errno == ENOENT;
        Descriptor fresh(made ? ::open(lock.m_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivateFile) : -1);
        Descriptor &held = made ? fresh : file;
        if (!held.good())
            return systemFailure("lock the data folder by the file", lock.m_path, errno);
        if (::flock(held.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK)
                return systemFailure("lock the data folder by the file", lock.m_path, errno);
            return inUse(pidIn(held.get()));
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
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); // a pipe would wait for a writer
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
