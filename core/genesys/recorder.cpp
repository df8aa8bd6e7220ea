// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/recorder.h"

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/log.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

namespace threadline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTokenMember = "access_token";
constexpr std::string_view kStars = "***";

/// Steps over `text` from `at` while `isIn` holds.
template<class F>
std::size_t skip(const std::string &text, std::size_t at, F &&isIn)
{
    while (at < text.size() && isIn(text[at]))
        ++at;
    return at;
}

/// Where the string that was opened before `at` ends: at its quote, or, inside another string, at the backslash before it.
std::size_t endOfString(const std::string &text, std::size_t at, bool nested)
{
    for (; at < text.size(); ++at) {
        if (text[at] == '"' || (nested && text.compare(at, 2, "\\\"") == 0))
            return at;
        if (text[at] == '\\')
            ++at;
    }
    return text.size();
}

/// "access_token" : "value" -> "access_token" : "***", also where the text is itself inside a JSON string (\").
void maskTokenMembers(std::string &text)
{
    const auto isBlank = [](char c) { return c == ' ' || c == '\t' || c == '\\'; };
    const auto isQuoteOrBlank = [&](char c) { return c == '"' || isBlank(c); };
    for (std::size_t at = text.find(kTokenMember); at != std::string::npos; at = text.find(kTokenMember, at)) {
        at = skip(text, at + kTokenMember.size(), isQuoteOrBlank);
        if (at >= text.size() || text[at] != ':')
            continue;
        at = skip(text, at + 1, isBlank);
        if (at >= text.size() || text[at] != '"')
            continue;
        const bool nested = text[at - 1] == '\\';
        const std::size_t end = endOfString(text, ++at, nested);
        text.replace(at, std::min(end, text.size()) - at, kStars);
        at += kStars.size();
    }
}

void lineOf(json::Writer &w, const RawMessage &message)
{
    w.member("received", std::string_view(formatTimestamp(message.received)));
    const std::string text = withoutSecrets(message.text);
    if (message.binary)
        w.member("binary", std::string_view(base64(text)));
    else
        w.member("message", std::string_view(text));
}

void lineOf(json::Writer &w, const Listening &item) { w.member("listening", std::string_view(formatTimestamp(item.since))); }

void lineOf(json::Writer &w, const NotListening &item)
{
    w.member("notListening", std::string_view(formatTimestamp(item.since)));
    w.member("cause", nameOf(item.cause));
    w.member("reason", std::string_view(withoutSecrets(item.reason)));
}

/// Made empty and for the owner's eyes alone, because a recording holds what people said and wrote.
bool makeEmpty(const std::string &path)
{
    const std::ofstream file(path, std::ios::binary | std::ios::trunc);
    std::error_code error;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, error);
    return file.good() && !error;
}

std::string wordsOf(const std::error_code &error) { return error ? error.message() : std::string("unknown cause"); }

} // namespace

std::string withoutSecrets(std::string_view text)
{
    std::string out = log::masked(text);
    maskTokenMembers(out);
    return out;
}

std::string recordLine(const SourceItem &item)
{
    std::string out;
    json::Writer w(out);
    w.beginObject();
    std::visit([&](const auto &what) { lineOf(w, what); }, item);
    w.endObject();
    return out;
}

struct Recorder::Private {
    Private(RecorderOptions o, SourceSink &n) : options(std::move(o)), next(n) {}
    ~Private();

    [[nodiscard]] Result<void> begin();
    void write(const std::string &line);
    void flushRegularly();
    void flush();
    void rotate();
    void finish();
    void giveUp(const std::string &why);

    const RecorderOptions options;
    SourceSink &next;
    std::string line; ///< of the item that was offered last, kept while it finds no room
    mutable std::mutex mutex; ///< all below
    std::condition_variable wake;
    gzFile file = nullptr;
    Counts counts;
    bool dirty = false;
    bool ending = false;
    std::thread flusher;
};

Recorder::Private::~Private()
{
    {
        const std::scoped_lock lock(mutex);
        ending = true;
    }
    wake.notify_all();
    if (flusher.joinable())
        flusher.join();
    finish();
}

