// SPDX-License-Identifier: GPL-3.0-or-later
/// Reads files of analytics conversation details as Genesys Cloud exports them, piece by piece: no file is ever held whole.
#pragma once

#include "core/base/result.h"
#include "core/timeline/record.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace threadline {

/// What one file held.
struct ImportTotals {
    std::uint64_t conversations = 0; ///< read and handed over
    std::uint64_t problems = 0;      ///< each told by `problem`, up to kMaxImportProblems
    std::uint64_t bytes = 0;         ///< of JSON text, after unpacking
    bool stopped = false;            ///< `each` or the stop token asked for it, or a limit was reached
};

/// What keeps a hostile file from taking the machine's memory or the day.
struct ImportLimits {
    std::uint64_t bytes = 4ull << 30;             ///< a file may unpack to so much; what lies beyond is not read
    /// A larger conversation is passed over. Reading and storing one takes up to some thirty times its size.
    std::size_t conversationBytes = 8u << 20;
    /// What unpacks to more than so many times its size is no export: those shrink to a tenth, hardly ever to a hundredth. What lies
    /// beyond is not read. Below `ratioFrom` bytes of text it does not count.
    std::uint64_t ratio = 200;
    std::uint64_t ratioFrom = 64u << 20;
};
/// So many problems of a file are told one by one; the rest is counted.
inline constexpr std::uint64_t kMaxImportProblems = 1000;

/// `done` and `total` bytes of the file as it lies on the disk.
using ImportProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Reads the file at `path`: `{"conversations":[...]}` (a details query, a job page) or another page, one conversation object, an array or
/// a map of them, or any of these one after another, a line each or not (JsonSplitter). Only what has participants is a conversation
/// record; whatever else stands there is told as what it is. Plain, gzip (also several gzip members) or the files of a zip archive, by
/// name; in any encoding that TextDecoder knows. The bytes in problems are those of the file, or, where it says so, of the unpacked text
/// in its own encoding.
/// `each` gets every conversation, in the order of the file, and returns false to stop. `problem` gets one sentence for
/// whatever could not be read: file (of an archive its member), place and reason; the rest is read all the same. A line break ends what a
/// broken line left open where the file has one value a line; elsewhere an unclosed string takes what follows with it, and is told.
/// `stop` ends it within a block of 256 KiB; what was handed over by then stays. Only regular files are read, for what else has a
/// name (a pipe, a device) may never end.
/// Errors: NotFound, Unusable (no regular file, cannot be opened or read). Any thread.
[[nodiscard]] Result<ImportTotals> readImport(const std::string &path, const std::function<bool(Record &&)> &each,
                                              const std::function<void(std::string)> &problem,
                                              const ImportProgress &progress = {}, const ImportLimits &limits = {},
                                              const std::stop_token &stop = {});

/// For a file that lies in memory (fuzzers, drag and drop): the same over `bytes`; `name` stands for the file in problems.
[[nodiscard]] ImportTotals readImportBytes(std::string_view bytes, const std::string &name, const std::function<bool(Record &&)> &each,
                                           const std::function<void(std::string)> &problem, const ImportLimits &limits = {});

} // namespace threadline
