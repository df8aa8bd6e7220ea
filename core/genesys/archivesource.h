// SPDX-License-Identifier: GPL-3.0-or-later
/// The file under a zip archive, as libzip reads it. Private to core/genesys.
#pragma once

#include <cstdio>
#include <functional>

struct zip_source; // libzip's, as zip_source_t

namespace threadline {

/// Reads `stream` from its beginning, until `stopped`: libzip asks for a block of what is unpacked, and a file that is made so may be read to its end for it.
/// Closes `stream` once it is freed. Null: out of memory; then `stream` is closed.
[[nodiscard]] zip_source *stoppableSource(std::FILE *stream, std::function<bool()> stopped);

} // namespace threadline
