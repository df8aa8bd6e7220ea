// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/importreader.h"

#include "core/base/json.h"
#include "core/genesys/jsonsplitter.h"

#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

namespace threadline {
namespace {

constexpr std::size_t kBlock = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Takes JSON text and hands over conversations.
class Collector {
public:
    Collector(std::string name, const std::function<bool(Record &&)> &each, const std::function<void(std::string)> &problem,
              const ImportLimits &limits)
        : m_name(std::move(name)), m_each(each), m_problem(problem), m_maxBytes(limits.bytes),
          m_splitter({[this](std::string_view text, std::uint64_t at) { value(text, at); },
                      [this](std::string_view why, std::uint64_t at) { tell(why, at); }},
                     limits.conversationBytes)
    {
    }

    /// False: no more is wanted.
    bool feed(std::string_view text)
    {
        if (m_totals.bytes == 0)
            text = skipMark(text);
        if (m_totals.bytes + text.size() > m_maxBytes) {
            tell("the file holds more than " + std::to_string(m_maxBytes >> 20) + " MiB of text; what lies beyond is not read",
                 m_totals.bytes);
            m_totals.stopped = true;
        }
        if (m_totals.stopped)
            return false;
        m_totals.bytes += text.size();
        m_splitter.feed(text);
        return !m_totals.stopped;
    }

    ImportTotals finish()
    {
        if (!m_totals.stopped)
            m_splitter.finish();
        if (m_totals.problems > kMaxImportProblems)
            m_problem(m_name + ": " + std::to_string(m_totals.problems - kMaxImportProblems) + " more problems are not listed.");
        return m_totals;
    }

    void tell(std::string_view why, std::uint64_t at)
    {
        if (m_totals.stopped || ++m_totals.problems > kMaxImportProblems)
            return;
        std::string words;
        for (const char c : why) // control characters of a broken file do not belong on a terminal
            words.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
        m_problem(m_name + ", byte " + std::to_string(at) + ", after " + std::to_string(m_totals.conversations) + " conversations: "
                  + words + ".");
    }

private:
    static std::string_view skipMark(std::string_view text)
    {
        return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
    }

    void value(std::string_view text, std::uint64_t at)
    {
        if (m_totals.stopped)
            return;
        auto record = readRecord(text, m_reader);
        if (!record) {
            if (!isEmptyPage(text))
                tell(withoutStop(record.error().message), at);
            return;
        }
        ++m_totals.conversations;
        m_totals.stopped = !m_each(std::move(*record));
    }

    static std::string_view withoutStop(std::string_view message)
    {
        return message.ends_with('.') ? message.substr(0, message.size() - 1) : message;
    }

    /// Past its last page a query answers without `conversations`.
    bool isEmptyPage(std::string_view text)
    {
        const auto prepared = m_reader.prepare(text);
        if (!prepared)
            return false;
        json::Cursor cursor(*prepared);
        bool page = false;
        std::string_view name;
        cursor.enterObject();
        while (cursor.nextMember(name)) {
            const bool empty = json::typeOf(cursor.skipValue()) == json::Type::Null;
            if (name == "conversationId")
                return false;
            page = page || name == "totalHits" || name == "cursor" || name == "dataAvailabilityDate" || (name == "conversations" && empty);
        }
        return page;
    }

    std::string m_name;
    const std::function<bool(Record &&)> &m_each;
    const std::function<void(std::string)> &m_problem;
    std::uint64_t m_maxBytes;
    json::Reader m_reader;
    ImportTotals m_totals;
    JsonSplitter m_splitter;
};

/// Unpacks a stream of gzip members.
class Unpacker {
public:
    explicit Unpacker(Collector &out) : m_out(out), m_block(kBlock) { m_ready = inflateInit2(&m_stream, 15 + 16) == Z_OK; }
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
    }

private:
    bool unpackBlock()
    {
        m_stream.next_out = m_block.data();
        m_stream.avail_out = static_cast<uInt>(m_block.size());
        const int result = inflate(&m_stream, Z_NO_FLUSH);
        const std::size_t made = m_block.size() - m_stream.avail_out;
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

    Collector &m_out;
    std::vector<Bytef> m_block;
    z_stream m_stream{};
    std::uint64_t m_packed = 0;
    bool m_ready = false;
    bool m_ended = false;
    bool m_broken = false;
};

/// Plain or packed, told from the first bytes.
class Intake {
public:
    explicit Intake(Collector &out) : m_out(out) {}

    bool feed(std::string_view bytes)
    {
        if (std::exchange(m_first, false) && bytes.starts_with("\x1f\x8b"))
            m_unpacker.emplace(m_out);
        return m_unpacker ? m_unpacker->feed(bytes) : m_out.feed(bytes);
    }

    void finish()
    {
        if (m_unpacker)
            m_unpacker->finish();
    }

private:
    Collector &m_out;
    bool m_first = true;
    std::optional<Unpacker> m_unpacker;
};

} // namespace

Result<ImportTotals> readImport(const std::string &path, const std::function<bool(Record &&)> &each,
                                const std::function<void(std::string)> &problem, const ImportProgress &progress,
                                const ImportLimits &limits)
{
    const std::filesystem::path where(std::u8string(path.begin(), path.end()));
    std::error_code code;
    if (!std::filesystem::exists(where, code))
        return fail(ErrorCode::NotFound, "The file " + path + " is not there. Check its name and folder.");
    if (std::filesystem::is_directory(where, code))
        return fail(ErrorCode::Unusable, path + " is a folder. Name the files in it.");
    const std::uintmax_t size = std::filesystem::file_size(where, code);
    const std::uint64_t total = code ? 0 : static_cast<std::uint64_t>(size); // a pipe has no size
    std::ifstream file(where, std::ios::binary);
    if (!file)
        return fail(ErrorCode::Unusable, "The file " + path + " cannot be opened: " + std::strerror(errno) + ". Check its permissions.");
    Collector collector(path, each, problem, limits);
    Intake intake(collector);
    std::vector<char> block(kBlock);
    std::uint64_t done = 0;
    while (file) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        const auto got = static_cast<std::size_t>(file.gcount());
        done += got;
        if (got > 0 && !intake.feed({block.data(), got}))
            break;
        if (progress)
            progress(done, total);
    }
    if (file.bad())
        return fail(ErrorCode::Unusable, "The file " + path + " cannot be read to its end: " + std::strerror(errno) + ".");
    intake.finish();
    return collector.finish();
}

ImportTotals readImportBytes(std::string_view bytes, const std::string &name, const std::function<bool(Record &&)> &each,
                             const std::function<void(std::string)> &problem, const ImportLimits &limits)
{
    Collector collector(name, each, problem, limits);
    Intake intake(collector);
    bool more = true;
    for (std::size_t at = 0; more && at < bytes.size(); at += kBlock)
        more = intake.feed(bytes.substr(at, kBlock));
    intake.finish();
    return collector.finish();
}

} // namespace threadline
