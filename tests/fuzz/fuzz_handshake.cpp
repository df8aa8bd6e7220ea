// SPDX-License-Identifier: GPL-3.0-or-later
/// Answers to the WebSocket handshake: whatever comes, it is bounded, and the same in one piece and in many.
#include "core/genesys/handshake.h"
#include "tests/fuzz/fuzz.h"

#include <vector>

using namespace threadline;

namespace {

template<class Size>
std::string read(std::string_view bytes, Size size)
{
    HandshakeReader reader("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    std::size_t used = 0;
    while (used < bytes.size() && reader.state() == HandshakeReader::State::Reading) {
        const std::string_view next = bytes.substr(used);
        const std::vector<char> piece(next.begin(), next.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(next.size(), size())));
        const std::size_t taken = reader.feed({piece.data(), piece.size()});
        FUZZ_CHECK(taken <= piece.size());
        FUZZ_CHECK(taken == piece.size() || reader.state() != HandshakeReader::State::Reading);
        used += taken;
    }
    const HandshakeReader::State state = reader.state();
    const bool foreign = state == HandshakeReader::State::Foreign;
    FUZZ_CHECK(foreign != reader.problem().empty());
    FUZZ_CHECK(state != HandshakeReader::State::Open || reader.status() == 101);
    FUZZ_CHECK(state != HandshakeReader::State::Refused || (reader.status() >= 200 && reader.status() <= 999));
    FUZZ_CHECK(used <= (16u << 10) + 1);
    // How much was taken of what is refused depends on the pieces, and does not matter.
    return std::to_string(static_cast<int>(state)) + ' ' + std::to_string(reader.status()) + ' ' + reader.problem() + ' ' + (foreign ? "" : std::to_string(used));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 1)
        return 0;
    const std::string_view bytes = fuzz::textOf(data + 1, size - 1);
    const std::string whole = read(bytes, [&] { return bytes.size(); });
    FUZZ_CHECK(whole == read(bytes, [] { return std::size_t(1); }));
    FUZZ_CHECK(whole == read(bytes, fuzz::PieceSizes(data[0])));
    return 0;
}
