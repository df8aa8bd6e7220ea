// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/sparingly.h"

#include <algorithm>
#include <utility>

namespace threadline {

std::optional<std::string> Sparingly::said(const std::string &words, Duration now)
{
    const auto known = std::find_if(m_said.begin(), m_said.end(), [&](const Said &s) { return s.words == words; });
    if (known != m_said.end()) {
        if (now - known->at < kAgainAfter) {
            ++known->leftOut;
            return std::nullopt;
        }
        const std::uint64_t times = known->leftOut + 1;
        m_said.erase(known);
        m_said.push_back({words, now});
        return withOthers(times > 1 ? words + " (" + std::to_string(times) + " times more since this was last said.)" : words);
    }
    if (m_said.size() >= kMostAMinute) {
        if (now - m_said.front().at < kAgainAfter) {
            ++m_others;
            return std::nullopt;
        }
        m_said.erase(m_said.begin());
    }
    m_said.push_back({words, now});
    return withOthers(words);
}

std::string Sparingly::withOthers(std::string words)
{
    if (const std::uint64_t others = std::exchange(m_others, 0); others > 0)
        words += " (" + std::to_string(others) + " in other words were left out.)";
    return words;
}

} // namespace threadline
