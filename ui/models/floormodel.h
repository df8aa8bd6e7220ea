// SPDX-License-Identifier: GPL-3.0-or-later
/// The floor as a scene: the newest interactions (at most kMostLanes), grouped by queue and sorted by attention. Where the store
/// has more, those in the stretch in view are read once it rests, and how many are left out is told. Stories are
/// asked for one by one, those in view first, a few at a time; only their lanes are kept. Of the past, and where the local store
/// has nothing, the shared store is asked as well (at most kMostShared a look); stories of its rows only once they are in view.
/// GUI thread.
#pragma once

#include "ui/models/floorentry.h"
#include "ui/models/hub.h"
#include "ui/timeline/density.h"

#include <QElapsedTimer>
#include <QTimer>

#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace threadline::ui {

class FloorModel : public QObject {
    Q_OBJECT
public:
    static constexpr std::size_t kMostLanes = 10'000;
    static constexpr int kMostQuestions = 8;
    static constexpr int kMostShared = 1000;
    static constexpr int kSortEveryMs = 2000;

    explicit FloorModel(Hub &hub, QObject *parent = nullptr);
    ~FloorModel() override;

    [[nodiscard]] const ScenePtr &scene() const { return m_scene; }
    [[nodiscard]] const NowFigures &figures() const { return m_figures; }
    [[nodiscard]] const FloorEntry *entry(const InteractionId &id) const;
    /// Nothing is being asked and everything shown is current.
    [[nodiscard]] bool settled() const;
    /// True once the list has been read.
    [[nodiscard]] bool loaded() const { return m_loaded; }
    /// True while a source brings events: lanes that ended a while ago leave the floor.
    [[nodiscard]] bool live() const;
    [[nodiscard]] std::size_t count() const { return m_entries.size(); }
    /// How many the local store has and how many of them are open, also of those that are not held here.
    struct Total {
        std::int64_t all = 0;
        std::int64_t open = 0;
    };
    [[nodiscard]] Total total() const;
    /// Of the stretch in view, so many are stored and not held here, because they are too many.
    [[nodiscard]] std::int64_t leftOut() const;
    /// Rows shown that only the shared store has.
    [[nodiscard]] int sharedShown() const { return m_sharedShown; }
    /// Of the shared store, as it last answered.
    [[nodiscard]] const Origin &origin() const { return m_origin; }

    /// The stretch in view: of what has ended only that shows which lies in it. `current`: now is in it.
    void setView(TimeRange view, bool current);
    /// Rows in view, whose stories come first.
    void setWanted(const std::vector<std::string> &keys);
    void setExpanded(const std::string &group, bool expanded);
    void setAllExpanded(bool expanded);
    /// Key of the row of a queue's group.
    [[nodiscard]] static std::string groupKey(const QString &queue);
    /// While the pointer or the focus rests on a lane the order stays: what is new stands last in its group.
    void hold(bool held);
    [[nodiscard]] bool held() const { return m_holding; }
    /// Where in time all interactions lie that are held here, shown or not: what was.
    [[nodiscard]] std::vector<Stretch> stretches() const;
    /// Where in time all lie that are stored, counted; empty where all are held here.
    [[nodiscard]] const Occupancy &stored() const { return m_all.occupancy; }
    /// Another order of the lanes, at once.
    void setSort(FloorSort sort);
    [[nodiscard]] FloorSort sort() const { return m_sort; }
    [[nodiscard]] bool folded() const { return !m_collapsed.empty(); }
    /// Sorts and shows at once.
    void rebuild();

Q_SIGNALS:
    /// `events` more came in since the last time.
    void sceneChanged(std::uint64_t events);

private:
    struct Held {
        FloorEntry entry;
        std::int64_t count = 0;
        std::uint64_t commit = 0; ///< as last told
        bool asked = false;
        bool stale = false;  ///< touched since its story was asked for
        bool queued = false; ///< stands in m_queue
        bool urgent = false; ///< stands in m_urgent
        HandlePtr question;
    };
    struct Group {
        QString name;
        std::vector<Held *> lanes;
        const Held *first = nullptr; ///< the most urgent when it was sorted
    };

    void list(const std::string &cursor);
    void listed(Result<ListPage> page);
    void take(const Summary &summary, bool touched);
    void seekMore();
    void count(bool ofView);
    void counted(bool ofView, Result<Census> census);
    [[nodiscard]] bool touchesView(const FloorEntry &entry) const;
    [[nodiscard]] std::int64_t heldInView() const;
    void lookBack();
    void askShared(const std::string &cursor);
    void sharedListed(Result<ListPage> page);
    bool takeShared(const Summary &summary);
    void want(Held &held);
    void enqueue(Held &held);
    void pump();
    Held *nextWanted();
    void ask(Held &held);
    void answered(const std::string &id, Result<std::shared_ptr<const InteractionView>> answer);
    void evict();
    void changed();
    void refresh();
    void arrange();
    void countAll();
    void keepOrder(std::map<QString, Group> groups);
    void compose();
    void appendGroup(Scene &scene, const Group &group);
    [[nodiscard]] Row laneRow(const Held &held, int parent) const;
    [[nodiscard]] bool shown(const FloorEntry &entry) const;
    void placeInTime(Scene &scene) const;
    [[nodiscard]] std::optional<TimeRange> extent() const;
    void reviewSource();

    Hub &m_hub;
    std::unordered_map<std::string, std::unique_ptr<Held>> m_entries;
    std::deque<std::string> m_queue;          ///< stale ones, oldest first
    std::unordered_set<std::string> m_wanted; ///< in view
    std::deque<std::string> m_urgent;         ///< stale ones in view
    std::vector<Group> m_groups;              ///< the order as last sorted
    std::set<std::string> m_collapsed;
    ScenePtr m_scene = std::make_shared<const Scene>();
    NowFigures m_figures;
    TimeRange m_view{kEarliestTime, kLatestTime};
    bool m_viewIsCurrent = true;
    bool m_loaded = false;
    bool m_everSorted = false;
    bool m_viewMoved = false; ///< others belong into it than those that are shown
    bool m_listened = false;  ///< the source has been there since the window was opened
    bool m_wasLive = false;
    bool m_partial = false;   ///< the store has more than is held here
    Census m_all;             ///< of the store; only kept while m_partial
    Census m_inView;          ///< likewise, of the view
    QTimer m_rest;            ///< runs until the view has rested
    QTimer m_recount;         ///< runs until the store is counted again
    QTimer m_due;             ///< runs until lanes may be sorted again
    HandlePtr m_counting;
    HandlePtr m_countingView;
    ListQuery m_seeking;      ///< of the view
    HandlePtr m_seekingMore;
    bool m_holding = false;
    FloorSort m_sort = FloorSort::Attention;
    bool m_moved = false; ///< the view was moved: the order is made anew even while it is held
    int m_underWay = 0;
    std::uint64_t m_events = 0;
    QTimer m_refresh;
    QElapsedTimer m_sorted;
    HandlePtr m_listing;
    QTimer m_past;      ///< runs until the view has rested
    ListQuery m_shared; ///< what the shared store is asked for
    int m_sharedTaken = 0;
    int m_sharedPages = 0;
    int m_sharedShown = 0;
    bool m_onlyShared = false; ///< the local store has none at all
    Origin m_origin;
    HandlePtr m_sharedListing;
};

} // namespace threadline::ui
