// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/foreigntext.h"

#include "core/base/ascii.h"
#include "core/genesys/foreignfile.h"

#include <algorithm>
#include <array>

namespace threadline {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\x1e";
constexpr const char *kWebPage = "this is a web page (HTML), no export; where it asks to sign in, the session had expired: "
                                 "sign in and export again";
constexpr const char *kXml = "this is XML, no export; conversation details in JSON were expected";
constexpr const char *kRecording = "this is a recording of raw messages, as --record makes it; read it with --replay";
constexpr const char *kPython = "this is how Python prints its objects, no JSON; write them with json.dump and read that";
constexpr const char *kPowerShell = "this is how PowerShell prints its objects, no JSON; write them with "
                                    "ConvertTo-Json -Depth 100 and read that";
constexpr const char *kTwice = "this is JSON within a string of JSON, made into JSON twice; write the answer itself and read that";
constexpr const char *kTable = "this is a table (CSV), as the views of the portal export it, with a row a conversation and not its "
                               "course; export conversation details in JSON instead (Analytics API, a conversation details query or job)";
constexpr const char *kYaml = "this is YAML, no JSON; let the tool that wrote it write JSON and read that";
constexpr const char *kOnlyBlanks = "the file holds nothing but blanks; export it again";
constexpr const char *kPlain = "this is plain text, no export; conversation details in JSON were expected";

/// The first lines that are not blank, and without the blanks around them.
std::array<std::string_view, 2> firstLines(std::string_view text)
{
    std::array<std::string_view, 2> lines;
    for (std::string_view &line : lines) {
        text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
        const std::size_t end = std::min(text.find('\n'), text.size());
        line = ascii::trimmed(text.substr(0, end));
        text.remove_prefix(end);
    }
    return lines;
}

bool isMarkup(std::string_view line)
{
    return line.size() > 1 && line[0] == '<' && (ascii::isAlpha(line[1]) || line[1] == '!' || line[1] == '?');
}

bool isHtml(std::string_view text)
{
    const std::string lower = ascii::lowered(text.substr(0, 1024));
    for (const char *tag : {"<!doctype html", "<html", "<head", "<body"}) {
        if (lower.find(tag) != std::string::npos)
            return true;
    }
    return false;
}

bool isRecording(std::string_view line)
{
    return (line.starts_with(R"({"received":")") && (line.find(R"(","message":")") < 60 || line.find(R"(","binary":")") < 60))
        || line.starts_with(R"({"listening":")") || line.starts_with(R"({"notListening":")");
}

/// Without what stands in quotes.
std::size_t columns(std::string_view line, char separator)
{
    bool quoted = false;
    std::size_t count = 0;
    for (const char c : line) {
        quoted = quoted != (c == '"');
        count += !quoted && c == separator ? 1 : 0;
    }
    return count;
}

bool isTable(const std::array<std::string_view, 2> &lines)
{
    for (const char separator : {',', ';', '\t'}) {
        const std::size_t first = columns(lines[0], separator), second = columns(lines[1], separator);
        if (first > 0 && (lines[1].empty() ? first > 2 : first == second))
            return true;
    }
    return false;
}

/// A key with its colon, or an element of a list.
bool isYamlLine(std::string_view line)
{
    if (line.starts_with("- "))
        return true;
    const std::string_view key = line.substr(0, line.find(':'));
    const std::string_view behind = line.substr(key.size());
    return !key.empty() && (behind == ":" || behind.starts_with(": "))
        && std::all_of(key.begin(), key.end(), [](char c) { return ascii::isAlnum(c) || c == '_' || c == '-'; });
}

bool isYaml(const std::array<std::string_view, 2> &lines)
{
    return lines[0].starts_with("---") || lines[0].starts_with("%YAML") || (isYamlLine(lines[0]) && isYamlLine(lines[1]));
}

/// With a quote of the other kind where JSON has its own.
bool isPython(std::string_view text)
{
    const std::size_t at = text.find_first_not_of(" \t\r\n[({");
    return at != std::string_view::npos && at > 0 && text[at] == '\'' && text.find_first_of("[{(") < at;
}

ForeignText behindNoBracket(std::string_view text, const std::array<std::string_view, 2> &lines)
{
    if (isMarkup(lines[0]))
        return {isHtml(text) ? kWebPage : kXml, false, true};
    if (lines[0].starts_with("\"{\\\"") || lines[0].starts_with("\"[{\\\""))
        return {kTwice};
    if (text.find("@{") != std::string_view::npos)
        return {kPowerShell};
    if (isTable(lines))
        return {kTable};
    return {isYaml(lines) ? kYaml : kPlain};
}

} // namespace

ForeignText foreignText(std::string_view head, bool all)
{
    const std::string text = decodedHead(head);
    const auto lines = firstLines(text);
    const std::string_view first = lines[0];
    if (first.empty())
        return {all ? kOnlyBlanks : ""};
    if (isRecording(first))
        return {kRecording, true};
    if (isPython(text))
        return {kPython};
    if (first == "null" || ascii::allDigits(first) || first[0] == '{' || first[0] == '[')
        return {};
    return behindNoBracket(text, lines);
}

} // namespace threadline
