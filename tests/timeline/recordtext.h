// SPDX-License-Identifier: GPL-3.0-or-later
/// Conversation records from short text. A file of its own, because moc loses its way in raw strings.
#pragma once

#include <string>

namespace threadline::test {

inline std::string segment(const std::string &type, const std::string &start, const std::string &end, const std::string &more = {})
{
    return R"({"segmentType":")" + type + R"(","segmentStart":")" + start + '"'
        + (end.empty() ? "" : R"(,"segmentEnd":")" + end + '"') + (more.empty() ? "" : "," + more) + "}";
}

inline std::string session(const std::string &id, const std::string &segments, const std::string &more = R"("mediaType":"voice")")
{
    return R"({"sessionId":")" + id + R"(",)" + more + R"(,"segments":[)" + segments + "]}";
}

inline std::string participant(const std::string &id, const std::string &purpose, const std::string &sessions)
{
    return R"({"participantId":")" + id + R"(","purpose":")" + purpose + R"(","sessions":[)" + sessions + "]}";
}

inline std::string conversation(const std::string &participants, const std::string &more = {})
{
    return R"({"conversationId":"I")" + (more.empty() ? "" : "," + more) + R"(,"participants":[)" + participants + "]}";
}

/// 2027-01-15T08:00:SS, which is second SS of storytext.h.
inline std::string at(const std::string &seconds) { return "2027-01-15T08:00:" + seconds + "Z"; }

/// A call: menu, queue, a missed offer, an answer, a hold; wrap-up that begins before the talk ends.
inline std::string call(const std::string &more = {})
{
    return conversation(
        participant("a2", "agent", session("s-a2", segment("alert", at("14"), at("18")) + "," + segment("interact", at("18"), at("30")) + ","
                    + segment("hold", at("30"), at("40.5")) + "," + segment("interact", at("40.5"), at("50"), R"("disconnectType":"peer")") + ","
                    + segment("wrapup", at("49.750"), at("58"), R"("disconnectType":"peer")"), R"("mediaType":"voice","peerId":"s-c")"))
        + "," + participant("c", "customer", session("s-c", segment("system", at("00"), at("00.2")) + ","
                    + segment("interact", at("00.2"), at("50"), R"("disconnectType":"endpoint")"), R"("mediaType":"voice","direction":"inbound")"))
        + "," + participant("i", "ivr", session("s-i", segment("ivr", at("00.1"), at("04"), R"("disconnectType":"transfer")")))
        + "," + participant("q", "acd", session("s-q", segment("delay", at("04.02"), at("04.1")) + ","
                    + segment("interact", at("04.1"), at("18.02"), R"("disconnectType":"transfer","queueId":"Q1")")))
        + "," + participant("a1", "agent", session("s-a1", segment("alert", at("06"), at("13.9"), R"("disconnectType":"client")"))),
        more);
}

/// A customer, an agent and a second one whom `flag` ("true", "false"; empty: not said) puts into a conference from second 20;
/// the first leaves at 30 by transfer.
inline std::string threeTogether(const std::string &flag, const std::string &metrics = {})
{
    const std::string more = flag.empty() ? std::string() : R"("conference":)" + flag;
    const std::string a = R"("mediaType":"voice")" + (metrics.empty() ? std::string() : R"(,"metrics":[)" + metrics + "]");
    const std::string plain = flag.empty() ? std::string() : R"("conference":false)";
    return conversation(
        participant("c", "customer", session("sc", segment("interact", at("00"), at("50"), plain), R"("mediaType":"voice","direction":"inbound")"))
        + "," + participant("a", "agent", session("sa", segment("interact", at("01"), at("20"), plain) + ","
            + segment("interact", at("20"), at("30"), more.empty() ? R"("disconnectType":"transfer")" : more + R"(,"disconnectType":"transfer")"), a))
        + "," + participant("b", "agent", session("sb", segment("interact", at("20"), at("50"), more))));
}

} // namespace threadline::test
