// SPDX-License-Identifier: GPL-3.0-or-later
/// Exports in zip archives, and archives that hold none.
#include "core/genesys/archivesource.h"
#include "core/genesys/importarchive.h"
#include "tests/genesys/importing.h"
#include "tests/support/encoded.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QTest>

#include <zip.h>

#include <algorithm>

using namespace threadline;
using namespace threadline::test;

namespace {

struct Packed {
    std::string name, bytes;
    bool encrypted = false;
};

std::string zipped(const std::vector<Packed> &files, zip_int32_t method = ZIP_CM_DEFLATE)
{
    zip_source_t *source = zip_source_buffer_create(nullptr, 0, 0, nullptr);
    zip_source_keep(source);
    zip_t *archive = zip_open_from_source(source, ZIP_TRUNCATE, nullptr);
    for (const Packed &file : files) {
        const auto index = zip_file_add(archive, file.name.c_str(), zip_source_buffer(archive, file.bytes.data(), file.bytes.size(), 0), 0);
        if (index < 0)
            qFatal("zip_file_add");
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0);
        if (file.encrypted && zip_file_set_encryption(archive, static_cast<zip_uint64_t>(index), ZIP_EM_AES_256, "secret") != 0)
            qFatal("zip_file_set_encryption");
    }
    if (zip_close(archive) != 0 || zip_source_open(source) != 0)
        qFatal("zip_close");
    zip_source_seek(source, 0, SEEK_END);
    std::string out(static_cast<std::size_t>(zip_source_tell(source)), '\0');
    zip_source_seek(source, 0, SEEK_SET);
    zip_source_read(source, out.data(), out.size());
    zip_source_close(source);
    zip_source_free(source);
    return out;
}

} // namespace

class TestImportArchive : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void areRead();
    void tellWhatIsNotRead();
    void thatAreNone();
    void areBounded();
    void thatLieOverOneAnother();
    void canBeLeftWhileTheyHoldNothing();
    void onDisk();
};

void TestImportArchive::areRead()
{
    const std::string a = conversation("a"), b = conversation("b"), c = conversation("c");
    const std::string utf16 = test::encoded("\uFEFF" + b + "\r\n", "UTF-16LE");
    for (const auto method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
        const Read out = read(zipped(
            {{"z/3.json.gz", gzip(page(c))}, {"1.JSON", page(a)}, {"__MACOSX/._1.JSON", "x"}, {"2.export", utf16}, {"z/", ""}}, method));
        QVERIFY2(out.problems.empty(), out.problems.empty() ? "" : out.problems[0].c_str());
        QCOMPARE(out.ids, kAbc);
    }
    // Each is a text of its own: lines here, a broken page there.
    const Read apart = read(zipped({{"1.json", a + "\n" + b + "\n"}, {"2.json", "{\"conversations\":[{"}, {"3.json", "[\n" + c + "\n]"}}));
    QCOMPARE(apart.ids, kAbc);
    QCOMPARE(apart.problems.size(), std::size_t{1});
    QVERIFY(apart.problems[0].starts_with("file: 2.json, byte 18, after 2 conversations: "));
}

void TestImportArchive::tellWhatIsNotRead()
{
    const std::string a = conversation("a");
    const Read out = read(zipped({{"1.json", page(a)}, {"2.json", page(a), true}, {"3.zip", zipped({{"1.json", a}})},
                                  {"readme.txt", "hello"}, {"w.wav", "RIFF"}}));
    QCOMPARE(out.ids, std::vector<std::string>{"a"});
    QCOMPARE(out.problems, (std::vector<std::string>{
        "file: 2.json: this file is encrypted; unpack the archive with its password first.",
        "file: 3.zip: this is an archive within the archive; unpack it and read what is in it.",
        "file: 2 files in it are no JSON and passed over."}));
    // Names are shown and lead nowhere; libzip makes signs of control characters.
    QCOMPARE(read(zipped({{"../../\x1b[31m\n.json", "[17]"}})).problems.at(0),
             std::string("file: ../../←[31m◙.json, byte 1, after 0 conversations: no conversation: 17."));

    std::string lines;
    for (int i = 0; i < 3000; ++i)
        lines += conversation(std::to_string(i * 7919 % 3000)) + "\n";
    std::string damaged = zipped({{"1.json", lines}, {"2.json", a}});
    damaged[damaged.find("1.json") + 5000] ^= 0x55;
    const Read half = read(damaged);
    QCOMPARE(half.ids.back(), std::string("a"));
    QVERIFY(half.problems.back().find("file: 1.json") == 0);
    QVERIFY(std::any_of(half.problems.begin(), half.problems.end(),
                        [](const std::string &words) { return words.find("damaged") != std::string::npos; }));
    const std::string whole = zipped({{"1.json", lines}});
    const Read cut = read(whole.substr(0, whole.size() - 30));
    QCOMPARE(cut.problems.size(), std::size_t{1});
    QVERIFY2(cut.problems[0].find("the zip archive is damaged or cut off") != std::string::npos, cut.problems[0].c_str());
    QVERIFY(read(gzip(whole)).problems.at(0).find("zip archive") != std::string::npos);
    QCOMPARE(read(gzip(whole)).problems.size(), std::size_t{1});
}

