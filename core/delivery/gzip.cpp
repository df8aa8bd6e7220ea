// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/gzip.h"

#include <zlib.h>

namespace threadline::delivery {
namespace {

constexpr int kLevel = 3;
constexpr int kGzipWindow = 15 + 16; ///< zlib's way to ask for gzip framing
constexpr int kMemoryLevel = 8;

} // namespace

std::string gzip(std::string_view text)
{
    z_stream stream{};
    if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

} // namespace threadline::delivery
