// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/rows.h"

#include "core/base/json.h"
#include "core/store/idcodec.h"

#include <zlib.h>

namespace threadline {

namespace {

constexpr std::int64_t kMaxRecordText = 64 << 20; ///< as import takes them (ImportLimits); whatever says more is damaged

} // namespace

Duration spanLimit(int spanClass)
{
    return Duration::seconds(std::int64_t{1} << (2 * spanClass));
}

int spanClass(Timestamp start, const std::optional<Timestamp> &end)
{
    if (!end)
        return kOpenClass;
    int c = 0;
    while (c < kSpanClasses - 1 && *end - start > spanLimit(c))
        ++c;
    return c;
}

WriteGroup::SummaryRow readSummary(const sqlite::Statement &s, int first)
{
    WriteGroup::SummaryRow row;
    row.key = s.number(first);
    Summary &summary = row.summary;
    readId(s, first + 1, summary.interaction.value);
    summary.state = static_cast<InteractionState>(s.number(first + 2));
    summary.start = s.time(first + 3);
    summary.end = s.optionalTime(first + 4);
    summary.lastEventAt = s.time(first + 5);
    summary.count = s.number(first + 6);
    summary.variants = s.number(first + 7);
    summary.customer = s.bytes(first + 8);
    summary.media = json::readStrings(s.bytes(first + 9));
    summary.queues = json::readStrings(s.bytes(first + 10));
    summary.agents = json::readStrings(s.bytes(first + 11));
    summary.commit = static_cast<std::uint64_t>(s.number(first + 12));
    return row;
}

Band readBand(const sqlite::Statement &s)
{
    Band band;
    band.id = s.number(0);
    band.source = s.bytes(1);
    band.start = s.time(2);
    band.end = s.optionalTime(3);
    band.cause = static_cast<BandCause>(s.number(4));
    band.state = static_cast<BandState>(s.number(5));
    band.reason = s.bytes(6);
    return band;
}

std::string compress(std::string_view text)
{
    uLongf size = compressBound(static_cast<uLong>(text.size()));
    std::string out(size, '\0');
    compress2(reinterpret_cast<Bytef *>(out.data()), &size, reinterpret_cast<const Bytef *>(text.data()),
              static_cast<uLong>(text.size()), Z_DEFAULT_COMPRESSION);
    out.resize(size);
    return out;
}

std::optional<std::string> decompress(std::string_view bytes, std::int64_t size)
{
    if (size < 0 || size > kMaxRecordText)
        return std::nullopt;
    std::string out(static_cast<std::size_t>(size), '\0');
    uLongf got = static_cast<uLongf>(size);
    const int code = uncompress(reinterpret_cast<Bytef *>(out.data()), &got, reinterpret_cast<const Bytef *>(bytes.data()),
                                static_cast<uLong>(bytes.size()));
    if (code != Z_OK || got != out.size())
        return std::nullopt;
    return out;
}

} // namespace threadline
