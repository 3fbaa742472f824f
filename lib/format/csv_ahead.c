#include "format/csv_ahead.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bytes.h"
#include "base/pool.h"

#define PIECES 8 /* that a push is cut into */

/* A row that is left to the thread that takes the piece. */
struct leftover {
    const char *line;
    size_t size;
    uint64_t lines; /* of the piece before it */
    size_t events;  /* bytes of events before it */
};

struct piece {
    struct pool_job job;
    const struct csv_ahead *ahead;
    const char *bytes;
    size_t size;

    /* of the thread that works on it */
    struct draft draft;
    struct failure failure;
    struct cell *cells; /* ROW_CELLS_MAX; owned */
    struct csv_record record;
    struct bytes events;
    struct leftover *leftovers; /* owned */
    size_t leftover_count, leftover_capacity;
    uint64_t lines, left_out;
    bool broken; /* out of memory: all of it is left */
};

struct csv_ahead {
    const struct csv_columns *columns;
    struct importer *importer;
    char delimiter;
    struct pool pool;
    bool pool_open;
    struct piece pieces[PIECES];
};

/* ---- making events, in any thread ---------------------------------------- */

static void
leave(struct piece *piece, const char *line, size_t size)
{
    struct leftover *larger =
        array_grow(piece->leftovers, &piece->leftover_capacity,
                   piece->leftover_count + 1, sizeof *larger, &piece->failure);

    if (!larger) {
        piece->broken = true;
        return;
    }
    piece->leftovers = larger;
    larger[piece->leftover_count++] = (struct leftover){
        .line = line,
        .size = size,
        .lines = piece->lines,
        .events = piece->events.size,
    };
}

/* A line with its line end.  False: it is to be left. */
static bool
take_line(struct piece *piece, const char *line, size_t size)
{
    const struct csv_columns *columns = piece->ahead->columns;
    const char *end = line + size - 1; /* on the '\n' */
    const struct event *event;
    size_t count;
    int wanted;

    assert(*end == '\n');
    if (end > line && end[-1] == '\r')
        end--;
    if (!row_split(line, end, piece->ahead->delimiter, piece->cells, &count))
        return false;
    if (count == 1 && piece->cells[0].size == 0)
        return true; /* blank */
    if (count != columns->count)
        return false;
    wanted = csv_columns_record(columns, piece->cells, &piece->record,
                                &piece->failure);
    if (wanted <= 0) {
        piece->left_out += wanted == 0;
        return wanted == 0;
    }
    event = draft_record(&piece->draft, columns->mapping->type,
                         piece->record.given, piece->record.cells);
    if (event)
        bytes_put(&piece->events, event, event->words * 8UL);
    return event;
}

static void
work(void *owner)
{
    struct piece *piece = owner;
    const char *at = piece->bytes, *end = at + piece->size;

    bytes_clear(&piece->events);
    piece->leftover_count = 0;
    piece->lines = piece->left_out = 0;
    piece->failure.kind = FAILURE_NONE;
    csv_columns_begin(piece->ahead->columns, &piece->record);
    while (at < end && !piece->broken) {
        const char *next = memchr(at, '\n', (size_t)(end - at));

        assert(next); /* pieces are whole lines */
        if (!take_line(piece, at, (size_t)(next + 1 - at)))
            leave(piece, at, (size_t)(next + 1 - at));
        piece->lines++;
        at = next + 1;
    }
    piece->broken |= piece->events.failed;
}

/* ---- taking them, in turn ------------------------------------------------ */

/* What is new will be defined: nobody may look anything up meanwhile. */
static void
wait_for_all(struct csv_ahead *ahead, unsigned from, unsigned count,
             bool *taken)
{
    for (unsigned i = from; i < count; i++) {
        if (!taken[i])
            pool_take(&ahead->pool, &ahead->pieces[i].job);
        taken[i] = true;
    }
}

static int
take_events(struct csv_ahead *ahead, const struct piece *piece, size_t from,
            size_t to)
{
    assert(from <= to && to <= piece->events.size && from % 8 == 0);
    if (from == to)
        return 0;
    return import_drafts(ahead->importer,
                         (const char *)piece->events.bytes + from, to - from);
}

