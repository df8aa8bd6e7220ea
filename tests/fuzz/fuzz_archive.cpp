// SPDX-License-Identifier: GPL-3.0-or-later
/// Zip archives, read by libzip and by what stands around it: as given, or packed here from the input, so that what is in the members gets past
/// their check sums. From memory and from a file the same is read, within the limits, and each problem is one sentence.
#include "core/genesys/importreader.h"
#include "tests/fuzz/fuzz.h"

#include <zlib.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace threadline;

namespace {

constexpr ImportLimits kLimits{1u << 20, 64u << 10, 50, 64u << 10};

/// What is left of the input, taken piece by piece; behind its end are zeros.
class Taken {
public:
    Taken(const std::uint8_t *data, std::size_t size) : m_rest(fuzz::textOf(data, size)) {}
    std::uint8_t byte()
    {
        const std::string_view one = bytes(1);
        return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
    }
    std::string_view bytes(std::size_t count)
    {
        const std::string_view taken = m_rest.substr(0, count);
        m_rest.remove_prefix(taken.size());
        return taken;
    }
    [[nodiscard]] bool isOver() const { return m_rest.empty(); }

private:
    std::string_view m_rest;
};

std::string little(std::uint64_t value, int size)
{
    std::string bytes;
    for (int i = 0; i < size; ++i)
        bytes.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    return bytes;
}

std::string deflated(std::string_view text, int windowBits)
{
    z_stream stream{};
    FUZZ_CHECK(deflateInit2(&stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    FUZZ_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

/// Members with odd names, sizes, places and flags.
std::string archiveOf(Taken &in)
{
    static constexpr const char *kNames[] = {"1.json", "2.ndjson", "a/", "a/b.json.gz", "__MACOSX/._1.json", "in.zip", "x.txt", ""};
    std::string archive, list;
    std::uint64_t count = 0;
    while (!in.isOver() && count < 40) {
        const std::uint8_t shape = in.byte(), odd = in.byte();
        std::string name = kNames[shape & 7];
        if (shape & 8)
            name += in.bytes(in.byte() % 16u);
        std::string text(in.bytes(in.byte() * 4u + in.byte()));
        if (shape & 16)
            text = deflated(text, 15 + 16);
        for (int times = odd & 3; times > 0 && text.size() < 16'384; --times)
            text += text;
        const std::string packed = shape & 32 ? deflated(text, -15) : text;
        const auto check = crc32(0, reinterpret_cast<const Bytef *>(text.data()), static_cast<uInt>(text.size()));
        std::uint64_t size = text.size(), place = archive.size();
        if (odd & 4)
            size += in.byte();
        if (odd & 8)
            place = in.byte() * 4u; // over another
        const std::string flags = little(odd & 16 ? in.byte() : 0, 2), method = little(shape & 32 ? 8 : odd & 32 ? in.byte() : 0, 2);
        const std::string common = little(20, 2) + flags + method + little(0, 4) + little(check, 4) + little(packed.size(), 4) + little(size, 4)
            + little(name.size(), 2) + little(0, 2);
        archive += "PK\x03\x04" + common + name + packed;
        list += "PK\x01\x02" + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(place, 4) + name;
        ++count;
    }
    const std::uint8_t odd = in.byte();
    return archive + list + "PK\x05\x06" + little(0, 4) + little(odd & 1 ? odd : count, 2) + little(odd & 2 ? odd : count, 2) + little(list.size(), 4)
        + little(archive.size() + (odd & 4 ? odd : 0), 4) + little(0, 2);
}

struct Seen {
    ImportTotals totals;
    std::vector<std::string> ids, problems;
};

template<class Read>
Seen seen(Read read)
{
    Seen out;
    out.totals = read(
        [&](Record &&record) {
            out.ids.push_back(record.interaction.value);
            return true;
        },
        [&](const std::string &words) { out.problems.push_back(words.substr(words.find(": "))); });
    FUZZ_CHECK(out.totals.conversations == out.ids.size() && out.totals.problems >= out.problems.size());
    FUZZ_CHECK(out.totals.bytes <= kLimits.bytes);
    for (const std::string &words : out.problems)
        FUZZ_CHECK(words.ends_with('.') && words.find('\n') == std::string::npos);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static fuzz::MemoryFile file;
    Taken in(data, size);
    const std::string_view given = fuzz::textOf(data, size);
    const std::string bytes = given.starts_with("PK") ? std::string(given) : archiveOf(in);
    const Seen inMemory = seen([&](auto each, auto problem) { return readImportBytes(bytes, "fuzz", each, problem, kLimits); });
    file.fill(bytes);
    const Seen onDisk = seen([&](auto each, auto problem) {
        const auto totals = readImport(file.path(), each, problem, {}, kLimits);
        FUZZ_CHECK(totals.has_value());
        return *totals;
    });
    FUZZ_CHECK(inMemory.ids == onDisk.ids && inMemory.problems == onDisk.problems && inMemory.totals.bytes == onDisk.totals.bytes);
    return 0;
}
