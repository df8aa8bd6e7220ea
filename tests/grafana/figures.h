// SPDX-License-Identifier: GPL-3.0-or-later
/// What each query of the dashboard must answer, counted from the truth by itself.
#pragma once

#include "core/model/summary.h"
#include "tests/engine/harness.h"
#include "tests/grafana/dashboard.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace threadline::test {

class TrueFigures {
public:
    explicit TrueFigures(const Truth &truth);
    /// As shown() tells it; nothing for a query that is not known here.
    [[nodiscard]] std::optional<QStringList> expected(const QString &key, const View &view) const;
    [[nodiscard]] QStringList media(const View &view) const;  ///< what the variable offers
    [[nodiscard]] QStringList queues(const View &view) const;
    [[nodiscard]] const std::map<std::string, Summary> &summaries() const { return m_summaries; }
    [[nodiscard]] const std::vector<Event> &eventsOf(const std::string &interaction) const { return m_events.at(interaction); }

private:
    using Rows = std::vector<const Summary *>;
    using Events = std::vector<const Event *>;
    [[nodiscard]] bool isChosen(const Summary &summary, const View &view) const;
    [[nodiscard]] Rows started(const View &view, bool openOnly = false) const;
    [[nodiscard]] Rows ended(const View &view) const;
    [[nodiscard]] Events events(const View &view) const;
    [[nodiscard]] Events joinings(const View &view) const;
    [[nodiscard]] QStringList queueTable(const QString &refId, const View &view) const;
    [[nodiscard]] QStringList locator(const View &view) const;
    [[nodiscard]] QStringList timeline(const View &view) const;

    std::map<std::string, std::vector<Event>> m_events; ///< in canonical order
    std::map<std::string, std::vector<std::int64_t>> m_lamport;
    std::map<std::string, Summary> m_summaries;
};

} // namespace threadline::test
