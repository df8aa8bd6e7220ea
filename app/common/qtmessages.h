// SPDX-License-Identifier: GPL-3.0-or-later
/// What Qt itself has to say goes into our log, where secrets are masked.
#pragma once

namespace threadline::app {

/// From now on. Main thread, before the application object is made.
void takeQtMessages();
/// While one lives: that there is no display to open a window on is said in one sentence and ends the program (kExitUsage),
/// instead of Qt's abort. `saidAlready`: what else is wrong has been said, and this is its exit code; the display is not mentioned then.
class DisplayWanted {
public:
    explicit DisplayWanted(int saidAlready = 0);
    ~DisplayWanted();
    DisplayWanted(const DisplayWanted &) = delete;
    DisplayWanted &operator=(const DisplayWanted &) = delete;
};

} // namespace threadline::app
