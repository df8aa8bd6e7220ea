// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"

#include "core/base/ascii.h"
#include "core/base/secrets.h"
#include "core/base/utf8.h"
#include "core/base/time.h"

#include <atomic>
#include <algorithm>
#include <cstdio>
#include <mutex>

namespace threadline::log {
namespace {

std::atomic<Level> g_level{Level::Info};
std::mutex g_mutex;
Secrets g_secrets;
std::function<void(Level, std::string_view)> g_sink;

constexpr std::size_t kMaxLine = 8192;

std::string_view nameOf(Level level)
{
    switch (level) {
    case Level::Debug: return "debug";
    case Level::Info: return "info";
    case Level::Warning: return "warning";
    case Level::Error: break;
    }
    return "error";
}

constexpr std::string_view kEnds = "& \t\r\n\"'<>)#";

/// Whatever stands behind "access_token=" anywhere, and behind names like it in the query of an address, up to its end.
void maskParameters(std::string &text)
{
    for (std::size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
        static constexpr std::string_view kAnywhere = "access_token";
        static constexpr std::string_view kInQueries[] = {"token", "id_token", "refresh_token", "client_secret", "secret", "password", "api_key", "apikey"};
        static constexpr std::size_t kLongestName = 32;
        const std::size_t first = at - std::min(at, kLongestName);
        const std::string_view before = std::string_view(text).substr(first, at - first);
        const std::size_t begin = before.find_last_of("?&#; \t\"'=") + 1;
        const std::string_view name = before.substr(begin);
        const bool inQuery = begin > 0 && std::string_view("?&#").find(before[begin - 1]) != std::string_view::npos;
        const bool named = std::any_of(std::begin(kInQueries), std::end(kInQueries), [&](std::string_view n) { return ascii::equalNoCase(name, n); });
        if (!before.ends_with(kAnywhere) && !(inQuery && named))
            continue;
        const std::size_t end = std::min(text.find_first_of(kEnds, at + 1), text.size());
        text.replace(at + 1, end - at - 1, "***");
    }
}

/// The password of "scheme://user:password@host"; all of "scheme://token@host".
void maskUsers(std::string &text)
{
    for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 1)) {
        const std::size_t begin = at + 3;
        const std::size_t end = std::min(text.find_first_of("/?# \t\r\n\"'<>", begin), text.size());
        const std::size_t sign = text.rfind('@', end);
        if (sign == std::string::npos || sign < begin || sign >= end)
            continue;
        const std::size_t colon = text.find(':', begin);
        const std::size_t from = colon < sign ? colon + 1 : begin;
        text.replace(from, sign - from, "***");
    }
}

std::string maskedLocked(std::string_view text)
{
    std::string out = g_secrets.masked(text);
    maskParameters(out);
    maskUsers(out);
    return out;
}

/// One event is one line, whatever foreign text is in it.
void flatten(std::string &line)
{
    if (line.size() > kMaxLine)
        line.resize(kMaxLine);
    blankControls(line);
}

} // namespace

void setLevel(Level level) { g_level = level; }

std::optional<Level> levelFromName(std::string_view name)
{
    for (const Level level : {Level::Debug, Level::Info, Level::Warning, Level::Error}) {
        if (nameOf(level) == name)
            return level;
    }
    return std::nullopt;
}

void mask(std::string_view text)
{
    std::scoped_lock lock(g_mutex);
    g_secrets.add(text);
}

void maskToken(std::string_view text)
{
    std::scoped_lock lock(g_mutex);
    g_secrets.addToken(text);
}

std::string masked(std::string_view text)
{
    std::scoped_lock lock(g_mutex);
    return maskedLocked(text);
}

void write(Level level, std::string_view area, std::string_view message)
{
    if (level < g_level)
        return;
    std::string line = formatTimestamp(SystemClock().now());
    line.append(" ").append(nameOf(level)).append(" ").append(area).append(": ");
    std::scoped_lock lock(g_mutex);
    line += maskedLocked(message);
    flatten(line);
    if (g_sink) {
        g_sink(level, line);
        return;
    }
    line.push_back('\n');
    std::fwrite(line.data(), 1, line.size(), stderr);
}

void setSink(std::function<void(Level, std::string_view)> sink)
{
    std::scoped_lock lock(g_mutex);
    g_sink = std::move(sink);
}

} // namespace threadline::log
