// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace threadline::ui {
namespace {

QString tr(const char *text, int n = -1) { return QCoreApplication::translate("Format", text, nullptr, n); }

/// The C locale groups no figures; the window's own language, English, does.
const QLocale &locale()
{
    static const QLocale chosen =
        QLocale().language() == QLocale::C ? QLocale(QLocale::English, QLocale::UnitedKingdom) : QLocale();
    return chosen;
}

QString two(std::int64_t n) { return QStringLiteral("%1").arg(n, 2, 10, QLatin1Char('0')); }

QString seconds(double s) { return locale().toString(s, 'f', s < 1 ? 2 : 1); }

QString spokenPart(std::int64_t n, const char *one, const char *many) { return tr(n == 1 ? one : many).arg(n); }

} // namespace

QString qstr(std::string_view utf8) { return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())); }

QString durationText(Duration d)
{
    const std::int64_t s = std::max<std::int64_t>(d.us, 0) / 1'000'000; // what begins in the future has lasted nothing yet
    if (s < 3600)
        return QStringLiteral("%1:%2").arg(s / 60).arg(two(s % 60));
    return QStringLiteral("%1:%2:%3").arg(s / 3600).arg(two(s / 60 % 60), two(s % 60));
}

QString futureNote(Timestamp since, Timestamp now)
{
    constexpr Duration kSlack = Duration::seconds(2); // clocks of one house differ by so much
    if (since - now <= kSlack)
        return {};
    return tr("begins %1 in the future: the clock of its source and that of this computer differ").arg(proseDuration(since - now));
}

QString proseDuration(Duration d)
{
    if (d.us < 0)
        return QLatin1Char('-') + proseDuration(Duration{-d.us});
    if (d < Duration::seconds(1))
        return tr("%1 s").arg(seconds(static_cast<double>(d.us) / 1e6));
    const std::int64_t s = d.us / 1'000'000;
    if (s < 60)
        return tr("%1 s").arg(s);
    if (s < 3600)
        return s % 60 ? tr("%1 min %2 s").arg(s / 60).arg(s % 60) : tr("%1 min").arg(s / 60);
    if (s < 86400)
        return tr("%1 h %2 min").arg(s / 3600).arg(two(s / 60 % 60));
    return tr("%1 d %2 h").arg(s / 86400).arg(s / 3600 % 24);
}

QString spokenDuration(Duration d)
{
    const std::int64_t s = std::max<std::int64_t>(d.us, 0) / 1'000'000;
    QStringList parts;
    if (s >= 86400)
        parts << spokenPart(s / 86400, "%1 day", "%1 days");
    if (s / 3600 % 24)
        parts << spokenPart(s / 3600 % 24, "%1 hour", "%1 hours");
    if (s / 60 % 60)
        parts << spokenPart(s / 60 % 60, "%1 minute", "%1 minutes");
    if (s % 60 || parts.isEmpty())
        parts << spokenPart(s % 60, "%1 second", "%1 seconds");
    return parts.join(QLatin1Char(' '));
}

QString delayText(Duration d)
{
    if (d >= Duration::seconds(60) || d.us < 0)
        return proseDuration(d);
    return tr("%1 s").arg(seconds(static_cast<double>(d.us) / 1e6));
}

