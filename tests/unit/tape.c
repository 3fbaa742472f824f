/* The tape: what is written comes back, and nothing else is believed. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"
#include "tape/reader.h"
#include "tape/rules.h"
#include "tape/schema.h"
#include "tape/writer.h"

/* ---- tapes in memory ----------------------------------------------------- */

struct bytes {
    char *at;
    size_t size;
};

/* Opens size bytes as if they were a regular file. */
static int
open_bytes(const void *bytes, size_t size)
{
    int fd = memfd_create("tape", 0);

    if (write(fd, bytes, size) != (ssize_t)size)
        abort();
    lseek(fd, 0, SEEK_SET);
    return fd;
}

struct making {
    struct failure failure;
    struct output output;
    struct tape_writer writer;
    int fd;
};

static void
start(struct making *making, const struct tape_header *header)
{
    memset(making, 0, sizeof *making);
    making->fd = memfd_create("tape", 0);
    making->output.failure = &making->failure;
    making->output.fd = making->fd;
    making->output.buffer = aligned_alloc(64, OUTPUT_BUFFER);
    making->output.capacity = OUTPUT_BUFFER;
    tape_writer_init(&making->writer, &making->output, &making->failure);
    if (header)
        tape_writer_begin(&making->writer, header);
}

static struct bytes
take(struct making *making)
{
    struct bytes bytes;

    output_flush(&making->output);
    bytes.size = (size_t)lseek(making->fd, 0, SEEK_END);
    bytes.at = malloc(bytes.size + 1);
    if (pread(making->fd, bytes.at, bytes.size, 0) != (ssize_t)bytes.size)
        abort();
    close(making->fd);
    free(making->output.buffer);
    tape_writer_free(&making->writer);
    return bytes;
}

static void
put_print(struct tape_writer *writer, int64_t time)
{
    struct print *print = tape_writer_put(writer, sizeof *print);

    event_init(print, EVENT_PRINT);
    print->event.instrument = 1;
    print->event.time = time;
    print->side = SIDE_SELL;
    print->price = 100 + time;
    print->quantity = DECIMAL_ONE;
}

/* A tape of prints at times 1, 2, ..., flushed after every few. */
static struct bytes
make_prints(unsigned count, unsigned flush_every)
{
    struct tape_header header;
    struct making making;

    tape_header_init(&header, "prints");
    start(&making, &header);
    for (unsigned i = 1; i <= count; i++) {
        put_print(&making.writer, i);
        if (flush_every && i % flush_every == 0)
            tape_writer_flush(&making.writer);
    }
    tape_writer_end(&making.writer, TAPE_COMPLETE, 0);
    return take(&making);
}

struct told {
    int result; /* of the last tape_reader_next */
    unsigned tapes, blocks;
    uint64_t events, digest;
    int64_t time_sum;
    enum tape_status status;
    struct failure failure;
};

static struct told
read_bytes(const void *bytes, size_t size, size_t read_max, bool raw)
{
    struct told told = {0};
    struct input input = {.name = "t.tape", .wake = -1, .regular = true};
    struct tape_reader reader;

    input.fd = open_bytes(bytes, size);
    input.size = size;
    input.read_max = read_max;
    tape_reader_init(&reader, &input, &told.failure);
    reader.raw = raw;
    while ((told.result = tape_reader_next(&reader, &told.failure)) > 0) {
        told.tapes += told.result == TAPE_HEADER;
        told.blocks += told.result == TAPE_BLOCK;
        if (told.result == TAPE_BLOCK)
            for (const struct event *e = reader.first; e < reader.end;
                 e = event_next(e)) {
                told.events++;
                told.time_sum += e->time;
            }
        if (told.result == TAPE_END) {
            told.digest = reader.digest_at_end;
            told.status = reader.status;
        }
    }
    tape_reader_free(&reader);
    close(input.fd);
    return told;
}

static struct told
read_all(struct bytes bytes)
{
    return read_bytes(bytes.at, bytes.size, 0, false);
}

/* ---- the schema ---------------------------------------------------------- */

