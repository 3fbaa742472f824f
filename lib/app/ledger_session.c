#include "app/ledger_session.h"

#include <assert.h>
#include <string.h>

#include "ledger/emit.h"
#include "ledger/store.h"
#include "tape/schema.h"

#define HELD_BYTES   (64 << 20) /* of output, until they are committed */
#define BATCH_EVENTS 131072     /* a batch of less output ends here */

_Static_assert(HELD_BYTES >= OUTPUT_BUFFER, "the buffer is only enlarged");

/* ---- open and close ------------------------------------------------------ */

/* What a stream must be posted with again. */
static void
describe_rules(struct ledger_session *session)
{
    const struct ledger_options *options = session->options;
    char taker[DECIMAL_TEXT_MAX], maker[DECIMAL_TEXT_MAX];
    int size = snprintf(session->rules, sizeof session->rules,
                        "--taker-fee %.*s --maker-fee %.*s --currency %s",
                        (int)decimal_format(options->taker_fee, taker), taker,
                        (int)decimal_format(options->maker_fee, maker), maker,
                        options->currency);

    assert((size_t)size < sizeof session->rules); /* rates and a code */
    if (options->basis > 0)
        size += snprintf(session->rules + size,
                         sizeof session->rules - (size_t)size, " --basis %s",
                         basis_words[options->basis]);
    assert((size_t)size < sizeof session->rules);
}

static bool
is_rate(int64_t fee)
{
    return fee >= -DECIMAL_ONE && fee <= DECIMAL_ONE;
}

static int
check_reconcile(const struct ledger_options *options, struct failure *failure)
{
    if (options->maps.count && !options->reconcile)
        return fail(failure, FAILURE_USAGE, "--map needs --reconcile");
    if (!options->reconcile)
        return 0;
    if (!options->database)
        return fail(failure, FAILURE_USAGE, "--reconcile needs --database");
    if (options->print >= 0 || options->check || options->no_output)
        return fail(failure, FAILURE_USAGE,
                    "--reconcile and %s cannot be combined",
                    options->check        ? "--check"
                    : options->print >= 0 ? "--print"
                                          : "--no-output");
    return 0;
}

static int
check_options(const struct ledger_options *options, struct failure *failure)
{
    const char *database = options->database;

    if (!code_from_text(options->currency, strlen(options->currency)).word)
        return fail(
            failure, FAILURE_USAGE,
            "--currency: \"%s\" is not a currency code of 1 to 8 letters",
            options->currency);
    if (!is_rate(options->taker_fee) || !is_rate(options->maker_fee))
        return fail(failure, FAILURE_USAGE,
                    "a fee is a rate, at most 1: 0.0005 is 5 basis points");
    if (database && database_is_server(database)) {
        if (database_check_url(database, failure) != 0)
            return -1;
    } else if (database && strstr(database, "://")) {
        return fail(failure, FAILURE_USAGE,
                    "--database: ledgers are kept in SQLite files and on "
                    "PostgreSQL: name a file, or postgresql://...");
    }
    if (database && database[0] == ':')
        return fail(
            failure, FAILURE_USAGE,
            "--database: \"%s\" would not be a file for SQLite: write ./%s",
            database, database);
    if (check_reconcile(options, failure) != 0)
        return -1;
    if (options->reconcile && options->json && !options->csv)
        return 0;
    if ((options->json || options->csv) && options->print < 0)
        return fail(failure, FAILURE_USAGE, "%s needs --print",
                    options->json ? "--json" : "--csv");
    if (options->json && options->csv)
        return fail(failure, FAILURE_USAGE,
                    "--json and --csv cannot be combined");
    return 0;
}

/* A database alone is looked at without standard input, which under cron is
 * an empty pipe. */
static int
choose_output(const struct ledger_options *options, struct run *run)
{
    bool looks = options->print >= 0 || options->check || options->reconcile;

    if (options->reconcile && run->operand_count)
        return fail(&run->failure, FAILURE_USAGE,
                    "--reconcile reads the database alone: give no tape");
    if (options->no_output && looks)
        return fail(&run->failure, FAILURE_USAGE,
                    "--no-output and %s cannot be combined",
                    options->check ? "--check" : "--print");
    if (options->no_output && run_no_output(run) != 0)
        return -1;
    if (looks)
        run->kind = RUN_TEXT;
    if (looks && options->database)
        run_look_only(run);
    return 0;
}

