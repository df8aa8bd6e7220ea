// SPDX-License-Identifier: GPL-3.0-or-later
/// Conversation records as contact centres make them, and what goes wrong with them on the way: the same for the same seed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace threadline::test {

/// Times are milliseconds from the beginning of the call.
struct MadeSegment {
    std::string type;
    std::optional<std::int64_t> start, end;
    std::string disconnect;
    std::optional<bool> conference;
    std::string code;
    bool oddStart = false, oddEnd = false; ///< written so that nobody can read it
};

/// A metric of consults.
struct MadeCount {
    std::optional<std::int64_t> time;
    int value = 1;
};

struct MadeSession {
    std::string id, media, direction;
    std::vector<MadeCount> consults;
    std::vector<MadeSegment> segments;
};

struct MadeParticipant {
    std::string id, purpose;
    std::vector<MadeSession> sessions;
};

struct MadeRecord {
    std::optional<std::int64_t> start, end;
    std::vector<MadeParticipant> participants;
    int timeForm = 0;
    bool collapsed = false; ///< lists of one are that one
    [[nodiscard]] std::string json() const;
};

inline constexpr int kTimeForms = 8;

class RecordMaker {
public:
    explicit RecordMaker(std::uint64_t seed) : m_random(seed), m_counting(seed) {}

    [[nodiscard]] MadeRecord make();
    /// Another export of the same conversation: later, earlier, with more in it or less, or the same.
    [[nodiscard]] MadeRecord another(const MadeRecord &record);

private:
    [[nodiscard]] std::int64_t upTo(std::int64_t most) { return static_cast<std::int64_t>(m_random() % static_cast<std::uint64_t>(most + 1)); }
    [[nodiscard]] bool oneIn(int n) { return m_random() % static_cast<std::uint64_t>(n) == 0; }
    template<class T>
    [[nodiscard]] T &any(std::vector<T> &values)
    {
        return values[static_cast<std::size_t>(upTo(static_cast<std::int64_t>(values.size()) - 1))];
    }
    MadeSession &leg(const std::string &purpose, const std::string &media, const std::string &direction = "inbound");
    MadeSegment piece(const std::string &type, std::int64_t start, std::int64_t end, const std::string &disconnect = {});

    void menu();
    void queue(bool last);
    void talk(bool last, std::int64_t answered);
    void holds(std::vector<MadeSegment> &out, std::int64_t from, std::int64_t to);
    void wrapUp(MadeSession &session, std::int64_t end);
    void together(std::int64_t from, std::int64_t to);
    void consult(std::size_t asker, std::int64_t from, std::int64_t to);
    void count(MadeSession &asker, std::int64_t from, std::int64_t start);
    void watched(std::int64_t from, std::int64_t to);
    void voicemail();
    void callback();
    void goWrong();
    [[nodiscard]] MadeSegment *anySegment();
    void goWrongSegment(MadeSegment &segment);
    void goWrongWhole();

    std::mt19937_64 m_random;
    std::mt19937_64 m_counting; ///< so that what is counted leaves the rest as it is
    MadeRecord m_record;
    std::string m_media;
    std::int64_t m_now = 0;
    std::int64_t m_legs = 0;
    bool m_flags = false;
    bool m_leftAlone = false; ///< a supervisor talks on where the agent was
};

/// The smallest record made from `record` by leaving things out of which `fails` is still true.
[[nodiscard]] MadeRecord shrunk(MadeRecord record, const std::function<bool(const MadeRecord &)> &fails);

} // namespace threadline::test
