// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/render.h"

#include "core/base/json.h"

namespace threadline {
namespace {

void textOrNull(json::Writer &w, std::string_view name, std::string_view text)
{
    w.key(name);
    if (text.empty())
        w.null();
    else
        w.value(text);
}

void renderMarks(json::Writer &w, const PlacedEvent &placed)
{
    static constexpr std::pair<Event::Mark, std::string_view> kNames[] = {{Event::IdMade, "id-made"},
        {Event::BadSequence, "bad-sequence"}, {Event::Attached, "attached"}, {Event::LoneSurrogate, "lone-surrogate"},
        {Event::DuplicateMember, "duplicate-member"}, {Event::WithoutData, "without-data"}};
    w.key("marks");
    w.beginArray();
    for (const auto &[mark, name] : kNames) {
        if (placed.event->has(mark))
            w.value(name);
    }
    if (placed.sequenceTie)
        w.value("sequence-tie");
    w.endArray();
}

void renderEvidence(json::Writer &w, const PlacedEvent &placed, const std::vector<std::string> &variants, bool late)
{
    const Event &e = *placed.event;
    w.member("provenance", nameOf(e.provenance));
    w.key("receivedAt"); // not here, if it was read back
    if (e.received == Timestamp{})
        w.null();
    else
        w.value(formatTimestamp(e.received));
    w.key("lateness");
    if (late)
        w.value((e.received - e.time).us);
    else
        w.null();
    renderMarks(w, placed);
    w.key("variants");
    w.beginArray();
    for (const std::string &variant : variants)
        w.raw(variant);
    w.endArray();
}

void renderEvent(json::Writer &w, const PlacedEvent &placed)
{
    const Event &e = *placed.event;
    w.member("eventId", std::string_view(e.id.value));
    w.member("eventType", std::string_view(e.type));
    w.key("timestamp");
    w.value(formatTimestamp(e.time));
    w.key("sequence");
    if (e.sequence)
        w.value(*e.sequence);
    else
        w.null();
    w.member("lamportTimestamp", placed.lamport);
    textOrNull(w, "interactionId", e.interaction.value);
    textOrNull(w, "participantId", e.participant.value);
    textOrNull(w, "channelId", e.channel.value);
    w.key("data");
    if (e.dataSize > 0)
        w.raw(e.data());
    else
        w.null();
}

} // namespace

void TimelineRenderer::begin(std::string &out, std::string_view interaction)
{
    out += "{\"interactionId\":";
    json::Writer(out).value(interaction);
    out += ",\"events\":[";
}

void TimelineRenderer::events(std::string &out, const Derived &derived)
{
    for (std::size_t i = 0; i < derived.events.size(); ++i) {
        if (m_count++ > 0)
            out += ',';
        json::Writer w(out);
        w.beginObject();
        renderEvent(w, derived.events[i]);
        if (m_evidence)
            renderEvidence(w, derived.events[i], derived.variants[i], derived.places[i].late);
        w.endObject();
    }
}

void TimelineRenderer::end(std::string &out) const
{
    out += "],\"count\":";
    json::Writer(out).value(m_count);
    out += '}';
}

std::string renderTimeline(std::string_view interaction, const Derived &derived, bool evidence)
{
    std::size_t size = 256;
    for (const PlacedEvent &placed : derived.events)
        size += placed.event->raw.size() + 320;
    std::string out;
    out.reserve(size);
    TimelineRenderer renderer(evidence);
    renderer.begin(out, interaction);
    renderer.events(out, derived);
    renderer.end(out);
    return out;
}

} // namespace threadline
