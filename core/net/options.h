// SPDX-License-Identifier: GPL-3.0-or-later
/// How outgoing connections are made.
#pragma once

#include <string>

namespace threadline {

struct NetworkOptions {
    std::string proxy;  ///< "http://host:port", "socks5://user:password@host:port"; empty: the system's
    std::string caFile; ///< PEM file with further certificate authorities; empty: the system's alone
    /// The setting that the address came from, as messages call it.
    std::string addressSetting = "GENESYS_ENVIRONMENT_URL (--environment)";
};

} // namespace threadline
