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
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/run.h"
#include "ledger/audit.h"
#include "ledger/emit.h"
#include "ledger/post.h"
#include "ledger/report.h"
#include "ledger/store.h"
#include "ledgerdb/ledgerdb.h"
#include "tape/names.h"
#include "tape/schema.h"

#define HELD_BYTES   (16 << 20) /* of output, until they are committed */
#define BATCH_EVENTS 32768      /* a batch of less output ends here */

struct xledger {
    /* options */
    int64_t taker_fee, maker_fee;
    const char *currency, *database;
    int print; /* -1, or an index into print_words */
    int emit;  /* an index into emit_words */
    bool strict, check;

    char rules[128]; /* the options that shape postings */
    struct ledger ledger;
    struct ledger_entry entry;
    struct names names;
    struct ledgerdb *books; /* NULL: no database */
    struct ledger_audit audit;
    struct finding finding;
    bool named[LEDGER_SYSTEM_COUNT]; /* on the tape that is written */
    uint64_t violations;
};

static const char *const print_words[] = {"balances", "positions",
                                          "trial-balance", NULL};

enum { EMIT_ALL, EMIT_POSTINGS, EMIT_NONE };
static const char *const emit_words[] = {"all", "postings", "none", NULL};

/* ---- options ------------------------------------------------------------- */

/* What a stream must be posted with again. */
static void
describe_rules(struct xledger *x)
{
    char taker[DECIMAL_TEXT_MAX], maker[DECIMAL_TEXT_MAX];

    snprintf(x->rules, sizeof x->rules,
             "--taker-fee %.*s --maker-fee %.*s --currency %s",
             (int)decimal_format(x->taker_fee, taker), taker,
             (int)decimal_format(x->maker_fee, maker), maker, x->currency);
}

/* No operand, and standard input is a terminal or /dev/null: the database is
 * to be looked at, not posted to. */
static bool
stdin_is_nothing(const struct run *run)
{
    struct stat status;

    return run->operand_count == 0 && fstat(STDIN_FILENO, &status) == 0 &&
           S_ISCHR(status.st_mode);
}

static int
prepare(void *state, struct run *run)
{
    struct xledger *x = state;
    struct ledger_rules rules = {
        .taker_fee = x->taker_fee,
        .maker_fee = x->maker_fee,
        .currency = code_from_text(x->currency, strlen(x->currency)),
        .strict = x->strict,
    };

    if (!rules.currency.word)
        return fail(&run->failure, FAILURE_USAGE,
                    "--currency: \"%s\" is not a code of 1 to 8 letters",
                    x->currency);
    if (x->taker_fee > DECIMAL_ONE || x->taker_fee < -DECIMAL_ONE ||
        x->maker_fee > DECIMAL_ONE || x->maker_fee < -DECIMAL_ONE)
        return fail(&run->failure, FAILURE_USAGE,
                    "a fee is a rate, at most 1: 0.0005 is 5 basis points");
    if (x->database && strstr(x->database, "://"))
        return fail(&run->failure, FAILURE_USAGE,
                    "--database: \"%s\" is no file: this version keeps "
                    "ledgers in SQLite files only",
                    x->database);
    if (x->database && x->database[0] == ':')
        return fail(&run->failure, FAILURE_USAGE,
                    "--database: \"%s\" is no file to SQLite: write ./%s",
                    x->database, x->database);
    for (int i = 0; i < LEDGER_SYSTEM_COUNT; i++) {
        const char *name = ledger_system_names[i];

        rules.system[i] = name_id(name, strlen(name));
        if (names_add(&x->names, ID_ACCOUNT, rules.system[i], name,
                      strlen(name), NULL, &run->failure) != 0)
            return -1;
    }
    describe_rules(x);
    if (x->print >= 0 || x->check)
        run->kind = RUN_TEXT;
    run->no_input =
        x->database && run->kind == RUN_TEXT && stdin_is_nothing(run);
    return ledger_init(&x->ledger, &rules, &run->failure);
}

/* ---- names --------------------------------------------------------------- */

static size_t
account_name(void *owner, uint64_t id, char *text)
{
    struct run *run = owner;
    const struct xledger *x = run->filter->state;
    size_t size;
    const char *known = names_find(&x->names, ID_ACCOUNT, id, &size);

    if (!known)
        return (size_t)snprintf(text, REPORT_NAME_MAX, "%llu",
                                (unsigned long long)id);
    size = size < REPORT_NAME_MAX ? size : REPORT_NAME_MAX;
    memcpy(text, known, size);
    return size;
}

static size_t
instrument_name(void *owner, uint32_t instrument, char *text)
{
    struct run *run = owner;

    instruments_name(&run->instruments, instrument, text, REPORT_NAME_MAX);
    return strnlen(text, REPORT_NAME_MAX);
}

