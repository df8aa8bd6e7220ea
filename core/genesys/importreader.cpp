// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/importreader.h"

#include "core/base/ascii.h"
#include "core/base/json.h"
#include "core/genesys/importarchive.h"
#include "core/genesys/importbytes.h"
#include "core/genesys/importproblems.h"
#include "core/genesys/importtext.h"
#include "core/genesys/inputfile.h"
#include "core/genesys/jsonsplitter.h"
#include "core/genesys/recordkind.h"

#include <utility>
#include <vector>

namespace threadline {
namespace {

/// With single blanks for all white space.
std::string inOneLine(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (!ascii::isSpace(c))
            out.push_back(c);
        else if (!out.empty() && out.back() != ' ')
            out.push_back(' ');
    }
    return out;
}

/// Takes JSON text and hands over conversations.
class Collector final : public ImportSink {
public:
    Collector(std::string name, const std::function<bool(Record &&)> &each, const std::function<void(std::string)> &problem,
              const ImportLimits &limits, std::stop_token stop = {})
        : m_problems(std::move(name), problem), m_each(each), m_stop(std::move(stop)), m_maxBytes(limits.bytes),
          m_conversationBytes(limits.conversationBytes), m_splitter(newSplitter()), m_text(newText())
    {
    }

    bool feed(std::string_view text) override
    {
        if (m_totals.bytes + text.size() > m_maxBytes) {
            stop("the file holds more than " + std::to_string(m_maxBytes >> 20) + " MiB of text; what lies beyond is not read",
                 m_totals.bytes);
        }
        if (stopped())
            return false;
        m_totals.bytes += text.size();
        return m_text.feed(text) && !m_totals.stopped;
    }

    ImportTotals finish()
    {
        finishText();
        m_totals.problems = m_problems.finish();
        return m_totals;
    }

    void stop(std::string_view why, std::uint64_t at) override
    {
        tell(why, at);
        m_totals.stopped = true;
    }

    [[nodiscard]] std::uint64_t taken() const override { return m_totals.bytes; }

    [[nodiscard]] bool stopped() override
    {
        m_totals.stopped = m_totals.stopped || m_stop.stop_requested();
        return m_totals.stopped;
    }

    void member(std::string_view name) override
    {
        finishText();
        m_problems.member(name);
        m_splitter = newSplitter();
        m_text = newText();
    }

    void unpacked() override { m_problems.unpacked(); }

    void note(std::string_view why) override
    {
        if (!m_totals.stopped)
            m_problems.note(why);
    }

    void tell(std::string_view why, std::uint64_t at) override
    {
        if (!m_totals.stopped)
            m_problems.tell(why, at, m_totals.conversations);
    }

private:
    void finishText()
    {
        if (!m_totals.stopped) {
            m_text.finish();
            m_splitter.finish();
        }
        if (m_problems.holds())
            m_problems.replaceHeld(m_text.kind().is);
        m_problems.endStrays();
    }

    /// In brackets; whatever stood before it was none.
    bool bracketed(std::string_view text, std::uint64_t at)
    {
        m_problems.endStrays();
        if (m_problems.holds() && isExport(text))
            m_problems.release();
        return value(text, at);
    }

    /// Of a web page only what looks like a record: it is full of other JSON.
    bool isExport(std::string_view text)
    {
        const std::string_view sign = m_text.kind().markup ? "\"conversationId\"" : "\"";
        return text.find(sign) != std::string_view::npos && m_reader.prepare(text).has_value();
    }

    void word(std::string_view text, std::uint64_t at, bool inList)
    {
        const bool flattened = text.find("@{") != std::string_view::npos || text.find("System.Object") != std::string_view::npos;
        if (inList)
            tell("no conversation: " + std::string(text)
                     + (flattened ? " (whatever it held was lost as the file was made, as with ConvertTo-Json without -Depth 20)" : ""), at);
        else if (!m_totals.stopped)
            m_problems.stray(withoutStop(inOneLine(text)), at, m_totals.conversations);
    }

