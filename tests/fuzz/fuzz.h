// SPDX-License-Identifier: GPL-3.0-or-later
/// What the fuzzers share: a check that ends the run, and files that exist in memory only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

/// Ends the fuzzer with a finding unless `condition` holds.
#define FUZZ_CHECK(condition)                                                                                                    \
    do {                                                                                                                         \
        if (!(condition)) {                                                                                                      \
            std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                                  \
            std::abort();                                                                                                        \
        }                                                                                                                        \
    } while (false)

namespace threadline::fuzz {

inline std::string_view textOf(const std::uint8_t *data, std::size_t size)
{
    return {reinterpret_cast<const char *>(data), size};
}

/// Sizes of pieces in which bytes are fed: 1 to 64, another row of them for each seed.
class PieceSizes {
public:
    explicit PieceSizes(std::uint8_t seed) : m_state(seed + 1u), m_most(1u + seed % 64u) {}
    std::size_t operator()()
    {
        m_state = m_state * 1664525u + 1013904223u;
        return std::size_t(1) + (m_state >> 24) % m_most;
    }

private:
    std::uint32_t m_state;
    std::uint32_t m_most;
};

/// A file in memory, with a path, for readers that want a path.
class MemoryFile {
public:
    MemoryFile() : m_descriptor(memfd_create("fuzz", 0)) {}
    ~MemoryFile() { close(m_descriptor); }
    MemoryFile(const MemoryFile &) = delete;
    MemoryFile &operator=(const MemoryFile &) = delete;

    void fill(std::string_view text)
    {
        FUZZ_CHECK(ftruncate(m_descriptor, 0) == 0);
        FUZZ_CHECK(pwrite(m_descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    }
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(m_descriptor); }

private:
    int m_descriptor;
};

} // namespace threadline::fuzz
