#include "ledger/audit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct ledger_audit_row {
    i128 amount;
    i128 cash;      /* of a position: of all its trades */
    uint64_t count; /* of postings */
};

void
ledger_audit_free(struct ledger_audit *audit)
{
    free(audit->balances.rows);
    free(audit->positions.rows);
    memset(audit, 0, sizeof *audit);
}

static struct ledger_audit_row *
row_of(struct ledger_audit_rows *rows, uint32_t row, struct failure *failure)
{
    uint32_t room = rows->room ? rows->room : 64;
    struct ledger_audit_row *grown;

    while (room <= row)
        room *= 2;
    if (room > rows->room) {
        grown = realloc(rows->rows, room * sizeof *grown);
        if (!grown) {
            fail_memory(failure);
            return NULL;
        }
        memset(grown + rows->room, 0, (room - rows->room) * sizeof *grown);
        rows->rows = grown;
        rows->room = room;
    }
    return &rows->rows[row];
}

static struct ledger_audit_row
known(const struct ledger_audit_rows *rows, uint32_t row)
{
    return row < rows->room ? rows->rows[row] : (struct ledger_audit_row){0};
}

static void
find(struct ledger_finding *finding, const char *invariant, const char *text,
     uint32_t account, bool security, uint32_t asset)
{
    if (!finding->invariant)
        *finding =
            (struct ledger_finding){invariant, text, account, security, asset};
}

int
ledger_audit_begin(struct ledger_audit *audit, const struct ledger *ledger,
                   struct failure *failure)
{
    ledger_audit_free(audit);
    audit->transactions = ledger->transactions;
    audit->postings = ledger->postings;
    for (uint32_t i = 0; i < ledger->balance_count; i++) {
        struct ledger_audit_row *row = row_of(&audit->balances, i, failure);

        if (!row)
            return -1;
        row->amount = ledger->balances[i].amount;
        row->count = ledger->balances[i].version;
    }
    for (uint32_t i = 0; i < ledger->position_count; i++) {
        const struct holding *holding = &ledger->positions[i].holding;
        struct ledger_audit_row *row = row_of(&audit->positions, i, failure);

        if (!row)
            return -1;
        row->amount = holding->quantity;
        row->cash = holding->realized - holding->cost;
        row->count = ledger->positions[i].version;
    }
    return 0;
}

/* ---- entries ------------------------------------------------------------- */

static uint32_t
asset_of(const struct ledger *ledger, const struct ledger_leg *leg)
{
    return leg->security ? ledger->positions[leg->row].instrument
                         : ledger->balances[leg->row].currency;
}

/* I2: the legs of an entry sum to zero for each asset. */
static void
check_sums(const struct ledger *ledger, const struct ledger_entry *entry,
           struct ledger_finding *finding)
{
    for (unsigned i = 0; i < entry->leg_count; i++) {
        const struct ledger_leg *leg = &entry->legs[i];
        uint32_t asset = asset_of(ledger, leg);
        i128 sum = 0;
        unsigned first = entry->leg_count;

        for (unsigned j = 0; j < entry->leg_count && first >= i; j++) {
            const struct ledger_leg *other = &entry->legs[j];

            if (other->security != leg->security ||
                asset_of(ledger, other) != asset)
                continue;
            first = first < j ? first : j; /* earlier: it was summed there */
            sum += other->amount;
        }
        if (first == i && sum != 0)
            find(finding, "I2", "the legs of a transaction do not sum to zero",
                 leg->account, leg->security, asset);
    }
}

/* I5: each leg's balance is the one before plus its amount. */
static int
check_chain(struct ledger_audit *audit, const struct ledger *ledger,
            const struct ledger_leg *leg, struct ledger_finding *finding,
            struct failure *failure)
{
    struct ledger_audit_row *row =
        row_of(leg->security ? &audit->positions : &audit->balances, leg->row,
               failure);

    if (!row)
        return -1;
    row->count++;
    if (!amount_add(row->amount, leg->amount, &row->amount) ||
        row->amount != leg->after)
        find(finding, "I5", "a balance is not the one before plus the posting",
             leg->account, leg->security, asset_of(ledger, leg));
    return 0;
}

/* The cash of a trade counts for the positions that the trade moved. */
static void
add_cash(struct ledger_audit *audit, const struct ledger *ledger,
         const struct ledger_entry *entry)
{
    for (unsigned i = 0; i < entry->position_count; i++)
        for (unsigned j = 0; j < entry->leg_count; j++) {
            const struct ledger_leg *leg = &entry->legs[j];
            uint32_t row = entry->positions[i];

            if ((leg->kind == POSTING_TRADE || leg->kind == POSTING_BUST ||
                 leg->kind == POSTING_CASH_IN_LIEU) &&
                !leg->security &&
                leg->account == ledger->positions[row].account)
                audit->positions.rows[row].cash += leg->amount;
        }
}

