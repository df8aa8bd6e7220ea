// SPDX-License-Identifier: GPL-3.0-or-later
/// Text in the encodings that files come in, made UTF-8 on its way: no file is held whole. Pure; fuzzed with the import.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace threadline {

enum class TextEncoding : std::uint8_t { Utf8, Utf16Little, Utf16Big, Utf32Little, Utf32Big };

/// As it stands in a sentence: "UTF-16 (little-endian)".
[[nodiscard]] const char *nameOf(TextEncoding encoding);
/// By its mark, or by the zero bytes of a first character of ASCII; nothing if neither tells. Four bytes are enough.
[[nodiscard]] std::optional<TextEncoding> encodingOf(std::string_view beginning);

/// UTF-8, UTF-16 and UTF-32 of either order, told by their mark (U+FEFF) or, without one, by the zero bytes that a first character of
/// ASCII has. What is no UTF-8 is taken for windows-1252, character by character, and told once; what is not that either is passed on as
/// it is. Files are appended to: a mark between two values or lines is dropped; one of another encoding changes to that one, and is told,
/// and so does UTF-16 without a mark behind UTF-8. How the input is split makes no difference.
class TextDecoder {
public:
    struct Handler {
        /// UTF-8, except for bytes that are in no known encoding.
        std::function<void(std::string_view text)> text;
        /// One sentence without its stop, and the byte of the input that it is about.
        std::function<void(std::string_view why, std::uint64_t position)> problem;
    };
    explicit TextDecoder(Handler handler) : m_handler(std::move(handler)) {}

    void feed(std::string_view bytes);
    void finish();

    /// The byte of the input that byte `text` of the output came from. Exact behind the last 4,096 changes of a character's width, which is
    /// more than a conversation has; near before them.
    [[nodiscard]] std::uint64_t placeOf(std::uint64_t text) const;

private:
    /// From here on characters are so wide, until the next one.
    struct Stretch {
        std::uint64_t text, input;
        std::uint8_t textWidth, inputWidth;
    };

    void detect();
    void decode(bool over);
    void decodeUtf8(bool over);
    void decodeWide(bool over);
    std::size_t plainRun(std::string_view rest, bool over) const;
    bool opensWide(std::string_view rest, std::size_t at) const;
    std::size_t notUtf8(std::string_view rest, bool over);
    std::size_t wideCharacter(std::string_view rest);
    std::size_t mark(std::string_view rest);
    bool changeTo(TextEncoding encoding, std::string_view rest);
    void emit(std::string_view text, std::size_t textWidth, std::size_t inputWidth);
    void emitCode(std::uint32_t code, std::size_t inputWidth);
    void flush();
    [[nodiscard]] bool betweenValues() const;

    Handler m_handler;
    TextEncoding m_encoding = TextEncoding::Utf8;
    bool m_begun = false;      ///< the encoding was told from the first bytes
    bool m_beyondAscii = false; ///< UTF-8 of several bytes was seen
    bool m_toldForeign = false;
    char m_last = '\n';        ///< of the output
    std::string m_rest;        ///< input that waits for more
    std::string m_out;
    std::uint64_t m_read = 0;    ///< input before m_rest
    std::uint64_t m_written = 0; ///< output so far, with m_out
    std::deque<Stretch> m_stretches;
};

} // namespace threadline
