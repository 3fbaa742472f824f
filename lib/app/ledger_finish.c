/* ledger_finish.c - the end of a session: what is printed and checked. */
#include "app/ledger_session.h"

/* The database alone: its newest state is what is printed and checked. */
static int
look(struct ledger_session *session, struct run *run)
{
    struct ledgerdb_reader reader = ledger_session_reader(session);
    struct ledgerdb_counts counts;

    if (ledger_session_connect(session, run, DATABASE_READ) != 0 ||
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

static struct ledger_report_source
source_of(const struct ledger_session *session, const struct run *run)
{
    return (struct ledger_report_source){&session->ledger, &session->names,
                                         &run->instruments};
}

static int
print(const struct ledger_session *session, struct run *run)
{
    const struct ledger_options *options = session->options;
    enum ledger_report_format format = options->json  ? LEDGER_REPORT_JSON
                                       : options->csv ? LEDGER_REPORT_CSV
                                                      : LEDGER_REPORT_TABLE;
    struct ledger_report_source source = source_of(session, run);
    struct bytes text = {0};
    int result =
        ledger_report_write(&source, (enum ledger_report_kind)options->print,
                            format, &text, &run->failure);

    if (result == 0)
        result = output_put(&run->output, text.bytes, text.size);
    bytes_free(&text);
    return result;
}

static int
fail_finding(const struct ledger_session *session, struct run *run)
{
    struct ledger_report_source source = source_of(session, run);
    struct bytes text = {0};

    ledger_report_finding(&source, &session->finding, &text);
    fail(&run->failure, FAILURE_DATA, "%.*s", (int)text.size,
         (const char *)text.bytes);
    bytes_free(&text);
    return -1;
}

/* One line for the state in memory, one for the database. */
static int
check(struct ledger_session *session, struct run *run)
{
    char text[400];
    int holds = 1;

    if (session->finding.invariant)
        return fail_finding(session, run);
    run_print(run,
              "I1 I2 I3 I4 I5 I11 I12 hold: %llu transactions, "
              "%llu postings\n",
              (unsigned long long)session->ledger.transactions,
              (unsigned long long)session->ledger.postings);
    if (session->database)
        holds =
            ledgerdb_check(session->database, text, sizeof text, &run->failure);
    if (holds == 0)
        fail(&run->failure, FAILURE_DATA, "%s: %s", session->options->database,
             text);
    else if (session->database && holds == 1)
        run_print(run, "%s", text);
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

int
ledger_session_finish(struct ledger_session *session, struct run *run)
{
    if (run->no_input && look(session, run) != 0)
        return -1;
    if (session->options->print >= 0 && print(session, run) != 0)
        return -1;
    return session->options->check ? check(session, run) : 0;
}
