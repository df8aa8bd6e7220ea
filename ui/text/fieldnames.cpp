// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/fieldnames.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <utility>

namespace threadline::ui {
namespace {

QString fieldName(const char *text) { return QCoreApplication::translate("ConnectDialog", text); }

} // namespace

QString inFieldNames(const QString &text)
{
    if (!text.contains(QLatin1String("GENESYS_")) && !text.contains(QLatin1String("--")))
        return text;
    static const QRegularExpression protocol(QStringLiteral(" and the protocol \\(--protocol\\)"));
    static const QRegularExpression flag(QStringLiteral(" ?\\(--[a-z-]+\\)"));
    static const QRegularExpression addresses(QStringLiteral("GENESYS_ENVIRONMENT_URL, GENESYS_LOGIN_URL, TSDB_URL|"
                                                             "GENESYS_LOGIN_URL \\(or GENESYS_ENVIRONMENT_URL\\)|"
                                                             "GENESYS_ENVIRONMENT_URL and GENESYS_LOGIN_URL"));
    const std::pair<const char *, QString> names[] = {
        {"GENESYS_ENVIRONMENT_URL", fieldName("Environment URL")}, {"GENESYS_CLIENT_ID", fieldName("Client ID")},
        {"GENESYS_CLIENT_SECRET", fieldName("Client secret")},     {"GENESYS_PRIVATE_KEY", fieldName("Private key")},
        {"GENESYS_LOGIN_URL", fieldName("the configuration's login-url")}};
    QString out = text;
    out.remove(protocol);
    out.remove(flag);
    out.replace(addresses, fieldName("Environment URL"));
    for (const auto &[setting, field] : names)
        out.replace(QLatin1String(setting), field);
    return out;
}

QString inFieldNames(const std::string &text) { return inFieldNames(QString::fromStdString(text)); }

} // namespace threadline::ui
