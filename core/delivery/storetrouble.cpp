// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/delivery/storetrouble.h"

#include "core/base/log.h"

#include <utility>

namespace threadline::delivery {

void StoreTrouble::note(Use use, const Result<> &result, Duration now)
{
    if (!result) {
        m_errors[use] = result.error();
        if (const auto words = m_log.said(result.error().message, now)) {
            log::error("delivery", *words);
            m_told = true;
        }
        return;
    }
    if (!stands(use))
        return;
    m_errors[use].reset();
    if (error() == nullptr && std::exchange(m_told, false))
        log::info("delivery", "The local store works for delivery again.");
}

const Error *StoreTrouble::error() const
{
    for (const std::optional<Error> &error : m_errors) {
        if (error)
            return &*error;
    }
    return nullptr;
}

} // namespace threadline::delivery
