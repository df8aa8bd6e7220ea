// SPDX-License-Identifier: GPL-3.0-or-later
/// Frames of a WebSocket server: whatever comes, it is bounded, well-formed where it says so, and the same in one piece and in many.
#include "core/base/utf8.h"
#include "core/genesys/frames.h"
#include "tests/fuzz/fuzz.h"

#include <vector>

using namespace threadline;

namespace {

constexpr std::size_t kMost = 300;

void check(const FrameEvent &event)
{
    switch (event.kind) {
    case FrameEvent::Kind::Text: FUZZ_CHECK(event.payload.size() <= kMost && isUtf8(event.payload)); break;
    case FrameEvent::Kind::Binary: FUZZ_CHECK(event.payload.size() <= kMost); break;
    case FrameEvent::Kind::Ping:
    case FrameEvent::Kind::Pong: FUZZ_CHECK(event.payload.size() <= 125 && event.code == 0); break;
    case FrameEvent::Kind::Close:
        FUZZ_CHECK(event.payload.size() <= 123 && isUtf8(event.payload));
        FUZZ_CHECK(event.code == 0 || (event.code >= 1000 && event.code < 5000));
        break;
    case FrameEvent::Kind::Failed:
        FUZZ_CHECK(event.code == kProtocolError || event.code == kInvalidText || event.code == kMessageTooBig);
        FUZZ_CHECK(!event.payload.empty());
        break;
    }
}

/// All that comes of the bytes, in pieces of their own memory; and whether something is left unended.
template<class Size>
std::string read(std::string_view bytes, Size size)
{
    FrameReader reader(kMost);
    std::string out;
    bool over = false;
    while (!bytes.empty()) {
        const std::vector<char> piece(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(bytes.size(), size())));
        bytes.remove_prefix(piece.size());
        reader.feed({piece.data(), piece.size()});
        while (const auto event = reader.next()) {
            FUZZ_CHECK(!over);
            check(*event);
            over = event->kind == FrameEvent::Kind::Close || event->kind == FrameEvent::Kind::Failed;
            out += std::to_string(static_cast<int>(event->kind)) + ' ' + std::to_string(event->code) + ' ' + std::to_string(event->payload.size())
                + event->payload;
        }
    }
    FUZZ_CHECK(!over || !reader.inTheMiddle());
    return out + (reader.inTheMiddle() ? "+" : "");
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
    // What we write is one frame: unmasked, it is what a server might send.
    const std::string_view payload = bytes.substr(0, kMost);
    std::string frame = clientFrame(FrameKind::Binary, payload, 0);
    const std::size_t head = frame.size() - payload.size();
    FUZZ_CHECK((frame[1] & 0x80) != 0);
    frame[1] = static_cast<char>(frame[1] & 0x7f);
    frame.erase(head - 4, 4);
    FrameReader back(kMost);
    back.feed(frame);
    const auto event = back.next();
    FUZZ_CHECK(event && event->kind == FrameEvent::Kind::Binary && event->payload == payload && !back.inTheMiddle());
    return 0;
}
