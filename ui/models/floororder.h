// SPDX-License-Identifier: GPL-3.0-or-later
/// The order of the floor: a group for each queue, the group of the most urgent lane on top and what ended earlier below all,
/// in each the lanes as they are sorted.
/// An order can be kept while somebody rests on it. Holds pointers to entries of its owner, who removes them before they go. Pure.
#pragma once

#include "ui/models/floorentry.h"

#include <unordered_set>
#include <vector>

namespace threadline::ui {

class FloorOrder {
public:
    using Entries = std::vector<const FloorEntry *>;
    /// In place of a queue, of those that ended a while ago; no queue is called so, since names have no control characters.
    static const QString kEarlier;
    /// The queue whose group it stands in, or kEarlier.
    [[nodiscard]] static const QString &headOf(const FloorEntry &entry) { return entry.earlier ? kEarlier : entry.queue; }
    struct Group {
        QString queue; ///< headOf() its lanes; empty: none
        Entries lanes; ///< never empty
    };
    /// What stays of the order before. In all of them a lane whose queue changed goes to its new group, and newcomers stand last
    /// in theirs, sorted among themselves.
    enum class Keep : std::uint8_t {
        Nothing, ///< all is sorted anew
        Places,  ///< lanes keep their places among each other; those that no longer belong leave
        Rows,    ///< likewise, and those that no longer belong stay as well
    };

    /// `belonging`: each lane that is to be shown, once.
    void arrange(const Entries &belonging, FloorSort sort, Keep keep);
    /// Takes these out; nothing else moves.
    void remove(const std::unordered_set<const FloorEntry *> &gone);
    [[nodiscard]] const std::vector<Group> &groups() const { return m_groups; }
    /// All lanes of all groups.
    [[nodiscard]] std::unordered_set<const FloorEntry *> placed() const;
    /// Lanes that would stand further up in their group, were they sorted now.
    [[nodiscard]] int misplaced(FloorSort sort) const;

private:
    template<class Leaves>
    void eraseLanes(Leaves leaves);
    void append(std::vector<Group> added);

    std::vector<Group> m_groups;
};

} // namespace threadline::ui
