// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/replyreader.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace threadline {
namespace {

constexpr std::size_t kMaxHead = 64u << 10;
constexpr std::size_t kMaxLine = 1u << 10; ///< of a chunk's size, of a trailer
constexpr int kNoContent = 204;
constexpr int kNotModified = 304;
constexpr std::size_t kLeastStatusLine = 12; ///< "HTTP/1.1 200"

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string lower(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return out;
}

std::optional<std::uint64_t> numberOf(std::string_view digits, int base)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

} // namespace

std::string_view ReplyReader::header(std::string_view name) const
{
    const auto found = std::find_if(m_headers.begin(), m_headers.end(), [name](const auto &header) { return header.first == name; });
    return found == m_headers.end() ? std::string_view() : std::string_view(found->second);
}

/// The members of a list-valued field, in lower case, from all fields of that name (RFC 9110 section 5.3).
std::vector<std::string> ReplyReader::members(std::string_view name) const
{
    std::vector<std::string> out;
    for (const auto &[field, value] : m_headers) {
        if (field != name)
            continue;
        for (std::size_t at = 0; at <= value.size();) {
            const std::size_t end = std::min(value.find(',', at), value.size());
            if (const std::string_view member = trimmed(std::string_view(value).substr(at, end - at)); !member.empty())
                out.push_back(lower(member));
            at = end + 1;
        }
    }
    return out;
}

/// Takes a line out of the bytes, as far as it has come. True: it is whole, in m_line without its end.
bool ReplyReader::readLine(std::string_view &bytes)
{
    const auto end = bytes.find('\n');
    m_line += bytes.substr(0, end);
    if (m_line.size() > kMaxLine) {
        m_state = State::Cut;
        return false;
    }
    if (end == std::string_view::npos) {
        bytes = {};
        return false;
    }
    bytes.remove_prefix(end + 1);
    if (m_line.ends_with('\r'))
        m_line.pop_back();
    return true;
}

ReplyReader::State ReplyReader::feed(std::string_view bytes)
{
    m_begun = m_begun || !bytes.empty();
    while (m_state == State::Reading && !bytes.empty()) {
        switch (m_next) {
        case Next::Head: {
            const std::size_t before = m_line.size();
            m_line += bytes.substr(0, kMaxHead + 1 - std::min(kMaxHead, before));
            const auto end = m_line.find("\r\n\r\n", before < 3 ? 0 : before - 3);
            if (end == std::string::npos) {
                if (m_line.size() > kMaxHead || !std::string_view(m_line).starts_with(std::string_view("HTTP/1.").substr(0, m_line.size())))
                    m_state = State::Foreign;
                return m_state;
            }
            bytes.remove_prefix(end + 4 - before);
            m_line.resize(end);
            const std::string head = std::exchange(m_line, {});
            readHead(head);
            break;
        }
        case Next::Length:
        case Next::Chunk: {
            const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, bytes.size()));
            keep(bytes.substr(0, taken));
            bytes.remove_prefix(taken);
            m_left -= taken;
            if (m_left == 0 && m_state == State::Reading) {
                if (m_next == Next::Length)
                    m_state = State::Whole;
                m_next = Next::ChunkEnd;
            }
            break;
        }
        case Next::UntilEnd:
            keep(bytes);
            return m_state;
        case Next::ChunkSize:
            if (readLine(bytes))
                readChunkSize();
            break;
        case Next::ChunkEnd:
            if (readLine(bytes)) {
                m_line.clear();
                m_next = Next::ChunkSize;
            }
            break;
        case Next::Trailer:
            if (readLine(bytes) && std::exchange(m_line, {}).empty())
                m_state = State::Whole;
            break;
        }
    }
    m_keepsAlive = m_keepsAlive && bytes.empty();
    return m_state;
}

ReplyReader::State ReplyReader::end()
{
    if (m_state != State::Reading)
        return m_state;
    m_keepsAlive = false;
    if (m_next == Next::UntilEnd)
        m_state = State::Whole;
    else
        m_state = m_next == Next::Head ? State::Broken : State::Cut;
    return m_state;
}

void ReplyReader::readHead(std::string_view head)
{
    const std::string_view first = head.substr(0, head.find("\r\n"));
    const std::uint64_t status = first.size() >= kLeastStatusLine ? numberOf(first.substr(9, 3), 10).value_or(0) : 0;
    if (!first.starts_with("HTTP/1.") || status < 100 || first[8] != ' ') {
        m_state = State::Foreign;
        return;
    }
    m_status = static_cast<int>(status);
    m_headers.clear();
    for (std::size_t at = first.size(); at < head.size();) {
        at += 2;
        const auto end = std::min(head.find("\r\n", at), head.size());
        const std::string_view line = head.substr(at, end - at);
        if (const auto colon = line.find(':'); colon != std::string_view::npos)
            m_headers.emplace_back(lower(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1))));
        at = end;
    }
    if (m_status < 200)
        return; // of no concern: the answer proper follows
    const std::vector<std::string> connection = members("connection");
    m_keepsAlive = first[7] != '0' && std::find(connection.begin(), connection.end(), "close") == connection.end();
    chooseBody();
}

void ReplyReader::chooseBody()
{
    const std::vector<std::string> lengths = members("content-length"), codings = members("transfer-encoding");
    if (m_status == kNoContent || m_status == kNotModified) {
        m_state = State::Whole;
    } else if (!codings.empty()) {
        m_next = codings.back() == "chunked" ? Next::ChunkSize : Next::UntilEnd;
        m_keepsAlive = m_keepsAlive && lengths.empty(); // who says both may mean another end than we do
    } else if (lengths.empty()) {
        m_next = Next::UntilEnd;
    } else if (const auto bytes = std::count(lengths.begin(), lengths.end(), lengths.front()) == std::ssize(lengths)
                   ? numberOf(lengths.front(), 10) : std::nullopt) {
        m_next = Next::Length;
        m_left = *bytes;
        if (m_left == 0)
            m_state = State::Whole;
    } else {
        m_state = State::Foreign;
    }
}

void ReplyReader::readChunkSize()
{
    const auto size = numberOf(trimmed(std::string_view(m_line).substr(0, m_line.find(';'))), 16);
    m_line.clear();
    if (!size) {
        m_state = State::Cut;
        return;
    }
    m_left = *size;
    m_next = m_left == 0 ? Next::Trailer : Next::Chunk;
}

void ReplyReader::keep(std::string_view piece)
{
    const std::size_t room = m_maxBody - m_body.size();
    m_body += piece.substr(0, room);
    if (piece.size() > room)
        m_state = State::Cut;
}

} // namespace threadline
