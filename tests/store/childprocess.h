// SPDX-License-Identifier: GPL-3.0-or-later
/// Work in a process of its own: for what a process can do to itself only once, as dying or giving up rights.
#pragma once

#include <functional>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace threadline::test {

/// Runs `body` in a forked child and returns what it returned; "died" if it did not get so far.
inline std::string inChild(const std::function<std::string()> &body)
{
    int ends[2];
    if (::pipe(ends) != 0)
        return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        const std::string said = body() + "\n";
        const bool told = ::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
        ::_exit(told ? 0 : 1);
    }
    ::close(ends[1]);
    std::string said;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        said.append(buffer, static_cast<std::size_t>(n));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return said.empty() ? "died" : said.substr(0, said.size() - 1);
}

} // namespace threadline::test
