// SPDX-License-Identifier: GPL-3.0-or-later
/// A real InfluxDB of its own for a test: on a free loopback port, in a folder that goes with it, ended by the destructor.
///   V1   Debian's package influxdb (1.6.7)
///   V2   $THREADLINE_INFLUXD, else what tools/influxd has built
#pragma once

#include "tests/support/plainhttp.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <memory>
#include <optional>

namespace threadline::test {

class RealInflux {
public:
    enum class Kind { V1, V2 };
    struct Options {
        qint64 retentionSeconds = 0; ///< of the first bucket; V2, which takes 3600 and more; 0: for ever
        int maxValuesPerTag = -1;    ///< V1; negative: its default
        bool authEnabled = false;    ///< V1; V2 always wants a token
        QByteArray moreHttp = {};    ///< V1: further lines of [http] in its configuration
        QByteArray moreData = {};    ///< V1: of [data]
    };

    /// Why there is no such server here: the reason for QSKIP.
    [[nodiscard]] static std::optional<QString> unavailable(Kind kind);

    explicit RealInflux(Kind kind);
    RealInflux(Kind kind, Options options);
    ~RealInflux();
    RealInflux(const RealInflux &) = delete;
    RealInflux &operator=(const RealInflux &) = delete;

    /// Starts it, and makes the bucket (V1: the database). Returns what went wrong, if anything.
    [[nodiscard]] std::optional<QString> start();
    /// SIGKILL: as if the power had gone.
    void kill9();
    /// SIGTERM, waited for.
    void stop();
    /// Once more on the same port and folder, after kill9() or stop().
    [[nodiscard]] std::optional<QString> restart();

    [[nodiscard]] QByteArray url() const;
    [[nodiscard]] QByteArray token() const { return "test-token"; }         ///< V2: may do everything
    [[nodiscard]] QByteArray org() const { return "org"; }                  ///< V2
    [[nodiscard]] QByteArray bucket() const { return "bucket"; }            ///< V1: the database
    [[nodiscard]] QByteArray user() const { return "tester"; }              ///< V1 with authEnabled
    [[nodiscard]] QByteArray password() const { return "tester-password"; } ///< the same
    /// The header that lets everything through; none where nobody is asked.
    [[nodiscard]] QList<QByteArray> authorization() const;
    /// Where lines go, for `bucket` (empty: bucket()), in ns.
    [[nodiscard]] QByteArray writeUrl(const QByteArray &bucket = {}) const;

    [[nodiscard]] std::optional<QString> createBucket(const QByteArray &name, qint64 retentionSeconds = 0);
    [[nodiscard]] std::optional<QString> deleteBucket(const QByteArray &name);
    /// V2: a token that may only read `bucket`. V1 with authEnabled: the password of a new user, the bucket's name and "-reader".
    [[nodiscard]] QByteArray createReader(const QByteArray &bucket);

    [[nodiscard]] PlainAnswer write(const QByteArray &lines, const QByteArray &bucket = {});
    /// InfluxQL, times as ns; `params`: the binds as JSON. The body, whatever the status.
    [[nodiscard]] QByteArray query(const QByteArray &influxql, const QByteArray &params = {}, const QByteArray &database = {});
    /// V2: CSV without annotations, or the error.
    [[nodiscard]] QByteArray flux(const QByteArray &text);
    /// Any request; `path` with its query.
    [[nodiscard]] PlainAnswer request(const QByteArray &method, const QByteArray &path, const QByteArray &body = {},
                                      const QByteArray &contentType = "application/json");

private:
    [[nodiscard]] std::optional<QString> launch();
    [[nodiscard]] std::optional<QString> prepare();
    [[nodiscard]] QByteArray idOf(const char *what, const QByteArray &name);

    struct State;
    std::unique_ptr<State> m;
};

} // namespace threadline::test
