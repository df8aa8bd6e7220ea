// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/setaside.h"

#include "core/base/log.h"

#include <utility>

namespace threadline::delivery {
namespace {

constexpr std::uint64_t kToldOneByOne = 5;
constexpr Duration kTellEvery = Duration::seconds(60);

} // namespace

void SetAside::add(bool doubtful, const std::string &reason, Duration now)
{
    m_inARow += doubtful;
    tellRest(now);
    m_reason = reason;
    if (m_told >= kToldOneByOne) {
        ++m_untold;
        return;
    }
    if (m_told++ == 0)
        m_since = now;
    log::warning("delivery", "An event cannot be delivered and was set aside: " + reason);
}

void SetAside::tellRest(Duration now)
{
    if (m_told == 0 || now - m_since < kTellEvery)
        return;
    m_told = 0;
    if (const std::uint64_t untold = std::exchange(m_untold, 0); untold > 0)
        log::warning("delivery", std::to_string(untold) + " more could not be delivered within a minute and were set aside, the last because: " + m_reason
                                     + (m_reason.ends_with('.') ? "" : ".") + " All are listed by threadline-collector dead-letters.");
}

} // namespace threadline::delivery
