// SPDX-License-Identifier: GPL-3.0-or-later
/// One socket of the simulator's server: first HTTP, then, if it asks for it and is admitted, the WebSocket of the stream.
#pragma once

#include "core/base/time.h"
#include "core/simulator/http.h"
#include "core/simulator/stream.h"
#include "core/simulator/wire.h"

#include <QObject>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

class QTcpSocket;

namespace threadline::sim {

/// Bytes that may wait to be written before the stream waits for the client.
inline constexpr qint64 kMaxUnsent = 1 << 20;

/// One thread.
class Connection : public QObject {
    Q_OBJECT
public:
    /// Answers plain requests, and says with which reply a handshake is refused.
    struct Host {
        std::function<HttpReply(const HttpRequest &)> answer;
        std::function<std::optional<HttpReply>(const HttpRequest &)> refuse;
        std::function<std::string()> correlation;
    };

    /// Takes `socket` over.
    Connection(QTcpSocket *socket, Host host, const Clock &clock, QObject *parent);
    ~Connection() override;

    [[nodiscard]] bool isStream() const { return m_state == State::Open || m_state == State::Closing; }
    [[nodiscard]] bool wasStream() const { return m_wasStream; }
    /// Subscribed, and not about to be closed.
    [[nodiscard]] bool listens() const { return m_state == State::Open && m_types != 0; }
    [[nodiscard]] bool hasRoom() const;
    [[nodiscard]] bool allWritten() const;
    /// How long nothing could be written although something waits.
    [[nodiscard]] Duration stalledFor() const;
    [[nodiscard]] bool isSilent() const { return m_clock.steady() < m_silentUntil; }

    /// What of the message the client has subscribed to.
    void send(const Stream::Item &item);
    /// The front half of the message, then the end without a word.
    void cut(const Stream::Item &item);
    /// Sends a close frame and waits for the client's, so that nothing on the way is lost.
    void closeGracefully(std::uint16_t code, std::string_view reason);
    void abort();
    void silenceFor(Duration length) { m_silentUntil = m_clock.steady() + length; }
    /// Frozen: nothing is read, so no ping is answered.
    void freeze(bool on);

Q_SIGNALS:
    void opened();
    void subscribed();
    void roomMade();
    void gone();

private:
    enum class State { Http, Open, Closing, Gone };

    void read();
    void readRequests();
    void serve(const HttpRequest &request);
    void shakeHands(const HttpRequest &request);
    void reply(const HttpReply &reply, bool close);
    void readFrames();
    void take(const FrameReader::Message &message);
    void subscribe(std::string_view text);
    void sendFrame(Opcode opcode, std::string_view payload);
    [[nodiscard]] std::string filtered(const Stream::Item &item) const;
    void end();

    QTcpSocket *m_socket;
    Host m_host;
    const Clock &m_clock;
    State m_state = State::Http;
    std::string m_input; ///< HTTP not yet understood
    FrameReader m_frames;
    unsigned m_types = 0; ///< a bit for each of kEventTypes
    bool m_wasStream = false;
    bool m_frozen = false;
    Duration m_lastWritten;
    Duration m_silentUntil;
};

} // namespace threadline::sim
