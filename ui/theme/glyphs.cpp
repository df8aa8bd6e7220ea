// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/glyphs.h"

#include <QFile>
#include <QHash>
#include <QPainter>
#include <QSvgRenderer>

#include <array>
#include <cmath>

static void initResources() { Q_INIT_RESOURCE(threadline); }

namespace threadline::ui {
namespace {

constexpr std::array kNames = {"",         "ivr",       "queue",  "alert",   "talk",    "hold",  "consult", "conference",
                               "acw",      "voicemail", "parked", "monitor", "unknown", "voice", "email",   "chat",
                               "callback", "video",     "screen", "check",   "cross",   "down",  "right",   "close",
                               "person",   "bot",       "wait",   "warn",    "error",   "info",  "copy",    "file",
                               "plug",     "circle",    "play",   "sort",    "dot",     "pause", "gap",
                               "store"};

QByteArray source(Glyph glyph)
{
    static QHash<Glyph, QByteArray> cache;
    QByteArray &text = cache[glyph];
    if (text.isEmpty()) {
        initResources();
        QFile file(QStringLiteral(":/threadline/glyphs/%1.svg").arg(QLatin1String(kNames[static_cast<std::size_t>(glyph)])));
        if (file.open(QIODevice::ReadOnly))
            text = file.readAll();
    }
    return text;
}

QPixmap render(Glyph glyph, const QColor &colour, double size, double ratio)
{
    const int px = std::max(1, static_cast<int>(std::ceil(size * ratio)));
    QPixmap pixmap(px, px);
    pixmap.fill(Qt::transparent);
    pixmap.setDevicePixelRatio(ratio);
    QSvgRenderer renderer(source(glyph).replace("currentColor", colour.name().toLatin1()));
    QPainter painter(&pixmap);
    renderer.render(&painter, QRectF(0, 0, size, size));
    return pixmap;
}

} // namespace

Glyph glyphOf(SegmentKind kind)
{
    return static_cast<Glyph>(static_cast<int>(Glyph::Ivr) + [kind] {
        switch (kind) {
        case SegmentKind::Ivr: return 0;
        case SegmentKind::Queue: return 1;
        case SegmentKind::Alert: return 2;
        case SegmentKind::Talk: return 3;
        case SegmentKind::Hold: return 4;
        case SegmentKind::Consult: return 5;
        case SegmentKind::Conference: return 6;
        case SegmentKind::Acw: return 7;
        case SegmentKind::Voicemail: return 8;
        case SegmentKind::Parked: return 9;
        case SegmentKind::Monitor: return 10;
        case SegmentKind::Unknown: return 11;
        }
        return 11;
    }());
}

Glyph glyphOf(Media media)
{
    switch (media) {
    case Media::Voice: return Glyph::Voice;
    case Media::Chat:
    case Media::Message:
    case Media::WebMessage:
    case Media::Sms: return Glyph::Chat;
    case Media::Email: return Glyph::Email;
    case Media::Callback: return Glyph::Callback;
    case Media::Video: return Glyph::Video;
    case Media::Cobrowse:
    case Media::Screenshare: return Glyph::Screen;
    case Media::Unknown: return Glyph::Unknown;
    }
    return Glyph::Unknown;
}

Glyph glyphOf(Purpose purpose)
{
    switch (purpose) {
    case Purpose::Acd: return Glyph::Wait;
    case Purpose::Ivr:
    case Purpose::Workflow:
    case Purpose::Bot:
    case Purpose::Api:
    case Purpose::Campaign: return Glyph::Bot;
    case Purpose::Voicemail: return Glyph::Voicemail;
    case Purpose::Monitor: return Glyph::Monitor;
    case Purpose::Fax: return Glyph::File;
    default: return Glyph::Person;
    }
}

QPixmap glyphPixmap(Glyph glyph, const QColor &colour, double size, double ratio)
{
    static QHash<quint64, QPixmap> cache;
    const quint64 key = (quint64(glyph) << 56) ^ (quint64(colour.rgba()) << 24) ^ (quint64(size * 8) << 10) ^ quint64(ratio * 64);
    const auto found = cache.constFind(key);
    if (found != cache.constEnd())
        return *found;
    const QPixmap pixmap = glyph == Glyph::None ? QPixmap() : render(glyph, colour, size, ratio);
    cache.insert(key, pixmap);
    return pixmap;
}

void drawGlyph(QPainter &painter, Glyph glyph, double x, double y, const QColor &colour, double size)
{
    if (glyph != Glyph::None)
        painter.drawPixmap(QPointF(std::round(x), std::round(y)),
                           glyphPixmap(glyph, colour, size, painter.device()->devicePixelRatioF()));
}

QIcon glyphIcon(Glyph glyph, const QColor &colour)
{
    QIcon icon;
    for (const double ratio : {1.0, 2.0})
        icon.addPixmap(glyphPixmap(glyph, colour, 12, ratio));
    return icon;
}

} // namespace threadline::ui