/* ---- the database -------------------------------------------------------- */

static int
open_books(struct xledger *x, struct run *run, enum database_mode mode)
{
    x->books = ledgerdb_open(x->database, mode, &run->failure);
    if (!x->books)
        return -1;
    return ledgerdb_define(x->books, &run->instruments, &x->names,
                           &run->failure);
}

static struct ledgerdb_reader
reader_of(struct xledger *x)
{
    return (struct ledgerdb_reader){
        &x->ledger, ledger_forget, ledger_restore_account,
        ledger_restore_balance, ledger_restore_position};
}

/* Makes everything up to the event in hand durable. */
static int
commit(struct xledger *x, struct failure *failure)
{
    const struct ledger_store store = {x->books, ledgerdb_save_account,
                                       ledgerdb_save_balance,
                                       ledgerdb_save_position};

    if (!x->books || ledgerdb_pending(x->books) == 0)
        return 0;
    if (ledgerdb_lock(x->books, failure) != 0 ||
        ledger_save(&x->ledger, &store, failure) != 0 ||
        ledgerdb_commit(x->books, failure) != 0)
        return -1;
    ledger_saved(&x->ledger);
    return 0;
}

/* Nothing of a batch goes out before it is committed. */
static int
before_write(void *owner, struct failure *failure)
{
    return commit(((struct run *)owner)->filter->state, failure);
}

/* The entry in hand goes to the database, or is compared with it. */
static int
keep_entry(struct xledger *x, struct run *run, const struct event *cause,
           uint32_t index)
{
    const struct ledger_entry *entry = &x->entry;
    uint32_t instrument = index + 1; /* INSTRUMENT_NONE is 0 */
    struct posting event;

    if (entry->leg_count == 0)
        return 0;
    if (ledgerdb_transaction(x->books, entry->transaction_id, cause, instrument,
                             &run->failure) != 0)
        return -1;
    for (unsigned i = 0; i < entry->leg_count; i++) {
        emit_posting(&x->ledger, entry, i, instrument, cause->time, &event);
        if (ledgerdb_posting(x->books, &event, event.event.instrument,
                             &run->failure) != 0)
            return -1;
    }
    return 0;
}

/* The event is done; when it was the last that the database knew, its rows
 * are ours. */
static int
accept_event(struct xledger *x, struct failure *failure)
{
    int result = ledgerdb_accept(x->books, failure);

    if (result > 0)
        ledger_saved(&x->ledger);
    return result < 0 ? -1 : 0;
}

/* ---- what goes out ------------------------------------------------------- */

/* A name event for each system account before its first use on a tape. */
static void
name_accounts(struct xledger *x, struct run *run, int64_t time)
{
    const struct ledger_entry *entry = &x->entry;

    for (unsigned i = 0; i < entry->leg_count; i++) {
        uint32_t account = entry->legs[i].account;

        if (account >= LEDGER_SYSTEM_COUNT || x->named[account])
            continue;
        x->named[account] = true;
        emit_name(&x->ledger, account, time,
                  tape_writer_put(&run->writer, emit_name_size(account)));
    }
}

static void
emit_entry(struct xledger *x, struct run *run, const struct event *cause)
{
    const struct ledger_entry *entry = &x->entry;
    uint32_t instrument = cause->instrument;

    name_accounts(x, run, cause->time);
    for (unsigned i = 0; i < entry->leg_count; i++)
        emit_posting(&x->ledger, entry, i, instrument, cause->time,
                     tape_writer_put(&run->writer, sizeof(struct posting)));
    if (x->emit == EMIT_POSTINGS)
        return;
    for (unsigned i = 0; i < entry->balance_count; i++)
        emit_balance(&x->ledger, entry->balances[i], cause->time,
                     tape_writer_put(&run->writer, sizeof(struct balance)));
    for (unsigned i = 0; i < entry->position_count; i++)
        emit_position(&x->ledger, entry->positions[i], instrument, cause->time,
                      tape_writer_put(&run->writer, sizeof(struct position)));
}

static void
emit(struct xledger *x, struct run *run, const struct event *cause)
{
    x->violations += x->entry.violation_count;
    if (run->kind != RUN_TAPE)
        return;
    if (x->emit != EMIT_NONE)
        emit_entry(x, run, cause);
    for (unsigned i = 0; i < x->entry.violation_count; i++) {
        const struct ledger_violation *violation = &x->entry.violations[i];

        emit_violation(
            violation, cause->instrument, cause->time,
            tape_writer_put(&run->writer, emit_violation_size(violation)));
    }
}

/* ---- what comes in ------------------------------------------------------- */

