// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/importproblems.h"

#include "core/base/counted.h"
#include "core/base/utf8.h"
#include "core/genesys/importreader.h"

#include <utility>

namespace threadline {
namespace {

/// A member's name may be 64 KiB long.
constexpr std::size_t kShownName = 200;
constexpr std::size_t kShownStrays = 60;

/// At most so many bytes, in whole characters.
std::string_view shortened(std::string_view text, std::size_t size)
{
    while (size > 0 && size < text.size() && (text[size] & 0xC0) == 0x80)
        --size;
    return text.substr(0, size);
}

} // namespace

void ImportProblems::member(std::string_view name)
{
    m_member = name.empty() ? std::string() : ": " + std::string(shortened(name, kShownName));
    m_place.clear();
}

void ImportProblems::tell(std::string_view why, std::uint64_t at, std::uint64_t conversations)
{
    endStrays();
    say(m_name + m_member + ", byte " + std::to_string(at) + m_place + ", after " + counted(conversations, "conversation") + ": "
        + std::string(why) + ".");
}

void ImportProblems::note(std::string_view why)
{
    endStrays();
    say(m_name + m_member + ": " + std::string(why) + ".");
}

void ImportProblems::stray(std::string_view word, std::uint64_t at, std::uint64_t conversations)
{
    if (m_strays.empty())
        m_straysAt = ", byte " + std::to_string(at) + m_place + ", after " + counted(conversations, "conversation") + ": ";
    else if (m_strays.size() < kShownStrays)
        m_strays += ' ';
    if (m_strays.size() < kShownStrays)
        m_strays += word;
}

void ImportProblems::endStrays()
{
    if (m_strays.empty())
        return;
    std::string words = std::exchange(m_strays, std::string());
    if (words.size() > 1 && words.ends_with('.')) // the sentence has one of its own
        words.pop_back();
    const bool zeros = words.find_first_not_of('\0') == std::string::npos;
    say(m_name + m_member + m_straysAt + "no conversation: "
        + (zeros ? std::string("zero bytes in place of text") : std::string(shortened(words, kShownStrays))) + ".");
}

void ImportProblems::release()
{
    if (!std::exchange(m_holds, false))
        return;
    for (std::string &words : m_held)
        say(std::move(words));
    m_count += m_heldCount - m_held.size();
    m_held.clear();
    m_heldCount = 0;
}

void ImportProblems::replaceHeld(std::string_view why)
{
    m_holds = false;
    m_held.clear();
    m_heldCount = 0;
    m_strays.clear();
    note(why);
}

std::uint64_t ImportProblems::finish()
{
    if (m_count <= kMaxImportProblems)
        return m_count;
    tellBlanked(m_name + ": " + std::to_string(m_count - kMaxImportProblems) + " more problems are not listed.");
    return m_count;
}

/// What moves a terminal's cursor or turns its direction does not belong on one, and a broken file, or its name, may have any of it.
void ImportProblems::tellBlanked(std::string words)
{
    blankControls(words);
    m_out(std::move(words));
}

void ImportProblems::say(std::string words)
{
    if (m_holds) {
        if (++m_heldCount <= kMaxImportProblems)
            m_held.push_back(std::move(words));
    } else if (++m_count <= kMaxImportProblems) {
        tellBlanked(std::move(words));
    }
}

} // namespace threadline
