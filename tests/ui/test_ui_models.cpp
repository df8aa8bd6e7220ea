// SPDX-License-Identifier: GPL-3.0-or-later
/// From the session to scenes and tables: the open interaction, its events, and the words for them.
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/models/eventsmodel.h"
#include "ui/models/lanebuilder.h"
#include "ui/models/timelinescene.h"
#include "ui/text/format.h"
#include "ui/text/prettyjson.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <rapidcheck.h>

using namespace threadline;
using namespace threadline::ui;

class TestModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingIsDeliveredToAModelThatIsGone()
    {
        Fixture f;
        f.fill();
        Hub hub(f.session, f.clock);
        f.session.holdAnswers();
        {
            FloorModel model(hub);
            InteractionFeed feed(hub);
            feed.open(Fixture::richId());
        }
        f.session.release();
        QTRY_VERIFY(hub.settled()); // later answers have come
    }

    void whatAnEarlierQuestionIsAnsweredIsNotHeard()
    {
        QObject context;
        Question question;
        QList<int> heard;
        std::function<void(Result<int>)> first, second;
        question.ask<int>(&context, [&](auto answer) { first = std::move(answer); return HandlePtr(); }, [&](Result<int> n) { heard << *n; });
        first(1); // on its way
        question.ask<int>(&context, [&](auto answer) { second = std::move(answer); return HandlePtr(); }, [&](Result<int> n) { heard << *n; });
        QCoreApplication::processEvents();
        QVERIFY(heard.isEmpty());
        QVERIFY(question.underWay());
        second(2);
        QCoreApplication::processEvents();
        QCOMPARE(heard, QList<int>{2});
        QVERIFY(!question.underWay());
        question.ask<int>(&context, [&](auto answer) { first = std::move(answer); return HandlePtr(); }, [&](Result<int> n) { heard << *n; });
        first(3);
        question.drop();
        QCoreApplication::processEvents();
        QCOMPARE(heard, QList<int>{2});
    }

    void eventsTableIsASoundModel()
    {
        Fixture f;
        f.fill();
        Hub hub(f.session, f.clock);
        Appearance look(ThemeName::Light, QTimeZone::utc(), false);
        InteractionFeed feed(hub);
        EventsModel model(feed, look);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 0);
        feed.open(Fixture::richId());
        QTRY_COMPARE(model.rowCount(), 25);
        QCOMPARE(model.summary(), QStringLiteral("25 events, 1 late, 1 doubled, 3 backfilled"));
        const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(text(0, EventsModel::Time), QStringLiteral("09:42:03.001"));
        QCOMPARE(text(0, EventsModel::Participant), QStringLiteral("IVR"));
        const int held = model.rowOf(EventId("evt-00008"));
        QCOMPARE(text(held, EventsModel::StateColumn), QStringLiteral("held"));
        QCOMPARE(text(held, EventsModel::Channel), QStringLiteral("Voice, leg 1"));
        QCOMPARE(text(held, EventsModel::Delay), QStringLiteral("0.17 s"));
        int late = 0;
        for (int row = 0; row < model.rowCount(); ++row)
            late += text(row, EventsModel::ProvenanceColumn) == QStringLiteral("live, late");
        QCOMPARE(late, 1);
        feed.open(InteractionId());
        QCOMPARE(model.rowCount(), 0);
    }

    void segmentsAndEventsFindEachOther()
    {
        const test::FakeInteraction rich = test::richCall(kNow);
        const Story &story = rich.view.story;
        int found = 0;
        for (std::size_t p = 0; p < story.participants.size(); ++p) {
            for (std::size_t c = 0; c < story.participants[p].channels.size(); ++c) {
                for (const Segment &segment : story.participants[p].channels[c].segments) {
                    Selection selection;
                    selection.row = channelKey(p, c);
                    selection.segmentStart = segment.start.us;
                    selection.kind = segment.kind;
                    const Selection with = withEvent(story, selection);
                    QCOMPARE(with.event, segment.startEvent);
                    const Selection back = selectionOf(rich.view, with.event);
                    QCOMPARE(back.row, selection.row);
                    QCOMPARE(back.segmentStart, selection.segmentStart);
                    ++found;
                }
            }
        }
        QCOMPARE(found, 25);
    }

    void aBandThatThisInteractionProvablyMissedNothingInIsLeftOut()
    {
        const test::FakeInteraction rich = test::richCall(kNow);
        const Timestamp start = timelineScene(rich.view.story, {}, {}, kNow)->extent.start;
        Band within;
        within.state = BandState::NothingMissed;
        within.start = start + Duration::seconds(10);
        within.end = start + Duration::seconds(20);
        Band before = within; // the interaction may have begun in it, unheard
        before.start = start - Duration::seconds(10);
        const ScenePtr scene = timelineScene(rich.view.story, {within, before}, {}, kNow);
        QCOMPARE(scene->bands, std::vector<Band>{before});
        within.state = BandState::Closed;
        QCOMPARE(timelineScene(rich.view.story, {within}, {}, kNow)->bands.size(), std::size_t(1));
    }

    void timelineHasFeltLaneEventsAndNestedChannels()
    {
        const test::FakeInteraction rich = test::richCall(kNow);
        const ScenePtr scene = timelineScene(rich.view.story, {}, {}, kNow);
        QStringList titles;
        for (const Row &row : scene->rows)
            titles << row.title;
        QCOMPARE(titles,
                 QStringList({"What the customer felt", "Events", "Customer", "Voice", "IVR", "Voice", "Queue", "Voice",
                              "Agent One", "Voice", "Voice", "Agent Two", "Voice", "Screen share"}));
        QCOMPARE(scene->rows.front().detail, QStringLiteral("6:19 in all, no holes"));
        Band band{1, "streaming", scene->extent.start + Duration::seconds(5), scene->extent.start + Duration::seconds(9), BandCause::ConnectionLost, BandState::Closed, {}};
        const auto detailWith = [&](BandState state) {
            band.state = state;
            return timelineScene(rich.view.story, {band}, {}, kNow)->rows.front().detail;
        };
        QCOMPARE(detailWith(BandState::Closed), QStringLiteral("6:19 in all, not listened to all the time"));
        QCOMPARE(detailWith(BandState::Repaired), QStringLiteral("6:19 in all, no holes"));
        QCOMPARE(scene->arrows.size(), 2U);
        QCOMPARE(scene->arrows[1].label, QStringLiteral("Consult transfer, sure"));
        const ScenePtr folded = timelineScene(rich.view.story, {}, {participantKey(3, rich.view.story.participants[3])}, kNow);
        QCOMPARE(folded->rows.size(), scene->rows.size() - 2);
    }

    void aMillionParticipantsAreBounded()
    {
        Story story;
        story.interaction = InteractionId("crowd");
        story.start = kNow;
        story.participants.resize(1'000'000);
        const ScenePtr scene = timelineScene(story, {}, {}, kNow);
        QVERIFY(scene->rows.size() <= kMostParticipants + 3);
        QCOMPARE(scene->rows.back().title, QStringLiteral("998,000 more participants"));
    }

    void railsTellHowASegmentIsKnown()
    {
        Segment segment;
        QCOMPARE(railOf(segment), Rail::None);
        segment.startBy = Provenance::Backfill;
        QCOMPARE(railOf(segment), Rail::Backfilled);
        segment.inferred = true;
        QCOMPARE(railOf(segment), Rail::Inferred);
        const test::FakeInteraction rich = test::richCall(kNow);
        const LanePtr felt = feltLane(rich.view.story);
        int backfilled = 0;
        for (const LaneSegment &s : felt->segments())
            backfilled += s.rail == Rail::Backfilled;
        QCOMPARE(backfilled, 1); // the hold that history told of
    }

    void wrapUpFollowsTheCustomerOnTheFloor()
    {
        const test::FakeInteraction call =
            test::CallBuilder("x", "c", kNow).queue("Q", 10).talk("Ann", 60).wrapUp("Ann", 30).ended();
        const LanePtr lane = floorLane(call.view.story);
        QCOMPARE(lane->segments().back().kind, SegmentKind::Acw);
        QCOMPARE(lane->segments().size(), 3U);
        QCOMPARE(feltLane(call.view.story)->segments().size(), 2U);
    }

    void durationsAndNumbersReadAsPeopleWriteThem()
    {
        QCOMPARE(durationText(Duration::seconds(48)), QStringLiteral("0:48"));
        QCOMPARE(durationText(Duration::seconds(63)), QStringLiteral("1:03"));
        QCOMPARE(durationText(Duration::seconds(3725)), QStringLiteral("1:02:05"));
        QCOMPARE(proseDuration(Duration::millis(190)), QStringLiteral("0.19 s"));
        QCOMPARE(proseDuration(Duration::seconds(144)), QStringLiteral("2 min 24 s"));
        QCOMPARE(proseDuration(Duration::seconds(7500)), QStringLiteral("2 h 05 min"));
        QCOMPARE(proseDuration(Duration::seconds(3 * 86400 + 4 * 3600)), QStringLiteral("3 d 4 h"));
        QCOMPARE(spokenDuration(Duration::seconds(73)), QStringLiteral("1 minute 13 seconds"));
        QCOMPARE(delayText(Duration::millis(13'700)), QStringLiteral("13.7 s"));
        QCOMPARE(fineDelayText(Duration::millis(190)), QStringLiteral("190 ms"));
        QCOMPARE(numberText(1'204'551), QStringLiteral("1,204,551"));
        QCOMPARE(byteText(412), QStringLiteral("412 B"));
        QCOMPARE(byteText(4'200'000'000), QStringLiteral("4.2 GB"));
        QCOMPARE(shortId("3f9c2a71-6b1e"), QStringLiteral("3f9c2a71"));
        QCOMPARE(middleElided(QStringLiteral("3f9c2a71-6b1e-4c02-9a55-0242ac125d0e"), 16).size(), 16);
    }

    void foreignTextIsTamed()
    {
        QCOMPARE(foreign(std::string_view("a\nb\x7f\0c", 6)), QStringLiteral("a␊b␡␀c"));
        QCOMPARE(foreign(std::string(10'000, 'x')).size(), 200);
        QVERIFY(rc::check([] {
            const std::string bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
            for (const QChar c : foreign(bytes))
                RC_ASSERT(c.category() != QChar::Other_Control);
        }));
    }

    void prettyJsonKeepsEveryToken()
    {
        const std::string json = "{\"a\":[1,{\"b\":\"x:{,}\\\"[\",\"c\":[]},null],\"d\":{}}";
        QString text = prettyJson(json);
        QVERIFY(text.contains(QStringLiteral("\n    {\n      \"b\": \"x:{,}\\\"[\"")));
        QVERIFY(text.contains(QStringLiteral("\"c\": []")));
        // What was added is white space outside of strings; here no string holds any.
        QCOMPARE(text.remove(QLatin1Char(' ')).remove(QLatin1Char('\n')).toStdString(), json);
        QVERIFY(prettyJson(std::string(400'000, '1')).contains(QStringLiteral("more")));
        QVERIFY(!prettyJson(std::string(5000, '[') + std::string(5000, ']')).isEmpty());
    }
};

THREADLINE_GUI_TEST_MAIN(TestModels)
#include "test_ui_models.moc"
