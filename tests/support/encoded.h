// SPDX-License-Identifier: GPL-3.0-or-later
/// Text in other encodings than UTF-8, made by Qt, so that the product's own tables are not their own judge.
#pragma once

#include <QString>
#include <QStringEncoder>

#include <string>

namespace threadline::test {

inline constexpr const char *kCodecs[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"};

/// A mark is one only where `text` has U+FEFF.
inline std::string encoded(const std::string &text, const char *codec)
{
    QStringEncoder encoder(QStringConverter::encodingForName(codec).value());
    // QString::fromUtf8 drops a mark at the beginning.
    const QString beyond = QString::fromUtf8(("x" + text).c_str(), static_cast<qsizetype>(text.size()) + 1).mid(1);
    const QByteArray bytes = encoder.encode(beyond);
    return bytes.toStdString();
}

} // namespace threadline::test
