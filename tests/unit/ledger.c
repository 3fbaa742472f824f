/* The accounting rules through the library: worked examples to the last
 * digit, the order of the legs, what is refused, and properties of random
 * trades. */
#include <stdlib.h>
#include <string.h>

#include "ledger/audit.h"
#include "ledger/emit.h"
#include "ledger/post.h"
#include "ledger/store.h"
#include "tap.h"
#include "tape/names.h"
#include "tape/schema.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ALICE = 1, BOB = 2, CAROL = 3 };

static int64_t
number(const char *text)
{
    int64_t value = 0;

    if (decimal_parse(text, strlen(text), &value) != DECIMAL_OK)
        OK("the test's numbers are numbers", false);
    return value;
}

static i128
money(const char *text)
{
    i128 value = 0;

    if (amount_parse(text, strlen(text), &value) != DECIMAL_OK)
        OK("the test's amounts are amounts", false);
    return value;
}

/* The value has this canonical text. */
static int
is(const char *sentence, i128 value, const char *expected)
{
    char text[AMOUNT_TEXT_MAX + 1];

    text[amount_format(value, text)] = '\0';
    if (OK(sentence, strcmp(text, expected) == 0))
        return 1;
    tap_note("is %s, expected %s", text, expected);
    return 0;
}

/* ---- a small exchange ---------------------------------------------------- */

struct bench {
    struct ledger ledger;
    struct ledger_entry entry;
    struct instrument instrument;
    struct ledger_audit audit;
    struct ledger_finding finding;
    struct failure failure;
};

static void
setup(struct bench *bench, const char *taker, const char *maker)
{
    struct ledger_rules rules = {
        .taker_fee = number(taker),
        .maker_fee = number(maker),
        .currency = code_from_text("USD", 3),
    };

    memset(bench, 0, sizeof *bench);
    for (int i = 0; i < LEDGER_SYSTEM_COUNT; i++)
        rules.system[i] =
            name_id(ledger_system_names[i], strlen(ledger_system_names[i]));
    event_init(&bench->instrument, EVENT_INSTRUMENT);
    ledger_init(&bench->ledger, &rules, &bench->failure);
    ledger_audit_begin(&bench->audit, &bench->ledger, &bench->failure);
}

/* Every test ends here: the invariants hold and nothing failed. */
static void
teardown(struct bench *bench, const char *what)
{
    ledger_audit_end(&bench->audit, &bench->ledger, &bench->finding,
                     &bench->failure);
    if (!OK(what, !bench->finding.invariant))
        tap_note("%s: %s", bench->finding.invariant, bench->finding.text);
    if (bench->failure.kind != FAILURE_NONE)
        OK("nothing failed", false);
    ledger_audit_free(&bench->audit);
    ledger_entry_free(&bench->entry);
    ledger_free(&bench->ledger);
}

static enum post_result
post(struct bench *bench, enum post_result result)
{
    if (result == POST_DONE)
        ledger_audit_entry(&bench->audit, &bench->ledger, &bench->entry,
                           &bench->finding, &bench->failure);
    return result;
}

static enum post_result
deal(struct bench *bench, uint32_t instrument, uint64_t buyer, uint64_t seller,
     int64_t quantity, int64_t price, enum side side)
{
    struct trade trade;

    event_init(&trade, EVENT_TRADE);
    trade.buyer_id = buyer;
    trade.seller_id = seller;
    trade.quantity = quantity;
    trade.price = price;
    trade.side = (uint8_t)side;
    return post(bench,
                post_trade(&bench->ledger, instrument, &bench->instrument,
                           &trade, &bench->entry, &bench->failure));
}

/* Alice trades with the market: "+100" "10" buys 100 at 10. */
static void
trade(struct bench *bench, const char *quantity, const char *price)
{
    int64_t signed_quantity = number(quantity);
    bool buys = signed_quantity > 0;

    deal(bench, 0, buys ? ALICE : 0, buys ? 0 : ALICE,
         buys ? signed_quantity : -signed_quantity, number(price),
         buys ? SIDE_BUY : SIDE_SELL);
}

static void
cash(struct bench *bench, enum cash_kind kind, uint64_t account, i128 amount)
{
    struct cash event;

    event_init(&event, EVENT_CASH);
    event.kind = (uint8_t)kind;
    event.account_id = account;
    event.amount = amount_of(amount);
    post(bench,
         post_cash(&bench->ledger, &event, &bench->entry, &bench->failure));
}

