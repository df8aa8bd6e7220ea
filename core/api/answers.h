// SPDX-License-Identifier: GPL-3.0-or-later
/// The JSON bodies that REST renders itself (the timeline's comes rendered from the session). Pure, any thread.
#pragma once

#include "core/model/summary.h"
#include "core/session.h"

#include <string>
#include <vector>

namespace threadline::api {

/// {"items":[...],"nextCursor":str or null}
[[nodiscard]] std::string listBody(const ListPage &page);
/// {"items":[{"id","source","start","end","cause","state","reason"},...]}
[[nodiscard]] std::string gapsBody(const std::vector<Band> &bands);

/// Why the program cannot be relied on just now, for people; empty: it is ready. Ready means that the store is well and that
/// the source, if there is one, is heard or has said all it had to say.
[[nodiscard]] std::vector<std::string> unreadiness(const Status &status);
/// {"ready":bool,"source":str,"reasons":[...]}
[[nodiscard]] std::string readinessBody(const Status &status, const std::vector<std::string> &reasons);

} // namespace threadline::api
