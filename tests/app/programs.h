// SPDX-License-Identifier: GPL-3.0-or-later
/// Starting the real programs, asking their REST address, and what is checked of them.
#pragma once

#include "core/model/event.h"

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QStringList>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace threadline::test {

/// Where a program of ours lies: in the same build, or in $THREADLINE_PROGRAMS.
[[nodiscard]] QString programPath(const QString &name);

/// Within so many ms each program ends in every state: 5 s are promised; twofold slack.
inline constexpr int kEndsWithin = 10'000;
/// And when it has little to do: 1 s is promised; fivefold slack.
inline constexpr int kEndsIdleWithin = 5'000;

/// A program of ours, ended (SIGTERM, then SIGKILL) when it goes.
class Program {
public:
    /// `inChild` runs in the process before the program does, to take something from it.
    Program(const QString &name, const QStringList &arguments, const QStringList &environment = {}, const std::function<void()> &inChild = {});
    ~Program();

    /// Where it says that it listens, waiting at most 30 s; what it said instead in brackets if it ends.
    [[nodiscard]] QString address();
    [[nodiscard]] QProcess &process() { return m_process; }
    /// Everything written so far, both channels.
    [[nodiscard]] QString said();
    void kill9();
    /// SIGTERM; the exit code, or -1 if it does not end within `ms`.
    [[nodiscard]] int terminate(int ms);

private:
    QProcess m_process;
    QString m_said;
};

struct Reply {
    int status = 0; ///< 0: no answer
    QByteArray body;
};
[[nodiscard]] Reply get(const QString &url);

/// Environment that connects a collector to a simulator.
[[nodiscard]] QStringList demoEnvironment(const QString &url);

/// Ids of all interactions in the list, newest first.
[[nodiscard]] QStringList listAll(const QString &rest);
/// A metric without labels, or -1.
[[nodiscard]] double metric(const QString &rest, const QByteArray &name);

/// What the simulator's --truth file says, by interaction; `received` counts the events of the file.
[[nodiscard]] std::map<std::string, std::vector<Event>> readTruth(const QString &file);
/// The same, one after the other.
void eachTrueEvent(const QString &file, const std::function<void(Event &&)> &each);

/// What was ever seen over REST: event ids by interaction.
using Seen = std::map<QString, std::set<QString>>;
/// Adds what the body of a timeline shows. What is wrong with it (twice the same id, Lamport times that do not rise), or nothing.
[[nodiscard]] QString look(const QByteArray &body, Seen &seen);
/// What of `seen` is missing or wrong now, or nothing.
[[nodiscard]] QString stillThere(const QString &rest, const Seen &seen);

/// Looks at the newest interactions until `until` ms have passed; as look().
[[nodiscard]] QString watch(const QString &rest, Seen &seen, int until);
/// What the database's own check finds, or nothing.
[[nodiscard]] QString databaseProblem(const QString &folder);

/// Collector and simulator, the collector killed with SIGKILL `kills` times at random moments under load. What went wrong, or
/// nothing. After each kill the database is checked.
[[nodiscard]] QString killAgainAndAgain(int kills, const QString &folder, quint32 seed);

/// `interactions` with every fault at once over the network; every timeline over REST against the judge. What differs, or nothing.
[[nodiscard]] QString everyFault(int interactions, const QStringList &faults, const QString &folder,
                                 std::map<QString, QByteArray> *bodies);

/// Likewise with connections that are cut in mid-frame: what is missing lies in bands, everything else is as the judge says.
/// `rate`: events a second of the simulated time, which runs four times as fast as ours.
[[nodiscard]] QString cutAgainAndAgain(int interactions, int rate, const QStringList &faults, const QString &folder);

} // namespace threadline::test
