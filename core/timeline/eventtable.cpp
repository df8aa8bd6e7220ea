// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/timeline/eventtable.h"

#include "core/model/limits.h"

#include <bit>
#include <cstring>
#include <optional>

namespace threadline {
namespace {

constexpr std::size_t kUuidSize = 36;
constexpr std::size_t kFirstRoom = 8; ///< events; hardly any interaction has fewer

bool isDash(std::size_t position) { return position == 8 || position == 13 || position == 18 || position == 23; }

/// The value of eight lower-case hexadecimal digits, all at once; sets `wrong` where one is none.
std::uint64_t readDigits(const char *text, std::uint64_t &wrong)
{
    constexpr std::uint64_t kEach = 0x0101'0101'0101'0101u, kTop = 0x80 * kEach;
    std::uint64_t c;
    std::memcpy(&c, text, sizeof c);
    if constexpr (std::endian::native == std::endian::little)
        c = __builtin_bswap64(c);
    wrong |= c & kTop;
    c &= ~kTop; // so that no sum below reaches into the next byte
    const std::uint64_t digit = (c + 0x50 * kEach) & ~(c + 0x46 * kEach);  // '0' to '9'
    const std::uint64_t letter = (c + 0x1F * kEach) & ~(c + 0x19 * kEach); // 'a' to 'f'
    wrong |= ~(digit | letter) & kTop;
    const std::uint64_t nibbles = (c & (0x0F * kEach)) + 9 * ((letter & kTop) >> 7);
    std::uint64_t value = (nibbles | nibbles >> 4) & 0x00FF'00FF'00FF'00FFu;
    value = (value | value >> 8) & 0x0000'FFFF'0000'FFFFu;
    return (value | value >> 16) & 0xFFFF'FFFFu;
}

/// The bits of a UUID in its one canonical spelling; every other text keeps its bytes. As numbers these bits compare as
/// their spellings do bytewise.
std::optional<std::array<std::uint64_t, 2>> packUuid(std::string_view text)
{
    if (text.size() != kUuidSize || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        return std::nullopt;
    const char *t = text.data();
    std::array<char, 16> middle; // the three groups of four, and the four digits behind them
    std::memcpy(middle.data(), t + 9, 4);
    std::memcpy(middle.data() + 4, t + 14, 4);
    std::memcpy(middle.data() + 8, t + 19, 4);
    std::memcpy(middle.data() + 12, t + 24, 4);
    std::uint64_t wrong = 0;
    const std::array<std::uint64_t, 2> bits{readDigits(t, wrong) << 32 | readDigits(middle.data(), wrong),
                                            readDigits(middle.data() + 8, wrong) << 32 | readDigits(t + 28, wrong)};
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

} // namespace

EventTable::Identity EventTable::identify(std::string_view id)
{
    if (const auto bits = packUuid(id))
        return {*bits, true};
    return {{id.size(), hash64(id)}, false};
}

std::uint64_t EventTable::hashOf(const std::array<std::uint64_t, 2> &id, bool packed)
{
    return packed ? spread(id[0] ^ spread(id[1])) : id[1];
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

/// As lists show it: however long a name is, this is all that is kept of it in memory.
std::uint32_t EventTable::word(std::string_view text) { return m_words.number(shownText(text, m_scratch)); }

std::uint32_t EventTable::mediaWord(const Facts &facts)
{
    if (facts.media == Media::Unknown)
        return word(facts.mediaText);
    std::uint32_t &word = m_mediaWords[static_cast<std::size_t>(facts.media)];
    if (word == kNoIndex)
        word = m_words.number(nameOf(facts.media));
    return word;
}

void EventTable::describePeople(const Event &event, LightEvent &light)
{
    const Facts &f = event.facts;
    const bool agent = f.purpose == Purpose::Agent || f.purpose == Purpose::User;
    const bool party = f.purpose == Purpose::Customer || f.purpose == Purpose::External;
    // A user at work whose part is not said is taken for an agent.
    const bool unsaid = f.purpose == Purpose::Unknown && f.purposeText.empty() && !f.userId.empty();
    if (agent || unsaid) {
        light.person = word(f.userId.empty() ? f.name : f.userId);
        light.personName = word(f.name);
    } else if (party) {
        light.person = word(f.name.empty() ? f.address : f.name);
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
    light.media = mediaWord(event.facts);
    light.queue = word(event.facts.queueId.empty() ? event.facts.queueName : event.facts.queueId);
    light.queueName = word(event.facts.queueName);
    describePeople(event, light);
    return light;
}

bool EventTable::is(std::uint32_t index, const Identity &identity, std::string_view id) const
{
    const LightEvent &e = m_events[index];
    if (e.has(LightEvent::PackedId) != identity.packed)
        return false;
    return identity.packed ? e.id == identity.bits : e.id[1] == identity.bits[1] && idText(e) == id;
}

std::uint32_t EventTable::find(std::string_view id) const
{
    const Identity wanted = identify(id);
    return m_byId.known(hashOf(wanted.bits, wanted.packed), [&](std::uint32_t index) { return is(index, wanted, id); });
}

std::uint32_t EventTable::findOrAdd(const Event &event)
{
    const std::string &id = event.id.value;
    const Identity wanted = identify(id);
    const auto same = [&](std::uint32_t index) { return is(index, wanted, id); };
    const auto hashOfEvent = [this](std::uint32_t i) { return hashOf(m_events[i].id, m_events[i].has(LightEvent::PackedId)); };
    const std::uint32_t known =
        m_byId.findOrAdd(hashOf(wanted.bits, wanted.packed), static_cast<std::uint32_t>(m_events.size()), same, hashOfEvent);
    if (known != kNoIndex)
        return known;
    LightEvent light = describe(event);
    light.id = wanted.bits;
    if (wanted.packed) {
        light.flags |= LightEvent::PackedId;
    } else {
        light.id[0] |= static_cast<std::uint64_t>(m_idTexts.size()) << 32;
        m_idTexts += id;
    }
    if (m_events.empty())
        m_events.reserve(kFirstRoom);
    m_events.push_back(light);
    return kNoIndex;
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
