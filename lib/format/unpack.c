#include "format/unpack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define OUT_SIZE        (256 * 1024)
#define ZSTD_WINDOW_LOG 27        /* 128 MiB, what zstd itself takes unasked */
#define GZIP_BITS       (15 + 16) /* zlib: the largest window, a gzip header */
#define ZIP_BITS        (-15)     /* zlib: the largest window, no header */

struct unpacker {
    const char *name;
    const char *magic;
    size_t magic_size;
    /* Begins a file; NULL: it is not read, and refused is what to do. */
    int (*begin)(struct unpack *unpack, struct failure *failure);
    int (*push)(struct unpack *unpack, const unsigned char *bytes, size_t size,
                struct failure *failure);
    int (*end)(struct unpack *unpack, struct failure *failure);
    void (*free)(struct unpack *unpack);
    const char *refused;
    size_t zero; /* a byte that is 0 as well; 0: none */
};

static int
hand_out(struct unpack *unpack, size_t size, struct failure *failure)
{
    assert(size <= OUT_SIZE);
    return size ? unpack->text(unpack->owner, unpack->out, size, failure) : 0;
}

static int
ends_early(const struct unpack *unpack, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "the %s data ends too early: the file is cut off",
                unpack->kind->name);
}

/* ---- deflate: gzip and zip ----------------------------------------------- */

static int
deflate_begin(struct unpack *unpack, int bits, struct failure *failure)
{
    z_stream *stream = allocate(failure, 1, sizeof *stream);

    if (!stream)
        return -1;
    if (inflateInit2(stream, bits) != Z_OK) {
        free(stream);
        return fail_memory(failure);
    }
    unpack->state = stream;
    return 0;
}

static void
deflate_free(struct unpack *unpack)
{
    if (unpack->state)
        inflateEnd(unpack->state);
    free(unpack->state);
    unpack->state = NULL;
}

