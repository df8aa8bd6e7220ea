// SPDX-License-Identifier: GPL-3.0-or-later
/// A look at the index of the journal (-shm) as SQLite has it mapped: how much of the journal counts, and whether the index makes sense.
/// Layout: sqlite.org/walformat.html, section 2.
#pragma once

#include "core/store/connection.h"

#include <cstdint>

namespace threadline::sqlite {

struct WalIndex {
    enum class State {
        Unsettled, ///< somebody writes in it just now, or it is not there: to be asked again
        Sound,
        WrittenOver,        ///< it says what SQLite never writes there
        JournalWrittenOver, ///< a frame that counts is not one of this journal
    };
    State state = State::Unsettled;
    std::int64_t frames = 0; ///< of the journal that count
    std::int64_t pages = 0;  ///< of the database with them
    std::int64_t pageBytes = 0;

    /// What the journal cannot be shorter than.
    [[nodiscard]] std::int64_t journalBytes() const;
    /// What the database cannot be shorter than once all of the journal is written back.
    [[nodiscard]] std::int64_t databaseBytes() const { return pages * pageBytes; }

    /// What it is checked by besides its own checksum. Ends: the first and the last frame.
    enum class Frames { None, Ends, Every };
    /// Locks nothing and opens nothing. A header that makes no sense SQLite builds anew when it is next used; it is told all the same.
    [[nodiscard]] static WalIndex look(const Connection &connection, Frames frames);
    /// Makes SQLite build it anew from the journal, which has all of it, when it next begins to read or write. Only within a transaction
    /// that writes, and before that is rolled back: SQLite believes the header then, and makes the file as large as that says.
    static void discard(const Connection &connection);
};

} // namespace threadline::sqlite
