// SPDX-License-Identifier: GPL-3.0-or-later
/// Finds the conversations in a stream of JSON text by strings and brackets alone, so that a page of any size needs memory
/// for one conversation only, and a malformed one takes no other with it. Pure; fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// What stands around conversations is passed through: arrays, also of arrays; pages, which are objects with a member that is known to
/// hold conversations or such a page ("conversations", "entities", "results", "body", ...), in a list or alone; maps from id to
/// conversation. Comments are passed over.
class JsonSplitter {
public:
    struct Handler {
        /// A whole object, and where in the stream it starts. It may be anything: only its brackets were looked at. True: it is what was
        /// looked for.
        std::function<bool(std::string_view text, std::uint64_t position)> value;
        /// Something else in its place, its first characters as they are written: an element of a list, or text between the values.
        std::function<void(std::string_view text, std::uint64_t position, bool inList)> scalar;
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
    /// What is around the values, outermost first. On a page some members lead to values, in a map all do.
    enum class Around : std::uint8_t { Array, Page, Map };
    enum class Comment : std::uint8_t { None, Slash, Line, Block, Star };

    void detectLines(bool over);
    void scan(std::string_view text);
    std::size_t scanString(std::string_view text, std::size_t at);
    void scanOutside(char c);
    bool scanComment(char c);
    void scanBetween(char c);
    void openBracket(char c);
    void closeBracket(char c);
    void closeAround(char c);
    void endScalar();
    void endValue();
    void endLine();
    void reset();
    void keep(std::string_view text);

    [[nodiscard]] std::uint64_t depth() const { return m_open.size() + m_deeper; }
    /// On the level of the values.
    [[nodiscard]] bool between() const { return depth() == m_around.size() && !m_capturing; }
    /// Between, where there are no names: at the outermost or in an array.
    [[nodiscard]] bool listed() const { return between() && (m_around.empty() || m_around.back() == Around::Array); }
    /// Directly within an object whose members count: a value, or a page or map around the values.
    [[nodiscard]] bool onMembers() const;
    [[nodiscard]] std::optional<Around> around(char c) const;
    [[nodiscard]] bool keyIs(std::string_view folded) const;

    Handler m_handler;
    std::size_t m_maxValue;
    Lines m_lines = Lines::Unknown;
    std::string m_head; ///< what came before it was known whether lines count

    std::uint64_t m_position = 0; ///< of the character in hand
    std::vector<char> m_open;     ///< brackets, outermost first
    std::uint64_t m_deeper = 0;   ///< brackets beyond those kept
    std::vector<Around> m_around; ///< of the outermost brackets
    bool m_string = false;
    bool m_escape = false;
    Comment m_comment = Comment::None;
    bool m_commentTold = false;

    bool m_capturing = false; ///< a value in brackets
    bool m_named = false;     ///< it stands where a list of conversations belongs
    bool m_record = false;    ///< it has a member that only a conversation has
    bool m_scalar = false;    ///< anything else on their level
    bool m_tooLarge = false;
    std::string m_value;
    std::uint64_t m_valueStart = 0;

    std::string m_key; ///< the last string among the members, its first characters
    bool m_keyString = false;
    bool m_keyEnded = false; ///< a colon followed it
};

} // namespace threadline
