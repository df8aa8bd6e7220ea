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

} // namespace threadline::app
