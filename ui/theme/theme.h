// SPDX-License-Identifier: GPL-3.0-or-later
/// One theme as colours. A plain value; any thread.
#pragma once

#include "core/model/story.h"
#include "ui/theme/tokentypes.h"

#include <QColor>
#include <QPalette>
#include <QString>

#include <optional>
#include <string_view>

namespace threadline::ui {

class Theme {
public:
    explicit Theme(ThemeName name = ThemeName::Light);

    [[nodiscard]] ThemeName name() const { return m_name; }
    [[nodiscard]] QColor operator()(Role role) const { return at(m_tokens->ui[static_cast<std::size_t>(role)]); }
    [[nodiscard]] QColor operator()(Evidence evidence) const
    {
        return at(m_tokens->evidence[static_cast<std::size_t>(evidence)]);
    }
    [[nodiscard]] QColor fill(SegmentKind kind) const { return at(state(kind).fill); }
    [[nodiscard]] QColor ink(SegmentKind kind) const { return at(state(kind).text); }
    [[nodiscard]] QColor edge(SegmentKind kind) const { return at(state(kind).edge); }
    [[nodiscard]] bool framed(SegmentKind kind) const { return state(kind).edge != state(kind).fill; }
    [[nodiscard]] QColor ink(Severity severity) const { return at(m_tokens->severity[static_cast<std::size_t>(severity)].ink); }
    [[nodiscard]] QColor ground(Severity severity) const
    {
        return at(m_tokens->severity[static_cast<std::size_t>(severity)].ground);
    }
    /// How much of the text colour a pattern shows, 0 to 1.
    [[nodiscard]] double patternStrength(SegmentKind kind) const;

    [[nodiscard]] QPalette palette() const;
    /// The style sheet of every ordinary control.
    [[nodiscard]] QString styleSheet() const;

private:
    static QColor at(std::uint32_t argb) { return QColor::fromRgb(argb); }
    [[nodiscard]] const StateColours &state(SegmentKind kind) const { return m_tokens->state[static_cast<std::size_t>(kind)]; }

    ThemeName m_name;
    const Tokens *m_tokens;
};

[[nodiscard]] std::string_view nameOf(ThemeName name); ///< "light", "dark", "contrast"
[[nodiscard]] std::optional<ThemeName> themeFromName(std::string_view name);

} // namespace threadline::ui
