// SPDX-License-Identifier: GPL-3.0-or-later
/// One client: a socket that QHttpServer may read from, in front of the one that the client writes to.
#pragma once

#include "core/api/guard.h"
#include "core/api/pace.h"
#include "core/api/reply.h"
#include "core/api/request.h"
#include "core/api/routes.h"

#include <QTcpSocket>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace threadline::api {

/// Reads requests off the network within their limits, checks and frames them, and gives QHttpServer one whole,
/// well-formed request at a time, the next only when the one before is answered. It sees no byte of an ill one. The same
/// construction as QSslSocket's: a QTcpSocket in front of a plain one. Answers are written to the plain one alone, at once
/// or later; a client that leaves takes its question with it. Api thread.
class Connection final : public QTcpSocket {
public:
    Connection(Service &service, std::uint64_t serial);
    ~Connection() override;

    /// Takes over an accepted socket. False if the system does not let it.
    [[nodiscard]] bool take(qintptr descriptor);
    /// Resets it instead.
    void refuse(qintptr descriptor);

    /// QHttpServer has read the request that it was given.
    void onRequest();
    /// The answer to request number `request` has come from the session, or the next piece of its body.
    void answer(std::uint64_t request, Reply reply);
    /// On the clock's steady time.
    [[nodiscard]] Duration deadline() const { return m_deadline; }
    void expire();
    /// Who gives way to a newcomer, first to last; see Guard::giveWay().
    enum class GivesWay { Idle, Asking, Slow, Pipelining, Fresh };
    /// With its rank among those, the least first. Absent for whoever keeps its place.
    [[nodiscard]] std::optional<std::pair<GivesWay, std::int64_t>> givesWay() const;
    /// Bytes per second that it takes of its answer, if those are too few for it to keep others waiting.
    [[nodiscard]] std::optional<std::int64_t> slowPace() const;
    /// What it holds of Service::held; null: nothing.
    [[nodiscard]] const std::shared_ptr<const void> &held() const { return m_held; }
    /// Ends the connection and what it asked; QHttpServer then deletes it.
    void end();

    // What QHttpServer sees.
    [[nodiscard]] qint64 bytesAvailable() const override;
    void disconnectFromHost() override { m_givenUp = true; }
    void close() override { m_givenUp = true; }

protected:
    qint64 readData(char *data, qint64 size) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    enum class State {
        Reading,   ///< between requests, or in one
        Answering, ///< the session has been asked
        Sending,   ///< an answer is not out yet
        Draining,  ///< after a refusal: what comes is thrown away, so that the client gets to read why
        Closing,   ///< the last answer is on its way
        Gone,
    };

    void onReadable();
    void onWritten(qint64 bytes);
    void advance();
    bool collect();
    bool serveNext();
    bool skipEmptyLines();
    bool incomplete(std::string_view input);
    bool awaitsBody(const Head &head, std::size_t headSize, std::size_t have);
    void serve(const Head &head, std::size_t size);
    bool giveToServer(const Head &head);
    void start(Outcome outcome);
    void refuse(const Fault &fault);
    void send(Reply reply);
    [[nodiscard]] bool hold(const Reply &reply);
    void letGo();
    void pump();
    void askPiece();
    void takePiece(const Reply &piece);
    void writeBody(Session::Text body);
    /// Whether the body goes out in chunks.
    [[nodiscard]] bool framed() const { return m_rest && m_chunks; }
    void sent();
    void setDeadline(Duration in);
    [[nodiscard]] Duration now() const { return m_service.clock.steady(); }
    [[nodiscard]] std::string_view input() const { return std::string_view(m_input).substr(m_at); }

    Service &m_service;
    const std::uint64_t m_serial;
    QTcpSocket m_plain;
    State m_state = State::Reading;
    Duration m_deadline;
    bool m_busy = false;     ///< advance() runs
    bool m_givenUp = false;  ///< QHttpServer did not understand
    bool m_lingers = false;  ///< Draining instead of Closing after the answer
    bool m_begun = false;    ///< something of the next request has come, blank lines aside: more of it gains no time
    Duration m_since;        ///< when it began to wait for a request
    int m_inARow = 0;        ///< requests answered since it last had none to be answered

    // The request
    std::string m_input;        ///< what has been read and not been answered
    std::size_t m_at = 0;       ///< where in it the next request begins
    std::size_t m_searched = 0; ///< behind m_at: holds no end of a head
    std::size_t m_needed = 0;   ///< behind m_at: size of the request whose head has been read
    const Head *m_head = nullptr; ///< while QHttpServer reads it
    std::string m_toServer;
    std::size_t m_given = 0;
    std::uint64_t m_request = 0;
    const Route *m_route = nullptr;
    Duration m_started;
    bool m_keepAlive = true;
    bool m_headOnly = false;
    bool m_chunks = true;
    HandlePtr m_question;

    // The answer
    std::string m_out;
    Session::Text m_body;     ///< what is not out yet, from m_bodyAt on
    std::size_t m_bodyAt = 0;
    std::shared_ptr<Session::Pieces> m_rest; ///< what follows m_body
    std::shared_ptr<const void> m_held;      ///< what of the answer counts in Service::held
    HandlePtr m_piece;        ///< the next one is being made
    qint64 m_progress = 0;    ///< bytes out since the deadline was set
    Pace m_pace;
};

} // namespace threadline::api
