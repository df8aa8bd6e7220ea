// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/eventtable.h"

#include <bit>
#include <optional>

namespace threadline {
namespace {

constexpr std::size_t kUuidSize = 36;

bool isDash(std::size_t position) { return position == 8 || position == 13 || position == 18 || position == 23; }

/// Value of a lower-case hexadecimal digit, 255 of anything else.
constexpr std::array<std::uint8_t, 256> kDigits = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(255);
    for (int i = 0; i < 10; ++i)
        values[static_cast<std::size_t>('0' + i)] = static_cast<std::uint8_t>(i);
    for (int i = 0; i < 6; ++i)
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
    return values;
}();

/// The bits of a UUID in its one canonical spelling; every other text keeps its bytes. As numbers these bits compare as
/// their spellings do bytewise.
std::optional<std::array<std::uint64_t, 2>> packUuid(std::string_view text)
{
    if (text.size() != kUuidSize)
        return std::nullopt;
    std::array<std::uint64_t, 2> bits{};
    std::size_t digits = 0;
    std::uint8_t wrong = 0;
    for (std::size_t i = 0; i < kUuidSize; ++i) {
        if (isDash(i)) {
            wrong |= static_cast<std::uint8_t>(text[i] ^ '-');
            continue;
        }
        const std::uint8_t digit = kDigits[static_cast<std::uint8_t>(text[i])];
        wrong |= digit & 0xF0u;
        std::uint64_t &half = bits[digits++ / 16];
        half = half << 4 | (digit & 0x0Fu);
    }
    if (wrong != 0)
        return std::nullopt;
    return bits;
}

std::string unpackUuid(const std::array<std::uint64_t, 2> &bits)
{
    std::string text(kUuidSize, '-');
    unsigned digits = 0;
    for (std::size_t i = 0; i < kUuidSize; ++i) {
        if (isDash(i))
            continue;
        text[i] = "0123456789abcdef"[bits[digits / 16] >> (60 - 4 * (digits % 16)) & 15];
        ++digits;
    }
    return text;
}

std::string_view mediaName(const Facts &facts)
{
    return facts.media == Media::Unknown ? std::string_view(facts.mediaText) : nameOf(facts.media);
}

} // namespace

EventTable::Identity EventTable::identify(std::string_view id)
{
    if (const auto bits = packUuid(id))
        return {*bits, true};
    return {{id.size(), hash64(id)}, false};
}

std::uint64_t EventTable::hashOf(const LightEvent &e)
{
    return e.has(LightEvent::PackedId) ? e.id[0] ^ std::rotl(e.id[1], 32) : e.id[1];
}

