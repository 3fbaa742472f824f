/* Fuzzes the journal of an archive, as a hostile person would write it: the
 * members of each line are the fuzzer's, its number and the chain are right.
 *
 * What was accepted is whole, says which holds there are, and is written on;
 * what is written on is accepted. */
#include <assert.h>

#include "archive/hold.h"
#include "base/clock.h"
#include "place.h"

#define NOW INT64_C(1767882600000000000)

static void
put(struct bytes *out, const char *text)
{
    bytes_put(out, text, strlen(text));
}

/* A line for each of the input's. */
static void
make_journal(struct bytes *out, const uint8_t *bytes, size_t size)
{
    char previous[SHA256_TEXT] = "-", head[32];
    struct failure failure = {0};
    const uint8_t *end = bytes + size;
    unsigned number = 0;

    while (bytes < end) {
        const uint8_t *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        const uint8_t *stop = newline ? newline : end;
        struct sha256 hash = {0};
        size_t start = out->size;

        snprintf(head, sizeof head, "{\"number\":%u,", ++number);
        put(out, head);
        bytes_put(out, bytes, (size_t)(stop - bytes));
        put(out, ",\"previous\":\"");
        put(out, previous);
        put(out, "\"}");
        assert(bytes_ok(out, &failure) == 0);
        assert(sha256_begin(&hash, &failure) == 0);
        sha256_add(&hash, out->bytes + start, out->size - start);
        sha256_end(&hash, previous);
        if (newline)
            put(out, "\n");
        bytes = stop + (newline ? 1 : 0);
    }
}

/* Every hold that there is can be found, and looked for in a part. */
static void
look_at(const struct holds *holds, const struct archive *archive)
{
    static const struct part part = {
        .name = {.type = 1, .day = 20461, .stream = 7, .first = 1, .last = 9},
        .size = 1,
        .rows = 9,
        .time_min = NOW,
        .time_max = NOW + 9};
    const struct legal_hold *by;
    struct failure failure = {0};

    for (unsigned i = 0; i < holds->count; i++) {
        assert(holds_find(holds, holds->list[i].id));
        assert(holds->list[i].until == TIME_NULL || holds->list[i].until > NOW);
    }
    (void)holds_part(holds, archive, &part, NULL, &by, &failure);
}

/* Places one hold more; what is there then is read again. */
static void
write_on(struct journal *journal, const struct holds *holds,
         const struct archive *archive)
{
    const struct hold_terms terms = {.id = "fuzz",
                                     .types = "trade",
                                     .from = TIME_NULL,
                                     .to = TIME_NULL,
                                     .until = TIME_NULL};
    struct failure failure = {0};
    struct journal again;
    struct holds then;
    uint64_t number = journal->number;

    if (hold_place(journal, holds, &terms, &failure) != 0)
        return;
    assert(journal_open(&again, archive, "fuzz", NOW, &failure) == 0);
    assert(again.number == number + 1);
    assert(strcmp(again.head, journal->head) == 0);
    assert(holds_read(&then, &again, &failure) == 0);
    assert(then.count == holds->count + 1 && holds_find(&then, "fuzz"));
    holds_free(&then);
    journal_close(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct failure failure = {0};
    struct bytes text = {0};
    struct archive archive;
    struct journal journal;
    struct holds holds = {0};

    make_journal(&text, bytes, size);
    place_enter();
    assert(archive_open(&archive, "a", ARCHIVE_CREATE, NULL, &failure) == 0);
    place_write("a/journal", text.bytes, text.size);
    if (journal_open(&journal, &archive, "fuzz", NOW, &failure) == 0 &&
        holds_read(&holds, &journal, &failure) == 0) {
        look_at(&holds, &archive);
        write_on(&journal, &holds, &archive);
    } else {
        assert(failure.kind == FAILURE_DATA || failure.kind == FAILURE_USAGE);
    }
    holds_free(&holds);
    journal_close(&journal);
    archive_close(&archive);
    bytes_free(&text);
    place_leave();
    return 0;
}