static struct ledger_position *
position(struct bench *bench, uint64_t account)
{
    struct ledger *ledger = &bench->ledger;

    return &ledger->positions[ledger_position(
        ledger, ledger_account(ledger, account, &bench->failure), 0,
        &bench->failure)];
}

static struct holding *
holding(struct bench *bench)
{
    return &position(bench, ALICE)->holding;
}

static struct ledger_balance *
balance(struct bench *bench, uint64_t account)
{
    struct ledger *ledger = &bench->ledger;

    return &ledger->balances[ledger_balance(
        ledger, ledger_account(ledger, account, &bench->failure),
        ledger->rules.currency, &bench->failure)];
}

static uint64_t
system_id(struct bench *bench, enum ledger_system system)
{
    return bench->ledger.rules.system[system];
}

/* Rule R4, for the examples that name a mark. */
static i128
unrealized(const struct holding *held, const char *mark)
{
    return decimal_notional(number(mark), (int64_t)held->quantity) - held->cost;
}

/* ---- worked examples ----------------------------------------------------- */

static void
test_e01(void)
{
    struct bench b;

    setup(&b, "0", "0");
    trade(&b, "100", "10");
    trade(&b, "100", "12");
    trade(&b, "-150", "15");
    is("E01: quantity", holding(&b)->quantity, "50");
    is("E01: cost", holding(&b)->cost, "550");
    is("E01: average", holding_average(holding(&b)), "11");
    is("E01: realized", holding(&b)->realized, "600");
    is("E01: unrealized at 14", unrealized(holding(&b), "14"), "150");
    teardown(&b, "E01: the invariants hold");
}

static void
test_e05(void)
{
    struct bench b;

    setup(&b, "0", "0");
    trade(&b, "-100", "20");
    trade(&b, "-50", "23");
    trade(&b, "60", "18");
    is("E05: quantity", holding(&b)->quantity, "-90");
    is("E05: cost", holding(&b)->cost, "-1890");
    is("E05: average", holding_average(holding(&b)), "21");
    is("E05: realized", holding(&b)->realized, "180");
    is("E05: unrealized at 25", unrealized(holding(&b), "25"), "-360");
    teardown(&b, "E05: the invariants hold");
}

static void
test_e06(void)
{
    struct bench b;

    setup(&b, "0", "0");
    trade(&b, "50", "1");
    trade(&b, "-100", "2");
    is("E06: realized by the first flip", holding(&b)->realized, "50");
    is("E06: short at the flip's price", holding_average(holding(&b)), "2");
    trade(&b, "100", "3");
    is("E06: realized by both flips", holding(&b)->realized, "0");
    is("E06: quantity", holding(&b)->quantity, "50");
    is("E06: average", holding_average(holding(&b)), "3");
    teardown(&b, "E06: the invariants hold");
}

static void
test_e07(void)
{
    struct holding held = {0};
    struct bench b;

    holding_trade(&held, money("109"), money("-3149.20"));
    holding_trade(&held, money("52"), money("-1684.92"));
    holding_trade(&held, money("-15"), money("531.50"));
    is("E07: gain", held.realized, "81.11614907");
    is("E07: what left", money("4834.12") - held.cost, "450.38385093");
    is("E07: what remains", held.cost, "4383.73614907");

    /* the same sums from whole trades */
    setup(&b, "0", "0");
    trade(&b, "108", "28.89");
    trade(&b, "1", "29.08");
    trade(&b, "51", "32.40");
    trade(&b, "1", "32.52");
    trade(&b, "-14", "35.43");
    trade(&b, "-1", "35.48");
    is("E07: gain, trade by trade", holding(&b)->realized, "81.11614907");
    is("E07: what remains, trade by trade", holding(&b)->cost, "4383.73614907");
    teardown(&b, "E07: the invariants hold");
}

static void
test_e08(void)
{
    static const char *const steps[][4] = {
        /* quantity, price, cost after, realized after */
        {"2", "10", "20", "0"},    {"-1", "15", "10", "5"},
        {"1", "30", "40", "5"},    {"-1.5", "10", "10", "-10"},
        {"3", "20", "70", "-10"},  {"-2", "30", "30", "10"},
        {"-1.5", "10", "0", "-5"},
    };
    struct bench b;

    setup(&b, "0", "0");
    for (size_t i = 0; i < COUNT(steps); i++) {
        trade(&b, steps[i][0], steps[i][1]);
        is("E08: cost after each step", holding(&b)->cost, steps[i][2]);
        is("E08: realized after each step", holding(&b)->realized, steps[i][3]);
    }
    OK("E08: flat has no average",
       holding_average(holding(&b)) == DECIMAL_NULL);
    teardown(&b, "E08: the invariants hold");
}

