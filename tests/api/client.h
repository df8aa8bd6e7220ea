// SPDX-License-Identifier: GPL-3.0-or-later
/// A client that sends bytes as they are and reads HTTP answers; waits without an event loop.
#pragma once

#include <QByteArray>
#include <QElapsedTimer>
#include <QMap>
#include <QTcpSocket>

namespace threadline::test {

struct Answer {
    int status = 0; ///< 0: none came
    QMap<QByteArray, QByteArray> fields; ///< names in lower case
    QByteArray body;
    QByteArray all; ///< head and body
};

class Client {
public:
    explicit Client(quint16 port)
    {
        m_socket.connectToHost(QStringLiteral("127.0.0.1"), port);
        m_socket.waitForConnected(kPatience);
    }

    QTcpSocket &socket() { return m_socket; }
    void send(const QByteArray &bytes)
    {
        m_socket.write(bytes);
        m_socket.flush();
    }
    /// GET with what it needs.
    Answer get(const QByteArray &target, const QByteArray &fields = {}) { return request("GET", target, fields); }
    Answer request(const QByteArray &method, const QByteArray &target, const QByteArray &fields = {})
    {
        send(method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
        return read(method == "HEAD");
    }
    /// So many bytes of what comes, whatever they are.
    void take(qint64 bytes)
    {
        for (const qsizetype end = m_read.size() + bytes; m_read.size() < end;) {
            if (!more())
                return;
        }
    }
    /// Everything until the server closes the connection.
    QByteArray untilClosed()
    {
        while (more()) { }
        return m_read;
    }
    /// The next answer; `headOnly` if no body follows its head.
    Answer read(bool headOnly = false)
    {
        Answer answer;
        qsizetype end = -1;
        while ((end = m_read.indexOf("\r\n\r\n")) < 0) {
            if (!more())
                return answer;
        }
        const QByteArrayList lines = m_read.left(end).split('\n');
        for (const QByteArray &line : lines.mid(1)) {
            const qsizetype colon = line.indexOf(':');
            answer.fields[line.left(colon).toLower()] = line.mid(colon + 1).trimmed();
        }
        const qsizetype size = headOnly ? 0 : answer.fields["content-length"].toLongLong();
        while (m_read.size() < end + 4 + size) {
            if (!more())
                return answer;
        }
        answer.status = lines.first().split(' ').value(1).toInt();
        answer.body = m_read.mid(end + 4, size);
        answer.all = m_read.left(end + 4 + size);
        m_read.remove(0, end + 4 + size);
        return answer;
    }
    /// Whether the server ends the connection, whatever else it still sends.
    bool ended(int ms = kPatience)
    {
        QElapsedTimer timer;
        timer.start();
        while (m_socket.state() == QAbstractSocket::ConnectedState && timer.elapsed() < ms) {
            m_socket.waitForReadyRead(20);
            m_read += m_socket.readAll();
        }
        return m_socket.state() == QAbstractSocket::UnconnectedState;
    }
    /// Read and not yet taken.
    const QByteArray &pending() const { return m_read; }

private:
    static constexpr int kPatience = 10'000;

    bool more()
    {
        if (m_socket.bytesAvailable() == 0 && !m_socket.waitForReadyRead(kPatience))
            return false;
        m_read += m_socket.readAll();
        return true;
    }

    QTcpSocket m_socket;
    QByteArray m_read;
};

} // namespace threadline::test
