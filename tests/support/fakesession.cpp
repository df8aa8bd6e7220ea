// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakesession.h"

#include <algorithm>

namespace threadline::test {

/// Work that may be called off; its mutex is held while it runs, so that calling off waits for it.
struct FakeSession::Ticket {
    std::recursive_mutex mutex;
    std::function<void()> work;
};

struct FakeSession::Subscriber {
    std::recursive_mutex mutex;
    std::function<void(const ChangeSet &)> changed;
};

namespace {

template<class Target>
class Cancelling final : public Handle {
public:
    Cancelling(std::shared_ptr<Target> target, void (*cancel)(Target &)) : m_target(std::move(target)), m_cancel(cancel) {}
    ~Cancelling() override
    {
        const std::scoped_lock lock(m_target->mutex);
        m_cancel(*m_target);
    }

private:
    std::shared_ptr<Target> m_target;
    void (*m_cancel)(Target &);
};

} // namespace

FakeSession::FakeSession() : m_thread([this] { run(); }) {}

FakeSession::~FakeSession()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

void FakeSession::run()
{
    for (;;) {
        std::shared_ptr<Ticket> ticket;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_stop || (!m_held && !m_work.empty()); });
            if (m_stop)
                return;
            ticket = m_work.front();
            m_work.pop_front();
        }
        const std::scoped_lock lock(ticket->mutex);
        if (ticket->work)
            ticket->work();
    }
}

HandlePtr FakeSession::enqueue(std::function<void()> work)
{
    auto ticket = std::make_shared<Ticket>();
    ticket->work = std::move(work);
    {
        const std::scoped_lock lock(m_mutex);
        m_work.push_back(ticket);
    }
    m_wake.notify_all();
    return std::make_unique<Cancelling<Ticket>>(ticket, [](Ticket &t) { t.work = nullptr; });
}

template<class T, class F>
HandlePtr FakeSession::later(Answer<T> answer, F make)
{
    return enqueue([this, answer = std::move(answer), make = std::move(make)] {
        Result<T> result = [&]() -> Result<T> {
            const std::scoped_lock lock(m_mutex);
            if (m_error)
                return fail(*m_error);
            return make();
        }();
        answer(std::move(result));
    });
}

void FakeSession::put(InteractionView view, Summary summary)
{
    {
        const std::scoped_lock lock(m_mutex);
        summary.commit = ++m_commit;
        m_entries[summary.interaction.value] = {std::make_shared<const InteractionView>(std::move(view)), summary, false};
    }
    ChangeSet changes;
    changes.interactions.push_back(std::move(summary));
    tell(changes);
}

void FakeSession::tell(const ChangeSet &changes)
{
    std::vector<std::shared_ptr<Subscriber>> subscribers;
    {
        const std::scoped_lock lock(m_mutex);
        subscribers = m_subscribers;
    }
    for (const auto &subscriber : subscribers) {
        const std::scoped_lock lock(subscriber->mutex);
        if (subscriber->changed)
            subscriber->changed(changes);
    }
}

void FakeSession::setStatus(const Status &status)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_status = status;
    }
    ChangeSet changes;
    changes.status = true;
    tell(changes);
}

void FakeSession::setBands(std::vector<Band> bands)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_bands = std::move(bands);
    }
    ChangeSet changes;
    changes.bands = true;
    tell(changes);
}

void FakeSession::setRefused(std::vector<Refused> refused)
{
    const std::scoped_lock lock(m_mutex);
    m_refused = std::move(refused);
}

void FakeSession::setDeadLetters(std::vector<SetAside> letters)
{
    const std::scoped_lock lock(m_mutex);
    m_letters = std::move(letters);
}

void FakeSession::setAbsence(Error error)
{
    const std::scoped_lock lock(m_mutex);
    m_absence = std::move(error);
}

void FakeSession::putShared(InteractionView view, Summary summary)
{
    const std::scoped_lock lock(m_mutex);
    summary.commit = 0;
    m_entries[summary.interaction.value] = {std::make_shared<const InteractionView>(std::move(view)), summary, true};
}

void FakeSession::setListNote(std::string note)
{
    const std::scoped_lock lock(m_mutex);
    m_listNote = std::move(note);
}

std::pair<int, int> FakeSession::retried() const
{
    const std::scoped_lock lock(m_mutex);
    return m_retried;
}

void FakeSession::failWith(std::optional<Error> error)
{
    const std::scoped_lock lock(m_mutex);
    m_error = std::move(error);
}

void FakeSession::holdAnswers()
{
    const std::scoped_lock lock(m_mutex);
    m_held = true;
}

void FakeSession::release()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_held = false;
    }
    m_wake.notify_all();
}

Session::Text FakeSession::timelineAtHand(std::string_view) { return nullptr; }

HandlePtr FakeSession::timeline(InteractionId id, bool, Answer<Body> answer)
{
    return later<Body>(std::move(answer), [this, id]() -> Result<Body> {
        if (!m_entries.count(id.value))
            return fail(ErrorCode::NotFound, "Interaction not found.");
        return Body{std::make_shared<const std::string>("{\"interactionId\":\"" + id.value + "\",\"events\":[],\"count\":0}"), nullptr};
    });
}

