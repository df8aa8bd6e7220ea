// SPDX-License-Identifier: GPL-3.0-or-later
/// What tools write for JSON, as JSON, where there is but one thing that can be meant.
#include "core/base/ascii.h"
#include "core/base/json.h"

#include <array>

namespace threadline::json {
namespace {

struct Word {
    std::string_view written, meant;
};
/// JavaScript's and Python's numbers that are none, and Python's literals.
constexpr std::array kWords = std::to_array<Word>({{"NaN", "null"}, {"-Infinity", "null"}, {"Infinity", "null"}, {"undefined", "null"},
                                                  {"None", "null"}, {"True", "true"}, {"False", "false"}});

class Mender {
public:
    explicit Mender(std::string_view text) : m_text(text) {}

    std::string mend()
    {
        while (m_at < m_text.size()) {
            const char c = m_text[m_at];
            if (c == '"')
                string();
            else if (c == ',' && endsThere())
                ++m_at;
            else if (!word())
                m_out.push_back(m_text[m_at++]);
        }
        return std::move(m_out);
    }

private:
    /// Through a string; controls in it are written as escapes.
    void string()
    {
        m_out.push_back(m_text[m_at++]);
        while (m_at < m_text.size()) {
            const char c = m_text[m_at++];
            if (static_cast<unsigned char>(c) < 0x20) {
                static constexpr char kHex[] = "0123456789abcdef";
                m_out += "\\u00";
                m_out.push_back(kHex[c >> 4]);
                m_out.push_back(kHex[c & 15]);
                continue;
            }
            m_out.push_back(c);
            if (c == '\\' && m_at < m_text.size())
                m_out.push_back(m_text[m_at++]);
            else if (c == '"')
                return;
        }
    }

    /// Whether nothing but a closing bracket follows the comma.
    [[nodiscard]] bool endsThere() const
    {
        std::size_t next = m_at + 1;
        while (next < m_text.size() && ascii::isSpace(m_text[next]))
            ++next;
        return next < m_text.size() && (m_text[next] == '}' || m_text[next] == ']');
    }

    bool word()
    {
        const char before = m_at > 0 ? m_text[m_at - 1] : ' ';
        for (const Word &word : kWords) {
            const std::size_t end = m_at + word.written.size();
            if (ascii::isAlnum(before) || !m_text.substr(m_at).starts_with(word.written) || (end < m_text.size() && ascii::isAlnum(m_text[end])))
                continue;
            m_out += word.meant;
            m_at = end;
            return true;
        }
        return false;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::string m_out;
};

} // namespace

std::string mended(std::string_view text) { return Mender(text).mend(); }

} // namespace threadline::json
