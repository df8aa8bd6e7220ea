// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/removals.h"

#include "core/base/log.h"
#include "core/influx/removal.h"

#include <memory>
#include <utility>

namespace threadline::delivery {
namespace {

constexpr int kTries = 10;

} // namespace

Result<bool> Removals::next(influx::Product product, const std::string &productName, std::function<void(Result<>)> done)
{
    if (m_asks || m_clock.steady() < m_notBefore)
        return false;
    const auto first = m_delivery.removals(1);
    if (!first)
        return fail(first.error());
    if (first->empty()) {
        m_notBefore = m_clock.steady() + m_options.lookEvery;
        return true;
    }
    const DeliveryStore::Removal &removal = first->front();
    std::string body;
    const auto request = influx::removalRequest(m_options.target, product, removal.point, body);
    if (!request) {
        const auto left = leave(removal, productName + " cannot take single points away.");
        return left ? Result<bool>(true) : fail(left.error());
    }
    m_asks = true;
    m_delivery.setRemoving(removal.number);
    m_transport.send(*request, std::make_shared<const std::string>(std::move(body)), false, m_options.timeout,
                     [this, removal, product, done = std::move(done)](const influx::HttpReply &reply) {
                         m_asks = false;
                         m_delivery.setRemoving(0);
                         done(answered(removal, product, reply));
                     });
    return false;
}

Result<> Removals::answered(const DeliveryStore::Removal &removal, influx::Product product, const influx::HttpReply &reply)
{
    if (influx::isRemoved(reply)) {
        m_refusals = m_failures = 0;
        m_notBefore = {};
        m_backoff.reset();
        m_words.clear();
        DeliveryStore::Update update;
        update.removed = {removal.number};
        return m_delivery.write(update);
    }
    const influx::Verdict verdict = influx::judge(reply, {}, m_options.target, product, m_clock.now());
    const std::string why = verdict.words.empty() ? "The server answers with " + std::to_string(reply.status) + "." : verdict.words;
    if (verdict.what != influx::Verdict::Retry && ++m_refusals >= kTries)
        return leave(removal, why);
    if (std::exchange(m_words, why) != why)
        log::warning("delivery", "A point that no event has any more could not be taken away; it is tried again. " + why);
    m_notBefore = m_clock.steady() + m_backoff.next();
    if (verdict.what == influx::Verdict::Retry && ++m_failures >= kTries)
        return putBehind(removal);
    return {};
}

/// The server may be at fault for this one alone.
Result<> Removals::putBehind(const DeliveryStore::Removal &removal)
{
    m_refusals = m_failures = 0;
    DeliveryStore::Update update;
    update.removed = {removal.number};
    update.remove = {removal.point};
    return m_delivery.write(update);
}

/// A point that nobody can take away is listed, as an event that cannot be delivered is.
Result<> Removals::leave(const DeliveryStore::Removal &removal, const std::string &why)
{
    m_refusals = m_failures = 0;
    m_notBefore = {};
    m_backoff.reset();
    DeliveryStore::Update update;
    update.removed = {removal.number};
    update.dead = {{0, 0, m_clock.now(), "A point is left that no event has any more: " + why, removal.point, true}};
    return m_delivery.write(update);
}

} // namespace threadline::delivery
