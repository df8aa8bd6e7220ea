// SPDX-License-Identifier: GPL-3.0-or-later
/// What the body of a refused write says, and which lines of the batch it names. Any thread.
#pragma once

#include "core/influx/answers.h"

namespace threadline::influx {

/// An error body: {"code","message"} (2.x, 3), {"error"} (1.x), {"error","data"} (3), {"code","line","message"} (Cloud Dedicated).
struct ErrorBody {
    struct Line {
        std::int64_t number = 0; ///< from 1
        std::string text, reason;
    };
    bool isJson = false;     ///< or was, before it was cut
    std::string message;     ///< the text itself where it is no JSON
    std::int64_t line = 0;   ///< from 1; 0: none named
    std::vector<Line> lines;
};

[[nodiscard]] ErrorBody readError(const HttpReply &reply);

/// The lines that it names, in their order, each once. By their text, which is known, wherever the text is given: foreign
/// quotation marks and line breaks in it then mean nothing.
[[nodiscard]] std::vector<Verdict::Bad> namedLines(const ErrorBody &error, const std::vector<std::string_view> &lines);

/// The reason in a message: without what stands around every reason of a partial write.
[[nodiscard]] std::string_view reasonIn(std::string_view message);

} // namespace threadline::influx
