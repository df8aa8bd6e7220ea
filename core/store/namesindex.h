// SPDX-License-Identifier: GPL-3.0-or-later
/// Which interactions name which participants and channels. Kept only where events without an interaction occur, since it costs
/// a random index entry a name; from then on complete. The writer's thread, inside its transaction.
#pragma once

#include "core/store/connection.h"
#include "core/store/store.h"

#include <string_view>

namespace threadline {

class NamesIndex {
public:
    explicit NamesIndex(const sqlite::Connection &connection) : m_connection(connection) {}
    [[nodiscard]] Result<> prepare();
    /// Over all stored events that name an interaction themselves.
    [[nodiscard]] Result<> build();
    /// Over one interaction's, its earlier entries dropped.
    [[nodiscard]] Result<> rebuild(InteractionKey key);
    [[nodiscard]] Result<> add(std::string_view name, InteractionKey key);
    [[nodiscard]] Result<> drop(InteractionKey key);

private:
    [[nodiscard]] Result<> addAll(sqlite::Statement &events);

    const sqlite::Connection &m_connection;
    sqlite::Statement m_all, m_ofOne, m_insert, m_drop;
};

} // namespace threadline
