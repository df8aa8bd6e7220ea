// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulator/truthfile.h"

#include "core/base/json.h"

namespace threadline::app {

Result<std::unique_ptr<TruthFile>> TruthFile::create(const std::string &path, const sim::Options &options)
{
    auto truth = std::make_unique<TruthFile>();
    truth->m_file.open(path, std::ios::binary | std::ios::trunc);
    if (!truth->m_file)
        return fail(ErrorCode::InvalidArgument, "--truth: " + path + " cannot be written. Choose another file.");
    std::string header;
    json::Writer writer(header);
    writer.beginObject();
    writer.member("truth", "threadline-simulator");
    writer.member("version", 1);
    writer.member("seed", options.seed);
    writer.member("interactions", options.interactions);
    writer.member("scenario", std::string_view(options.scenario));
    writer.member("sequence", !options.faults.noSequence);
    writer.endObject();
    truth->m_file << header << '\n';
    return truth;
}

void TruthFile::add(const sim::TrueEvent &event)
{
    m_line = "{\"time\":\"";
    appendTimestamp(m_line, event.time);
    m_line += "\",\"event\":";
    m_line += event.json;
    m_line += "}\n";
    m_file.write(m_line.data(), static_cast<std::streamsize>(m_line.size()));
}

} // namespace threadline::app
