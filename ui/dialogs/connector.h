// SPDX-License-Identifier: GPL-3.0-or-later
/// What the window needs from the application to connect, open files and start the demo. The application implements it;
/// the window knows neither clients nor credentials beyond these values. All calls and callbacks: GUI thread.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/model/ids.h"

#include <QString>
#include <QStringList>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace threadline::ui {

enum class SignIn { ClientSecret, PrivateKey };

/// A connection by the streaming protocol.
struct ConnectionValues {
    QString name;        ///< as the status bar shows it
    QString environment; ///< "https://api.mypurecloud.com"
    SignIn signIn = SignIn::ClientSecret;
    QString clientId;
    QString secret;          ///< the client secret, or the private key as PEM text; empty in what current() gives
    bool keepSecret = false; ///< the user wants it kept in the keyring; else it lives as long as the session

    /// The name under which its secret is kept.
    [[nodiscard]] QString secretName() const { return clientId + QLatin1Char('@') + environment; }
};

/// One step of a test, when it has ended.
struct ConnectionStep {
    QString name; ///< "Host found", "Signed in", "Stream opened", "Subscribed"
    bool passed = false;
    QString detail;  ///< what was found
    QString problem; ///< empty if passed
    QString remedy;  ///< what to do, naming the setting, scope or permission
    Duration took;
};

/// How far the files that were opened are read.
struct ReadingState {
    QString file; ///< the one that is read now, its name alone
    int percent = 0;
    std::uint64_t conversations = 0;
    bool storing = false;         ///< all is read, the last of it is made durable
    std::optional<Duration> left; ///< an estimate
};

/// What could not be read in a file, or does not fit.
struct FileProblem {
    QString file;              ///< its path
    InteractionId interaction; ///< within this one, which was read all the same; empty: elsewhere in the file
    QString words;             ///< where and why, one sentence
};

/// Where in time the conversations of files lie, by their ends.
struct FilesPlace {
    InteractionId first; ///< the one that ends first
    Timestamp from;      ///< its end
    Timestamp until;     ///< the last end
};

/// What came of reading files.
struct FilesRead {
    std::uint64_t conversations = 0;
    std::uint64_t problems = 0;      ///< places that could not be read
    std::vector<FileProblem> listed; ///< the first of them
    bool nothingNew = false;         ///< all of it was stored already
    std::optional<FilesPlace> place = {}; ///< absent: none has a readable time
    bool stopped = false;            ///< on request: this is what was read by then, and kept
};

class Connector {
public:
    virtual ~Connector() = default;

    /// What the form starts with: the configured connection, without its secret.
    [[nodiscard]] virtual ConnectionValues current() const = 0;
    /// What is wrong with an environment URL; empty: nothing.
    [[nodiscard]] virtual QString checkEnvironment(const QString &url) const = 0;
    /// Names of the steps that a test will run, in order.
    [[nodiscard]] virtual QStringList testSteps() const = 0;
    /// Runs the steps one by one; stops at the first that fails. A test under way is cancelled first.
    virtual void test(const ConnectionValues &values, std::function<void(const ConnectionStep &)> step,
                      std::function<void(bool)> done) = 0;
    virtual void cancelTest() = 0;
    /// What a connection to this address is called where nobody has given it a name: "mypurecloud.de".
    [[nodiscard]] virtual QString proposedName(const QString &environment) const = 0;
    /// From now on these values are used.
    virtual void connectTo(const ConnectionValues &values) = 0;
    /// Imports files of conversation details, behind those that are being read. Errors: Cancelled where stopReading() came before they
    /// were begun; Malformed where there is no conversation in them; those of the disk.
    virtual void openFiles(const QStringList &paths, std::function<void(Result<FilesRead>)> done) = 0;
    /// How far that is; nothing: none is being read.
    [[nodiscard]] virtual std::optional<ReadingState> reading() const = 0;
    /// Ends it, and what waits behind it; what was read by then is kept.
    virtual void stopReading() = 0;
    /// Opens it, as a program of its own. Errors: Busy while that runs.
    [[nodiscard]] virtual Result<void> startDemo() = 0;
};

} // namespace threadline::ui