void TestImportArchive::thatAreNone()
{
    const Packed json{"b.json", conversation("a")};
    const std::vector<std::pair<std::vector<Packed>, const char *>> kinds = {
        {{json, {"[Content_Types].xml", ""}, {"xl/workbook.xml", ""}}, "an Excel workbook"},
        {{json, {"[Content_Types].xml", ""}, {"word/document.xml", ""}}, "a Word document"},
        {{json, {"mimetype", ""}, {"META-INF/manifest.xml", ""}}, "an OpenDocument file"},
        {{json, {"META-INF/MANIFEST.MF", ""}}, "a Java archive"}};
    for (const auto &[files, words] : kinds) {
        const Read out = read(zipped(files));
        QVERIFY(out.ids.empty());
        QCOMPARE(out.problems.size(), std::size_t{1});
        QVERIFY2(out.problems[0].find(words) != std::string::npos, out.problems[0].c_str());
    }
    const std::string empty = std::string("PK\5\6", 4) + std::string(18, '\0');
    QCOMPARE(read(empty).problems, std::vector<std::string>{"file: the zip archive holds no file."});
}

void TestImportArchive::areBounded()
{
    const std::string blanks(1u << 20, ' ');
    std::vector<Packed> many;
    for (int i = 0; i < 40; ++i)
        many.push_back({std::to_string(i) + ".json", blanks});
    const Read ratio = read(zipped(many), {1u << 30, 1u << 20, 200, 8u << 20});
    QVERIFY(ratio.totals.stopped);
    QVERIFY(ratio.totals.bytes <= 9u << 20);
    QVERIFY(ratio.problems.at(0).find("200 times its size") != std::string::npos);
    const Read bytes = read(zipped(many), {16u << 20, 1u << 20});
    QVERIFY(bytes.totals.stopped);
    QVERIFY(bytes.totals.bytes <= 16u << 20);
    QVERIFY(bytes.problems.at(0).find("16 MiB") != std::string::npos);
    // What is packed twice counts by each packing, and not by what other members held.
    std::string lines;
    for (int i = 0; i < 2000; ++i)
        lines += conversation(std::to_string(i * 7919 % 2000)) + "\n";
    std::vector<Packed> twice;
    for (int i = 0; i < 20; ++i)
        twice.push_back({std::to_string(i) + ".gz", gzip(lines)});
    const Read twiceRead = read(zipped(twice), {1u << 30, 1u << 20, 60, 1u << 20});
    QVERIFY2(twiceRead.problems.empty(), twiceRead.problems.empty() ? "" : twiceRead.problems[0].c_str());

    // Lists that libzip would take memory for, in the 64 bit form.
    std::string end = "PK\x06\x06" + std::string(52, '\0') + std::string("PK\x06\x07\0\0\0\0\x04\0\0\0\0\0\0\0\1\0\0\0", 20)
        + "PK\x05\x06" + std::string(4, '\0') + std::string(12, '\xff') + std::string(2, '\0');
    end[4] = 44;
    end[24 + 4] = end[32 + 4] = 1; // 2^32 files
    const Read lists = read("PK\x03\x04" + end);
    QCOMPARE(lists.problems,
             std::vector<std::string>{"file: the zip archive lists more than 100000 files, which no export does; nothing is read."});
}

std::string littleEndian(std::uint64_t value, int size)
{
    std::string bytes;
    for (int i = 0; i < size; ++i)
        bytes.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    return bytes;
}

/// `names`, each of them the same deflated bytes, which stand in the archive once.
std::string overlapping(const std::vector<std::string> &names, const std::string &packed, std::uint64_t size, std::uint32_t check)
{
    const auto header = [&](const std::string &name) {
        return littleEndian(20, 2) + littleEndian(0, 2) + littleEndian(8, 2) + littleEndian(0, 4) + littleEndian(check, 4) + littleEndian(packed.size(), 4)
            + littleEndian(size, 4) + littleEndian(name.size(), 2) + littleEndian(0, 2);
    };
    const std::string file = "PK\x03\x04" + header(names.front()) + names.front() + packed;
    std::string list;
    for (const std::string &name : names)
        list += "PK\x01\x02" + littleEndian(20, 2) + header(name) + std::string(14, '\0') + name;
    return file + list + "PK\x05\x06" + littleEndian(0, 4) + littleEndian(names.size(), 2) + littleEndian(names.size(), 2) + littleEndian(list.size(), 4)
        + littleEndian(file.size(), 4) + littleEndian(0, 2);
}

