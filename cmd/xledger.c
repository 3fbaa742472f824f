/* xledger - keep a double-entry ledger of trades and cash.
 *
 * Reads a tape, passes all of it on, and after each event that moved
 * something adds its postings, then the balances and positions that changed.
 * The same input and options always give the same events.
 *
 * With a database, each batch of events is committed to it before anything of
 * the batch goes out; what it knows already is compared and not written
 * again.
 */
#include "app/ledger_session.h"

struct xledger {
    struct ledger_options options;
    struct ledger_session session;
};

static int
prepare(void *state, struct run *run)
{
    struct xledger *x = state;

    return ledger_session_open(&x->session, &x->options, run);
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xledger *x = state;

    (void)header;
    return ledger_session_begin(&x->session, run);
}

static int
on_event(void *state, struct run *run, const struct event *event)
{
    struct xledger *x = state;

    return ledger_session_event(&x->session, run, event);
}

static int
on_block(void *state, struct run *run)
{
    struct xledger *x = state;

    return ledger_session_block(&x->session, run);
}

static int
end(void *state, struct run *run, enum tape_status status)
{
    struct xledger *x = state;

    return ledger_session_end(&x->session, run, status);
}

static int
finish(void *state, struct run *run)
{
    struct xledger *x = state;

    return ledger_session_finish(&x->session, run);
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    struct xledger *x = state;

    ledger_session_summary(&x->session, run, stream);
}

static void
destroy(void *state)
{
    struct xledger *x = state;

    ledger_session_close(&x->session);
}

static const char *const examples[] = {
    "xmatch orders.tape | xledger --print balances",
    "xmatch orders.tape | xledger -d ledger.db -o ledger.tape",
    "xledger -d ledger.db --check", NULL};

int
main(int argc, char **argv)
{
    struct xledger x = {.options = {.currency = "USD", .print = -1}};
    struct ledger_options *o = &x.options;
    const struct option_spec options[] = {
        {'d', "database", OPTION_TEXT, &o->database, "DATABASE",
         "keep the ledger in this SQLite file or postgresql:// database"},
        {0, "taker-fee", OPTION_DECIMAL, &o->taker_fee, "RATE",
         "fee of the aggressor, as a share of the notional", true},
        {0, "maker-fee", OPTION_DECIMAL, &o->maker_fee, "RATE",
         "fee of the other side; negative: a rebate", true},
        {0, "basis", OPTION_CHOICE, &o->basis, "BASIS",
         "cost of what is sold: average, fifo, lifo or hifo", true,
         .words = basis_words},
        {0, "currency", OPTION_TEXT, &o->currency, "CODE",
         "the currency of what has none (USD)", true},
        {0, "as-new", OPTION_FLAG, &o->as_new, NULL,
         "post a stream that looks like a copy of another"},
        OPTION_WAIT(&o->wait, NULL),
        {0, "strict", OPTION_FLAG, &o->strict, NULL,
         "only account events open accounts", true},
        {'e', "emit", OPTION_CHOICE, &o->emit, "WHAT",
         "events to write: all, postings only, or none", true,
         .words = ledger_emit_words},
        OPTION_NO_OUTPUT(&o->no_output, NULL),
        {'p', "print", OPTION_CHOICE, &o->print, "WHAT",
         "print balances, positions, lots or trial-balance", false,
         .words = ledger_report_words, .prints = true},
        {0, "csv", OPTION_FLAG, &o->csv, NULL, "print CSV instead of a table"},
        {0, "json", OPTION_FLAG, &o->json, NULL, "print JSON"},
        {'c', "check", OPTION_FLAG, &o->check, NULL,
         "check the invariants instead of writing a tape", .prints = true},
        {0, "reconcile", OPTION_TEXT, &o->reconcile, "FILE",
         "compare the database with a statement", .prints = true},
        {'m', "map", OPTION_LIST, &o->maps, "FIELD=COLUMN,...",
         "the columns of the statement"},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xledger",
        .summary = "keep a double-entry ledger of trades and cash",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {
        .state = &x,
        .names = true,
        .prepare = prepare,
        .begin = begin,
        .event = on_event,
        .block = on_block,
        .end = end,
        .finish = finish,
        .summary = summary,
        .destroy = destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
