/* xreport - reports what accounts and strategies earned, from a ledger's tape.
 *
 * The figures are the ledger's; pnl/pnl.h sums them up.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "cli/run.h"
#include "pnl/busts.h"
#include "pnl/pnl.h"
#include "tape/schema.h"

struct xreport {
    int format;
    const char *currency;

    struct pnl pnl;
    struct pnl_busts busts;
    struct code code;          /* of currency */
    struct tape_header header; /* of the last tape */
    uint64_t digest;
};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_HTML };
static const char *const formats[] = {"text", "json", "csv", "html", NULL};

static int
prepare(void *state, struct run *run)
{
    struct xreport *x = state;

    x->code = code_from_text(x->currency, strlen(x->currency));
    if (!x->code.word)
        return fail(&run->failure, FAILURE_USAGE,
                    "--currency: \"%s\" is not a code of 1 to 8 letters",
                    x->currency);
    pnl_busts_open(&x->busts);
    pnl_init(&x->pnl, &run->instruments, &run->names, x->code, &run->failure);
    return 0;
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xreport *x = state;

    (void)header;
    tape_header_free(&x->header);
    return tape_header_copy(&x->header, &run->reader.header, &run->failure);
}

static int
on_event(void *state, struct run *run, const struct event *event)
{
    struct xreport *x = state;

    uint32_t index = instruments_find(&run->instruments, event->instrument);

    if (pnl_busts_note(&x->busts, index, event, &run->failure) != 0)
        return -1;
    return pnl_event(&x->pnl, index, event);
}

static int
end(void *state, struct run *run, enum tape_status status)
{
    (void)status;
    ((struct xreport *)state)->digest = digest_value(&run->reader.digest);
    return 0;
}

static int
finish(void *state, struct run *run)
{
    struct xreport *x = state;
    const struct pnl_source source = {&x->header, x->digest};
    struct bytes text = {0};
    int result = pnl_busts_apply(&x->busts, &x->pnl, x->code);

    if (result == 0)
        result = pnl_finish(&x->pnl);
    if (result != 0)
        return -1;
    if (x->busts.busted)
        run_remark(run, "busted trades left out: %" PRIu64, x->busts.busted);
    switch (x->format) {
    case FORMAT_JSON: pnl_json(&x->pnl, &source, &text); break;
    case FORMAT_CSV: pnl_csv(&x->pnl, &text); break;
    case FORMAT_HTML: pnl_html(&x->pnl, &source, &text); break;
    default: pnl_text(&x->pnl, &source, &text);
    }
    result = bytes_ok(&text, &run->failure);
    if (result == 0)
        result = output_put(&run->output, text.bytes, text.size);
    bytes_free(&text);
    return result;
}

static void
destroy(void *state)
{
    struct xreport *x = state;

    pnl_free(&x->pnl);
    pnl_busts_free(&x->busts);
    tape_header_free(&x->header);
}

int
main(int argc, char **argv)
{
    struct xreport x = {.format = -1, .currency = "USD", .busts.spill.fd = -1};
    /* clang-format off */
    const struct option_spec options[] = {
        {'f', "format", OPTION_CHOICE, &x.format, "FORMAT",
         "text, json, csv or html", .words = formats},
        {0, "currency", OPTION_TEXT, &x.currency, "CODE",
         "of instruments that have none (USD)"},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {
        "xmatch orders.tape | xledger | xreport",
        "xmatch orders.tape | xledger | xreport -f html -o report.html",
        NULL};
    /* clang-format on */
    const struct program program = {
        .name = "xreport",
        .summary = "report what accounts and strategies earned",
        .operands = "[FILE ...]",
        .output = RUN_TEXT,
        .examples = examples,
        .options = options,
        .confined = true,
    };
    const struct filter filter = {
        .state = &x,
        .consumes_all = true,
        .names = true,
        .prepare = prepare,
        .begin = begin,
        .event = on_event,
        .end = end,
        .finish = finish,
        .destroy = destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
