/* importer.h - makes events of what was read as text.
 *
 *      import_record(importer, type, told, cells, &slot)
 *
 * Everything comes from the schema: a record is a type and a cell of text for
 * each slot (fields.h).  The importer defines instruments and names before
 * their first use, with the time of the event that uses them, writes clock
 * events when asked for, and hands out every event through a sink.
 *
 * Layout of an event: the fixed part, then its texts in the order of the
 * schema, then zeros.  So equal events are equal bytes, in whatever order
 * the text told their fields.
 *
 * Memory: two events, and 100 bytes or so for each instrument and each id
 * that is a text.
 */
#ifndef FORMAT_IMPORTER_H
#define FORMAT_IMPORTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/map.h"
#include "base/strtab.h"
#include "format/cell.h"
#include "format/fields.h"
#include "tape/names.h"
#include "tape/schema.h"

/* Local ids of instruments and names, by what text calls them. */
struct intern {
    struct strtab labels;  /* "EXCHANGE:SYMBOL" */
    uint32_t *ids;         /* by number of the label; owned */
    uint32_t capacity;     /* of ids */
    struct map taken;      /* ids in use */
    uint32_t next;         /* the id that comes next */
    struct names names;    /* id -> text */
    struct strtab foreign; /* kind byte and text of ids that are not name_id */
    uint64_t *foreign_ids;
    uint32_t foreign_capacity;
    char *scratch; /* two texts; owned */
};

struct importer {
    /* Set these, the rest zero. */
    int (*sink)(void *owner, const struct event *event,
                struct failure *failure);
    void *owner;
    int64_t unit;         /* ns of one unit of a time that is a number; 0:
                           * numbers are refused */
    int64_t clock;        /* a clock event every so many ns; 0: none */
    struct cell exchange; /* of instruments told without one */
    bool time_optional;   /* events may be without a time */

    /* private */
    struct failure *failure;
    struct intern intern;
    char *nulls;      /* per type of the schema: an event of nulls; owned */
    char *event;      /* EVENT_MAX bytes: the event in hand; owned */
    char *definition; /* EVENT_MAX bytes: one that must come before; owned */
    size_t used;      /* bytes of the event in hand */
    int64_t clock_time, next_clock;
};

/* All return 0, or -1 with the failure set; failure must outlive the
 * importer. */
int importer_init(struct importer *importer, struct failure *failure);
void importer_free(struct importer *importer);

/* Makes one event of the cells of those slots whose bits are set in told. On
 * failure *slot is where, or SLOT_NONE. */
int import_record(struct importer *importer, const struct schema_type *type,
                  uint64_t told, const struct cell *cells, unsigned *slot);

/* The event that import_record made last. */
static inline const struct event *
import_last(const struct importer *importer)
{
    return (const struct event *)(const void *)importer->event;
}

/* ---- for formats that know their event without the schema ---------------- */

/* The local id of an instrument that text calls so, defined if new with that
 * time; 0 with the failure set. exchange: see SLOT_EXCHANGE. */
uint32_t import_instrument(struct importer *importer, struct cell text,
                           struct cell exchange, int64_t time);

/* Hands out an event, and the clock event that comes before it. */
int import_clock(struct importer *importer, int64_t time);
int import_event(struct importer *importer, const struct event *event);

#endif