std::string_view EventTable::idText(const LightEvent &e) const
{
    return std::string_view(m_idTexts).substr(e.id[0] >> 32, e.id[0] & 0xFFFF'FFFFu);
}

std::string EventTable::id(std::uint32_t index) const
{
    const LightEvent &e = m_events[index];
    return e.has(LightEvent::PackedId) ? unpackUuid(e.id) : std::string(idText(e));
}

std::uint32_t EventTable::find(std::string_view id)
{
    const Identity wanted = identify(id);
    const std::uint64_t hash = wanted.packed ? wanted.bits[0] ^ std::rotl(wanted.bits[1], 32) : wanted.bits[1];
    const std::uint32_t *slot = m_byId.find(hash, [&](std::uint32_t index) {
        const LightEvent &e = m_events[index];
        if (e.has(LightEvent::PackedId) != wanted.packed)
            return false;
        return wanted.packed ? e.id == wanted.bits : e.id[1] == wanted.bits[1] && idText(e) == id;
    });
    return slot ? *slot : kNoIndex;
}

void EventTable::describePeople(const Event &event, LightEvent &light)
{
    const Facts &f = event.facts;
    const bool agent = f.purpose == Purpose::Agent || f.purpose == Purpose::User;
    const bool party = f.purpose == Purpose::Customer || f.purpose == Purpose::External;
    // A user at work whose part is not said is taken for an agent.
    const bool unsaid = f.purpose == Purpose::Unknown && f.purposeText.empty() && !f.userId.empty();
    if (agent || unsaid) {
        light.person = m_words.number(f.userId.empty() ? f.name : f.userId);
        light.personName = m_words.number(f.name);
    } else if (party) {
        light.person = m_words.number(f.name.empty() ? f.address : f.name);
        if (!f.name.empty())
            light.flags |= LightEvent::PartyByName;
    }
}

LightEvent EventTable::describe(const Event &event)
{
    LightEvent light;
    light.time = event.time;
    light.received = event.received;
    light.sequence = event.sequence.value_or(0);
    light.content = event.content;
    light.participant = m_participants.number(event.participant.value);
    light.channel = m_channels.number(event.channel.value);
    light.kind = event.kind;
    light.rank = static_cast<std::uint8_t>(rankOf(event));
    light.purpose = event.facts.purpose;
    light.state = event.facts.state;
    if (event.sequence)
        light.flags |= LightEvent::Sequenced;
    if (event.provenance == Provenance::Import)
        light.flags |= LightEvent::Imported;
    light.media = m_words.number(mediaName(event.facts));
    light.queue = m_words.number(event.facts.queueId.empty() ? event.facts.queueName : event.facts.queueId);
    light.queueName = m_words.number(event.facts.queueName);
    describePeople(event, light);
    return light;
}

std::uint32_t EventTable::add(const Event &event)
{
    LightEvent light = describe(event);
    const Identity identity = identify(event.id.value);
    light.id = identity.bits;
    if (identity.packed) {
        light.flags |= LightEvent::PackedId;
    } else {
        light.id[0] |= static_cast<std::uint64_t>(m_idTexts.size()) << 32;
        m_idTexts += event.id.value;
    }
    const auto index = static_cast<std::uint32_t>(m_events.size());
    m_events.push_back(light);
    m_byId.insert(index, [this](std::uint32_t i) { return hashOf(m_events[i]); });
    return index;
}

void EventTable::replace(std::uint32_t index, const Event &event)
{
    LightEvent light = describe(event);
    LightEvent &old = m_events[index];
    light.id = old.id;
    light.flags |= old.flags & LightEvent::PackedId;
    light.variants = old.variants;
    old = light;
}

bool EventTable::keyBefore(std::uint32_t first, std::uint32_t second) const
{
    const LightEvent &a = m_events[first], &b = m_events[second];
    if (a.time != b.time)
        return a.time < b.time;
    if (a.rank != b.rank)
        return a.rank < b.rank;
    if (a.has(LightEvent::Sequenced) != b.has(LightEvent::Sequenced))
        return a.has(LightEvent::Sequenced);
    if (a.sequence != b.sequence)
        return a.sequence < b.sequence;
    if (a.has(LightEvent::PackedId) && b.has(LightEvent::PackedId))
        return a.id < b.id;
    return id(first) < id(second);
}

bool EventTable::chainBefore(std::uint32_t a, std::uint32_t b) const
{
    const std::int64_t x = m_events[a].sequence, y = m_events[b].sequence;
    return x != y ? x < y : keyBefore(a, b);
}

bool EventTable::mentionedBefore(std::uint32_t a, std::uint32_t b) const
{
    if (m_scope == SequenceScope::Interaction || m_scope == SequenceScope::Stream) {
        const bool x = m_events[a].has(LightEvent::Sequenced), y = m_events[b].has(LightEvent::Sequenced);
        if (x != y)
            return x;
        if (x)
            return chainBefore(a, b);
    }
    return keyBefore(a, b);
}

std::size_t EventTable::memoryBytes() const
{
    return m_events.capacity() * sizeof(LightEvent) + m_idTexts.capacity() + m_byId.memoryBytes()
        + m_participants.memoryBytes() + m_channels.memoryBytes() + m_words.memoryBytes();
}

} // namespace threadline
