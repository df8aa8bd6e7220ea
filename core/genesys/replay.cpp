// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/recorder.h"

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/genesys/streamingdecoder.h"

#include <zlib.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

namespace threadline {
namespace {

/// A message of 4 MiB, every byte of it escaped as \u0000.
constexpr std::size_t kMaxLine = 6 * kMaxMessageBytes + 1024;
constexpr Duration kSlice = Duration::millis(50);

std::optional<std::string> fromBase64(std::string_view text)
{
    std::string out;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        if (c == '=')
            break;
        static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos)
            return std::nullopt;
        group = (group << 6 | static_cast<std::uint32_t>(digit)) & 0xffffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<char>(group >> bits & 0xff));
        }
    }
    return out;
}

BandCause causeFromName(std::string_view name)
{
    for (const BandCause cause : {BandCause::NotRunning, BandCause::Killed, BandCause::ConnectionLost, BandCause::HeldBack,
             BandCause::StoreFailed, BandCause::SequenceHole, BandCause::Refused}) {
        if (nameOf(cause) == name)
            return cause;
    }
    return BandCause::ConnectionLost;
}

/// The members of a line that mean something to us.
struct Line {
    bool isObject = false;
    std::optional<std::string> message, binary, reason, cause;
    std::optional<Timestamp> received, listening, notListening;
};

std::optional<Timestamp> timeOf(std::string_view raw)
{
    const auto text = json::stringOf(raw);
    return text ? parseTimestamp(*text) : std::nullopt;
}

Line readLine(std::string_view text)
{
    Line line;
    json::Reader reader;
    std::vector<json::Member> members;
    const auto prepared = reader.prepare(text);
    if (!prepared || !reader.members(*prepared, members))
        return line;
    line.isObject = true;
    for (const json::Member &m : members) {
        if (m.name == "received")
            line.received = timeOf(m.value);
        else if (m.name == "listening")
            line.listening = timeOf(m.value);
        else if (m.name == "notListening")
            line.notListening = timeOf(m.value);
        else if (m.name == "message")
            line.message = json::stringOf(m.value);
        else if (m.name == "binary")
            line.binary = json::stringOf(m.value);
        else if (m.name == "reason")
            line.reason = json::stringOf(m.value);
        else if (m.name == "cause")
            line.cause = json::stringOf(m.value);
    }
    return line;
}

/// What a line stands for. A JSON object without our members is itself a raw message.
std::optional<SourceItem> itemOf(std::string_view text, const Clock &clock)
{
    const Line line = readLine(text);
    if (!line.isObject)
        return std::nullopt;
    if (line.listening)
        return Listening{*line.listening};
    if (line.notListening)
        return NotListening{*line.notListening, causeFromName(line.cause.value_or("")), line.reason.value_or("")};
    if (line.received && line.message)
        return RawMessage{*line.message, *line.received, {}, false};
    if (line.received && line.binary) {
        auto bytes = fromBase64(*line.binary);
        return bytes ? std::optional<SourceItem>(RawMessage{std::move(*bytes), *line.received, {}, true}) : std::nullopt;
    }
    if (line.received)
        return std::nullopt;
    return RawMessage{std::string(text), clock.now(), {}, false};
}

Timestamp timeOf(const SourceItem &item)
{
    struct {
        Timestamp operator()(const RawMessage &m) const { return m.received; }
        Timestamp operator()(const Listening &l) const { return l.since; }
        Timestamp operator()(const NotListening &n) const { return n.since; }
    } visitor;
    return std::visit(visitor, item);
}

/// The lines of a file, gzip or not; a line above kMaxLine comes back empty and marked.
class Lines {
public:
    /// Ends early once `stop` is set: a line may be endless.
    Lines(const std::string &path, const std::atomic<bool> &stop) : m_file(gzopen(path.c_str(), "rb")), m_stop(stop)
    {
        if (m_file)
            gzbuffer(m_file, 256 * 1024);
    }
    ~Lines()
    {
        if (m_file)
            gzclose(m_file);
    }
    Lines(const Lines &) = delete;
    Lines &operator=(const Lines &) = delete;

    [[nodiscard]] bool isOpen() const { return m_file != nullptr; }
    [[nodiscard]] bool tooLong() const { return m_tooLong; }
    [[nodiscard]] bool cutOff() const { return m_cutOff; }

    bool next(std::string &line)
    {
        line.clear();
        m_tooLong = false;
        for (;;) {
            if (m_at == m_size && (m_stop || !fill()))
                return !line.empty() || m_tooLong;
            const char *begin = m_buffer.data() + m_at;
            const auto *end = static_cast<const char *>(std::memchr(begin, '\n', m_size - m_at));
            const std::size_t n = end ? static_cast<std::size_t>(end - begin) : m_size - m_at;
            append(line, {begin, n});
            m_at += n + (end ? 1 : 0);
            if (end)
                return true;
        }
    }

private:
    void append(std::string &line, std::string_view part)
    {
        if (m_tooLong || line.size() + part.size() > kMaxLine) {
            m_tooLong = true;
            line.clear();
            return;
        }
        line += part;
    }

