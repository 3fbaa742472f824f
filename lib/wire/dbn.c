#include "wire/dbn.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "format/import_format.h"
#include "wire/facts.h"

#define PRELUDE      8 /* "DBN", the version, the length of the metadata */
#define METADATA_MAX (64 * 1024 * 1024)

struct dbn_import {
    struct dbn dbn;
    struct binary binary;
    bool begun; /* the metadata was read */
};

/* ---- metadata ------------------------------------------------------------ */

/* What is left of the metadata. */
struct metadata {
    const unsigned char *at, *end;
    struct failure *failure;
};

/* Takes so many bytes; NULL if there are fewer. */
static const unsigned char *
take(struct metadata *metadata, uint64_t size)
{
    const unsigned char *at = metadata->at;

    assert(at <= metadata->end);
    if (size > (uint64_t)(metadata->end - at)) {
        fail(metadata->failure, FAILURE_DATA,
             "the metadata is shorter than its own counts");
        return NULL;
    }
    metadata->at += size;
    return at;
}

static bool
take_count(struct metadata *metadata, uint32_t *count)
{
    const unsigned char *at = take(metadata, 4);

    *count = at ? le32(at) : 0;
    return at;
}

/* Midnight of a day as 20240131; false if it is none. */
static bool
day_of(uint32_t date, int64_t *time)
{
    char text[16];
    int size =
        snprintf(text, sizeof text, "%04" PRIu32 "-%02" PRIu32 "-%02" PRIu32,
                 date / 10000, date / 100 % 100, date % 100);

    return size == 10 && time_parse(text, 10, time);
}

/* The number that a text is; false if it is none. */
static bool
number_of(struct cell text, uint32_t *number)
{
    uint64_t value = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9' || value > UINT32_MAX)
            return false;
        value = value * 10 + (uint64_t)(text.bytes[i] - '0');
    }
    *number = (uint32_t)value;
    return text.size > 0 && value <= UINT32_MAX;
}

static struct cell
symbol_at(const unsigned char *at, size_t size)
{
    return fixed_text(at, strnlen((const char *)at, size));
}

/* One interval of a mapping: of an id and a symbol, whichever is asked for. */
static int
take_interval(struct dbn *dbn, const unsigned char *at, struct cell asked,
              size_t symbol_size)
{
    struct cell given = symbol_at(at + 8, symbol_size);
    int64_t from, to;
    uint32_t id;

    if (!day_of(le32(at), &from) || !day_of(le32(at + 4), &to))
        return fail(dbn->failure, FAILURE_DATA,
                    "the metadata has a day that is none");
    if (number_of(given, &id))
        return dbn_symbols_add(&dbn->symbols, id, from, to, asked,
                               dbn->failure);
    if (number_of(asked, &id) && given.size)
        return dbn_symbols_add(&dbn->symbols, id, from, to, given,
                               dbn->failure);
    return 0; /* no id */
}

static int
take_mappings(struct dbn *dbn, struct metadata *metadata, size_t symbol_size)
{
    uint32_t count, intervals;

    assert(symbol_size > 0);
    if (!take_count(metadata, &count))
        return -1;
    for (; count > 0; count--) {
        const unsigned char *asked = take(metadata, symbol_size), *at;

        if (!asked || !take_count(metadata, &intervals))
            return -1;
        for (; intervals > 0; intervals--) {
            at = take(metadata, 8 + symbol_size);
            if (!at || take_interval(dbn, at, symbol_at(asked, symbol_size),
                                     symbol_size) != 0)
                return -1;
        }
    }
    return 0;
}

/* The exchange: the data set without what is after its point. */
static void
set_exchange(struct dbn *dbn, const unsigned char *at)
{
    struct cell set = symbol_at(at, 16);
    const char *point = memchr(set.bytes, '.', set.size);
    struct cell given = dbn->importer->exchange;

    if (point)
        set.size = (size_t)(point - set.bytes);
    if (given.size && given.size < sizeof dbn->exchange)
        set = given;
    snprintf(dbn->exchange, sizeof dbn->exchange, "%.*s", (int)set.size,
             set.bytes);
}

static int
take_metadata(struct dbn *dbn, const unsigned char *at, size_t size)
{
    struct metadata metadata = {at + PRELUDE, at + size, dbn->failure};
    bool first = dbn->version == 1;
    const unsigned char *fixed = take(&metadata, 100);
    size_t symbol_size = 22;
    uint32_t count;

    if (!fixed)
        return -1;
    set_exchange(dbn, fixed);
    dbn->schema = le16(fixed + 16);
    if (!first)
        symbol_size = le16(fixed + 45);
    if (symbol_size == 0 || !take_count(&metadata, &count) ||
        !take(&metadata, count)) /* a schema's definition */
        return fail(dbn->failure, FAILURE_DATA, "the metadata is damaged");
    for (int list = 0; list < 3; list++) { /* asked for, partial, not found */
        if (!take_count(&metadata, &count) ||
            !take(&metadata, (uint64_t)count * symbol_size))
            return -1;
        dbn->missing_symbols += list > 0 ? count : 0;
    }
    return take_mappings(dbn, &metadata, symbol_size);
}

