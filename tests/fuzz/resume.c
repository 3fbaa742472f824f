/* Fuzzes the snapshots that xmatch -S continues from, as a hostile person would
 * write them: fields of a true one are changed, events of it left out and put
 * in twice, and all checksums are right again.
 *
 * xmatch refuses it with status 1, passes over it, or trades on; what it
 * writes is a tape. */
#include <assert.h>

#include "place.h"
#include "script.h"
#include "tape/digest.h"
#include "tape/frame.h"
#include "tape/schema.h"

int xgen_main(int argc, char **argv);
int xmatch_main(int argc, char **argv);
int xstat_main(int argc, char **argv);

enum { SNAPSHOT_MAX = 1 << 18, EVENTS_MAX = 512 };

static _Alignas(8) unsigned char whole[SNAPSHOT_MAX]; /* the true one */
static size_t header_size, events_size;               /* of it */

/* Reads the newest snapshot: its HEADER and its one block. */
static void
read_snapshot(const char *path)
{
    const struct frame *frame = (const void *)whole;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, whole, sizeof whole);

    assert(size > 0 && (size_t)size < sizeof whole);
    close(fd);
    assert(frame->kind == FRAME_HEADER);
    header_size = frame->size;
    frame = (const void *)(whole + header_size);
    assert(frame->kind == FRAME_BLOCK);
    events_size = frame->size - FRAME_HEAD;
    frame = (const void *)(whole + header_size + frame->size);
    assert(frame->kind == FRAME_END);
}

/* A market with orders, and what is open in the midst of it. */
static void
make_snapshot(void)
{
    if (place_run(xgen_main, "xgen -n 300 --symbols 2 --seed 1 --stream s",
                  "in.tape") != 0 ||
        place_run(xmatch_main, "xmatch -S true --snapshot-every 100 in.tape",
                  "out.tape") != 0)
        abort();
    read_snapshot("true/0000000000000005.tape");
}

/* ---- changing it --------------------------------------------------------- */

static _Alignas(8) unsigned char changed[SNAPSHOT_MAX];

static void
change_field(struct script *script, unsigned char *event)
{
    const struct schema_type *type =
        schema_find(((const struct event *)(const void *)event)->type);
    const struct schema_field *field;
    int64_t value;

    if (!type)
        return;
    field = &type->fields[byte(script) % type->field_count];
    value = number(script);
    if (field->kind == FIELD_ENUM || field->kind == FIELD_FLAGS)
        value = byte(script) % 8;  /* most are known */
    if (field->kind == FIELD_TEXT) /* where it lies is the reader's to check */
        memcpy(event + field->offset, &value, 4);
    else
        memcpy(event + field->offset, &value,
               field->size < 8 ? field->size : 8);
}

/* The events of the true one, changed, to at; how many, and their size. */
static size_t
change(struct script *script, unsigned char *at, uint32_t *count)
{
    const unsigned char *from = whole + header_size + FRAME_HEAD;
    const unsigned char *end = from + events_size;
    unsigned char *start = at;
    unsigned wait = byte(script);

    for (*count = 0; from < end && *count < EVENTS_MAX;) {
        const struct event *event = (const void *)from;
        size_t size = event->words * 8UL;
        uint8_t what = wait > 0 ? 255 : byte(script) % 8;

        if ((size_t)(at - start) + 2 * size > FRAME_MAX - FRAME_HEAD)
            break;
        wait = wait > 0 ? wait - 1 : byte(script) % 16;
        memcpy(at, from, size);
        if (what <= 4)
            for (unsigned n = 0; n <= what; n++)
                change_field(script, at);
        at += what == 5 ? 0 : size; /* left out */
        *count += what != 5;
        if (what == 6) { /* twice */
            memcpy(at, from, size);
            at += size;
            ++*count;
        }
        from += size;
    }
    return (size_t)(at - start);
}

static size_t
make(struct script *script)
{
    struct frame block = {.kind = FRAME_BLOCK};
    struct frame end = {.kind = FRAME_END, .size = FRAME_HEAD};
    struct digest digest = {0};
    unsigned char *body = changed + header_size + FRAME_HEAD;
    size_t size = change(script, body, &block.u.block.count);
    int64_t least = INT64_MAX, most = INT64_MIN;

    memcpy(changed, whole, header_size);
    for (unsigned char *at = body; at < body + size;) {
        const struct event *event = (const void *)at;

        least = event->time < least ? event->time : least;
        most = event->time > most ? event->time : most;
        at += event->words * 8UL;
    }
    block.size = (uint32_t)(FRAME_HEAD + size);
    block.u.block.first_seq = 1;
    block.u.block.time_min = least;
    block.u.block.time_max = most;
    frame_seal(&block, frame_hash(body, size));
    memcpy(changed + header_size, &block, sizeof block);
    assert(digest_reset(&digest) == 0);
    digest_events(&digest, (const void *)body, (const void *)(body + size));
    end.u.end.count = block.u.block.count;
    end.u.end.digest = digest_value(&digest);
    digest_free(&digest);
    frame_seal(&end, frame_hash(body, 0));
    memcpy(body + size, &end, sizeof end);
    return header_size + FRAME_HEAD + size + sizeof end;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct script script = {bytes, bytes + size};
    size_t length;
    int status;

    place_enter();
    if (!header_size)
        make_snapshot();
    length = make(&script);
    place_clear("s");
    if (mkdir("s", 0700) != 0)
        abort();
    place_write("s/0000000000000007.tape", changed, length);
    status =
        place_run(xmatch_main,
                  "xmatch -S s --snapshot-every 100 --from-out 100000 in.tape",
                  "out.tape");
    assert(status == 0 || status == 1);
    if (status == 0)
        assert(place_run(xstat_main, "xstat out.tape", NULL) == 0);
    place_leave();
    return 0;
}
