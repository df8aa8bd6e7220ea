// SPDX-License-Identifier: GPL-3.0-or-later
/// docs/schema.md is a contract: each line in it is what is rendered for what stands above it, and its lists of names are whole.
#include "core/genesys/streamingdecoder.h"
#include "core/influx/points.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

using namespace threadline;
using namespace threadline::influx;

namespace {

struct SchemaExample {
    QStringList words; ///< "event", "bounded", "lamport=7"
    QByteArray json;
    QByteArray line;

    [[nodiscard]] bool has(const char *word) const { return words.contains(QLatin1String(word)); }
    /// What stands behind `name` and an equals sign.
    [[nodiscard]] std::optional<qint64> number(const char *name) const
    {
        for (const QString &word : words) {
            if (word.startsWith(QLatin1String(name) + QLatin1Char('=')))
                return word.section(QLatin1Char('='), 1).toLongLong();
        }
        return std::nullopt;
    }
};

QString schemaDocument()
{
    QFile file(QStringLiteral(THREADLINE_SOURCE_DIR "/docs/schema.md"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QList<SchemaExample> schemaExamples()
{
    static const QRegularExpression kPair(QStringLiteral("```json ([^\\n]+)\\n([^\\n]+)\\n```\\n```\\n([^\\n]*)\\n```\\n"));
    QList<SchemaExample> found;
    for (auto matches = kPair.globalMatch(schemaDocument()); matches.hasNext();) {
        const auto match = matches.next();
        found.append({match.captured(1).split(QLatin1Char(' ')), match.captured(2).toUtf8(), match.captured(3).toUtf8()});
    }
    return found;
}

Result<PointPlace> renderEvent(std::string &out, const SchemaExample &example)
{
    StreamingDecoder decoder;
    auto event = decoder.decodeStored(example.json.toStdString(), {}, example.has("import") ? Provenance::Import : Provenance::Live);
    if (!event)
        return fail(event.error());
    PointOptions options;
    options.schema = example.has("classic") ? Schema::Classic : Schema::Bounded;
    options.payload = !example.has("payload=off");
    options.whole = example.has("whole");
    options.bump = static_cast<int>(example.number("bump").value_or(0));
    return appendEvent(out, *event, example.number("lamport").value_or(event->time.us), options);
}

std::vector<std::string> textsOf(const QJsonValue &array)
{
    std::vector<std::string> out;
    for (const QJsonValue &one : array.toArray())
        out.push_back(one.toString().toStdString());
    return out;
}

Summary summaryIn(const QByteArray &json)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    const auto text = [&](const char *name) { return object.value(QLatin1String(name)).toString().toStdString(); };
    Summary summary;
    summary.interaction.value = text("interactionId");
    summary.start = parseTimestamp(text("start")).value();
    summary.lastEventAt = parseTimestamp(text("last")).value();
    if (object.contains(QLatin1String("end"))) {
        summary.state = InteractionState::Ended;
        summary.end = parseTimestamp(text("end")).value();
    }
    summary.count = object.value(QLatin1String("count")).toInteger();
    summary.media = textsOf(object.value(QLatin1String("media")));
    summary.queues = textsOf(object.value(QLatin1String("queues")));
    summary.agents = textsOf(object.value(QLatin1String("agents")));
    summary.customer = text("customer");
    return summary;
}

/// The line, without its end; what is wrong in brackets.
QByteArray rendered(const SchemaExample &example)
{
    std::string out;
    Result<PointPlace> place = fail(ErrorCode::Malformed, "no such point");
    if (example.has("event"))
        place = renderEvent(out, example);
    else if (example.has("index"))
        place = appendIndex(out, summaryIn(example.json), example.has("ended") ? Phase::Ended : Phase::Started, !example.has("payload=off"), 0);
    else if (example.has("locator"))
        place = appendLocator(out, summaryIn(example.json), 0);
    return place ? QByteArray::fromStdString(out).trimmed() : QByteArray("[") + place.error().message.c_str() + ']';
}

/// "name type" of each field, in the order of a line. The examples have no blank or comma that looks like one.
QStringList fieldsOf(const std::string &line)
{
    static const QRegularExpression kField(QStringLiteral("[ ,](\\w+)=(\"|-?\\d+i)"));
    QStringList out;
    for (auto matches = kField.globalMatch(QString::fromStdString(line)); matches.hasNext();) {
        const auto match = matches.next();
        out += match.captured(1) + (match.captured(2) == QLatin1String("\"") ? QLatin1String(" text") : QLatin1String(" number"));
    }
    return out;
}

/// The same from the table whose head names `what`.
QStringList fieldsInDocument(const QString &what)
{
    static const QRegularExpression kRow(QStringLiteral("^\\| `(\\w+)` \\| (text|number) \\|"));
    QStringList out;
    bool within = false;
    for (const QString &line : schemaDocument().split(QLatin1Char('\n'))) {
        within = within ? line.startsWith(QLatin1Char('|')) : line.startsWith(QLatin1String("| field of ") + what + QLatin1String(" |"));
        if (const auto match = kRow.match(line); within && match.hasMatch())
            out += match.captured(1) + QLatin1Char(' ') + match.captured(2);
    }
    return out;
}

/// What stands in backticks behind "WORD: ", to the end of the paragraph.
QStringList namesBehind(const char *word)
{
    const QString document = schemaDocument();
    const qsizetype at = document.indexOf(QLatin1Char('\n') + QLatin1String(word) + QLatin1String(": "));
    static const QRegularExpression kName(QStringLiteral("`([a-z-]+)`"));
    QStringList out;
    for (auto matches = kName.globalMatch(document.mid(at, document.indexOf(QLatin1String("\n\n"), at) - at)); matches.hasNext();)
        out += matches.next().captured(1);
    return out;
}

/// One of everything.
Event fullEvent()
{
    Event e;
    e.interaction = InteractionId("i");
    e.id = EventId("e");
    e.type = "unheard";
    e.time = {1'778'064'294'118'250};
    return e;
}

std::string wholeLine(Schema schema, const std::string &type = "unheard", Media media = Media::Unknown)
{
    PointOptions options;
    options.schema = schema;
    options.whole = true;
    Event event = fullEvent();
    event.type = type;
    event.facts.media = media;
    std::string out;
    (void)appendEvent(out, event, 1, options).value();
    return out;
}

} // namespace

class TestSchemaDocument : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void linesAreWhatIsWritten()
    {
        const auto examples = schemaExamples();
        QCOMPARE(examples.size(), schemaDocument().count(QLatin1String("```json ")));
        QVERIFY(examples.size() >= 11);
        for (const SchemaExample &example : examples) {
            const QByteArray line = rendered(example);
            QVERIFY2(line == example.line, "written is: " + line + "\nthe document says: " + example.line);
        }
    }

    void fieldsAreAll()
    {
        QCOMPARE(fieldsInDocument(QStringLiteral("`bounded`")), fieldsOf(wholeLine(Schema::Bounded)));
        QCOMPARE(fieldsInDocument(QStringLiteral("`classic`")), fieldsOf(wholeLine(Schema::Classic)));
        Summary summary;
        summary.interaction.value = "i";
        std::string index, locator;
        (void)appendIndex(index, summary, Phase::Started, true, 0).value();
        (void)appendLocator(locator, summary, 0).value();
        QCOMPARE(fieldsInDocument(QStringLiteral("the index")), fieldsOf(index));
        QCOMPARE(fieldsInDocument(QStringLiteral("the locator")), fieldsOf(locator));
        QVERIFY(fieldsOf(locator).size() == 4);
    }

    void typesAreThoseNamed()
    {
        const QStringList types = namesBehind("Types");
        QCOMPARE(types.size(), 14);
        for (const QString &type : types) {
            const std::string name = type.toStdString();
            QVERIFY2(wholeLine(Schema::Bounded, name).starts_with("interaction_event,eventType=" + name + ','), name.c_str());
        }
        QVERIFY(wholeLine(Schema::Bounded, "unheard").starts_with("interaction_event,eventType=other,"));
    }

    void mediaAreThoseNamed()
    {
        QStringList written;
        for (int i = static_cast<int>(Media::Unknown) + 1; i <= static_cast<int>(Media::Sms); ++i) {
            const QString line = QString::fromStdString(wholeLine(Schema::Bounded, "unheard", static_cast<Media>(i)));
            written += line.section(QLatin1String(",media="), 1).section(QLatin1Char(','), 0, 0);
        }
        QCOMPARE(namesBehind("Media"), written);
    }

    void numbersAreThoseUsed()
    {
        const QString document = schemaDocument();
        QVERIFY(document.contains(QLatin1String("at most 60,000 bytes")) && kMaxPayload == 60'000);
        QVERIFY(document.contains(QString::number(kNoSequence)));
        QVERIFY(document.contains(QLatin1String("modulo 64,")) && kEventParts == 64);
        QVERIFY(document.contains(QLatin1String("modulo 256,")) && kLocatorParts == 256);
    }
};

THREADLINE_TEST_MAIN(TestSchemaDocument)
#include "test_schema_document.moc"