    bool fill()
    {
        const int n = gzread(m_file, m_buffer.data(), static_cast<unsigned>(m_buffer.size()));
        int state = Z_OK;
        (void)gzerror(m_file, &state);
        m_cutOff = m_cutOff || n < 0 || state != Z_OK;
        m_at = 0;
        m_size = n > 0 ? static_cast<std::size_t>(n) : 0;
        return m_size > 0;
    }

    gzFile m_file;
    const std::atomic<bool> &m_stop;
    std::array<char, 64 * 1024> m_buffer;
    std::size_t m_at = 0, m_size = 0;
    bool m_tooLong = false, m_cutOff = false;
};

} // namespace

std::string ReplayReport::words() const
{
    std::string out = std::to_string(messages) + (messages == 1 ? " message" : " messages");
    if (malformed > 0)
        out += ", " + std::to_string(malformed) + (malformed == 1 ? " malformed line" : " malformed lines") + " (the first is line "
            + std::to_string(firstMalformedLine) + ")";
    if (cutOff)
        out += "; the file is cut off at its end";
    if (stopped)
        out += "; stopped before the end";
    return out + ".";
}

Replay::Replay(ReplayOptions options, SourceSink &sink, const Clock &clock) : m_options(std::move(options)), m_sink(sink), m_clock(clock)
{
}

Result<ReplayReport> Replay::run()
{
    std::error_code error;
    if (!std::filesystem::exists(m_options.file, error))
        return fail(ErrorCode::NotFound, "There is no recording " + m_options.file + ".");
    if (std::filesystem::is_directory(m_options.file, error))
        return fail(ErrorCode::Unusable, m_options.file + " is a folder, no recording.");
    // Opening a pipe or reading a device may never come back.
    if (!std::filesystem::is_regular_file(m_options.file, error))
        return fail(ErrorCode::Unusable, m_options.file + " is no file but a pipe or a device. Name a recording.");
    Lines lines(m_options.file, m_stop);
    if (!lines.isOpen())
        return fail(ErrorCode::Unusable, "The recording " + m_options.file + " cannot be read. Check its permissions.");
    m_sink.sourceState(SourceState::Listening, "Replaying " + m_options.file + ".");
    std::string line;
    bool goesOn = true;
    while (goesOn && lines.next(line)) {
        ++m_line;
        if (lines.tooLong())
            countMalformed();
        else
            goesOn = feedLine(line);
    }
    m_report.cutOff = lines.cutOff();
    m_report.stopped = !goesOn || m_stop;
    if (m_listening) {
        SourceItem end = NotListening{m_last, BandCause::NotRunning, m_report.stopped ? "replay stopped" : "end of the recording"};
        (void)give(end);
    }
    m_sink.sourceState(SourceState::Finished, "Replayed " + m_options.file + ": " + m_report.words());
    log::info("replay", m_options.file + ": " + m_report.words());
    return m_report;
}

void Replay::countMalformed()
{
    if (m_report.malformed++ == 0)
        m_report.firstMalformedLine = m_line;
}

void Replay::beginListening(Timestamp since)
{
    m_listening = true;
    SourceItem item = Listening{since};
    (void)give(item);
}

/// False: stopped.
bool Replay::feedLine(std::string_view line)
{
    while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
        line.remove_suffix(1);
    if (line.empty())
        return true;
    auto item = itemOf(line, m_clock);
    if (!item) {
        countMalformed();
        return true;
    }
    if (!waitFor(timeOf(*item)))
        return false;
    if (std::holds_alternative<RawMessage>(*item)) {
        if (!m_listening)
            beginListening(timeOf(*item));
        m_last = timeOf(*item);
        ++m_report.messages;
        std::get<RawMessage>(*item).receivedSteady = m_clock.steady();
    } else {
        m_listening = std::holds_alternative<Listening>(*item);
        m_last = timeOf(*item);
        ++m_report.connections;
    }
    return give(*item);
}

/// Until it is accepted. False: stopped.
bool Replay::give(SourceItem &item)
{
    while (!m_sink.offer(item)) {
        if (!pause(Duration::millis(10)))
            return false;
    }
    return !m_stop;
}

/// Holds `recorded` back until its turn has come in the recorded pace. False: stopped.
bool Replay::waitFor(Timestamp recorded)
{
    if (m_options.speed <= 0)
        return !m_stop;
    if (!std::exchange(m_paced, true)) {
        m_firstRecorded = recorded;
        m_startedSteady = m_clock.steady();
    }
    const Duration due{static_cast<std::int64_t>(static_cast<double>((recorded - m_firstRecorded).us) / m_options.speed)};
    for (;;) {
        const Duration left = m_startedSteady + due - m_clock.steady();
        if (left.us <= 0)
            return !m_stop;
        if (!pause(std::min(left, kSlice)))
            return false;
    }
}

bool Replay::pause(Duration length)
{
    std::unique_lock lock(m_mutex);
    return !m_wake.wait_for(lock, std::chrono::microseconds(length.us), [this] { return m_stop.load(); });
}

void Replay::stop()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_all();
}

} // namespace threadline