int
ledger_session_open(struct ledger_session *session,
                    const struct ledger_options *options, struct run *run)
{
    struct ledger_rules rules = {
        .taker_fee = options->taker_fee,
        .maker_fee = options->maker_fee,
        .strict = options->strict,
        .basis = (uint8_t)(BASIS_AVERAGE + options->basis),
    };

    if (check_options(options, &run->failure) != 0 ||
        choose_output(options, run) != 0)
        return -1;
    session->output.emit = (enum ledger_emit)options->emit;
    rules.currency =
        code_from_text(options->currency, strlen(options->currency));
    session->options = options;
    for (int i = 0; i < LEDGER_SYSTEM_COUNT; i++) {
        const char *name = ledger_system_names[i];

        rules.system[i] = name_id(name, strlen(name));
        if (names_add(&session->names, ID_ACCOUNT, rules.system[i], name,
                      strlen(name), NULL, &run->failure) != 0)
            return -1;
    }
    describe_rules(session);
    if (ledger_init(&session->ledger, &rules, &run->failure) != 0)
        return -1;
    session->ledger.quiet_lots =
        !options->database &&
        (run->kind != RUN_TAPE || options->emit != LEDGER_EMIT_ALL);
    return 0;
}

void
ledger_session_close(struct ledger_session *session)
{
    ledgerdb_close(session->database);
    ledger_free(&session->ledger);
    ledger_entry_free(&session->entry);
    ledger_audit_free(&session->audit);
    names_free(&session->names);
    memset(session, 0, sizeof *session);
}

/* ---- the database -------------------------------------------------------- */

static bool
stopped(void *owner)
{
    return run_stopped(owner);
}

int
ledger_session_connect(struct ledger_session *session, struct run *run,
                       enum database_mode mode)
{
    const struct ledgerdb_options options = {
        .mode = mode,
        .wait_ns = session->options->wait,
        .stopped = stopped,
        .owner = run,
    };

    assert(session->options->database && !session->database);
    session->database =
        ledgerdb_open(session->options->database, &options, &run->failure);
    if (!session->database)
        return -1;
    return ledgerdb_define(session->database, &run->instruments,
                           &session->names, &run->failure);
}

struct ledgerdb_reader
ledger_session_reader(struct ledger_session *session)
{
    return (struct ledgerdb_reader){
        &session->ledger,       ledger_forget,           ledger_restore_account,
        ledger_restore_balance, ledger_restore_position, ledger_restore_basis,
        ledger_restore_lot,     ledger_restore_trade};
}

static void
set_counts(struct ledger_session *session, struct ledgerdb_counts counts)
{
    session->ledger.transactions = counts.transactions;
    session->ledger.postings = counts.postings;
}

/* Makes everything up to the current event durable. */
static int
commit(struct ledger_session *session, struct failure *failure)
{
    struct ledgerdb *database = session->database;
    const struct ledger_store store = {
        database, ledgerdb_save_account, ledgerdb_save_balance,
        ledgerdb_save_position, ledgerdb_save_lot};

    if (!database || ledgerdb_pending(database) == 0)
        return 0;
    if (ledgerdb_lock(database, failure) != 0 ||
        ledger_save(&session->ledger, &store, failure) != 0 ||
        ledgerdb_commit(database, failure) != 0)
        return -1;
    ledger_saved(&session->ledger);
    return 0;
}

/* Nothing of a batch leaves before it is committed. */
static int
before_write(void *owner, struct failure *failure)
{
    return commit(owner, failure);
}

static int
hold_output(struct ledger_session *session, struct run *run)
{
    if (run->kind != RUN_TAPE)
        return 0;
    run->output.before_write = before_write;
    run->output.owner = session;
    return output_enlarge(&run->output, HELD_BYTES);
}

static int
begin_stream(struct ledger_session *session, struct run *run)
{
    struct ledgerdb_reader reader = ledger_session_reader(session);
    struct ledgerdb_counts counts = {session->ledger.transactions,
                                     session->ledger.postings};
    const struct ledgerdb_stream stream = {
        .name = run->reader.header.stream,
        .first_seq = run->reader.header.first_seq,
        .rules = session->rules,
        .as_new = session->options->as_new,
    };
    enum database_mode mode =
        run->kind == RUN_TEXT ? DATABASE_READ : DATABASE_WRITE;
    int result;

    if (!session->database && (hold_output(session, run) != 0 ||
                               ledger_session_connect(session, run, mode) != 0))
        return -1;
    result = ledgerdb_begin(session->database, &stream, &reader, &counts,
                            &run->failure);
    set_counts(session, counts);
    if (result >= 0)
        ledger_next_stream(&session->ledger);
    return result < 0 ? -1 : 0;
}

