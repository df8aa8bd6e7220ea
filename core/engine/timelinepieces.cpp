// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/timelinepieces.h"

#include "core/engine/question.h"

#include <algorithm>
#include <span>

namespace threadline {
namespace {

// Each client that does not read keeps one piece in memory: hundreds of them must stay within some tens of megabytes.
constexpr std::size_t kMostEvents = 200;  ///< read at a time
constexpr std::size_t kPiece = 64 * 1024; ///< of raw text; one event may be larger

} // namespace

TimelinePieces::TimelinePieces(ReaderPool &pool, InteractionId id, std::vector<Place> places, bool evidence)
    : m_pool(pool), m_id(std::move(id)), m_places(std::move(places)), m_renderer(evidence)
{}

Session::Text TimelinePieces::first()
{
    std::string begin;
    m_renderer.begin(begin, m_id.value);
    return std::make_shared<const std::string>(std::move(begin));
}

HandlePtr TimelinePieces::next(Session::Answer<Session::Text> answer)
{
    return ask<Session::Text>(m_pool, std::move(answer), [self = shared_from_this()](ReadContext &context) { return self->read(context); });
}

Result<Session::Text> TimelinePieces::read(ReadContext &context)
{
    if (m_ended)
        return Session::Text();
    std::string piece;
    if (m_at < m_places.size()) {
        const std::size_t count = std::min(kMostEvents, m_places.size() - m_at);
        const auto some = context.deriver.hold(context.reader, m_id.value, std::span(m_places).subspan(m_at, count), kPiece);
        if (!some)
            return fail(some.error());
        m_renderer.events(piece, *some);
        m_at += some->events.size();
    }
    if (m_at == m_places.size()) {
        m_renderer.end(piece);
        m_ended = true;
    }
    return std::make_shared<const std::string>(std::move(piece));
}

} // namespace threadline
