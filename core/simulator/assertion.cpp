// SPDX-License-Identifier: GPL-3.0-or-later
/// Verifying a JWT bearer assertion: RFC 7515 (JWS), RS256 only.
#include "core/base/json.h"
#include "core/simulator/tokens.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace threadline::sim {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key readKey(const std::string &pem)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    return {text ? PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr) : nullptr, &EVP_PKEY_free};
}

bool signatureIsGood(EVP_PKEY *key, std::string_view text, std::string_view signature)
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1
        && EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char *>(signature.data()), signature.size(),
                            reinterpret_cast<const unsigned char *>(text.data()), text.size())
        == 1;
}

/// The members of the JSON object in a base64url part; nothing if it is none.
class Part {
public:
    explicit Part(std::string_view encoded)
    {
        const auto text = fromBase64(encoded);
        const Result<std::string_view> prepared = m_reader.prepare(text.value_or(""));
        m_good = prepared && m_reader.members(*prepared, m_members);
    }
    [[nodiscard]] bool good() const { return m_good; }
    [[nodiscard]] std::string_view raw(std::string_view name) const
    {
        std::string_view value;
        for (const json::Member &member : m_members) {
            if (member.name == name)
                value = member.value;
        }
        return value;
    }
    [[nodiscard]] std::string text(std::string_view name) const { return json::stringOf(raw(name)).value_or(""); }
    [[nodiscard]] std::int64_t number(std::string_view name) const { return json::intOf(raw(name)).value_or(0); }
    [[nodiscard]] std::vector<std::string> texts(std::string_view name)
    {
        std::vector<std::string_view> elements;
        if (!m_reader.elements(raw(name), elements))
            return {text(name)};
        std::vector<std::string> out;
        for (const std::string_view element : elements)
            out.push_back(json::stringOf(element).value_or(""));
        return out;
    }

private:
    json::Reader m_reader;
    std::vector<json::Member> m_members;
    bool m_good = false;
};

} // namespace

Result<Claims> verifyAssertion(std::string_view assertion, const std::string &publicKeyPem)
{
    const std::size_t first = assertion.find('.');
    const std::size_t second = first == std::string_view::npos ? first : assertion.find('.', first + 1);
    if (second == std::string_view::npos)
        return fail(ErrorCode::Malformed, "the assertion is no signed JWT");
    const Part head(assertion.substr(0, first));
    Part body(assertion.substr(first + 1, second - first - 1));
    const auto signature = fromBase64(assertion.substr(second + 1));
    if (!head.good() || !body.good() || !signature)
        return fail(ErrorCode::Malformed, "the assertion is no signed JWT");
    if (head.text("alg") != "RS256")
        return fail(ErrorCode::CredentialsRefused, "the assertion is not signed with RS256");
    const Key key = readKey(publicKeyPem);
    if (!key)
        return fail(ErrorCode::InvalidArgument, "the public key is not readable");
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA || !signatureIsGood(key.get(), assertion.substr(0, second), *signature))
        return fail(ErrorCode::CredentialsRefused, "the assertion's signature does not verify");
    return Claims{body.text("iss"), body.text("sub"), body.text("jti"), body.texts("aud"), body.number("iat"), body.number("exp")};
}

} // namespace threadline::sim
