// SPDX-License-Identifier: GPL-3.0-or-later
/// The main function of every test: offscreen, UTC, C locale, a home folder of its own, and any unexpected warning fails.
///   THREADLINE_TEST_MAIN(TestOrder)          needs QCoreApplication only
///   THREADLINE_GUI_TEST_MAIN(TestFloor)      needs QApplication (include <QApplication> first)
#pragma once

#include <QCoreApplication>
#include <QTest>

namespace threadline::test {

/// Sets the environment; before any application object.
void prepareEnvironment(const char *testName);
/// From now on a warning that no QTest::ignoreMessage or expectWarning expects fails the running test.
void watchWarnings();
/// A warning that contains `part` is expected for the rest of this test executable.
void expectWarning(const char *part);
/// 1 if an unexpected warning was seen, else 0; to be added to QTest's result.
int unexpectedWarnings();
/// A folder that lives as long as the test executable.
QString scratchFolder();
/// The folder of real payloads ($THREADLINE_SAMPLES, else ../shared/samples beside the sources), empty if absent: then the
/// test says so with QSKIP.
QString samplesFolder();

} // namespace threadline::test

#define THREADLINE_TEST_MAIN_WITH(Application, Class)                                                                            \
    int main(int argc, char **argv)                                                                                              \
    {                                                                                                                            \
        threadline::test::prepareEnvironment(#Class);                                                                            \
        Application app(argc, argv);                                                                                             \
        threadline::test::watchWarnings();                                                                                       \
        Class test;                                                                                                              \
        const int failed = QTest::qExec(&test, argc, argv);                                                                      \
        return failed + threadline::test::unexpectedWarnings();                                                                  \
    }
#define THREADLINE_TEST_MAIN(Class) THREADLINE_TEST_MAIN_WITH(QCoreApplication, Class)
#define THREADLINE_GUI_TEST_MAIN(Class) THREADLINE_TEST_MAIN_WITH(QApplication, Class)
