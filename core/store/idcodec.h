// SPDX-License-Identifier: GPL-3.0-or-later
/// Ids as they lie in the database: a canonical lower-case UUID as a blob of its 16 bytes, anything else as text, byte for
/// byte. A blob never equals a text in SQLite, so no two ids meet.
#pragma once

#include "core/store/connection.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace threadline {

/// The packed form of one id; lives as long as it is bound.
class PackedId {
public:
    PackedId() = default;
    explicit PackedId(std::string_view id) { assign(id); }
    void assign(std::string_view id);
    /// Binds without a copy: this object and the id it was made from must outlive the statement's reset().
    void bindTo(sqlite::Statement &statement, int at) const;
    /// As the result of a virtual table's column; as above, until the row is left.
    void giveTo(sqlite3_context *context) const;

private:
    std::array<char, 16> m_bytes;
    std::string_view m_text;
    bool m_packed = false;
};

/// The id that lies in `column`.
void readId(const sqlite::Statement &statement, int column, std::string &out);
[[nodiscard]] inline std::string readId(const sqlite::Statement &statement, int column)
{
    std::string id;
    readId(statement, column, id);
    return id;
}

/// The packed ids that begin as text with `prefix` lie from the first to the second, both included; absent: none can.
using PackedRange = std::pair<std::array<char, 16>, std::array<char, 16>>;
[[nodiscard]] std::optional<PackedRange> packedRange(std::string_view prefix);

} // namespace threadline
