// SPDX-License-Identifier: GPL-3.0-or-later
/// The SQL that is worth looking at: what the readers ask. A test asks SQLite for the plan of each.
#pragma once

namespace threadline::sql {

#define THREADLINE_SUMMARY_COLUMNS                                                                                               \
    "key, id, state, start, \"end\", last, count, variants, customer, media, queues, agents, commit_no"
#define THREADLINE_EVENT_COLUMNS "row, interaction, id, received, provenance, marks, variants, commit_no, raw, lamport"
#define THREADLINE_BAND_COLUMNS "id, source, start, \"end\", cause, state, reason"

inline constexpr const char *kFind = "SELECT key FROM interactions WHERE id = ?1";
inline constexpr const char *kSummary = "SELECT " THREADLINE_SUMMARY_COLUMNS " FROM interactions WHERE key = ?1";
inline constexpr const char *kRowsOf = "SELECT row FROM events WHERE interaction = ?1";
inline constexpr const char *kEvent = "SELECT " THREADLINE_EVENT_COLUMNS " FROM events WHERE row = ?1";
inline constexpr const char *kVariants = "SELECT raw FROM variants WHERE event = ?1 ORDER BY n";
#define THREADLINE_RECORD_COLUMNS "id, ended, last, segments, wrapped, high, low, read, size, raw"
inline constexpr const char *kRecords = "SELECT " THREADLINE_RECORD_COLUMNS ", 1 FROM records WHERE id = ?1 UNION ALL SELECT "
                                        THREADLINE_RECORD_COLUMNS ", 0 FROM record_versions WHERE id = ?1";
inline constexpr const char *kRecord = "SELECT " THREADLINE_RECORD_COLUMNS ", 1 FROM records WHERE id = ?1";

/// Interactions by activity, behind (?1, ?2), of one state; and of all: three ranges of one index, merged.
#define THREADLINE_ACTIVITY(state)                                                                                               \
    "SELECT key, commit_no FROM interactions WHERE state = " state                                                               \
    " AND (commit_no < ?1 OR (commit_no = ?1 AND key < ?2)) AND commit_no <= ?1"
inline constexpr const char *kActivityOfState = THREADLINE_ACTIVITY("?3") " ORDER BY commit_no DESC, key DESC";
inline constexpr const char *kActivity = THREADLINE_ACTIVITY("0") " UNION ALL " THREADLINE_ACTIVITY("1") " UNION ALL "
    THREADLINE_ACTIVITY("2") " ORDER BY commit_no DESC, key DESC";

/// Ids in a range, of one kind each: a blob never lies between texts.
inline constexpr const char *kIdsFrom = "SELECT key FROM interactions WHERE id >= ?1 AND id <= ?2 ORDER BY id LIMIT ?3";

/// Of one span class: those that start within [?2, ?3]; all it reads is in the index.
inline constexpr const char *kSpans =
    "SELECT key, start, \"end\" FROM interactions WHERE span_class = ?1 AND start >= ?2 AND start <= ?3";
/// Of one span class: how many start within [?2, ?3] and end at ?4 or later, and from when to when they lie; likewise.
inline constexpr const char *kCensus =
    "SELECT COUNT(*), MIN(start), MAX(COALESCE(\"end\", start)) FROM interactions WHERE span_class = ?1 AND start >= ?2 AND start <= ?3"
    " AND (\"end\" IS NULL OR \"end\" >= ?4)";
inline constexpr const char *kStateOf = "SELECT state, commit_no FROM interactions WHERE key = ?1";
/// Ended ones that may be deleted: class ?1, started and ended before ?2,
/// written last by commit ?4 or before.
inline constexpr const char *kOldest = "SELECT key FROM interactions WHERE span_class = ?1 AND start < ?2 AND \"end\" < ?2"
                                       " AND state = 1 AND last < ?2 AND commit_no <= ?4 ORDER BY start LIMIT ?3";

inline constexpr const char *kBands = "SELECT " THREADLINE_BAND_COLUMNS
    " FROM bands WHERE start < ?2 AND (\"end\" IS NULL OR \"end\" >= ?1) ORDER BY start, id";
inline constexpr const char *kRefused = "SELECT reason, detail, received, size, text FROM refused ORDER BY n DESC LIMIT ?1";
inline constexpr const char *kInferred = "SELECT " THREADLINE_EVENT_COLUMNS
    " FROM inferred JOIN events USING(row) WHERE interaction NOT IN (SELECT key FROM doomed) ORDER BY row";
inline constexpr const char *kEventsAfter = "SELECT " THREADLINE_EVENT_COLUMNS " FROM events WHERE row > ?1 ORDER BY row LIMIT ?2";
inline constexpr const char *kChangesAfter = "SELECT n, what, row, was, raw FROM changes WHERE n > ?1 ORDER BY n LIMIT ?2";
inline constexpr const char *kIdOf = "SELECT id FROM interactions WHERE key = ?1";
inline constexpr const char *kNaming = "SELECT key FROM names WHERE name = ?1 LIMIT 2";
inline constexpr const char *kTombstone = "SELECT 1 FROM tombstones WHERE id = ?1";

} // namespace threadline::sql
