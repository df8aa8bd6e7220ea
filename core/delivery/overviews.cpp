// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/overviews.h"

#include "core/base/hash.h"
#include "core/influx/points.h"
#include "core/influx/removal.h"

#include <algorithm>

namespace threadline::delivery {
namespace {

constexpr int kLooksAtATime = 1000;
constexpr int kMostBumps = 100;
constexpr Duration kAskAgain = Duration::seconds(1); ///< while a point that is to be written is just being taken away
/// Points of one interaction, each with a claim of its own beside those of rows, which are positive.
constexpr std::int64_t kKinds = 4;
constexpr int kStarted = 0, kEnded = 1, kLocator = 2;

/// When to look next: while it is open, less and less often if nothing comes.
std::optional<Duration> nextWait(const Summary &summary, const DeliveryStore::Overview &before)
{
    if (summary.end)
        return std::nullopt;
    const Duration wait = before.touched ? kLookEvery : std::max(kLookEvery, Duration::micros(before.wait.us * 2));
    return wait > kLookAtMost ? std::nullopt : std::optional(wait);
}

} // namespace

Result<> Overviews::add(Batch &batch, Timestamp now)
{
    auto views = read(batch, now);
    if (!views)
        return fail(views.error());
    std::vector<Line> lines;
    for (std::size_t i = 0; i < views->size(); ++i) {
        for (const int kind : {kStarted, kEnded, kLocator}) {
            if (kind != kEnded || (*views)[i].summary.end)
                lines.push_back({i, kind});
        }
    }
    if (auto placed = place(*views, lines); !placed)
        return placed;
    auto line = lines.begin();
    for (std::size_t i = 0; i < views->size(); ++i) {
        const auto first = line;
        line = std::find_if(line, lines.end(), [i](const Line &l) { return l.view != i; });
        if (auto told = tell(batch, (*views)[i], {first, line}, now); !told)
            return told;
    }
    return {};
}

/// Those that are due, with what the store says of them now.
Result<std::vector<Overviews::View>> Overviews::read(Batch &batch, Timestamp now)
{
    auto due = m_delivery.takeOverviews(now, kLooksAtATime);
    if (!due)
        return fail(due.error());
    std::vector<View> views;
    for (DeliveryStore::Overview &overview : *due) {
        auto summary = m_reader.summary(overview.interaction);
        if (!summary)
            return fail(summary.error());
        if (*summary)
            views.push_back({std::move(overview), std::move(**summary)});
        else // deleted here; it stays there
            batch.update.overviews.push_back({overview.interaction, {}, {}, 0, {}, false});
    }
    return views;
}

/// Renders the lines, each at the first place that no other interaction's has. All are claimed at once, for a transaction costs
/// more than a line; of a thousand lines hardly one has to look for another place.
Result<> Overviews::place(const std::vector<View> &views, std::vector<Line> &lines)
{
    std::vector<Line *> open;
    for (Line &line : lines)
        open.push_back(&line);
    while (!open.empty()) {
        std::vector<DeliveryStore::Claim> claims;
        std::vector<Line *> claiming;
        for (Line *line : open) {
            if (const auto claim = render(views[line->view], *line)) {
                claims.push_back(*claim);
                claiming.push_back(line);
            }
        }
        const auto holders = m_delivery.claim(claims);
        if (!holders)
            return fail(holders.error());
        open.clear();
        for (std::size_t i = 0; i < claiming.size(); ++i) {
            if ((*holders)[i] == 0)
                continue;
            claiming[i]->text.clear();
            if (++claiming[i]->bump < kMostBumps)
                open.push_back(claiming[i]);
        }
    }
    return {};
}

/// Nothing: it cannot be written; the interaction's events tell why, as dead letters.
std::optional<DeliveryStore::Claim> Overviews::render(const View &view, Line &line) const
{
    const auto place = line.kind == kLocator
        ? influx::appendLocator(line.text, view.summary, line.bump)
        : influx::appendIndex(line.text, view.summary, line.kind == kStarted ? influx::Phase::Started : influx::Phase::Ended, m_target.payload,
                              line.bump);
    if (!place)
        return std::nullopt;
    return DeliveryStore::Claim{place->series, place->time, -(view.overview.interaction * kKinds + line.kind)};
}

/// Adds its lines if they are others than before, and what is to be noted of it.
Result<> Overviews::tell(Batch &batch, View &view, std::span<const Line> lines, Timestamp now)
{
    DeliveryStore::Overview &overview = view.overview;
    const auto wait = nextWait(view.summary, overview);
    overview.wait = wait.value_or(Duration{});
    overview.next = wait ? std::optional(now + *wait) : std::nullopt;
    std::string text;
    std::vector<Batch::Line> placed;
    std::vector<std::string> points;
    for (const Line &line : lines) {
        if (line.text.empty())
            continue;
        const std::size_t size = line.text.size() - 1; // without its '\n'
        placed.push_back({static_cast<std::uint32_t>(batch.text.size() + text.size()), static_cast<std::uint32_t>(size), -overview.interaction});
        points.push_back(influx::pointKey(std::string_view(line.text).substr(0, size)));
        text += line.text;
    }
    if (const std::uint64_t digest = hash64(text); digest != overview.digest) {
        for (const std::string &point : points) {
            const auto kept = m_delivery.keep(point);
            if (!kept)
                return fail(kept.error());
            if (!*kept) { // once that is answered
                overview.next = now + kAskAgain;
                batch.update.overviews.push_back(std::move(overview));
                return {};
            }
        }
        for (const std::string &point : overview.points) {
            if (std::find(points.begin(), points.end(), point) == points.end())
                batch.update.remove.push_back(point);
        }
        batch.lines.insert(batch.lines.end(), placed.begin(), placed.end());
        batch.text += text;
        overview.digest = digest;
        overview.points = std::move(points);
    }
    batch.update.overviews.push_back(std::move(overview));
    return {};
}

} // namespace threadline::delivery
