// SPDX-License-Identifier: GPL-3.0-or-later
/// What the OAuth side of the simulator accepts.
#pragma once

#include "core/base/time.h"

#include <string>
#include <vector>

namespace threadline::sim {

struct Accounts {
    std::string clientId = "demo-client";
    std::string clientSecret = "demo-secret";
    std::string publicKeyPem; ///< for JWT bearer; empty: that grant is refused
    Duration tokenLife = Duration::seconds(86'399);
    std::vector<std::string> missingScopes; ///< answer 403 naming these
};

} // namespace threadline::sim
