// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/inputfile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace threadline {
namespace {

const char *kindOf(mode_t mode)
{
    return S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
}

} // namespace

Result<InputFile> InputFile::open(const std::string &path)
{
    InputFile file(path, ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (file.m_descriptor < 0 && errno == ENOENT)
        return fail(ErrorCode::NotFound, "The file " + path + " is not there. Check its name and folder.");
    if (file.m_descriptor < 0)
        return fail(ErrorCode::Unusable, "The file " + path + " cannot be opened: " + std::strerror(errno) + ". Check its permissions.");
    struct stat info{};
    if (::fstat(file.m_descriptor, &info) != 0)
        return fail(file.unreadable());
    if (S_ISDIR(info.st_mode))
        return fail(ErrorCode::Unusable, path + " is a folder. Name the files in it.");
    if (!S_ISREG(info.st_mode))
        return fail(ErrorCode::Unusable, path + " is no file but " + kindOf(info.st_mode) + ", which may never end. Name a file on the disk.");
    file.m_size = static_cast<std::uint64_t>(info.st_size);
    return file;
}

InputFile::InputFile(InputFile &&other) noexcept
    : m_path(std::move(other.m_path)), m_descriptor(std::exchange(other.m_descriptor, -1)), m_size(other.m_size) {}

InputFile::~InputFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<std::size_t> InputFile::read(std::vector<char> &block) const
{
    ssize_t got = 0;
    do {
        got = ::read(m_descriptor, block.data(), block.size());
    } while (got < 0 && errno == EINTR);
    return got < 0 ? Result<std::size_t>(fail(unreadable())) : Result<std::size_t>(static_cast<std::size_t>(got));
}

std::FILE *InputFile::stream() const
{
    const int copy = ::fcntl(m_descriptor, F_DUPFD_CLOEXEC, 0);
    std::FILE *stream = copy < 0 ? nullptr : ::fdopen(copy, "rb");
    if (!stream && copy >= 0)
        ::close(copy);
    return stream;
}

Error InputFile::unreadable() const
{
    return {ErrorCode::Unusable, "The file " + m_path + " cannot be read to its end: " + std::strerror(errno) + "."};
}

} // namespace threadline
