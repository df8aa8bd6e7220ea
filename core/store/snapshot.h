// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/reader.h"

namespace threadline {

class SqliteReader::Snapshot {
public:
    explicit Snapshot(SqliteReader &reader) : m_reader(reader) { m_code = m_reader.m_begin.execute(); }
    ~Snapshot()
    {
        if (good())
            (void)m_reader.m_end.execute();
    }
    Snapshot(const Snapshot &) = delete;
    Snapshot &operator=(const Snapshot &) = delete;
    [[nodiscard]] bool good() const { return m_code == SQLITE_DONE; }
    [[nodiscard]] int code() const { return m_code; }

private:
    SqliteReader &m_reader;
    int m_code;
};

} // namespace threadline
