// SPDX-License-Identifier: GPL-3.0-or-later
/// One HTTP request after another, each on a connection of its own, waited for with a running event loop (so the server may live
/// in the same thread). It never repeats a request, follows nothing and undoes no encoding: tests see what was on the wire.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>

#include <chrono>

namespace threadline::test {

struct PlainAnswer {
    int status = 0;                        ///< 0: no status line came
    QByteArray head;                       ///< status line and headers as they came
    QHash<QByteArray, QByteArray> headers; ///< names in lower case
    QByteArray body;                       ///< chunks put together
    bool whole = false;                    ///< the body is as long as was announced
};

struct PlainRequest {
    QByteArray method = "GET";
    QByteArray url;                 ///< http://127.0.0.1:PORT/path?query, percent-encoded
    QList<QByteArray> headers = {}; ///< "Name: value"
    QByteArray body = {};
    std::chrono::milliseconds timeout{10'000};
    bool chunked = false; ///< send the body in chunks, without its length
};

[[nodiscard]] PlainAnswer send(const PlainRequest &request);

/// `name=value&...`, percent-encoded, for a query or a form.
[[nodiscard]] QByteArray encoded(const QList<std::pair<QByteArray, QByteArray>> &values);

/// Takes chunks apart; nothing while the last one is not there. `used`: how many bytes of `bytes` they took.
[[nodiscard]] bool takeChunks(const QByteArray &bytes, QByteArray *body, qsizetype *used);

} // namespace threadline::test
