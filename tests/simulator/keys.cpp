// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulator/keys.h"

#include <QJsonDocument>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace threadline::test {
namespace {

EVP_PKEY *keyOf(Signer signer)
{
    static EVP_PKEY *const kRegistered = EVP_RSA_gen(2048);
    static EVP_PKEY *const kStranger = EVP_RSA_gen(2048);
    return signer == Signer::Registered ? kRegistered : kStranger;
}

QByteArray encoded(const QByteArray &bytes) { return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals); }

QByteArray encoded(const QJsonObject &object) { return encoded(QJsonDocument(object).toJson(QJsonDocument::Compact)); }

} // namespace

std::string publicKeyPem()
{
    BIO *memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(memory, keyOf(Signer::Registered));
    char *data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(memory);
    return pem;
}

QByteArray sign(const QJsonObject &header, const QJsonObject &claims, Signer signer)
{
    const QByteArray text = encoded(header) + '.' + encoded(claims);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, keyOf(signer));
    const auto *bytes = reinterpret_cast<const unsigned char *>(text.constData());
    std::size_t size = 0;
    EVP_DigestSign(context, nullptr, &size, bytes, static_cast<std::size_t>(text.size()));
    QByteArray signature(static_cast<qsizetype>(size), '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char *>(signature.data()), &size, bytes, static_cast<std::size_t>(text.size()));
    EVP_MD_CTX_free(context);
    signature.resize(static_cast<qsizetype>(size));
    return text + '.' + encoded(signature);
}

} // namespace threadline::test
