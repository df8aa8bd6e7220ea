// SPDX-License-Identifier: GPL-3.0-or-later
/// The exports in a zip archive, read one after another. Nothing is written anywhere, and nothing held whole.
#pragma once

#include "core/genesys/importbytes.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace threadline {

class InputFile;

/// So many files an archive may list; of one with more nothing is read. What lists them takes memory before anything can be looked at.
inline constexpr std::uint64_t kMaxArchiveMembers = 100'000;

[[nodiscard]] bool isArchive(std::string_view beginning);

/// Hands the JSON files in it, plain or gzip, to `out`, in the order of their names, each begun by ImportSink::member. Told are: what is
/// encrypted, damaged or an archive itself; how many others are passed over; an archive that is a workbook, a document or a program.
/// `limits` are over all members together. `progress` gets the bytes of the archive that were done with.
void readArchive(const InputFile &file, ImportSink &out, const ImportLimits &limits, const std::function<void(std::uint64_t)> &progress);
void readArchive(std::string_view bytes, ImportSink &out, const ImportLimits &limits);

} // namespace threadline
