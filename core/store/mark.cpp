// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/mark.h"

#include "core/base/hash.h"

#include <cinttypes>
#include <cstdio>

namespace threadline {
namespace {

constexpr std::size_t kMaxText = 512;

std::string pathIn(const std::string &folder) { return folder + "/threadline.mark"; }

std::string sumOf(std::string_view text) { return hash128(text).hex(); }

} // namespace

/// One line of constant length, so that writing over it leaves nothing of the line before.
std::string HighMark::text() const
{
    char line[256];
    std::snprintf(line, sizeof line, "threadline mark 1 commit %020" PRIu64 " row %020" PRId64 " key %020" PRId64 " events %020" PRId64
                  " received %020" PRId64 " ", commit, row, key, events, received.value_or(Timestamp{}).us);
    return line + sumOf(line) + "\n";
}

std::optional<HighMark> HighMark::read(const std::string &folder)
{
    const std::string text = readSmallFile(pathIn(folder), kMaxText);
    HighMark mark;
    Timestamp received;
    if (std::sscanf(text.c_str(), "threadline mark 1 commit %" SCNu64 " row %" SCNd64 " key %" SCNd64 " events %" SCNd64 " received %" SCNd64,
                    &mark.commit, &mark.row, &mark.key, &mark.events, &received.us) != 5)
        return std::nullopt;
    if (received.us != 0)
        mark.received = received;
    return mark.text() == text ? std::optional(mark) : std::nullopt;
}

Result<> HighMarkFile::open(const std::string &folder) { return m_file.open(pathIn(folder)); }

void HighMarkFile::write(const HighMark &mark) { m_file.overwrite(mark.text()); }

} // namespace threadline