/// Opens FILE anew; one that is there becomes FILE.1.
Result<void> Recorder::Private::begin()
{
    std::error_code error;
    const bool there = fs::exists(options.file, error);
    if (there && !fs::is_regular_file(options.file, error))
        return fail(ErrorCode::Unusable, "The recording " + options.file + " cannot be written: there is something that is no file. Name another one.");
    if (there)
        fs::rename(options.file, options.file + ".1", error);
    if (error)
        return fail(ErrorCode::Unusable, "The recording " + options.file + " cannot replace an older one: " + wordsOf(error) + ".");
    errno = 0;
    if (makeEmpty(options.file))
        file = gzopen(options.file.c_str(), "wb6");
    if (!file)
        return fail(ErrorCode::Unusable, "The recording " + options.file + " cannot be written: " + std::strerror(errno) + ". Name another file or folder.");
    gzbuffer(file, 128 * 1024);
    return {};
}

void Recorder::Private::finish()
{
    if (file && gzclose(std::exchange(file, nullptr)) != Z_OK && counts.problem.empty())
        giveUp("its end could not be written; is the disk full?");
}

/// With the mutex held.
void Recorder::Private::giveUp(const std::string &why)
{
    counts.problem = "The recording " + options.file + " has ended: " + why;
    log::error("recorder", counts.problem + " The event stream goes on without it.");
    if (file)
        gzclose(std::exchange(file, nullptr));
}

void Recorder::Private::write(const std::string &text)
{
    const std::scoped_lock lock(mutex);
    if (!file) {
        ++counts.lost;
        return;
    }
    if (gzwrite(file, text.data(), static_cast<unsigned>(text.size())) != static_cast<int>(text.size())) {
        ++counts.lost;
        return giveUp("it could not be written; is the disk full?");
    }
    ++counts.items;
    dirty = true;
    // What zlib still holds is not counted here; the flusher's second bounds it.
    if (static_cast<std::uint64_t>(gzoffset(file)) >= options.maxBytes / 2)
        rotate();
}

/// With the mutex held.
void Recorder::Private::rotate()
{
    finish();
    if (const auto opened = begin(); !opened)
        return giveUp(opened.error().message);
    dirty = false;
    if (++counts.rotations == 1)
        log::info("recorder", options.file + " has reached half of its limit; it goes on as a new file, the one before is " + options.file + ".1");
}

void Recorder::Private::flush()
{
    if (!file || !std::exchange(dirty, false))
        return;
    if (gzflush(file, Z_SYNC_FLUSH) != Z_OK)
        giveUp("it could not be written; is the disk full?");
}

void Recorder::Private::flushRegularly()
{
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, std::chrono::microseconds(options.flushEvery.us), [this] { return ending; }))
        flush();
}

Recorder::Recorder(std::unique_ptr<Private> p) : d(std::move(p)) {}
Recorder::~Recorder() = default;

Result<std::unique_ptr<Recorder>> Recorder::open(const RecorderOptions &options, SourceSink &next)
{
    if (options.file.empty())
        return fail(ErrorCode::InvalidArgument, "--record needs the name of a file.");
    auto p = std::make_unique<Private>(options, next);
    if (const auto begun = p->begin(); !begun)
        return fail(begun.error());
    p->flusher = std::thread([raw = p.get()] { raw->flushRegularly(); });
    log::info("recorder", "recording to " + options.file + ", at most " + std::to_string(options.maxBytes >> 20) + " MiB with " + options.file + ".1");
    return std::unique_ptr<Recorder>(new Recorder(std::move(p)));
}

/// The line is made before the item is moved away, and written once the item is accepted.
bool Recorder::closed() const { return d->next.closed(); }

bool Recorder::offer(SourceItem &item)
{
    d->line = recordLine(item);
    d->line.push_back('\n');
    if (!d->next.offer(item))
        return false;
    d->write(d->line);
    return true;
}

void Recorder::sourceState(SourceState state, const std::string &detail) { d->next.sourceState(state, detail); }

Recorder::Counts Recorder::counts() const
{
    const std::scoped_lock lock(d->mutex);
    return d->counts;
}

} // namespace threadline
