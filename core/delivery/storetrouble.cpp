// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/storetrouble.h"

#include "core/base/log.h"

#include <utility>

namespace threadline::delivery {
namespace {

constexpr Duration kTellAgainAfter = Duration::seconds(60);

} // namespace

void StoreTrouble::failed(const std::string &words, Duration now)
{
    m_words = words;
    const bool same = m_toldAt && m_told == words;
    if (same && now - *m_toldAt < kTellAgainAfter) {
        ++m_untold;
        return;
    }
    const std::uint64_t times = same ? std::exchange(m_untold, 0) + 1 : (m_untold = 0);
    log::error("delivery", times > 1 ? words + " (" + std::to_string(times) + " times more since this was last said.)" : words);
    m_told = words;
    m_toldAt = now;
    m_known = true;
}

void StoreTrouble::worked()
{
    if (!m_words.empty() && std::exchange(m_known, false))
        log::info("delivery", "The local store works for delivery again.");
    m_words.clear();
}

} // namespace threadline::delivery
