// SPDX-License-Identifier: GPL-3.0-or-later
/// The one way a failure is returned in Threadline. No exception crosses a folder, no bool stands for failure.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace threadline {

/// What kind of failure it is, for the caller that has to decide; the words for people are in the message.
enum class ErrorCode {
    InvalidArgument,    ///< a setting, option or query of ours is wrong
    NotFound,           ///< there is no such thing
    Malformed,          ///< foreign bytes that do not mean anything
    TooLarge,           ///< foreign bytes beyond a limit
    CredentialsRefused, ///< the other side knows us and says no
    Unreachable,        ///< the other side does not answer
    Busy,               ///< occupied by another process, or over a limit for now
    Full,               ///< no room on the disk
    Unusable,           ///< a file or folder that cannot be used: damaged, foreign, newer
    Cancelled,          ///< asked to stop
    Internal,           ///< everything else
};

/// A failure. `message` says what happened, why, and what to do, in one to three sentences, without a secret.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;

    friend bool operator==(const Error &, const Error &) = default;
};

template<class T = void>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorCode::NotFound, "...");` from any function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message)
{
    return tl::make_unexpected(Error{code, std::move(message)});
}

/// Hands an error on unchanged: `if (!r) return fail(r.error());`
[[nodiscard]] inline tl::unexpected<Error> fail(Error error)
{
    return tl::make_unexpected(std::move(error));
}

} // namespace threadline
