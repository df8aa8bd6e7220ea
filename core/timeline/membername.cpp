// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/membername.h"

#include <algorithm>
#include <array>

namespace threadline {
namespace {

/// Members that are read, as the platform writes them, by their folded names.
struct KnownName {
    std::string_view folded, name;
};
constexpr std::array kKnownNames = std::to_array<KnownName>({
    {"addressfrom", "addressFrom"}, {"ani", "ani"}, {"conference", "conference"}, {"conferencestart", "conferenceStart"},
    {"conversationend", "conversationEnd"}, {"conversationid", "conversationId"}, {"conversationstart", "conversationStart"},
    {"destinationconversationid", "destinationConversationId"}, {"direction", "direction"}, {"disconnecttype", "disconnectType"},
    {"emitdate", "emitDate"}, {"eventtime", "eventTime"}, {"mediaendpointstats", "mediaEndpointStats"}, {"mediatype", "mediaType"},
    {"metrics", "metrics"}, {"name", "name"}, {"participantid", "participantId"}, {"participantname", "participantName"},
    {"participants", "participants"}, {"peerid", "peerId"}, {"purpose", "purpose"}, {"queueid", "queueId"}, {"segmentend", "segmentEnd"},
    {"segments", "segments"}, {"segmentstart", "segmentStart"}, {"segmenttype", "segmentType"}, {"sessionid", "sessionId"},
    {"sessions", "sessions"}, {"sourceconversationid", "sourceConversationId"}, {"userid", "userId"}, {"wrapupcode", "wrapUpCode"},
});
static_assert(std::is_sorted(kKnownNames.begin(), kKnownNames.end(), [](const KnownName &a, const KnownName &b) { return a.folded < b.folded; }));

} // namespace

/// The platform's own names begin with a small letter and have no underscore; most have more than one word.
std::string_view canonicalName(std::string_view name)
{
    const auto isCapital = [](char c) { return c >= 'A' && c <= 'Z'; };
    const bool plain = !name.empty() && !isCapital(name.front()) && name.find('_') == std::string_view::npos;
    const bool words = std::any_of(name.begin(), name.end(), isCapital);
    if (plain && words)
        return name;
    const std::string folded = plain ? std::string() : foldedName(name);
    const std::string_view wanted = plain ? name : std::string_view(folded);
    const auto at = std::lower_bound(kKnownNames.begin(), kKnownNames.end(), wanted, [](const KnownName &a, std::string_view b) { return a.folded < b; });
    return at != kKnownNames.end() && at->folded == wanted ? at->name : name;
}

} // namespace threadline
