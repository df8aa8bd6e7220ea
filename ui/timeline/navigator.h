// SPDX-License-Identifier: GPL-3.0-or-later
/// Which stretch of time is in view, and whether it follows what is happening now. No widget; pure.
#pragma once

#include "ui/timeline/timescale.h"

#include <cstdint>
#include <optional>

namespace threadline::ui {

class Navigator {
public:
    enum class Mode : std::uint8_t { Stored, Following, Paused };
    static constexpr double kFreeAtRight = 0.03;
    static constexpr Duration kFirstSpan = Duration::seconds(20 * 60);

    void setWidth(double width);
    /// What there is to see, and whether it goes on. Until the user moves it, the view is chosen from that: the last 20 minutes
    /// of what is live (less if it is younger than a quarter of that), `focus` of what is stored. From then on the view stays
    /// within the extent, now where it goes on, and a margin. `focus`: what is looked at first; absent: all.
    void setExtent(TimeRange extent, bool live, std::optional<TimeRange> focus = {});
    /// How far back the view may go although nothing of that is in the extent.
    void setReach(Duration before) { m_reach = before; }
    /// Time went on. True if the picture has moved; in Following it moves by whole pixels, when one is due.
    bool setNow(Timestamp now);

    [[nodiscard]] const TimeScale &scale() const { return m_scale; }
    [[nodiscard]] Mode mode() const { return m_mode; }
    [[nodiscard]] bool following() const { return m_mode == Mode::Following; }
    /// False until there is something to see: view() means nothing yet.
    [[nodiscard]] bool placed() const { return m_placed; }
    [[nodiscard]] TimeRange view() const { return m_scale.range(m_width); }
    [[nodiscard]] std::uint64_t missed() const { return m_missed; }
    [[nodiscard]] double width() const { return m_width; }

    /// About the pixel `x`, whose instant stays there. Following goes on as long as now stays in view.
    void zoom(double factor, double x);
    /// About now while following, else about the middle.
    void zoomAtFocus(double factor);
    /// To later times for `px` > 0. Going back pauses.
    void pan(double px);
    /// Shows all of `range` with a little room around it; pauses, unless that is where now stands.
    void show(TimeRange range);
    /// Shows exactly `range`; following goes on where now stays in view.
    void showExactly(TimeRange range);
    /// What is stored is placed there from now on, until the user moves it; nothing where the user has.
    void lookAt(TimeRange range);
    /// What is looked at first; where just that is in view already, all there is.
    void fitAll();
    /// The start of the data.
    void home();
    /// Back to now and on with it; of stored data, its end. A scale that shows nothing of that (of years, of an instant) gives way to
    /// the one that would be chosen.
    void end();
    /// To what goes on now; where nothing does, as soon as something does.
    void goLive();
    /// The user has chosen what is in view.
    [[nodiscard]] bool touched() const { return m_touched; }
    /// Chooses the view anew from what there is now, unless the user has moved it.
    void settle();
    /// Stops following without moving: something in the past was chosen.
    void pause();
    /// `n` more events came in; counted while paused.
    void noteNew(std::uint64_t n);
    /// Moves just as far as needed to bring the range, or its start, into view.
    void reveal(TimeRange range);

private:
    void place();
    void fit(TimeRange range);
    void afterMove();
    void bound();
    [[nodiscard]] TimeRange limits() const;

    TimeScale m_scale;
    double m_width = 1000;
    TimeRange m_extent;
    TimeRange m_focus;
    std::optional<TimeRange> m_lookedAt; ///< instead of `m_focus`
    Duration m_reach;
    Timestamp m_now;
    Mode m_mode = Mode::Stored;
    double m_anchor = 1 - kFreeAtRight; ///< where now stands while following, as a fraction of the width
    std::uint64_t m_missed = 0;
    bool m_placed = false;
    bool m_touched = false; ///< the user has moved the view: a new width no longer places it anew
};

} // namespace threadline::ui