/* Takes a piece whose events are made. */
static int
take_piece(struct csv_ahead *ahead, struct rows *rows,
           const struct piece *piece, struct failure *failure)
{
    uint64_t before = rows->lines.number;
    size_t events = 0;

    for (size_t i = 0; i < piece->leftover_count; i++) {
        const struct leftover *left = &piece->leftovers[i];
        const char *rest = left->line + left->size;

        if (take_events(ahead, piece, events, left->events) != 0)
            return -1;
        events = left->events;
        assert(left->lines < piece->lines);
        rows->lines.number = before + left->lines;
        if (rows_push(rows, left->line, left->size, failure) != 0)
            return -1;
        if (!rows_between(rows)) /* the quotes do not end in this line */
            return rows_push(rows, rest,
                             (size_t)(piece->bytes + piece->size - rest),
                             failure);
    }
    if (take_events(ahead, piece, events, piece->events.size) != 0)
        return -1;
    rows->lines.number = before + piece->lines;
    return 0;
}

/* Cuts bytes into pieces of about the same size, at ends of lines; how many.
 */
static unsigned
cut(struct csv_ahead *ahead, const char *bytes, size_t size)
{
    const char *end = bytes + size;
    size_t each = size / PIECES + 1;
    unsigned count = 0;

    while (bytes < end) {
        struct piece *piece = &ahead->pieces[count++];
        size_t left = (size_t)(end - bytes);
        const char *last = end - 1;

        if (left > each && count < PIECES)
            last = memchr(bytes + each, '\n', left - each);
        assert(last && *last == '\n' && count <= PIECES);
        piece->bytes = bytes;
        piece->size = (size_t)(last + 1 - bytes);
        bytes = last + 1;
    }
    return count;
}

int
csv_ahead_push(struct csv_ahead *ahead, struct rows *rows, const char *bytes,
               size_t size, uint64_t *left_out, struct failure *failure)
{
    bool taken[PIECES] = {false};
    unsigned count = cut(ahead, bytes, size);
    int result = 0;

    assert(rows_between(rows));
    for (unsigned i = 0; i < count; i++)
        pool_give(&ahead->pool, &ahead->pieces[i].job);
    for (unsigned i = 0; i < count && result == 0; i++) {
        struct piece *piece = &ahead->pieces[i];

        wait_for_all(ahead, i, i + 1, taken);
        if (piece->leftover_count || piece->broken || !rows_between(rows))
            wait_for_all(ahead, i, count, taken);
        if (piece->broken || !rows_between(rows)) {
            result = rows_push(rows, piece->bytes, piece->size, failure);
            continue;
        }
        *left_out += piece->left_out;
        ahead->importer->draft.values.rounded += piece->draft.values.rounded;
        piece->draft.values.rounded = 0;
        result = take_piece(ahead, rows, piece, failure);
    }
    wait_for_all(ahead, 0, count, taken);
    return result;
}

/* ---- beginning and end --------------------------------------------------- */

struct csv_ahead *
csv_ahead_open(const struct csv_columns *columns, struct importer *importer,
               char delimiter, unsigned threads, struct failure *failure)
{
    struct csv_ahead *ahead = allocate(failure, 1, sizeof *ahead);

    if (!ahead)
        return NULL;
    ahead->columns = columns;
    ahead->importer = importer;
    ahead->delimiter = delimiter;
    for (unsigned i = 0; i < PIECES; i++) {
        struct piece *piece = &ahead->pieces[i];

        piece->ahead = ahead;
        piece->job = (struct pool_job){.work = work, .owner = piece};
        piece->cells = allocate(failure, ROW_CELLS_MAX, sizeof *piece->cells);
        if (!piece->cells ||
            draft_init(&piece->draft, importer, failure) != 0) {
            csv_ahead_close(ahead);
            return NULL;
        }
        piece->draft.values.failure = &piece->failure;
    }
    ahead->pool_open = pool_open(&ahead->pool, threads, failure) == 0;
    if (ahead->pool_open)
        return ahead;
    csv_ahead_close(ahead);
    return NULL;
}

void
csv_ahead_close(struct csv_ahead *ahead)
{
    if (!ahead)
        return;
    if (ahead->pool_open)
        pool_close(&ahead->pool);
    for (unsigned i = 0; i < PIECES; i++) {
        struct piece *piece = &ahead->pieces[i];

        draft_free(&piece->draft);
        free(piece->cells);
        free(piece->leftovers);
        bytes_free(&piece->events);
    }
    free(ahead);
}
