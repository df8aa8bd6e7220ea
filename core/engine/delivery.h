// SPDX-License-Identifier: GPL-3.0-or-later
/// Delivery to the shared store, as the session asks it.
#pragma once

#include "core/base/result.h"
#include "core/model/delivery.h"
#include "core/session.h"
#include "core/store/delivery.h"

#include <vector>

namespace threadline {

/// Any thread; answers on a thread of its own. Handles as those of a session.
class Delivery {
public:
    virtual ~Delivery() = default;
    [[nodiscard]] virtual DeliveryStatus status() const = 0;
    /// The newest `limit`, newest first. Errors: those of the store.
    [[nodiscard]] virtual HandlePtr deadLetters(int limit, Session::Answer<std::vector<DeadLetter>> answer) = 0;
    /// As Session::retryDelivery.
    [[nodiscard]] virtual HandlePtr retry(bool deadLetters, Session::Answer<void> answer) = 0;
};

} // namespace threadline
