// SPDX-License-Identifier: GPL-3.0-or-later
/// Durations, numbers, ids and foreign text as the window shows them (the wording rules of the visual language).
#pragma once

#include "core/base/time.h"
#include "core/session.h"
#include "core/model/event.h"
#include "core/model/story.h"
#include "core/model/summary.h"

#include <QFontMetricsF>
#include <QString>

#include <algorithm>
#include <concepts>
#include <string_view>

namespace threadline::ui {

[[nodiscard]] QString qstr(std::string_view utf8);

[[nodiscard]] QString durationText(Duration d);     ///< "0:48", "1:03", "1:02:05"; whole seconds, cut off; never negative
/// What to say of something that begins after `now`; empty: it does not.
[[nodiscard]] QString futureNote(Timestamp since, Timestamp now);
[[nodiscard]] QString proseDuration(Duration d);    ///< "0.19 s", "48 s", "2 min 24 s", "2 h 05 min", "3 d 4 h"
[[nodiscard]] QString spokenDuration(Duration d);   ///< "1 minute 13 seconds"
[[nodiscard]] QString delayText(Duration d);        ///< "0.19 s", "13.7 s", "2 min 24 s"
[[nodiscard]] QString fineDelayText(Duration d);    ///< "190 ms", "13.7 s"
[[nodiscard]] QString numberText(std::uint64_t n);  ///< "1,204,551", grouped as the locale does
template<std::signed_integral T>
[[nodiscard]] QString numberText(T n) { return numberText(static_cast<std::uint64_t>(std::max<T>(n, 0))); } ///< of what is counted
[[nodiscard]] QString byteText(std::uint64_t n);    ///< "412 B", "4.2 GB"
[[nodiscard]] QString shortId(std::string_view id); ///< the first 8 characters
/// "3f9c2a71-…-5d0e": at most `most` characters, the middle left out.
[[nodiscard]] QString middleElided(const QString &text, int most);
/// Foreign text for a place of ours: control characters as symbols, cut at `most` characters. Nothing else is changed.
[[nodiscard]] QString foreign(std::string_view utf8, int most = 200);
/// An address or name for people: as foreign(), without the scheme of a number or mailbox ("tel:", "sip:", "mailto:").
[[nodiscard]] QString addressText(std::string_view utf8, int most = 200);
/// Numbers and addresses differ at their end: they lose their middle; names lose their end.
[[nodiscard]] Qt::TextElideMode elideModeOf(const QString &text);
/// `text` as it fits into `room` pixels.
[[nodiscard]] QString elidedText(const QFontMetricsF &metrics, const QString &text, double room);
/// With places to break at in words that are longer than a narrow column; for labels that wrap, never for what is copied.
[[nodiscard]] QString breakable(const QString &text);
/// The same, isolated from the direction of what stands around it (for sentences that are put together).
[[nodiscard]] QString isolated(const QString &text);
/// "InfluxDB at db:8086", with "the local store and " before it where that had part, too.
[[nodiscard]] QString sourceText(const Origin &origin);

// Names of states and kinds for people.
[[nodiscard]] QString stateName(SegmentKind kind);         ///< "Ringing", "Wrap-up", ...
[[nodiscard]] QString stateCount(SegmentKind kind, int n); ///< "12 talk", "2 ringing"
[[nodiscard]] QString mediaName(Media media, std::string_view text);
[[nodiscard]] QString purposeName(Purpose purpose, std::string_view text);
[[nodiscard]] QString directionName(Direction direction);
[[nodiscard]] QString linkName(LinkKind kind);
[[nodiscard]] QString confidenceName(Confidence confidence);
[[nodiscard]] QString provenanceName(Provenance provenance);
[[nodiscard]] QString sourceStateName(SourceState state);
[[nodiscard]] QString deliveryStateName(DeliveryState state);
[[nodiscard]] QString bandStateName(BandState state);
[[nodiscard]] QString bandCauseName(BandCause cause);

} // namespace threadline::ui
