// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/spoken.h"

#include "ui/text/format.h"
#include "ui/timeline/marklayout.h"

#include <QCoreApplication>

namespace threadline::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("Spoken", text); }

const Row &at(const Scene &scene, int row) { return scene.rows[static_cast<std::size_t>(row)]; }

/// Who a row is about: a channel's row speaks of its participant.
QString whoOf(const Scene &scene, int index)
{
    const Row &row = at(scene, index);
    if (row.kind == RowKind::Channel && row.parent >= 0)
        return at(scene, row.parent).title + QStringLiteral(", ") + row.title;
    return row.kind == RowKind::Felt ? tr("customer") : row.title;
}

QString clockRange(const LaneSegment &segment, const TimeText &time, Timestamp now)
{
    if (segment.open())
        return tr("since %1").arg(time.moment(Timestamp{segment.start}, now));
    return time.momentRange({Timestamp{segment.start}, Timestamp{segment.end}}, now);
}

/// Place of a lane among its group's.
QString placeOf(const Scene &scene, int index)
{
    const int parent = at(scene, index).parent;
    int place = 0;
    int count = 0;
    for (int i = parent + 1; i < static_cast<int>(scene.rows.size()) && at(scene, i).parent == parent; ++i) {
        ++count;
        if (i == index)
            place = count;
    }
    return tr("lane %1 of %2").arg(numberText(place), numberText(count));
}

QString line(const QString &text) { return text.toHtmlEscaped(); }

} // namespace

QString evidenceText(const LaneSegment &segment)
{
    switch (segment.rail) {
    case Rail::None: return tr("from live events");
    case Rail::Backfilled: return tr("from the platform's record");
    case Rail::Inferred: return tr("a boundary is inferred");
    }
    return {};
}

QString spokenSegment(const Scene &scene, int row, const LaneSegment &segment, const TimeText &time, Timestamp counted, Timestamp now)
{
    const Row &r = at(scene, row);
    QStringList parts{stateName(segment.kind)};
    const QString name = r.lane->nameOf(segment);
    if (!name.isEmpty() && name != stateName(segment.kind))
        parts << name;
    parts << whoOf(scene, row) << clockRange(segment, time, now) << spokenDuration(Duration{segment.endAt(counted.us) - segment.start});
    parts << evidenceText(segment);
    if (segment.open())
        parts << tr("still going on");
    return parts.join(QStringLiteral(", "));
}

QString spokenBlock(const Piece &piece)
{
    return tr("%1 segments, mostly %2").arg(numberText(piece.count), stateName(piece.kind).toLower());
}

QString spokenRow(const Scene &scene, int index, Timestamp now)
{
    const Row &row = at(scene, index);
    switch (row.kind) {
    case RowKind::Group: {
        QString text = tr("Queue %1, %2").arg(row.title, row.note);
        if (row.since)
            text += tr(", longest wait %1").arg(spokenDuration(now - *row.since));
        return text;
    }
    case RowKind::Lane: {
        QStringList parts{row.title};
        if (row.parent >= 0)
            parts << at(scene, row.parent).title;
        parts << (row.since ? tr("%1 %2").arg(row.detail, spokenDuration(now - *row.since)) : row.detail)
              << (row.shared ? tr("only in the shared store") : QString()) << placeOf(scene, index);
        parts.removeAll(QString());
        return parts.join(QStringLiteral(", "));
    }
    case RowKind::Channel:
        return row.note.isEmpty() ? whoOf(scene, index) : whoOf(scene, index) + QStringLiteral(", ") + row.note;
    case RowKind::Events: return tr("Events, %1").arg(row.note);
    case RowKind::Felt:
    case RowKind::Participant: return row.detail.isEmpty() ? row.title : row.title + QStringLiteral(", ") + row.detailAt(now);
    }
    return row.title;
}

QString spokenMark(const EventMark &mark, const TimeText &time, Timestamp now)
{
    QStringList parts{foreign(mark.type), time.momentMillis(mark.time, now), provenanceName(mark.provenance)};
    if (mark.late.us > 0)
        parts << tr("late by %1").arg(delayText(mark.late));
    if (mark.skew.us > 0)
        parts << tr("its time is %1 too early").arg(delayText(mark.skew));
    if (mark.variants > 0)
        parts << tr("came with %1 contents").arg(mark.variants + 1);
    return parts.join(QStringLiteral(", "));
}

QString tipOf(const Scene &scene, int row, const Piece &piece, const TimeText &time, Timestamp now)
{
    const Row &r = at(scene, row);
    if (piece.merged())
        return QStringLiteral("<b>%1</b><br>%2")
            .arg(line(tr("%1 segments, zoom in").arg(numberText(piece.count))), line(spokenBlock(piece)));
    const LaneSegment &segment = r.lane->segments()[piece.first];
    const QString name = r.lane->nameOf(segment);
    const QString who =
        name.isEmpty() || name == stateName(segment.kind) ? whoOf(scene, row) : name + QStringLiteral(", ") + whoOf(scene, row);
    const QString head = stateName(segment.kind) + QLatin1Char(' ') + durationText(Duration{piece.time});
    return QStringLiteral("<b>%1</b><br>%2<br>%3<br>%4<br><span>%5</span>")
        .arg(line(head), line(who), line(clockRange(segment, time, now)), line(evidenceText(segment)),
             line(r.kind == RowKind::Lane ? tr("Enter opens it") : tr("Enter zooms to it")));
}

} // namespace threadline::ui