static int
take_name(struct xledger *x, struct run *run, const struct name *name)
{
    if (name->kind != ID_ACCOUNT)
        return 0;
    return names_add(&x->names, ID_ACCOUNT, name->id,
                     event_text(name, name->text), name->text.length, NULL,
                     &run->failure);
}

/* Has the rows of the next two events' trades at hand when they come. */
static void
look_ahead(struct xledger *x, struct run *run, const struct event *event)
{
    const struct event *next = event_next(event), *end = run->reader.end;
    const struct instruments *instruments = &run->instruments;

    if (next >= end || next->type != EVENT_TRADE)
        return;
    post_look_ahead(&x->ledger, instruments_find(instruments, next->instrument),
                    (const struct trade *)(const void *)next);
    next = event_next(next);
    if (next < end && next->type == EVENT_TRADE)
        post_look_far(&x->ledger,
                      instruments_find(instruments, next->instrument),
                      (const struct trade *)(const void *)next);
}

static int
unknown_account(struct xledger *x, struct run *run, const struct event *event)
{
    char account[REPORT_NAME_MAX];
    size_t size = account_name(run, x->entry.unknown_account, account);

    return fail(&run->failure, FAILURE_DATA,
                "%s refers to unknown account %.*s (drop --strict to open "
                "accounts on first use)",
                schema_find(event->type)->name, (int)size, account);
}

/* Books an event that may move something. */
static int
book_event(struct xledger *x, struct run *run, const struct event *event)
{
    uint32_t instrument =
        instruments_find(&run->instruments, event->instrument);
    const struct instrument *definition = NULL;
    enum post_result result;

    if (instrument != INSTRUMENT_NONE)
        definition = run->instruments.events[instrument];
    result = post_event(&x->ledger, event, instrument, definition, &x->entry,
                        &run->failure);
    if (result == POST_UNKNOWN)
        return unknown_account(x, run, event);
    if (result != POST_DONE)
        return -1;
    if (x->books && keep_entry(x, run, event, instrument) != 0)
        return -1;
    if (!x->check)
        return 0;
    return ledger_audit_entry(&x->audit, &x->ledger, &x->entry, &x->finding,
                              &run->failure);
}

/* Definitions are remembered; nothing else of them matters here. */
static int
take_definition(struct xledger *x, struct run *run, const struct event *event)
{
    const void *fields = event;
    uint32_t index;

    if (event->type == EVENT_NAME)
        return take_name(x, run, fields);
    if (event->type != EVENT_INSTRUMENT || !x->books)
        return 0;
    index = instruments_find(&run->instruments, event->instrument);
    return ledgerdb_instrument(x->books, index + 1, fields, &run->failure);
}

static int
on_event(void *state, struct run *run, const struct event *event)
{
    struct xledger *x = state;
    bool ours = post_takes(event->type);

    if (x->books &&
        ledgerdb_event(x->books, run->seq, event, &run->failure) != 0)
        return -1;
    if ((ours ? book_event(x, run, event) : take_definition(x, run, event)) !=
        0)
        return -1;
    if (x->books && accept_event(x, &run->failure) != 0)
        return -1;
    if (ours) {
        look_ahead(x, run, event);
        emit(x, run, event);
    }
    return 0;
}

/* ---- tapes --------------------------------------------------------------- */

static int
begin_stream(struct xledger *x, struct run *run)
{
    struct ledgerdb_reader reader = reader_of(x);
    struct ledgerdb_counts counts = {x->ledger.transactions,
                                     x->ledger.postings};
    const struct ledgerdb_stream stream = {
        .name = run->reader.header.stream,
        .first_seq = run->reader.header.first_seq,
        .rules = x->rules,
    };
    int result;

    if (!x->books) {
        run->output.before_write = before_write;
        run->output.owner = run;
        if (output_enlarge(&run->output, HELD_BYTES) != 0 ||
            open_books(x, run, DATABASE_WRITE) != 0)
            return -1;
    }
    result = ledgerdb_begin(x->books, &stream, &reader, &counts, &run->failure);
    x->ledger.transactions = counts.transactions;
    x->ledger.postings = counts.postings;
    if (result == 0)
        ledger_next_stream(&x->ledger);
    return result < 0 ? -1 : 0;
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xledger *x = state;

    (void)header;
    memset(x->named, 0, sizeof x->named);
    if (x->database && begin_stream(x, run) != 0)
        return -1;
    return x->check ? ledger_audit_begin(&x->audit, &x->ledger, &run->failure)
                    : 0;
}

static int
on_block(void *state, struct run *run)
{
    struct xledger *x = state;

    if (x->books &&
        (run->waiting || ledgerdb_pending(x->books) >= BATCH_EVENTS))
        return commit(x, &run->failure);
    return 0;
}

