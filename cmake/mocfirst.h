// SPDX-License-Identifier: GPL-3.0-or-later
// What moc reads before every header: it reads the standard library's headers too, and misreads some unless <version> came first.
#include <version>
