// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/archivesource.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <sys/stat.h>
#include <utility>
#include <zip.h>

namespace threadline {
namespace {

/// So much at a time, so that a stop is seen soon however much is asked for.
constexpr zip_uint64_t kAtOnce = 256 * 1024;

class StoppableFile {
public:
    StoppableFile(std::FILE *stream, std::function<bool()> stopped) : m_stream(stream), m_stopped(std::move(stopped)) { zip_error_init(&m_error); }
    ~StoppableFile()
    {
        std::fclose(m_stream);
        zip_error_fini(&m_error);
    }
    StoppableFile(const StoppableFile &) = delete;
    StoppableFile &operator=(const StoppableFile &) = delete;

    static zip_int64_t call(void *self, void *data, zip_uint64_t size, zip_source_cmd_t command)
    {
        auto *file = static_cast<StoppableFile *>(self);
        if (command == ZIP_SOURCE_FREE) {
            delete file; // owned by libzip, which gives it back here
            return 0;
        }
        return file->answer(data, size, command);
    }

private:
    zip_int64_t answer(void *data, zip_uint64_t size, zip_source_cmd_t command)
    {
        switch (command) {
        case ZIP_SOURCE_SUPPORTS:
            return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                                  ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
        case ZIP_SOURCE_OPEN: return seekTo(0);
        case ZIP_SOURCE_CLOSE: return 0;
        case ZIP_SOURCE_READ: return read(data, size);
        case ZIP_SOURCE_STAT: return stat(data, size);
        case ZIP_SOURCE_ERROR: return zip_error_to_data(&m_error, data, size);
        case ZIP_SOURCE_SEEK: return seek(data, size);
        case ZIP_SOURCE_TELL: return ftello(m_stream);
        default: return failed(ZIP_ER_OPNOTSUPP, 0);
        }
    }

    zip_int64_t failed(int error, int system)
    {
        zip_error_set(&m_error, error, system);
        return -1;
    }

    zip_int64_t read(void *data, zip_uint64_t size)
    {
        if (m_stopped())
            return failed(ZIP_ER_CANCELLED, 0);
        const std::size_t got = std::fread(data, 1, std::min(size, kAtOnce), m_stream);
        return got == 0 && std::ferror(m_stream) != 0 ? failed(ZIP_ER_READ, errno) : static_cast<zip_int64_t>(got);
    }

    zip_int64_t stat(void *data, zip_uint64_t size)
    {
        struct stat info{};
        if (size < sizeof(zip_stat_t) || ::fstat(::fileno(m_stream), &info) != 0)
            return failed(ZIP_ER_READ, errno);
        auto *told = static_cast<zip_stat_t *>(data);
        zip_stat_init(told);
        told->size = static_cast<zip_uint64_t>(info.st_size);
        told->valid |= ZIP_STAT_SIZE;
        return sizeof(zip_stat_t);
    }

    zip_int64_t seek(void *data, zip_uint64_t size)
    {
        struct stat info{};
        if (::fstat(::fileno(m_stream), &info) != 0)
            return failed(ZIP_ER_SEEK, errno);
        const zip_int64_t to = zip_source_seek_compute_offset(static_cast<zip_uint64_t>(ftello(m_stream)), static_cast<zip_uint64_t>(info.st_size), data, size, &m_error);
        return to < 0 ? -1 : seekTo(to);
    }

    zip_int64_t seekTo(zip_int64_t place) { return ::fseeko(m_stream, place, SEEK_SET) == 0 ? 0 : failed(ZIP_ER_SEEK, errno); }

    std::FILE *m_stream;
    std::function<bool()> m_stopped;
    zip_error_t m_error{};
};

} // namespace

zip_source_t *stoppableSource(std::FILE *stream, std::function<bool()> stopped)
{
    auto file = std::make_unique<StoppableFile>(stream, std::move(stopped));
    zip_source_t *source = zip_source_function_create(&StoppableFile::call, file.get(), nullptr);
    if (source)
        static_cast<void>(file.release());
    return source;
}

} // namespace threadline
