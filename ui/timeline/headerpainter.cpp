// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/format.h"
#include "ui/timeline/painters.h"

namespace threadline::ui {
namespace {

constexpr int kGlyphX = 14;
constexpr int kTitleX = 34;
constexpr int kBetween = 6; ///< title and detail
constexpr int kRightInset = 10;
constexpr int kBar = 3;
constexpr int kBesideTime = 18; ///< an icon and its distance from the time

/// Where the parts of a floor lane's header stand, from its width.
struct FloorColumns {
    explicit FloorColumns(int header)
        : with(header < kWithFrom ? 0 : withColumn(header)), icon(header - 66), time(header - kRightInset)
    {}
    int with; ///< 0: no room for it
    int icon;
    int time;
};

class HeaderPainter {
public:
    HeaderPainter(QPainter &p, const PaintState &s, PaintKit &kit) : m_p(p), m_s(s), m_kit(kit) {}

    void row(int index)
    {
        const Row &row = m_s.scene->rows[static_cast<std::size_t>(index)];
        m_y = m_s.yOf(index);
        m_height = m_s.rows->heightOf(index);
        m_middle = m_y + m_height / 2.0;
        ground(row, index);
        switch (row.kind) {
        case RowKind::Group: group(row); break;
        case RowKind::Lane: lane(row); break;
        case RowKind::Felt: felt(row); break;
        case RowKind::Events: events(row); break;
        case RowKind::Participant: participant(row); break;
        case RowKind::Channel: channel(row); break;
        }
        if (index == m_s.focusRow && m_s.keyboard)
            drawFrame(m_p, QRect(0, m_y, m_s.header - 1, m_height), m_kit.role(Role::Focus), 2);
    }

private:
    void ground(const Row &row, int index)
    {
        const bool chosen = !m_s.selection.row.empty() && row.key == m_s.selection.row && row.kind != RowKind::Group;
        const QRect rect(0, m_y, m_s.header - 1, m_height);
        if (chosen) {
            m_p.fillRect(rect, m_kit.role(Role::Select));
            m_p.fillRect(0, m_y, kBar, m_height, m_kit.role(Role::Accent));
        } else if (index == m_s.hoverRow) {
            m_p.fillRect(rect, m_kit.role(Role::Hover));
        }
        if (m_s.news && row.fresh && m_s.now - *row.fresh < Duration::seconds(2))
            m_p.fillRect(0, m_y, 2, m_height, m_kit.role(Role::Accent));
    }

    void arrow(const Row &row, double x)
    {
        drawGlyph(m_p, row.expanded ? Glyph::Down : Glyph::Right, x, m_middle - 6, m_kit.role(Role::Text2));
    }

    /// How long the row has been in its state; draws its icon where that calls for attention.
    void time(const Row &row, int right, double icon, bool strong)
    {
        if (!row.since)
            return;
        const Duration waited = m_s.counted() - *row.since;
        const Attention attention = m_s.scene->attention(row, waited);
        QColor ink = m_kit.role(m_s.scene->knownUntil ? Role::Text2 : Role::Text);
        if (attention != Attention::None) {
            ink = m_kit.look.theme().ink(attention == Attention::Alarm ? Severity::Error : Severity::Warn);
            if (icon > 0)
                drawGlyph(m_p, attention == Attention::Alarm ? Glyph::Warn : Glyph::Wait, icon, m_middle - 6, ink);
        }
        TextCache &font = strong || attention != Attention::None ? m_kit.tableStrong : m_kit.table;
        drawTextRight(m_p, font, right, m_middle, font.duration(std::max(waited, Duration{}).us), ink);
    }

    void group(const Row &row)
    {
        arrow(row, 12);
        const FloorColumns at(m_s.header);
        drawText(m_p, m_kit.heading, kTitleX, m_middle, row.title, m_kit.role(Role::Text), at.icon - kTitleX - 6);
        time(row, at.time, 0, true);
    }

