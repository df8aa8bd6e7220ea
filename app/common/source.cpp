// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/source.h"

#include <QEventLoop>
#include <QTimer>

namespace threadline::app {

Source::Source(StreamingOptions options, SourceSink &sink, const Clock &clock, QObject *parent)
    : QObject(parent), m_client(std::make_unique<StreamingClient>(std::move(options), sink, clock))
{
    m_thread.setObjectName(QStringLiteral("source"));
    m_client->moveToThread(&m_thread);
    connect(&m_thread, &QThread::started, m_client.get(), &StreamingClient::start);
    connect(m_client.get(), &StreamingClient::refusedAtStart, this, &Source::refusedAtStart);
}

Source::Source(ReplayOptions options, SourceSink &sink, const Clock &clock, QObject *parent)
    : QObject(parent), m_replay(std::make_unique<Replay>(std::move(options), sink, clock))
{
    m_thread.setObjectName(QStringLiteral("replay"));
    auto *runner = new QObject;
    runner->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, runner, &QObject::deleteLater);
    connect(&m_thread, &QThread::started, runner, [this] {
        const auto report = m_replay->run();
        if (report)
            Q_EMIT replayed(QString::fromStdString(report->words()), false);
        else
            Q_EMIT replayed(QString::fromStdString(report.error().message), true);
    });
}

Source::~Source()
{
    if (m_replay)
        m_replay->stop();
    if (m_client && m_thread.isRunning()) {
        // the client says goodbye in its own thread, and is destroyed there
        QMetaObject::invokeMethod(m_client.get(), [client = m_client.release()] {
            QObject::connect(client, &StreamingClient::finished, client, [client] {
                QThread *thread = client->thread();
                delete client;
                thread->quit();
            }, Qt::QueuedConnection);
            client->stop();
        });
    } else {
        m_thread.quit();
    }
    if (!m_thread.wait(3000)) {
        m_thread.quit();
        m_thread.wait();
    }
}

void Source::start() { m_thread.start(); }

} // namespace threadline::app
