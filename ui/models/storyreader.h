// SPDX-License-Identifier: GPL-3.0-or-later
/// Asks for stories one by one: those in view first, the others as they were wanted, at most kMostAtOnce under way, of which only
/// kMostShared wait for the shared store, and what takes longer than kLateMs gives its place to another, for a story of here may need
/// that store, too: one that hangs does not keep waiting what lies here. What is kept is bounded by what is wanted: each id waits at most
/// once, and one that is forgotten leaves nothing behind. GUI thread.
#pragma once

#include "ui/models/hub.h"

#include <array>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace threadline::ui {

class StoryReader : public QObject {
    Q_OBJECT
public:
    static constexpr int kMostAtOnce = 8;
    static constexpr int kMostShared = 4;
    static constexpr int kMostLate = 64; ///< beside kMostAtOnce
    static constexpr int kLateMs = 1000;
    enum class Where : std::uint8_t { Here, Shared };
    using Answer = Result<std::shared_ptr<const InteractionView>>;

    explicit StoryReader(Hub &hub, QObject *parent = nullptr);
    ~StoryReader() override;

    /// The story is to be read, once more if that is under way already. One that only the shared store has: not before its row is in
    /// view; once it is here, that store is not waited for. Nothing is asked before the next pump().
    void want(const InteractionId &id, Where where);
    /// These come first from now on, and those that wait for being in view are asked for.
    void setInView(const std::vector<std::string> &ids);
    /// Asks for as many as may be under way.
    void pump();
    /// Its story is wanted no longer. One that is under way is answered all the same.
    void forget(const InteractionId &id);
    [[nodiscard]] bool underWay(const InteractionId &id) const;
    /// How many are to be asked for.
    [[nodiscard]] std::size_t waiting() const { return line(Where::Here).waiting.size() + line(Where::Shared).waiting.size(); }
    [[nodiscard]] bool settled() const { return underWay() == 0 && m_late == 0 && waiting() == 0; }

Q_SIGNALS:
    /// Once for each that was asked for.
    void answered(const InteractionId &id, const StoryReader::Answer &answer);

private:
    /// Those in view first, then by when they were wanted.
    using Place = std::pair<bool, std::uint64_t>;
    struct Wanted {
        bool stale = false; ///< wanted since it was asked for
        Where where = Where::Here;
        std::optional<Place> place; ///< in its line
        bool late = false;          ///< it has given its place to another
        std::uint64_t number = 0;   ///< of the question
        Question question;
    };
    struct Line {
        std::map<Place, std::string> waiting;
        int underWay = 0;
    };
    using Item = std::unordered_map<std::string, Wanted>::value_type;

    [[nodiscard]] const Line &line(Where where) const { return m_lines[static_cast<std::size_t>(where)]; }
    [[nodiscard]] Line &line(Where where) { return m_lines[static_cast<std::size_t>(where)]; }
    [[nodiscard]] int underWay() const { return line(Where::Here).underWay + line(Where::Shared).underWay; }
    void enqueue(Item &item);
    void leaveLine(Wanted &wanted);
    void giveBack(Wanted &wanted);
    void lookAt(const std::string &id, std::uint64_t number);
    void ask(Item &item);
    void take(const std::string &id, const Answer &answer);

    Hub &m_hub;
    std::unordered_map<std::string, Wanted> m_wanted;
    std::array<Line, 2> m_lines;
    std::unordered_set<std::string> m_inView;
    std::uint64_t m_places = 0;
    std::uint64_t m_questions = 0;
    int m_late = 0;
};

} // namespace threadline::ui
