// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/setaside.h"

#include "core/base/log.h"
#include "core/engine/setasides.h"
#include "core/influx/words.h"

#include <utility>

namespace threadline::delivery {
namespace {

constexpr std::uint64_t kToldOneByOne = 5;
constexpr std::size_t kMostOfAnId = 80;
constexpr Duration kTellEvery = Duration::seconds(60);

} // namespace

void SetAside::add(bool doubtful, const std::function<std::string()> &whose, const std::string &reason, Duration now)
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
    log::warning("delivery", whose() + " cannot be delivered and was set aside: " + reason);
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

std::string whoseLine(StoreReader &reader, std::int64_t row)
{
    if (row == 0)
        return "A line about no event";
    DeadLetter letter;
    letter.row = row;
    const auto names = named(reader, {letter});
    const std::string interaction = names ? influx::oneLine(names->front().interaction.value, kMostOfAnId) : std::string();
    if (row < 0)
        return "What is said of " + (interaction.empty() ? "an interaction" : "interaction " + interaction) + " as a whole";
    const std::string event = names ? influx::oneLine(names->front().event.value, kMostOfAnId) : std::string();
    return (event.empty() ? "The event of row " + std::to_string(row) : "Event " + event) + (interaction.empty() ? "" : " of interaction " + interaction);
}

} // namespace threadline::delivery