    JsonSplitter newSplitter()
    {
        return {{[this](std::string_view text, std::uint64_t at) { return bracketed(text, m_text.placeOf(at)); },
                 [this](std::string_view text, std::uint64_t at, bool inList) { word(text, m_text.placeOf(at), inList); },
                 [this](std::string_view why, std::uint64_t at) { tell(why, m_text.placeOf(at)); }},
                m_conversationBytes};
    }

    ImportText newText()
    {
        return ImportText({[this](std::string_view text) { m_splitter.feed(text); },
                           [this](std::string_view why, std::uint64_t at) { tell(why, at); }, [this](std::string_view why) { note(why); },
                           [this] { m_problems.hold(); }});
    }

    bool value(std::string_view text, std::uint64_t at)
    {
        if (m_totals.stopped)
            return false;
        auto record = readRecord(text, m_reader);
        if (!record)
            record = readOtherwise(text, at, record.error());
        if (!record)
            return false;
        ++m_totals.conversations;
        m_totals.stopped = !m_each(std::move(*record));
        return true;
    }

    /// What cannot be read as it stands: as what was meant, or it is told what it is.
    Result<Record> readOtherwise(std::string_view text, std::uint64_t at, const Error &error)
    {
        auto prepared = m_reader.prepare(text);
        std::string mended;
        if (!prepared) {
            const std::string why = withoutStop(prepared.error().message);
            mended = json::mended(text);
            prepared = m_reader.prepare(mended);
            if (!prepared || !isConversationRecord(*prepared)) {
                tell(withoutStop(error.message), at);
                return fail(error);
            }
            tell("the conversation is read as what it must mean, for " + why, at);
            return readRecord(mended, m_reader);
        }
        if (isConversationRecord(*prepared))
            tell(withoutStop(error.message), at);
        else if (!isEmptyPage(*prepared))
            tell("no conversation record but " + describeStranger(*prepared), at);
        return fail(error);
    }

    static std::string withoutStop(std::string_view message) { return std::string(message.ends_with('.') ? message.substr(0, message.size() - 1) : message); }

    ImportProblems m_problems;
    const std::function<bool(Record &&)> &m_each;
    std::stop_token m_stop;
    std::uint64_t m_maxBytes;
    std::size_t m_conversationBytes;
    json::Reader m_reader;
    ImportTotals m_totals;
    JsonSplitter m_splitter;
    ImportText m_text;
};

} // namespace

Result<ImportTotals> readImport(const std::string &path, const std::function<bool(Record &&)> &each,
                                const std::function<void(std::string)> &problem, const ImportProgress &progress,
                                const ImportLimits &limits, const std::stop_token &stop)
{
    auto file = InputFile::open(path);
    if (!file)
        return fail(file.error());
    Collector collector(path, each, problem, limits, stop);
    ImportIntake intake(collector, limits);
    std::vector<char> block(kImportBlock);
    const auto tellProgress = [&](std::uint64_t done) {
        if (progress)
            progress(done, file->size());
    };
    for (std::uint64_t done = 0;;) {
        const auto got = file->read(block);
        if (!got)
            return fail(got.error());
        if (*got == 0)
            break;
        if (done == 0 && isArchive({block.data(), *got})) {
            readArchive(*file, collector, limits, tellProgress);
            return collector.finish();
        }
        done += *got;
        if (!intake.feed({block.data(), *got}) || collector.stopped()) // what is packed may hold nothing for long
            return collector.finish();
        tellProgress(done);
    }
    intake.finish();
    return collector.finish();
}

ImportTotals readImportBytes(std::string_view bytes, const std::string &name, const std::function<bool(Record &&)> &each,
                             const std::function<void(std::string)> &problem, const ImportLimits &limits)
{
    Collector collector(name, each, problem, limits);
    if (isArchive(bytes)) {
        readArchive(bytes, collector, limits);
        return collector.finish();
    }
    ImportIntake intake(collector, limits);
    bool more = true;
    for (std::size_t at = 0; more && at < bytes.size(); at += kImportBlock)
        more = intake.feed(bytes.substr(at, kImportBlock));
    intake.finish();
    return collector.finish();
}

} // namespace threadline
