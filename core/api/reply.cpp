// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/reply.h"

#include "core/base/json.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace threadline::api {
namespace {

constexpr std::string_view kNotFound = "Interaction not found";

void appendNumber(std::string &out, std::uint64_t number)
{
    char digits[20];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, end);
}

void appendTwo(std::string &out, std::int64_t number)
{
    out.push_back(static_cast<char>('0' + number / 10 % 10));
    out.push_back(static_cast<char>('0' + number % 10));
}

/// Fields that every answer has: answers change with each event, and are never to be taken for a page.
constexpr std::string_view kCommonFields = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

} // namespace

std::string fieldText(std::string_view text)
{
    constexpr std::size_t kMost = 300;
    std::string out(text.substr(0, kMost));
    std::replace_if(out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
}

std::string_view reasonOf(int status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 421: return "Misdirected Request";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
    }
}

Reply reply(int status, std::string_view type, std::string body)
{
    Reply out;
    out.status = status;
    out.type = type;
    out.body = std::make_shared<const std::string>(std::move(body));
    return out;
}

Reply problem(const Fault &fault)
{
    std::string body;
    json::Writer w(body);
    w.beginObject();
    w.member("error", std::string_view(fault.error));
    w.member("type", "about:blank");
    w.member("title", reasonOf(fault.status));
    w.member("status", fault.status);
    w.member("detail", std::string_view(fault.detail));
    if (!fault.parameter.empty())
        w.member("parameter", std::string_view(fault.parameter));
    w.endObject();
    return reply(fault.status, kProblem, std::move(body));
}

Reply problem(const Error &error, std::string_view failure)
{
    switch (error.code) {
    case ErrorCode::NotFound: return problem(Fault{404, std::string(kNotFound), error.message, {}});
    case ErrorCode::InvalidArgument: return problem(Fault{400, "Invalid parameter", error.message, {}});
    case ErrorCode::Busy:
    case ErrorCode::Cancelled: {
        Reply out = problem(Fault{503, std::string(failure), error.message, {}});
        out.fields = "Retry-After: 1\r\n";
        return out;
    }
    default: return problem(Fault{500, std::string(failure), error.message, {}});
    }
}

std::string httpDate(Timestamp time)
{
    using namespace std::chrono;
    static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_seconds moment{floor<seconds>(microseconds{time.us})};
    const sys_days day = floor<days>(moment);
    const year_month_day date{day};
    const hh_mm_ss clock{moment - day};
    std::string out(kDays[weekday{day}.c_encoding()]);
    out += ", ";
    appendTwo(out, static_cast<unsigned>(date.day()));
    out += ' ';
    out += kMonths[static_cast<unsigned>(date.month()) - 1];
    out += ' ';
    appendTwo(out, static_cast<int>(date.year()) / 100);
    appendTwo(out, static_cast<int>(date.year()) % 100);
    out += ' ';
    appendTwo(out, clock.hours().count());
    out += ':';
    appendTwo(out, clock.minutes().count());
    out += ':';
    appendTwo(out, clock.seconds().count());
    out += " GMT";
    return out;
}

void HeadWriter::setDate(Timestamp now)
{
    const std::int64_t second = now.us / 1'000'000;
    if (second == m_second)
        return;
    m_second = second;
    m_date = httpDate(now);
}

void appendChunkSize(std::string &out, std::size_t size)
{
    char digits[16];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, size, 16);
    out.append(digits, end).append(size == 0 ? "\r\n\r\n" : "\r\n");
}

void HeadWriter::append(std::string &out, const Reply &reply, bool chunked, bool close, Timestamp now)
{
    setDate(now);
    out += "HTTP/1.1 ";
    appendNumber(out, static_cast<std::uint64_t>(reply.status));
    out += ' ';
    out += reasonOf(reply.status);
    out += "\r\nContent-Type: ";
    out += reply.type;
    out += "\r\nDate: ";
    out += m_date;
    out += close ? "\r\nConnection: close\r\n" : "\r\nConnection: keep-alive\r\n";
    out += reply.fields;
    out += kCommonFields;
    if (!reply.rest) {
        out += "Content-Length: ";
        appendNumber(out, reply.body->size());
        out += "\r\n";
    } else if (chunked) {
        out += "Transfer-Encoding: chunked\r\n";
    }
    out += "\r\n";
}

} // namespace threadline::api