int
ledger_session_begin(struct ledger_session *session, struct run *run)
{
    memset(session->output.named, 0, sizeof session->output.named);
    session->ahead_seq = 0;
    post_forget(&session->ledger);
    if (session->options->database && begin_stream(session, run) != 0)
        return -1;
    past_begin(&session->ledger.past,
               session->database && ledgerdb_continues(session->database));
    if (!session->options->check)
        return 0;
    return ledger_audit_begin(&session->audit, &session->ledger, &run->failure);
}

/* ---- events -------------------------------------------------------------- */

/* The current entry goes to the database, or is compared with it. */
static int
keep_entry(struct ledger_session *session, const struct event *cause,
           uint32_t index, struct failure *failure)
{
    const struct ledger_entry *entry = &session->entry;
    uint32_t instrument = index + 1; /* INSTRUMENT_NONE becomes 0 */
    struct posting event;

    if (entry->leg_count == 0)
        return 0;
    if (ledgerdb_grows(session->database) &&
        ledger_keep_lots(&session->ledger, entry, failure) != 0)
        return -1;
    if (ledgerdb_transaction(session->database, entry->transaction_id, cause,
                             instrument, failure) != 0)
        return -1;
    if (entry->trade_print &&
        ledgerdb_trade(session->database, entry->trade_print, failure) != 0)
        return -1;
    for (unsigned i = 0; i < entry->leg_count; i++) {
        emit_posting(&session->ledger, entry, i, instrument, cause->time,
                     &event);
        if (ledgerdb_posting(session->database, &event, event.event.instrument,
                             failure) != 0)
            return -1;
    }
    return 0;
}

/* The trades that come next in the block, for post_prepare. */
static void
look_ahead(struct ledger_session *session, struct run *run,
           const struct event *event)
{
    const void *end = run->reader.end;

    if (session->ahead_seq <= run->seq) {
        session->ahead = event_next(event);
        session->ahead_seq = run->seq + 1;
    }
    while ((const void *)session->ahead < end &&
           post_sees_more(&session->ledger)) {
        const struct event *next = session->ahead;

        if (next->type == EVENT_TRADE)
            post_see(&session->ledger,
                     instruments_find(&run->instruments, next->instrument),
                     (const struct trade *)(const void *)next);
        session->ahead = event_next(next);
        session->ahead_seq++;
    }
    post_prepare(&session->ledger);
}

static int
unknown_account(const struct ledger_session *session, struct run *run,
                const struct event *event)
{
    struct bytes account = {0};

    ledger_report_account(&session->names, session->entry.unknown_account,
                          &account);
    fail(&run->failure, FAILURE_DATA,
         "%s refers to unknown account %.*s (drop --strict to open accounts "
         "on first use)",
         schema_find(event->type)->name, (int)account.size,
         (const char *)account.bytes);
    bytes_free(&account);
    return -1;
}

static void
count_violations(struct ledger_session *session)
{
    const struct ledger_entry *entry = &session->entry;
    struct ledger_tally *tally =
        entry->leg_count ? &session->reported : &session->refused;

    if (entry->violation_count == 0)
        return;
    tally->events++;
    for (unsigned i = 0; i < entry->violation_count; i++) {
        assert(entry->violations[i].reason < LEDGER_REASONS);
        tally->reasons[entry->violations[i].reason]++;
    }
}

/* Books an event that may move something. */
static int
book_event(struct ledger_session *session, struct run *run,
           const struct event *event)
{
    uint32_t instrument =
        instruments_find(&run->instruments, event->instrument);
    const struct instrument *definition = NULL;
    enum post_result result;

    assert(instrument == INSTRUMENT_NONE ||
           instrument < run->instruments.count);
    if (instrument != INSTRUMENT_NONE)
        definition = run->instruments.events[instrument];
    result = post_event(&session->ledger, event, instrument, definition,
                        &session->entry, &run->failure);
    if (result == POST_UNKNOWN)
        return unknown_account(session, run, event);
    if (result != POST_DONE)
        return -1;
    count_violations(session);
    if (session->database &&
        keep_entry(session, event, instrument, &run->failure) != 0)
        return -1;
    if (!session->options->check)
        return 0;
    return ledger_audit_entry(&session->audit, &session->ledger,
                              &session->entry, &session->finding,
                              &run->failure);
}

static int
take_name(struct ledger_session *session, const struct name *name,
          struct failure *failure)
{
    if (name->kind != ID_ACCOUNT)
        return 0;
    return names_add(&session->names, ID_ACCOUNT, name->id,
                     event_text(name, name->text), name->text.length, NULL,
                     failure);
}

