// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/plainhttp.h"

#include <QEventLoop>
#include <QTcpSocket>
#include <QTimer>
#include <QUrl>

namespace threadline::test {
namespace {

QByteArray inChunks(const QByteArray &body)
{
    constexpr qsizetype kChunk = 1000; // several even for a small body
    QByteArray out;
    for (qsizetype at = 0; at < body.size(); at += kChunk) {
        const QByteArray part = body.mid(at, kChunk);
        out += QByteArray::number(part.size(), 16) + "\r\n" + part + "\r\n";
    }
    return out + "0\r\n\r\n";
}

QByteArray wire(const PlainRequest &request, const QUrl &url)
{
    QByteArray target = url.path(QUrl::FullyEncoded).toLatin1();
    if (url.hasQuery())
        target += '?' + url.query(QUrl::FullyEncoded).toLatin1();
    QByteArray out =
        request.method + ' ' + (target.isEmpty() ? "/" : target) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n";
    for (const QByteArray &header : request.headers)
        out += header + "\r\n";
    if (request.chunked)
        return out + "Transfer-Encoding: chunked\r\n\r\n" + inChunks(request.body);
    if (!request.body.isEmpty() || request.method != "GET")
        out += "Content-Length: " + QByteArray::number(request.body.size()) + "\r\n";
    return out + "\r\n" + request.body;
}

QByteArray exchange(const PlainRequest &request)
{
    const QUrl url(QString::fromLatin1(request.url));
    QTcpSocket socket;
    QByteArray received;
    QEventLoop loop;
    QObject::connect(&socket, &QTcpSocket::connected, &loop, [&] { socket.write(wire(request, url)); });
    QObject::connect(&socket, &QTcpSocket::readyRead, &loop, [&] { received += socket.readAll(); });
    QObject::connect(&socket, &QTcpSocket::disconnected, &loop, &QEventLoop::quit);
    QObject::connect(&socket, &QTcpSocket::errorOccurred, &loop, &QEventLoop::quit);
    QTimer::singleShot(request.timeout, &loop, &QEventLoop::quit);
    socket.connectToHost(url.host(), static_cast<quint16>(url.port(80)));
    loop.exec();
    received += socket.readAll();
    socket.abort();
    return received;
}

void takeBody(const QByteArray &rest, PlainAnswer *answer)
{
    if (answer->headers.value("transfer-encoding") == "chunked") {
        qsizetype used = 0;
        answer->whole = takeChunks(rest, &answer->body, &used);
        return;
    }
    answer->body = rest;
    answer->whole =
        !answer->headers.contains("content-length") || answer->headers.value("content-length").toLongLong() == rest.size();
}

} // namespace

bool takeChunks(const QByteArray &bytes, QByteArray *body, qsizetype *used)
{
    qsizetype at = 0;
    for (;;) {
        const qsizetype end = bytes.indexOf("\r\n", at);
        if (end < 0)
            return false;
        bool isNumber = false;
        const qsizetype size = bytes.mid(at, end - at).split(';').first().trimmed().toLongLong(&isNumber, 16);
        if (!isNumber || bytes.size() < end + 2 + size + 2)
            return false;
        body->append(bytes.constData() + end + 2, size);
        at = end + 2 + size + 2;
        if (size == 0) {
            *used = at;
            return true;
        }
    }
}

PlainAnswer send(const PlainRequest &request)
{
    const QByteArray received = exchange(request);
    PlainAnswer answer;
    const qsizetype end = received.indexOf("\r\n\r\n");
    if (end < 0)
        return answer;
    answer.head = received.left(end);
    const QByteArrayList lines = answer.head.split('\n');
    answer.status = lines.first().mid(9, 3).toInt();
    for (const QByteArray &line : lines.mid(1)) {
        const qsizetype colon = line.indexOf(':');
        answer.headers.insert(line.left(colon).toLower(), line.mid(colon + 1).trimmed());
    }
    takeBody(received.mid(end + 4), &answer);
    return answer;
}

QByteArray encoded(const QList<std::pair<QByteArray, QByteArray>> &values)
{
    QByteArrayList out;
    for (const auto &[name, value] : values)
        out.append(name + '=' + value.toPercentEncoding());
    return out.join('&');
}

} // namespace threadline::test