static void
test_e09(void)
{
    static const char *const steps[][3] = {
        /* quantity, price, realized less fees */
        {"12", "100", "-0.12"},       {"17", "99", "-0.2883"},
        {"-9", "101", "13.89666207"}, {"-4", "105", "36.19948966"},
        {"3", "103", "36.16858966"},
    };
    struct bench b;

    setup(&b, "0.0001", "0.0001");
    for (size_t i = 0; i < COUNT(steps); i++) {
        trade(&b, steps[i][0], steps[i][1]);
        is("E09: realized less fees after each step",
           holding(&b)->realized - position(&b, ALICE)->fees, steps[i][2]);
        if (i == 1)
            is("E09: average after the buys", holding_average(holding(&b)),
               "99.4137931");
    }
    is("E09: average", holding_average(holding(&b)), "99.9800363");
    is("E09: quantity", holding(&b)->quantity, "19");
    is("E09: cost", holding(&b)->cost, "1899.62068966");
    is("E09: what the fees account got is what was paid",
       balance(&b, system_id(&b, LEDGER_FEES))->amount, "0.4521");
    teardown(&b, "E09: the invariants hold");
}

static void
test_e11_e13(void)
{
    static const char *const steps[][2] = {
        {"6.66666667", "0.66666667"},
        {"3.33333333", "1.33333333"},
        {"0", "2"},
    };
    struct bench b;

    setup(&b, "0", "0");
    trade(&b, "100", "50");
    trade(&b, "-100", "55");
    is("E11: realized by the first round", holding(&b)->realized, "500");
    trade(&b, "-50", "54");
    trade(&b, "50", "52");
    is("E11: realized by both rounds", holding(&b)->realized, "600");
    teardown(&b, "E11: the invariants hold");

    setup(&b, "0", "0");
    trade(&b, "2", "3");
    trade(&b, "1", "4");
    for (size_t i = 0; i < COUNT(steps); i++) {
        trade(&b, "-1", "4");
        is("E13: cost after each sale", holding(&b)->cost, steps[i][0]);
        is("E13: realized after each sale", holding(&b)->realized, steps[i][1]);
    }
    teardown(&b, "E13: the invariants hold");
}

static void
test_e15(void)
{
    struct bench b;

    setup(&b, "0", "0");
    trade(&b, "0.5", "0.00000003");
    is("E15: half a unit rounds to the even one above",
       balance(&b, ALICE)->amount, "-0.00000002");
    teardown(&b, "E15: the invariants hold");

    setup(&b, "0", "0");
    trade(&b, "0.5", "0.00000001");
    is("E15: half a unit rounds to the even one below",
       balance(&b, ALICE)->amount, "0");
    OK("a leg of zero does not exist",
       b.entry.leg_count == 2 && b.entry.legs[0].security);
    is("E15: the quantity counts all the same", holding(&b)->quantity, "0.5");
    teardown(&b, "E15: the invariants hold");
}

static void
test_e35(void)
{
    struct bench b;

    /* E35 charges per share; as rates of 30,050: 0.60 and -0.40 */
    setup(&b, "0.00001997", "-0.00001331");
    deal(&b, 0, ALICE, BOB, number("200"), number("150.25"), SIDE_BUY);
    is("the taker pays", b.entry.legs[4].amount, "-0.6000985");
    is("the maker gets a rebate", b.entry.legs[5].amount, "0.3999655");
    is("the fees account gets the difference", b.entry.legs[6].amount,
       "0.200133");
    OK("buyer, seller, buyer, seller, buyer, seller, @FEES",
       b.entry.leg_count == 7 && b.entry.legs[0].kind == POSTING_TRADE &&
           b.entry.legs[3].kind == POSTING_TRADE &&
           b.entry.legs[4].kind == POSTING_FEE &&
           b.entry.legs[0].account == b.entry.legs[2].account &&
           b.entry.legs[0].account == b.entry.legs[4].account &&
           b.entry.legs[1].account == b.entry.legs[5].account &&
           b.entry.legs[6].account == LEDGER_FEES);
    is("the buyer's cash", balance(&b, ALICE)->amount, "-30050.6000985");
    is("the seller's cash", balance(&b, BOB)->amount, "30050.3999655");
    OK("three balances and two positions changed",
       b.entry.balance_count == 3 && b.entry.position_count == 2);
    teardown(&b, "fees: the invariants hold");

    setup(&b, "0.001", "0");
    deal(&b, 0, ALICE, BOB, number("10"), number("100"), SIDE_SELL);
    is("the seller is the taker", balance(&b, BOB)->amount, "999");
    deal(&b, 0, ALICE, BOB, number("10"), number("100"), 0);
    is("in an auction nobody is", balance(&b, BOB)->amount, "1999");
    teardown(&b, "sides: the invariants hold");
}

