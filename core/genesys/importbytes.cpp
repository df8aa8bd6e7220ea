// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/importbytes.h"

#include <zlib.h>

#include <string>
#include <utility>
#include <vector>

namespace threadline {

/// Unpacks a stream of gzip members.
class ImportIntake::Unpacker {
public:
    Unpacker(ImportSink &out, const ImportLimits &limits) : m_out(out), m_limits(limits), m_before(out.taken()), m_block(kImportBlock)
    {
        m_ready = inflateInit2(&m_stream, 15 + 16) == Z_OK;
    }
    ~Unpacker()
    {
        if (m_ready)
            inflateEnd(&m_stream);
    }
    Unpacker(const Unpacker &) = delete;
    Unpacker &operator=(const Unpacker &) = delete;

    /// False: no more is wanted, or the rest cannot be read (told).
    bool feed(std::string_view packed)
    {
        if (!m_ready) {
            m_out.tell("the file cannot be unpacked: out of memory", m_packed);
            return false;
        }
        m_stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data())); // zlib does not write to it
        m_stream.avail_in = static_cast<uInt>(packed.size());
        m_given = packed.size();
        // Output may be waiting although all input was taken: then the block was filled.
        for (m_stream.avail_out = 1; m_stream.avail_in > 0 || m_stream.avail_out == 0;) {
            if (m_ended && !nextMember())
                return !m_broken;
            if (!unpackBlock())
                return false;
        }
        m_packed += packed.size();
        return true;
    }

    void finish()
    {
        if (!m_ended && !m_broken)
            m_out.tell("the packed file is cut off; what could be unpacked was read", m_packed);
        else if (m_ended && m_out.taken() == m_before)
            m_out.note("the packed file holds nothing; export it again");
    }

private:
    bool unpackBlock()
    {
        m_stream.next_out = m_block.data();
        m_stream.avail_out = static_cast<uInt>(m_block.size());
        const int result = inflate(&m_stream, Z_NO_FLUSH);
        const std::size_t made = m_block.size() - m_stream.avail_out;
        if (made > 0 && tooMuch(made)) {
            m_broken = true;
            m_out.stop("the packed file holds more than " + std::to_string(m_limits.ratio)
                           + " times its size, which no export does; what lies beyond is not read", m_packed);
            return false;
        }
        if (made > 0 && !m_out.feed({reinterpret_cast<const char *>(m_block.data()), made})) {
            m_broken = true;
            return false;
        }
        m_ended = result == Z_STREAM_END;
        if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
            return true;
        m_broken = true;
        m_out.tell(std::string("the packed file is damaged (") + (m_stream.msg ? m_stream.msg : "unknown reason")
                       + "); what was unpacked before was read", m_packed);
        return false;
    }

    [[nodiscard]] bool tooMuch(std::size_t made) const
    {
        const std::uint64_t text = m_out.taken() - m_before + made;
        return text > m_limits.ratioFrom && text <= m_limits.bytes && text / m_limits.ratio > m_packed + m_given - m_stream.avail_in;
    }

    /// Behind a member may come another, or zeros that pad the file.
    bool nextMember()
    {
        while (m_stream.avail_in > 0 && *m_stream.next_in == 0) {
            ++m_stream.next_in;
            --m_stream.avail_in;
        }
        if (m_stream.avail_in == 0)
            return false;
        m_ended = false;
        return inflateReset(&m_stream) == Z_OK;
    }

    ImportSink &m_out;
    const ImportLimits m_limits;
    const std::uint64_t m_before; ///< text of other members of an archive
    std::vector<Bytef> m_block;
    z_stream m_stream{};
    std::uint64_t m_packed = 0; ///< in the blocks before
    std::uint64_t m_given = 0;  ///< in the block in hand
    bool m_ready = false;
    bool m_ended = false;
    bool m_broken = false;
};

ImportIntake::ImportIntake(ImportSink &out, const ImportLimits &limits) : m_out(out), m_limits(limits) {}
ImportIntake::~ImportIntake() = default;

bool ImportIntake::feed(std::string_view bytes)
{
    if (bytes.empty())
        return true;
    if (std::exchange(m_first, false) && bytes.starts_with("\x1f\x8b")) {
        m_unpacker = std::make_unique<Unpacker>(m_out, m_limits);
        m_out.unpacked();
    }
    return m_unpacker ? m_unpacker->feed(bytes) : m_out.feed(bytes);
}

void ImportIntake::finish()
{
    if (m_first)
        m_out.note("the file is empty; export it again");
    if (m_unpacker)
        m_unpacker->finish();
}

} // namespace threadline
