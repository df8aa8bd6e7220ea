// SPDX-License-Identifier: GPL-3.0-or-later
/// The floor from the session to its scene: groups and their order, an order that is held, what is read and what is let go of.
#include "tests/support/testmain.h"
#include "tests/ui/fixture.h"
#include "ui/text/format.h"

#include <QApplication>
#include <QSignalSpy>
#include <rapidcheck.h>

using namespace threadline;
using namespace threadline::ui;

namespace {

constexpr int kMany = static_cast<int>(FloorModel::kMostLanes);

QStringList laneTitles(const Scene &scene, const char *queue)
{
    QStringList out;
    for (const Row &row : scene.rows) {
        if (row.kind == RowKind::Lane && row.parent >= 0
            && scene.rows[static_cast<std::size_t>(row.parent)].title == QLatin1String(queue))
            out << row.detail + QLatin1Char(' ') + (row.since ? durationText(kNow - *row.since) : QString());
    }
    return out;
}

QStringList keysOf(const Scene &scene)
{
    QStringList keys;
    for (const Row &row : scene.rows)
        keys << qstr(row.key);
    return keys;
}

/// The row of the group that a lane stands in; empty: it stands nowhere.
QString groupOf(const Scene &scene, const std::string &lane)
{
    const int row = rowOf(scene, lane);
    return row < 0 ? QString() : scene.rows[static_cast<std::size_t>(scene.rows[static_cast<std::size_t>(row)].parent)].title;
}

/// Each head says how many open lanes stand under it.
bool headsAreTrue(const FloorModel &model)
{
    const Scene &scene = *model.scene();
    for (std::size_t head = 0; head < scene.rows.size(); ++head) {
        if (scene.rows[head].kind != RowKind::Group)
            continue;
        const auto open = std::count_if(scene.rows.begin(), scene.rows.end(), [&](const Row &row) {
            const FloorEntry *entry = row.parent == static_cast<int>(head) ? model.entry(InteractionId(row.key)) : nullptr;
            return entry && entry->state != InteractionState::Ended;
        });
        const QString &note = scene.rows[head].note;
        if (note.endsWith(QStringLiteral("open")) && note != QStringLiteral("%1 open").arg(open))
            return false;
    }
    return true;
}

test::FakeInteraction waiting(const char *id, const char *queue, int seconds)
{
    return test::CallBuilder(id, "+1 555 0001", kNow - Duration::seconds(seconds)).queue(queue, seconds).open();
}

/// Entries to be put in order, some of which belong.
struct Lanes {
    std::vector<FloorEntry> entries;
    std::vector<bool> belong;

    [[nodiscard]] FloorOrder::Entries belonging() const
    {
        FloorOrder::Entries out;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (belong[i])
                out.push_back(&entries[i]);
        }
        return out;
    }
    void change(std::size_t i)
    {
        entries[i].queue = QString(QLatin1Char(static_cast<char>('A' + *rc::gen::inRange(0, 3))));
        entries[i].now = *rc::gen::element(SegmentKind::Queue, SegmentKind::Talk, SegmentKind::Ivr);
        entries[i].since = *rc::gen::element(std::optional<Timestamp>(), std::optional(Timestamp{*rc::gen::inRange<std::int64_t>(1, 50)}));
        belong[i] = *rc::gen::arbitrary<bool>();
    }
};

Lanes arbitraryLanes()
{
    const auto many = static_cast<std::size_t>(*rc::gen::inRange(0, 25));
    Lanes lanes{std::vector<FloorEntry>(many), std::vector<bool>(many)};
    for (std::size_t i = 0; i < many; ++i) {
        lanes.entries[i].id = InteractionId("lane-" + std::to_string(i));
        lanes.change(i);
    }
    return lanes;
}

/// Lanes with their group, from the top.
std::vector<std::pair<QString, const FloorEntry *>> flat(const FloorOrder &order)
{
    std::vector<std::pair<QString, const FloorEntry *>> out;
    for (const FloorOrder::Group &group : order.groups()) {
        for (const FloorEntry *lane : group.lanes)
            out.emplace_back(group.queue, lane);
    }
    return out;
}

bool moreUrgent(const FloorEntry *a, const FloorEntry *b) { return beforeByAttention(*a, *b); }

} // namespace

