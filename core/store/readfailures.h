// SPDX-License-Identifier: GPL-3.0-or-later
/// What the readers of a store could not read. A reader answers whoever asked, and nobody else would hear of it: recording goes on.
#pragma once

#include "core/base/time.h"

#include <map>
#include <mutex>
#include <string>

namespace threadline {

/// Any thread.
class ReadFailures {
public:
    /// A read failed with SQLite's `code`, in words; what is no failure of file or disk is passed over. `now`: steady.
    void note(int code, const std::string &words, Duration now);
    /// The record of an interaction is damaged, in words, until another one has been written in its place.
    void noteRecord(const std::string &interaction, const std::string &words);
    void recordWritten(const std::string &interaction);
    /// The first that still stands; empty: none. A damaged page stays damaged as long as the file is open; a disk that failed counts as
    /// failing for a minute after it was last met, since nothing tells that another read of the same place would succeed.
    [[nodiscard]] std::string words(Duration now) const;

private:
    mutable std::mutex m_mutex;
    std::string m_damage;
    std::string m_disk;
    Duration m_diskUntil;
    std::map<std::string, std::string> m_records; ///< by interaction
};

} // namespace threadline
