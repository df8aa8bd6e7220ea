// SPDX-License-Identifier: GPL-3.0-or-later
/// Numbers texts in the order of their first sight, from 0. One thread.
#pragma once

#include "core/base/hash.h"
#include "core/timeline/indextable.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

class NamePool {
public:
    /// The number of `text`, a new one if it was never seen; kNoIndex for an empty text.
    std::uint32_t number(std::string_view text);
    /// Valid until the next number().
    [[nodiscard]] std::string_view text(std::uint32_t number) const;
    [[nodiscard]] std::size_t size() const { return m_entries.size(); }
    /// Of all texts together.
    [[nodiscard]] std::size_t textBytes() const { return m_texts.size(); }
    [[nodiscard]] std::size_t memoryBytes() const;

private:
    struct Entry {
        std::uint32_t offset;
        std::uint32_t size;
        std::uint64_t hash;
    };
    static constexpr std::uint32_t kFew = 8;

    template<class Same>
    [[nodiscard]] std::uint32_t findAmongFew(Same same) const;
    template<class Same>
    std::uint32_t findOrIndex(std::uint64_t hash, std::uint32_t fresh, Same same);

    std::string m_texts;
    std::vector<Entry> m_entries;
    IndexTable m_index;
};

} // namespace threadline
