// SPDX-License-Identifier: GPL-3.0-or-later
/// What an import has to say about a file, one sentence a problem.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// Places each problem, counts all and tells the first of them. What it has to say of a file that is probably no export is held back until
/// something in it is one: else a single sentence stands for all of it.
class ImportProblems {
public:
    ImportProblems(std::string name, const std::function<void(std::string)> &out) : m_name(std::move(name)), m_out(out) {}

    /// What follows is of this file in an archive; empty: of the archive.
    void member(std::string_view name);
    /// Places are in the unpacked text.
    void unpacked() { m_place = " of the unpacked text"; }

    void tell(std::string_view why, std::uint64_t at, std::uint64_t conversations);
    /// Of the file as a whole.
    void note(std::string_view why);
    /// A word between the values. Those that follow one another are one problem.
    void stray(std::string_view word, std::uint64_t at, std::uint64_t conversations);
    /// A value follows; what stood before it is told.
    void endStrays();

    void hold() { m_holds = true; }
    [[nodiscard]] bool holds() const { return m_holds; }
    /// It is an export all the same.
    void release();
    /// It is none: told is this alone.
    void replaceHeld(std::string_view why);

    /// All is read: says how many were not told. Returns how many there were.
    std::uint64_t finish();

private:
    void say(std::string words);
    void tellBlanked(std::string words);

    std::string m_name;
    std::string m_member;
    std::string m_place;
    const std::function<void(std::string)> &m_out;
    std::uint64_t m_count = 0;
    bool m_holds = false;
    std::vector<std::string> m_held;
    std::uint64_t m_heldCount = 0;
    std::string m_strays; ///< their first characters
    std::string m_straysAt;
};

} // namespace threadline
