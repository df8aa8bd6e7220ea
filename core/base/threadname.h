// SPDX-License-Identifier: GPL-3.0-or-later
/// What a thread is called in a debugger, in `top -H` and in a profile.
#pragma once

#ifdef __linux__
#include <pthread.h>
#endif

namespace threadline {

/// Names the calling thread; at most 15 characters. Does nothing where that is unknown.
inline void nameThread([[maybe_unused]] const char *name)
{
#ifdef __linux__
    pthread_setname_np(pthread_self(), name);
#endif
}

} // namespace threadline
