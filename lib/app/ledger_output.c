#include "app/ledger_output.h"

#include <assert.h>

#include "ledger/emit.h"

const char *const ledger_emit_words[] = {
    [LEDGER_EMIT_ALL] = "all",
    [LEDGER_EMIT_POSTINGS] = "postings",
    [LEDGER_EMIT_NONE] = "none",
    NULL,
};

_Static_assert(sizeof(struct posting) % 8 == 0 &&
                   sizeof(struct balance) % 8 == 0 &&
                   sizeof(struct position) % 8 == 0,
               "events are whole words");

/* A name event for each system account before its first use on a tape. */
static void
name_accounts(struct ledger_output *output, const struct ledger *ledger,
              const struct ledger_entry *entry, int64_t time,
              struct tape_writer *writer)
{
    for (unsigned i = 0; i < entry->leg_count; i++) {
        uint32_t account = entry->legs[i].account;

        assert(account < ledger->account_count);
        if (account >= LEDGER_SYSTEM_COUNT || output->named[account])
            continue;
        output->named[account] = true;
        emit_name(ledger, account, time,
                  tape_writer_put(writer, emit_name_size(account)));
    }
}

static void
put_legs(struct ledger_output *output, const struct ledger *ledger,
         const struct ledger_entry *entry, const struct event *cause,
         struct tape_writer *writer)
{
    name_accounts(output, ledger, entry, cause->time, writer);
    for (unsigned i = 0; i < entry->leg_count; i++)
        emit_posting(ledger, entry, i, cause->instrument, cause->time,
                     tape_writer_put(writer, sizeof(struct posting)));
}

static void
put_rows(const struct ledger *ledger, const struct ledger_entry *entry,
         const struct event *cause, struct tape_writer *writer)
{
    for (unsigned i = 0; i < entry->balance_count; i++) {
        assert(entry->balances[i] < ledger->balance_count);
        emit_balance(ledger, entry->balances[i], cause->time,
                     tape_writer_put(writer, sizeof(struct balance)));
    }
    for (unsigned i = 0; i < entry->position_count; i++) {
        assert(entry->positions[i] < ledger->position_count);
        emit_position(ledger, entry->positions[i], cause->instrument,
                      cause->time,
                      tape_writer_put(writer, sizeof(struct position)));
    }
    for (size_t i = 0; i < entry->lot_count; i++)
        emit_lot(ledger, &entry->lots[i], cause->instrument, cause->time,
                 tape_writer_put(writer, sizeof(struct lot_state)));
}

void
ledger_output_entry(struct ledger_output *output, const struct ledger *ledger,
                    const struct ledger_entry *entry, const struct event *cause,
                    struct tape_writer *writer)
{
    if (output->emit != LEDGER_EMIT_NONE)
        put_legs(output, ledger, entry, cause, writer);
    if (output->emit == LEDGER_EMIT_ALL)
        put_rows(ledger, entry, cause, writer);
    for (unsigned i = 0; i < entry->violation_count; i++) {
        const struct ledger_violation *violation = &entry->violations[i];

        emit_violation(violation, cause->instrument, cause->time,
                       tape_writer_put(writer, emit_violation_size(violation)));
    }
}
