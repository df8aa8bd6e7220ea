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
                  " received %020" PRId64 " unwritten %d ", commit, row, key, events, received.value_or(Timestamp{}).us, unwritten ? 1 : 0);
    return line + sumOf(line) + "\n";
}

std::optional<HighMark> HighMark::read(const std::string &folder)
{
    const std::string text = readSmallFile(pathIn(folder), kMaxText);
    HighMark mark;
    Timestamp received;
    int unwritten = 0;
    if (std::sscanf(text.c_str(), "threadline mark 1 commit %" SCNu64 " row %" SCNd64 " key %" SCNd64 " events %" SCNd64 " received %" SCNd64
                    " unwritten %d", &mark.commit, &mark.row, &mark.key, &mark.events, &received.us, &unwritten) != 6)
        return std::nullopt;
    mark.unwritten = unwritten != 0;
    if (received.us != 0)
        mark.received = received;
    return mark.text() == text ? std::optional(mark) : std::nullopt;
}

HighMark HighMark::passedOver() const
{
    HighMark further = *this;
    further.commit += kPassedOver;
    further.row += kPassedOver;
    further.key += kPassedOver;
    return further;
}

HighMarkFile::HighMarkFile(const std::string &folder) : m_path(pathIn(folder)) {}

void HighMarkFile::write(const HighMark &mark)
{
    const auto written = m_file.overwrite(m_path, mark.text());
    const std::scoped_lock lock(m_mutex);
    m_warning = written ? std::string() : written.error().message + " Recording goes on; but if the database's journal (-wal) goes missing now, the "
                                                                    "next start will not notice.";
}

std::string HighMarkFile::warning() const
{
    const std::scoped_lock lock(m_mutex);
    return m_warning;
}

} // namespace threadline