/* ---- numbers that do not fit --------------------------------------------- */

static bool
violates(const struct bench *bench, enum reason reason)
{
    return bench->entry.violation_count == 1 && bench->entry.leg_count == 0 &&
           bench->entry.balance_count == 0 &&
           bench->entry.violations[0].reason == reason;
}

static void
test_e44(void)
{
    struct bench b;
    struct ledger_position before;

    setup(&b, "0.001", "0.001");
    cash(&b, CASH_DEPOSIT, BOB, AMOUNT_MAX);
    is("E44: the largest amount", balance(&b, BOB)->amount,
       "999999999999999999999999999999.99999999");
    cash(&b, CASH_DEPOSIT, BOB, 1);
    OK("E44: a unit more is refused", violates(&b, REASON_AMOUNT_RANGE));
    is("E44: and changes nothing", balance(&b, BOB)->amount,
       "999999999999999999999999999999.99999999");
    deal(&b, 0, ALICE, CAROL, number("1"), number("5"), SIDE_BUY);
    before = *position(&b, ALICE);
    deal(&b, 0, ALICE, BOB, number("9999999999"), number("9999999999"),
         SIDE_BUY);
    OK("E44: a trade that does not fit is refused",
       violates(&b, REASON_AMOUNT_RANGE));
    OK("E44: it leaves the position as it was",
       memcmp(&before, position(&b, ALICE), sizeof before) == 0);
    is("E44: and the cash on the other side", balance(&b, ALICE)->amount,
       "-5.005");
    OK("E44: it opens no position for the other side",
       position(&b, BOB)->version == 0);
    deal(&b, 0, ALICE, CAROL, INT64_MAX, INT64_MAX, SIDE_BUY);
    is("E44: the largest trade that can be written is exact",
       b.entry.legs[0].amount, "-8507059173023461584739.69077842");
    teardown(&b, "E44: the invariants hold");
}

/* ---- cash ---------------------------------------------------------------- */

static void
test_cash(void)
{
    struct bench b;

    setup(&b, "0", "0");
    cash(&b, CASH_DEPOSIT, ALICE, money("1000"));
    is("a deposit comes from the world",
       balance(&b, system_id(&b, LEDGER_WORLD))->amount, "-1000");
    cash(&b, CASH_WITHDRAWAL, ALICE, money("1000.00000001"));
    OK("a withdrawal beyond the balance is refused",
       violates(&b, REASON_INSUFFICIENT_FUNDS));
    is("and by how much is reported", b.entry.violations[0].amount,
       "0.00000001");
    cash(&b, CASH_WITHDRAWAL, ALICE, money("300"));
    cash(&b, CASH_FEE, ALICE, money("7.5"));
    cash(&b, CASH_INTEREST, ALICE, money("-2.5"));
    cash(&b, CASH_INTEREST, ALICE, money("1"));
    cash(&b, CASH_ADJUSTMENT, ALICE, money("-0.01"));
    is("a balance is the sum of what came and went", balance(&b, ALICE)->amount,
       "690.99");
    OK("its version counts the postings", balance(&b, ALICE)->version == 6);
    OK("the audit saw each of them", b.audit.entries == 6);
    is("fees go to @FEES", balance(&b, system_id(&b, LEDGER_FEES))->amount,
       "7.5");
    is("interest comes from @INTEREST",
       balance(&b, system_id(&b, LEDGER_INTEREST))->amount, "1.5");
    is("adjustments wait in @SUSPENSE",
       balance(&b, system_id(&b, LEDGER_SUSPENSE))->amount, "0.01");
    cash(&b, CASH_FEE, ALICE, money("-1"));
    OK("a fee is positive", violates(&b, REASON_INVALID_QUANTITY));
    cash(&b, CASH_DEPOSIT, ALICE, 0);
    OK("so is a deposit, not nothing", violates(&b, REASON_INVALID_QUANTITY));
    cash(&b, CASH_ADJUSTMENT, ALICE, AMOUNT_NULL);
    OK("an amount is needed", violates(&b, REASON_INVALID_QUANTITY));
    cash(&b, 0, ALICE, money("1"));
    OK("a kind is needed", violates(&b, REASON_INVALID_TYPE));
    cash(&b, CASH_DEPOSIT, 0, money("1"));
    OK("an account is needed", violates(&b, REASON_INVALID_ID));
    cash(&b, CASH_DEPOSIT, system_id(&b, LEDGER_MARKET), money("1"));
    OK("a system account is not used by events",
       violates(&b, REASON_INVALID_ID));
    cash(&b, CASH_INTEREST, ALICE, 0);
    OK("nothing is no posting",
       b.entry.leg_count == 0 && b.entry.violation_count == 0);
    teardown(&b, "cash: the invariants hold");
}

