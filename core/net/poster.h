// SPDX-License-Identifier: GPL-3.0-or-later
/// Posts large bodies over one connection that it keeps. Qt's access manager hands a body to its own thread in pieces of 16 KiB, each
/// a round trip between two threads: for batches of megabytes that costs more than all the rest of sending.
#pragma once

#include "core/net/network.h"

#include <memory>

namespace threadline {

/// One request at a time. One thread, that of `parent`; destroying it cancels, and nothing is called any more. Not through a proxy.
class Poster {
public:
    Poster(NetworkOptions options, QObject *parent);
    ~Poster();
    /// HttpRequest::take is not for it; `takeCut` is as if set. A success that is told before the whole request was handed to the
    /// system is none (NetworkProblem::Early). A request whose kept connection proves to be gone, before anything of
    /// an answer came, goes once more over a new one.
    void post(const HttpRequest &request, HttpClient::Done done);
    void cancel();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace threadline