/* Definitions are remembered; nothing else of them matters here. */
static int
take_definition(struct ledger_session *session, struct run *run,
                const struct event *event)
{
    uint32_t index;

    if (event->type == EVENT_NAME)
        return take_name(session, (const void *)event, &run->failure);
    if (event->type != EVENT_INSTRUMENT || !session->database)
        return 0;
    index = instruments_find(&run->instruments, event->instrument);
    assert(index < run->instruments.count); /* the loop has just taken it */
    return ledgerdb_instrument(session->database, index + 1,
                               run->instruments.events[index], &run->failure);
}

/* All that is stored of the stream was computed again: the rows in memory must
 * be those that are stored, and their marks are taken over. */
static int
catch_up(struct ledger_session *session, struct run *run)
{
    struct ledger stored;
    struct ledgerdb_reader reader = ledger_session_reader(session);
    struct ledger_finding finding = {.invariant = NULL};
    int result = ledger_init(&stored, &session->ledger.rules, &run->failure);

    reader.owner = &stored;
    if (result == 0)
        result = ledgerdb_read_end(session->database, &reader, &run->failure);
    if (result == 0)
        ledger_adopt(&session->ledger, &stored, &finding);
    if (finding.invariant)
        result = ledger_session_fail(session, run, &finding);
    ledger_saved(&session->ledger);
    ledger_free(&stored);
    return result;
}

/* The event is done: from here on a commit may include it. */
static int
accept_event(struct ledger_session *session, struct run *run)
{
    int result = 0;

    if (session->database)
        result = ledgerdb_accept(session->database, &run->failure);
    return result > 0 ? catch_up(session, run) : result;
}

int
ledger_session_event(struct ledger_session *session, struct run *run,
                     const struct event *event)
{
    if (session->database &&
        ledgerdb_event(session->database, run->seq, event, &run->failure) != 0)
        return -1;
    if (!post_takes(event->type)) {
        if (take_definition(session, run, event) != 0)
            return -1;
        return accept_event(session, run);
    }
    if (book_event(session, run, event) != 0 || accept_event(session, run) != 0)
        return -1;
    look_ahead(session, run, event);
    if (run->kind == RUN_TAPE)
        ledger_output_entry(&session->output, &session->ledger, &session->entry,
                            event, &run->writer);
    return 0;
}

int
ledger_session_block(struct ledger_session *session, struct run *run)
{
    if (session->database &&
        (run->state == RUN_WAITS ||
         ledgerdb_pending(session->database) >= BATCH_EVENTS))
        return commit(session, &run->failure);
    return 0;
}

/* ---- the end ------------------------------------------------------------- */

int
ledger_session_end(struct ledger_session *session, struct run *run,
                   enum tape_status status)
{
    enum ledgerdb_ending ending = status == TAPE_COMPLETE  ? LEDGERDB_COMPLETE
                                  : status == TAPE_LIMITED ? LEDGERDB_LIMITED
                                                           : LEDGERDB_BROKEN;

    if (session->database &&
        (commit(session, &run->failure) != 0 ||
         ledgerdb_end(session->database, ending, &run->failure) != 0))
        return -1;
    if (session->options->strict && session->refused.events > 0)
        return ledger_session_refuse(session, run);
    if (run->kind == RUN_TEXT) /* nothing is saved: the next stream begins */
        ledger_saved(&session->ledger);
    if (!session->options->check)
        return 0;
    return ledger_audit_end(&session->audit, &session->ledger,
                            &session->finding, &run->failure);
}

int
ledger_session_fail(const struct ledger_session *session, struct run *run,
                    const struct ledger_finding *finding)
{
    const struct ledger_report_source source = {
        &session->ledger, &session->names, &run->instruments};
    struct bytes text = {0};

    ledger_report_finding(&source, finding, &text);
    fail(&run->failure, FAILURE_DATA, "%.*s", (int)text.size,
         (const char *)text.bytes);
    bytes_free(&text);
    return -1;
}

void
ledger_session_summary(const struct ledger_session *session,
                       const struct run *run, FILE *stream)
{
    const struct ledger *ledger = &session->ledger;

    fprintf(stream,
            "%s: %llu transactions, %llu postings, %u balances, %u positions, "
            "%llu violations\n",
            run->program->name, (unsigned long long)ledger->transactions,
            (unsigned long long)ledger->postings, ledger->balance_count,
            ledger->position_count,
            (unsigned long long)(session->refused.events +
                                 session->reported.events));
}