/* ---- accounts ------------------------------------------------------------ */

static enum post_result
set_account(struct bench *bench, uint64_t id, enum account_status status)
{
    struct account event;

    event_init(&event, EVENT_ACCOUNT);
    event.account_id = id;
    event.status = (uint8_t)status;
    return post(bench, post_account(&bench->ledger, &event, &bench->entry,
                                    &bench->failure));
}

static void
test_accounts(void)
{
    struct bench b;

    setup(&b, "0", "0");
    b.ledger.rules.strict = true;
    set_account(&b, ALICE, ACCOUNT_ACTIVE);
    OK("strict: a trade of an account that was not opened is refused",
       deal(&b, 0, ALICE, BOB, number("1"), number("1"), SIDE_BUY) ==
               POST_UNKNOWN &&
           b.entry.unknown_account == BOB);
    set_account(&b, BOB, ACCOUNT_ACTIVE);
    OK("strict: once it was opened it trades",
       deal(&b, 0, ALICE, BOB, number("1"), number("1"), SIDE_BUY) ==
           POST_DONE);
    set_account(&b, BOB, ACCOUNT_CLOSED);
    cash(&b, CASH_DEPOSIT, BOB, money("1"));
    OK("no deposit on a closed account", violates(&b, REASON_ACCOUNT_CLOSED));
    deal(&b, 0, ALICE, BOB, number("1"), number("1"), SIDE_BUY);
    OK("a trade on a closed account is booked and reported",
       b.entry.leg_count == 4 && b.entry.violation_count == 1 &&
           b.entry.violations[0].reason == REASON_ACCOUNT_CLOSED);
    teardown(&b, "accounts: the invariants hold");

    setup(&b, "0.01", "0.01");
    deal(&b, 0, ALICE, BOB, number("10"), number("7"), SIDE_BUY);
    deal(&b, 0, ALICE, ALICE, number("5"), number("8"), SIDE_BUY);
    OK("a trade with oneself is posted", b.entry.leg_count == 7);
    is("it leaves the position", holding(&b)->quantity, "10");
    is("and its cost", holding(&b)->cost, "70");
    is("and realizes nothing", holding(&b)->realized, "0");
    is("both fees are due", position(&b, ALICE)->fees, "1.5");
    deal(&b, 0, 0, 0, number("1"), number("1"), SIDE_BUY);
    OK("a trade of nobody is refused", violates(&b, REASON_INVALID_ID));
    deal(&b, 0, ALICE, 0, number("1"), number("1"), SIDE_BUY);
    OK("the side that is not given is @MARKET, which pays no fee",
       b.entry.leg_count == 6 && b.entry.legs[1].account == LEDGER_MARKET);
    deal(&b, 0, ALICE, BOB, 0, number("1"), SIDE_BUY);
    OK("a quantity is needed", violates(&b, REASON_INVALID_QUANTITY));
    deal(&b, 0, ALICE, BOB, number("1"), DECIMAL_NULL, SIDE_BUY);
    OK("a price is needed", violates(&b, REASON_INVALID_PRICE));
    deal(&b, 0, ALICE, BOB, number("1"), number("-37.63"), SIDE_BUY);
    OK("a price may be negative, its fee is not",
       b.entry.legs[0].amount > 0 && b.entry.legs[4].amount < 0);
    teardown(&b, "self-trades and negative prices: the invariants hold");

    setup(&b, "0", "0");
    b.instrument.multiplier = number("100");
    deal(&b, 0, ALICE, BOB, number("2"), number("1.35"), SIDE_BUY);
    is("a contract's multiplier counts", balance(&b, ALICE)->amount, "-270");
    teardown(&b, "multipliers: the invariants hold");
}

/* ---- events -------------------------------------------------------------- */

