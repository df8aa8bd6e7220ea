// SPDX-License-Identifier: GPL-3.0-or-later
/// Time to paint the floor at 1920x1080 on a software raster: 1,000,000 segments in 10,000 lanes, panned and zoomed, then
/// one lane of 1,000,000 segments. Prints p50, p99 and the largest, in ms, beside the bar.
///   bench_paint [lanes [segments a lane [frames]]]
#include "ui/timeline/lanepainter.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QImage>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace threadline;
using namespace threadline::ui;

namespace {

constexpr std::int64_t kStart = 1'778'000'000'000'000;
constexpr std::int64_t kDay = 8 * 3600 * 1'000'000LL;
constexpr int kWidth = 1920;
constexpr int kHeight = 1080;

std::uint64_t g_state = 42;
std::int64_t dice(std::int64_t from, std::int64_t to)
{
    g_state = g_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return from + static_cast<std::int64_t>((g_state >> 33) % static_cast<std::uint64_t>(to - from));
}

/// Segments one after the other, all over the time span.
LanePtr laneOf(int segments)
{
    std::vector<LaneSegment> all;
    all.reserve(static_cast<std::size_t>(segments));
    const std::int64_t mean = kDay / segments;
    std::int64_t at = kStart + dice(0, mean + 1);
    for (int i = 0; i < segments; ++i) {
        const std::int64_t length = dice(mean / 10, mean * 19 / 10 + 1);
        all.push_back({at, at + length, static_cast<std::uint32_t>(dice(0, 4)), static_cast<SegmentKind>(dice(0, 12)),
                       static_cast<Rail>(dice(0, 12) > 9 ? 1 : 0)});
        at += length;
    }
    return std::make_shared<const Lane>(
        std::move(all),
        std::vector<QString>{{}, QStringLiteral("Agent One"), QStringLiteral("Support"), QStringLiteral("Agent Seventeen")});
}

Scene sceneOf(int lanes, int segments)
{
    Scene scene;
    for (int i = 0; i < lanes; ++i) {
        if (i % 40 == 0) {
            Row group;
            group.kind = RowKind::Group;
            group.title = QStringLiteral("Queue %1").arg(i / 40);
            group.note = QStringLiteral("40 open");
            scene.rows.push_back(group);
        }
        Row row;
        row.key = std::to_string(i);
        row.lane = laneOf(segments);
        row.title = QStringLiteral("+1 555 %1").arg(i, 4, 10, QLatin1Char('0'));
        row.detail = QStringLiteral("Agent %1").arg(i % 97);
        row.glyph = Glyph::Voice;
        row.odd = i % 2;
        row.since = Timestamp{kStart + kDay - dice(0, 400) * 1'000'000};
        row.waits = i % 3 == 0;
        scene.rows.push_back(std::move(row));
    }
    scene.extent = {Timestamp{kStart}, Timestamp{kStart + kDay}};
    return scene;
}

/// Time this thread has run, which other programs on the machine do not lengthen.
double processorMs()
{
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

struct Quantiles {
    double half;
    double most;
    double largest;
};
Quantiles quantiles(std::vector<double> times)
{
    std::sort(times.begin(), times.end());
    const auto at = [&](double part) {
        return times[std::min(times.size() - 1, static_cast<std::size_t>(part * static_cast<double>(times.size())))];
    };
    return {at(0.5), at(0.99), times.back()};
}

class Bench {
public:
    Bench(const Scene &scene, Density density)
        : m_look(ThemeName::Dark, QTimeZone::utc(), false), m_painter(m_look), m_image(kWidth, kHeight, QImage::Format_RGB32)
    {
        m_look.setDensity(density);
        m_rows = RowLayout(scene, m_look.metrics());
        m_state.scene = &scene;
        m_state.rows = &m_rows;
        m_state.width = kWidth;
        m_state.height = kHeight;
        m_state.header = m_look.metrics().floorHeader;
        m_state.axis = m_look.metrics().axis;
        m_state.columns = true;
        m_state.showNow = true;
        m_state.now = Timestamp{kStart + kDay};
    }

    void paint(const TimeScale &scale, int scrollY)
    {
        m_state.scale = scale;
        m_state.scrollY = std::clamp(scrollY, 0, std::max(0, m_rows.height() - kHeight));
        const double start = processorMs();
        QElapsedTimer timer;
        timer.start();
        QPainter painter(&m_image);
        m_painter.paint(painter, m_state);
        painter.end();
        m_wall.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        m_processor.push_back(processorMs() - start);
    }
    /// Prints the frames since the last report.
    void report(const char *what)
    {
        const auto [half, most, largest] = quantiles(m_wall);
        const auto [cpuHalf, cpuMost, cpuLargest] = quantiles(m_processor);
        std::printf("%-44s wall p50 %6.2f p99 %6.2f max %6.2f ms   processor p50 %6.2f p99 %6.2f max %6.2f ms   (%zu frames)\n",
                    what, half, most, largest, cpuHalf, cpuMost, cpuLargest, m_wall.size());
        m_wall.clear();
        m_processor.clear();
    }
    [[nodiscard]] double plotWidth() const { return kWidth - m_state.header; }
    [[nodiscard]] int contentHeight() const { return m_rows.height(); }

private:
    Appearance m_look;
    LanePainter m_painter;
    QImage m_image;
    RowLayout m_rows;
    PaintState m_state;
    std::vector<double> m_wall;
    std::vector<double> m_processor;
};

/// From all of the time down to a minute and back, about a wandering cursor.
void zoom(Bench &bench, int frames, const char *what)
{
    const TimeScale all = TimeScale::fitting({Timestamp{kStart}, Timestamp{kStart + kDay}}, bench.plotWidth());
    const double factor = std::pow(480.0, 2.0 / frames);
    TimeScale scale = all;
    for (int i = 0; i < frames; ++i) {
        scale = scale.zoomed(i < frames / 2 ? factor : 1 / factor, bench.plotWidth() * (0.3 + 0.4 * (i % 10) / 10.0));
        bench.paint(scale, i * 37 % std::max(1, bench.contentHeight()));
    }
    bench.report(what);
}

void pan(Bench &bench, int frames, std::int64_t span, const char *what)
{
    TimeScale scale(Timestamp{kStart}, static_cast<double>(span) / bench.plotWidth());
    const double step = (static_cast<double>(kDay - span) / scale.usPerPx() + 1) / frames;
    for (int i = 0; i < frames; ++i) {
        scale = scale.panned(step);
        bench.paint(scale, i * 113 % std::max(1, bench.contentHeight()));
    }
    bench.report(what);
}

int argument(int argc, char **argv, int index, int fallback)
{
    return argc > index ? std::max(1, std::atoi(argv[index])) : fallback;
}

} // namespace

int main(int argc, char **argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    const int lanes = argument(argc, argv, 1, 10'000);
    const int segments = argument(argc, argv, 2, 100);
    const int frames = argument(argc, argv, 3, 600);
    const Scene scene = sceneOf(lanes, segments);
    std::printf(
        "%d lanes of %d segments, %dx%d, one QPainter on a QImage, whole picture each frame; bar: p99 <= 16.6 ms, goal 8\n",
        lanes, segments, kWidth, kHeight);
    for (const auto &[density, name] : {std::pair{Density::Normal, "normal"}, std::pair{Density::Compact, "compact"}}) {
        Bench bench(scene, density);
        std::printf("density %s\n", name);
        pan(bench, frames, kDay, "  whole day, scrolling through the lanes");
        pan(bench, frames, 3600 * 1'000'000LL, "  pan, one hour in view");
        pan(bench, frames, 300 * 1'000'000LL, "  pan, five minutes in view");
        zoom(bench, frames, "  zoom, a day to a minute and back");
    }
    const Scene deep = sceneOf(1, lanes * segments);
    Bench bench(deep, Density::Normal);
    std::printf("one lane of %d segments\n", lanes * segments);
    pan(bench, frames, kDay, "  whole day");
    zoom(bench, frames, "  zoom, a day to a minute and back");
    return 0;
}
