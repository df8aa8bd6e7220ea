// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/exitcodes.h"

#include "core/base/log.h"
#include "core/base/utf8.h"

#include <cstdio>
#include <new>
#include <system_error>

namespace threadline::app {
namespace {

void say(const Error &error)
{
    sayLine("threadline: " + error.message);
}

} // namespace

void sayLine(const std::string &words)
{
    std::string line = log::masked(words);
    blankControls(line);
    std::fprintf(stderr, "%s\n", line.c_str());
}

int sayWhatIsShort(const std::function<int()> &program)
{
    try {
        return program();
    } catch (const std::bad_alloc &) {
        return sayAndExit({ErrorCode::InvalidArgument, "The program gets too little memory from the system to start. Close other programs, or raise "
                                                       "the limit (ulimit -v, or that of the container or service)."});
    } catch (const std::system_error &error) {
        return sayAndExit({ErrorCode::InvalidArgument, std::string("The system gives the program no further thread (") + error.what()
                               + "). Raise the limit of memory or processes (ulimit -v, ulimit -u, or that of the container or service)."});
    }
}

int sayAndExit(const Error &error)
{
    say(error);
    return error.code == ErrorCode::CredentialsRefused ? kExitCredentials : kExitUsage;
}

int sayDataAndExit(const Error &error)
{
    say(error);
    return kExitData;
}

int sayWhichAndExit(const Error &error)
{
    switch (error.code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::CredentialsRefused: return sayAndExit(error);
    case ErrorCode::Unreachable:
    case ErrorCode::Cancelled:
    case ErrorCode::Internal: say(error); return kExitFailed;
    default: return sayDataAndExit(error);
    }
}

} // namespace threadline::app