static void
test_events(void)
{
    struct bench b;
    struct posting posting;
    struct balance cash_row;
    struct position row;
    char room[256];
    struct violation *violation = (struct violation *)(void *)room;

    setup(&b, "0", "0");
    deal(&b, 0, ALICE, BOB, number("3"), number("2.5"), SIDE_BUY);
    emit_posting(&b.ledger, &b.entry, 0, 9, 77, &posting);
    OK("a cash posting names the currency and no instrument",
       posting.event.instrument == 0 &&
           posting.currency.word == b.ledger.rules.currency.word &&
           posting.event.time == 77 && posting.posting_id == 1 &&
           posting.transaction_id == 1 && posting.account_id == ALICE);
    emit_posting(&b.ledger, &b.entry, 2, 9, 77, &posting);
    OK("a security posting names the instrument and no currency",
       posting.event.instrument == 9 && posting.currency.word == 0 &&
           posting.posting_id == 3);
    is("a posting has the balance after it", amount_get(posting.balance_after),
       "3");
    emit_balance(&b.ledger, b.entry.balances[1], 77, &cash_row);
    OK("a balance is the account's",
       cash_row.account_id == BOB && cash_row.version == 1);
    is("a balance has the cash", amount_get(cash_row.cash_balance), "7.5");
    emit_position(&b.ledger, b.entry.positions[0], 9, 77, &row);
    is("a position has its cost", amount_get(row.cost), "7.5");
    is("a position has its average", row.average_cost, "2.5");
    OK("a position that is not marked has no unrealized profit",
       amount_get(row.unrealized_pnl) == AMOUNT_NULL);
    cash(&b, CASH_WITHDRAWAL, ALICE, money("1"));
    memset(room, 0xff, sizeof room);
    emit_violation(&b.entry.violations[0], 0, 77, violation);
    OK("a violation ends with its text, zero padded",
       violation->event.words * 8U ==
               emit_violation_size(&b.entry.violations[0]) &&
           strcmp(room + violation->detail.offset,
                  "a withdrawal of more than the balance: not booked") == 0);
    teardown(&b, "events: the invariants hold");
}

/* ---- what comes back from a database ------------------------------------- */

static void
test_restore(void)
{
    struct bench b, copy;
    struct balance cash_row;
    struct position row;
    const struct ledger_position *a;

    setup(&b, "0.001", "0");
    setup(&copy, "0.001", "0");
    trade(&b, "7", "3.1");
    trade(&b, "-3", "2.9");
    ledger_saved(&b.ledger);
    OK("a saved ledger has no changes",
       b.ledger.changed_balances.count == 0 &&
           b.ledger.changed_positions.count == 0);
    for (uint32_t i = 0; i < b.ledger.balance_count; i++) {
        emit_balance(&b.ledger, i, 0, &cash_row);
        ledger_restore_balance(&copy.ledger, &cash_row, (struct row_mark){0},
                               &copy.failure);
    }
    for (uint32_t i = 0; i < b.ledger.position_count; i++) {
        emit_position(&b.ledger, i, 1, 0, &row);
        ledger_restore_position(&copy.ledger, &row, (struct row_mark){0},
                                &copy.failure);
    }
    copy.ledger.transactions = b.ledger.transactions;
    copy.ledger.postings = b.ledger.postings;
    ledger_audit_begin(&copy.audit, &copy.ledger, &copy.failure);
    trade(&b, "-4", "3.3");
    trade(&copy, "-4", "3.3");
    a = position(&b, ALICE);
    OK("a restored ledger goes on as the one that was saved",
       memcmp(&a->holding, holding(&copy), sizeof a->holding) == 0 &&
           a->version == position(&copy, ALICE)->version &&
           a->fees == position(&copy, ALICE)->fees &&
           b.entry.posting_id == copy.entry.posting_id);
    OK("changes are reported once per row",
       b.ledger.changed_balances.count == 3 &&
           b.ledger.changed_positions.count == 2);
    teardown(&b, "saved: the invariants hold");
    teardown(&copy, "restored: the invariants hold");
}

/* Whether the first difference that a ledger finds when it adopts the rows of
 * a stored one is this; NULL: none. */
static bool
differs(struct bench *ledger, struct bench *stored, const char *text)
{
    struct ledger_finding finding = {.invariant = NULL};

    ledger_adopt(&ledger->ledger, &stored->ledger, &finding);
    if (!text && finding.invariant)
        tap_note("%s", finding.text);
    return text ? finding.invariant && strcmp(finding.text, text) == 0
                : !finding.invariant;
}

