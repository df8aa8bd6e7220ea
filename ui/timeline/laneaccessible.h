// SPDX-License-Identifier: GPL-3.0-or-later
/// The lanes for screen readers: a table whose rows are lanes and whose cells are segments (of the events row: events).
/// GUI thread.
#pragma once

namespace threadline::ui {

class LanesView;

/// Once a program; further calls do nothing.
void installLaneAccessibility();
/// The scene of `view` is another one: the rows and cells handed out so far are void.
void forgetLanes(const LanesView *view);
/// Tells screen readers what is chosen now.
void focusChosen(LanesView *view);

} // namespace threadline::ui
