// SPDX-License-Identifier: GPL-3.0-or-later
/// What a request is answered: status, type, body; and its HTTP head. Pure, without Qt.
#pragma once

#include "core/api/request.h"
#include "core/base/time.h"
#include "core/session.h"

#include <string>
#include <string_view>

namespace threadline::api {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblem = "application/problem+json";
inline constexpr std::string_view kExposition = "text/plain; version=0.0.4; charset=utf-8";

struct Reply {
    int status = 200;
    std::string_view type = kJson; ///< a constant
    Session::Text body;            ///< shared with whoever rendered it; never null
    std::shared_ptr<Session::Pieces> rest; ///< what follows `body`, in pieces of unknown length; null: nothing
    std::string fields;            ///< further header fields, each ending in CR LF
    bool close = false;            ///< the connection ends with this answer
};

[[nodiscard]] Reply reply(int status, std::string_view type, std::string body);
/// {"error":...,"type":"about:blank","title":...,"status":...,"detail":...[,"parameter":...]} (RFC 9457).
[[nodiscard]] Reply problem(const Fault &fault);
/// What an error of the session means over HTTP; `failure` is the `error` member where the fault is ours.
[[nodiscard]] Reply problem(const Error &error, std::string_view failure);

/// Any text as the value of a header field: printable ASCII, at most 300 bytes.
[[nodiscard]] std::string fieldText(std::string_view text);

[[nodiscard]] std::string_view reasonOf(int status);

/// Appends what stands before a chunk of so many bytes (RFC 9112 section 7.1); 0: the end of the body.
void appendChunkSize(std::string &out, std::size_t size);

/// Renders heads; keeps the Date field of the running second. One a thread.
class HeadWriter {
public:
    /// Appends status line and fields to `out`. What becomes of the connection is always said, as HTTP/1.0 needs to be told.
    /// With a rest the length is not said: the body is `chunked`, else it goes until the connection ends.
    void append(std::string &out, const Reply &reply, bool chunked, bool close, Timestamp now);

private:
    void setDate(Timestamp now);

    std::int64_t m_second = -1;
    std::string m_date;
};

/// "Wed, 06 May 2026 10:44:54 GMT" (RFC 9110 section 5.6.7).
[[nodiscard]] std::string httpDate(Timestamp time);

} // namespace threadline::api
