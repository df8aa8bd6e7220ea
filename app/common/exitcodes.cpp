// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/exitcodes.h"

#include "core/base/log.h"

#include <cstdio>

namespace threadline::app {
namespace {

void say(const Error &error)
{
    sayLine("threadline: " + error.message);
}

} // namespace

void sayLine(const std::string &words) { std::fprintf(stderr, "%s\n", log::masked(words).c_str()); }

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
