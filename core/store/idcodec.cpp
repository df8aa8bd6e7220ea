// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/idcodec.h"

#include <cstdint>

namespace threadline {
namespace {

constexpr std::size_t kUuidText = 36;

/// Value of each byte as a lower-case hexadecimal digit; 0xff: none.
constexpr std::array<std::uint8_t, 256> kDigits = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(0xff);
    for (int i = 0; i < 10; ++i)
        table[static_cast<std::size_t>('0' + i)] = static_cast<std::uint8_t>(i);
    for (int i = 0; i < 6; ++i)
        table[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
    return table;
}();

/// Where the first digit of each of the 16 bytes stands in the text.
constexpr std::array<std::uint8_t, 16> kPlaces = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

bool packUuid(std::string_view text, std::array<char, 16> &bytes)
{
    if (text.size() != kUuidText || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        return false;
    unsigned bad = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        const unsigned high = kDigits[static_cast<std::uint8_t>(text[kPlaces[i]])];
        const unsigned low = kDigits[static_cast<std::uint8_t>(text[kPlaces[i] + 1u])];
        bad |= (high | low) & 0xf0u;
        bytes[i] = static_cast<char>((high << 4 | low) & 0xffu);
    }
    return bad == 0;
}

} // namespace

std::optional<PackedRange> packedRange(std::string_view prefix)
{
    // Filled up with the smallest and with the greatest digits it is an id, or no id begins so.
    static constexpr std::string_view kLeast = "00000000-0000-0000-0000-000000000000";
    static constexpr std::string_view kGreatest = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    PackedRange range;
    if (prefix.size() > kUuidText || !packUuid(std::string(prefix).append(kLeast.substr(prefix.size())), range.first)
        || !packUuid(std::string(prefix).append(kGreatest.substr(prefix.size())), range.second))
        return std::nullopt;
    return range;
}

void PackedId::assign(std::string_view id)
{
    m_text = id;
    m_packed = packUuid(id, m_bytes);
}

void PackedId::bindTo(sqlite::Statement &statement, int at) const
{
    if (m_packed)
        statement.bindBlob(at, {m_bytes.data(), m_bytes.size()});
    else
        statement.bindText(at, m_text);
}

void PackedId::giveTo(sqlite3_context *context) const
{
    if (m_packed)
        sqlite3_result_blob64(context, m_bytes.data(), m_bytes.size(), SQLITE_STATIC);
    else
        sqlite3_result_text64(context, m_text.data(), m_text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void readId(const sqlite::Statement &statement, int column, std::string &out)
{
    const bool blob = statement.type(column) == SQLITE_BLOB;
    const std::string_view bytes = statement.bytes(column);
    if (!blob || bytes.size() != kPlaces.size()) {
        out.assign(bytes);
        return;
    }
    static constexpr char kHex[] = "0123456789abcdef";
    out.assign(kUuidText, '-');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<std::uint8_t>(bytes[i]);
        out[kPlaces[i]] = kHex[byte >> 4];
        out[kPlaces[i] + 1u] = kHex[byte & 15];
    }
}

} // namespace threadline
