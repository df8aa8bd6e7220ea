// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/handshake.h"

#include "core/base/ascii.h"

#include <algorithm>
#include <vector>

namespace threadline {
namespace {

constexpr std::size_t kMaxHead = 16u << 10;
constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::size_t kStatusLine = 12; ///< "HTTP/1.1 101"
constexpr int kSwitching = 101;
constexpr int kFirstFinal = 200;

struct HeadField {
    std::string_view name, value;
};

/// The fields behind the status line. False: one of them is none.
bool headFieldsOf(std::string_view head, std::vector<HeadField> &out)
{
    for (std::size_t at = std::min(head.find("\r\n"), head.size()); at < head.size();) {
        at += 2;
        const std::size_t end = std::min(head.find("\r\n", at), head.size());
        const std::string_view line = head.substr(at, end - at);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0 || line.front() == ' ' || line.front() == '\t')
            return false;
        out.push_back({line.substr(0, colon), ascii::trimmedBlanks(line.substr(colon + 1))});
        at = end;
    }
    return true;
}

std::vector<std::string_view> valuesOf(const std::vector<HeadField> &fields, std::string_view name)
{
    std::vector<std::string_view> out;
    for (const HeadField &field : fields) {
        if (ascii::equalNoCase(field.name, name))
            out.push_back(field.value);
    }
    return out;
}

/// Whether one of the fields, each a list with commas, has the token.
bool hasToken(const std::vector<std::string_view> &values, std::string_view token)
{
    return std::any_of(values.begin(), values.end(), [token](std::string_view list) {
        for (;;) {
            const std::size_t comma = list.find(',');
            if (ascii::equalNoCase(ascii::trimmedBlanks(list.substr(0, comma)), token))
                return true;
            if (comma == std::string_view::npos)
                return false;
            list.remove_prefix(comma + 1);
        }
    });
}

} // namespace

std::string handshakeRequest(std::string_view host, std::string_view target, std::string_view key)
{
    std::string out = "GET ";
    out.append(target).append(" HTTP/1.1\r\nHost: ").append(host);
    out.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ").append(key);
    return out.append("\r\nSec-WebSocket-Version: 13\r\nUser-Agent: Threadline/" THREADLINE_VERSION "\r\n\r\n");
}

std::string acceptSource(std::string_view key) { return std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; }

std::size_t HandshakeReader::feed(std::string_view bytes)
{
    std::size_t used = 0;
    while (m_state == State::Reading && used < bytes.size()) {
        const std::size_t before = m_head.size();
        m_head += bytes.substr(used, kMaxHead + 1 - m_interim - before);
        const std::size_t end = m_head.find(kEnd, before < kEnd.size() ? 0 : before - kEnd.size() + 1);
        const bool whole = end != std::string::npos;
        if (whole)
            m_head.resize(end + kEnd.size());
        used += m_head.size() - before;
        if (m_status == 0)
            readStatusLine();
        if (m_state != State::Reading)
            break;
        if (m_head.size() + m_interim > kMaxHead)
            foreign("the head of its answer is longer than 16 KiB");
        else if (whole)
            readHead(std::string_view(m_head).substr(0, end));
    }
    return used;
}

/// As soon as it can be known: whatever speaks first and no HTTP is not waited for.
void HandshakeReader::readStatusLine()
{
    constexpr std::string_view kForm = "HTTP/1.d ddd";
    const auto fits = [&](std::size_t i) { return kForm[i] == 'd' ? ascii::isDigit(m_head[i]) : m_head[i] == kForm[i]; };
    for (std::size_t i = 0; i < std::min(m_head.size(), kForm.size()); ++i) {
        if (!fits(i))
            return foreign("the answer is no HTTP");
    }
    if (m_head.size() <= kStatusLine)
        return;
    if (m_head[kStatusLine] != ' ' && m_head[kStatusLine] != '\r')
        return foreign("the answer is no HTTP");
    const auto digit = [&](std::size_t i) { return m_head[i] - '0'; };
    m_status = digit(9) * 100 + digit(10) * 10 + digit(11);
    if (m_status < 100)
        foreign("the answer is no HTTP");
}

void HandshakeReader::readHead(std::string_view head)
{
    if (m_status >= kFirstFinal) {
        std::vector<HeadField> fields;
        if (headFieldsOf(head, fields)) {
            const auto after = valuesOf(fields, "retry-after");
            m_retryAfter = after.empty() ? std::string() : std::string(after.front());
        }
        m_state = State::Refused;
        return;
    }
    if (m_status != kSwitching) { // it only announces an answer
        m_interim += m_head.size();
        m_head.clear();
        m_status = 0;
        return;
    }
    if (std::string wrong = wrongIn(head); !wrong.empty())
        return foreign(std::move(wrong));
    m_state = State::Open;
    m_head = {};
}

/// What is wrong with an answer that says yes; empty: nothing.
std::string HandshakeReader::wrongIn(std::string_view head) const
{
    std::vector<HeadField> fields;
    if (!headFieldsOf(head, fields) || head.starts_with("HTTP/1.0"))
        return "the answer is no proper HTTP/1.1";
    if (!hasToken(valuesOf(fields, "upgrade"), "websocket") || !hasToken(valuesOf(fields, "connection"), "upgrade"))
        return "it answers 101, but not as a WebSocket server";
    const auto accepts = valuesOf(fields, "sec-websocket-accept");
    if (accepts.size() != 1 || accepts.front() != m_accept)
        return "its answer belongs to another request (Sec-WebSocket-Accept)";
    if (!valuesOf(fields, "sec-websocket-extensions").empty() || !valuesOf(fields, "sec-websocket-protocol").empty())
        return "it agrees to an extension or a subprotocol that nobody offered";
    return {};
}

void HandshakeReader::foreign(std::string problem)
{
    m_state = State::Foreign;
    m_problem = std::move(problem);
    m_head = {};
}

} // namespace threadline
