// SPDX-License-Identifier: GPL-3.0-or-later
/// What a timeline shows, as plain values: rows with their lanes, marks, arrows and bands. Models make scenes, the painter
/// draws them; live and stored alike. Immutable once made, shared by pointer.
#pragma once

#include "core/model/story.h"
#include "core/model/summary.h"
#include "ui/text/timetext.h"
#include "ui/theme/glyphs.h"
#include "ui/timeline/lane.h"
#include "ui/timeline/metrics.h"

#include <QString>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace threadline::ui {

/// How urgent a waiting customer is.
enum class Attention : std::uint8_t { None, Warn, Alarm };
inline constexpr Duration kWarnAfter = Duration::seconds(60);
inline constexpr Duration kAlarmAfter = Duration::seconds(120);
[[nodiscard]] constexpr Attention attentionOf(Duration waited)
{
    return waited >= kAlarmAfter ? Attention::Alarm : waited >= kWarnAfter ? Attention::Warn : Attention::None;
}

struct Row {
    RowKind kind = RowKind::Lane;
    std::string key; ///< identifies the row over updates: interaction, queue, participant, participant and channel
    LanePtr lane;    ///< Lane, Felt, Channel
    Glyph glyph = Glyph::None;
    QString title;                  ///< customer, queue, participant, channel
    QString detail;                 ///< with whom, role, sub title
    std::optional<Timestamp> runsSince; ///< the %1 of `detail` is the time since then
    bool dim = false;               ///< the detail is secondary: "waiting", "ended"
    QString note;                   ///< right in the header ("leg 1"), or in the lane area of a group ("13 open")
    std::optional<Timestamp> since; ///< in its present state since; the time column counts from it
    bool waits = false;             ///< the customer waits or is held: `since` may call for attention
    int parent = -1;                ///< index of the group or participant row it belongs to
    bool expanded = true;
    bool open = false;              ///< of a floor: it has not ended, whatever its last segment did
    bool lastOfParent = false;
    bool shared = false;            ///< only the shared store has it
    bool odd = false;               ///< lane ground; set by number within what is shown
    std::optional<Timestamp> fresh; ///< came into view then: an accent bar for 2 s

    /// `detail` as it reads at `now`.
    [[nodiscard]] QString detailAt(Timestamp now) const;
};

/// Of a link, as rows of the scene.
struct SceneArrow {
    int fromRow = -1; ///< -1: another interaction
    int toRow = -1;
    Timestamp from;
    Timestamp to;
    LinkKind kind = LinkKind::BlindTransfer;
    Confidence confidence = Confidence::Unknown;
    QString label; ///< "Consult transfer, sure"
};

struct Scene {
    std::vector<Row> rows;
    std::vector<Band> bands;
    std::vector<SceneArrow> arrows;
    std::vector<EventMark> marks; ///< of the events row
    std::vector<std::uint32_t> marksByTime;
    TimeRange extent;             ///< of all that is in it; an open end counts as now
    std::optional<TimeRange> focus; ///< what is looked at first, where that is not all; within `extent`
    int beyond = 0;               ///< legs (of a floor: interactions) that lie in part outside of `focus`
    int before = 0;               ///< of a floor: interactions that lie before `focus`
    std::optional<TimeRange> overview; ///< where it goes on: what the overview shows as long as no more is in view; absent: all
    Duration reach;               ///< how much further back there may be something that would be asked for
    bool dated = false;           ///< `extent` means something although no row is in sight
    bool live = false;            ///< something in it goes on
    bool arriving = false;        ///< it is read for the first time: rows have no places yet
    std::optional<Timestamp> knownUntil; ///< nothing is known of what came later; absent: now
    bool bandLabelsBelow = false; ///< at the bottom instead of the first row

    /// What is open is drawn up to then.
    [[nodiscard]] Timestamp openEnd(Timestamp now) const { return std::min(now, knownUntil.value_or(kLatestTime)); }
    /// What is open is counted up to then, as everywhere in the window: painted more often, it would be a second ahead of the others.
    [[nodiscard]] Timestamp counted(Timestamp now) const { return wholeSecond(openEnd(now)); }
    /// How urgent a row is that has waited so long; of what is not known any more nothing is.
    [[nodiscard]] Attention attention(const Row &row, Duration waited) const { return row.waits && !knownUntil ? attentionOf(waited) : Attention::None; }
};
using ScenePtr = std::shared_ptr<const Scene>;

/// What is chosen: a row, and in it a segment or, in the events row, a mark. Survives a new scene.
struct Selection {
    std::string row;
    std::optional<std::int64_t> segmentStart; ///< start of the chosen segment, us
    SegmentKind kind = SegmentKind::Unknown;
    EventId event;

    [[nodiscard]] bool empty() const { return row.empty() && event.empty(); }
    friend bool operator==(const Selection &, const Selection &) = default;
};

/// What is looked at first: `span`, unless it takes so much of `extent` that both look alike.
[[nodiscard]] std::optional<TimeRange> focusOn(TimeRange span, TimeRange extent);

/// "1 leg goes on until Thu 12 Jul 2029 14:03. Shift+F shows all, and again what comes first."; `who`: "1 leg goes".
[[nodiscard]] QString beyondText(const Scene &scene, const QString &who, const TimeText &time);

/// Index of the row with this key, -1 if there is none.
[[nodiscard]] int rowOf(const Scene &scene, std::string_view key);
/// Index of the segment of `lane` that starts at `start` and is of `kind`; -1 if there is none.
[[nodiscard]] int segmentAt(const Lane &lane, std::int64_t start, SegmentKind kind);
/// Index of the last segment that covers `t` (an open one until `now`); -1 if there is none.
[[nodiscard]] int segmentCovering(const Lane &lane, Timestamp t, Timestamp now);

} // namespace threadline::ui
