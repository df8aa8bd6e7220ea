// SPDX-License-Identifier: GPL-3.0-or-later
/// A real store that fails, or is slow, when it is told to.
#pragma once

#include "core/store/store.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

namespace threadline::test {

struct Faults {
    std::atomic<bool> writing{false}; ///< writes fail
    std::atomic<bool> reading{false}; ///< what the engine asks for first, find(), fails
    std::atomic<bool> naming{false};  ///< what is asked when a group is closed, namesIndexed(), fails
    std::atomic<int> summing{0};      ///< so many times summary() fails
    std::atomic<bool> handing{false}; ///< what delivery asks for, eventsAfter(), fails
    std::atomic<ErrorCode> code{ErrorCode::Unusable};
    std::atomic<int> slowMillis{0};   ///< each write takes so long
    std::atomic<int> refusedWrites{0}, refusedReads{0};
    [[nodiscard]] Error error() const { return {code, "The disk reports a failure of its own."}; }
};

class FaultyReader final : public StoreReader {
public:
    FaultyReader(std::unique_ptr<StoreReader> real, Faults &faults) : m(std::move(real)), m_faults(faults) {}
    Result<std::optional<InteractionKey>> find(std::string_view id) override
    {
        if (!m_faults.reading)
            return m->find(id);
        ++m_faults.refusedReads;
        return fail(m_faults.error());
    }
    Result<> events(InteractionKey key, const std::function<bool(StoredEvent &&)> &each) override { return m->events(key, each); }
    Result<> eventsByRow(std::span<const std::int64_t> rows, const std::function<bool(StoredEvent &&)> &each) override { return m->eventsByRow(rows, each); }
    Result<std::optional<Summary>> summary(InteractionKey key) override
    {
        if (m_faults.summing <= 0)
            return m->summary(key);
        --m_faults.summing;
        ++m_faults.refusedReads;
        return fail(m_faults.error());
    }
    Result<std::optional<Record>> record(std::string_view id) override { return m->record(id); }
    Result<std::vector<RecordVersion>> records(std::string_view id, bool texts) override { return m->records(id, texts); }
    Result<std::vector<WriteGroup::SummaryRow>> list(const Listing &listing) override { return m->list(listing); }
    Result<std::vector<WriteGroup::SummaryRow>> openAt(Timestamp at, int limit) override { return m->openAt(at, limit); }
    Result<Census> census(std::optional<TimeRange> range) override { return m->census(range); }
    Result<std::vector<Band>> bands(TimeRange range) override { return m->bands(range); }
    Result<std::vector<Refused>> refused(int limit) override { return m->refused(limit); }
    Result<> inferred(const std::function<bool(StoredEvent &&)> &each) override { return m->inferred(each); }
    Result<> eventsAfter(std::int64_t row, int limit, const std::function<bool(StoredEvent &&)> &each) override
    {
        if (!m_faults.handing)
            return m->eventsAfter(row, limit, each);
        ++m_faults.refusedReads;
        return fail(m_faults.error());
    }
    Result<std::vector<StoredChange>> changesAfter(std::int64_t number, int limit) override { return m->changesAfter(number, limit); }
    Result<std::int64_t> lastRow() override { return m->lastRow(); }
    Result<std::string> identity() override { return m->identity(); }
    Result<std::string> idOf(InteractionKey key) override { return m->idOf(key); }
    Result<bool> namesIndexed() override
    {
        if (!m_faults.naming)
            return m->namesIndexed();
        ++m_faults.refusedReads;
        return fail(m_faults.error());
    }
    Result<std::vector<InteractionKey>> interactionsNaming(std::string_view name) override { return m->interactionsNaming(name); }
    Result<std::uint64_t> countEvents() override { return m->countEvents(); }

private:
    std::unique_ptr<StoreReader> m;
    Faults &m_faults;
};

class FaultyStore final : public Store {
public:
    FaultyStore(std::unique_ptr<Store> real, Faults &faults) : m(std::move(real)), m_faults(faults) {}
    const Opened &opened() const override { return m->opened(); }
    Result<> write(WriteGroup &group) override
    {
        std::this_thread::sleep_for(std::chrono::milliseconds(m_faults.slowMillis));
        if (!m_faults.writing)
            return m->write(group);
        ++m_faults.refusedWrites;
        return fail(m_faults.error());
    }
    void interrupt() override { m->interrupt(); }
    Result<std::unique_ptr<StoreReader>> reader() const override
    {
        auto real = m->reader();
        if (!real)
            return fail(real.error());
        return std::make_unique<FaultyReader>(std::move(*real), m_faults);
    }
    Result<int> retain(Timestamp before, int limit) override { return m->retain(before, limit); }
    void protectAfter(std::uint64_t commit) override { m->protectAfter(commit); }
    Result<> forgetChanges(std::int64_t number) override { return m->forgetChanges(number); }
    Result<bool> hasTombstone(std::string_view id) const override { return m->hasTombstone(id); }
    Result<> closeCleanly(Timestamp now) override { return m->closeCleanly(now); }
    void endUnwritten() override { m->endUnwritten(); }
    Result<> inPlace() override { return m->inPlace(); }
    std::string warning() const override { return m->warning(); }
    std::string unreadable() const override { return m->unreadable(); }
    Result<std::string> integrity() const override { return m->integrity(); }

private:
    std::unique_ptr<Store> m;
    Faults &m_faults;
};

} // namespace threadline::test
