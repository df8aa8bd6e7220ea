// SPDX-License-Identifier: GPL-3.0-or-later
/// hostile_feed TRICK [TEXT_FILE]: one hostile server of an event stream as a program of its own. Prints its address, serves until its
/// standard input ends, and says then how much it did: a number, 0 for nothing. TRICK: --list names them. TEXT_FILE: the message of those that send one.
#include "tests/support/hostilefeed.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string_view>

using threadline::test::allFeedTricks;
using threadline::test::FeedTrick;
using threadline::test::HostileFeed;
using threadline::test::nameOf;

int main(int argc, char **argv)
{
    const std::string_view wanted = argc > 1 ? argv[1] : "--list";
    if (wanted == "--list") {
        for (const FeedTrick trick : allFeedTricks())
            std::puts(nameOf(trick));
        return 0;
    }
    const auto &all = allFeedTricks();
    const auto trick = std::find_if(all.begin(), all.end(), [&](FeedTrick t) { return nameOf(t) == wanted; });
    if (trick == all.end()) {
        std::fprintf(stderr, "hostile_feed: no trick is called %s; --list names them.\n", argv[1]);
        return 2;
    }
    std::string text = R"({"events":[]})";
    if (argc > 2) {
        std::ifstream file(argv[2], std::ios::binary);
        text.assign(std::istreambuf_iterator<char>(file), {});
        if (!file) {
            std::fprintf(stderr, "hostile_feed: %s cannot be read.\n", argv[2]);
            return 2;
        }
    }
    const HostileFeed feed(*trick, text);
    std::printf("%s\n", feed.url().c_str());
    std::fflush(stdout);
    while (std::getchar() != EOF) { }
    std::printf("%llu\n", static_cast<unsigned long long>(feed.listeners()) + feed.sent() + feed.received());
    return 0;
}
