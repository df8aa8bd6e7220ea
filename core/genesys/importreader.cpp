// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/importreader.h"

#include "core/base/counted.h"
#include "core/base/json.h"
#include "core/genesys/jsonsplitter.h"

#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace threadline {
namespace {

constexpr std::size_t kBlock = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A regular file, read to its end. Whatever else has a name may never end, or never begin: it is opened without waiting, and refused.
class InputFile {
public:
    [[nodiscard]] static Result<InputFile> open(const std::string &path)
    {
        InputFile file(path, ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        if (file.m_descriptor < 0 && errno == ENOENT)
            return fail(ErrorCode::NotFound, "The file " + path + " is not there. Check its name and folder.");
        if (file.m_descriptor < 0)
            return fail(ErrorCode::Unusable, "The file " + path + " cannot be opened: " + std::strerror(errno) + ". Check its permissions.");
        struct stat info{};
        if (::fstat(file.m_descriptor, &info) != 0)
            return fail(file.unreadable());
        if (S_ISDIR(info.st_mode))
            return fail(ErrorCode::Unusable, path + " is a folder. Name the files in it.");
        if (!S_ISREG(info.st_mode))
            return fail(ErrorCode::Unusable, path + " is no file but " + kindOf(info.st_mode) + ", which may never end. Name a file on the disk.");
        file.m_size = static_cast<std::uint64_t>(info.st_size);
        return file;
    }
    InputFile(InputFile &&other) noexcept
        : m_path(std::move(other.m_path)), m_descriptor(std::exchange(other.m_descriptor, -1)), m_size(other.m_size) {}
    InputFile &operator=(InputFile &&) = delete;
    ~InputFile()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }

    [[nodiscard]] std::uint64_t size() const { return m_size; }
    /// How many bytes came; 0: that was all.
    [[nodiscard]] Result<std::size_t> read(std::vector<char> &block) const
    {
        ssize_t got = 0;
        do {
            got = ::read(m_descriptor, block.data(), block.size());
        } while (got < 0 && errno == EINTR);
        return got < 0 ? Result<std::size_t>(fail(unreadable())) : Result<std::size_t>(static_cast<std::size_t>(got));
    }

private:
    InputFile(std::string path, int descriptor) : m_path(std::move(path)), m_descriptor(descriptor) {}
    [[nodiscard]] Error unreadable() const
    {
        return {ErrorCode::Unusable, "The file " + m_path + " cannot be read to its end: " + std::strerror(errno) + "."};
    }
    static const char *kindOf(mode_t mode)
    {
        return S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
    }

    std::string m_path;
    int m_descriptor;
    std::uint64_t m_size = 0;
};

/// Takes JSON text and hands over conversations.
class Collector {
public:
    Collector(std::string name, const std::function<bool(Record &&)> &each, const std::function<void(std::string)> &problem,
              const ImportLimits &limits, std::stop_token stop = {})
        : m_name(std::move(name)), m_each(each), m_problem(problem), m_stop(std::move(stop)), m_maxBytes(limits.bytes),
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
            stop("the file holds more than " + std::to_string(m_maxBytes >> 20) + " MiB of text; what lies beyond is not read",
                 m_totals.bytes);
        }
        if (m_stop.stop_requested())
            m_totals.stopped = true;
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
            m_problem(m_name + ": " + counted(m_totals.problems - kMaxImportProblems, "more problem") + " not listed.");
        return m_totals;
    }

    void stop(std::string_view why, std::uint64_t at)
    {
        tell(why, at);
        m_totals.stopped = true;
    }

    /// Bytes of text so far.
    [[nodiscard]] std::uint64_t taken() const { return m_totals.bytes; }

    void tell(std::string_view why, std::uint64_t at)
    {
        if (m_totals.stopped || ++m_totals.problems > kMaxImportProblems)
            return;
        std::string words;
        for (const char c : why) // control characters of a broken file do not belong on a terminal
            words.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
        m_problem(m_name + ", byte " + std::to_string(at) + ", after " + counted(m_totals.conversations, "conversation") + ": " + words + ".");
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
    std::stop_token m_stop;
    std::uint64_t m_maxBytes;
    json::Reader m_reader;
    ImportTotals m_totals;
    JsonSplitter m_splitter;
};

/// Unpacks a stream of gzip members.
class Unpacker {
public:
    Unpacker(Collector &out, const ImportLimits &limits) : m_out(out), m_limits(limits), m_block(kBlock) { m_ready = inflateInit2(&m_stream, 15 + 16) == Z_OK; }
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
            m_out.stop("the packed file holds more than " + std::to_string(m_limits.ratio) + " times its size, which no export does; what lies "
                       "beyond is not read", m_packed);
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
        const std::uint64_t text = m_out.taken() + made;
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

    Collector &m_out;
    const ImportLimits m_limits;
    std::vector<Bytef> m_block;
    z_stream m_stream{};
    std::uint64_t m_packed = 0; ///< in the blocks before
    std::uint64_t m_given = 0;  ///< in the block in hand
    bool m_ready = false;
    bool m_ended = false;
    bool m_broken = false;
};

/// Plain or packed, told from the first bytes.
class Intake {
public:
    Intake(Collector &out, const ImportLimits &limits) : m_out(out), m_limits(limits) {}

    bool feed(std::string_view bytes)
    {
        if (std::exchange(m_first, false) && bytes.starts_with("\x1f\x8b"))
            m_unpacker.emplace(m_out, m_limits);
        return m_unpacker ? m_unpacker->feed(bytes) : m_out.feed(bytes);
    }

    void finish()
    {
        if (m_unpacker)
            m_unpacker->finish();
    }

private:
    Collector &m_out;
    const ImportLimits m_limits;
    bool m_first = true;
    std::optional<Unpacker> m_unpacker;
};

} // namespace

Result<ImportTotals> readImport(const std::string &path, const std::function<bool(Record &&)> &each,
                                const std::function<void(std::string)> &problem, const ImportProgress &progress,
                                const ImportLimits &limits, const std::stop_token &stop)
{
    auto file = InputFile::open(path);
    if (!file)
        return fail(file.error());
    Collector collector(path, each, problem, limits, stop);
    Intake intake(collector, limits);
    std::vector<char> block(kBlock);
    std::uint64_t done = 0;
    for (;;) {
        const auto got = file->read(block);
        if (!got)
            return fail(got.error());
        if (*got == 0)
            break;
        done += *got;
        if (!intake.feed({block.data(), *got}))
            return collector.finish();
        if (progress)
            progress(done, file->size());
    }
    intake.finish();
    return collector.finish();
}

ImportTotals readImportBytes(std::string_view bytes, const std::string &name, const std::function<bool(Record &&)> &each,
                             const std::function<void(std::string)> &problem, const ImportLimits &limits)
{
    Collector collector(name, each, problem, limits);
    Intake intake(collector, limits);
    bool more = true;
    for (std::size_t at = 0; more && at < bytes.size(); at += kBlock)
        more = intake.feed(bytes.substr(at, kBlock));
    intake.finish();
    return collector.finish();
}

} // namespace threadline
