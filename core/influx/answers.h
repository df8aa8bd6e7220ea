// SPDX-License-Identifier: GPL-3.0-or-later
/// What the database's answers mean: which product it is, and what became of a batch of lines. Pure; any thread.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/influx/target.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace threadline::influx {

/// One HTTP answer, or that there was none.
struct HttpReply {
    int status = 0;      ///< 0: no answer came
    std::string failure; ///< without an answer: what happened, in words, no secret
    bool setting = false;///< without an answer, for a reason that only a change of settings mends (certificate, proxy)
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body;    ///< at most 256 KiB of it
    bool cut = false;    ///< the body was longer, or broke off
    [[nodiscard]] std::string_view header(std::string_view name) const; ///< empty if absent
};

/// What /ping says. `version`: as sent, at most 40 printable characters.
struct Identity {
    Product product = Product::Unknown;
    std::string version;
};
[[nodiscard]] Identity identify(const HttpReply &ping);
/// Why this product cannot be used, and what to do; empty: it can.
[[nodiscard]] std::string refusal(const Identity &identity, const Target &target);

struct Request {
    std::string path;    ///< with its query, percent-encoded; behind Target::url
    std::vector<std::pair<std::string, std::string>> headers;
};
/// "user:password" goes as Basic, anything else as a token. No token of 2.x or 3 holds a colon.
void addAuthorization(Request &request, const Target &target);
[[nodiscard]] Request pingRequest(const Target &target);
/// The request that writes a batch (precision ns). `gzip`: its body is compressed.
[[nodiscard]] Request writeRequest(const Target &target, Product product, bool gzip);

/// What is to be done with a batch.
struct Verdict {
    enum What : std::uint8_t {
        Delivered,
        Retry,     ///< send the same again later: no answer, overload, a passing failure of the server
        Setting,   ///< nothing can be delivered until somebody changes something (token, bucket, proxy, server limits): ask again slowly
        BadLines,  ///< `bad` cannot be stored; send the others again
        Suspect,   ///< some line cannot be stored, it is not known which one: find it by halves
        TooLarge,  ///< send smaller batches
        NoGzip,    ///< send it uncompressed from now on
    };
    struct Bad {
        std::size_t line = 0; ///< index in the batch
        std::string reason;   ///< the server's, one line, at most 300 bytes
    };
    What what = Delivered;
    bool credentials = false; ///< Setting: the token is refused, or may not do it
    std::string words;  ///< what happened, why, what to do; one to three sentences, without a secret. Empty when delivered.
    std::optional<Duration> wait; ///< Retry-After, at most 10 min
    std::vector<Bad> bad;
    std::string reason; ///< Suspect: the server's reason
    bool ofALine = false; ///< Suspect: InfluxDB says such a thing of lines, never of all that it is sent
};

/// What the answer to a write means. `lines`: the batch, each without its '\n'. `now`: for a Retry-After that is a date.
[[nodiscard]] Verdict judge(const HttpReply &reply, const std::vector<std::string_view> &lines, const Target &target, Product product,
                            Timestamp now);

} // namespace threadline::influx
