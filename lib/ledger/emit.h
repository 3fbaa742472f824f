/* emit.h - what the ledger says, as events of a tape.
 *
 * Every function fills all bytes of one event.  time is the cause's;
 * instrument is the local id on the tape, 0 where none applies.
 */
#ifndef LEDGER_EMIT_H
#define LEDGER_EMIT_H

#include "ledger/post.h"

/* One leg of an entry; instrument counts for a leg in securities. */
void emit_posting(const struct ledger *ledger, const struct ledger_entry *entry,
                  unsigned leg, uint32_t instrument, int64_t time,
                  struct posting *event);

/* A row as it stands now. */
void emit_account(const struct ledger *ledger, uint32_t account, int64_t time,
                  struct account *event);
void emit_balance(const struct ledger *ledger, uint32_t balance, int64_t time,
                  struct balance *event);
void emit_position(const struct ledger *ledger, uint32_t position,
                   uint32_t instrument, int64_t time, struct position *event);

/* What is left of a lot after it changed. */
void emit_lot(const struct ledger *ledger,
              const struct ledger_lot_change *change, uint32_t instrument,
              int64_t time, struct lot_state *event);

/* A violation with its text: its size in bytes, and the event. */
size_t emit_violation_size(const struct ledger_violation *violation);
void emit_violation(const struct ledger_violation *violation,
                    uint32_t instrument, int64_t time, void *event);

/* A name event for a system account: the same two ways. */
size_t emit_name_size(enum ledger_system system);
void emit_name(const struct ledger *ledger, enum ledger_system system,
               int64_t time, void *event);

#endif
