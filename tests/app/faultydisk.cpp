// SPDX-License-Identifier: GPL-3.0-or-later
/// Preloaded into a program: while the file named by THREADLINE_TEST_FAULT is there, writes to its database fail with the error number
/// that it holds, as those of a broken disk do. While the file named by THREADLINE_TEST_NO_DESCRIPTORS is there, connections find no
/// descriptor. With THREADLINE_TEST_NAMES_HANG a question for an address makes that file and is not answered for a minute.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int faultOf(int fd)
{
    const char *file = std::getenv("THREADLINE_TEST_FAULT");
    if (!file || ::access(file, F_OK) != 0)
        return 0;
    char link[64], path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t size = ::readlink(link, path, sizeof path - 1);
    if (size <= 0)
        return 0;
    path[size] = 0;
    std::FILE *in = std::strstr(path, "threadline.db") ? std::fopen(file, "r") : nullptr;
    if (!in)
        return 0;
    int number = 0;
    if (std::fscanf(in, "%d", &number) != 1)
        number = 0;
    std::fclose(in);
    return number;
}

template<class F>
F realOf(const char *name)
{
    return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

bool noDescriptors()
{
    const char *file = std::getenv("THREADLINE_TEST_NO_DESCRIPTORS");
    const bool none = file && ::access(file, F_OK) == 0;
    if (none)
        errno = EMFILE;
    return none;
}

/// What `call` returns, or a failure.
template<class Call>
auto unlessFaulty(int fd, Call call) -> decltype(call())
{
    if (const int number = faultOf(fd)) {
        errno = number;
        return -1;
    }
    return call();
}

} // namespace

extern "C" {

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    static const auto real = realOf<ssize_t (*)(int, const void *, size_t, off_t)>("pwrite");
    return unlessFaulty(fd, [&] { return real(fd, bytes, size, at); });
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    static const auto real = realOf<ssize_t (*)(int, const void *, size_t, off64_t)>("pwrite64");
    return unlessFaulty(fd, [&] { return real(fd, bytes, size, at); });
}

int fsync(int fd)
{
    static const auto real = realOf<int (*)(int)>("fsync");
    return unlessFaulty(fd, [&] { return real(fd); });
}

int fdatasync(int fd)
{
    static const auto real = realOf<int (*)(int)>("fdatasync");
    return unlessFaulty(fd, [&] { return real(fd); });
}

int accept(int fd, sockaddr *address, socklen_t *size)
{
    static const auto real = realOf<int (*)(int, sockaddr *, socklen_t *)>("accept");
    return noDescriptors() ? -1 : real(fd, address, size);
}

int accept4(int fd, sockaddr *address, socklen_t *size, int flags)
{
    static const auto real = realOf<int (*)(int, sockaddr *, socklen_t *, int)>("accept4");
    return noDescriptors() ? -1 : real(fd, address, size, flags);
}

int getaddrinfo(const char *node, const char *service, const addrinfo *hints, addrinfo **result)
{
    static const auto real = realOf<int (*)(const char *, const char *, const addrinfo *, addrinfo **)>("getaddrinfo");
    if (const char *asked = std::getenv("THREADLINE_TEST_NAMES_HANG")) {
        if (std::FILE *file = std::fopen(asked, "w"))
            std::fclose(file);
        ::sleep(60);
    }
    return real(node, service, hints, result);
}

} // extern "C"
