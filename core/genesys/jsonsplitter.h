// SPDX-License-Identifier: GPL-3.0-or-later
/// Finds the conversations in a stream of JSON text by strings and brackets alone, so that a page of any size needs memory
/// for one conversation only, and a malformed one takes no other with it. Pure; fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

class JsonSplitter {
public:
    struct Handler {
        /// A whole value, and where in the stream it starts. It may be anything: only its brackets were looked at.
        std::function<void(std::string_view text, std::uint64_t position)> value;
        /// What could not be taken as a value.
        std::function<void(std::string_view why, std::uint64_t position)> problem;
    };
    /// `maxValue`: bytes that a value may have; a larger one is told as a problem and passed over.
    JsonSplitter(Handler handler, std::size_t maxValue) : m_handler(std::move(handler)), m_maxValue(maxValue) {}

    /// The next part of the stream.
    void feed(std::string_view text);
    /// The stream is over.
    void finish();

private:
    /// Whether the stream holds one value a line: found out from its first two lines.
    enum class Lines : std::uint8_t { Unknown, Yes, No };

    void detectLines(bool over);
    void scan(std::string_view text);
    std::size_t scanString(std::string_view text, std::size_t at);
    void scanOutside(char c);
    void openBracket(char c);
    void closeBracket(char c);
    void closeLevel(char c);
    void endScalar();
    void endValue();
    void endLine();
    void reset();
    void keep(std::string_view text);
    /// How many brackets are around the values: an outer array, a page and its list.
    [[nodiscard]] std::size_t around() const { return (m_array ? 1u : 0u) + (m_list ? 2u : 0u); }
    [[nodiscard]] std::uint64_t depth() const { return m_open.size() + m_deeper; }
    /// Directly within an object that is, or may be, a page.
    [[nodiscard]] bool onPage() const { return !m_list && depth() == around() + 1 && m_open.back() == '{'; }

    Handler m_handler;
    std::size_t m_maxValue;
    Lines m_lines = Lines::Unknown;
    std::string m_head; ///< what came before it was known whether lines count

    std::uint64_t m_position = 0; ///< of the character in hand
    std::vector<char> m_open;     ///< brackets, outermost first
    std::uint64_t m_deeper = 0;   ///< brackets beyond those kept
    bool m_array = false;         ///< values are elements of an array
    bool m_list = false;          ///< within a page's `conversations`
    bool m_string = false;
    bool m_escape = false;

    bool m_capturing = false; ///< a value in brackets
    bool m_scalar = false;    ///< anything else on their level
    bool m_tooLarge = false;
    std::string m_value;
    std::uint64_t m_valueStart = 0;

    std::string m_key; ///< the last string directly on a page, its first characters
    bool m_keyString = false;
    bool m_keyEnded = false; ///< a colon followed it
};

} // namespace threadline
