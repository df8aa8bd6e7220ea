// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/recordkind.h"

#include "core/base/json.h"
#include "core/timeline/membername.h"

#include <algorithm>
#include <vector>

namespace threadline {
namespace {

constexpr std::size_t kShownMembers = 5;
constexpr std::size_t kShownBytes = 80;

/// The object's members on its first level.
class Members {
public:
    explicit Members(std::string_view json)
    {
        take(json);
    }

    [[nodiscard]] bool has(std::string_view folded) const { return find(folded) != nullptr; }
    template<class... Names>
    [[nodiscard]] bool hasAll(Names... folded) const { return (has(folded) && ...); }
    /// The raw value; empty: there is no such member.
    [[nodiscard]] std::string_view value(std::string_view folded) const
    {
        const Member *member = find(folded);
        return member ? member->value : std::string_view();
    }
    /// Its text, for people; empty: it is none.
    [[nodiscard]] std::string text(std::string_view folded) const
    {
        std::string scratch;
        const std::string_view raw = value(folded);
        const auto read = raw.empty() ? std::nullopt : json::stringOf(raw, scratch);
        return read ? std::string(read->substr(0, kShownBytes)) : std::string();
    }
    [[nodiscard]] std::string names() const
    {
        std::string all;
        for (std::size_t i = 0; i < std::min(m_members.size(), kShownMembers); ++i)
            all += (i ? ", " : "") + m_members[i].name.substr(0, kShownBytes);
        return m_members.size() > kShownMembers ? all + ", ..." : all;
    }
    [[nodiscard]] bool empty() const { return m_members.empty(); }

private:
    struct Member {
        std::string name;
        std::string_view value;
    };
    void take(std::string_view json)
    {
        json::Cursor cursor(json);
        std::string_view name;
        if (!cursor.enterObject())
            return;
        while (cursor.nextMember(name))
            m_members.push_back({json::unescapeName(name), cursor.skipValue()});
    }
    [[nodiscard]] const Member *find(std::string_view folded) const
    {
        const auto at = std::find_if(m_members.begin(), m_members.end(), [&](const Member &m) { return foldedEqual(m.name, folded); });
        return at == m_members.end() ? nullptr : &*at;
    }

    std::vector<Member> m_members;
};

bool isNothing(std::string_view raw) { return raw == "null" || raw == "[]" || raw == "{}"; }

std::string inBrackets(const std::string &text) { return text.empty() ? text : " (" + text + ")"; }

} // namespace

bool isEmptyPage(std::string_view json)
{
    const Members members(json);
    if (members.has("conversationid"))
        return false;
    const std::string_view list = members.value("conversations");
    if (!list.empty())
        return isNothing(list);
    return members.has("totalhits") || members.has("cursor") || members.has("dataavailabilitydate");
}

bool isConversationRecord(std::string_view json)
{
    const Members members(json);
    return members.has("conversationid") && members.has("participants");
}

std::string describeStranger(std::string_view json)
{
    const Members members(json);
    if (members.hasAll("topicname", "eventbody"))
        return "a notification of the platform" + inBrackets(members.text("topicname"));
    if (members.hasAll("detail-type", "detail"))
        return "an event of the platform by way of EventBridge" + inBrackets(members.text("detail-type"));
    if (members.hasAll("conversationid", "eventtime"))
        return "the body of one of the platform's detail events";
    if (members.hasAll("id", "participants"))
        return "a conversation as the platform's conversations interface gives it (/api/v2/conversations)";
    if (members.hasAll("status", "message") || members.hasAll("code", "message"))
        return "an error that the platform answered" + inBrackets(members.text("message"));
    if (members.hasAll("errorcode", "message") || members.hasAll("error", "errordescription") || members.hasAll("error", "description"))
        return "an error that a server answered" + inBrackets(members.text(members.has("message") ? "message" : "error"));
    if (members.has("jobid"))
        return "the name of an export's job, not its results (fetch those of /results)";
    if (members.hasAll("interval", "metrics") || members.hasAll("interval", "filter") || members.has("segmentfilters"))
        return "a query, not its answer";
    if (members.has("transcripts") || members.has("phrases"))
        return "a transcript of a conversation";
    if (members.hasAll("conversationid", "score") || members.has("answers") || members.has("evaluationform"))
        return "an evaluation of a conversation";
    if (members.hasAll("type", "timestamp", "data"))
        return "an event of the platform's stream";
    if (members.has("conversationid"))
        return "something about a conversation, without its participants (it has " + members.names() + ")";
    if (members.has("conversations") || members.has("entities") || members.has("results")) {
        const std::string_view list = members.value(members.has("conversations") ? "conversations" : members.has("entities") ? "entities" : "results");
        if (json::typeOf(list) == json::Type::String)
            return "a page whose list of conversations is text (" + std::string(list.substr(0, kShownBytes))
                + "): whatever it held was lost as the file was made, as with ConvertTo-Json without -Depth 20";
    }
    return members.empty() ? "an empty object" : "an object with the members " + members.names();
}

} // namespace threadline
