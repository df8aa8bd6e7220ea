// SPDX-License-Identifier: GPL-3.0-or-later
/// XXH3 digests of bytes. Used to compare contents and to name what has no name; never as an identity of its own.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace threadline {

/// A 128-bit XXH3 digest; ordered as the unsigned number it is.
struct Hash128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    friend constexpr auto operator<=>(const Hash128 &, const Hash128 &) = default;
    /// 32 lower-case hexadecimal digits, most significant first.
    [[nodiscard]] std::string hex() const;
};

[[nodiscard]] Hash128 hash128(std::string_view bytes);
[[nodiscard]] std::uint64_t hash64(std::string_view bytes);

/// For unordered containers that are looked up by string_view without making a string.
struct StringHash {
    using is_transparent = void;
    [[nodiscard]] std::size_t operator()(std::string_view text) const { return hash64(text); }
};

} // namespace threadline
