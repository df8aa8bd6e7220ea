// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/smallfile.h"

#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace threadline {
namespace {

constexpr auto kPatience = std::chrono::seconds(5); ///< with a pipe

class Descriptor {
public:
    explicit Descriptor(int number) : m_number(number) {}
    ~Descriptor()
    {
        if (m_number >= 0)
            close(m_number);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    [[nodiscard]] int number() const { return m_number; }

private:
    const int m_number;
};

std::string whyNot(int number)
{
    if (number == ENOENT || number == ENOTDIR)
        return "cannot be read: it does not exist";
    if (number == EACCES || number == EPERM)
        return "cannot be read: this user may not";
    return std::string("cannot be read: ") + std::strerror(number);
}

/// What it is, if that is nothing to read from.
std::string wrongKind(mode_t mode, FileKind kind)
{
    if (S_ISDIR(mode))
        return "is a folder, not a file";
    if (S_ISREG(mode) || kind == FileKind::Any)
        return {};
    return S_ISFIFO(mode) ? "is a pipe, not a file" : "is no regular file";
}

} // namespace

Result<std::string> readSmallFile(const std::string &path, std::size_t limit, FileKind kind)
{
    const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat info = {};
    if (file.number() < 0 || fstat(file.number(), &info) != 0)
        return fail(ErrorCode::NotFound, whyNot(errno));
    if (std::string wrong = wrongKind(info.st_mode, kind); !wrong.empty())
        return fail(ErrorCode::Malformed, std::move(wrong));
    const auto end = std::chrono::steady_clock::now() + kPatience;
    std::string text;
    char part[16 * 1024];
    while (text.size() <= limit) {
        const ssize_t got = read(file.number(), part, sizeof part);
        if (got == 0)
            return text;
        if (got > 0) {
            text.append(part, static_cast<std::size_t>(got));
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return fail(ErrorCode::NotFound, whyNot(errno));
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd wanted{file.number(), POLLIN, 0};
        if (left <= 0 || (poll(&wanted, 1, static_cast<int>(left)) == 0))
            return fail(ErrorCode::NotFound, "gave nothing to read for five seconds");
    }
    return fail(ErrorCode::TooLarge, "is larger than " + std::to_string(limit >> 10) + " KiB");
}

} // namespace threadline
