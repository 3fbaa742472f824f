/* ledger_finish.c - the end of a session: what is printed and checked. */
#include "app/ledger_reconcile.h"
#include "app/ledger_session.h"

#include <assert.h>

#include "base/count.h"
#include "ledger/lots.h"
#include "tape/schema.h"

/* The whole database, by SQL; before its rows are used, if nothing but it is
 * looked at. */
static int
check_database(struct ledger_session *session, struct run *run)
{
    char text[400];
    int holds =
        ledgerdb_check(session->database, text, sizeof text, &run->failure);

    if (holds == 0)
        fail(&run->failure, FAILURE_DATA, "%s: %s", session->options->database,
             text);
    return holds == 1 ? 0 : -1;
}

/* The database alone: its newest state is what is printed and checked. */
static int
look(struct ledger_session *session, struct run *run)
{
    struct ledgerdb_reader reader = ledger_session_reader(session);
    struct ledgerdb_counts counts;

    if (ledger_session_connect(session, run, DATABASE_READ) != 0 ||
        (session->options->check && check_database(session, run) != 0) ||
        ledgerdb_read(session->database, &reader, &counts, &run->failure) != 0)
        return -1;
    session->ledger.transactions = counts.transactions;
    session->ledger.postings = counts.postings;
    if (ledger_audit_begin(&session->audit, &session->ledger, &run->failure) !=
        0)
        return -1;
    return ledger_audit_end(&session->audit, &session->ledger,
                            &session->finding, &run->failure);
}

static int
print(const struct ledger_session *session, struct run *run)
{
    const struct ledger_options *options = session->options;
    enum ledger_report_format format = options->json  ? LEDGER_REPORT_JSON
                                       : options->csv ? LEDGER_REPORT_CSV
                                                      : LEDGER_REPORT_TABLE;
    const struct ledger_report_source source = {
        &session->ledger, &session->names, &run->instruments};
    struct bytes text = {0};
    int result;

    assert(options->print >= 0 && !(options->json && options->csv));
    result =
        ledger_report_write(&source, (enum ledger_report_kind)options->print,
                            format, &text, &run->failure);
    if (result == 0)
        result = output_put(&run->output, text.bytes, text.size);
    bytes_free(&text);
    return result;
}

static void
print_database(const struct ledger_session *session, struct run *run)
{
    struct ledgerdb_counts counts = ledgerdb_counts(session->database);
    uint64_t seq;
    const char *unfinished = ledgerdb_unfinished(session->database, &seq);

    run_print(run,
              "I1 I2 I3 I4 I5 I11 I12 hold in %s by SQL: %llu transactions, "
              "%llu postings\n",
              session->options->database,
              (unsigned long long)counts.transactions,
              (unsigned long long)counts.postings);
    /* its tape broke off, or it is being posted now */
    if (unfinished)
        run_print(run, "stream \"%s\" is only partly posted, up to seq %llu\n",
                  unfinished, (unsigned long long)seq);
}

/* One line for the state in memory, one for the database. */
static int
check(struct ledger_session *session, struct run *run)
{
    if (session->finding.invariant)
        return ledger_session_fail(session, run, &session->finding);
    if (session->database && run->state != RUN_NO_INPUT &&
        check_database(session, run) != 0)
        return -1;
    run_print(run,
              "I1 I2 I3 I4 I5 I11 I12 hold: %llu transactions, "
              "%llu postings\n",
              (unsigned long long)session->ledger.transactions,
              (unsigned long long)session->ledger.postings);
    if (session->database)
        print_database(session, run);
    return 0;
}

/* ---- what was not booked ------------------------------------------------- */

/* "3 events were not booked (2 invalid_price, 1 unsupported)". */
static void
describe(const struct ledger_tally *tally, const char *what, struct bytes *text)
{
    static const char field[] = "reason";
    const char *const *words =
        schema_field(schema_find(EVENT_VIOLATION), field, sizeof field - 1)
            ->words;
    const char *before = " (";

    assert(tally->events > 0);
    bytes_put_format(text, "%llu event%s %s", (unsigned long long)tally->events,
                     tally->events == 1 ? " was" : "s were", what);
    for (int i = 1; i < LEDGER_REASONS; i++) {
        if (tally->reasons[i] == 0)
            continue;
        bytes_put_format(text, "%s%llu %s", before,
                         (unsigned long long)tally->reasons[i], words[i - 1]);
        before = ", ";
    }
    bytes_put_byte(text, ')');
}

int
ledger_session_refuse(const struct ledger_session *session, struct run *run)
{
    struct bytes text = {0};

    describe(&session->refused, "not booked", &text);
    fail(&run->failure, FAILURE_DATA, "%.*s", (int)text.size,
         (const char *)text.bytes);
    bytes_free(&text);
    return -1;
}

/* --basis is that of new accounts: those that were opened with another one
 * keep it. */
static void
remark_on_basis(const struct ledger_session *session, struct run *run)
{
    const struct ledger *ledger = &session->ledger;
    uint64_t others = 0;

    if (!session->options->database ||
        !option_given(run->program, &run->common, "basis"))
        return;
    for (uint32_t i = 0; i < ledger->account_count; i++)
        others += !ledger_is_system(ledger, ledger->accounts[i].id) &&
                  ledger->accounts[i].basis != ledger->rules.basis;
    if (others)
        run_remark(run,
                   "--basis %s is for new accounts: " COUNT_FORMAT
                   " stayed with another basis",
                   basis_words[session->options->basis],
                   COUNT(others, "account"));
}

static void
remark(const struct ledger_tally *tally, const char *what, struct run *run)
{
    struct bytes text = {0};

    if (tally->events == 0 || run->common.quiet)
        return;
    describe(tally, what, &text);
    run_remark(run, "%.*s", (int)text.size, (const char *)text.bytes);
    bytes_free(&text);
}

int
ledger_session_finish(struct ledger_session *session, struct run *run)
{
    remark(&session->refused, "not booked", run);
    remark(&session->reported, "booked all the same", run);
    remark_on_basis(session, run);
    if (run->state == RUN_NO_INPUT && look(session, run) != 0)
        return -1;
    if (session->options->reconcile)
        return ledger_reconcile(session, run);
    if (session->options->print >= 0 && print(session, run) != 0)
        return -1;
    return session->options->check ? check(session, run) : 0;
}