static void
fields_tile_every_struct(void)
{
    bool tiles = true, words_fit = true, found = true;

    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *type = &schema_types[i];
        unsigned at = 16;

        found = found && schema_find(type->type) == type;
        for (unsigned f = 0; f < type->field_count; f++) {
            const struct schema_field *field = &type->fields[f];
            unsigned gap = field->offset - at;

            /* the only holes are reserved bytes of the word at 16 */
            if (field->offset < at || (gap && (at >= 24 || gap > 7)))
                tiles = false;
            at = field->offset + field->size;
            if (field->words && (field->size != 1 || field->offset > 23))
                words_fit = false;
        }
        if (at > type->size || (at != type->size && at > 24))
            tiles = false;
    }
    OK("the table's fields cover every struct without holes or overlaps",
       tiles);
    OK("every enumeration is one byte of the word at offset 16", words_fit);
    OK("every type is found by its number, and no other",
       found && !schema_find(0) && !schema_find(EVENT_TYPES) &&
           !schema_find(EVENT_USER));
}

static void
nulls_are_nulls(void)
{
    bool all_null = true;
    uint64_t event[EVENT_FIXED_MAX / 8];

    for (size_t i = 0; i < schema_type_count; i++) {
        memset(event, 0x5a, sizeof event);
        event_init(event, (enum event_type)schema_types[i].type);
        for (unsigned f = 0; f < schema_types[i].field_count; f++)
            if (!field_is_null(event, &schema_types[i].fields[f]))
                all_null = false;
    }
    OK("a new event has null in every field", all_null);
}

/* ---- reading what was written ---------------------------------------------
 */

static void
events_come_back(void)
{
    struct bytes bytes = make_prints(10000, 0);
    struct told told = read_all(bytes);
    bool same = true;

    OK("ten thousand events come back whole",
       told.result == 0 && told.events == 10000 &&
           told.time_sum == INT64_C(10000) * 10001 / 2);
    OK("full blocks hold at least 30 KiB", told.blocks == 19);
    for (size_t max = 1; max < 5000; max = max * 3 + 1)
        if (read_bytes(bytes.at, bytes.size, max, false).digest != told.digest)
            same = false;
    OK("reads of any size, from one byte up, give the same events", same);
    free(bytes.at);
}

static void
blocks_carry_no_meaning(void)
{
    static const unsigned every[] = {1, 2, 7, 100, 1279, 1280, 1281, 1999};
    struct bytes whole = make_prints(5000, 0);
    uint64_t digest = read_all(whole).digest;
    bool same = true;

    for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
        struct bytes cut = make_prints(5000, every[i]);
        struct told told = read_all(cut);

        if (told.result != 0 || told.digest != digest || told.events != 5000)
            same = false;
        free(cut.at);
    }
    OK("the digest does not depend on where blocks are cut", same);
    free(whole.at);
}

static void
tapes_follow_each_other(void)
{
    struct bytes bytes = make_prints(10, 0);
    char *twice = malloc(bytes.size * 2);
    struct told told;

    memcpy(twice, bytes.at, bytes.size);
    memcpy(twice + bytes.size, bytes.at, bytes.size);
    told = read_bytes(twice, bytes.size * 2, 0, false);
    OK("a tape may follow another in one input",
       told.result == 0 && told.tapes == 2 && told.events == 20);
    free(twice);
    free(bytes.at);
}

/* ---- damage ---------------------------------------------------------------
 */

static void
every_bit_counts(void)
{
    struct bytes bytes = make_prints(5, 2);
    unsigned silent = 0, unplaced = 0;

    for (size_t bit = 0; bit < bytes.size * 8; bit++) {
        struct told told;

        bytes.at[bit / 8] ^= (char)(1 << bit % 8);
        told = read_all(bytes);
        bytes.at[bit / 8] ^= (char)(1 << bit % 8);
        silent += told.result != -1 || told.failure.kind != FAILURE_DATA;
        unplaced += !strstr(told.failure.text, "byte ");
    }
    OK("any bit flipped anywhere is damage", silent == 0);
    OK("and its place is reported", unplaced == 0);
    free(bytes.at);
}

static void
every_cut_is_seen(void)
{
    struct bytes bytes = make_prints(5, 2);
    unsigned silent = 0;

    for (size_t size = 0; size < bytes.size; size++) {
        struct told told = read_bytes(bytes.at, size, 0, false);

        silent += told.result != -1 || told.failure.kind == FAILURE_NONE;
    }
    OK("a tape cut at any length is not taken for a whole one", silent == 0);
    free(bytes.at);
}

/* The last frame, of another kind or size, with the hashes that fit. */
static bool
frame_is_refused(uint32_t kind, uint32_t size)
{
    struct bytes bytes = make_prints(5, 2);
    struct frame *end = (void *)(bytes.at + bytes.size - FRAME_HEAD);
    struct told told;

    end->kind = kind;
    end->size = size;
    frame_seal(end, frame_hash("", 0));
    told = read_all(bytes);
    free(bytes.at);
    return told.result == -1 && told.failure.kind == FAILURE_DATA;
}

