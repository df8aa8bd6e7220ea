// SPDX-License-Identifier: GPL-3.0-or-later
/// `threadline-collector restore` as a process of its own against a real InfluxDB 2, interrupted in every way, and what must be true
/// of the restored store: its REST answers are those of the machine that recorded, byte for byte.
#pragma once

#include "tests/app/programs.h"
#include "tests/delivery/rig.h"
#include "tests/support/influxserver.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <map>
#include <memory>

namespace threadline::test {

/// A machine that has recorded and delivered calls over some hours of their time.
class Recording {
public:
    /// What went wrong, or nothing.
    [[nodiscard]] QString record(int interactions);
    [[nodiscard]] RealInflux &server() { return m_server; }

    /// `restore` into this folder, begun.
    [[nodiscard]] std::unique_ptr<Program> restore(const QString &folder) const;
    /// What differs between the REST answers over that folder and those over the recorded one, or nothing.
    [[nodiscard]] QString different(const QString &folder) const;

private:
    [[nodiscard]] static std::map<QString, QByteArray> bodies(const QString &folder);

    RealInflux m_server{RealInflux::Kind::V2};
    std::unique_ptr<DeliveryRig> m_rig;
    std::map<QString, QByteArray> m_recorded;
    std::size_t m_events = 0;
};

/// Restores again and again, killed with SIGKILL at random moments until that has happened `kills` times; each store that is restored
/// to its end is compared. What went wrong, or nothing.
[[nodiscard]] QString restoreKilled(Recording &recording, int kills, quint32 seed, const QString &folder);

} // namespace threadline::test
