// SPDX-License-Identifier: GPL-3.0-or-later
/// Keys and certificates made at test time, with OpenSSL: nothing secret lies in the tree, and nothing in it expires.
#include "tests/support/fakeserver.h"

#include <QSslCertificate>
#include <QSslKey>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace threadline::test {
namespace {

struct KeyFree {
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
};
struct X509Free {
    void operator()(X509 *certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;
using Certificate = std::unique_ptr<X509, X509Free>;

template<class F>
QByteArray pemOf(F &&write)
{
    BIO *bio = BIO_new(BIO_s_mem());
    write(bio);
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    const QByteArray pem(data, static_cast<qsizetype>(size));
    BIO_free(bio);
    return pem;
}

QByteArray privatePemOf(EVP_PKEY *key)
{
    return pemOf([key](BIO *bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

QByteArray pemOf(X509 *certificate)
{
    return pemOf([certificate](BIO *bio) { PEM_write_bio_X509(bio, certificate); });
}

void addExtension(X509 *certificate, X509 *issuer, int nid, const QByteArray &value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    if (X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.constData())) {
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
}

/// Made once: a key takes longer than all the rest of a test, and which one it is does not matter to a certificate.
EVP_PKEY *sharedKey(int number)
{
    static const Key keys[] = {Key(EVP_RSA_gen(2048)), Key(EVP_RSA_gen(2048))};
    return keys[number].get();
}

Certificate newCertificate(EVP_PKEY *key, const QByteArray &commonName, long serial, bool expired)
{
    constexpr long kDay = 24 * 3600;
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), expired ? -3 * kDay : -kDay);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), expired ? -2 * kDay : kDay);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
        reinterpret_cast<const unsigned char *>(commonName.constData()), -1, -1, 0);
    return certificate;
}

} // namespace

FakeKey makeRsaKey()
{
    const Key key(EVP_RSA_gen(2048));
    return {privatePemOf(key.get()), pemOf([&](BIO *bio) { PEM_write_bio_PUBKEY(bio, key.get()); })};
}

FakeCertificates makeCertificates(const QByteArray &names, const QByteArray &authority, bool expired)
{
    EVP_PKEY *caKey = sharedKey(0);
    const Certificate ca = newCertificate(caKey, authority, 1, false);
    X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
    addExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
    addExtension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    X509_sign(ca.get(), caKey, EVP_sha256());

    EVP_PKEY *key = sharedKey(1);
    const Certificate certificate = newCertificate(key, "threadline test server", 2, expired);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca.get()));
    addExtension(certificate.get(), ca.get(), NID_subject_alt_name, names);
    addExtension(certificate.get(), ca.get(), NID_ext_key_usage, "serverAuth");
    X509_sign(certificate.get(), caKey, EVP_sha256());
    return {pemOf(ca.get()), pemOf(certificate.get()), privatePemOf(key)};
}

QSslConfiguration FakeCertificates::serverConfiguration() const
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(QSslCertificate(certificatePem, QSsl::Pem));
    configuration.setPrivateKey(QSslKey(keyPem, QSsl::Rsa, QSsl::Pem));
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    return configuration;
}

} // namespace threadline::test
