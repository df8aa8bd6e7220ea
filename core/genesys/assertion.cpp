// SPDX-License-Identifier: GPL-3.0-or-later
/// Where tokens are asked for, and the signed assertion of the JWT bearer grant (RFC 7523 section 3, RFC 7515).
#include "core/genesys/oauth.h"

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/settings.h"

#include <QByteArray>
#include <QUrl>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

namespace threadline {
namespace {

constexpr std::int64_t kAssertionLifeSeconds = 300;
constexpr std::size_t kMaxKeyFile = 64 * 1024;
constexpr std::string_view kPemStart = "-----BEGIN";

struct BioFree {
    void operator()(BIO *bio) const { BIO_free(bio); }
};
struct KeyFree {
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
};
struct ContextFree {
    void operator()(EVP_MD_CTX *context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;

void replaceAll(std::string &text, std::string_view what, std::string_view by)
{
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

/// Environment variables often carry the two characters \n where the file has a line end.
std::string withRealLineEnds(std::string text)
{
    replaceAll(text, "\\r", "");
    replaceAll(text, "\\n", "\n");
    return text;
}

std::optional<std::string> readKeyFile(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return std::nullopt;
    std::string text(kMaxKeyFile, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.empty())
        return std::nullopt;
    return text;
}

/// The PEM text. Nothing of what was given is in the error: it may be a key that lost its first line.
Result<std::string> pemText(const std::string &given)
{
    if (given.find(kPemStart) != std::string::npos)
        return withRealLineEnds(given);
    const auto text = readKeyFile(given);
    if (!text)
        return fail(ErrorCode::InvalidArgument, "GENESYS_PRIVATE_KEY is neither PEM text (there is no -----BEGIN line in it) nor the path "
                                                "of a file that can be read. Give the key's PEM text or its file.");
    if (text->find(kPemStart) == std::string::npos)
        return fail(ErrorCode::InvalidArgument, "The file that GENESYS_PRIVATE_KEY names holds no PEM key: there is no -----BEGIN line in it.");
    return withRealLineEnds(*text);
}

/// OpenSSL would ask on the terminal otherwise.
int noPassphrase(char *, int, int, void *) { return -1; }

Result<Key> readKey(const std::string &given)
{
    auto pem = pemText(given);
    if (!pem)
        return fail(pem.error());
    const std::unique_ptr<BIO, BioFree> bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassphrase, nullptr));
    if (!key)
        return fail(ErrorCode::InvalidArgument, "GENESYS_PRIVATE_KEY cannot be read as a private key: it is damaged, a public key or a "
                                                "certificate, or protected by a passphrase. Give an unprotected RSA private key in PEM.");
    if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA)
        return fail(ErrorCode::InvalidArgument, "GENESYS_PRIVATE_KEY is no RSA key. Assertions are signed with RS256, which needs one.");
    return key;
}

std::string base64Url(std::string_view bytes)
{
    return QByteArray::fromRawData(bytes.data(), static_cast<qsizetype>(bytes.size()))
        .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals)
        .toStdString();
}

Result<std::string> randomId()
{
    std::array<unsigned char, 16> bytes;
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        return fail(ErrorCode::Internal, "The system has no random numbers; no assertion can be signed.");
    return QByteArray(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size())).toHex().toStdString();
}

std::string claimsOf(const std::string &clientId, const std::string &audience, Timestamp now, const std::string &jti)
{
    const std::int64_t seconds = now.us / 1'000'000;
    std::string out;
    json::Writer w(out);
    w.beginObject();
    w.member("iss", std::string_view(clientId));
    w.member("sub", std::string_view(clientId));
    w.member("aud", std::string_view(audience));
    w.member("iat", seconds);
    w.member("exp", seconds + kAssertionLifeSeconds);
    w.member("jti", std::string_view(jti));
    w.endObject();
    return out;
}

Result<std::string> signatureOf(const std::string &text, EVP_PKEY *key)
{
    const std::unique_ptr<EVP_MD_CTX, ContextFree> context(EVP_MD_CTX_new());
    const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
    std::size_t length = 0;
    std::string signature;
    bool done = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1
        && EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size()) == 1;
    if (done) {
        signature.resize(length);
        done = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &length, bytes, text.size()) == 1;
    }
    if (!done)
        return fail(ErrorCode::InvalidArgument, "GENESYS_PRIVATE_KEY cannot sign with RS256; the key may be too short.");
    signature.resize(length);
    return signature;
}

/// The base address, checked. `setting` is the one to blame.
Result<QUrl> baseUrl(const std::string &text, const std::string &setting)
{
    const QUrl url(QString::fromStdString(text), QUrl::StrictMode);
    const bool plain = url.scheme() == QLatin1String("http");
    if (text.empty() || !url.isValid() || url.host().isEmpty() || !(plain || url.scheme() == QLatin1String("https")))
        return fail(ErrorCode::InvalidArgument, setting + " is no web address. Write it as https://api.mypurecloud.com.");
    if (!url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment())
        return fail(ErrorCode::InvalidArgument, setting + " must be a plain address, without a user, a query or a fragment.");
    if (plain && !isLoopback(url.host().toStdString()))
        return fail(ErrorCode::InvalidArgument,
            setting + " starts with http://, which would send the credentials in the clear. Write https:// (http:// is for this machine only).");
    return url;
}

QString pathWithoutSlash(const QUrl &url)
{
    QString path = url.path();
    while (path.endsWith(QLatin1Char('/')))
        path.chop(1);
    return path;
}

} // namespace

Result<std::string> tokenUrl(const Credentials &credentials)
{
    const bool own = !credentials.loginUrl.empty();
    auto base = own ? baseUrl(credentials.loginUrl, "GENESYS_LOGIN_URL")
                    : baseUrl(credentials.environmentUrl, "GENESYS_ENVIRONMENT_URL (--environment)");
    if (!base)
        return fail(base.error());
    if (!own && base->scheme() == QLatin1String("https") && base->host().startsWith(QLatin1String("api.")))
        base->setHost(QLatin1String("login.") + base->host().mid(4));
    const QString path = pathWithoutSlash(*base);
    const QString end = QStringLiteral("/oauth/token");
    base->setPath(path.endsWith(end) ? path : path + end);
    return base->toString(QUrl::FullyEncoded).toStdString();
}

Result<std::string> signAssertion(const Credentials &credentials, const std::string &tokenAddress, Timestamp now)
{
    const auto key = readKey(credentials.privateKeyPem);
    if (!key)
        return fail(key.error());
    const auto jti = randomId();
    if (!jti)
        return fail(jti.error());
    const std::string text = base64Url(R"({"alg":"RS256","typ":"JWT"})") + "."
        + base64Url(claimsOf(credentials.clientId, tokenAddress, now, *jti));
    const auto signature = signatureOf(text, key->get());
    if (!signature)
        return fail(signature.error());
    return text + "." + base64Url(*signature);
}

} // namespace threadline
