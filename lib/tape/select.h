/* select.h - which events of a tape are wanted: by type, symbol, account,
 * time and shard.
 *
 * An event is wanted when every condition that was set holds; with invert,
 * when not all of them hold.  A condition that was not set holds for all.
 *
 *   type     one of the types
 *   symbol   its instrument, or one that a field of it names, is one of those;
 *            session, clock and gap without an instrument concern all
 *   account  some account field holds one of the accounts
 *   id       a field of that name holds that id, for one of the pairs
 *   shard    some account field, modulo shards, is shard; or it has no account
 *   time     from <= time < to; an event without time is in no range
 *
 * Events are taken as they lie on the tape (a raw reader): a field that the
 * tape's writer did not know is null.  Definitions (instrument, name) are not
 * selected but kept by whoever selects, since the rest needs them.
 */
#ifndef TAPE_SELECT_H
#define TAPE_SELECT_H

#include <stdbool.h>

#include "base/failure.h"
#include "base/map.h"
#include "base/strtab.h"
#include "tape/event.h"
#include "tape/header.h"
#include "tape/instruments.h"

#define SELECT_FIELDS 2  /* the most account fields that a type has */
#define SELECT_IDS    32 /* pairs of a field and an id, at most */

/* Where the fields of a type are that conditions look at. */
struct selection_fields {
    uint8_t accounts, instruments; /* how many */
    uint16_t account[SELECT_FIELDS], instrument[SELECT_FIELDS];
    uint16_t id[SELECT_IDS]; /* by pair; 0: it has no such field */
};

struct selection_id {
    const char *field; /* its name, of the schema */
    uint64_t id;
};

struct selection {
    bool invert;
    int64_t from, to; /* TIME_NULL: no bound */

    /* private */
    bool by_type, by_symbol, by_account, by_time, by_id;
    uint64_t types[(UINT16_MAX + 1) / 64]; /* a bit a type */
    struct strtab symbols;                 /* as given */
    struct map accounts;                   /* id -> 1 */
    struct selection_id ids[SELECT_IDS];
    unsigned id_count;
    uint64_t shard, shards;    /* shards 0: not by shard */
    struct tape_header header; /* of this tape: its sizes only */
    struct selection_fields fields[EVENT_TYPES];
    struct instruments instruments;
    bool *wanted; /* by index of an instrument */
    size_t wanted_capacity;
};

/* Selects everything. */
void selection_init(struct selection *selection);
void selection_free(struct selection *selection);

/* Conditions, each a list with commas as the user wrote it; -1 with a failure
 * of class usage.  Types are names or numbers; a symbol is SYMBOL or
 * EXCHANGE:SYMBOL; an account is a number or a text that name_id knows; an id
 * is FIELD=ID, the ID as that of an account. */
int selection_add_types(struct selection *selection, const char *list,
                        struct failure *failure);
int selection_add_symbols(struct selection *selection, const char *list,
                          struct failure *failure);
int selection_add_accounts(struct selection *selection, const char *list,
                           struct failure *failure);
int selection_add_ids(struct selection *selection, const char *list,
                      struct failure *failure);

/* "I/N": the I-th of N shards, counted from 0. */
int selection_set_shard(struct selection *selection, const char *text,
                        struct failure *failure);

/* At each HEADER, and after the last condition. */
void selection_begin(struct selection *selection,
                     const struct tape_header *header);

static inline bool
selection_is_definition(const struct event *event)
{
    return event->type == EVENT_INSTRUMENT || event->type == EVENT_NAME;
}

/* Takes an instrument event, raw; -1 with the failure set when it is not
 * sound. */
int selection_define(struct selection *selection, const struct event *event,
                     struct failure *failure);

/* Whether any instrument so far, of any tape, is one of the symbols. */
bool selection_has_symbols(const struct selection *selection);

/* Whether all names are wanted, used or not: by their type, or since nothing
 * is selected.  After selection_begin. */
bool selection_takes_all_names(const struct selection *selection);

/* Whether any event of a type, or of the instrument (exchange, symbol), can be
 * wanted: for whoever can pass over many at once.  Not with invert. */
bool selection_may_take_type(const struct selection *selection, unsigned type);
bool selection_may_take_symbol(const struct selection *selection,
                               const char *exchange, size_t exchange_size,
                               const char *symbol, size_t symbol_size);

/* Whether an event that is no definition is wanted. */
bool selection_takes(const struct selection *selection,
                     const struct event *event);

#endif
