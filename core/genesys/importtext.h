// SPDX-License-Identifier: GPL-3.0-or-later
/// From the bytes of one unpacked file to its text in UTF-8.
#pragma once

#include "core/base/textencoding.h"
#include "core/genesys/foreigntext.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace threadline {

/// Decodes, unless the beginning shows that this is no text at all.
class ImportText {
public:
    struct Handler {
        std::function<void(std::string_view text)> text;
        /// One sentence without its stop, and the byte that it is about.
        std::function<void(std::string_view why, std::uint64_t position)> problem;
        /// Why this is no text.
        std::function<void(std::string_view why)> foreign;
        /// The text that comes has a kind; called before its first part.
        std::function<void()> suspected;
    };
    explicit ImportText(Handler handler);

    /// False: this is no text (told), and no more of it is wanted.
    bool feed(std::string_view bytes);
    void finish();
    /// What the text probably is, if not JSON.
    [[nodiscard]] const ForeignText &kind() const { return m_kind; }
    /// See TextDecoder.
    [[nodiscard]] std::uint64_t placeOf(std::uint64_t text) const { return m_decoder.placeOf(text); }

private:
    void begin();

    Handler m_handler;
    TextDecoder m_decoder;
    std::string m_head; ///< until it is known what it is
    bool m_begun = false;
    bool m_foreign = false;
    ForeignText m_kind;
};

} // namespace threadline