static int
end(void *state, struct run *run, enum tape_status status)
{
    struct xledger *x = state;

    if (x->books &&
        (commit(x, &run->failure) != 0 ||
         ledgerdb_end(x->books, status == TAPE_COMPLETE, &run->failure) != 0))
        return -1;
    if (!x->check)
        return 0;
    return ledger_audit_end(&x->audit, &x->ledger, &x->finding, &run->failure);
}

/* ---- the end ------------------------------------------------------------- */

static int
put(void *owner, const char *text, size_t size)
{
    struct run *run = owner;

    return output_put(&run->output, text, size);
}

/* The database alone: its newest state is what is printed and checked. */
static int
look_into_books(struct xledger *x, struct run *run)
{
    struct ledgerdb_reader reader = reader_of(x);
    struct ledgerdb_counts counts;

    if (open_books(x, run, DATABASE_READ) != 0 ||
        ledgerdb_read(x->books, &reader, &counts, &run->failure) != 0)
        return -1;
    x->ledger.transactions = counts.transactions;
    x->ledger.postings = counts.postings;
    if (ledger_audit_begin(&x->audit, &x->ledger, &run->failure) != 0)
        return -1;
    return ledger_audit_end(&x->audit, &x->ledger, &x->finding, &run->failure);
}

/* One line for the state in memory, one for the database. */
static int
check(struct xledger *x, struct run *run, const struct report_host *host)
{
    char text[400];
    int holds = 1;

    if (x->finding.invariant) {
        report_finding(&x->ledger, &x->finding, host, text, sizeof text);
        return fail(&run->failure, FAILURE_DATA, "%s", text);
    }
    snprintf(text, sizeof text,
             "I1 I2 I3 I4 I5 I11 I12 hold: %llu transactions, %llu postings\n",
             (unsigned long long)x->ledger.transactions,
             (unsigned long long)x->ledger.postings);
    put(run, text, strlen(text));
    if (x->books)
        holds = ledgerdb_check(x->books, text, sizeof text, &run->failure);
    if (holds == 0)
        fail(&run->failure, FAILURE_DATA, "%s: %s", x->database, text);
    else if (x->books && holds == 1)
        put(run, text, strlen(text));
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

static int
finish(void *state, struct run *run)
{
    struct xledger *x = state;
    const struct report_host host = {run, account_name, instrument_name, put};

    if (run->no_input && look_into_books(x, run) != 0)
        return -1;
    if (x->print >= 0 &&
        report_write(&x->ledger, (enum report_kind)(x->print + 1), &host,
                     &run->failure) != 0)
        return -1;
    return x->check ? check(x, run, &host) : 0;
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    const struct xledger *x = state;

    fprintf(stream,
            "%s: %llu transactions, %llu postings, %u balances, %u positions, "
            "%llu violations\n",
            run->program->name, (unsigned long long)x->ledger.transactions,
            (unsigned long long)x->ledger.postings, x->ledger.balance_count,
            x->ledger.position_count, (unsigned long long)x->violations);
}

static void
destroy(void *state)
{
    struct xledger *x = state;

    ledgerdb_close(x->books);
    ledger_free(&x->ledger);
    ledger_audit_free(&x->audit);
    names_free(&x->names);
}

static const char *const examples[] = {
    "xmatch orders.tape | xledger --print balances",
    "xmatch orders.tape | xledger -d ledger.db -o ledger.tape",
    "xledger -d ledger.db --check", NULL};

int
main(int argc, char **argv)
{
    struct xledger x = {.currency = "USD", .print = -1};
    const struct option_spec options[] = {
        {'d', "database", OPTION_TEXT, &x.database, "FILE",
         "keep the ledger in this SQLite database"},
        {0, "taker-fee", OPTION_DECIMAL, &x.taker_fee, "RATE",
         "what the aggressor pays, as a share of the notional", true},
        {0, "maker-fee", OPTION_DECIMAL, &x.maker_fee, "RATE",
         "what the other side pays; negative: a rebate", true},
        {0, "currency", OPTION_TEXT, &x.currency, "CODE",
         "of instruments and cash that name none (USD)", true},
        {0, "strict", OPTION_FLAG, &x.strict, NULL,
         "accounts are opened by account events only", true},
        {'e', "emit", OPTION_CHOICE, &x.emit, "WHAT",
         "events to write: all, postings only, or none", true,
         .words = emit_words},
        {'p', "print", OPTION_CHOICE, &x.print, "WHAT",
         "print balances, positions or trial-balance instead", false,
         .words = print_words},
        {'c', "check", OPTION_FLAG, &x.check, NULL,
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
