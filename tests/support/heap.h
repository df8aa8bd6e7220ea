// SPDX-License-Identifier: GPL-3.0-or-later
/// Memory that this process has taken and not given back, exactly: what a process occupies says little under a sanitizer.
#pragma once

#include <cstddef>
#include <malloc.h>

#if defined(__SANITIZE_ADDRESS__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes(); // g++ brings no header for it
#endif

namespace threadline::test {

inline std::size_t heapInUse()
{
#if defined(__SANITIZE_ADDRESS__)
    return __sanitizer_get_current_allocated_bytes();
#else
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
#endif
}

} // namespace threadline::test
