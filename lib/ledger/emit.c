#include "ledger/emit.h"

#include <assert.h>
#include <string.h>

#define HEAD(structure, kind)                                                  \
    {                                                                          \
        sizeof(struct structure) / 8, EVENT_##kind, instrument, time           \
    }

void
emit_posting(const struct ledger *ledger, const struct ledger_entry *entry,
             unsigned number, uint32_t local, int64_t time,
             struct posting *event)
{
    const struct ledger_leg *leg = &entry->legs[number];
    uint32_t instrument = leg->security ? local : 0;

    assert(number < entry->leg_count);
    struct code currency = {0};

    if (!leg->security)
        currency = ledger->currencies[ledger->balances[leg->row].currency];
    *event = (struct posting){
        .event = HEAD(posting, POSTING),
        .kind = leg->kind,
        .posting_id = entry->posting_id + number,
        .transaction_id = entry->transaction_id,
        .account_id = ledger->accounts[leg->account].id,
        .amount = amount_of(leg->amount),
        .balance_after = amount_of(leg->after),
        .currency = currency,
    };
}

void
emit_account(const struct ledger *ledger, uint32_t account, int64_t time,
             struct account *event)
{
    const struct ledger_account *row = &ledger->accounts[account];
    uint32_t instrument = 0;

    *event = (struct account){
        .event = HEAD(account, ACCOUNT),
        .account_type = row->account_type,
        .status = row->status,
        .basis = row->basis,
        .account_id = row->id,
        .user_id = row->user_id,
    };
}

void
emit_balance(const struct ledger *ledger, uint32_t balance, int64_t time,
             struct balance *event)
{
    const struct ledger_balance *row = &ledger->balances[balance];
    uint32_t instrument = 0;

    *event = (struct balance){
        .event = HEAD(balance, BALANCE),
        .account_id = ledger->accounts[row->account].id,
        .currency = ledger->currencies[row->currency],
        .cash_balance = amount_of(row->amount),
        .buying_power = amount_of(AMOUNT_NULL),
        .margin_used = amount_of(AMOUNT_NULL),
        .version = row->version,
    };
}

void
emit_position(const struct ledger *ledger, uint32_t position,
              uint32_t instrument, int64_t time, struct position *event)
{
    const struct ledger_position *row = &ledger->positions[position];

    *event = (struct position){
        .event = HEAD(position, POSITION),
        .account_id = ledger->accounts[row->account].id,
        .currency = row->currency,
        .quantity = amount_of(row->holding.quantity),
        .cost = amount_of(row->holding.cost),
        .average_cost = holding_average(&row->holding),
        .realized_pnl = amount_of(row->holding.realized),
        .unrealized_pnl = amount_of(AMOUNT_NULL),
        .fees = amount_of(row->fees),
        .version = row->version,
    };
}

void
emit_lot(const struct ledger *ledger, const struct ledger_lot_change *change,
         uint32_t instrument, int64_t time, struct lot_state *event)
{
    const struct ledger_position *row = &ledger->positions[change->position];
    const struct lot *lot = &change->after;

    assert(change->position < ledger->position_count);
    *event = (struct lot_state){
        .event = HEAD(lot_state, LOT),
        .account_id = ledger->accounts[row->account].id,
        .lot = lot->number,
        .transaction_id = lot->opened,
        .quantity = amount_of(lot->quantity),
        .cost = amount_of(lot->cost),
    };
}

/* ---- events with a text -------------------------------------------------- */

static size_t
with_text(size_t fixed, const char *text)
{
    return fixed + (strlen(text) + 7) / 8 * 8;
}

/* Copies text after the fixed part, zero padded. */
static struct text
put_text(void *event, size_t fixed, size_t size, const char *text)
{
    size_t length = strlen(text);

    assert(fixed + length <= size && length <= UINT16_MAX);
    memset((char *)event + fixed, 0, size - fixed);
    memcpy((char *)event + fixed, text, length);
    return (struct text){(uint16_t)fixed, (uint16_t)length, 0};
}

size_t
emit_violation_size(const struct ledger_violation *violation)
{
    return with_text(sizeof(struct violation), violation->detail);
}

void
emit_violation(const struct ledger_violation *violation, uint32_t instrument,
               int64_t time, void *room)
{
    size_t size = emit_violation_size(violation);
    struct violation *event = room;

    *event = (struct violation){
        .event = HEAD(violation, VIOLATION),
        .reason = violation->reason,
        .account_id = violation->account_id,
        .amount = amount_of(violation->amount),
        .detail = put_text(room, sizeof *event, size, violation->detail),
    };
    event->event.words = (uint16_t)(size / 8);
}

size_t
emit_name_size(enum ledger_system system)
{
    return with_text(sizeof(struct name), ledger_system_names[system]);
}

void
emit_name(const struct ledger *ledger, enum ledger_system system, int64_t time,
          void *room)
{
    const char *text = ledger_system_names[system];
    size_t size = emit_name_size(system);
    struct name *event = room;
    uint32_t instrument = 0;

    *event = (struct name){
        .event = HEAD(name, NAME),
        .kind = ID_ACCOUNT,
        .id = ledger->rules.system[system],
        .text = put_text(room, sizeof *event, size, text),
    };
    event->event.words = (uint16_t)(size / 8);
}