static void
frames_are_of_known_kinds(void)
{
    OK("a frame of no kind is damage, whatever its check",
       frame_is_refused(1, FRAME_HEAD) && frame_is_refused(0, FRAME_HEAD));
    OK("so are a block without events, and an END that is longer",
       frame_is_refused(FRAME_BLOCK, FRAME_HEAD) &&
           frame_is_refused(FRAME_END, FRAME_HEAD + 8));
}

static void
whole_blocks_before_damage_are_handed_out(void)
{
    struct bytes bytes = make_prints(6, 2);
    struct told told;

    bytes.at[bytes.size - FRAME_HEAD - 3] ^= 1; /* in the last block */
    told = read_all(bytes);
    OK("blocks before the damage are handed out, the damaged one is not",
       told.result == -1 && told.events == 4);
    free(bytes.at);
}

/* ---- events of other versions ----------------------------------------------
 */

/* A tape whose writer knew a shorter print, without trade_id, and no text in
 * instruments after symbol. */
static struct bytes
make_old(void)
{
    struct tape_header header;
    struct making making;
    struct {
        struct event event;
        uint8_t side, conditions, reserved[6];
        int64_t price, quantity;
    } * old;
    struct {
        struct event event;
        uint8_t kind, option_type, reserved[6];
        struct text symbol;
        char bytes[8];
    } * instrument;

    tape_header_init(&header, "old");
    header.sizes[EVENT_PRINT] = sizeof *old;
    header.sizes[EVENT_INSTRUMENT] = 32;
    start(&making, &header);
    instrument = tape_writer_put(&making.writer, sizeof *instrument);
    memset(instrument, 0, sizeof *instrument);
    instrument->event =
        (struct event){sizeof *instrument / 8, EVENT_INSTRUMENT, 1, 1};
    instrument->symbol = (struct text){32, 4, 0};
    memcpy(instrument->bytes, "AAPL", 4);
    for (int i = 0; i < 3; i++) {
        old = tape_writer_put(&making.writer, sizeof *old);
        memset(old, 0, sizeof *old);
        old->event = (struct event){sizeof *old / 8, EVENT_PRINT, 1, i};
        old->price = 7;
        old->quantity = 8;
    }
    tape_writer_end(&making.writer, TAPE_COMPLETE, 0);
    return take(&making);
}

static void
old_events_are_completed(void)
{
    struct bytes bytes = make_old();
    struct input input = {.name = "old", .wake = -1, .regular = true};
    struct failure failure = {0};
    struct tape_reader reader;
    const struct instrument *instrument;
    const struct print *print;

    input.fd = open_bytes(bytes.at, bytes.size);
    tape_reader_init(&reader, &input, &failure);
    tape_reader_next(&reader, &failure);
    OK("a tape of an older writer is read",
       tape_reader_next(&reader, &failure) == TAPE_BLOCK && reader.count == 4);
    instrument = (const struct instrument *)(const void *)reader.first;
    OK("a text of an older event is still found",
       instrument->symbol.length == 4 &&
           memcmp(event_text(instrument, instrument->symbol), "AAPL", 4) == 0 &&
           instrument->tick_size == DECIMAL_NULL);
    print = (const struct print *)(const void *)event_next(reader.first);
    OK("fields that an older writer did not know are null",
       print->event.words == sizeof *print / 8 && print->price == 7 &&
           print->quantity == 8 && print->trade_id == 0);
    OK("and the tape ends well",
       tape_reader_next(&reader, &failure) == TAPE_END);
    tape_reader_free(&reader);
    close(input.fd);
    free(bytes.at);
}

/* A tape with one event of the given head, body zeros. */
static struct bytes
make_one(unsigned type, unsigned words, uint64_t small, unsigned header_size)
{
    struct tape_header header;
    struct making making;
    uint64_t *event;

    tape_header_init(&header, "one");
    if (type < EVENT_TYPES && header_size)
        header.sizes[type] = (uint16_t)header_size;
    start(&making, &header);
    event = tape_writer_put(&making.writer, words * 8UL);
    memset(event, 0, words * 8UL);
    *(struct event *)(void *)event =
        (struct event){(uint16_t)words, (uint16_t)type, 0, 5};
    if (words > 2)
        event[2] = small;
    tape_writer_end(&making.writer, TAPE_COMPLETE, 0);
    return take(&making);
}