class TestFloor : public QObject {
    Q_OBJECT

    std::unique_ptr<Fixture> f;
    std::unique_ptr<Hub> hub;
    std::unique_ptr<FloorModel> model;

    void start()
    {
        hub = std::make_unique<Hub>(f->session, f->clock);
        model = std::make_unique<FloorModel>(*hub);
    }
    void startSettled()
    {
        start();
        QTRY_VERIFY(model->settled());
        model->rebuild();
    }
    /// A hub without a model, and nothing is answered from now on.
    void startHeld()
    {
        hub = std::make_unique<Hub>(f->session, f->clock);
        QTRY_VERIFY(hub->settled());
        f->session.holdAnswers();
    }
    void put(test::FakeInteraction call) { f->session.put(std::move(call.view), std::move(call.summary)); }
    /// Short calls that ended long ago, each a second after the one before.
    void putEnded(const std::string &prefix, int many, Timestamp first)
    {
        for (int i = 0; i < many; ++i)
            put(test::CallBuilder(prefix + std::to_string(i), "+1 555 0002", first + Duration::seconds(i)).queue("Support", 5).ended());
    }
    [[nodiscard]] int row(const char *key) const { return rowOf(*model->scene(), key); }

private Q_SLOTS:
    void init()
    {
        f = std::make_unique<Fixture>();
        f->fill();
    }
    void cleanup()
    {
        model.reset();
        hub.reset();
        f.reset();
    }

    void floorIsGroupedByQueueAndSortedByAttention()
    {
        startSettled();
        const Scene &scene = *model->scene();
        QCOMPARE(scene.rows.front().title, QStringLiteral("Support")); // who waits longest is on top
        const QStringList support = laneTitles(scene, "Support");
        QCOMPARE(support.mid(0, 5),
                 QStringList({"waiting 4:12", "Agent Four 3:25", "waiting 2:51", "Agent Two 1:28", "waiting 0:48"}));
        QCOMPARE(support.last(), QStringLiteral("ended "));
        QCOMPARE(scene.rows.front().note, QStringLiteral("13 open"));
    }

    void longEndedInteractionsLeaveTheLiveFloorButNotThePast()
    {
        startSettled();
        QCOMPARE(rowOf(*model->scene(), Fixture::richId().value), -1);
        model->setView({kNow - Duration::seconds(5400), kNow - Duration::seconds(1800)}, false);
        model->rebuild();
        QVERIFY(rowOf(*model->scene(), Fixture::richId().value) > 0);
    }

    void figuresAreThoseOfTheLanes()
    {
        startSettled();
        const NowFigures &now = model->figures();
        QCOMPARE(now.waiting.size(), 5U);
        QCOMPARE(durationText(kNow - now.waiting.front().since), QStringLiteral("4:12"));
        QCOMPARE(now.held.size(), 4U);
        QCOMPARE(durationText(kNow - now.held.front().since), QStringLiteral("3:25"));
        QCOMPARE(now.queues.front().queue, QStringLiteral("Support"));
        QCOMPARE(now.queues.front().waiting, 3);
        QCOMPARE(now.queues.front().onHold, 2);
        QCOMPARE(now.all, 33);
    }

    void aTouchedInteractionIsAskedForAgainAndAFewAtATime()
    {
        startSettled();
        QVERIFY(f->session.mostAtOnce() <= StoryReader::kMostAtOnce);
        const int before = f->session.asked();
        test::FakeInteraction call =
            test::CallBuilder("new-1", "+1 555 0001", kNow - Duration::seconds(30)).queue("Support", 30).open();
        QSignalSpy spy(model.get(), &FloorModel::sceneChanged);
        f->session.put(call.view, call.summary);
        f->session.put(call.view, call.summary);
        QTRY_VERIFY(spy.count() > 0 && model->settled());
        model->rebuild();
        QVERIFY(model->entry(InteractionId("new-1")));
        QVERIFY(f->session.asked() - before <= 2);
    }

    void foldedGroupsStayFolded()
    {
        startSettled();
        const std::size_t all = model->scene()->rows.size();
        model->setExpanded(FloorModel::groupKey(QStringLiteral("Support")), false);
        QCOMPARE(model->scene()->rows.size(), all - 14);
        model->rebuild();
        QVERIFY(!model->scene()->rows.front().expanded);
    }

