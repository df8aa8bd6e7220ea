// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/endwords.h"

#include "core/base/counted.h"
#include "app/common/exitcodes.h"

#include <cstdio>

namespace threadline::app {
namespace {

/// "3:12:05".
std::string clockOf(Duration ran)
{
    const long long seconds = ran.us / 1'000'000;
    char text[40];
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
    return text;
}

std::string tenths(Duration time)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.1f", static_cast<double>(time.us) / 1e6);
    return text;
}

const char *meaningOf(int exitCode)
{
    switch (exitCode) {
    case kExitFailed: return "not done, or not to its end";
    case kExitUsage: return "a setting, a port or a file";
    case kExitCredentials: return "credentials refused";
    case kExitData: return "the data folder could not be used, and what was received last is not recorded";
    default: return "";
    }
}

} // namespace

std::string endWords(const Status &status, Duration ran, Duration ending, int exitCode)
{
    std::string words = "Ended after " + clockOf(ran) + " (the end took " + tenths(ending) + " s): " + counted(status.received, "event")
        + " received, " + std::to_string(status.stored) + " stored";
    const auto add = [&words](std::uint64_t number, const char *what) {
        if (number > 0)
            words += ", " + std::to_string(number) + " " + what;
    };
    add(status.duplicates, "known already");
    add(status.variants, "other versions of known ones");
    add(status.refused, "refused as unreadable");
    add(status.inFlight, "not recorded");
    words += ".";
    if (const DeliveryStatus &delivery = status.delivery; delivery.state != DeliveryState::Off) {
        words += " " + counted(delivery.lines, "line") + " delivered, " + counted(delivery.backlog, "event")
            + (delivery.backlog == 1 ? " waits" : " wait") + " for delivery";
        if (delivery.deadLetters > 0)
            words += ", " + std::to_string(delivery.deadLetters) + " set aside";
        words += ".";
    }
    if (exitCode != kExitOk)
        words += " Exit code " + std::to_string(exitCode) + ": " + meaningOf(exitCode) + ".";
    return words;
}

} // namespace threadline::app
