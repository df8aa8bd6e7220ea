// SPDX-License-Identifier: GPL-3.0-or-later
/// Which folder may include what: one table, and a judge that reads the sources against it. CMake cannot enforce it, because
/// a target that links Qt6::Core still finds the headers of Qt6::Widgets.
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace threadline::test {

/// One #include directive.
struct Include {
    QString file; ///< path from the project's root, of the file that it stands in
    int line = 0;
    QString target; ///< what it names
    bool quoted = false;
};

/// The directives in a file's text.
[[nodiscard]] std::vector<Include> includesIn(const QString &file, const QString &text);
/// The directives of every .h and .cpp below core, ui, app and tests of the project in `root`.
[[nodiscard]] std::vector<Include> includesOf(const QString &root);
/// What breaks a rule, each as "file:line: what: the rule". `root` is where quoted includes must be found; empty: not looked.
[[nodiscard]] QStringList violations(const std::vector<Include> &includes, const QString &root);

} // namespace threadline::test
