// SPDX-License-Identifier: GPL-3.0-or-later
/// Finding the elements of an array in text that is no JSON as a whole, by strings and brackets alone.
#include "core/base/ascii.h"
#include "core/base/json.h"

namespace threadline::json {
namespace {

/// Behind the string that starts at `at`; the end of the text if it is not closed.
std::size_t skipString(std::string_view text, std::size_t at)
{
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return text.size();
}

/// Where the array that is the value of `name` on the first level starts; npos if there is none.
std::size_t findArray(std::string_view text, std::string_view name)
{
    int depth = 0;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '"') {
            const std::size_t end = skipString(text, i);
            if (depth == 1 && end - i == name.size() + 2 && text.substr(i + 1, name.size()) == name) {
                std::size_t at = end;
                while (at < text.size() && (ascii::isSpace(text[at]) || text[at] == ':'))
                    ++at;
                if (at < text.size() && text[at] == '[')
                    return at;
            }
            i = end;
            continue;
        }
        depth += (c == '{' || c == '[') ? 1 : (c == '}' || c == ']') ? -1 : 0;
        ++i;
    }
    return std::string_view::npos;
}

} // namespace

std::vector<std::string_view> salvageElements(std::string_view text, std::string_view name)
{
    std::vector<std::string_view> out;
    const std::size_t array = findArray(text, name);
    if (array == std::string_view::npos)
        return out;
    const auto take = [&](std::size_t from, std::size_t to) {
        const std::string_view element = ascii::trimmed(text.substr(from, to - from));
        if (!element.empty())
            out.push_back(element);
    };
    int depth = 0;
    std::size_t start = array + 1;
    for (std::size_t i = start; i < text.size();) {
        const char c = text[i];
        if (c == '"') {
            i = skipString(text, i);
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']')) {
            take(start, i);
            start = i + 1;
            if (c == ']')
                return out;
        }
        depth += (c == '{' || c == '[') ? 1 : (c == '}' || c == ']') ? -1 : 0;
        ++i;
    }
    take(start, text.size());
    return out;
}

} // namespace threadline::json
