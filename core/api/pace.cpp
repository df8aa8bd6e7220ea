// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/pace.h"

namespace threadline::api {
namespace {

constexpr Duration kWindow = Duration::seconds(2);

} // namespace

void Pace::begin(Duration now)
{
    if (!m_since)
        m_since = now;
}

void Pace::pause(Duration now)
{
    took(now, 0);
    m_since.reset();
}

void Pace::took(Duration now, std::int64_t bytes)
{
    if (!m_since) // of an answer that is over: it came too late to have taken any time
        return;
    m_current.time = m_current.time + running(now);
    m_current.bytes += bytes;
    m_since = now;
    if (m_current.time >= kWindow) {
        m_last = m_current;
        m_current = Window();
    }
}

std::optional<std::int64_t> Pace::bytesPerSecond(Duration now) const
{
    Window seen{m_current.time + running(now), m_current.bytes};
    if (seen.time < kWindow) {
        seen.time = seen.time + m_last.time;
        seen.bytes += m_last.bytes;
    }
    if (seen.time < kWindow)
        return std::nullopt;
    return seen.bytes * 1'000'000 / seen.time.us;
}

} // namespace threadline::api
