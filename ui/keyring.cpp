// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/keyring.h"

#include "core/base/log.h"

#include <qt6keychain/keychain.h>

namespace threadline::ui {
namespace {

QString service() { return QStringLiteral("threadline"); }

/// What became of it, in words for people: what a keyring's own layers say (D-Bus names and paths) helps nobody in a window, and goes to
/// the log. It holds no secret.
Error errorOf(const QKeychain::Job &job)
{
    log::info("keyring", job.errorString().toStdString());
    switch (job.error()) {
    case QKeychain::EntryNotFound: return {ErrorCode::NotFound, "The keyring holds no secret for this connection."};
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser: return {ErrorCode::Unusable, "The system's keyring is locked or refused access. Unlock it."};
    default: return {ErrorCode::Unusable, "This system has no keyring that answers."};
    }
}

Error notKept(const QKeychain::Job &job)
{
    Error error = errorOf(job);
    error.message += " The secret is kept for this session only.";
    return error;
}

} // namespace

void Keyring::probe(std::function<void(bool)> answer)
{
    // Reading what is not there tells whether anybody answers; older QtKeychain cannot be asked directly.
    auto *job = new QKeychain::ReadPasswordJob(service(), this);
    job->setInsecureFallback(false);
    job->setKey(QStringLiteral("probe"));
    connect(job, &QKeychain::Job::finished, this, [answer = std::move(answer)](QKeychain::Job *ended) {
        answer(ended->error() == QKeychain::NoError || ended->error() == QKeychain::EntryNotFound);
    });
    job->start();
}

void Keyring::keep(const QString &name, const QString &secret, std::function<void(Result<void>)> done)
{
    auto *job = new QKeychain::WritePasswordJob(service(), this);
    job->setInsecureFallback(false);
    job->setKey(name);
    job->setTextData(secret);
    connect(job, &QKeychain::Job::finished, this, [done = std::move(done)](QKeychain::Job *ended) {
        done(ended->error() == QKeychain::NoError ? Result<void>() : Result<void>(fail(notKept(*ended))));
    });
    job->start();
}

void Keyring::read(const QString &name, std::function<void(Result<QString>)> done)
{
    auto *job = new QKeychain::ReadPasswordJob(service(), this);
    job->setInsecureFallback(false);
    job->setKey(name);
    connect(job, &QKeychain::Job::finished, this, [done = std::move(done), job](QKeychain::Job *ended) {
        done(ended->error() == QKeychain::NoError ? Result<QString>(job->textData()) : Result<QString>(fail(errorOf(*ended))));
    });
    job->start();
}

void Keyring::forget(const QString &name, std::function<void(Result<void>)> done)
{
    auto *job = new QKeychain::DeletePasswordJob(service(), this);
    job->setInsecureFallback(false);
    job->setKey(name);
    connect(job, &QKeychain::Job::finished, this, [done = std::move(done)](QKeychain::Job *ended) {
        const bool gone = ended->error() == QKeychain::NoError || ended->error() == QKeychain::EntryNotFound;
        done(gone ? Result<void>() : Result<void>(fail(errorOf(*ended))));
    });
    job->start();
}

} // namespace threadline::ui
