/* intern.h - what instruments and ids of text are on the tape.
 *
 * An instrument in text is "SYMBOL", "EXCHANGE:SYMBOL", or ":SYMBOL" when it
 * has no exchange but a colon.  If an exchange is given beside it, that is the
 * exchange and the whole text the symbol, colons included; only that very
 * exchange and a colon in front of it, and a colon that begins it, are not
 * part of the symbol.
 *
 * An id in text is a decimal from 1 to 2^63 - 1 without leading zeros, or else
 * a name; "#" and the 16 hexadecimal digits of an id from 2^63 on stand for
 * that id without a name.
 *
 * What is new is defined, by an instrument or name event handed to the sink,
 * before it is used.  Looking up changes nothing, so that threads may do it at
 * once while nobody defines.
 */
#ifndef FORMAT_INTERN_H
#define FORMAT_INTERN_H

#include "base/failure.h"
#include "base/map.h"
#include "base/strtab.h"
#include "format/cell.h"
#include "tape/event.h"
#include "tape/names.h"

#define ID_RAW_SIZE    17                     /* bytes of "#8000000000000000" */
#define INTERN_SCRATCH (2 * (UINT16_MAX + 1)) /* bytes: two texts */

/* Where the events of an import go. */
struct import_sink {
    int (*event)(void *owner, const struct event *event,
                 struct failure *failure);
    void *owner;
};

struct intern {
    /* Set these, the rest zero. */
    struct import_sink sink;
    struct cell exchange; /* of instruments given without one */
    bool labels;    /* the exchange is only for instruments without a colon: the
                     * others are labels, as xexport writes them */
    bool hash_only; /* ids of text get no names */

    /* private */
    struct failure *failure;
    struct strtab label_table; /* "EXCHANGE:SYMBOL" */
    uint32_t *ids;             /* by number of the label; owned */
    size_t id_capacity;
    struct map taken;      /* ids in use */
    uint32_t next;         /* the id that comes next */
    struct names names;    /* id -> text */
    struct strtab foreign; /* kind byte and text of ids that are not name_id */
    uint64_t *foreign_ids;
    size_t foreign_capacity;
    char *scratch;    /* INTERN_SCRATCH; owned */
    char *definition; /* EVENT_MAX bytes: the event being made; owned */
};

/* 0, or -1 with the failure set; failure must outlive intern. */
int intern_init(struct intern *intern, struct failure *failure);
void intern_free(struct intern *intern);

/* The local id of an instrument that text calls so, defined if new with that
 * time; 0 with the failure set.  exchange: given beside it; size 0: none. */
uint32_t intern_instrument(struct intern *intern, struct cell text,
                           struct cell exchange, int64_t time);

/* The same for a known one; 0 if it is new, or no instrument.  scratch:
 * INTERN_SCRATCH bytes. */
uint32_t intern_find_instrument(const struct intern *intern, struct cell text,
                                struct cell exchange, char *scratch);

/* An instrument event read as such gets its id: that of its identity if it is
 * known, else the one it asks for if that is free, else the next one. */
int intern_definition(struct intern *intern, struct instrument *event);

/* Remembers a name event read as such. */
int intern_name(struct intern *intern, const struct name *event);

/* The id of a kind that a text which is not empty stands for; a name event
 * with that time is handed out if it is new. */
int intern_id(struct intern *intern, enum id_kind kind, struct cell text,
              int64_t time, uint64_t *id);

/* The same for a known one; false if it is new.  scratch: INTERN_SCRATCH
 * bytes. */
bool intern_find_id(const struct intern *intern, enum id_kind kind,
                    struct cell text, char *scratch, uint64_t *id);

/* Whether a text is the raw form of an id. */
bool id_raw_parse(struct cell text, uint64_t *id);

#endif
