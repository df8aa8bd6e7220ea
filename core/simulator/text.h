// SPDX-License-Identifier: GPL-3.0-or-later
/// Ids as text, fast: the generator writes seven of them an event.
#pragma once

#include "core/simulator/random.h"

#include <cstdint>
#include <string>

namespace threadline::sim {

/// What an id names, so that no two things share one.
enum class IdKind : std::uint8_t { Interaction, Participant, Channel, Event, Person, Queue, Wrapup, Division };

/// Makes ids that look like version 4 UUIDs (RFC 9562), canonical lower case, from the seed and numbers.
class Ids {
public:
    explicit Ids(std::uint64_t seed) : m_seed(mix(seed ^ 0x7468726561646C69u)) {}

    void append(std::string &out, IdKind kind, std::uint64_t a, std::uint64_t b = 0) const
    {
        const std::uint64_t high = mix(m_seed + mix((static_cast<std::uint64_t>(kind) << 56) ^ a) + b);
        const std::uint64_t low = mix(high ^ 0xD6E8FEB86659FD93u);
        appendUuid(out, (high & ~0xF000ull) | 0x4000ull, (low & ~(3ull << 62)) | (2ull << 62));
    }
    [[nodiscard]] std::string text(IdKind kind, std::uint64_t a, std::uint64_t b = 0) const
    {
        std::string out;
        append(out, kind, a, b);
        return out;
    }

private:
    static void appendUuid(std::string &out, std::uint64_t high, std::uint64_t low)
    {
        constexpr char kDigits[] = "0123456789abcdef";
        char buffer[36];
        int at = 0;
        for (int nibble = 0; nibble < 32; ++nibble) {
            if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
                buffer[at++] = '-';
            const std::uint64_t half = nibble < 16 ? high : low;
            buffer[at++] = kDigits[(half >> (60 - 4 * (nibble % 16))) & 15];
        }
        out.append(buffer, sizeof buffer);
    }

    std::uint64_t m_seed;
};

} // namespace threadline::sim
