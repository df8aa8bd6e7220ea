// SPDX-License-Identifier: GPL-3.0-or-later
/// Bytes as text that addresses, headers and JSON can hold. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace threadline {

/// For a query, a path or a form: every byte but the unreserved ones (RFC 3986 section 2.3) as %XX.
[[nodiscard]] std::string percentEncoded(std::string_view bytes);

/// RFC 4648 section 4, padded.
[[nodiscard]] std::string base64(std::string_view bytes);

} // namespace threadline
