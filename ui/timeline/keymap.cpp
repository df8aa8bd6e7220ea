// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/keymap.h"

#include <QCoreApplication>
#include <QKeyEvent>

#include <algorithm>

namespace threadline::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Keys", text); }

std::vector<LaneKey> makeKeys()
{
    using C = LaneCommand;
    return {
        {C::SegmentBefore, {Qt::Key_Left}, tr("Segment before, in the lane"), tr("Click a segment")},
        {C::SegmentAfter, {Qt::Key_Right}, tr("Segment after, in the lane"), tr("Click a segment")},
        {C::LaneAbove, {Qt::Key_Up}, tr("Lane above, same instant"), tr("Click a lane")},
        {C::LaneBelow, {Qt::Key_Down}, tr("Lane below, same instant"), tr("Click a lane")},
        {C::PageUp, {Qt::Key_PageUp}, tr("A screen of lanes up"), tr("Wheel over the header column, or Ctrl+wheel")},
        {C::PageDown, {Qt::Key_PageDown}, tr("A screen of lanes down"), tr("Wheel over the header column, or Ctrl+wheel")},
        {C::FirstLane, {QKeyCombination(Qt::ControlModifier, Qt::Key_Home)}, tr("First lane"), {}},
        {C::LastLane, {QKeyCombination(Qt::ControlModifier, Qt::Key_End)}, tr("Last lane"), {}},
        {C::Home, {Qt::Key_Home}, tr("Start of the data"), {}},
        {C::End, {Qt::Key_End}, tr("Back to live, follow; the end of what is stored"), tr("Click the badge")},
        {C::PanLeft, {Qt::Key_A}, tr("Pan 10 % to earlier times"), tr("Drag, or Shift+wheel")},
        {C::PanRight, {Qt::Key_D}, tr("Pan 10 % to later times"), tr("Drag, or Shift+wheel")},
        {C::ScreenLeft, {QKeyCombination(Qt::ShiftModifier, Qt::Key_A)}, tr("A screen earlier"), {}},
        {C::ScreenRight, {QKeyCombination(Qt::ShiftModifier, Qt::Key_D)}, tr("A screen later"), {}},
        {C::ZoomIn, {Qt::Key_W}, tr("Zoom in"), tr("Wheel, at the cursor")},
        {C::ZoomOut, {Qt::Key_S}, tr("Zoom out"), tr("Wheel, at the cursor")},
        {C::Fit, {Qt::Key_F}, tr("Fit the selection"), {}},
        {C::FitAll, {QKeyCombination(Qt::ShiftModifier, Qt::Key_F)}, tr("Fit everything"), {}},
        {C::Open, {Qt::Key_Return, Qt::Key_Enter}, tr("Open the interaction; zoom to the segment"), tr("Double click")},
        {C::Expand,
         {Qt::Key_Plus, QKeyCombination(Qt::ShiftModifier, Qt::Key_Plus)},
         tr("Expand the group"),
         tr("Click the arrow of the group")},
        {C::Collapse, {Qt::Key_Minus}, tr("Collapse the group"), tr("Click the arrow of the group")},
        {C::ShowTip, {Qt::Key_F4}, tr("Tip of the chosen segment"), tr("Rest the pointer on a segment")},
        {C::Menu, {QKeyCombination(Qt::ShiftModifier, Qt::Key_F10), Qt::Key_Menu}, tr("Menu of what is chosen"), tr("Right button")},
        {C::Leave, {Qt::Key_Escape}, tr("Choose nothing; from the timeline back to the floor"), tr("Click the first crumb")},
        {C::NarrowHeader, {QKeyCombination(Qt::AltModifier | Qt::ShiftModifier, Qt::Key_Left)}, tr("Header column narrower"), tr("Drag its edge")},
        {C::WidenHeader, {QKeyCombination(Qt::AltModifier | Qt::ShiftModifier, Qt::Key_Right)}, tr("Header column wider"), tr("Drag its edge")},
        {C::CopyId, {QKeySequence::Copy}, tr("Copy the id of what is chosen"), tr("Click the copy button of the inspector")},
    };
}

} // namespace

const std::vector<LaneKey> &laneKeys()
{
    static const std::vector<LaneKey> keys = makeKeys();
    return keys;
}

QKeySequence keyOf(LaneCommand command)
{
    const auto found = std::find_if(laneKeys().begin(), laneKeys().end(), [command](const LaneKey &key) { return key.command == command; });
    return found == laneKeys().end() || found->keys.isEmpty() ? QKeySequence() : found->keys.front();
}

std::optional<LaneCommand> laneCommand(const QKeyEvent &event)
{
    // The keypad flag says where a key is, not what it means.
    const QKeySequence pressed(QKeyCombination(event.modifiers() & ~Qt::KeypadModifier, static_cast<Qt::Key>(event.key())));
    for (const LaneKey &key : laneKeys()) {
        if (key.keys.contains(pressed))
            return key.command;
    }
    return std::nullopt;
}

} // namespace threadline::ui