HandlePtr FakeSession::interaction(InteractionId id, Answer<std::shared_ptr<const InteractionView>> answer)
{
    ++m_asked;
    m_mostAtOnce = std::max(m_mostAtOnce.load(), ++m_atOnce);
    return later<std::shared_ptr<const InteractionView>>(
        [this, answer = std::move(answer)](Result<std::shared_ptr<const InteractionView>> result) {
            --m_atOnce;
            answer(std::move(result));
        },
        [this, id]() -> Result<std::shared_ptr<const InteractionView>> {
            const auto found = m_entries.find(id.value);
            if (found == m_entries.end())
                return fail(m_absence);
            return found->second.view;
        });
}

HandlePtr FakeSession::list(ListQuery query, Answer<ListPage> answer)
{
    if (query.history)
        ++m_sharedLists;
    return later<ListPage>(std::move(answer), [this, query] { return page(query); });
}

/// The local ones first; those of the shared store, in its range, behind them.
Result<ListPage> FakeSession::page(const ListQuery &query) const
{
    ListPage page;
    if (!query.idPrefix.empty()) {
        for (const auto &[id, entry] : m_entries) {
            if (!entry.shared && id.starts_with(query.idPrefix) && static_cast<int>(page.items.size()) < query.limit)
                page.items.push_back(entry.summary);
        }
        return page;
    }
    std::vector<Summary> all;
    for (const auto &[id, entry] : m_entries) {
        const Summary &s = entry.summary;
        const bool within = (!query.to || s.start < *query.to) && (!query.from || s.end.value_or(kLatestTime) >= *query.from);
        if (within && (!entry.shared || query.history))
            all.push_back(s);
        if (within && entry.shared && query.history)
            page.origin.shared = entry.view->origin.shared;
    }
    std::sort(all.begin(), all.end(), [](const Summary &a, const Summary &b) { return a.commit > b.commit; });
    const std::size_t from = query.cursor.empty() ? 0 : std::stoul(query.cursor);
    const std::size_t to = std::min(all.size(), from + static_cast<std::size_t>(query.limit));
    page.items.assign(all.begin() + static_cast<std::ptrdiff_t>(std::min(from, to)), all.begin() + static_cast<std::ptrdiff_t>(to));
    page.nextCursor = to < all.size() ? std::to_string(to) : std::string();
    if (query.history)
        page.origin.note = m_listNote;
    return page;
}

HandlePtr FakeSession::census(std::optional<TimeRange> range, Answer<Census> answer)
{
    return later<Census>(std::move(answer), [this, range]() -> Result<Census> {
        Census census;
        for (const auto &[id, entry] : m_entries) {
            const Summary &s = entry.summary;
            if (entry.shared || (range && (s.start >= range->end || s.end.value_or(kLatestTime) < range->start)))
                continue;
            const Timestamp last = s.end.value_or(s.start);
            census.span = census.span ? TimeRange{std::min(census.span->start, s.start), std::max(census.span->end, last)} : TimeRange{s.start, last};
            ++census.all;
            census.open += s.state != InteractionState::Ended;
        }
        if (range || !census.span)
            return census;
        census.occupancy = Occupancy(*census.span);
        for (const auto &[id, entry] : m_entries) {
            if (!entry.shared)
                census.occupancy.add(entry.summary.start, entry.summary.end.value_or(census.span->end));
        }
        census.occupancy.sum();
        return census;
    });
}

HandlePtr FakeSession::bands(TimeRange range, Answer<std::vector<Band>> answer)
{
    return later<std::vector<Band>>(std::move(answer), [this, range]() -> Result<std::vector<Band>> {
        std::vector<Band> out;
        for (const Band &band : m_bands) {
            if (band.start < range.end && (!band.end || *band.end >= range.start))
                out.push_back(band);
        }
        return out;
    });
}

HandlePtr FakeSession::refused(Answer<std::vector<Refused>> answer)
{
    return later<std::vector<Refused>>(std::move(answer), [this]() -> Result<std::vector<Refused>> { return m_refused; });
}

HandlePtr FakeSession::deadLetters(Answer<std::vector<SetAside>> answer)
{
    return later<std::vector<SetAside>>(std::move(answer), [this]() -> Result<std::vector<SetAside>> { return m_letters; });
}

HandlePtr FakeSession::retryDelivery(bool deadLetters, Answer<void> answer)
{
    return later<void>(std::move(answer), [this, deadLetters]() -> Result<> {
        ++(deadLetters ? m_retried.second : m_retried.first);
        if (deadLetters)
            std::erase_if(m_letters, [](const SetAside &letter) { return !letter.delivered; });
        return {};
    });
}

Status FakeSession::status() const
{
    const std::scoped_lock lock(m_mutex);
    return m_status;
}

HandlePtr FakeSession::subscribe(std::function<void(const ChangeSet &)> changed)
{
    auto subscriber = std::make_shared<Subscriber>();
    subscriber->changed = std::move(changed);
    {
        const std::scoped_lock lock(m_mutex);
        m_subscribers.push_back(subscriber);
    }
    return std::make_unique<Cancelling<Subscriber>>(subscriber, [](Subscriber &s) { s.changed = nullptr; });
}

} // namespace threadline::test