    void lane(const Row &row)
    {
        const FloorColumns at(m_s.header);
        const double timeWidth = row.since ? m_kit.table.width(m_kit.table.duration(std::max(m_s.counted() - *row.since, Duration{}).us)) : 0;
        const double end = floorTextsEnd(row, row.since ? m_s.scene->attention(row, m_s.counted() - *row.since) : Attention::None, m_s.header, timeWidth);
        drawGlyph(m_p, row.glyph, kGlyphX, m_middle - 6, m_kit.role(Role::Text2));
        const double with = at.with ? floorWithStart(m_kit.table.width(row.title), m_kit.table.width(row.detail), m_s.header, end) : 0;
        drawText(m_p, m_kit.table, kTitleX, m_middle, row.title, m_kit.role(Role::Text), (at.with ? with - kBetween : end) - kTitleX);
        if (at.with)
            drawText(m_p, m_kit.table, with, m_middle, row.detail, m_kit.role(row.dim ? Role::Text2 : Role::Text), end - with);
        time(row, at.time, std::min<double>(at.icon, at.time - timeWidth - kBesideTime), false);
        if (row.shared) // it has no time
            drawGlyph(m_p, Glyph::Store, at.time - 12, m_middle - 6, m_kit.role(Role::Text2));
    }

    void felt(const Row &row)
    {
        const bool tall = m_height >= 48;
        drawText(m_p, m_kit.heading, 12, tall ? m_y + m_height * 0.37 : m_middle, row.title, m_kit.role(Role::Text),
                 m_s.header - 24);
        if (tall)
            drawText(m_p, m_kit.small, 12, m_y + m_height * 0.70, row.detailAt(m_s.counted()), m_kit.role(Role::Text2), m_s.header - 24);
    }

    void events(const Row &row)
    {
        drawText(m_p, m_kit.heading, 12, m_middle, row.title, m_kit.role(Role::Text));
        drawTextRight(m_p, m_kit.small, m_s.header - 12, m_middle, row.note, m_kit.role(Role::Text3));
    }

    void participant(const Row &row)
    {
        arrow(row, 10);
        drawGlyph(m_p, row.glyph, 28, m_middle - 6, m_kit.role(Role::Text2));
        const double room = m_s.header - 48 - 12;
        drawText(m_p, m_kit.heading, 48, m_middle, row.title, m_kit.role(Role::Text), room);
        const double after = 48 + m_kit.heading.width(m_kit.heading.elided(row.title, room)) + 8;
        drawText(m_p, m_kit.table, after, m_middle, row.detail, m_kit.role(Role::Text2), m_s.header - 6 - after);
    }

    void channel(const Row &row)
    {
        const QColor line = m_kit.role(Role::Border);
        const int middle = m_y + m_height / 2;
        m_p.fillRect(34, m_y, 1, row.lastOfParent ? m_height / 2 : m_height, line);
        m_p.fillRect(34, middle, 10, 1, line);
        drawGlyph(m_p, row.glyph, 50, m_middle - 6, m_kit.role(Role::Text2));
        const double noteWidth = m_kit.small.width(row.note);
        drawText(m_p, m_kit.table, 70, m_middle, row.title, m_kit.role(Role::Text),
                 m_s.header - 12 - 70 - noteWidth - (noteWidth > 0 ? 8 : 0));
        drawTextRight(m_p, m_kit.small, m_s.header - 12, m_middle, row.note, m_kit.role(Role::Text3));
    }

