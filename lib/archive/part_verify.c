/* Whether a part is what the archive says of it. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/archive.h"
#include "archive/part_reader.h"
#include "tape/digest.h"

#define PIECE (256 * 1024) /* bytes read at once; then whether to stop */

static int
hash_pieces(const struct archive *archive, const struct input *input,
            struct sha256 *sha256, struct quick_hash *quick,
            struct part_bytes *bytes, struct failure *failure)
{
    char *buffer = allocate(failure, 1, PIECE);
    ssize_t count = 1;

    while (buffer && count > 0) {
        if (archive && archive_is_stopped(archive))
            break;
        count = pread(input->fd, buffer, PIECE, (off_t)bytes->size);
        if (count < 0 && errno == EINTR) {
            count = 1;
            continue;
        }
        if (count < 0)
            fail_errno(failure, "%s: cannot read it", input->name);
        if (count <= 0)
            break;
        sha256_add(sha256, buffer, (size_t)count);
        quick_hash_add(quick, buffer, (size_t)count);
        bytes->size += (uint64_t)count;
    }
    free(buffer);
    return !buffer || count < 0 ? -1 : count == 0;
}

int
part_hash(const struct archive *archive, const struct input *input,
          struct part_bytes *bytes, struct failure *failure)
{
    struct sha256 sha256 = {0};
    struct quick_hash quick = {0};
    int result = -1;

    *bytes = (struct part_bytes){0};
    if (sha256_begin(&sha256, failure) == 0 &&
        quick_hash_begin(&quick, failure) == 0)
        result = hash_pieces(archive, input, &sha256, &quick, bytes, failure);
    if (result > 0) {
        bytes->quick = quick_hash_end(&quick);
        sha256_end(&sha256, bytes->sha256);
    }
    quick_hash_free(&quick);
    sha256_free(&sha256);
    return result;
}

/* Whether a file has the size of the part. */
static int
check_size(const struct part_bytes *bytes, const struct part *part,
           const char *path, struct failure *failure)
{
    if (bytes->size == part->size)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: %" PRIu64 " bytes, but the archive has recorded %" PRIu64
                ": put the tape again, or restore the file from a copy",
                path, bytes->size, part->size);
}

int
part_fits(const struct part_bytes *bytes, const struct part *part,
          const char *path, struct failure *failure)
{
    assert(bytes->sha256[0]); /* hashed to the end, not stopped before */
    if (check_size(bytes, part, path, failure) != 0)
        return -1;
    if (memcmp(bytes->sha256, part->sha256, sizeof bytes->sha256) == 0)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: it does not match its SHA-256: it is damaged or was "
                "replaced: put the tape again, or restore the file from a copy",
                path);
}

/* ---- events -------------------------------------------------------------- */

struct tally {
    struct digest digest;
    uint64_t rows, first, last;
};

/* Reads all events: 1; 0 when stopped; -1. */
static int
count_events(const struct archive *archive, struct part_reader *reader,
             struct tally *tally, struct failure *failure)
{
    int result;

    while ((result = part_reader_batch(reader, failure)) > 0) {
        const struct event_columns *columns = &reader->group->columns;
        uint32_t first = reader->batch_first, count = reader->batch_left;

        assert(count > 0); /* a batch is never empty */
        if (tally->rows == 0)
            tally->first = event_columns_seq(columns, first);
        tally->rows += count;
        tally->last = event_columns_seq(columns, first + count - 1);
        digest_events(&tally->digest, reader->event,
                      reader->batch.bytes + reader->batch.size);
        if (archive && archive_is_stopped(archive))
            return 0;
    }
    return result < 0 ? -1 : 1;
}

static int
check_events(const struct archive *archive, struct part_reader *reader,
             const struct part *part, struct failure *failure)
{
    struct tally tally = {0};
    uint64_t digest;
    int result;

    if (digest_reset(&tally.digest) != 0)
        return fail_memory(failure);
    result = count_events(archive, reader, &tally, failure);
    digest = digest_value(&tally.digest);
    digest_free(&tally.digest);
    if (result <= 0)
        return result;
    if (tally.rows != part->rows || tally.first != part->name.first ||
        tally.last != part->name.last || digest != part->digest)
        return fail(
            failure, FAILURE_DATA,
            "%s: its events are not those that the archive has recorded",
            reader->path);
    return 1;
}

/* Reads an open part, whose file was hashed; takes it over. */
static int
read_events(const struct archive *archive, struct input *input,
            const char *path, const struct part *part, struct failure *failure)
{
    struct part_reader reader;
    int result =
        part_reader_open(&reader, input, path, &PART_FILTER_ALL, NULL, failure);

    if (result == 0)
        result = check_events(archive, &reader, part, failure);
    part_reader_close(&reader);
    return result;
}

int
part_verify(const struct archive *archive, const struct part *part,
            bool *missing, struct failure *failure)
{
    struct part_bytes bytes;
    struct input input;
    char *path = NULL;
    int result = archive_open_part(archive, part, &input, &path, failure);

    *missing = result == 0;
    if (result > 0) {
        result = part_hash(archive, &input, &bytes, failure);
        if (result > 0 && part_fits(&bytes, part, path, failure) != 0)
            result = -1;
        if (result > 0)
            result = read_events(archive, &input, path, part, failure);
        else
            input_close(&input);
    }
    free(path);
    return *missing ? -1 : result;
}

int
part_read_back(const struct archive *archive, struct part *part,
               struct quick_value written, struct failure *failure)
{
    char relative[PART_PATH_MAX], *path;
    struct part_bytes bytes;
    struct input input;
    int result = -1;

    assert(archive->writes); /* only the holder of the lock writes parts */
    part_name_hidden(&part->name, relative);
    path = archive_path(archive, relative, failure);
    if (path)
        result = input_open_below(&input, &archive->root, path, failure);
    if (result == 0)
        result = fail(failure, FAILURE_ENVIRONMENT,
                      "%s: it disappeared as soon as it was written", path);
    if (result > 0) {
        result = part_hash(NULL, &input, &bytes, failure);
        if (result > 0 && check_size(&bytes, part, path, failure) != 0)
            result = -1;
        if (result > 0 && memcmp(&bytes.quick, &written, sizeof written) != 0)
            result = fail(failure, FAILURE_DATA,
                          "%s: what is read is not what was written", path);
        memcpy(part->sha256, bytes.sha256, sizeof part->sha256);
        if (result > 0) /* to its end, also when the program is to stop */
            result = read_events(NULL, &input, path, part, failure);
        else
            input_close(&input);
    }
    free(path);
    return result < 0 ? -1 : 0;
}
