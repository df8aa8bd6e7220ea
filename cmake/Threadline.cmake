# SPDX-License-Identifier: GPL-3.0-or-later
# Settings and helper functions that every target of Threadline is made with.

macro(threadline_setup)
  set(CMAKE_CXX_STANDARD 20)
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  # By its whole path: Qt 6.8's moc notes it as something its output depends on.
  set(CMAKE_AUTOMOC_MOC_OPTIONS "--include;${CMAKE_CURRENT_SOURCE_DIR}/cmake/mocfirst.h")
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
  endif()
  find_program(THREADLINE_CCACHE ccache)
  if(THREADLINE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${THREADLINE_CCACHE}")
  endif()
  find_program(THREADLINE_MOLD mold)
  if(THREADLINE_MOLD AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_link_options(-fuse-ld=mold)
  endif()
  if(NOT DEFINED THREADLINE_PCH)
    if(THREADLINE_CCACHE)
      set(THREADLINE_PCH OFF)
    else()
      set(THREADLINE_PCH ON)
    endif()
  endif()

  # Events are made by one thread and let go by another: jemalloc spares a seventh of the processor time. A sanitizer
  # brings an allocator of its own.
  add_library(threadline_allocator INTERFACE)
  find_library(THREADLINE_JEMALLOC jemalloc)
  if(THREADLINE_JEMALLOC AND NOT THREADLINE_SANITIZE)
    target_link_libraries(threadline_allocator INTERFACE "${THREADLINE_JEMALLOC}")
  endif()
  find_package(Threads REQUIRED)
  find_package(simdjson REQUIRED)
  find_package(SQLite3 REQUIRED)
  find_package(ZLIB REQUIRED)
  find_package(OpenSSL REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(ZIP REQUIRED IMPORTED_TARGET libzip)
  pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
  if(THREADLINE_QT)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Core Network WebSockets HttpServer)
    if(THREADLINE_GUI)
      find_package(Qt6 6.4 REQUIRED COMPONENTS Gui Widgets Svg)
      find_package(Qt6Keychain REQUIRED)
    endif()
  endif()
  if(THREADLINE_TESTS)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Core Test)
  endif()

  add_library(threadline_options INTERFACE)
  target_compile_options(threadline_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 imagines overlaps and overflows in "text" + std::string when it inlines them (its bug 105651)
    target_compile_options(threadline_options INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
      -Wno-stringop-overread)
  endif()
  if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # several sources in one: an unnamed namespace no longer stands in the main file, which is all this warning knows
    target_compile_options(threadline_options INTERFACE -Wno-subobject-linkage)
  endif()
  if(THREADLINE_WERROR)
    target_compile_options(threadline_options INTERFACE -Werror)
  endif()
  add_library(threadline_testoptions INTERFACE)
  if(THREADLINE_SANITIZE) # what is tested stays optimised; the tests' own templates compile twice as fast so
    target_compile_options(threadline_testoptions INTERFACE -O0)
  endif()
  if(Qt6_VERSION VERSION_GREATER_EQUAL 6.5) # QTRY_* of newer Qt narrows a duration
    target_compile_options(threadline_testoptions INTERFACE -Wno-conversion)
  endif()
  target_compile_definitions(threadline_options INTERFACE THREADLINE_VERSION="${PROJECT_VERSION}" QT_NO_KEYWORDS
    QT_NO_CAST_TO_ASCII QT_NO_FOREACH)
  target_include_directories(threadline_options INTERFACE "${PROJECT_SOURCE_DIR}")
  if(THREADLINE_SANITIZE)
    string(REPLACE ";" "," _sanitizers "${THREADLINE_SANITIZE}")
    add_compile_options(-fsanitize=${_sanitizers} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    if("address" IN_LIST THREADLINE_SANITIZE)
      add_compile_options(-fno-sanitize=null,object-size) # AddressSanitizer finds what they find, and they cost a seventh of a build
    endif()
    add_link_options(-fsanitize=${_sanitizers})
  endif()
  threadline_precompile()
endmacro()

# Precompiled headers: they take about a second off each file of a first build. Not with ccache, which does better without them.
function(threadline_precompile)
  if(NOT THREADLINE_PCH)
    return()
  endif()
  set(_empty "${CMAKE_BINARY_DIR}/precompiled.cpp")
  file(CONFIGURE OUTPUT "${_empty}" CONTENT "int main() { return 0; } // the target exists for its precompiled headers\n")
  set(_standard <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <deque> <functional> <map> <memory> <mutex>
    <optional> <set> <span> <string> <string_view> <thread> <unordered_map> <unordered_set> <utility> <variant> <vector>
    <tl/expected.hpp>)
  add_library(threadline_pch STATIC "${_empty}")
  target_link_libraries(threadline_pch PRIVATE threadline_options)
  target_precompile_headers(threadline_pch PRIVATE ${_standard})
  if(THREADLINE_QT)
    add_library(threadline_pch_qt STATIC "${_empty}")
    target_link_libraries(threadline_pch_qt PRIVATE threadline_options Qt6::Core)
    target_precompile_headers(threadline_pch_qt PRIVATE ${_standard} <QByteArray> <QElapsedTimer> <QHash> <QList> <QObject>
      <QPointer> <QString> <QStringList> <QThread> <QTimer> <QVariant>)
  endif()
  if(THREADLINE_QT AND THREADLINE_GUI)
    add_library(threadline_pch_gui STATIC "${_empty}")
    target_link_libraries(threadline_pch_gui PRIVATE threadline_options Qt6::Widgets)
    target_precompile_headers(threadline_pch_gui PRIVATE ${_standard} <QAbstractItemModel> <QAbstractScrollArea> <QAction>
      <QApplication> <QBoxLayout> <QLabel> <QMouseEvent> <QPainter> <QPainterPath> <QStyle> <QTimer> <QToolButton> <QWidget>)
  endif()
  if(THREADLINE_TESTS)
    # Tests are executables, which are compiled otherwise than libraries.
    add_executable(threadline_pch_test EXCLUDE_FROM_ALL "${_empty}")
    target_link_libraries(threadline_pch_test PRIVATE threadline_options threadline_testoptions Qt6::Core)
    # not <QTest>: it depends on a definition that Qt gives each folder's tests
    target_precompile_headers(threadline_pch_test PRIVATE ${_standard} <QByteArray> <QCoreApplication> <QDateTime> <QDir> <QFile>
      <QList> <QMap> <QString> <QStringList> <QTemporaryDir> <QVariant>)
  endif()
endfunction()

# threadline_use_precompiled(NAME KIND): the headers of threadline_pch, _qt, _gui or _test.
function(threadline_use_precompiled name kind)
  if(TARGET ${kind})
    target_precompile_headers(${name} REUSE_FROM ${kind})
  endif()
endfunction()

# threadline_library(NAME [QT] SOURCES ... LINKS ...): a static library of one folder. Without QT its sources see no Qt.
function(threadline_library name)
  cmake_parse_arguments(arg "QT" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE threadline_options)
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  if(NOT arg_QT)
    threadline_use_precompiled(${name} threadline_pch)
    return()
  endif()
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  if("Qt6::Widgets" IN_LIST arg_LINKS)
    threadline_use_precompiled(${name} threadline_pch_gui)
  else()
    threadline_use_precompiled(${name} threadline_pch_qt)
  endif()
endfunction()

# threadline_program(NAME SOURCES ... LINKS ...)
function(threadline_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} threadline_options threadline_allocator)
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
endfunction()

# threadline_moc_tests(NAME SOURCE...): what the sources include as "test_x.moc". AUTOMOC would do it with three more steps a test, a
# tenth of a whole build.
function(threadline_moc_tests name)
  foreach(source IN LISTS ARGN)
    file(STRINGS "${source}" included REGEX "^#include \"[a-z0-9_]+\\.moc\"$")
    if(included)
      cmake_path(GET source STEM stem)
      add_custom_command(OUTPUT ${stem}.moc DEPENDS "${source}" VERBATIM
        COMMAND Qt6::moc ${CMAKE_AUTOMOC_MOC_OPTIONS} "${CMAKE_CURRENT_SOURCE_DIR}/${source}" -o "${CMAKE_CURRENT_BINARY_DIR}/${stem}.moc")
      target_sources(${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${stem}.moc)
      target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
    endif()
  endforeach()
endfunction()

# threadline_test(NAME SOURCES ... LINKS ... [LABELS ...] [TIMEOUT s]): one QtTest executable of one subject. Labels in use:
# core (Qt-free, runs under ThreadSanitizer too), gui, whole (starts programs), influxdb (real servers, where they are), full (long; only in ./test --full).
function(threadline_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} threadline_options threadline_testoptions threadline_testsupport
    Qt6::Test)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  threadline_moc_tests(${name} ${arg_SOURCES})
  threadline_use_precompiled(${name} threadline_pch_test)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
    ENVIRONMENT "QT_QPA_PLATFORM=offscreen;TZ=UTC;LC_ALL=C.UTF-8;UBSAN_OPTIONS=print_stacktrace=1;LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/lsan.supp:print_suppressions=0;TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp:ignore_noninstrumented_modules=1")
endfunction()

# threadline_bench(NAME SOURCES ... LINKS ...): prints figures, is built but never run by ctest.
function(threadline_bench name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} threadline_options threadline_allocator)
  set_target_properties(${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
endfunction()
