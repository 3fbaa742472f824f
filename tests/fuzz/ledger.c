/* Fuzzes the rules of double entry: whatever trades, cash and accounts come,
 * with whatever numbers, a second set of books agrees, and what is refused
 * changes nothing. */
#include <assert.h>
#include <string.h>

#include "ledger/audit.h"
#include "ledger/post.h"
#include "tape/schema.h"

enum { RECORD = 24 };

/* A number from eight bytes: small ones, and those at the ends. */
static int64_t
number(const uint8_t *bytes)
{
    int64_t value;

    memcpy(&value, bytes, sizeof value);
    switch (bytes[7] & 7) {
    case 0: return value;
    case 1: return INT64_MAX - (value & 0xff);
    case 2: return INT64_MIN + (value & 0xff);
    case 3: return value % 1000;
    default: return value % 1000000 * DECIMAL_ONE;
    }
}

union any {
    struct event event;
    struct trade trade;
    struct cash cash;
    struct account account;
    struct trade_cancel cancel;
};

static void
fill(union any *any, const uint8_t *bytes)
{
    int64_t high = number(bytes + 16);

    if (bytes[0] & 0x80) {
        event_init(any, EVENT_TRADE_CANCEL);
        any->cancel.trade_id = bytes[5] % 8;
        any->cancel.event.time = 0;
        return;
    }
    switch (bytes[0] % 4) {
    case 0:
        event_init(any, EVENT_CASH);
        any->cash.kind = bytes[1] % 6;
        any->cash.account_id = bytes[2] % 7;
        any->cash.amount = (struct amount){(uint64_t)number(bytes + 8),
                                           bytes[3] & 1 ? high : -(high & 1)};
        break;
    case 1:
        event_init(any, EVENT_ACCOUNT);
        any->account.account_id = bytes[2] % 7;
        any->account.status = bytes[1] % 4;
        any->account.basis = bytes[3] % 5;
        break;
    default:
        event_init(any, EVENT_TRADE);
        any->trade.side = bytes[1] % 3;
        any->trade.flags = bytes[3] & 1;
        any->trade.event.time = 0;
        any->trade.trade_id = bytes[5] % 8;
        any->trade.buyer_id = bytes[2] % 7;
        any->trade.seller_id = bytes[2] / 7 % 7;
        any->trade.quantity = number(bytes + 8);
        any->trade.price = high;
        break;
    }
}

static void
check_entry(const struct ledger *before, const struct ledger *after,
            const struct ledger_entry *entry)
{
    assert(after->postings == before->postings + entry->leg_count);
    assert(after->transactions ==
           before->transactions + (entry->leg_count > 0));
    if (entry->leg_count == 0)
        assert(entry->balance_count == 0 && entry->position_count == 0);
    assert(entry->leg_count != 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct ledger_rules rules = {.taker_fee = 123457, .maker_fee = -31007};
    struct instrument instruments[2];
    struct ledger ledger;
    struct ledger_entry entry = {0};
    struct ledger_audit audit = {0};
    struct ledger_finding finding = {0};
    struct failure failure = {0};

    rules.currency = code_from_text("USD", 3);
    for (unsigned i = 0; i < LEDGER_SYSTEM_COUNT; i++)
        rules.system[i] = 100 + i;
    for (int i = 0; i < 2; i++)
        event_init(&instruments[i], EVENT_INSTRUMENT);
    instruments[1].multiplier = 100 * DECIMAL_ONE;
    instruments[1].currency = code_from_text("EUR", 3);
    assert(ledger_init(&ledger, &rules, &failure) == 0);
    assert(ledger_audit_begin(&audit, &ledger, &failure) == 0);
    for (; size >= RECORD; bytes += RECORD, size -= RECORD) {
        uint32_t instrument = bytes[4] & 1;
        struct ledger before = ledger;
        union any any;

        fill(&any, bytes);
        assert(post_event(&ledger, &any.event, instrument,
                          &instruments[instrument], &entry,
                          &failure) == POST_DONE);
        check_entry(&before, &ledger, &entry);
        assert(ledger_audit_entry(&audit, &ledger, &entry, &finding,
                                  &failure) == 0);
    }
    assert(ledger_audit_end(&audit, &ledger, &finding, &failure) == 0);
    assert(!finding.invariant);
    ledger_audit_free(&audit);
    ledger_entry_free(&entry);
    ledger_free(&ledger);
    return 0;
}
