// SPDX-License-Identifier: GPL-3.0-or-later
/// A file that an import reads.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace threadline {

/// A regular file, read to its end. Whatever else has a name may never end, or never begin: it is opened without waiting, and refused.
class InputFile {
public:
    /// Errors: NotFound, Unusable (no regular file, cannot be opened).
    [[nodiscard]] static Result<InputFile> open(const std::string &path);
    InputFile(InputFile &&other) noexcept;
    InputFile &operator=(InputFile &&) = delete;
    ~InputFile();

    [[nodiscard]] std::uint64_t size() const { return m_size; }
    /// How many bytes came into `block`; 0: that was all. Errors: Unusable.
    [[nodiscard]] Result<std::size_t> read(std::vector<char> &block) const;
    /// The same file for those who seek in it, to be closed by them; null: no more files can be open.
    [[nodiscard]] std::FILE *stream() const;

private:
    InputFile(std::string path, int descriptor) : m_path(std::move(path)), m_descriptor(descriptor) {}
    [[nodiscard]] Error unreadable() const;

    std::string m_path;
    int m_descriptor;
    std::uint64_t m_size = 0;
};

} // namespace threadline
