// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/stretchreader.h"

#include <algorithm>

namespace threadline::ui {
namespace {

constexpr int kRestMs = 300;         ///< a view that stands so long is looked at
constexpr int kMostSharedPages = 20; ///< pages may be empty
constexpr int kRecountMs = 10'000;   ///< a store of a million is counted in a third of a second
constexpr int kRecountStoredMs = 1000; ///< while files are read, which ends

} // namespace

StretchReader::StretchReader(Hub &hub, std::function<std::int64_t()> held, std::int64_t most, QObject *parent)
    : QObject(parent), m_hub(hub), m_held(std::move(held)), m_most(most)
{
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMs);
    connect(&m_rest, &QTimer::timeout, this, &StretchReader::look);
    m_recount.setSingleShot(true);
    connect(&m_recount, &QTimer::timeout, this, &StretchReader::countBoth);
}

StretchReader::~StretchReader() = default;

bool StretchReader::delivers() const { return m_hub.status().delivery.state != DeliveryState::Off; }

bool StretchReader::settled() const { return !m_rest.isActive() && !m_countingView.underWay() && !m_rows.underWay() && !m_shared.underWay(); }

void StretchReader::setView(TimeRange view, bool past, bool follows)
{
    m_view = view;
    m_past = past;
    if (follows)
        return;
    drop();
    m_rest.stop();
    if (m_partial || (past && delivers()))
        m_rest.start();
}

/// The look at all times is of no stretch: it goes on until another takes its place.
void StretchReader::drop()
{
    m_countingView.drop();
    m_rows.drop();
    if (m_sharedRange)
        m_shared.drop();
}

void StretchReader::look()
{
    count(true);
    if (!m_past || !delivers())
        return;
    m_sharedRange = m_view;
    m_sharedTaken = 0;
    m_sharedPages = 0;
    askShared({});
}

void StretchReader::setPartial()
{
    if (std::exchange(m_partial, true))
        return;
    countBoth();
    m_recount.start(kRecountStoredMs);
}

void StretchReader::noteChange(bool live)
{
    if (m_partial && !m_recount.isActive())
        m_recount.start(live ? kRecountMs : kRecountStoredMs);
}

void StretchReader::countBoth()
{
    count(false);
    count(true);
}

void StretchReader::count(bool ofView)
{
    if (!m_partial)
        return;
    const std::optional<TimeRange> range = ofView ? std::optional(m_view) : std::nullopt;
    const auto ask = [&](auto answer) { return m_hub.session().census(range, std::move(answer)); };
    (ofView ? m_countingView : m_counting).ask<Census>(this, ask, [this, ofView](const Result<Census> &census) {
        if (census)
            takeCount(ofView, *census);
        else
            m_hub.fail(census.error());
    });
}

void StretchReader::takeCount(bool ofView, const Census &census)
{
    (ofView ? m_inView : m_all) = census;
    Q_EMIT counted();
    if (ofView && m_held() < std::min(census.all, m_most))
        askRows({});
}

/// Page by page, until all that lies in the view is held or no more can be.
void StretchReader::askRows(const std::string &cursor)
{
    ListQuery query;
    query.from = m_view.start;
    query.to = m_view.end;
    query.limit = kRowsAsked;
    query.cursor = cursor;
    const auto ask = [&](auto answer) { return m_hub.session().list(query, std::move(answer)); };
    m_rows.ask<ListPage>(this, ask, [this](const Result<ListPage> &page) {
        if (!page)
            return m_hub.fail(page.error());
        Q_EMIT found(page->items);
        if (!page->nextCursor.empty() && m_held() < m_most)
            askRows(page->nextCursor);
    });
}

void StretchReader::lookAtAllShared()
{
    if (delivers() && !m_shared.underWay())
        askShared({});
}

void StretchReader::askShared(const std::string &cursor)
{
    ListQuery query;
    query.history = true;
    query.limit = kRowsAsked;
    query.cursor = cursor;
    if (m_sharedRange) {
        query.from = m_sharedRange->start;
        query.to = m_sharedRange->end;
    }
    const auto ask = [&](auto answer) { return m_hub.session().list(query, std::move(answer)); };
    m_shared.ask<ListPage>(this, ask, [this](const Result<ListPage> &page) {
        if (page)
            takeShared(*page);
        else
            m_hub.fail(page.error());
    });
}

void StretchReader::takeShared(const ListPage &page)
{
    m_origin = page.origin;
    // The list begins with what the local store has; what only the shared one has bears no commit.
    std::vector<Summary> rows;
    std::copy_if(page.items.begin(), page.items.end(), std::back_inserter(rows), [](const Summary &row) { return row.commit == 0; });
    m_sharedTaken += static_cast<int>(rows.size());
    Q_EMIT foundShared(rows);
    if (!page.nextCursor.empty() && m_sharedTaken < kMostShared && ++m_sharedPages < kMostSharedPages)
        askShared(page.nextCursor);
}

} // namespace threadline::ui
