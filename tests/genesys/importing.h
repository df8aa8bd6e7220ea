// SPDX-License-Identifier: GPL-3.0-or-later
/// Exports in memory and what is read of them, for the tests of importing.
#pragma once

#include "core/genesys/importreader.h"

#include <QtGlobal>

#include <zlib.h>

#include <string>
#include <utility>
#include <vector>

namespace threadline::test {

struct Read {
    std::vector<std::string> ids;
    std::vector<std::string> raws;
    std::vector<std::string> problems;
    ImportTotals totals;
};

inline Read read(std::string_view bytes, const ImportLimits &limits = {})
{
    Read out;
    out.totals = readImportBytes(
        bytes, "file",
        [&](Record &&record) {
            out.ids.push_back(record.interaction.value);
            out.raws.push_back(std::move(record.raw));
            return true;
        },
        [&](const std::string &text) { out.problems.push_back(text); }, limits);
    return out;
}

inline std::string conversation(const std::string &id, const std::string &more = {})
{
    return "{\"conversationId\":\"" + id + "\",\"participants\":[{\"purpose\":\"a]}[{\\\"\"}]" + more + "}";
}

inline std::string page(const std::string &conversations, const std::string &tail = ",\"totalHits\":3,\"x\":{\"conversations\":[1]}")
{
    return "{\"aggregations\":[{\"conversations\":[2]}],\"conversations\":[" + conversations + "]" + tail + "}";
}

inline std::string gzip(const std::string &text)
{
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        qFatal("deflateInit2");
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        qFatal("deflate");
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

inline const std::vector<std::string> kAbc = {"a", "b", "c"};

} // namespace threadline::test
