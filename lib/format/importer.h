/* importer.h - makes events of what was read as text.
 *
 *      import_record(&importer, type, given, cells, &slot)
 *
 * Everything comes from the schema: a record is a type and a cell of text for
 * each slot (fields.h).  The importer defines instruments and names before
 * their first use, with the time of the event that uses them, writes clock
 * events when asked for, and hands out every event through a sink.
 *
 * Layout of an event: the fixed part, then its texts in the order of the
 * schema, then zeros.  So equal events are equal bytes, in whatever order
 * the text has their fields.
 *
 * Memory: four events, some 100 bytes for each instrument, and what
 * tape/names.h says for each id that is a text.
 */
#ifndef FORMAT_IMPORTER_H
#define FORMAT_IMPORTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "format/messages.h"
#include "format/value.h"
#include "tape/schema.h"

/* Makes one event after the other, in separate memory. */
struct draft {
    struct values values;
    const char *nulls; /* per type of the schema: an event of nulls */
};

struct importer {
    /* Set these, the rest zero.  rules may be changed until the first event;
     * value_rules_plain() is the least. */
    struct import_sink sink;
    struct value_rules rules;
    struct cell exchange; /* of instruments given without one */
    bool labels;          /* see intern.h */
    bool hash_only;       /* ids of text get no names */
    int64_t clock;        /* ns between clock events; 0: none */
    bool time_optional;   /* events may be without a time */
    bool groups;          /* events that change a book are those of messages */

    /* private */
    struct failure *failure;
    struct intern intern;
    struct messages messages;
    char *nulls; /* owned */
    struct draft draft;
    int64_t clock_time, next_clock;
    uint64_t timed;      /* events with a time so far */
    int64_t latest_time; /* of them */
};

/* All return 0, or -1 with the failure set; failure must outlive the
 * importer. */
int importer_init(struct importer *importer, struct failure *failure);
void importer_free(struct importer *importer);

/* Makes one event of the cells of those slots whose bits are set in given. On
 * failure *slot is where, or SLOT_NONE. */
int import_record(struct importer *importer, const struct schema_type *type,
                  uint64_t given, const struct cell *cells, unsigned *slot);

/* What comes between is one message of a feed (messages.h), if groups is set.
 * The end is for what was accepted also after a failure, which stays. */
int import_message_begin(struct importer *importer);
int import_message_end(struct importer *importer);

/* The event that import_record made last. */
static inline const struct event *
import_last(const struct importer *importer)
{
    return (const struct event *)(const void *)importer->draft.values.event;
}

/* Whether all events so far are of the year 1970, as they are when numbers
 * are read as too small a unit. */
bool importer_only_1970(const struct importer *importer);

/* ---- ahead of their turn, by other threads ------------------------------- */

/* A draft that looks things up in the importer and changes nothing in it. */
int draft_init(struct draft *draft, const struct importer *importer,
               struct failure *failure);
void draft_free(struct draft *draft);

/* The event of a record; NULL when it needs something that is not defined yet,
 * or is refused: import_record then knows why.  Only for types that define
 * nothing. */
const struct event *draft_record(struct draft *draft,
                                 const struct schema_type *type, uint64_t given,
                                 const struct cell *cells);

/* Whether draft_record may be used for a type. */
bool draft_possible(const struct importer *importer,
                    const struct schema_type *type);

/* Hands out the events of drafts in their turn. */
int import_drafts(struct importer *importer, const char *events, size_t size);

/* ---- for formats that know their event without the schema ---------------- */

/* Hands out an event, and the clock event that comes before it. */
int import_clock(struct importer *importer, int64_t time);
int import_event(struct importer *importer, const struct event *event);

#endif