    void aFailedQuestionIsTold()
    {
        f->session.failWith(Error{ErrorCode::Unusable, "The store cannot be read."});
        start();
        QTRY_COMPARE(hub->failure(), QStringLiteral("The store cannot be read."));
        QTRY_VERIFY(model->loaded());
    }

    // An order that is held

    void anOrderIsSortedOrKept()
    {
        QVERIFY(rc::check([] {
            Lanes lanes = arbitraryLanes();
            FloorOrder order;
            order.arrange(lanes.belonging(), FloorSort::Attention, FloorOrder::Keep::Nothing);
            for (const FloorOrder::Group &group : order.groups())
                RC_ASSERT(std::is_sorted(group.lanes.begin(), group.lanes.end(), moreUrgent));
            RC_ASSERT(std::is_sorted(order.groups().begin(), order.groups().end(), [](const auto &a, const auto &b) {
                return moreUrgent(a.lanes.front(), b.lanes.front());
            }));
            const auto before = flat(order);
            RC_ASSERT(before.size() == lanes.belonging().size());
            for (std::size_t i = 0; i < lanes.entries.size(); ++i) {
                if (*rc::gen::arbitrary<bool>())
                    lanes.change(i);
            }
            const auto keep = *rc::gen::element(FloorOrder::Keep::Places, FloorOrder::Keep::Rows);
            order.arrange(lanes.belonging(), FloorSort::Attention, keep);
            const auto after = flat(order);
            std::set<const FloorEntry *> there;
            for (const auto &[queue, lane] : after) {
                RC_ASSERT(lane->queue == queue); // none stands under another's head
                RC_ASSERT(there.insert(lane).second);
            }
            for (const auto &[queue, lane] : before)
                RC_ASSERT(keep == FloorOrder::Keep::Places || there.count(lane) == 1U); // none vanishes under whoever rests on it
            for (const FloorEntry *lane : lanes.belonging())
                RC_ASSERT(there.erase(lane) == 1U);
            RC_ASSERT(keep == FloorOrder::Keep::Rows || there.empty());
            // Those that kept their queue come first in it, as they stood before.
            for (const FloorOrder::Group &group : order.groups()) {
                FloorOrder::Entries stayed;
                for (const auto &[queue, lane] : before) {
                    const bool shown = std::find(group.lanes.begin(), group.lanes.end(), lane) != group.lanes.end();
                    if (queue == group.queue && shown)
                        stayed.push_back(lane);
                    if (keep == FloorOrder::Keep::Rows && queue == group.queue && lane->queue == queue)
                        RC_ASSERT(shown);
                }
                RC_ASSERT(std::equal(stayed.begin(), stayed.end(), group.lanes.begin()));
            }
        }));
    }

    void whatIsRemovedLeavesTheOthersInPlace()
    {
        QVERIFY(rc::check([] {
            const Lanes lanes = arbitraryLanes();
            FloorOrder order;
            order.arrange(lanes.belonging(), FloorSort::Attention, FloorOrder::Keep::Nothing);
            std::unordered_set<const FloorEntry *> gone;
            for (const FloorEntry &entry : lanes.entries) {
                if (*rc::gen::arbitrary<bool>())
                    gone.insert(&entry);
            }
            auto expected = flat(order);
            std::erase_if(expected, [&](const auto &lane) { return gone.count(lane.second) > 0; });
            order.remove(gone);
            RC_ASSERT(flat(order) == expected);
        }));
    }

    void aLaneThatChangesItsQueueStandsUnderItsNewHead()
    {
        put(waiting("moves", "Support", 5));
        startSettled();
        QCOMPARE(groupOf(*model->scene(), "moves"), QStringLiteral("Support"));
        model->hold(true);
        const QStringList before = keysOf(*model->scene());
        put(test::CallBuilder("moves", "+1 555 0001", kNow - Duration::seconds(5)).queue("Support", 3).queue("Billing", 2).open());
        QTRY_COMPARE(groupOf(*model->scene(), "moves"), QStringLiteral("Billing"));
        QVERIFY(model->held());
        QVERIFY(headsAreTrue(*model));
        QStringList after = keysOf(*model->scene());
        QStringList others = before;
        QVERIFY(after.removeOne(QStringLiteral("moves")) && others.removeOne(QStringLiteral("moves")));
        QCOMPARE(after, others);
    }

