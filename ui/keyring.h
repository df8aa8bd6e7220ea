// SPDX-License-Identifier: GPL-3.0-or-later
/// Where secrets stay: the system's keyring, or, where there is none, this session alone. GUI thread.
#pragma once

#include "core/base/result.h"

#include <QObject>
#include <QString>

#include <functional>

namespace threadline::ui {

class SecretStore {
public:
    virtual ~SecretStore() = default;

    /// Whether the system has a keyring that answers; asks it.
    virtual void probe(std::function<void(bool)> answer) = 0;
    /// Keeps `secret` under `name`, replacing what was there.
    virtual void keep(const QString &name, const QString &secret, std::function<void(Result<void>)> done) = 0;
    /// NotFound where nothing is kept under this name.
    virtual void read(const QString &name, std::function<void(Result<QString>)> done) = 0;
    virtual void forget(const QString &name, std::function<void(Result<void>)> done) = 0;
};

/// The system's keyring, by QtKeychain (Secret Service, KWallet, Credential Manager, Keychain).
class Keyring : public QObject, public SecretStore {
    Q_OBJECT
public:
    using QObject::QObject;

    void probe(std::function<void(bool)> answer) override;
    void keep(const QString &name, const QString &secret, std::function<void(Result<void>)> done) override;
    void read(const QString &name, std::function<void(Result<QString>)> done) override;
    void forget(const QString &name, std::function<void(Result<void>)> done) override;
};

} // namespace threadline::ui