static struct told
read_one(unsigned type, unsigned words, uint64_t small, unsigned header_size,
         bool raw)
{
    struct bytes bytes = make_one(type, words, small, header_size);
    struct told told = read_bytes(bytes.at, bytes.size, 0, raw);

    free(bytes.at);
    return told;
}

static void
other_events_pass(void)
{
    OK("a type that nobody knows is handed out",
       read_one(99, 2, 0, 0, false).events == 1);
    OK("so is a type of the user's own",
       read_one(EVENT_USER + 5, 1000, 77, 0, false).events == 1);
    OK("a longer event of a newer writer is handed out",
       read_one(EVENT_PRINT, 9, SIDE_BUY, 72, false).events == 1);
    OK("the longest possible event is handed out",
       read_one(EVENT_USER, BLOCK_BODY_MAX / 8, 0, 0, false).events == 1);
}

static void
bad_events_are_refused(void)
{
    struct told told;

    OK("an event shorter than its type is refused",
       read_one(EVENT_PRINT, 6, SIDE_BUY, 0, false).result == -1);
    told = read_one(EVENT_PRINT, 7, 3, 0, false);
    OK("a word without meaning is refused, naming the field",
       told.result == -1 && strstr(told.failure.text, "print.side is 3"));
    OK("but copied by programs that only select",
       read_one(EVENT_PRINT, 7, 3, 0, true).events == 1);
    told = read_one(EVENT_NAME, 5, 1, 0, false);
    OK("a text of length 0 may point nowhere", told.events == 1);
}

#define HEAD(words, type) ((words) | (type) << 16)
#define LENGTH(array)     (sizeof(array) / sizeof *(array))

/* Reads a block of events that are given word by word. */
static struct told
read_words(const uint64_t *words, size_t count)
{
    struct tape_header header;
    struct making making;
    struct bytes bytes;
    struct told told;

    tape_header_init(&header, "words");
    start(&making, &header);
    for (size_t at = 0; at < count; at += words[at] & 0xffff)
        tape_writer_copy(&making.writer,
                         (const struct event *)(const void *)(words + at));
    tape_writer_end(&making.writer, TAPE_COMPLETE, 0);
    bytes = take(&making);
    told = read_all(bytes);
    free(bytes.at);
    return told;
}

static void
events_among_their_like(void)
{
    static const uint64_t seven = HEAD(7, EVENT_PRINT);
    const uint64_t good[] = {seven, 7, 1, 0, 0, 0, 0, seven, 8, 2, 0, 0, 0, 0};
    const uint64_t bad[] = {seven, 7, 1, 0, 0, 0, 0, seven, 8, 3, 0, 0, 0, 0};
    const uint64_t other[] = {HEAD(7, 99), 7, 3, 0, 0, 0, 0,
                              seven,       8, 3, 0, 0, 0, 0};
    const uint64_t lengths[] = {HEAD(4, 99), 7, 0, 0,           HEAD(5, 99), 8,
                                0,           0, 0, HEAD(3, 99), 9,           0};
    /* where the third would begin, were the second no longer than the first,
     * the second has what looks like an event */
    const uint64_t hidden[] = {
        seven, 1, 1, 0, 0, 0,     0,       HEAD(8, EVENT_PRINT),
        1,     1, 0, 0, 0, 0,     seven,   HEAD(6, EVENT_PRINT),
        1,     1, 0, 0, 0, seven, 1 << 30, 1,
        0,     0, 0, 0};
    struct told told = read_words(good, LENGTH(good));

    OK("events that are all alike are handed out",
       told.result == 0 && told.events == 2 && told.time_sum == 15);
    told = read_words(bad, LENGTH(bad));
    OK("a bad event among its like is refused, naming it and the field",
       told.result == -1 && strstr(told.failure.text, "event 2 (") &&
           strstr(told.failure.text, "print.side is 3"));
    told = read_words(other, LENGTH(other));
    OK("so is a bad one among others of its length but not its type",
       told.result == -1 && strstr(told.failure.text, "event 2 (") &&
           strstr(told.failure.text, "print.side is 3"));
    told = read_words(lengths, LENGTH(lengths));
    OK("lengths that differ but add up as if they did not are handed out",
       told.result == 0 && told.events == 3 && told.time_sum == 24);
    told = read_words(hidden, LENGTH(hidden));
    OK("one that is too short is refused, though the one before it hides that",
       told.result == -1 && strstr(told.failure.text, "event 3 (") &&
           strstr(told.failure.text, "48 bytes are too few"));
}

