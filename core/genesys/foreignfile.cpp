// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/foreignfile.h"

#include "core/base/textencoding.h"
#include "core/genesys/importarchive.h"

#include <algorithm>

namespace threadline {
namespace {

constexpr std::string_view kBlank = " \t\r\n\x1e", kGzip = "\x1f\x8b";

unsigned byteOf(char c) { return static_cast<unsigned char>(c); }

std::size_t count(std::string_view text, bool (*of)(unsigned))
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [of](char c) { return of(byteOf(c)); }));
}

bool within(unsigned c, unsigned low, unsigned high) { return c >= low && c <= high; }

/// Letters, digits, blanks and the signs of JSON in code page 037 and its kin.
bool isEbcdic(unsigned c)
{
    const unsigned lower = c & 0xBF; // the capitals lie 0x40 higher
    const bool letter = c >= 0x80 && (within(lower, 0x81, 0x89) || within(lower, 0x91, 0x99) || within(lower, 0xA2, 0xA9));
    constexpr std::string_view kSigns = "\x15\x25\x40\x4B\x60\x6B\x6D\x7A\x7F\xC0\xD0\xBA\xBB\xAD\xBD";
    return letter || within(c, 0xF0, 0xF9) || kSigns.find(static_cast<char>(c)) != std::string_view::npos;
}

struct Magic {
    std::string_view bytes, kind;
    std::size_t at = 0;
};
constexpr Magic kMagics[] = {
    {"%PDF-", "a PDF"}, {"\x89PNG", "an image (PNG)"}, {"\xFF\xD8\xFF", "an image (JPEG)"}, {"GIF8", "an image (GIF)"},
    {"RIFF", "a recording or a film (RIFF)"}, {"ID3", "a recording (MP3)"}, {"OggS", "a recording (Ogg)"}, {"ftyp", "a film (MP4)", 4},
    {"\xD0\xCF\x11\xE0", "an old Office document"}, {"7z\xBC\xAF\x27\x1C", "a 7-Zip archive; unpack it first"},
    {"Rar!\x1A\x07", "a RAR archive; unpack it first"}, {"\xFD" "7zXZ", "packed by xz; unpack it first"},
    {"BZh", "packed by bzip2; unpack it first"}, {"\x28\xB5\x2F\xFD", "packed by zstd; unpack it first"},
    {"ustar", "a tar archive; unpack it first", 257}, {"PAR1", "a Parquet file"}, {"\x7F" "ELF", "a program"},
    {"-----BEGIN PGP", "encrypted by PGP; decrypt it first"}, {"{\\rtf", "a document (RTF)"}};
constexpr std::string_view kExpected = ", no export: conversation details in JSON were expected";

std::string_view magicOf(std::string_view head)
{
    for (const Magic &magic : kMagics) {
        if (head.size() > magic.at && head.substr(magic.at).starts_with(magic.bytes))
            return magic.kind;
    }
    return {};
}

/// No text has these, in ASCII and what was built on it.
bool isControl(unsigned c) { return (c < 0x20 && !within(c, 0x07, 0x0D) && c != 0x1B && c != 0x1E) || c == 0x7F; }

} // namespace

std::string decodedHead(std::string_view head)
{
    std::string text;
    TextDecoder decoder({[&](std::string_view part) { text += part; }, [](std::string_view, std::uint64_t) {}});
    decoder.feed(head);
    decoder.finish();
    return text;
}

bool beginsLikeJson(std::string_view head)
{
    if (head.starts_with(kGzip))
        return true;
    const std::string text = decodedHead(head);
    const std::size_t first = std::min(text.find_first_not_of(kBlank), text.size());
    const std::size_t next = std::min(text.find_first_not_of(kBlank, first + 1), text.size());
    return first < text.size() && (text[first] == '{' || text[first] == '[')
        && (next == text.size() || std::string_view("\"{[]}").find(text[next]) != std::string_view::npos);
}

std::string foreignBytes(std::string_view head)
{
    if (head.empty())
        return {};
    if (const std::string_view kind = magicOf(head); !kind.empty())
        return "this is " + std::string(kind) + std::string(kExpected);
    if (head.starts_with("SQLite format 3"))
        return "this is an SQLite database; the data folder of Threadline is opened by --data-dir, nothing else's is read";
    if (head.find_first_not_of('\0') == std::string_view::npos)
        return "the file begins with zero bytes in place of text, as one does that was not written to its end; export it again";
    if (head.starts_with(kGzip)) // the file itself would have been unpacked
        return "this is packed twice (gzip within gzip); unpack it once and read what is in it";
    if (encodingOf(head) || beginsLikeJson(head))
        return {};
    if (isArchive(head)) // the file itself would have been read as one
        return "this is a zip archive within another file; unpack it and read what is in it";
    if (head.size() >= 16 && count(head, isEbcdic) * 10 >= head.size() * 9)
        return "this is text in EBCDIC, a mainframe's encoding; convert it to UTF-8 (iconv -f IBM037 -t UTF-8) and read it again";
    if (count(head, isControl) * 20 > head.size())
        return "the bytes are in no known encoding: this is no text, or it is encrypted; an export in JSON was expected";
    return {};
}

} // namespace threadline
