// SPDX-License-Identifier: GPL-3.0-or-later
/// Takes away, one after the other, the points that no event has any more; see influx/removal.h. One that the server refuses to take
/// away (a token that may not delete) is tried some minutes long, then listed as set aside; one that it fails at goes behind the
/// others: it holds up neither events nor the next one. Without a thread of its own, as the sender, which owns it.
#pragma once

#include "core/base/backoff.h"
#include "core/base/time.h"
#include "core/delivery/transport.h"
#include "core/influx/answers.h"
#include "core/store/delivery.h"

#include <functional>
#include <string>

namespace threadline::delivery {

struct RemovalOptions {
    influx::Target target;
    Duration timeout;
    Duration lookEvery; ///< for new ones
};

class Removals {
public:
    /// All must outlive it.
    Removals(RemovalOptions options, Backoff backoff, DeliveryStore &delivery, Transport &transport, const Clock &clock)
        : m_options(std::move(options)), m_backoff(backoff), m_delivery(delivery), m_transport(transport), m_clock(clock)
    {}

    /// Asks for the next one to be taken away, if it is time. `done` is called after the answer. True: what it came to is noted,
    /// or there is none. Errors: those of the store.
    [[nodiscard]] Result<bool> next(influx::Product product, const std::string &productName, std::function<void(Result<>)> done);
    /// Asks at the next call, whatever was to be waited for.
    void retryNow()
    {
        m_backoff.reset();
        m_notBefore = {};
    }
    /// A question is on its way.
    [[nodiscard]] bool asks() const { return m_asks; }

private:
    [[nodiscard]] Result<> answered(const DeliveryStore::Removal &removal, influx::Product product, const influx::HttpReply &reply);
    [[nodiscard]] Result<> putBehind(const DeliveryStore::Removal &removal);
    [[nodiscard]] Result<> leave(const DeliveryStore::Removal &removal, const std::string &why);

    const RemovalOptions m_options;
    Backoff m_backoff;
    DeliveryStore &m_delivery;
    Transport &m_transport;
    const Clock &m_clock;
    bool m_asks = false;
    int m_refusals = 0; ///< of the one that comes first
    int m_failures = 0; ///< likewise: the server could not
    std::string m_words; ///< why it was not taken away, as last told
    Duration m_notBefore;
};

} // namespace threadline::delivery