static void
strtab_stay_inside(void)
{
    struct tape_header header;
    struct making making;
    struct name *name;
    struct bytes bytes;

    tape_header_init(&header, "texts");
    start(&making, &header);
    name = tape_writer_put(&making.writer, sizeof *name);
    event_init(name, EVENT_NAME);
    name->text = (struct text){sizeof *name, 1, 0};
    tape_writer_end(&making.writer, TAPE_COMPLETE, 0);
    bytes = take(&making);
    OK("a text that reaches beyond its event is refused",
       read_all(bytes).result == -1);
    free(bytes.at);
}

/* ---- header ----------------------------------------------------------------
 */

static void
provenance_comes_back(void)
{
    struct failure failure = {0};
    struct tape_header header, back;
    static char frame[FRAME_MAX];

    tape_header_init(&header, "venue-2026-01-08");
    tape_header_add_program(&header, "ximport", "1", "--format csv", &failure);
    tape_header_add_program(&header, "xmatch", "1", "", &failure);
    tape_header_derive(&header, "xmatch");
    header.first_seq = 42;
    tape_header_format(&header, frame, &failure);
    OK("stream, first seq and provenance come back",
       tape_header_parse(&back, (struct frame *)(void *)frame, &failure) == 0 &&
           strcmp(back.stream, "venue-2026-01-08/xmatch") == 0 &&
           back.first_seq == 42 && back.program_count == 2 &&
           strcmp(back.programs[0].options, "--format csv") == 0 &&
           memcmp(back.sizes, header.sizes, sizeof back.sizes) == 0);
    tape_header_free(&header);
    tape_header_free(&back);
}

/* A tape whose stream is called so, though none may. */
static struct told
read_named(const char *name)
{
    struct bytes bytes = make_prints(3, 0);
    struct frame *frame = (struct frame *)(void *)bytes.at;
    char *at = memmem(bytes.at, bytes.size, "prints", 6);
    struct told told;

    at[-2] = (char)strlen(name); /* the length before it */
    memcpy(at, name, strlen(name));
    frame_seal(frame, frame_hash(frame + 1, frame->size - FRAME_HEAD));
    told = read_all(bytes);
    free(bytes.at);
    return told;
}

static void
names_of_streams_are_text(void)
{
    static const char *const bad[] = {"pri\nts",      "pr\tnts",   "pri\x7fts",
                                      "pr\xc2\x85ts", "pr\xffnts", "print\xc3"};
    unsigned refused = 0, unwritten = 0;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct told told = read_named(bad[i]);
        struct failure failure = {0};
        struct tape_header header;
        static char frame[FRAME_MAX];

        refused += told.result < 0 && told.failure.kind == FAILURE_DATA &&
                   strstr(told.failure.text,
                          "byte 0: the HEADER has no valid stream name");
        tape_header_init(&header, bad[i]);
        unwritten += tape_header_format(&header, frame, &failure) < 0;
    }
    OK("a HEADER whose stream has a name that is none is refused, with its "
       "place",
       refused == sizeof bad / sizeof *bad);
    OK("and not written", unwritten == sizeof bad / sizeof *bad);
    OK("one whose name has letters of any alphabet is read",
       read_named("pr\xc3\xbcnt").result == 0);
    OK("no name is none, as is one that is too long",
       !tape_stream_is_name("", 0) &&
           !tape_stream_is_name((char[TAPE_STREAM_MAX + 1]){0},
                                TAPE_STREAM_MAX + 1));
    OK("a name is cut in front of a whole character",
       strcmp(tape_stream_end("a\xc3\xbc\xc3\xb6", 3), "\xc3\xb6") == 0 &&
           strcmp(tape_stream_end("abc", 3), "abc") == 0);
}

int
main(void)
{
    fields_tile_every_struct();
    nulls_are_nulls();
    events_come_back();
    blocks_carry_no_meaning();
    tapes_follow_each_other();
    every_bit_counts();
    every_cut_is_seen();
    frames_are_of_known_kinds();
    whole_blocks_before_damage_are_handed_out();
    old_events_are_completed();
    other_events_pass();
    bad_events_are_refused();
    events_among_their_like();
    strtab_stay_inside();
    provenance_comes_back();
    names_of_streams_are_text();
    return tap_done();
}