/* Unpacks up to the end of a member or of the bytes; *used of them. */
static int
deflate_some(struct unpack *unpack, const unsigned char *bytes, size_t size,
             size_t *used, struct failure *failure)
{
    z_stream *stream = unpack->state;
    int result = Z_OK;

    stream->next_in = (unsigned char *)(uintptr_t)bytes; /* it is not written */
    stream->avail_in = (uInt)size;
    do {
        stream->next_out = (unsigned char *)unpack->out;
        stream->avail_out = OUT_SIZE;
        result = inflate(stream, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return fail(failure, FAILURE_DATA, "the %s data is damaged: %s",
                        unpack->kind->name,
                        stream->msg ? stream->msg : "it cannot be unpacked");
        if (hand_out(unpack, OUT_SIZE - stream->avail_out, failure) != 0)
            return -1;
    } while (result == Z_OK && (stream->avail_in || !stream->avail_out));
    *used = size - stream->avail_in;
    assert(*used <= size);
    unpack->between = result == Z_STREAM_END;
    return 0;
}

static int
gzip_begin(struct unpack *unpack, struct failure *failure)
{
    return deflate_begin(unpack, GZIP_BITS, failure);
}

static int
gzip_push(struct unpack *unpack, const unsigned char *bytes, size_t size,
          struct failure *failure)
{
    size_t used;

    while (size > 0) {
        if (unpack->between) {
            if (*bytes == 0) { /* padding, as of tapes and tar */
                bytes++;
                size--;
                continue;
            }
            inflateReset(unpack->state);
        }
        if (deflate_some(unpack, bytes, size, &used, failure) != 0)
            return -1;
        bytes += used;
        size -= used;
    }
    return 0;
}

static int
member_end(struct unpack *unpack, struct failure *failure)
{
    return unpack->between ? 0 : ends_early(unpack, failure);
}

/* ---- zip ----------------------------------------------------------------- */

enum { ZIP_FLAGS = 6, ZIP_METHOD = 8, ZIP_SIZE = 18, ZIP_NAME = 26 };

static unsigned
two_bytes(const unsigned char *at)
{
    return at[0] | (unsigned)at[1] << 8;
}

static int
zip_begin(struct unpack *unpack, struct failure *failure)
{
    return deflate_begin(unpack, ZIP_BITS, failure);
}

/* Looks at a whole local header. */
static int
zip_header(struct unpack *unpack, struct failure *failure)
{
    if (two_bytes(unpack->zip + ZIP_FLAGS) & 1)
        return fail(failure, FAILURE_DATA,
                    "the zip file is encrypted: unpack it first");
    if (two_bytes(unpack->zip + ZIP_METHOD) != 8)
        return fail(failure, FAILURE_DATA,
                    "the member of the zip file is not deflated: unpack it "
                    "first");
    unpack->zip_left = two_bytes(unpack->zip + ZIP_NAME) +
                       two_bytes(unpack->zip + ZIP_NAME + 2);
    return 0;
}

/* After the member: a second one is refused, its directory passed over.  What
 * lies in between, sizes and a checksum, is up to 24 bytes. */
static int
zip_rest(struct unpack *unpack, const unsigned char *bytes, size_t size,
         struct failure *failure)
{
    for (size_t i = 0; i < size && unpack->zip_size < 64; i++) {
        unsigned char *tail = unpack->zip;

        memmove(tail, tail + 1, 3);
        tail[3] = bytes[i];
        unpack->zip_size++;
        if (memcmp(tail, "PK\3\4", 4) == 0)
            return fail(failure, FAILURE_DATA,
                        "the zip file has more than one member: unpack it "
                        "first");
        if (memcmp(tail, "PK\1\2", 4) == 0)
            unpack->zip_size = 64; /* the directory */
    }
    return 0;
}

static int
zip_push(struct unpack *unpack, const unsigned char *bytes, size_t size,
         struct failure *failure)
{
    size_t used = 0;

    if (unpack->between)
        return zip_rest(unpack, bytes, size, failure);
    assert(unpack->zip_size <= sizeof unpack->zip);
    while (unpack->zip_size < sizeof unpack->zip && size > 0) {
        unpack->zip[unpack->zip_size++] = *bytes++;
        size--;
        if (unpack->zip_size == sizeof unpack->zip &&
            zip_header(unpack, failure) != 0)
            return -1;
    }
    used = unpack->zip_left < size ? (size_t)unpack->zip_left : size;
    unpack->zip_left -= used;
    bytes += used;
    size -= used;
    if (size == 0)
        return 0;
    if (deflate_some(unpack, bytes, size, &used, failure) != 0)
        return -1;
    if (!unpack->between)
        return 0;
    unpack->zip_size = 0;
    return zip_rest(unpack, bytes + used, size - used, failure);
}

/* ---- zstd ---------------------------------------------------------------- */

static int
zstd_begin(struct unpack *unpack, struct failure *failure)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();

    unpack->state = context;
    if (!context)
        return fail_memory(failure);
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    return 0;
}

static int
zstd_push(struct unpack *unpack, const unsigned char *bytes, size_t size,
          struct failure *failure)
{
    ZSTD_inBuffer in = {bytes, size, 0};
    ZSTD_outBuffer out;

    do {
        size_t left;

        out = (ZSTD_outBuffer){unpack->out, OUT_SIZE, 0};
        left = ZSTD_decompressStream(unpack->state, &out, &in);
        if (ZSTD_isError(left))
            return fail(failure, FAILURE_DATA, "the zstd data is damaged: %s",
                        ZSTD_getErrorName(left));
        unpack->between = left == 0;
        if (hand_out(unpack, out.pos, failure) != 0)
            return -1;
    } while (in.pos < in.size || out.pos == out.size);
    return 0;
}

static void
zstd_free(struct unpack *unpack)
{
    ZSTD_freeDCtx(unpack->state);
    unpack->state = NULL;
}

/* ---- none ---------------------------------------------------------------- */

static int
plain_begin(struct unpack *unpack, struct failure *failure)
{
    (void)unpack;
    (void)failure;
    return 0;
}

static int
plain_push(struct unpack *unpack, const unsigned char *bytes, size_t size,
           struct failure *failure)
{
    return size
               ? unpack->text(unpack->owner, (const char *)bytes, size, failure)
               : 0;
}

static int
plain_end(struct unpack *unpack, struct failure *failure)
{
    (void)unpack;
    (void)failure;
    return 0;
}