/* ---- records ------------------------------------------------------------- */

static ssize_t
begin(struct dbn_import *import, const unsigned char *at, size_t size,
      size_t *wanted)
{
    struct dbn *dbn = &import->dbn;
    ssize_t taken;

    if (size < PRELUDE)
        return binary_whole(PRELUDE, size, wanted);
    if (memcmp(at, "DBN", 3) != 0)
        return fail(dbn->failure, FAILURE_DATA,
                    "not DBN: it does not begin with these letters");
    if (at[3] < 1 || at[3] > 3)
        return fail(dbn->failure, FAILURE_DATA,
                    "DBN version %u; this program knows 1 to 3", at[3]);
    if (le32(at + 4) > METADATA_MAX)
        return fail(dbn->failure, FAILURE_DATA,
                    "metadata of %" PRIu32 " bytes, more than %d", le32(at + 4),
                    METADATA_MAX);
    taken = binary_whole(PRELUDE + le32(at + 4), size, wanted);
    if (taken == 0)
        return 0;
    dbn->version = at[3];
    import->begun = true;
    return take_metadata(dbn, at, (size_t)taken) == 0 ? taken : -1;
}

static ssize_t
take_record(void *owner, const unsigned char *at, size_t size, size_t *wanted,
            struct failure *failure)
{
    struct dbn_import *import = owner;
    size_t length = at[0] * 4UL;

    if (!import->begun)
        return begin(import, at, size, wanted);
    if (length < DBN_HEAD)
        return fail(failure, FAILURE_DATA, "a record of %zu bytes", length);
    if (length > size)
        return binary_whole(length, size, wanted);
    return dbn_take(&import->dbn, at, length) == 0 ? (ssize_t)length : -1;
}

/* ---- the format ---------------------------------------------------------- */

static int
init(void *state, const struct import_options *options,
     struct importer *importer, struct failure *failure)
{
    struct dbn_import *import = state;

    for (unsigned i = 0; i < options->maps.count; i++) {
        const char *map = options->maps.items[i];

        import->dbn.by_event = strcmp(map, "time=ts_event") == 0;
        if (!import->dbn.by_event && strcmp(map, "time=ts_recv") != 0)
            return fail(failure, FAILURE_USAGE,
                        "-m %s: of dbn, only time=ts_event and time=ts_recv "
                        "can be asked for",
                        map);
    }
    import->dbn.importer = importer;
    import->dbn.failure = failure;
    import->binary.record = take_record;
    import->binary.owner = import;
    import->binary.max = PRELUDE + METADATA_MAX;
    return 0;
}

static int
push(void *state, const char *bytes, size_t size, struct failure *failure)
{
    struct dbn_import *import = state;

    return binary_push(&import->binary, bytes, size, failure);
}

static int
end(void *state, struct failure *failure)
{
    struct dbn_import *import = state;

    if (binary_end(&import->binary, failure) != 0)
        return -1;
    if (!import->begun)
        return fail(failure, FAILURE_DATA, "no metadata (the file is empty)");
    import->begun = false;
    dbn_symbols_restart(&import->dbn.symbols);
    return 0;
}

static bool
remark(const void *state, unsigned number, char *text, size_t size)
{
    const struct dbn *dbn = &((const struct dbn_import *)state)->dbn;
    const struct fact_count counts[] = {
        {dbn->unnamed, "record",
         "of ids without a symbol on their day, named "
         "by their number"},
        {dbn->unknown, "record", "left out, of types that are not known"},
        {dbn->fills, "fill",
         "left out: their trades are there, and what they "
         "take from the book"},
        {dbn->missing_symbols, "symbol",
         "not found on some day, says the "
         "metadata"},
    };

    return fact_remark(counts, sizeof counts / sizeof *counts, number, text,
                       size);
}

static void
release(void *state)
{
    struct dbn_import *import = state;

    binary_free(&import->binary);
    dbn_symbols_free(&import->dbn.symbols);
}

const struct import_format dbn_import = {
    .name = "dbn",
    .summary = "Databento Binary Encoding",
    .state_size = sizeof(struct dbn_import),
    .init = init,
    .push = push,
    .end = end,
    .remark = remark,
    .free = release,
};