int
ledger_audit_entry(struct ledger_audit *audit, const struct ledger *ledger,
                   const struct ledger_entry *entry,
                   struct ledger_finding *finding, struct failure *failure)
{
    assert(entry->leg_count <= entry->room);
    if (entry->leg_count == 0)
        return 0;
    audit->entries++;
    if (entry->transaction_id != ++audit->transactions ||
        entry->posting_id != audit->postings + 1)
        find(finding, "I11", "transactions and postings are not dense",
             LEDGER_NONE, false, LEDGER_NONE);
    audit->postings += entry->leg_count;
    check_sums(ledger, entry, finding);
    for (unsigned i = 0; i < entry->leg_count; i++)
        if (check_chain(audit, ledger, &entry->legs[i], finding, failure) != 0)
            return -1;
    add_cash(audit, ledger, entry);
    return 0;
}

/* ---- rows ---------------------------------------------------------------- */

static void
check_balance(const struct ledger_audit *audit, const struct ledger *ledger,
              uint32_t number, struct ledger_finding *finding)
{
    const struct ledger_balance *row = &ledger->balances[number];
    struct ledger_audit_row mine = known(&audit->balances, number);

    if (row->amount != mine.amount || row->version != mine.count)
        find(finding, "I5", "a balance is not the last of its postings",
             row->account, false, row->currency);
}

/* The lots of a position are all of it. */
static void
check_lots(const struct ledger *ledger, uint32_t number,
           struct ledger_finding *finding)
{
    const struct ledger_position *row = &ledger->positions[number];
    const struct lots *lots =
        number < ledger->lots_count ? ledger_lots(ledger, number) : NULL;
    i128 quantity = 0, cost = 0;

    if (!lots || lots->last == 0)
        return;
    for (size_t i = lots->first; i < lots->count; i++) {
        quantity += lots->lots[i].quantity;
        cost += lots->lots[i].cost;
    }
    if (quantity != row->holding.quantity || cost != row->holding.cost)
        find(finding, "I4", "a position is not the sum of its lots",
             row->account, true, row->instrument);
}

static void
check_position(const struct ledger_audit *audit, const struct ledger *ledger,
               uint32_t number, struct ledger_finding *finding)
{
    const struct ledger_position *row = &ledger->positions[number];
    const struct holding *holding = &row->holding;
    struct ledger_audit_row mine = known(&audit->positions, number);

    if (holding->quantity != mine.amount || row->version != mine.count)
        find(finding, "I4", "a position is not the sum of its postings",
             row->account, true, row->instrument);
    if (mine.cash != holding->realized - holding->cost)
        find(finding, "I1", "the cash of its trades is not realized - cost",
             row->account, true, row->instrument);
    if (holding->quantity == 0 && holding->cost != 0)
        find(finding, "I12", "a flat position has a cost", row->account, true,
             row->instrument);
    check_lots(ledger, number, finding);
}

/* I3: over all accounts, every asset sums to zero.  The sums may pass the
 * range of an amount on the way: unsigned, they wrap and come back. */
static int
check_zero(const struct ledger *ledger, struct ledger_finding *finding,
           struct failure *failure)
{
    uint32_t instruments = 0;
    u128 *sums;

    for (uint32_t i = 0; i < ledger->position_count; i++)
        if (ledger->positions[i].instrument >= instruments)
            instruments = ledger->positions[i].instrument + 1;
    sums = allocate(failure,
                    (unsigned long)ledger->currency_count + instruments + 1,
                    sizeof *sums);
    if (!sums)
        return -1;
    for (uint32_t i = 0; i < ledger->balance_count; i++)
        sums[instruments + ledger->balances[i].currency] +=
            (u128)ledger->balances[i].amount;
    for (uint32_t i = 0; i < ledger->position_count; i++)
        sums[ledger->positions[i].instrument] +=
            (u128)ledger->positions[i].holding.quantity;
    for (uint32_t i = 0; i < instruments + ledger->currency_count; i++)
        if (sums[i] != 0)
            find(finding, "I3", "an asset does not sum to zero", LEDGER_NONE,
                 i < instruments, i < instruments ? i : i - instruments);
    free(sums);
    return 0;
}

int
ledger_audit_end(const struct ledger_audit *audit, const struct ledger *ledger,
                 struct ledger_finding *finding, struct failure *failure)
{
    for (uint32_t i = 0; i < ledger->balance_count; i++)
        check_balance(audit, ledger, i, finding);
    for (uint32_t i = 0; i < ledger->position_count; i++)
        check_position(audit, ledger, i, finding);
    return check_zero(ledger, finding, failure);
}