    QPainter &m_p;
    const PaintState &m_s;
    PaintKit &m_kit;
    int m_y = 0;
    int m_height = 0;
    double m_middle = 0;
};

QColor groundOf(const Row &row, PaintKit &kit)
{
    switch (row.kind) {
    case RowKind::Group:
    case RowKind::Participant: return kit.role(Role::Group);
    case RowKind::Felt: return kit.role(Role::Panel);
    case RowKind::Events: return kit.role(Role::LaneEven);
    case RowKind::Channel: return kit.role(Role::LaneOdd);
    case RowKind::Lane: break;
    }
    return kit.role(row.odd ? Role::LaneOdd : Role::LaneEven);
}

void groupGround(QPainter &p, const PaintState &s, PaintKit &kit, int index)
{
    const int y = s.yOf(index);
    const int h = s.rows->heightOf(index);
    p.fillRect(0, y, s.width, h, kit.role(Role::Group));
    p.fillRect(0, y, s.width, 1, kit.role(Role::Border));
    drawText(p, kit.small, s.header + 8, y + h / 2.0, s.scene->rows[static_cast<std::size_t>(index)].note, kit.role(Role::Text2),
             s.width - s.header - 16);
}

} // namespace

double floorTextsEnd(const Row &row, Attention attention, int header, double timeWidth)
{
    constexpr int kGap = 8;
    constexpr int kIconGap = 4;
    const FloorColumns at(header);
    if (attention != Attention::None)
        return std::min<double>(at.icon, at.time - timeWidth - kBesideTime) - kIconGap;
    if (row.since)
        return at.time - timeWidth - kGap;
    return row.shared ? at.time - 12 - kGap : at.time;
}

double floorWithStart(double title, double detail, int header, double end)
{
    const double column = FloorColumns(header).with;
    const double first = std::ceil(kTitleX + title + kBetween); // behind the title
    const double last = std::floor(end - detail);
    if (first > column && last > column)
        return std::min(first, last);
    if (first < column && last < column)
        return std::max(first, last);
    return column;
}

void paintGrounds(QPainter &p, const PaintState &s, PaintKit &kit)
{
    p.fillRect(0, s.axis, s.width, s.height - s.axis, kit.role(Role::LaneOdd));
    const RowRange rows = s.visible();
    for (int i = rows.first; i < rows.end; ++i)
        p.fillRect(0, s.yOf(i), s.width, s.rows->heightOf(i), groundOf(s.scene->rows[static_cast<std::size_t>(i)], kit));
}

/// Group rows cover the grid; below other rows of weight runs a line.
void paintGroups(QPainter &p, const PaintState &s, PaintKit &kit)
{
    const RowRange rows = s.visible();
    for (int i = rows.first; i < rows.end; ++i) {
        if (i == s.sticky)
            continue;
        const Row &row = s.scene->rows[static_cast<std::size_t>(i)];
        const int y = s.yOf(i);
        const int h = s.rows->heightOf(i);
        if (row.kind == RowKind::Group)
            groupGround(p, s, kit, i);
        if (row.kind != RowKind::Lane)
            p.fillRect(
                0, y + h - 1, s.width, 1,
                kit.role(row.kind == RowKind::Participant || row.kind == RowKind::Channel ? Role::GridMinor : Role::Border));
    }
}

void paintHeader(QPainter &p, const PaintState &s, PaintKit &kit)
{
    if (s.header <= 0)
        return;
    // Grounds again: segments that begin left of the plot must not show in the header.
    const RowRange rows = s.visible();
    HeaderPainter painter(p, s, kit);
    p.save();
    p.setClipRect(0, s.axis, s.header, s.height - s.axis);
    for (int i = rows.first; i < rows.end; ++i) {
        if (i != s.sticky)
            painter.row(i);
    }
    p.restore();
    if (s.sticky >= 0) { // over everything: its lanes scroll below it
        p.save();
        p.setClipRect(0, s.axis, s.width, s.height - s.axis);
        groupGround(p, s, kit, s.sticky);
        p.fillRect(0, s.yOf(s.sticky) + s.rows->heightOf(s.sticky) - 1, s.width, 1, kit.role(Role::Border));
        painter.row(s.sticky);
        p.restore();
    }
    p.fillRect(s.header - 1, 0, 1, s.height, kit.role(Role::Border));
}

} // namespace threadline::ui
