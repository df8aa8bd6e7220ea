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
    const auto due = m_delivery.takeOverviews(now, kLooksAtATime);
    if (!due)
        return fail(due.error());
    for (const DeliveryStore::Overview &overview : *due) {
        if (auto looked = look(batch, overview, now); !looked)
            return looked;
    }
    return {};
}

Result<> Overviews::look(Batch &batch, DeliveryStore::Overview overview, Timestamp now)
{
    const auto read = m_reader.summary(overview.interaction);
    if (!read)
        return fail(read.error());
    if (!*read) { // deleted here; it stays there
        batch.update.overviews.push_back({overview.interaction, {}, {}, 0, {}, false});
        return {};
    }
    const Summary &summary = **read;
    std::vector<std::string> points;
    m_text.clear();
    if (auto rendered = render(summary, overview.interaction, points); !rendered)
        return rendered;
    const auto wait = nextWait(summary, overview);
    overview.wait = wait.value_or(Duration{});
    overview.next = wait ? std::optional(now + *wait) : std::nullopt;
    const std::uint64_t digest = hash64(m_text);
    if (digest != overview.digest) {
        for (const std::string &point : overview.points) {
            if (std::find(points.begin(), points.end(), point) == points.end())
                batch.update.remove.push_back(point);
        }
        for (std::size_t at = 0; at < m_text.size();) {
            const std::size_t end = m_text.find('\n', at);
            batch.lines.push_back({static_cast<std::uint32_t>(batch.text.size() + at), static_cast<std::uint32_t>(end - at), 0});
            at = end + 1;
        }
        batch.text += m_text;
        overview.digest = digest;
        overview.points = std::move(points);
    }
    batch.update.overviews.push_back(std::move(overview));
    return {};
}

Result<> Overviews::render(const Summary &summary, InteractionKey key, std::vector<std::string> &points)
{
    const auto row = [&](influx::Phase phase) {
        return [&, phase](int bump) { return influx::appendIndex(m_text, summary, phase, m_target.payload, bump); };
    };
    Result<> done = place(key, kStarted, points, row(influx::Phase::Started));
    if (done && summary.end)
        done = place(key, kEnded, points, row(influx::Phase::Ended));
    if (done)
        done = place(key, kLocator, points, [&](int bump) { return influx::appendLocator(m_text, summary, bump); });
    return done;
}

/// Appends the line at the first place that no other interaction's has.
template<class Append>
Result<> Overviews::place(InteractionKey key, int kind, std::vector<std::string> &points, Append append)
{
    const std::size_t before = m_text.size();
    for (int bump = 0; bump < kMostBumps; ++bump) {
        const auto place = append(bump);
        if (!place)
            return {}; // it cannot be written; its events tell why, as dead letters
        const auto holder = m_delivery.claim({{place->series, place->time, -(key * kKinds + kind)}});
        if (!holder)
            return fail(holder.error());
        if (holder->front() == 0)
            break;
        m_text.resize(before);
    }
    if (m_text.size() > before)
        points.push_back(influx::pointKey(std::string_view(m_text).substr(before, m_text.size() - before - 1)));
    return {};
}

} // namespace threadline::delivery
