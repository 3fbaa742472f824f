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
#include "app/ledger_output.h"

struct xledger {
    struct ledger_options options;
    struct ledger_session session;
    struct ledger_output output;
    int emit;  /* an index into ledger_emit_words */
    int print; /* -1, or an index into print_words */
};

static const char *const print_words[] = {"balances", "positions",
                                          "trial-balance", NULL};

static int
prepare(void *state, struct run *run)
{
    struct xledger *x = state;
    bool looks = x->print >= 0 || x->options.check;

    x->output.emit = (enum ledger_emit)x->emit;
    if (looks)
        run->kind = RUN_TEXT;
    run->no_input = looks && x->options.database && run->operand_count == 0;
    return ledger_session_open(&x->session, &x->options, run);
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xledger *x = state;

    (void)header;
    ledger_output_begin(&x->output);
    return ledger_session_begin(&x->session, run);
}

static int
on_event(void *state, struct run *run, const struct event *event)
{
    struct xledger *x = state;

    if (ledger_session_event(&x->session, run, event) != 0)
        return -1;
    if (run->kind == RUN_TAPE)
        ledger_output_entry(&x->output, &x->session, run, event);
    return 0;
}

static int
on_block(void *state, struct run *run)
{
    return ledger_session_block(&((struct xledger *)state)->session, run);
}

static int
end(void *state, struct run *run, enum tape_status status)
{
    return ledger_session_end(&((struct xledger *)state)->session, run, status);
}

static int
finish(void *state, struct run *run)
{
    struct xledger *x = state;

    if (run->no_input && ledger_session_look(&x->session, run) != 0)
        return -1;
    if (x->print >= 0 &&
        ledger_session_print(&x->session, run,
                             (enum report_kind)(x->print + 1)) != 0)
        return -1;
    return x->options.check ? ledger_session_check(&x->session, run) : 0;
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    ledger_session_summary(&((struct xledger *)state)->session, run, stream);
}

static void
destroy(void *state)
{
    ledger_session_close(&((struct xledger *)state)->session);
}

static const char *const examples[] = {
    "xmatch orders.tape | xledger --print balances",
    "xmatch orders.tape | xledger -d ledger.db -o ledger.tape",
    "xledger -d ledger.db --check", NULL};

int
main(int argc, char **argv)
{
    struct xledger x = {.options = {.currency = "USD"}, .print = -1};
    const struct option_spec options[] = {
        {'d', "database", OPTION_TEXT, &x.options.database, "FILE",
         "keep the ledger in this SQLite database"},
        {0, "taker-fee", OPTION_DECIMAL, &x.options.taker_fee, "RATE",
         "what the aggressor pays, as a share of the notional", true},
        {0, "maker-fee", OPTION_DECIMAL, &x.options.maker_fee, "RATE",
         "what the other side pays; negative: a rebate", true},
        {0, "currency", OPTION_TEXT, &x.options.currency, "CODE",
         "of instruments and cash that name none (USD)", true},
        {0, "strict", OPTION_FLAG, &x.options.strict, NULL,
         "accounts are opened by account events only", true},
        {'e', "emit", OPTION_CHOICE, &x.emit, "WHAT",
         "events to write: all, postings only, or none", true,
         .words = ledger_emit_words},
        {'p', "print", OPTION_CHOICE, &x.print, "WHAT",
         "print balances, positions or trial-balance instead", false,
         .words = print_words},
        {'c', "check", OPTION_FLAG, &x.options.check, NULL,
         "check the invariants instead of writing a tape"},
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
