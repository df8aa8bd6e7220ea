// SPDX-License-Identifier: GPL-3.0-or-later
/// How requests reach the database.
#pragma once

#include "core/base/time.h"
#include "core/influx/answers.h"

#include <functional>
#include <memory>
#include <string>

namespace threadline::delivery {

/// Sends requests; each is answered exactly once, later, on the same thread.
class Transport {
public:
    virtual ~Transport() = default;
    using Done = std::function<void(influx::HttpReply)>;
    /// A GET, or a POST of `body`, which is not copied; null: nothing.
    virtual void send(const influx::Request &request, std::shared_ptr<const std::string> body, bool get, Duration timeout, Done done) = 0;
    /// Forgets what is on its way; nothing of it is answered any more.
    virtual void cancel() = 0;
};

} // namespace threadline::delivery