static void
plain_free(struct unpack *unpack)
{
    (void)unpack;
}

/* ---- which --------------------------------------------------------------- */

static const struct unpacker unpackers[] = {
    {"gzip", "\x1f\x8b", 2, gzip_begin, gzip_push, member_end, deflate_free,
     NULL, 0},
    {"zstd", "\x28\xb5\x2f\xfd", 4, zstd_begin, zstd_push, member_end,
     zstd_free, NULL, 0},
    {"zip", "PK\3\4", 4, zip_begin, zip_push, member_end, deflate_free, NULL,
     0},
    {.name = "UTF-16",
     .magic = "\xff\xfe",
     .magic_size = 2,
     .refused = "iconv -f UTF-16 -t UTF-8 makes it text"},
    {.name = "UTF-16",
     .magic = "\xfe\xff",
     .magic_size = 2,
     .refused = "iconv -f UTF-16 -t UTF-8 makes it text"},
    {.name = "xz",
     .magic = "\xfd"
              "7zX",
     .magic_size = 4,
     .refused = "xz -dc unpacks it"},
    {.name = "bzip2",
     .magic = "BZh",
     .magic_size = 3,
     .refused = "bzip2 -dc unpacks it"},
    {.name = "a tape", /* a frame is shorter than 2^24 bytes */
     .magic = "TAPE",
     .magic_size = 4,
     .zero = 7,
     .refused = "ximport makes tapes: give it to another program"},
    {.name = "Parquet",
     .magic = "PAR1",
     .magic_size = 4,
     .refused = "it is not text"},
    {"plain", "", 0, plain_begin, plain_push, plain_end, plain_free, NULL, 0},
};

static bool
is_of(const struct unpack *unpack, const struct unpacker *kind)
{
    return kind->magic_size <= unpack->head_size &&
           memcmp(kind->magic, unpack->head, kind->magic_size) == 0 &&
           (kind->zero == 0 ||
            (kind->zero < unpack->head_size && unpack->head[kind->zero] == 0));
}

/* Begins the file that the head is of.  whole: it has no more bytes. */
static int
begin(struct unpack *unpack, struct failure *failure)
{
    const struct unpacker *kind = unpackers;
    struct unpack fresh = {.text = unpack->text, .owner = unpack->owner};

    while (!is_of(unpack, kind))
        kind++; /* the last one fits always */
    if (kind->refused)
        return fail(failure, FAILURE_DATA, "the file is %s (%s)", kind->name,
                    kind->refused);
    fresh.kind = kind;
    fresh.out = unpack->out;
    fresh.head_size = unpack->head_size;
    memcpy(fresh.head, unpack->head, sizeof fresh.head);
    *unpack = fresh;
    if (!unpack->out)
        unpack->out = allocate(failure, OUT_SIZE, 1);
    if (!unpack->out || kind->begin(unpack, failure) != 0)
        return -1;
    return kind->push(unpack, unpack->head, unpack->head_size, failure);
}

int
unpack_push(struct unpack *unpack, const char *bytes, size_t size,
            struct failure *failure)
{
    assert(unpack->text);
    while (!unpack->kind && size > 0) {
        assert(unpack->head_size < UNPACK_MAGIC);
        unpack->head[unpack->head_size++] = (unsigned char)*bytes++;
        size--;
        if (unpack->head_size == UNPACK_MAGIC && begin(unpack, failure) != 0)
            return -1;
    }
    if (size == 0)
        return 0;
    return unpack->kind->push(unpack, (const unsigned char *)bytes, size,
                              failure);
}

int
unpack_end(struct unpack *unpack, struct failure *failure)
{
    int result = unpack->kind ? 0 : begin(unpack, failure);

    if (result == 0)
        result = unpack->kind->end(unpack, failure);
    if (unpack->kind)
        unpack->kind->free(unpack);
    unpack->kind = NULL;
    unpack->head_size = 0;
    return result;
}

void
unpack_free(struct unpack *unpack)
{
    if (unpack->kind)
        unpack->kind->free(unpack);
    free(unpack->out);
    unpack->kind = NULL;
    unpack->out = NULL;
}
