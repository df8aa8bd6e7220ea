// SPDX-License-Identifier: GPL-3.0-or-later
/// What another process has used of the processor. Linux.
#pragma once

#include <QByteArrayList>
#include <QFile>
#include <QString>

#include <unistd.h>

namespace threadline::test {

/// Processor time that a process has used, in ms; -1: it is not there.
inline qint64 processorTime(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    const QByteArrayList fields = file.readAll().split(' ');
    return (fields[13].toLongLong() + fields[14].toLongLong()) * 1000 / ::sysconf(_SC_CLK_TCK);
}

} // namespace threadline::test
