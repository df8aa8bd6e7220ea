// SPDX-License-Identifier: GPL-3.0-or-later
/// The floor as a scene: the newest interactions (at most kMostLanes) of those that lie in the view, grouped by queue and sorted by
/// attention; where now is in view and goes on, what ended a while ago stands below all, folded at first. Where the store
/// has more, those in the stretch in view are read once it rests, and how many are left out is told; of the past, and where the
/// local store has nothing, the shared store is asked as well. Of stories only their lanes are kept. GUI thread.
///
/// While the order is held, lanes keep their places: what is new stands last in its group, a lane whose queue changed goes to the end of
/// its new group, and one that ended long ago stays, as its row says, until the hold is over or has lasted kLongestHold.
#pragma once

#include "ui/models/floorscene.h"
#include "ui/models/storyreader.h"
#include "ui/models/stretchreader.h"

#include <QElapsedTimer>

namespace threadline::ui {

class FloorModel : public QObject {
    Q_OBJECT
public:
    static constexpr std::size_t kMostLanes = 10'000;
    static constexpr int kSortEveryMs = 2000;
    static constexpr Duration kLongestHold = Duration::seconds(60);

    /// `hub` must outlive it. Begins to read the list at once.
    explicit FloorModel(Hub &hub, QObject *parent = nullptr);
    ~FloorModel() override;

    /// Never null; replaced, not changed.
    [[nodiscard]] const ScenePtr &scene() const { return m_scene; }
    /// As of the last scene, whether or not a row of it is in sight.
    [[nodiscard]] const NowFigures &figures() const { return m_figures; }
    /// Null: it is not held here. Valid until control returns to the event loop.
    [[nodiscard]] const FloorEntry *entry(const InteractionId &id) const;
    /// Nothing is being asked and everything shown is current.
    [[nodiscard]] bool settled() const;
    /// True once the list has been read.
    [[nodiscard]] bool loaded() const { return m_loaded; }
    /// True while a source brings events: lanes that ended a while ago leave their queues.
    [[nodiscard]] bool live() const;
    [[nodiscard]] std::size_t count() const { return m_entries.size(); }
    /// Stories that are still to be asked for; never more than there are entries.
    [[nodiscard]] std::size_t storiesWaiting() const { return m_stories.waiting(); }
    /// How many the local store has and how many of them are open, also of those that are not held here.
    struct Total {
        std::int64_t all = 0;
        std::int64_t open = 0;
    };
    [[nodiscard]] Total total() const;
    /// It and all of `range` can be shown: before that it may be stored, and the floor not know of it.
    [[nodiscard]] bool knows(const InteractionId &id, TimeRange range) const;
    /// Of the stretch in view, so many are stored and not held here, because they are too many.
    [[nodiscard]] std::int64_t leftOut() const;
    /// Rows of the scene, folded ones too, that only the shared store has.
    [[nodiscard]] int sharedShown() const { return m_sharedShown; }
    /// Of the shared store, as it last answered.
    [[nodiscard]] const Origin &origin() const { return m_stretch.origin(); }

    /// The stretch in view: of what has ended only that shows which lies in it. `current`: now is in it.
    void setView(TimeRange view, bool current);
    /// Keys of the rows in view, whose stories come first.
    void setWanted(const std::vector<std::string> &keys) { m_stories.setInView(keys); }
    /// `group`: the key of its row.
    void setExpanded(const std::string &group, bool expanded);
    void setAllExpanded(bool expanded);
    /// The group that it stands in.
    void unfoldAround(const InteractionId &id);
    /// Key of the row of a queue's group.
    [[nodiscard]] static std::string groupKey(const QString &queue) { return groupKeyOf(queue); }
    /// Somebody rests on a lane, whose place must not change under them; or has let go.
    void hold(bool held);
    [[nodiscard]] bool held() const { return m_holding; }
    /// While held: rows that would stand further up, as of the last scene.
    [[nodiscard]] int misplaced() const { return m_misplaced; }
    /// Where in time all interactions lie that are held here, shown or not: what was.
    [[nodiscard]] std::vector<Stretch> stretches() const;
    /// Where in time all lie that are stored, counted; empty where all are held here.
    [[nodiscard]] const Occupancy &stored() const { return m_stretch.all().occupancy; }
    /// Another order of the lanes, at once, held or not.
    void setSort(FloorSort sort);
    [[nodiscard]] FloorSort sort() const { return m_sort; }
    /// Some queue is; what ended earlier does not count.
    [[nodiscard]] bool folded() const;
    /// Sorts and shows at once, held or not.
    void rebuild();

Q_SIGNALS:
    /// `events` more came in since the last time.
    void sceneChanged(std::uint64_t events);

private:
    struct Held {
        FloorEntry entry;
        std::int64_t count = 0;
        std::uint64_t commit = 0; ///< as last told
    };
    enum class Sorting : std::uint8_t {
        WhenDue, ///< kSortEveryMs after the last time
        Soon,    ///< with the next scene
        Anew,    ///< likewise, even while the order is held
    };

    void list(const std::string &cursor);
    void listed(const Result<ListPage> &page);
    void take(const Summary &summary, bool touched);
    void takeFound(const std::vector<Summary> &rows);
    void takeTouched(const std::vector<Summary> &touched);
    void takeShared(const std::vector<Summary> &rows);
    void takeStory(const InteractionId &id, const StoryReader::Answer &answer);
    void evict();
    void erase(const FloorOrder::Entries &gone);
    [[nodiscard]] bool touchesView(const FloorEntry &entry) const;
    [[nodiscard]] std::int64_t heldInView() const;
    void changed();
    void sortSoon(Sorting sorting);
    void refresh();
    void arrange();
    [[nodiscard]] FloorOrder::Keep kept();
    void compose();
    void placeInTime(Scene &scene) const;
    [[nodiscard]] bool shown(const FloorEntry &entry) const;
    [[nodiscard]] bool endedEarlier(const FloorEntry &entry) const;
    void tellEarlier(FloorOrder::Keep keep);
    /// Those of the local store; of an empty one, those of the shared store.
    [[nodiscard]] FloorOrder::Entries own() const;
    void reviewSource();

    Hub &m_hub;
    std::unordered_map<std::string, Held> m_entries;
    StoryReader m_stories;
    StretchReader m_stretch;
    FloorOrder m_order; ///< as last sorted; points into m_entries
    FloorSort m_sort = FloorSort::Attention;
    Sorting m_sorting = Sorting::Soon;
    bool m_holding = false;
    Duration m_heldSince; ///< by the steady clock; renewed when what no longer belongs has left
    std::set<std::string> m_collapsed{groupKeyOf(FloorOrder::kEarlier)};
    ScenePtr m_scene = std::make_shared<const Scene>();
    NowFigures m_figures;
    int m_sharedShown = 0;
    int m_misplaced = 0;
    TimeRange m_view{kEarliestTime, kLatestTime};
    bool m_viewIsCurrent = true;
    bool m_loaded = false;
    Duration m_loadedAt;     ///< by the steady clock
    bool m_arrived = false;  ///< what was stored has been read, with its stories: until then there is no order to be held
    bool m_listened = false; ///< the source has been there since the window was opened
    bool m_wasLive = false;
    std::optional<Timestamp> m_knownUntil;
    bool m_onlyShared = false; ///< the local store has none at all
    std::uint64_t m_events = 0;
    QTimer m_refresh;       ///< runs until the next scene
    QTimer m_sortDue;       ///< runs until lanes are to be sorted again
    QElapsedTimer m_sorted; ///< since the last sorting
    Question m_listing;
};

} // namespace threadline::ui
