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
    if (!fits(m_bytes, bytes))
        return false;
    m_shared.emplace(what, Shared{bytes, 1});
    m_bytes += bytes;
    return true;
}

bool HeldAnswers::fitsWithout(const std::vector<std::shared_ptr<const void>> &gone, std::size_t bytes) const
{
    std::size_t held = m_bytes;
    std::unordered_map<const void *, std::uint32_t> times;
    for (const auto &what : gone) {
        const auto known = m_shared.find(what);
        if (known != m_shared.end() && ++times[what.get()] == known->second.holders)
            held -= known->second.bytes;
    }
    return fits(held, bytes);
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
