// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/badevents.h"

namespace threadline::sim {
namespace {

constexpr std::size_t kHugeBytes = 4u << 20; ///< the least size that is refused for its size

/// A kind as a template: $I is an interaction, $T a good time, $N the id, and <...> one of the makers below.
struct Entry {
    std::string_view name;
    BadShape shape;
    std::string_view text;
};

constexpr BadShape E = BadShape::Element;
constexpr BadShape M = BadShape::Message;
constexpr BadShape B = BadShape::Binary;

#define GOOD_DATA "\"data\":{\"interactionId\":\"$I\",\"participantId\":\"bad-participant\"}"
#define UPDATED "\"type\":\"interaction-updated\","
#define TIMED "\"timestamp\":\"$T\","
#define NAMED "\"id\":\"$N\","

constexpr Entry kEntries[] = {
    // ids
    {"id-empty", E, "{\"id\":\"\"," TIMED UPDATED GOOD_DATA "}"},
    {"id-number", E, "{\"id\":17," TIMED UPDATED GOOD_DATA "}"},
    {"id-null", E, "{\"id\":null," TIMED UPDATED GOOD_DATA "}"},
    {"id-array", E, "{\"id\":[\"$N\"]," TIMED UPDATED GOOD_DATA "}"},
    {"id-duplicate-last-empty", E, "{" NAMED TIMED UPDATED GOOD_DATA ",\"id\":\"\"}"},
    // times
    {"time-missing", E, "{" NAMED UPDATED GOOD_DATA "}"},
    {"time-empty", E, "{" NAMED "\"timestamp\":\"\"," UPDATED GOOD_DATA "}"},
    {"time-number", E, "{" NAMED "\"timestamp\":1925282640000," UPDATED GOOD_DATA "}"},
    {"time-null", E, "{" NAMED "\"timestamp\":null," UPDATED GOOD_DATA "}"},
    {"time-words", E, "{" NAMED "\"timestamp\":\"yesterday\"," UPDATED GOOD_DATA "}"},
    {"time-no-such-day", E, "{" NAMED "\"timestamp\":\"2031-02-30T10:00:00.000Z\"," UPDATED GOOD_DATA "}"},
    {"time-no-such-hour", E, "{" NAMED "\"timestamp\":\"2031-02-03T25:00:00.000Z\"," UPDATED GOOD_DATA "}"},
    {"time-cut-short", E, "{" NAMED "\"timestamp\":\"2021-04-2T15:30:51.418Z\"," UPDATED GOOD_DATA "}"},
    {"time-date-only", E, "{" NAMED "\"timestamp\":\"2031-02-03\"," UPDATED GOOD_DATA "}"},
    {"time-year-0", E, "{" NAMED "\"timestamp\":\"0000-01-01T00:00:00.000Z\"," UPDATED GOOD_DATA "}"},
    {"time-year-9999", E, "{" NAMED "\"timestamp\":\"9999-12-31T23:59:59.999Z\"," UPDATED GOOD_DATA "}"},
    {"time-before-2000", E, "{" NAMED "\"timestamp\":\"1999-12-31T23:59:59.999Z\"," UPDATED GOOD_DATA "}"},
    {"time-from-2200", E, "{" NAMED "\"timestamp\":\"2200-01-01T00:00:00.000Z\"," UPDATED GOOD_DATA "}"},
    {"time-duplicate-last-bad", E, "{" NAMED TIMED UPDATED GOOD_DATA ",\"timestamp\":\"later\"}"},
    // types
    {"type-missing", E, "{" NAMED TIMED GOOD_DATA "}"},
    {"type-number", E, "{" NAMED TIMED "\"type\":4," GOOD_DATA "}"},
    {"type-null", E, "{" NAMED TIMED "\"type\":null," GOOD_DATA "}"},
    // data
    {"data-missing", E, "{" NAMED TIMED "\"type\":\"interaction-updated\"}"},
    {"data-text", E, "{" NAMED TIMED UPDATED "\"data\":\"$I\"}"},
    {"data-array", E, "{" NAMED TIMED UPDATED "\"data\":[{\"interactionId\":\"$I\"}]}"},
    {"data-null", E, "{" NAMED TIMED UPDATED "\"data\":null}"},
    {"data-names-nothing", E, "{" NAMED TIMED UPDATED "\"data\":{\"state\":\"connected\"}}"},
    {"data-duplicate-last-bad", E, "{" NAMED TIMED UPDATED GOOD_DATA ",\"data\":7}"},
    {"interaction-number", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":12}}"},
    {"interaction-empty", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"\"}}"},
    {"participant-object", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"participantId\":{\"id\":\"x\"}}}"},
    {"channel-bool", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"channelId\":true}}"},
    // strange sequences beside something that is wrong
    {"sequence-float-no-time", E, "{" NAMED UPDATED GOOD_DATA ",\"sequence\":3.5}"},
    {"sequence-huge-no-type", E, "{" NAMED TIMED GOOD_DATA ",\"sequence\":1e400}"},
    {"sequence-negative-no-data", E, "{" NAMED TIMED "\"type\":\"interaction-updated\",\"sequence\":-9223372036854775809}"},
    {"lone-surrogate-no-time", E, "{" NAMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"name\":\"\\ud83d\"}}"},
    // elements that are no events
    {"element-number", E, "42"},
    {"element-text", E, "\"interaction-updated\""},
    {"element-null", E, "null"},
    {"element-array", E, "[[\"$N\"]]"},
    {"element-empty-object", E, "{}"},
    // broken, but with balanced brackets
    {"raw-nul", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"name\":\"a<nul>b\"}}"},
    {"raw-newline", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"name\":\"a\nb\"}}"},
    {"half-a-word", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"muted\":tru}}"},
    {"trailing-comma", E, "{" NAMED TIMED UPDATED GOOD_DATA ",}"},
    {"no-colon", E, "{\"id\" \"$N\"," TIMED UPDATED GOOD_DATA "}"},
    {"single-quotes", E, "{'id':'$N','type':'interaction-updated'}"},
    {"bare-names", E, "{id:\"$N\",timestamp:\"$T\"}"},
    {"leading-zero", E, "{" NAMED TIMED UPDATED GOOD_DATA ",\"sequence\":007}"},
    {"not-a-number", E, "{" NAMED TIMED UPDATED GOOD_DATA ",\"sequence\":NaN}"},
    {"half-a-number", E, "{" NAMED TIMED UPDATED GOOD_DATA ",\"sequence\":1e}"},
    {"bad-escape", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"name\":\"\\x41\"}}"},
    {"half-an-escape", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"name\":\"\\u12\"}}"},
    {"deep-300", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"deep\":<deep300>}}"},
    {"deep-20000", E, "{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"deep\":<deep20000>}}"},
    // whole messages
    {"message-empty", M, ""},
    {"message-blank", M, " \t\r\n "},
    {"message-array", M, "[]"},
    {"message-array-of-event", M, "[{" NAMED TIMED UPDATED GOOD_DATA "}]"},
    {"message-number", M, "42"},
    {"message-null", M, "null"},
    {"message-text", M, "\"events\""},
    {"message-empty-object", M, "{}"},
    {"message-events-object", M, "{\"events\":{" NAMED TIMED UPDATED GOOD_DATA "}}"},
    {"message-events-null", M, "{\"events\":null}"},
    {"message-events-text", M, "{\"events\":\"none\"}"},
    {"message-notice", M, "{\"notice\":{\"level\":\"warning\",\"text\":\"maintenance at noon\"}}"},
    {"message-html", M, "<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>"},
    {"message-xml", M, "<?xml version=\"1.0\"?><events><event id=\"$N\"/></events>"},
    {"message-cut-in-string", M, "{\"events\":[{" NAMED TIMED "\"type\":\"interaction-upd"},
    {"message-cut-in-object", M, "{\"events\":[{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\""},
    {"message-cut-early", M, "{\"events\":["},
    {"message-two-documents", M, "{\"events\":[]}{\"events\":[]}"},
    {"message-deep", M, "{\"events\":<deep20000>}"},
    {"message-nul", M, "<nul><nul><nul>"},
    {"message-4-mib", M, "{\"events\":[{" NAMED TIMED UPDATED "\"data\":{\"interactionId\":\"$I\",\"name\":\"<fill>\"}}]}"},
    {"binary-events", B, "{\"events\":[{" NAMED TIMED UPDATED GOOD_DATA "}]}"},
    {"binary-invalid-utf8", B, "{\"events\":[{\"id\":\"\xC3\x28\xF8\x88\"}]}"},
    {"binary-gzip", B, "\x1F\x8B\x08<nul>\x03\xFF\xFE"},
    {"binary-utf16", B, "{<nul>\"<nul>e<nul>\"<nul>:<nul>1<nul>}<nul>"},
    {"binary-empty", B, ""},
};

#undef GOOD_DATA
#undef UPDATED
#undef TIMED
#undef NAMED

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

/// Takes what starts a maker's name off `text` and appends what it makes.
bool takeMaker(std::string_view &text, std::string &out)
{
    const auto is = [&](std::string_view name) {
        if (!text.starts_with(name))
            return false;
        text.remove_prefix(name.size());
        return true;
    };
    if (is("<nul>"))
        out += '\0';
    else if (is("<deep300>"))
        out += nested(300);
    else if (is("<deep20000>"))
        out += nested(20'000);
    else if (is("<fill>"))
        out.append(kHugeBytes - out.size() - text.size(), 'x');
    else
        return false;
    return true;
}

} // namespace

const std::vector<BadKind> &badKinds()
{
    static const std::vector<BadKind> kKinds = [] {
        std::vector<BadKind> kinds;
        for (const Entry &entry : kEntries)
            kinds.push_back({entry.name, entry.shape, entry.text.find("<fill>") != std::string_view::npos});
        return kinds;
    }();
    return kKinds;
}

std::string badText(std::size_t kind, std::string_view interaction, std::string_view time, std::uint64_t number)
{
    std::string out;
    std::string_view text = kEntries[kind % std::size(kEntries)].text;
    while (!text.empty()) {
        if (text.front() == '<' && takeMaker(text, out))
            continue;
        if (text.front() == '$') {
            const char which = text[1];
            if (which == 'I')
                out += interaction;
            else if (which == 'T')
                out += time;
            else
                out += "bad-" + std::to_string(number);
            text.remove_prefix(2);
            continue;
        }
        out += text.front();
        text.remove_prefix(1);
    }
    return out;
}

} // namespace threadline::sim