QString fineDelayText(Duration d)
{
    if (d.us >= 0 && d < Duration::seconds(1))
        return tr("%1 ms").arg(locale().toString(static_cast<double>(d.us) / 1000, 'f', d.us < 10'000 ? 1 : 0));
    return delayText(d);
}

QString numberText(std::uint64_t n) { return locale().toString(static_cast<qulonglong>(n)); }

QString byteText(std::uint64_t n)
{
    if (n < 1000)
        return tr("%1 B").arg(n);
    double size = static_cast<double>(n) / 1000;
    const char *units[] = {"%1 kB", "%1 MB", "%1 GB", "%1 TB"};
    int unit = 0;
    for (; size >= 999.95 && unit < 3; ++unit)
        size /= 1000;
    return tr(units[unit]).arg(locale().toString(size, 'f', size < 10 ? 1 : 0));
}

QString shortId(std::string_view id) { return foreign(id, 4000).left(8); }

QString middleElided(const QString &text, int most)
{
    if (text.size() <= most || most < 5)
        return text;
    const qsizetype tail = (most - 1) / 3;
    return text.left(most - 1 - tail) + QChar(0x2026) + text.right(tail);
}

QString foreign(std::string_view utf8, int most)
{
    QString text = qstr(utf8.substr(0, static_cast<std::size_t>(most) * 4));
    if (text.size() > most)
        text = text.left(most - 1) + QChar(0x2026);
    for (QChar &c : text) {
        if (c.unicode() < 0x20)
            c = QChar(0x2400 + c.unicode());
        else if (c.unicode() == 0x7f)
            c = QChar(0x2421);
        else if ((c.unicode() >= 0x80 && c.unicode() < 0xa0) || c.category() == QChar::Separator_Line
                 || c.category() == QChar::Separator_Paragraph)
            c = QChar(0xfffd);
    }
    return text;
}

QString addressText(std::string_view utf8, int most)
{
    const QString text = foreign(utf8, most);
    for (const char *scheme : {"tel:", "sips:", "sip:", "mailto:"}) {
        const QLatin1String known(scheme);
        if (text.startsWith(known, Qt::CaseInsensitive) && text.size() > known.size())
            return text.mid(known.size());
    }
    return text;
}

Qt::TextElideMode elideModeOf(const QString &text)
{
    const auto digits = std::count_if(text.begin(), text.end(), [](QChar c) { return c.isDigit(); });
    const auto letters = std::count_if(text.begin(), text.end(), [](QChar c) { return c.isLetter(); });
    return text.contains(QLatin1Char('@')) || digits > letters ? Qt::ElideMiddle : Qt::ElideRight;
}

QString elidedText(const QFontMetricsF &metrics, const QString &text, double room)
{
    return metrics.elidedText(text, elideModeOf(text), room);
}

QString breakable(const QString &text)
{
    constexpr int kLongWord = 18;
    QString out;
    int word = 0;
    for (const QChar c : text) {
        out += c;
        word = c.isSpace() ? 0 : word + 1;
        const bool joint = c == QLatin1Char('-') || c == QLatin1Char('.') || c == QLatin1Char('_') || c == QLatin1Char('/') || c == QLatin1Char(':');
        if ((joint && word > 4) || word >= kLongWord) {
            out += QChar(0x200b);
            word = 0;
        }
    }
    return out;
}

QString sourceText(const Origin &origin)
{
    const QString shared = foreign(origin.shared);
    return origin.local ? QCoreApplication::translate("Format", "the local store and %1").arg(shared) : shared;
}

QString isolated(const QString &text) { return QChar(0x2068) + text + QChar(0x2069); }

QString stateName(SegmentKind kind)
{
    switch (kind) {
    case SegmentKind::Ivr: return tr("IVR");
    case SegmentKind::Queue: return tr("Queue");
    case SegmentKind::Alert: return tr("Ringing");
    case SegmentKind::Talk: return tr("Talk");
    case SegmentKind::Hold: return tr("Hold");
    case SegmentKind::Consult: return tr("Consult");
    case SegmentKind::Conference: return tr("Conference");
    case SegmentKind::Acw: return tr("Wrap-up");
    case SegmentKind::Voicemail: return tr("Voicemail");
    case SegmentKind::Parked: return tr("Parked");
    case SegmentKind::Monitor: return tr("Monitor");
    case SegmentKind::Unknown: return tr("Unknown");
    }
    return tr("Unknown");
}

QString stateCount(SegmentKind kind, int n)
{
    const QString name = kind == SegmentKind::Ivr ? stateName(kind) : stateName(kind).toLower();
    return QStringLiteral("%1 %2").arg(numberText(static_cast<std::uint64_t>(n)), name);
}

QString mediaName(Media media, std::string_view text)
{
    switch (media) {
    case Media::Voice: return tr("Voice");
    case Media::Chat: return tr("Chat");
    case Media::Message: return tr("Message");
    case Media::WebMessage: return tr("Web message");
    case Media::Email: return tr("Email");
    case Media::Callback: return tr("Callback");
    case Media::Video: return tr("Video");
    case Media::Cobrowse: return tr("Co-browse");
    case Media::Screenshare: return tr("Screen share");
    case Media::Sms: return tr("SMS");
    case Media::Unknown: break;
    }
    return text.empty() ? tr("Unknown medium") : foreign(text);
}

QString purposeName(Purpose purpose, std::string_view text)
{
    switch (purpose) {
    case Purpose::Customer: return tr("Customer");
    case Purpose::External: return tr("External");
    case Purpose::Agent: return tr("agent");
    case Purpose::User: return tr("user");
    case Purpose::Acd: return tr("Queue");
    case Purpose::Ivr: return tr("IVR");
    case Purpose::Workflow: return tr("Workflow");
    case Purpose::Bot: return tr("Bot");
    case Purpose::Voicemail: return tr("Voicemail");
    case Purpose::Monitor: return tr("Monitor");
    case Purpose::Outbound: return tr("Outbound");
    case Purpose::Fax: return tr("Fax");
    case Purpose::Api: return tr("API");
    case Purpose::Campaign: return tr("Campaign");
    case Purpose::Unknown: break;
    }
    return text.empty() ? tr("unknown") : foreign(text);
}

QString directionName(Direction direction)
{
    switch (direction) {
    case Direction::Inbound: return tr("inbound");
    case Direction::Outbound: return tr("outbound");
    case Direction::Unknown: break;
    }
    return {};
}

QString linkName(LinkKind kind)
{
    switch (kind) {
    case LinkKind::BlindTransfer: return tr("Blind transfer");
    case LinkKind::ConsultTransfer: return tr("Consult transfer");
    case LinkKind::Consult: return tr("Consult");
    case LinkKind::Conference: return tr("Conference");
    case LinkKind::ConferenceTransfer: return tr("Transfer by conference");
    case LinkKind::Callback: return tr("Callback");
    case LinkKind::Reoffer: return tr("Offered again");
    }
    return {};
}

QString confidenceName(Confidence confidence)
{
    switch (confidence) {
    case Confidence::Sure: return tr("sure");
    case Confidence::Likely: return tr("likely");
    case Confidence::Unknown: return tr("unknown");
    }
    return {};
}

QString provenanceName(Provenance provenance)
{
    switch (provenance) {
    case Provenance::Live: return tr("live");
    case Provenance::Backfill: return tr("backfilled");
    case Provenance::Import: return tr("imported");
    case Provenance::Snapshot: return tr("from snapshot");
    }
    return {};
}

QString sourceStateName(SourceState state)
{
    switch (state) {
    case SourceState::Idle: return tr("Not connected");
    case SourceState::Connecting: return tr("Connecting");
    case SourceState::Listening: return tr("Connected");
    case SourceState::Waiting: return tr("Waiting to connect again");
    case SourceState::HeldBack: return tr("Held back");
    case SourceState::Refused: return tr("Refused");
    case SourceState::Finished: return tr("Finished");
    }
    return {};
}

QString deliveryStateName(DeliveryState state)
{
    switch (state) {
    case DeliveryState::Off: return tr("Off");
    case DeliveryState::Checking: return tr("Looking who answers");
    case DeliveryState::Delivering: return tr("Delivering");
    case DeliveryState::Waiting: return tr("Trying again");
    case DeliveryState::Paused: return tr("Paused");
    }
    return {};
}

QString bandStateName(BandState state)
{
    switch (state) {
    case BandState::Open: return tr("still not listening");
    case BandState::Closed: return tr("not repaired");
    case BandState::NothingMissed: return tr("nothing missed of what was open then");
    case BandState::Repaired: return tr("repaired");
    case BandState::Unrepairable: return tr("cannot be repaired");
    }
    return {};
}

QString bandCauseName(BandCause cause)
{
    switch (cause) {
    case BandCause::NotRunning: return tr("Threadline was not running");
    case BandCause::Killed: return tr("Threadline was ended abruptly");
    case BandCause::ConnectionLost: return tr("Connection lost");
    case BandCause::HeldBack: return tr("Held back");
    case BandCause::StoreFailed: return tr("Could not be stored");
    case BandCause::SequenceHole: return tr("Sequence numbers missing");
    case BandCause::Refused: return tr("Refused by the platform");
    }
    return {};
}

} // namespace threadline::ui
