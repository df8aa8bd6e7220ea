// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/importarchive.h"

#include "core/base/ascii.h"
#include "core/genesys/archivesource.h"
#include "core/genesys/foreignfile.h"
#include "core/genesys/inputfile.h"

#include <zip.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace threadline {
namespace {

/// Of an archive's list of its files.
constexpr std::uint64_t kMaxListBytes = 32u << 20;
constexpr std::string_view kListEnd = "PK\x05\x06", kListEnd64 = "PK\x06\x06", kListLocator = "PK\x06\x07";
constexpr std::size_t kEndBytes = 22, kEnd64Bytes = 56, kLocatorBytes = 20, kMaxComment = 0xFFFF;

struct Discard {
    void operator()(zip_t *archive) const { zip_discard(archive); }
    void operator()(zip_file_t *file) const { zip_fclose(file); }
    void operator()(zip_source_t *source) const { zip_source_free(source); }
};
template <typename T> using Zip = std::unique_ptr<T, Discard>;

struct Member {
    zip_uint64_t index;
    std::string name;
    std::uint64_t packed, size;
    bool encrypted;
};

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size)
{
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
    return value;
}

std::string bytesAt(zip_source_t *source, std::uint64_t at, std::size_t size)
{
    std::string bytes(size, '\0');
    const bool there = zip_source_seek(source, static_cast<zip_int64_t>(at), SEEK_SET) == 0;
    const zip_int64_t got = there ? zip_source_read(source, bytes.data(), bytes.size()) : 0;
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
}

/// Whether the list of files that the archive's end announces is beyond reason: libzip would take memory for all of it.
bool listsTooMuch(zip_source_t *source, std::uint64_t size)
{
    const std::uint64_t from = size - std::min<std::uint64_t>(size, kEndBytes + kMaxComment + kLocatorBytes);
    if (zip_source_open(source) != 0)
        return false; // libzip says why
    const std::string tail = bytesAt(source, from, static_cast<std::size_t>(size - from));
    bool much = false;
    // Which of several ends libzip takes is its business: none may be beyond reason.
    for (std::size_t at = tail.find(kListEnd); at != std::string::npos && at + kEndBytes <= tail.size(); at = tail.find(kListEnd, at + 1))
        much = much || number(tail, at + 12, 4) > kMaxListBytes;
    for (std::size_t at = tail.find(kListLocator); at != std::string::npos && at + kLocatorBytes <= tail.size();
         at = tail.find(kListLocator, at + 1)) {
        const std::string end = bytesAt(source, number(tail, at + 8, 8) & INT64_MAX, kEnd64Bytes);
        if (end.size() == kEnd64Bytes && end.starts_with(kListEnd64))
            much = much || std::max(number(end, 24, 8), number(end, 32, 8)) > kMaxArchiveMembers || number(end, 40, 8) > kMaxListBytes;
    }
    zip_source_close(source);
    return much;
}

