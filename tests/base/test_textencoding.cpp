// SPDX-License-Identifier: GPL-3.0-or-later
/// Any text in any encoding, however it is split, is the text.
#include "core/base/textencoding.h"
#include "core/base/utf8.h"
#include "tests/support/encoded.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <rapidcheck.h>

using namespace threadline;

namespace {

struct Decoded {
    std::string text;
    std::vector<std::pair<std::string, std::uint64_t>> problems;
    std::vector<std::uint64_t> places; ///< of each byte of the text, asked when all is known

    bool operator==(const Decoded &) const = default;
};

Decoded decode(std::string_view bytes, const std::function<std::size_t()> &step)
{
    Decoded out;
    TextDecoder decoder({[&](std::string_view text) { out.text += text; },
                         [&](std::string_view why, std::uint64_t at) { out.problems.emplace_back(why, at); }});
    while (!bytes.empty()) {
        const std::size_t size = std::min(step(), bytes.size());
        decoder.feed(bytes.substr(0, size));
        bytes.remove_prefix(size);
    }
    decoder.finish();
    for (std::size_t i = 0; i < out.text.size(); ++i)
        out.places.push_back(decoder.placeOf(i));
    return out;
}

Decoded whole(std::string_view bytes)
{
    return decode(bytes, [&] { return bytes.size(); });
}

/// Characters of every width, and those that mean something to the decoder.
rc::Gen<std::string> texts()
{
    const auto character = rc::gen::weightedOneOf<std::uint32_t>({{6, rc::gen::inRange<std::uint32_t>(0x20, 0x7F)},
        {2, rc::gen::elementOf(std::vector<std::uint32_t>{'\n', '\r', '{', '}', '[', ']', '"', 0xFEFF, 0x1E})},
        {2, rc::gen::inRange<std::uint32_t>(0xA0, 0x800)}, {2, rc::gen::inRange<std::uint32_t>(0x800, 0xD800)},
        {1, rc::gen::inRange<std::uint32_t>(0x10000, 0x110000)}});
    return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(character), [](const std::vector<std::uint32_t> &codes) {
        std::string text;
        for (const std::uint32_t code : codes)
            appendUtf8(text, code);
        return text;
    });
}

} // namespace

class TestTextEncoding : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anyEncodingIsTheSameText();
    void anySplitIsTheSame();
    void marks();
    void windows1252();
    void whatIsBroken();
    void placesOfLongTextsAreNear();
};

void TestTextEncoding::anyEncodingIsTheSameText()
{
    QVERIFY(rc::check("any text, any encoding", [] {
        const std::string text = "{" + *texts();
        const Decoded utf8 = whole(text);
        RC_ASSERT(utf8.problems.empty());
        for (const char *codec : test::kCodecs) {
            for (const std::string mark : {"", "\uFEFF"}) {
                const std::string bytes = test::encoded(mark + text, codec);
                const Decoded out = whole(bytes);
                RC_ASSERT(out.text == utf8.text);
                RC_ASSERT(out.problems.empty());
                // A place is where the character stands in the bytes.
                for (std::size_t i = 0; i < out.text.size(); i += utf8Length(std::string_view(out.text).substr(i))) {
                    const std::string one = out.text.substr(i, utf8Length(std::string_view(out.text).substr(i)));
                    const std::string there = bytes.substr(out.places[i], test::encoded(one, codec).size());
                    RC_ASSERT(there == test::encoded(one, codec) || (one == " " && there == test::encoded("\x1e", codec)));
                }
            }
        }
    }));
}

