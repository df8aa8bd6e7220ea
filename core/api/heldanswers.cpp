// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/heldanswers.h"

namespace threadline::api {

bool HeldAnswers::take(const std::shared_ptr<const void> &what, std::size_t bytes)
{
    const auto known = m_shared.find(what);
    if (known != m_shared.end()) {
        ++known->second.holders;
        return true;
    }
    if (m_bytes > 0 && m_bytes + bytes > m_budget)
        return false;
    m_shared.emplace(what, Shared{bytes, 1});
    m_bytes += bytes;
    return true;
}

void HeldAnswers::letGo(const std::shared_ptr<const void> &what)
{
    const auto known = m_shared.find(what);
    if (known == m_shared.end() || --known->second.holders > 0)
        return;
    m_bytes -= known->second.bytes;
    m_shared.erase(known);
}

} // namespace threadline::api