static void
test_adopt(void)
{
    struct bench b, same;

    setup(&b, "0.001", "0");
    setup(&same, "0.001", "0");
    trade(&b, "7", "3.1");
    trade(&same, "7", "3.1");
    OK("a ledger adopts what is as its own", differs(&b, &same, NULL));
    balance(&same, ALICE)->amount++;
    OK("a stored balance that differs is found",
       differs(&b, &same, "a balance differs from the stream"));
    balance(&same, ALICE)->amount--;
    balance(&same, ALICE)->version++;
    OK("and one of another version",
       differs(&b, &same, "a balance differs from the stream"));
    balance(&same, ALICE)->version--;
    same.ledger.positions[0].fees++;
    OK("a stored position that differs is found",
       differs(&b, &same, "a position differs from the stream"));
    same.ledger.positions[0].fees--;
    same.ledger.accounts[0].status++;
    OK("a stored account that differs is found",
       differs(&b, &same, "an account differs from the stream"));
    same.ledger.accounts[0].status--;
    cash(&same, CASH_DEPOSIT, 4711, money("1"));
    OK("so is one that the stream does not have",
       differs(&b, &same, "an account differs from the stream"));
    OK("and one that is not stored",
       differs(&same, &b, "the accounts are not those of the stream"));
    teardown(&b, "adopted: the invariants hold");
    teardown(&same, "stored: the invariants hold");
}

/* ---- lots, and what issuers do ------------------------------------------- */

static void
use_basis(struct bench *bench, uint8_t basis)
{
    uint32_t account = ledger_account(&bench->ledger, ALICE, &bench->failure);

    ledger_set_basis(&bench->ledger, account, basis);
}

static void
test_bases(void)
{
    struct bench b, same;
    struct lots *lots;

    setup(&b, "0.001", "0");
    setup(&same, "0.001", "0");
    use_basis(&b, BASIS_FIFO);
    use_basis(&same, BASIS_FIFO);
    for (int i = 0; i < 2; i++) {
        struct bench *one = i ? &same : &b;

        trade(one, "10", "1");
        trade(one, "10", "2");
        trade(one, "-10", "5");
    }
    is("the first lot is the first that is sold", holding(&b)->realized, "40");
    is("the second stays", holding(&b)->cost, "20");
    OK("lots that are the same are adopted", differs(&b, &same, NULL));
    lots = &same.ledger.lots[position(&same, ALICE) - same.ledger.positions];
    lots->lots[lots->first].cost++;
    OK("a stored lot that differs is found",
       differs(&b, &same, "a position differs from the stream"));
    lots->lots[lots->first].cost--;
    lots->last++;
    OK("so is the number of a lot that is gone",
       differs(&b, &same, "a position differs from the stream"));
    teardown(&b, "lots: the invariants hold");
    teardown(&same, "lots that are stored: the invariants hold");
}

static void
act(struct bench *bench, enum action_type type, const char *new,
    const char *old, const char *amount)
{
    struct corporate_action event;

    event_init(&event, EVENT_CORPORATE_ACTION);
    event.action_type = (uint8_t)type;
    event.ratio_new = new ? number(new) : DECIMAL_NULL;
    event.ratio_old = old ? number(old) : DECIMAL_NULL;
    event.amount = amount ? number(amount) : DECIMAL_NULL;
    post(bench, post_action(&bench->ledger, 0, &bench->instrument, &event,
                            &bench->entry, &bench->failure));
}

static void
test_actions(void)
{
    struct bench b;

    setup(&b, "0", "0");
    trade(&b, "10", "30");
    act(&b, ACTION_SPLIT, "3", "1", NULL);
    is("three shares for one", holding(&b)->quantity, "30");
    is("cost what the one did", holding(&b)->cost, "300");
    act(&b, ACTION_DIVIDEND, NULL, NULL, "0.5");
    is("a dividend is paid for each", balance(&b, ALICE)->amount, "-285");
    act(&b, ACTION_SPLIT, "0", "1", NULL);
    OK("a ratio is positive", violates(&b, REASON_INVALID_QUANTITY));
    act(&b, ACTION_DIVIDEND, NULL, NULL, "0");
    OK("so is a dividend", violates(&b, REASON_INVALID_PRICE));
    act(&b, ACTION_MERGER, "1", "1", NULL);
    OK("a merger is not booked", violates(&b, REASON_UNSUPPORTED));
    is("none of these changed anything", holding(&b)->quantity, "30");
    teardown(&b, "actions: the invariants hold");
}