void TestTextEncoding::anySplitIsTheSame()
{
    QVERIFY(rc::check("any bytes, any split", [] {
        const char *codec = *rc::gen::elementOf(std::vector<const char *>(std::begin(test::kCodecs), std::end(test::kCodecs)));
        const std::string noise = *rc::gen::arbitrary<std::string>();
        const std::string wide = *rc::gen::elementOf(std::vector<std::string>{"", std::string("\n{\0\"\0", 5)});
        const char *appended = *rc::gen::elementOf(std::vector<const char *>{"UTF-8", "UTF-16LE", "UTF-16BE"});
        std::string bytes = test::encoded(*texts() + "\n\uFEFF{", codec) + noise + wide + test::encoded("\n\uFEFF{" + *texts(), appended);
        for (int changes = *rc::gen::inRange(0, 4); changes > 0; --changes)
            bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
        const Decoded all = whole(bytes);
        RC_ASSERT(decode(bytes, [] { return std::size_t{1}; }) == all);
        RC_ASSERT(decode(bytes, [] { return *rc::gen::inRange<std::size_t>(1, 9); }) == all);
        for (std::size_t i = 1; i < all.places.size(); ++i)
            RC_ASSERT(all.places[i - 1] <= all.places[i] && all.places[i] < bytes.size());
    }));
}

void TestTextEncoding::marks()
{
    for (const char *codec : test::kCodecs) {
        const auto text = [&](const std::string &from) { return whole(test::encoded(from, codec)).text; };
        QCOMPARE(text("\uFEFF{}\r\n\uFEFF{}"), std::string("{}\r\n{}"));
        QCOMPARE(text("\uFEFF{}\uFEFF{}\uFEFF\n"), std::string("{}{}\n"));
        QCOMPARE(text("{\"a\":\"x\uFEFFy\"}"), std::string("{\"a\":\"x\uFEFFy\"}")); // a character of a string
        QCOMPARE(text("\uFEFF"), std::string());
    }
    QCOMPARE(whole(std::string_view("{\0}\0", 4)).text, std::string("{}"));
    QCOMPARE(encodingOf(std::string_view("\xFF\xFE\0\0", 4)), std::optional(TextEncoding::Utf32Little));
    QCOMPARE(encodingOf("{\"a"), std::nullopt);
}

void TestTextEncoding::windows1252()
{
    const Decoded all = whole("\"\x80 M\xFCller\" \xE9");
    QCOMPARE(all.text, std::string("\"€ Müller\" ")); // the last may be half a character of UTF-8
    QCOMPARE(all.problems.size(), std::size_t{2});
    QCOMPARE(all.problems[0], std::pair(std::string("the file is in windows-1252, not in UTF-8; read as such"), std::uint64_t{1}));
    const Decoded mixed = whole("M\xC3\xBC M\xFC 12345678");
    QCOMPARE(mixed.problems.at(0).first, std::string("what is not in UTF-8, from here on, is read as windows-1252"));
    QCOMPARE(mixed.text, std::string("Mü Mü 12345678"));
    QCOMPARE(whole("\x81 12345678").text, std::string("\x81 12345678")); // no character there
}

void TestTextEncoding::whatIsBroken()
{
    const Decoded half = whole(std::string_view("{\0\x3D\xD8}\0", 6)); // a high surrogate alone
    QCOMPARE(half.text, std::string("{\uFFFD}"));
    QCOMPARE(half.problems.at(0).second, std::uint64_t{2});
    const Decoded low = whole(std::string_view("\0{\xDE\0\0}", 6));
    QCOMPARE(low.text, std::string("{\uFFFD}"));
    QCOMPARE(low.problems.size(), std::size_t{1});
    const Decoded none = whole(std::string_view("{\0\0\0\0\0\x11\0}\0\0\0", 12)); // 0x110000
    QCOMPARE(none.text, std::string("{\uFFFD}"));
    QCOMPARE(none.problems.at(0).second, std::uint64_t{4});
    QCOMPARE(whole("{}\xE2\x82").problems.at(0), std::pair(std::string("the file ends in the middle of a character"), std::uint64_t{2}));
}

void TestTextEncoding::placesOfLongTextsAreNear()
{
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += "abcdé";
    const std::string bytes = test::encoded(text, "UTF-16LE");
    const Decoded all = whole(bytes);
    QCOMPARE(all.text, text);
    for (std::size_t i = 0; i < 20'000; i += 1000)
        QVERIFY(std::llabs(static_cast<long long>(all.places[i * 6]) - static_cast<long long>(i * 10)) < 20);
}

THREADLINE_TEST_MAIN(TestTextEncoding)
#include "test_textencoding.moc"
