// SPDX-License-Identifier: GPL-3.0-or-later
/// Small pictures of 12 px, drawn from resources/glyphs in any colour and kept as pixmaps. GUI thread only.
#pragma once

#include "core/model/event.h"
#include "core/model/story.h"

#include <QColor>
#include <QIcon>
#include <QPixmap>

#include <cstdint>

class QPainter;

namespace threadline::ui {

enum class Glyph : std::uint8_t {
    None,
    Ivr,
    Queue,
    Alert,
    Talk,
    Hold,
    Consult,
    Conference,
    Acw,
    Voicemail,
    Parked,
    Monitor,
    Unknown,
    Voice,
    Email,
    Chat,
    Callback,
    Video,
    Screen,
    Check,
    Cross,
    Down,
    Right,
    Close,
    Person,
    Bot,
    Wait,
    Warn,
    Error,
    Info,
    Copy,
    File,
    Plug,
    Circle,
    Play,
    Sort,
    Dot,
    Pause,
    Gap,
    Store
};

[[nodiscard]] Glyph glyphOf(SegmentKind kind);
[[nodiscard]] Glyph glyphOf(Media media);
[[nodiscard]] Glyph glyphOf(Purpose purpose);

/// The glyph in `colour`, `size` logical pixels wide, for a device of that pixel ratio.
[[nodiscard]] QPixmap glyphPixmap(Glyph glyph, const QColor &colour, double size, double ratio);
/// Draws it with its top left corner at (x, y).
void drawGlyph(QPainter &painter, Glyph glyph, double x, double y, const QColor &colour, double size = 12);
[[nodiscard]] QIcon glyphIcon(Glyph glyph, const QColor &colour);

} // namespace threadline::ui
