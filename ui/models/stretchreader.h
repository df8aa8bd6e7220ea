// SPDX-License-Identifier: GPL-3.0-or-later
/// Reads what the stores have of the stretch in view and the floor does not hold: where the local store has more than can be held, how
/// many there are (a census) and their rows; of the past, also rows that only the shared store has. Asks once the view has rested.
/// What was asked of a stretch is dropped when the view moves on. GUI thread.
#pragma once

#include "ui/models/hub.h"

#include <functional>

namespace threadline::ui {

class StretchReader : public QObject {
    Q_OBJECT
public:
    static constexpr int kRowsAsked = 500;   ///< in one page of any list
    static constexpr int kMostShared = 1000; ///< rows of the shared store in one look; of the last page, more

    /// `held`: how many of those in view the floor holds now, of at most `most`.
    StretchReader(Hub &hub, std::function<std::int64_t()> held, std::int64_t most, QObject *parent = nullptr);
    ~StretchReader() override;

    /// `past`: now is not in it. `follows`: it only goes on with time, and what was asked of it still serves.
    void setView(TimeRange view, bool past, bool follows);
    /// From now on the local store has more than the floor holds, which is counted.
    void setPartial();
    [[nodiscard]] bool partial() const { return m_partial; }
    /// The local store has changed: where it is partial it is counted again, after a while.
    void noteChange(bool live);
    /// The local store has nothing: what does the shared one have of all times?
    void lookAtAllShared();

    /// As last counted; nothing before it is partial.
    [[nodiscard]] const Census &all() const { return m_all; }
    [[nodiscard]] const Census &inView() const { return m_inView; }
    /// Of the shared store, as it last answered.
    [[nodiscard]] const Origin &origin() const { return m_origin; }
    /// Nothing is asked of the view, or about to be.
    [[nodiscard]] bool settled() const;

Q_SIGNALS:
    /// all() or inView() has changed.
    void counted();
    /// A page of rows of the local store that lie in the view, held by now or not.
    void found(const std::vector<Summary> &rows);
    /// Rows that only the shared store has.
    void foundShared(const std::vector<Summary> &rows);

private:
    [[nodiscard]] bool delivers() const;
    void look();
    void countBoth();
    void count(bool ofView);
    void takeCount(bool ofView, const Census &census);
    void askRows(const std::string &cursor);
    void askShared(const std::string &cursor);
    void takeShared(const ListPage &page);
    void drop();

    Hub &m_hub;
    std::function<std::int64_t()> m_held;
    std::int64_t m_most;
    TimeRange m_view{kEarliestTime, kLatestTime};
    bool m_past = false;
    bool m_partial = false;
    Census m_all;
    Census m_inView;
    QTimer m_rest;    ///< runs until the view has rested
    QTimer m_recount; ///< runs until the store is counted again
    Question m_counting;
    Question m_countingView;
    Question m_rows;
    std::optional<TimeRange> m_sharedRange; ///< what the shared store is asked for; absent: all times
    int m_sharedTaken = 0;
    int m_sharedPages = 0;
    Origin m_origin;
    Question m_shared;
};

} // namespace threadline::ui