std::vector<Member> membersOf(zip_t *archive)
{
    std::vector<Member> members;
    const zip_int64_t entries = zip_get_num_entries(archive, 0);
    for (zip_uint64_t i = 0; entries > 0 && i < static_cast<zip_uint64_t>(entries); ++i) {
        zip_stat_t stat;
        if (zip_stat_index(archive, i, 0, &stat) != 0 || (stat.valid & ZIP_STAT_NAME) == 0)
            continue;
        std::string name = stat.name;
        // Folders, and what a Mac puts beside each file.
        if (name.ends_with('/') || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store"))
            continue;
        members.push_back({i, std::move(name), stat.comp_size, stat.size, stat.encryption_method != ZIP_EM_NONE});
    }
    std::sort(members.begin(), members.end(),
              [](const Member &a, const Member &b) { return std::tie(a.name, a.index) < std::tie(b.name, b.index); });
    return members;
}

/// Of an archive that is one in form only; empty: it is none of them.
std::string kindOfArchive(const std::vector<Member> &members)
{
    const auto has = [&](std::string_view beginning) {
        const auto at = std::lower_bound(members.begin(), members.end(), beginning,
                                         [](const Member &member, std::string_view name) { return member.name < name; });
        return at != members.end() && at->name.starts_with(beginning);
    };
    if (has("[Content_Types].xml"))
        return has("xl/") ? "an Excel workbook" : has("word/") ? "a Word document" : "an Office document";
    if (has("META-INF/manifest.xml") && has("mimetype"))
        return "an OpenDocument file";
    return has("META-INF/MANIFEST.MF") ? "a Java archive" : "";
}

bool isNamedJson(std::string_view name)
{
    const std::string lower = ascii::lowered(name);
    return std::any_of(std::begin(kJsonEndings), std::end(kJsonEndings), [&](std::string_view ending) { return lower.ends_with(ending); });
}

class ArchiveReader {
public:
    ArchiveReader(ImportSink &out, const ImportLimits &limits, std::uint64_t size, std::function<void(std::uint64_t)> progress)
        : m_out(out), m_limits(limits), m_size(size), m_progress(std::move(progress)), m_block(kImportBlock) {}

    void read(Zip<zip_source_t> source)
    {
        if (listsTooMuch(source.get(), m_size))
            return beyondReason();
        zip_error_t error;
        zip_error_init(&error);
        const Zip<zip_t> archive(zip_open_from_source(source.get(), ZIP_RDONLY, &error));
        if (archive)
            source.release(); // it is the archive's now
        else
            m_out.note(std::string("the zip archive is damaged or cut off (") + zip_error_strerror(&error) + "); fetch it again");
        zip_error_fini(&error);
        if (archive)
            readMembers(archive.get());
    }

private:
    void beyondReason()
    {
        m_out.note("the zip archive lists more than " + std::to_string(kMaxArchiveMembers)
                   + " files, which no export does; nothing is read");
    }

    void readMembers(zip_t *archive)
    {
        const std::vector<Member> members = membersOf(archive);
        if (members.size() > kMaxArchiveMembers)
            return beyondReason();
        if (const std::string kind = kindOfArchive(members); !kind.empty())
            return m_out.note("this is " + kind + ", no export: conversation details in JSON were expected");
        std::uint64_t others = 0;
        for (const Member &member : members) {
            if (m_out.stopped())
                return;
            others += readMember(archive, member) ? 0 : 1;
            m_packed += member.packed;
            m_progress(std::min(m_packed, m_size));
        }
        m_out.member({});
        if (members.empty())
            m_out.note("the zip archive holds no file");
        else if (others > 0)
            m_out.note(std::to_string(others) + (others == 1 ? " file in it is" : " files in it are") + " no JSON and passed over");
    }

    /// False: it is none that an import would read.
    bool readMember(zip_t *archive, const Member &member)
    {
        m_out.member(member.name);
        if (member.encrypted) {
            m_out.note("this file is encrypted; unpack the archive with its password first");
            return true;
        }
        const Zip<zip_file_t> file(zip_fopen_index(archive, member.index, 0));
        if (!file) {
            m_out.note(std::string("this file cannot be unpacked (") + zip_strerror(archive) + ")");
            return true;
        }
        return readFile(file.get(), member);
    }

    bool readFile(zip_file_t *file, const Member &member)
    {
        ImportIntake intake(m_out, m_limits);
        for (std::uint64_t made = 0;;) {
            const zip_int64_t got = zip_fread(file, m_block.data(), m_block.size());
            if (got < 0)
                m_out.tell(std::string("this file is damaged (") + zip_file_strerror(file) + "); what was unpacked before was read", made);
            if (got <= 0)
                break;
            const std::string_view block(m_block.data(), static_cast<std::size_t>(got));
            if (made == 0 && isArchive(block)) {
                m_out.note("this is an archive within the archive; unpack it and read what is in it");
                return true;
            }
            if (made == 0 && !isNamedJson(member.name) && !beginsLikeJson(block.substr(0, kForeignHead)))
                return false;
            made += block.size();
            if (isTooMuch(member, block.size())) {
                m_out.stop("the packed file holds more than " + std::to_string(m_limits.ratio)
                               + " times its size, which no export does; what lies beyond is not read", made);
                return true;
            }
            if (!intake.feed(block))
                return true;
            m_progress(std::min(m_packed + std::min(made, member.packed), m_size));
        }
        intake.finish();
        return true;
    }

    /// Members may lie over one another: together they are no larger than the archive.
    [[nodiscard]] bool isTooMuch(const Member &member, std::size_t made) const
    {
        const std::uint64_t text = m_out.taken() + made;
        return text > m_limits.ratioFrom && text <= m_limits.bytes && text / m_limits.ratio > std::min(m_packed + member.packed, m_size);
    }

    ImportSink &m_out;
    const ImportLimits m_limits;
    std::uint64_t m_size;
    std::function<void(std::uint64_t)> m_progress;
    std::vector<char> m_block;
    std::uint64_t m_packed = 0; ///< of the members before
};

} // namespace

bool isArchive(std::string_view beginning)
{
    return beginning.starts_with("PK\x03\x04") || beginning.starts_with(kListEnd) || beginning.starts_with("PK\x07\x08PK\x03\x04")
        || beginning.starts_with("PK00PK\x03\x04");
}

void readArchive(const InputFile &file, ImportSink &out, const ImportLimits &limits, const std::function<void(std::uint64_t)> &progress)
{
    std::FILE *stream = file.stream();
    Zip<zip_source_t> source(stream ? stoppableSource(stream, [&out] { return out.stopped(); }) : nullptr);
    if (source)
        return ArchiveReader(out, limits, file.size(), progress).read(std::move(source));
    out.note("the zip archive cannot be opened: too many files are open");
}

void readArchive(std::string_view bytes, ImportSink &out, const ImportLimits &limits)
{
    Zip<zip_source_t> source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr));
    if (source)
        ArchiveReader(out, limits, bytes.size(), [](std::uint64_t) {}).read(std::move(source));
}

} // namespace threadline
