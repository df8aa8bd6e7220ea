// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/source.h"

namespace threadline::app {

Source::Source(StreamingOptions options, SourceSink &sink, const Clock &clock, QObject *parent)
    : QObject(parent), m_client(std::make_unique<StreamingClient>(std::move(options), sink, clock))
{
    m_thread.setObjectName(QStringLiteral("source"));
    m_client->moveToThread(&m_thread);
    connect(&m_thread, &QThread::started, m_client.get(), &StreamingClient::start);
    connect(m_client.get(), &StreamingClient::refusedAtStart, this, &Source::refusedAtStart);
    // It finishes when it is asked to, or by itself when it is refused; either way its thread ends and takes it along.
    connect(m_client.get(), &StreamingClient::finished, &m_thread, &QThread::quit, Qt::DirectConnection);
    connect(&m_thread, &QThread::finished, this, [this] {
        std::scoped_lock lock(m_mutex);
        m_client.reset();
    }, Qt::DirectConnection);
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
    stop();
    m_thread.wait();
}

void Source::start() { m_thread.start(); }

void Source::stop()
{
    if (m_replay) {
        m_replay->stop();
        m_thread.quit();
    }
    std::scoped_lock lock(m_mutex);
    if (m_client)
        m_client->stop();
}

} // namespace threadline::app
