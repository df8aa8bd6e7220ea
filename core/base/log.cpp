// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"

#include "core/base/time.h"

#include <atomic>
#include <algorithm>
#include <cstdio>
#include <mutex>
#include <vector>

namespace threadline::log {
namespace {

std::atomic<Level> g_level{Level::Info};
std::mutex g_mutex;
std::vector<std::string> g_secrets;
std::function<void(Level, std::string_view)> g_sink;

constexpr std::size_t kMaxSecrets = 64;
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

void replaceAll(std::string &text, std::string_view what)
{
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 3))
        text.replace(at, what.size(), "***");
}

/// Whatever stands behind "access_token=" up to the end of the parameter.
void maskParameter(std::string &text)
{
    static constexpr std::string_view kName = "access_token=";
    for (std::size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at)) {
        at += kName.size();
        const std::size_t end = std::min(text.find_first_of("& \t\"'<>)", at), text.size());
        text.replace(at, end - at, "***");
    }
}

std::string maskedLocked(std::string_view text)
{
    std::string out(text);
    for (const std::string &secret : g_secrets)
        replaceAll(out, secret);
    maskParameter(out);
    return out;
}

/// One event is one line, whatever foreign text is in it.
void flatten(std::string &line)
{
    if (line.size() > kMaxLine)
        line.resize(kMaxLine);
    for (char &c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    }
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

void mask(const std::string &text)
{
    if (text.size() < 4)
        return;
    std::scoped_lock lock(g_mutex);
    if (std::find(g_secrets.begin(), g_secrets.end(), text) != g_secrets.end())
        return;
    if (g_secrets.size() == kMaxSecrets) // tokens come and go: the oldest are long invalid
        g_secrets.erase(g_secrets.begin());
    g_secrets.push_back(text);
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
