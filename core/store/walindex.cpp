// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/walindex.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace threadline::sqlite {
namespace {

constexpr int kRegionBytes = 32768;
constexpr std::uint32_t kVersion = 3007000;
constexpr std::int64_t kJournalHeader = 32, kFrameHeader = 24;
constexpr std::int64_t kNumbers = 4096; ///< frames in a region
constexpr std::int64_t kBefore = 34;    ///< fewer in the first, behind the headers

/// The index's header, which lies there twice; numbers in the machine's own order.
struct IndexHeader {
    std::uint32_t version, unused, changes;
    std::uint8_t isInit, bigEndianChecksums;
    std::uint16_t page;
    std::uint32_t frames, pages, frameChecksum[2];
    std::array<unsigned char, 8> salt;
    std::uint32_t checksum[2];
};
static_assert(sizeof(IndexHeader) == 48);

bool isHeader(const IndexHeader &h) { return h.version == kVersion && h.isInit == 1; }

bool checksumMatches(const IndexHeader &h)
{
    std::array<std::uint32_t, 10> words{};
    std::memcpy(words.data(), &h, sizeof words);
    std::uint32_t first = 0, second = 0;
    for (std::size_t i = 0; i < words.size(); i += 2) {
        first += words[i] + second;
        second += words[i + 1] + first;
    }
    return first == h.checksum[0] && second == h.checksum[1];
}

/// Index and journal through whoever has them open (see FoundFile::Begins for why).
class OpenIndex {
public:
    explicit OpenIndex(const Connection &connection)
        : m_file(fileOf(connection, SQLITE_FCNTL_FILE_POINTER)), m_journal(fileOf(connection, SQLITE_FCNTL_JOURNAL_POINTER))
    {
    }

    /// Copies from a region; false: it is not mapped.
    [[nodiscard]] bool read(int region, std::size_t at, void *to, std::size_t bytes) const
    {
        const unsigned char *mapped = map(region);
        if (mapped)
            std::memcpy(to, mapped + at, bytes);
        return mapped;
    }

    void clearHeader() const
    {
        if (unsigned char *mapped = map(0)) {
            std::memset(mapped, 0, 2 * sizeof(IndexHeader));
            m_file->pMethods->xShmBarrier(m_file);
        }
    }

    /// What the frame says against what the index says of it. A journal that is cut off is for others to find.
    [[nodiscard]] WalIndex::State judge(const IndexHeader &header, std::int64_t pageBytes, std::int64_t frame) const
    {
        const std::int64_t at = frame - 1 + kBefore;
        const auto region = static_cast<int>(at / kNumbers);
        std::uint32_t number = 0;
        std::array<unsigned char, 16> said{};
        if (!read(region, static_cast<std::size_t>(at % kNumbers) * 4, &number, sizeof number) || !m_journal
            || m_journal->pMethods->xRead(m_journal, said.data(), said.size(), kJournalHeader + (frame - 1) * (pageBytes + kFrameHeader)) != SQLITE_OK)
            return WalIndex::State::Unsettled;
        if (std::memcmp(said.data() + 8, header.salt.data(), header.salt.size()) != 0)
            return WalIndex::State::JournalWrittenOver;
        const std::uint32_t page = std::uint32_t{said[0]} << 24 | std::uint32_t{said[1]} << 16 | std::uint32_t{said[2]} << 8 | said[3];
        return page == number ? WalIndex::State::Sound : WalIndex::State::WrittenOver;
    }

private:
    [[nodiscard]] unsigned char *map(int region) const
    {
        void volatile *mapped = nullptr;
        if (!m_file || m_file->pMethods->iVersion < 2 || !m_file->pMethods->xShmMap
            || m_file->pMethods->xShmMap(m_file, region, kRegionBytes, 0, &mapped) != SQLITE_OK)
            return nullptr;
        return const_cast<unsigned char *>(static_cast<unsigned char volatile *>(mapped));
    }

    static sqlite3_file *fileOf(const Connection &connection, int which)
    {
        sqlite3_file *open = nullptr;
        return sqlite3_file_control(connection.get(), "main", which, &open) == SQLITE_OK && open && open->pMethods ? open : nullptr;
    }

    sqlite3_file *m_file;
    sqlite3_file *m_journal;
};

struct Top {
    IndexHeader one, other;
    std::uint32_t copied; ///< frames that are written back
};

std::optional<Top> topOf(const OpenIndex &index)
{
    Top top{};
    if (!index.read(0, 0, &top, sizeof top))
        return std::nullopt;
    return top;
}

/// By the header alone. The copies differ while somebody writes the one and then the other.
WalIndex::State judge(const Top &top)
{
    if (!isHeader(top.one) || !isHeader(top.other))
        return WalIndex::State::WrittenOver;
    if (std::memcmp(&top.one, &top.other, sizeof top.one) != 0)
        return WalIndex::State::Unsettled;
    return checksumMatches(top.one) && top.copied <= top.one.frames ? WalIndex::State::Sound : WalIndex::State::WrittenOver;
}

} // namespace

WalIndex WalIndex::look(const Connection &connection, Frames frames)
{
    WalIndex found;
    const OpenIndex index(connection);
    const auto top = topOf(index);
    if (!top)
        return found;
    found.frames = top->one.frames;
    found.pages = top->one.pages;
    found.pageBytes = (top->one.page & 0xfe00) + (static_cast<std::int64_t>(top->one.page & 1) << 16);
    found.state = judge(*top);
    const std::int64_t step = frames == Frames::Every ? 1 : std::max<std::int64_t>(1, found.frames - 1);
    const std::int64_t last = frames == Frames::None ? 0 : found.frames;
    for (std::int64_t frame = 1; frame <= last && found.state == State::Sound; frame += step)
        found.state = index.judge(top->one, found.pageBytes, frame);
    // What was looked at meanwhile need not belong to what the header said.
    const auto after = topOf(index);
    if (!after || std::memcmp(&*top, &*after, sizeof *top) != 0)
        found.state = State::Unsettled;
    return found;
}

std::int64_t WalIndex::journalBytes() const { return frames == 0 ? 0 : kJournalHeader + frames * (pageBytes + kFrameHeader); }

void WalIndex::discard(const Connection &connection) { OpenIndex(connection).clearHeader(); }

} // namespace threadline::sqlite
