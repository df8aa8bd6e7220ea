// SPDX-License-Identifier: GPL-3.0-or-later
/// A key pair and assertions signed with it, made without any of the code under test.
#pragma once

#include <QByteArray>
#include <QJsonObject>

#include <string>

namespace threadline::test {

/// Two RSA pairs, made at first use: the one that is registered, and a stranger's.
[[nodiscard]] std::string publicKeyPem();
enum class Signer { Registered, Stranger };
/// A compact JWS over `header` and `claims`.
[[nodiscard]] QByteArray sign(const QJsonObject &header, const QJsonObject &claims, Signer signer = Signer::Registered);

} // namespace threadline::test
