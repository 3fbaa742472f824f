/* dbn.h - the records of Databento Binary Encoding, versions 1 to 3.
 *
 * dbn.c reads the metadata of a file and finds its records; dbn_records.c
 * makes events of them, dbn_definition.c instruments; dbn_symbols.c knows
 * which symbol an id stands for on which day.
 *
 * Little-endian; prices in 10^-9, exact or refused, since a tape has 10^-8;
 * times are those of receipt (ts_recv), when there is one: an event's time is
 * when it could be known; -m time=ts_event asks for the exchange's.
 *
 * Source: Databento's documentation of DBN and of its schemas.
 */
#ifndef WIRE_DBN_H
#define WIRE_DBN_H

#include "format/importer.h"
#include "wire/binary.h"

#define DBN_LEVELS 10

/* The part that all records begin with, and what many have. */
enum {
    DBN_RTYPE = 1,
    DBN_ID = 4,
    DBN_EVENT_TIME = 8,
    DBN_HEAD = 16,
};

/* A level of a side, as it was written last; price null: none. */
struct dbn_level {
    int64_t price, quantity;
    uint64_t count;
};

/* What an id stood for in some days, [from, to) in nanoseconds. */
struct dbn_interval {
    int64_t from, to;
    char *symbol;  /* owned */
    uint32_t next; /* of the same id; 0: none */
};

/* An id, and what it stands for now. */
struct dbn_id {
    uint32_t number;
    uint32_t first;           /* interval */
    uint32_t instrument;      /* local; 0: not yet */
    int64_t from, to;         /* when that holds */
    struct dbn_level *levels; /* mbp-10: as written last; owned */
    bool bad_book;            /* the last record said so */
};

struct dbn_symbols {
    struct map ids; /* number -> place in items */
    struct dbn_id *items;
    size_t capacity;
    struct dbn_interval *intervals; /* from 1 on */
    size_t interval_capacity;
    uint32_t count, interval_count;
};

struct dbn {
    struct importer *importer;
    struct failure *failure;
    unsigned version;
    unsigned schema; /* as of the metadata */
    bool by_event;   /* times are those of the exchange (ts_event) */
    char exchange[17];
    struct dbn_symbols symbols;

    uint64_t unnamed; /* records of ids without a symbol */
    uint64_t unknown; /* records of types that are not known */
    uint64_t fills;   /* records F, left out */
    uint64_t missing_symbols;
};

/* ---- dbn_symbols.c ------------------------------------------------------- */

void dbn_symbols_free(struct dbn_symbols *symbols);

/* An id stands for a symbol in an interval.  0, or -1 if out of memory. */
int dbn_symbols_add(struct dbn_symbols *symbols, uint32_t id, int64_t from,
                    int64_t to, struct cell symbol, struct failure *failure);

/* The id, made if new; NULL if out of memory.  Valid until the next one. */
struct dbn_id *dbn_symbols_id(struct dbn_symbols *symbols, uint32_t id,
                              struct failure *failure);

/* Forgets what ids stand for: another file begins. */
void dbn_symbols_restart(struct dbn_symbols *symbols);

/* The id of a record with its instrument at a time, defined if new; NULL with
 * the failure set. */
struct dbn_id *dbn_find(struct dbn *dbn, uint32_t id, int64_t time);

/* ---- records ------------------------------------------------------------- */

/* Makes events of a record, whole by its own length.  0, or -1 with the
 * failure set. */
int dbn_take(struct dbn *dbn, const unsigned char *record, size_t size);

int dbn_take_definition(struct dbn *dbn, const unsigned char *record,
                        size_t size);

/* A price of a record, null if it has none. */
int dbn_price(const struct dbn *dbn, const unsigned char *at, int64_t *price);

/* A time, null if there is none. */
int64_t dbn_time(const unsigned char *at);

#endif
