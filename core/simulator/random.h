// SPDX-License-Identifier: GPL-3.0-or-later
/// Chance that is the same on every machine: the distributions of <random> are not.
#pragma once

#include <cmath>
#include <cstdint>

namespace threadline::sim {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of `x` moves every bit of the result.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/// A number in 0 (inclusive) to 1 (exclusive) from 64 random bits.
[[nodiscard]] constexpr double unit(std::uint64_t bits)
{
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

/// SplitMix64. Cheap to make, so that every interaction has its own.
class Random {
public:
    explicit constexpr Random(std::uint64_t seed) : m_state(mix(seed)) {}

    [[nodiscard]] constexpr std::uint64_t bits()
    {
        m_state += 0x9E3779B97F4A7C15u;
        return mix(m_state);
    }
    /// 0 (inclusive) to 1 (exclusive).
    [[nodiscard]] constexpr double unit() { return sim::unit(bits()); }
    /// 0 (inclusive) to `n` (exclusive); 0 for n == 0.
    [[nodiscard]] constexpr std::uint64_t below(std::uint64_t n)
    {
        return n == 0 ? 0 : static_cast<std::uint64_t>(unit() * static_cast<double>(n));
    }
    [[nodiscard]] constexpr bool chance(double probability) { return probability > 0 && unit() < probability; }
    /// Exponential with this mean.
    [[nodiscard]] double exponential(double mean) { return -std::log(1.0 - unit()) * mean; }

private:
    std::uint64_t m_state;
};

} // namespace threadline::sim
