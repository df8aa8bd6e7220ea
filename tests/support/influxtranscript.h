// SPDX-License-Identifier: GPL-3.0-or-later
/// A server that cannot be run here, played from a file: what it is asked, what it answers, and where that is documented.
///   {"scenarios":{"NAME":[{"request":{"method","path","db","q","params":{}},"answer":{"status","headers":{},"body":"" or ["line",..]},
///    "source":"repository @ commit, path"},..]}}
/// Of a request only what is named is compared; `db`, `q` and `params` stand in its query, its form or its JSON. `body` as an array is
/// lines, each with its line break. An entry is played each time it fits; where several fit, in their order.
#pragma once

#include "tests/support/fakeinflux.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <vector>

namespace threadline::test {

class InfluxTranscript {
public:
    /// Ends the test program where the file cannot be read, has no such scenario, or an entry without its source.
    InfluxTranscript(const QString &file, const QString &scenario);

    /// Answers all that `server` is asked. Both live in one thread; this one longer.
    void play(FakeInflux &server);
    /// A request that is not in it, or an entry that was never asked; nothing: neither.
    [[nodiscard]] QString wrong() const;
    /// Of the file, whatever the scenario.
    [[nodiscard]] const QJsonObject &file() const { return m_file; }

private:
    struct Entry {
        QJsonObject request;
        FakeInfluxAnswer answer;
        int asked = 0;
    };
    [[nodiscard]] Entry *fitting(const FakeInfluxRequest &request);
    [[nodiscard]] InfluxFault answer(const FakeInfluxRequest &request);

    QJsonObject m_file;
    std::vector<Entry> m_entries;
    QStringList m_unknown;
};

} // namespace threadline::test