/// Together they are no larger than the archive: that bounds what comes of them.
void TestImportArchive::thatLieOverOneAnother()
{
    const std::string blanks(1u << 20, ' '), packed = gzip(blanks);
    std::vector<std::string> names;
    for (int i = 0; i < 2000; ++i)
        names.push_back(std::to_string(10'000 + i) + ".json");
    // behind gzip's own header, before its trailer
    const std::string archive = overlapping(names, packed.substr(10, packed.size() - 18), blanks.size(),
                                            static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef *>(blanks.data()), static_cast<uInt>(blanks.size()))));
    const Read out = read(archive, {1u << 30, 1u << 20, 200, 8u << 20});
    QVERIFY(out.totals.stopped);
    QVERIFY2(out.totals.bytes <= 200 * archive.size() + (1u << 20), std::to_string(out.totals.bytes).c_str());
    QCOMPARE(out.problems.size(), std::size_t{1});
    QVERIFY2(out.problems[0].find("200 times its size") != std::string::npos, out.problems[0].c_str());
}

/// libzip reads on until it has a block to give; of empty blocks it never has.
void TestImportArchive::canBeLeftWhileTheyHoldNothing()
{
    std::string nothing;
    while (nothing.size() < (4u << 20))
        nothing += std::string("\0\0\0\xff\xff", 5);
    const std::string archive = overlapping({"1.json"}, nothing + std::string("\1\0\0\xff\xff", 5), 0, 0);
    const std::string name = test::scratchFolder().toStdString() + "/nothing.zip";
    QFile file(QString::fromStdString(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(archive.data(), static_cast<qint64>(archive.size()));
    file.close();
    QCOMPARE(read(archive).problems, std::vector<std::string>{"file: 1.json: the file is empty; export it again."});

    int asked = 0;
    bool stop = false;
    zip_source_t *source = stoppableSource(std::fopen(name.c_str(), "rb"), [&] {
        ++asked;
        return stop;
    });
    zip_t *opened = zip_open_from_source(source, ZIP_RDONLY, nullptr);
    QVERIFY(opened);
    zip_file_t *member = zip_fopen_index(opened, 0, 0);
    QVERIFY(member);
    char block[16];
    stop = true;
    asked = 0;
    QCOMPARE(zip_fread(member, block, sizeof block), zip_int64_t(-1));
    QVERIFY2(asked <= 2, std::to_string(asked).c_str());
    zip_fclose(member);
    zip_discard(opened);
}

void TestImportArchive::onDisk()
{
    const std::string name = test::scratchFolder().toStdString() + "/export.zip";
    std::string lines;
    for (int i = 0; i < 20'000; ++i)
        lines += conversation(std::to_string(i)) + "\n";
    const std::string bytes = zipped({{"1.json", lines}, {"2.json", lines}, {"3.json", lines}});
    QFile file(QString::fromStdString(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes.data(), static_cast<qint64>(bytes.size()));
    file.close();
    std::vector<std::uint64_t> steps;
    std::stop_source stop;
    std::uint64_t taken = 0;
    const auto readUntil = [&](std::uint64_t stopAt) {
        taken = 0;
        return readImport(
            name,
            [&](Record &&) {
                if (++taken == stopAt)
                    stop.request_stop();
                return true;
            },
            [](const std::string &words) { QFAIL(words.c_str()); },
            [&](std::uint64_t done, std::uint64_t all) {
                QCOMPARE(all, static_cast<std::uint64_t>(bytes.size()));
                steps.push_back(done);
            },
            {}, stop.get_token());
    };
    const auto all = readUntil(0);
    QVERIFY(all && !all->stopped);
    QCOMPARE(all->conversations, std::uint64_t{60'000});
    QVERIFY(steps.size() >= 6 && std::is_sorted(steps.begin(), steps.end()));
    QVERIFY(steps.back() > bytes.size() / 2 && steps.back() <= bytes.size());
    const auto some = readUntil(25'000);
    QVERIFY(some && some->stopped);
    QVERIFY(taken >= 25'000 && taken < 40'000);
}

THREADLINE_TEST_MAIN(TestImportArchive)
#include "test_importarchive.moc"
