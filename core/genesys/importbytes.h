// SPDX-License-Identifier: GPL-3.0-or-later
/// From the bytes of an import to its text: told by their beginning, unpacked where they are packed.
#pragma once

#include "core/genesys/importreader.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace threadline {

/// So much of a file is in hand at a time.
inline constexpr std::size_t kImportBlock = 256 * 1024;

/// Takes the unpacked bytes of an import, block by block.
class ImportSink {
public:
    /// What comes is the file `name` in an archive, a text of its own; empty: the archive itself is spoken of again.
    virtual void member(std::string_view name) = 0;
    /// What comes is unpacked: places in it are none in the file.
    virtual void unpacked() = 0;
    /// False: no more is wanted.
    virtual bool feed(std::string_view text) = 0;
    /// A problem of the file as a whole, one sentence without its stop.
    virtual void note(std::string_view why) = 0;
    /// A problem at a place in the file, one sentence without its stop.
    virtual void tell(std::string_view why, std::uint64_t at) = 0;
    /// Told, and nothing is read beyond.
    virtual void stop(std::string_view why, std::uint64_t at) = 0;
    /// Bytes of text so far.
    [[nodiscard]] virtual std::uint64_t taken() const = 0;
    /// Nothing more is wanted, of other members neither.
    [[nodiscard]] virtual bool stopped() = 0;

protected:
    ~ImportSink() = default;
};

/// Plain or packed, told from the first bytes.
class ImportIntake {
public:
    ImportIntake(ImportSink &out, const ImportLimits &limits);
    ~ImportIntake();

    /// False: no more is wanted, or the rest cannot be read (told).
    bool feed(std::string_view bytes);
    /// The file is over.
    void finish();

private:
    class Unpacker;

    ImportSink &m_out;
    const ImportLimits m_limits;
    bool m_first = true;
    std::unique_ptr<Unpacker> m_unpacker;
};

} // namespace threadline
