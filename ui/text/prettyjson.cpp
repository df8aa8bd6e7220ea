// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/prettyjson.h"

#include "ui/text/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <string>

namespace threadline::ui {
namespace {

/// Writes one character after the other and knows whether it is inside a string.
class Printer {
public:
    void put(char c, char next)
    {
        if (m_inString) {
            m_out += c;
            m_inString = m_escaped || c != '"';
            m_escaped = !m_escaped && c == '\\';
            return;
        }
        switch (c) {
        case '"':
            m_inString = true;
            m_out += c;
            break;
        case '{':
        case '[': open(c, next); break;
        case '}':
        case ']': close(c); break;
        case ',':
            m_out += c;
            newLine();
            break;
        case ':': m_out += ": "; break;
        default: m_out += c;
        }
    }
    [[nodiscard]] std::string take() { return std::move(m_out); }

private:
    void newLine()
    {
        m_out += '\n';
        m_out.append(static_cast<std::size_t>(std::clamp(m_depth, 0, 64)) * 2, ' ');
    }
    void open(char c, char next)
    {
        m_out += c;
        ++m_depth;
        m_empty = next == '}' || next == ']';
        if (!m_empty)
            newLine();
    }
    void close(char c)
    {
        --m_depth;
        if (!m_empty)
            newLine();
        m_empty = false;
        m_out += c;
    }

    std::string m_out;
    int m_depth = 0;
    bool m_inString = false;
    bool m_escaped = false;
    bool m_empty = false;
};

} // namespace

QString prettyJson(std::string_view json, std::size_t limit)
{
    const std::string_view shown = json.substr(0, limit);
    Printer printer;
    for (std::size_t i = 0; i < shown.size(); ++i)
        printer.put(shown[i], i + 1 < json.size() ? json[i + 1] : '\0');
    QString text = QString::fromStdString(printer.take());
    if (shown.size() < json.size())
        text += QCoreApplication::translate("PrettyJson", "\n… %1 more. Copy takes all of it.")
                    .arg(byteText(json.size() - shown.size()));
    return text;
}

} // namespace threadline::ui
