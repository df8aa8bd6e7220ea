// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/delivery/servers.h"

#include "app/common/deadletters.h"
#include "core/base/json.h"
#include "core/base/log.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

namespace threadline::test {

sim::Options calls(int interactions, std::uint64_t seed)
{
    sim::Options options;
    options.seed = seed;
    options.interactions = interactions;
    options.rate = 0;
    options.faults.duplicate = 0.1;
    options.faults.shuffle = 32;
    options.faultSeed = seed;
    return options;
}

std::string jsonText(std::string_view text)
{
    std::string out;
    json::appendString(out, text);
    return out;
}

std::string eventText(std::string_view id, std::string_view interaction, Timestamp time, const std::string &more, const std::string &data)
{
    return R"({"id":)" + jsonText(id) + R"(,"timestamp":")" + formatTimestamp(time)
        + R"(","type":"interaction-updated","data":{"interactionId":)" + jsonText(interaction) + R"(,"participantId":"p")" + data + "}"
        + more + "}";
}

void say(DeliveryRig &rig, Truth &truth, const std::string &text)
{
    rig.harness->message(R"({"events":[)" + text + "]}");
    Event event = decoded(text);
    truth[event.interaction.value].push_back(std::move(event));
}

Truth joined(Truth one, const Truth &other)
{
    one.insert(other.begin(), other.end());
    return one;
}

std::uint64_t countOf(const Truth &truth)
{
    std::uint64_t count = 0;
    for (const auto &[id, events] : truth)
        count += events.size();
    return count;
}

Told::Told()
{
    log::setSink([this](log::Level, std::string_view line) {
        std::scoped_lock lock(m_mutex);
        m_lines += line;
        m_lines += '\n';
    });
}

Told::~Told() { log::setSink({}); }

std::string Told::all() const
{
    std::scoped_lock lock(m_mutex);
    return m_lines;
}

std::vector<Letter> lettersOf(const DeliveryRig &rig)
{
    const auto reader = rig.harness->store().reader();
    std::vector<Letter> letters;
    const auto printed = app::printDeadLetters(rig.folder.path().toStdString(), [&](const std::string &text) {
        const QJsonObject o = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
        Letter letter{{}, o[QLatin1String("reason")].toString().toStdString(), o[QLatin1String("delivered")].toBool()};
        const std::int64_t row = o[QLatin1String("event")].toInteger();
        if (row > 0) {
            const auto read = (*reader)->eventsByRow({&row, 1}, [&](StoredEvent &&event) {
                letter.id = std::move(event.id);
                return true;
            });
            if (!read)
                qFatal("%s", read.error().message.c_str());
        }
        letters.push_back(std::move(letter));
    });
    if (!printed)
        qFatal("%s", printed.error().message.c_str());
    return letters;
}

std::set<std::string> setAside(const DeliveryRig &rig)
{
    std::set<std::string> ids;
    for (const Letter &letter : lettersOf(rig)) {
        if (!letter.delivered && !letter.id.empty() && !ids.insert(letter.id).second)
            ids.insert(letter.id + " again");
    }
    return ids;
}

std::vector<FakePoint> Bucket::points() const
{
    std::vector<FakePoint> found = pointsIn(server, measurement, name);
    std::erase_if(found, [](const FakePoint &point) { return point.tags.contains("planted"); });
    return found;
}

Bucket bucketFor(DeliveryRig &rig, RealInflux &server, bool one, qint64 retentionSeconds)
{
    static int number = 0;
    const QByteArray name = "b" + QByteArray::number(++number);
    if (const auto problem = server.createBucket(name, retentionSeconds))
        qFatal("%s", qPrintable(*problem));
    rig.options.target.bucket = name.toStdString();
    rig.options.timeout = Duration::seconds(20);
    const bool bounded = rig.options.target.schema == influx::Schema::Bounded;
    return {server, one, name, bounded ? "interaction_event" : "genesys_interaction_events"};
}

void deliverTo(DeliveryRig &rig, const Bucket &bucket)
{
    rig.deliver(bucket.server.url(), bucket.one ? QByteArray() : bucket.server.token());
}

bool becomes(const DeliveryRig &rig, const std::function<bool(const DeliveryStatus &)> &like)
{
    return QTest::qWaitFor([&] {
        rig.sink->committed();
        return like(rig.sink->status());
    }, 20'000);
}

bool pausedWith(const DeliveryRig &rig, const char *words)
{
    return becomes(rig, [words](const DeliveryStatus &status) {
        return status.state == DeliveryState::Paused && status.words.find(words) != std::string::npos;
    });
}

bool deliveredMoreThan(const DeliveryRig &rig, std::uint64_t events)
{
    return becomes(rig, [events](const DeliveryStatus &status) { return status.delivered > events; });
}

QString missing(DeliveryRig &rig, const Bucket &where, const Truth &truth, int ms)
{
    if (!rig.settled(ms))
        return QStringLiteral("It is not all delivered: ") + QString::fromStdString(rig.sink->status().words);
    if (const std::uint64_t dead = rig.sink->status().deadLetters; dead > 0)
        return QStringLiteral("%1 lines were set aside").arg(dead);
    return rig.wrong(where.points(), truth);
}

void rowsOfServers()
{
    QTest::addColumn<bool>("one");
    QTest::newRow("2.x") << false;
    QTest::newRow("1.x") << true;
}

void rowsOfServersAndSchemas()
{
    QTest::addColumn<bool>("one");
    QTest::addColumn<bool>("classic");
    for (const bool one : {false, true}) {
        for (const bool classic : {false, true})
            QTest::addRow("%s %s", one ? "1.x" : "2.x", classic ? "classic" : "bounded") << one << classic;
    }
}

void rowsOfServersInTurn()
{
    QTest::addColumn<bool>("one");
    QTest::addColumn<bool>("classic");
    QTest::newRow("2.x bounded") << false << false;
    QTest::newRow("1.x classic") << true << true;
}

} // namespace threadline::test
