// SPDX-License-Identifier: GPL-3.0-or-later
/// Dead letters with the names of what they are about.
#pragma once

#include "core/base/result.h"
#include "core/model/setaside.h"
#include "core/store/delivery.h"
#include "core/store/store.h"

#include <vector>

namespace threadline {

/// In the same order. An event that retention has deleted has no name any more. Errors: those of the store.
[[nodiscard]] Result<std::vector<SetAside>> named(StoreReader &reader, std::vector<DeadLetter> letters);

} // namespace threadline
