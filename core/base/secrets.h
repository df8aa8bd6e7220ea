// SPDX-License-Identifier: GPL-3.0-or-later
/// Finds secrets in texts, in every form in which they travel: as they are, percent-encoded, with JSON's escapes, and within
/// base64. One thread at a time.
#pragma once

#include <bitset>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace threadline {

/// Shorter ones are not looked for: they would be found in every other word.
inline constexpr std::size_t kLeastSecret = 4;
/// Tokens replace each other: a platform gives a new one when the one before is about to end, after a day as a rule, and only the
/// newest is in use. So many would last for four hours if a new one came every minute.
inline constexpr std::size_t kTokensKept = 256;

class Secrets {
public:
    /// For good. Settings have a dozen; more come only by hand.
    void add(std::string_view secret);
    /// Until kTokensKept newer ones have come.
    void addToken(std::string_view token);
    /// `text` with "***" in the place of each; of two that overlap, of both at once.
    [[nodiscard]] std::string masked(std::string_view text) const;

private:
    struct Needle {
        std::string text;
        bool encoded = false; ///< base64: what stands around it belongs to it
    };
    struct Range {
        std::size_t begin = 0, end = 0;
    };
    void rebuild();
    void index(std::string_view secret);
    void indexLines(std::string_view secret);
    void indexOne(std::string text, bool encoded);
    void find(std::string_view text, std::vector<Range> &found) const;
    void findDecoded(std::string_view text, std::vector<Range> &found) const;

    std::vector<std::string> m_secrets;
    std::deque<std::string> m_tokens; ///< newest last
    std::unordered_map<std::uint32_t, std::vector<Needle>> m_needles; ///< by their first four bytes, the longest first
    std::bitset<1u << 16> m_beginnings; ///< so that each byte of a text costs some nanoseconds, however many there are
};

} // namespace threadline
