// SPDX-License-Identifier: GPL-3.0-or-later
/// Files that are large or come to much: read with the product's own limits, in bounded memory, told in a sentence or two, and left when asked.
#include "tests/genesys/importing.h"
#include "tests/support/heap.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <functional>
#include <thread>

using namespace threadline;
using namespace threadline::test;

namespace {

constexpr std::uint64_t kGiB = 1ull << 30;
constexpr std::size_t kBlock = 1 << 20, kMostHeap = 300u << 20;
constexpr int kStopsWithin = 1000; ///< ms: 200 are promised; fivefold slack

std::string le(std::uint64_t value, int size)
{
    std::string bytes;
    for (int i = 0; i < size; ++i)
        bytes.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    return bytes;
}

/// `count` names for one and the same deflated bytes.
std::string archive(int count, const std::string &packed, std::uint64_t size, std::uint32_t check)
{
    const std::string extra = le(1, 2) + le(16, 2) + le(size, 8) + le(packed.size(), 8); // sizes of 64 bits
    const std::string header = le(45, 2) + le(0, 2) + le(8, 2) + le(0, 4) + le(check, 4) + le(0xFFFFFFFF, 4) + le(0xFFFFFFFF, 4) + le(10, 2) + le(extra.size(), 2);
    const std::string file = "PK\x03\x04" + header + "10000.json" + extra + packed;
    std::string list;
    for (int i = 0; i < count; ++i)
        list += "PK\x01\x02" + le(45, 2) + header + std::string(14, '\0') + std::to_string(10'000 + i) + ".json" + extra;
    return file + list + "PK\x05\x06" + le(0, 4) + le(static_cast<std::uint64_t>(count), 2) + le(static_cast<std::uint64_t>(count), 2) + le(list.size(), 4)
        + le(file.size(), 4) + le(0, 2);
}

struct Blanks {
    std::string packed; ///< deflated, without gzip's header and trailer
    std::uint64_t size = 0;
    std::uint32_t check = 0;
};

Blanks blanks(std::uint64_t size)
{
    Blanks out;
    out.size = size;
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        qFatal("deflateInit2");
    const std::string block(kBlock, ' ');
    std::string piece(kBlock, '\0');
    for (std::uint64_t given = 0; given <= size; given += kBlock) {
        const bool last = given == size;
        stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(block.data()));
        stream.avail_in = last ? 0 : static_cast<uInt>(block.size());
        stream.next_out = reinterpret_cast<Bytef *>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
        out.packed.append(piece, 0, piece.size() - stream.avail_out);
        if (!last)
            out.check = static_cast<std::uint32_t>(crc32(out.check, reinterpret_cast<const Bytef *>(block.data()), static_cast<uInt>(block.size())));
    }
    deflateEnd(&stream);
    return out;
}

using Write = std::function<void(QFile &)>;

Write whole(std::function<std::string()> bytes)
{
    return [bytes = std::move(bytes)](QFile &file) {
        const std::string all = bytes();
        file.write(all.data(), static_cast<qint64>(all.size()));
    };
}

/// A little more than 4 GiB.
Write repeated(const std::string &beginning, const std::string &more)
{
    return [=](QFile &file) {
        std::string block;
        while (block.size() < kBlock)
            block += more;
        file.write(beginning.data(), static_cast<qint64>(beginning.size()));
        for (std::uint64_t written = 0; written <= 4 * kGiB; written += block.size())
            file.write(block.data(), static_cast<qint64>(block.size()));
    };
}

} // namespace

class TestImportLarge : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isBounded_data();
    void isBounded();
    void isLeft_data() { isBounded_data(); }
    void isLeft();

private:
    [[nodiscard]] std::string written(const Write &write)
    {
        const QString name = scratchFolder() + QStringLiteral("/large");
        QFile file(name);
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
            qFatal("no file");
        write(file);
        return name.toStdString();
    }
};

void TestImportLarge::isBounded_data()
{
    QTest::addColumn<Write>("write");
    QTest::newRow("zip, 10 MB to 10 GiB") << whole([] {
        const Blanks b = blanks(10 * kGiB);
        return archive(1, b.packed, b.size, b.check);
    });
    QTest::newRow("gzip, 10 MB to 10 GiB") << whole([] {
        const Blanks b = blanks(10 * kGiB);
        return std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10) + b.packed + le(b.check, 4) + le(b.size & 0xFFFFFFFF, 4);
    });
    QTest::newRow("65,000 files that are one") << whole([] {
        const Blanks b = blanks(10 * kBlock);
        return archive(65'000, b.packed, b.size, b.check);
    });
    QTest::newRow("zip of nothing") << whole([] {
        std::string nothing;
        nothing.reserve(kGiB / 2 + kBlock);
        while (nothing.size() < kGiB / 2)
            nothing += std::string("\0\0\0\xff\xff", 5);
        return archive(1, nothing + std::string("\1\0\0\xff\xff", 5), 0, 0);
    });
    QTest::newRow("4 GiB of lines") << repeated({}, conversation("a") + "\n");
    QTest::newRow("4 GiB in a line") << repeated({}, "x");
    QTest::newRow("4 GiB in a string") << repeated("{\"conversationId\":\"a\",\"participants\":[],\"x\":\"", "x");
    QTest::newRow("4 GiB of brackets") << repeated({}, "[");
}

void TestImportLarge::isBounded()
{
    QFETCH(Write, write);
    const std::string name = written(write);
    const std::size_t before = heapInUse();
    std::size_t most = before, told = 0;
    const auto look = [&] { most = std::max(most, heapInUse()); };
    const auto totals = readImport(
        name,
        [&](Record &&) {
            look();
            return true;
        },
        [&](const std::string &) { ++told; }, [&](std::uint64_t, std::uint64_t) { look(); });
    QFile::remove(QString::fromStdString(name));
    QVERIFY(totals.has_value());
    QVERIFY2(most - before < kMostHeap, std::to_string(most - before).c_str());
    QVERIFY2(told >= 1 && told <= 3, std::to_string(told).c_str());
    QVERIFY(totals->bytes <= 4 * kGiB);
}

void TestImportLarge::isLeft()
{
    QFETCH(Write, write);
    const std::string name = written(write);
    std::stop_source stop;
    QElapsedTimer sinceStop;
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(150));
        sinceStop.start();
        stop.request_stop();
    });
    const auto totals = readImport(
        name, [](Record &&) { return true; }, [](const std::string &) {}, {}, {}, stop.get_token());
    later.join();
    QFile::remove(QString::fromStdString(name));
    QVERIFY(totals.has_value());
    QVERIFY2(sinceStop.elapsed() < kStopsWithin, std::to_string(sinceStop.elapsed()).c_str());
}

THREADLINE_TEST_MAIN(TestImportLarge)
#include "test_importlarge.moc"
