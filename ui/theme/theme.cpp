// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include "threadline_tokens.h"

namespace threadline::ui {
namespace {

const Tokens *tokensOf(ThemeName name)
{
    switch (name) {
    case ThemeName::Light: return &kLightTokens;
    case ThemeName::Dark: return &kDarkTokens;
    case ThemeName::Contrast: return &kContrastTokens;
    }
    return &kLightTokens;
}

/// Rules of all controls; %name stands for the colour of that role.
constexpr char kSheet[] = R"(
QWidget { color: %text; }
QMainWindow, QDialog { background: %window; }
QToolTip { background: %tip; color: %text; border: 1px solid %control; padding: 4px 6px; }
QMenuBar { background: %panel; border: none; padding: 1px 4px; }
QMenuBar::item { padding: 3px 8px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected { background: %hover; }
QMenu { background: %panel; border: 1px solid %control; padding: 4px; }
QMenu::item { padding: 4px 28px 4px 24px; border-radius: 3px; }
QMenu::item:selected { background: %select; }
QMenu::item:disabled { color: %disabled; }
QMenu::separator { height: 1px; background: %border; margin: 4px 6px; }
QPushButton { background: %panel; border: 1px solid %control; border-radius: 4px; padding: 4px 14px; min-height: 18px; }
QPushButton:hover { background: %hover; }
QPushButton:focus { border: 2px solid %focus; padding: 3px 13px; }
QPushButton:disabled { color: %disabled; border-color: %border; }
QPushButton[primary="true"] { background: %accent; color: %on; border-color: %accent; }
QPushButton[primary="true"]:focus { border: 2px solid %text; }
QLineEdit, QComboBox, QPlainTextEdit { background: %panel; border: 1px solid %control; border-radius: 4px; selection-background-color: %accent; selection-color: %on; }
QLineEdit, QComboBox { padding: 3px 8px; min-height: 20px; }
QLineEdit:focus, QComboBox:focus { border: 2px solid %focus; padding: 2px 7px; }
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"] { border: 2px solid %error; padding: 2px 7px; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: %panel; border: 1px solid %control; selection-background-color: %select; selection-color: %text; }
QTableView { background: %panel; alternate-background-color: %panel; border: none; gridline-color: transparent; selection-background-color: %select; selection-color: %text; outline: none; }
QTableView::item { padding: 0 8px; border: none; }
QTableView::item:selected { background: %select; color: %text; }
QHeaderView { background: %panel; border: none; }
QHeaderView::section { background: %panel; color: %text2; border: none; border-bottom: 1px solid %border; padding: 3px 8px; }
QScrollArea { border: none; background: %panel; }
QScrollBar:vertical { background: %window; width: 10px; margin: 0; }
QScrollBar:horizontal { background: %window; height: 10px; margin: 0; }
QScrollBar::handle { background: %control; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: %border; }
QCheckBox { spacing: 8px; }
QLabel[ink="2"] { color: %text2; }
QLabel[ink="3"] { color: %hint; }
QLabel[ink="link"] { color: %link; }
QLabel[ink="ok"] { color: %ok; }
QLabel[ink="warn"] { color: %warn; }
QLabel[ink="error"] { color: %error; }
QLabel[ink="late"] { color: %late; }
QLabel[ink="backfilled"] { color: %backfilled; }
QWidget[rule="true"] { background: %border; }
QWidget[ground="panel"] { background: %panel; }
QWidget[ground="header"] { background: %header; }
QWidget[ground="window"] { background: %window; }
QFrame[card="true"] { background: %panel; border: 1px solid %border; border-radius: 6px; }
)";

QString filled(QString sheet, const Theme &theme)
{
    const std::pair<const char *, Role> names[] = {{"%window", Role::Window}, {"%panel", Role::Panel},
                                                   {"%text2", Role::Text2},   {"%text", Role::Text},
                                                   {"%tip", Role::Tip},       {"%control", Role::BorderControl},
                                                   {"%border", Role::Border}, {"%hover", Role::Hover},
                                                   {"%select", Role::Select}, {"%disabled", Role::TextDisabled},
                                                   {"%focus", Role::Focus},   {"%accent", Role::Accent},
                                                   {"%on", Role::AccentOn},   {"%hint", Role::Text3},
                                                   {"%link", Role::Link},     {"%header", Role::Header}};
    for (const auto &[name, role] : names)
        sheet.replace(QLatin1String(name), theme(role).name());
    const std::pair<const char *, Severity> severities[] = {
        {"%ok", Severity::Ok}, {"%warn", Severity::Warn}, {"%error", Severity::Error}};
    for (const auto &[name, severity] : severities)
        sheet.replace(QLatin1String(name), theme.ink(severity).name());
    sheet.replace(QLatin1String("%late"), theme(Evidence::Late).name());
    sheet.replace(QLatin1String("%backfilled"), theme(Evidence::Backfilled).name());
    return sheet;
}

} // namespace

Theme::Theme(ThemeName name) : m_name(name), m_tokens(tokensOf(name)) {}

double Theme::patternStrength(SegmentKind kind) const
{
    if (m_name == ThemeName::Contrast)
        return 0.60;
    return kind == SegmentKind::Hold || kind == SegmentKind::Consult ? 0.34 : 0.26;
}

QPalette Theme::palette() const
{
    const Theme &t = *this;
    QPalette p;
    const std::pair<QPalette::ColorRole, Role> all[] = {{QPalette::Window, Role::Window},
                                                        {QPalette::WindowText, Role::Text},
                                                        {QPalette::Base, Role::Panel},
                                                        {QPalette::AlternateBase, Role::LaneEven},
                                                        {QPalette::Text, Role::Text},
                                                        {QPalette::Button, Role::Panel},
                                                        {QPalette::ButtonText, Role::Text},
                                                        {QPalette::Highlight, Role::Accent},
                                                        {QPalette::HighlightedText, Role::AccentOn},
                                                        {QPalette::ToolTipBase, Role::Tip},
                                                        {QPalette::ToolTipText, Role::Text},
                                                        {QPalette::Link, Role::Link},
                                                        {QPalette::PlaceholderText, Role::Text3},
                                                        {QPalette::Mid, Role::Border},
                                                        {QPalette::Light, Role::Panel},
                                                        {QPalette::Midlight, Role::Hover},
                                                        {QPalette::Dark, Role::BorderControl},
                                                        {QPalette::Shadow, Role::Shadow}};
    for (const auto &[role, ours] : all)
        p.setColor(role, t(ours));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, t(Role::TextDisabled));
    return p;
}

QString Theme::styleSheet() const { return filled(QString::fromLatin1(kSheet), *this); }

std::string_view nameOf(ThemeName name)
{
    switch (name) {
    case ThemeName::Light: return "light";
    case ThemeName::Dark: return "dark";
    case ThemeName::Contrast: return "contrast";
    }
    return "light";
}

std::optional<ThemeName> themeFromName(std::string_view name)
{
    for (const ThemeName theme : {ThemeName::Light, ThemeName::Dark, ThemeName::Contrast}) {
        if (nameOf(theme) == name)
            return theme;
    }
    return std::nullopt;
}

} // namespace threadline::ui
