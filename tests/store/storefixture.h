// SPDX-License-Identifier: GPL-3.0-or-later
/// A folder of its own for each store under test, and short ways to fill it.
#pragma once

#include "core/store/store.h"
#include "tests/support/testmain.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <memory>
#include <string>

/// Fails the test with the error's words.
#define NEED(expression)                                                                                                         \
    do {                                                                                                                         \
        const auto &need_ = (expression);                                                                                        \
        if (!need_)                                                                                                              \
            QFAIL(need_.error().message.c_str());                                                                                \
    } while (false)

namespace threadline::test {

inline constexpr Timestamp kNoon{1'778'068'800'000'000};

class StoreFolder {
public:
    StoreFolder() : m_dir(scratchFolder() + QStringLiteral("/store-XXXXXX")) {}
    [[nodiscard]] std::string path() const { return m_dir.path().toStdString(); }
    [[nodiscard]] std::string database() const { return path() + "/threadline.db"; }
    [[nodiscard]] StoreOptions options() const
    {
        StoreOptions options;
        options.folder = path();
        return options;
    }
    [[nodiscard]] Result<std::unique_ptr<Store>> open() const { return Store::open(options()); }

    /// Every file but the shared memory, which is a cache of the journal, with the digest of its bytes.
    [[nodiscard]] std::map<QString, QByteArray> contents() const
    {
        std::map<QString, QByteArray> all;
        for (const QString &name : QDir(m_dir.path()).entryList(QDir::Files | QDir::Hidden)) {
            QFile file(m_dir.filePath(name));
            if (name.endsWith(QLatin1String("-shm")))
                all[name] = {};
            else if (file.open(QIODevice::ReadOnly))
                all[name] = QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256);
            else
                all[name] = "unreadable";
        }
        return all;
    }

private:
    QTemporaryDir m_dir;
};

inline WriteGroup::NewEvent newEvent(InteractionKey key, std::string id, std::string raw = "{}")
{
    return {key, std::move(id), std::move(raw), kNoon, Provenance::Live, 0};
}

/// Group `commit`: interactions are given as key and id, each with a summary.
inline WriteGroup groupOf(std::uint64_t commit, std::vector<WriteGroup::NewInteraction> interactions = {},
                          std::vector<WriteGroup::NewEvent> events = {})
{
    WriteGroup group;
    group.commit = commit;
    for (const auto &fresh : interactions) {
        Summary summary;
        summary.interaction.value = fresh.id;
        summary.start = summary.lastEventAt = kNoon;
        group.summaries.push_back({fresh.key, summary});
    }
    group.interactions = std::move(interactions);
    group.events = std::move(events);
    return group;
}

inline std::vector<StoredEvent> eventsOf(StoreReader &reader, InteractionKey key)
{
    std::vector<StoredEvent> all;
    const auto read = reader.events(key, [&](StoredEvent &&e) {
        all.push_back(std::move(e));
        return true;
    });
    if (!read)
        qCritical("%s", read.error().message.c_str());
    return all;
}

} // namespace threadline::test
