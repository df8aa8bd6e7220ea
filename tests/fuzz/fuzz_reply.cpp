// SPDX-License-Identifier: GPL-3.0-or-later
/// Answers of HTTP servers: whatever comes, it is bounded, and the same in one piece and in many.
#include "core/net/replyreader.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace threadline;

namespace {

constexpr std::size_t kMost = 500;

struct Given {
    ReplyReader::State state;
    int status;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    bool operator==(const Given &) const = default;
};

template<class Size>
Given read(std::string_view bytes, Size size)
{
    ReplyReader reader(kMost);
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, size());
        bytes.remove_prefix(piece.size());
        reader.feed(piece);
    }
    reader.end();
    FUZZ_CHECK(reader.state() != ReplyReader::State::Reading);
    Given given{reader.state(), reader.status(), reader.takeBody(), reader.headers()};
    FUZZ_CHECK(given.body.size() <= kMost);
    FUZZ_CHECK(given.state != ReplyReader::State::Whole || (given.status >= 200 && given.status <= 999));
    return given;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 1)
        return 0;
    const std::string_view bytes = fuzz::textOf(data + 1, size - 1);
    const Given pieces = read(bytes, fuzz::PieceSizes(data[0]));
    FUZZ_CHECK(pieces == read(bytes, [&] { return bytes.size(); }));
    return 0;
}