    void whatEndedLongAgoLeavesAHeldOrderInTime()
    {
        put(test::CallBuilder("old", "+1 555 0003", kNow - Duration::seconds(30)).queue("Support", 20).ended());
        startSettled();
        f->clock.advance(Duration::seconds(280)); // it ended 290 s ago
        model->rebuild();
        QVERIFY(row("old") > 0);
        model->hold(true);
        f->clock.advance(Duration::seconds(30));
        put(waiting("new-1", "Support", 900));
        QTRY_VERIFY(row("new-1") > 0); // it was sorted in
        QVERIFY(row("old") > 0);
        const QStringList held = keysOf(*model->scene());
        f->clock.advance(FloorModel::kLongestHold);
        QTRY_COMPARE(row("old"), -1);
        QVERIFY(model->held());
        const QStringList after = keysOf(*model->scene());
        QStringList stayed = held;
        stayed.removeIf([&](const QString &key) { return !after.contains(key); });
        QCOMPARE(after, stayed);
    }

    // Bounds

    void whatIsLetGoOfMovesNothingAndLeavesNoQuestion()
    {
        putEnded("ended-", kMany, kNow - Duration::seconds(86'400));
        f->fill(); // these are the newest
        start();
        QTRY_VERIFY_WITH_TIMEOUT(model->settled(), 60'000);
        model->rebuild();
        model->hold(true);
        const QStringList before = keysOf(*model->scene());
        model->setWanted({"new-1"});
        put(waiting("new-1", "Support", 900));
        QTRY_VERIFY(row("new-1") > 0);
        QVERIFY(model->count() <= FloorModel::kMostLanes);
        const auto next = static_cast<std::size_t>(row("new-1") + 1);
        QVERIFY(next == model->scene()->rows.size() || model->scene()->rows[next].kind == RowKind::Group); // last in its group
        QStringList after = keysOf(*model->scene());
        QVERIFY(after.removeOne(QStringLiteral("new-1")));
        QCOMPARE(after, before);

        QTRY_VERIFY_WITH_TIMEOUT(model->settled(), 60'000);
        f->session.holdAnswers();
        f->fill(); // as many as may be under way are asked for, and hang
        constexpr int kOlder = 500;
        for (int round = 0; round < 4; ++round) { // older than all: taken and let go of at once
            QSignalSpy spy(model.get(), &FloorModel::sceneChanged);
            putEnded("older-", kOlder, kNow - Duration::seconds(3 * 86'400));
            QTRY_VERIFY(spy.count() >= 2);
        }
        QVERIFY2(model->storiesWaiting() <= kOlder, qPrintable(QString::number(model->storiesWaiting())));
        f->session.release();
    }

    void storiesOfRowsInViewComeFirstAndWhatIsForgottenIsNotAskedFor()
    {
        startHeld();
        StoryReader reader(*hub);
        QStringList answered;
        connect(&reader, &StoryReader::answered, this, [&](const InteractionId &id) { answered << qstr(id.value); });
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < 30; ++i)
                reader.want(InteractionId("call-" + std::to_string(i)), StoryReader::Where::Here);
            reader.want(InteractionId("unseen"), StoryReader::Where::Shared);
            QCOMPARE(reader.waiting(), 30U);
            for (int i = 20; i < 30; ++i)
                reader.forget(InteractionId("call-" + std::to_string(i)));
            QCOMPARE(reader.waiting(), 20U);
        }
        reader.setInView({"call-19", "unseen"});
        QVERIFY(reader.underWay(InteractionId("call-19")) && reader.underWay(InteractionId("unseen")));
        QCOMPARE(reader.waiting(), std::size_t(21 - StoryReader::kMostAtOnce));
        reader.want(InteractionId("unseen"), StoryReader::Where::Shared); // once more, while it is under way
        f->session.release();
        QTRY_VERIFY(reader.settled());
        QCOMPARE(answered.size(), 22);
        QCOMPARE(answered.count(QStringLiteral("unseen")), 2);
        QCOMPARE(answered.first(), QStringLiteral("call-19"));
    }

    void aSharedStoreThatHangsDoesNotKeepWaitingWhatIsHere()
    {
        startHeld();
        StoryReader reader(*hub);
        QStringList answered;
        connect(&reader, &StoryReader::answered, this, [&](const InteractionId &id) { answered << qstr(id.value); });
        std::vector<std::string> elsewhere;
        for (int i = 0; i < 2 * StoryReader::kMostAtOnce; ++i)
            elsewhere.push_back("elsewhere-" + std::to_string(i));
        for (const std::string &id : elsewhere)
            reader.want(InteractionId(id), StoryReader::Where::Shared);
        reader.setInView(elsewhere);
        reader.want(InteractionId("here"), StoryReader::Where::Here);
        reader.pump();
        QVERIFY(reader.underWay(InteractionId("here")));
        reader.want(InteractionId("elsewhere-0"), StoryReader::Where::Here); // recorded by now: the question to the other store is dropped
        reader.pump();
        QCOMPARE(reader.waiting(), elsewhere.size() - StoryReader::kMostShared - 1);
        f->session.release();
        QTRY_VERIFY(reader.settled());
        QCOMPARE(answered.size(), static_cast<qsizetype>(elsewhere.size()) + 1);
        QCOMPARE(answered.count(QStringLiteral("elsewhere-0")), 1);
    }

    /// Stories of here may wait for the shared store, too, if a time of not listening touches them.
    void whatIsLateGivesItsPlaceToOthers()
    {
        startHeld();
        StoryReader reader(*hub);
        const auto want = [&](int first, int last) {
            for (int i = first; i < last; ++i)
                reader.want(InteractionId("call-" + std::to_string(i)), StoryReader::Where::Here);
            reader.pump();
        };
        want(0, StoryReader::kMostAtOnce);
        want(StoryReader::kMostAtOnce, StoryReader::kMostAtOnce + 1);
        QCOMPARE(reader.waiting(), std::size_t(1));
        QTRY_COMPARE(reader.waiting(), std::size_t(0));
        want(100, 300); // bounded all the same
        QTest::qWait(4 * StoryReader::kLateMs);
        QVERIFY(f->session.mostAtOnce() <= StoryReader::kMostLate + StoryReader::kMostAtOnce);
        f->session.release();
        QTRY_VERIFY(reader.settled());
    }

    void aLookAtThePastThatWasLeftIsNotWaitedFor()
    {
        f->session.setStatus(deliveringStatus(DeliveryState::Delivering));
        startSettled();
        f->session.holdAnswers(); // a shared store that hangs
        model->setView({kNow - Duration::seconds(5400), kNow - Duration::seconds(1800)}, false);
        QTRY_COMPARE(f->session.sharedLists(), 1);
        QVERIFY(!model->settled());
        model->setView({kNow - Duration::seconds(1800), kNow + Duration::seconds(60)}, true);
        QTRY_VERIFY(model->settled());
        f->session.release();
    }

    void whatEndedLongAgoLeavesALiveFloorThoughNobodySpeaks()
    {
        f = std::make_unique<Fixture>();
        Status status = liveStatus();
        status.openInteractions = 0;
        f->session.setStatus(status);
        put(test::CallBuilder("only", "+1 555 0003", kNow - Duration::seconds(30)).queue("Support", 20).ended());
        startSettled();
        QVERIFY(row("only") > 0);
        f->clock.advance(Duration::seconds(600));
        QTRY_COMPARE(row("only"), -1);
    }

    void manySortingsAreFollowedByOne()
    {
        startSettled();
        for (int i = 0; i < 8; ++i) {
            model->rebuild();
            QTest::qWait(130); // more than lies between two scenes
        }
        QSignalSpy spy(model.get(), &FloorModel::sceneChanged);
        QTest::qWait(FloorModel::kSortEveryMs + 500);
        QVERIFY2(spy.count() >= 1 && spy.count() <= 3, qPrintable(QString::number(spy.count())));
    }
};

THREADLINE_GUI_TEST_MAIN(TestFloor)
#include "test_ui_floor.moc"