static void
test_witness(void)
{
    struct bench b;

    setup(&b, "0", "0");
    trade(&b, "7", "3.1");
    balance(&b, ALICE)->amount++;
    ledger_audit_end(&b.audit, &b.ledger, &b.finding, &b.failure);
    OK("the audit sees a balance that was tampered with",
       b.finding.invariant && strcmp(b.finding.invariant, "I5") == 0 &&
           b.ledger.accounts[b.finding.account].id == ALICE);
    balance(&b, ALICE)->amount--;
    b.finding = (struct ledger_finding){0};
    holding(&b)->cost++;
    ledger_audit_end(&b.audit, &b.ledger, &b.finding, &b.failure);
    OK("and a cost",
       b.finding.invariant && strcmp(b.finding.invariant, "I1") == 0);
    holding(&b)->cost--;
    b.finding = (struct ledger_finding){0};
    b.entry.legs[0].amount++;
    ledger_audit_entry(&b.audit, &b.ledger, &b.entry, &b.finding, &b.failure);
    OK("and legs that do not balance", b.finding.invariant != NULL);
    ledger_audit_free(&b.audit);
    ledger_entry_free(&b.entry);
    ledger_free(&b.ledger);
}

/* ---- properties ---------------------------------------------------------- */

static uint64_t
next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return *state >> 33;
}

static void
test_random(void)
{
    struct bench b;
    uint64_t state = 7;
    i128 held[3] = {0};

    setup(&b, "0.00123457", "-0.00031");
    for (int i = 0; i < 50000; i++) {
        uint64_t buyer = 1 + next_random(&state) % 6;
        uint64_t seller = 1 + next_random(&state) % 6;
        uint32_t instrument = (uint32_t)(next_random(&state) % 3);
        int64_t quantity = (int64_t)(1 + next_random(&state) % 100000000000);
        int64_t price = (int64_t)(next_random(&state) % 1000000000000);

        deal(&b, instrument, buyer == 6 ? 0 : buyer,
             seller == 6 && buyer != 6 ? 0 : seller, quantity, price,
             (enum side)(next_random(&state) % 3));
    }
    for (uint32_t i = 0; i < b.ledger.position_count; i++)
        held[b.ledger.positions[i].instrument] +=
            b.ledger.positions[i].holding.quantity;
    OK("random trades: quantities sum to zero",
       held[0] == 0 && held[1] == 0 && held[2] == 0);
    OK("random trades: every one became a transaction",
       b.ledger.transactions == 50000);
    teardown(&b, "random trades: the invariants hold");
}

/* A trade in two parts at one price: the same up to the rounding. */
static void
test_split(void)
{
    struct bench whole, parts;
    uint64_t state = 11;
    int wrong = 0;

    for (int i = 0; i < 2000; i++) {
        int64_t first = (int64_t)(1 + next_random(&state) % 100000000);
        int64_t second = (int64_t)(1 + next_random(&state) % 100000000);
        int64_t price = (int64_t)(1 + next_random(&state) % 10000000000);
        int64_t open = (int64_t)(1 + next_random(&state) % 300000000);
        i128 cash_gap, gain_gap;

        setup(&whole, "0", "0");
        setup(&parts, "0", "0");
        deal(&whole, 0, 0, ALICE, open, number("3.3333"), 0);
        deal(&parts, 0, 0, ALICE, open, number("3.3333"), 0);
        deal(&whole, 0, ALICE, 0, first + second, price, 0);
        deal(&parts, 0, ALICE, 0, first, price, 0);
        deal(&parts, 0, ALICE, 0, second, price, 0);
        cash_gap =
            balance(&whole, ALICE)->amount - balance(&parts, ALICE)->amount;
        gain_gap = holding(&whole)->realized - holding(&parts)->realized;
        wrong += holding(&whole)->quantity != holding(&parts)->quantity ||
                 cash_gap > 1 || cash_gap < -1 || gain_gap > 3 || gain_gap < -3;
        ledger_entry_free(&whole.entry);
        ledger_entry_free(&parts.entry);
        ledger_audit_free(&whole.audit);
        ledger_audit_free(&parts.audit);
        ledger_free(&whole.ledger);
        ledger_free(&parts.ledger);
    }
    OK("splitting a trade changes nothing but the last unit of a rounding",
       wrong == 0);
}

int
main(void)
{
    test_e01();
    test_e05();
    test_e06();
    test_e07();
    test_e08();
    test_e09();
    test_e11_e13();
    test_e15();
    test_e35();
    test_e44();
    test_cash();
    test_accounts();
    test_events();
    test_restore();
    test_adopt();
    test_bases();
    test_actions();
    test_witness();
    test_random();
    test_split();
    return tap_done();
}
