/* rows.c - the rows of books.h, between tape events and tables. */
#include <stdio.h>
#include <string.h>

#include "ledgerdb/private.h"
#include "tape/schema.h"

/* ---- words --------------------------------------------------------------- */

static const char *const *
words_of(enum event_type type, const char *field)
{
    return schema_field(schema_find(type), field, strlen(field))->words;
}

const char *
ledgerdb_word(enum event_type type, const char *field, unsigned value)
{
    return value ? words_of(type, field)[value - 1] : NULL;
}

unsigned
ledgerdb_value(enum event_type type, const char *field, const char *word)
{
    const char *const *words = words_of(type, field);

    for (unsigned i = 0; word && words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i + 1;
    return 0;
}

static void
bind_word(struct statement *statement, int parameter, enum event_type type,
          const char *field, unsigned value)
{
    const char *word = ledgerdb_word(type, field, value);

    bind_text(statement, parameter, word, word ? strlen(word) : 0);
}

static uint8_t
column_value(struct statement *statement, int column, enum event_type type,
             const char *field)
{
    size_t size;

    return (uint8_t)ledgerdb_value(type, field,
                                   column_text(statement, column, &size));
}

static void
bind_code(struct statement *statement, int parameter, const struct code *code)
{
    char text[8];

    bind_text(statement, parameter, code->word ? (const char *)code : NULL,
              code_to_text(*code, text));
}

static struct code
column_code(struct statement *statement, int column)
{
    size_t size;
    const char *text = column_text(statement, column, &size);

    return text ? code_from_text(text, size) : (struct code){0};
}

static void
bind_id(struct statement *statement, int parameter, uint64_t id)
{
    if (id)
        bind_integer(statement, parameter, (int64_t)id);
    else
        bind_null(statement, parameter);
}

/* ---- instruments --------------------------------------------------------- */

int
ledgerdb_instrument(struct ledgerdb *books, uint32_t number,
                    const struct instrument *event, struct failure *failure)
{
    struct statement *statement = books->statements[PUT_INSTRUMENT];

    if (books->verifying)
        return 0;
    if (ledgerdb_lock(books, failure) != 0)
        return -1;
    bind_amount(statement, 1,
                event->multiplier == DECIMAL_NULL ? AMOUNT_NULL
                                                  : event->multiplier);
    bind_integer(statement, 2, number);
    bind_text(statement, 3, event_text(event, event->exchange),
              event->exchange.length);
    bind_text(statement, 4, event_text(event, event->symbol),
              event->symbol.length);
    bind_word(statement, 5, EVENT_INSTRUMENT, "kind", event->kind);
    bind_code(statement, 6, &event->currency);
    return ledgerdb_run(books, PUT_INSTRUMENT, false, failure);
}

/* An instrument with the texts of its identity behind it. */
struct definition {
    struct instrument event;
    char texts[1024];
};

static struct text
add_text(struct definition *definition, size_t *used, const char *bytes,
         size_t size)
{
    struct text text = {(uint16_t)(sizeof definition->event + *used),
                        (uint16_t)size, 0};

    memcpy(definition->texts + *used, bytes, size);
    *used += size;
    return text;
}

static int
read_instrument(struct ledgerdb *books, struct statement *statement,
                const struct ledgerdb_reader *reader, struct failure *failure)
{
    uint32_t number = (uint32_t)column_integer(statement, 0);
    struct definition row;
    size_t used = 0, exchange_size, symbol_size;
    const char *exchange = column_text(statement, 1, &exchange_size);
    const char *symbol = column_text(statement, 2, &symbol_size);
    i128 multiplier;

    (void)reader;
    memset(&row, 0, sizeof row);
    if (exchange_size + symbol_size > sizeof row.texts - 8)
        return fail(failure, FAILURE_DATA,
                    "%s: an instrument's texts are too long: it was changed "
                    "by hand",
                    database_name(books->database));
    event_init(&row.event, EVENT_INSTRUMENT);
    row.event.event.instrument = number;
    row.event.exchange = add_text(&row, &used, exchange, exchange_size);
    row.event.symbol = add_text(&row, &used, symbol, symbol_size);
    row.event.kind = column_value(statement, 3, EVENT_INSTRUMENT, "kind");
    row.event.currency = column_code(statement, 4);
    if (!column_is_null(statement, 5)) {
        if (column_amount(statement, 5, &multiplier, failure) != 0)
            return -1;
        row.event.multiplier = (int64_t)multiplier;
    }
    row.event.event.words = (uint16_t)((sizeof row.event + used + 7) / 8);
    if (instruments_define(books->instruments, &row.event, failure) ==
        number - 1)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: its instruments are not numbered from 1: it was changed "
                "by hand",
                database_name(books->database));
}

static int
read_name(struct ledgerdb *books, struct statement *statement,
          const struct ledgerdb_reader *reader, struct failure *failure)
{
    size_t size;
    const char *text = column_text(statement, 1, &size);

    (void)reader;
    return names_add(books->names, ID_ACCOUNT,
                     (uint64_t)column_integer(statement, 0), text, size, NULL,
                     failure);
}

/* ---- reading state ------------------------------------------------------- */

static int
read_account(struct ledgerdb *books, struct statement *statement,
             const struct ledgerdb_reader *reader, struct failure *failure)
{
    struct account event;

    (void)books;
    event_init(&event, EVENT_ACCOUNT);
    event.account_id = (uint64_t)column_integer(statement, 0);
    event.user_id = (uint64_t)column_integer(statement, 1);
    event.account_type =
        column_value(statement, 2, EVENT_ACCOUNT, "account_type");
    event.status = column_value(statement, 3, EVENT_ACCOUNT, "status");
    return reader->account(reader->owner, &event, failure);
}

static int
read_balance(struct ledgerdb *books, struct statement *statement,
             const struct ledgerdb_reader *reader, struct failure *failure)
{
    struct balance event;
    i128 amount;

    (void)books;
    event_init(&event, EVENT_BALANCE);
    event.account_id = (uint64_t)column_integer(statement, 0);
    event.currency = column_code(statement, 1);
    if (column_amount(statement, 2, &amount, failure) != 0)
        return -1;
    event.cash_balance = amount_of(amount);
    event.version = (uint64_t)column_integer(statement, 3);
    return reader->balance(reader->owner, &event, failure);
}

static int
read_position(struct ledgerdb *books, struct statement *statement,
              const struct ledgerdb_reader *reader, struct failure *failure)
{
    struct position event;
    struct amount *const amounts[] = {&event.quantity, &event.cost,
                                      &event.realized_pnl, &event.fees};
    i128 amount;

    event_init(&event, EVENT_POSITION);
    event.account_id = (uint64_t)column_integer(statement, 0);
    event.event.instrument = (uint32_t)column_integer(statement, 1);
    if (event.event.instrument - 1 >= books->instruments->count)
        return fail(failure, FAILURE_DATA,
                    "%s: a position in an instrument that is not there: it "
                    "was changed by hand",
                    database_name(books->database));
    event.currency = column_code(statement, 2);
    for (int i = 0; i < 4; i++) {
        if (column_amount(statement, 3 + i, &amount, failure) != 0)
            return -1;
        *amounts[i] = amount_of(amount);
    }
    event.version = (uint64_t)column_integer(statement, 7);
    return reader->position(reader->owner, &event, failure);
}

/* Hands every row of a statement to one of the functions above. */
static int
each(struct ledgerdb *books, enum ledgerdb_statement which,
     int (*take)(struct ledgerdb *, struct statement *,
                 const struct ledgerdb_reader *, struct failure *),
     const struct ledgerdb_reader *reader, struct failure *failure)
{
    struct statement *statement = books->statements[which];
    int row = statement_step(statement, failure);

    while (row == 1) {
        if (take(books, statement, reader, failure) != 0) {
            statement_reset(statement);
            return -1;
        }
        row = statement_step(statement, failure);
    }
    return row;
}

int
ledgerdb_define(struct ledgerdb *books, struct instruments *instruments,
                struct names *names, struct failure *failure)
{
    int result;

    books->instruments = instruments;
    books->names = names;
    result = each(books, READ_INSTRUMENTS, read_instrument, NULL, failure);
    instruments_begin(instruments); /* their local ids were of no tape */
    if (result != 0)
        return -1;
    return each(books, READ_NAMES, read_name, NULL, failure);
}

/* The newest rows first; then, from the newest stream back to the one that is
 * asked for, what each stream found: the last word is the oldest. */
int
ledgerdb_load(struct ledgerdb *books, int64_t stream,
              const struct ledgerdb_reader *reader, struct failure *failure)
{
    static const struct {
        enum ledgerdb_statement which;
        int (*take)(struct ledgerdb *, struct statement *,
                    const struct ledgerdb_reader *, struct failure *);
    } steps[] = {
        {READ_ACCOUNTS, read_account},
        {READ_BALANCES, read_balance},
        {READ_POSITIONS, read_position},
        {READ_ACCOUNT_STARTS, read_account},
        {READ_BALANCE_STARTS, read_balance},
        {READ_POSITION_STARTS, read_position},
    };
    int result = reader->forget(reader->owner, failure);

    for (size_t i = 0; i < sizeof steps / sizeof *steps && result == 0; i++) {
        bind_integer(books->statements[steps[i].which], 1, stream);
        result = each(books, steps[i].which, steps[i].take, reader, failure);
    }
    return result;
}

/* ---- postings ------------------------------------------------------------ */

int
ledgerdb_transaction(struct ledgerdb *books, uint64_t transaction_id,
                     const struct event *cause, uint32_t instrument,
                     struct failure *failure)
{
    struct statement *statement = books->statements[ADD_TRANSACTION];
    const char *word = schema_find(cause->type)->name;

    books->counts.transactions = transaction_id;
    if (books->verifying)
        return 0;
    if (ledgerdb_lock(books, failure) != 0)
        return -1;
    bind_integer(statement, 1, (int64_t)transaction_id);
    bind_integer(statement, 2, books->stream);
    bind_integer(statement, 3, (int64_t)books->seq + 1);
    if (cause->time == INT64_MIN)
        bind_null(statement, 4);
    else
        bind_integer(statement, 4, cause->time);
    bind_text(statement, 5, word, strlen(word));
    bind_id(statement, 6, instrument);
    return ledgerdb_run(books, ADD_TRANSACTION, false, failure);
}

/* The row in hand is this posting. */
static bool
equal_posting(struct statement *statement, const struct posting *event,
              uint32_t instrument)
{
    struct failure ignored = {0};
    i128 amount, after;

    return column_integer(statement, 0) == (int64_t)event->posting_id &&
           column_integer(statement, 1) == (int64_t)event->transaction_id &&
           column_integer(statement, 2) == (int64_t)event->account_id &&
           column_integer(statement, 3) == (int64_t)instrument &&
           column_code(statement, 4).word == event->currency.word &&
           column_value(statement, 5, EVENT_POSTING, "kind") == event->kind &&
           column_amount(statement, 6, &amount, &ignored) == 0 &&
           column_amount(statement, 7, &after, &ignored) == 0 &&
           amount == amount_get(event->amount) &&
           after == amount_get(event->balance_after);
}

static int
compare_posting(struct ledgerdb *books, const struct posting *event,
                uint32_t instrument, struct failure *failure)
{
    struct statement *statement = books->statements[READ_POSTINGS];
    int row = statement_step(statement, failure);

    if (row < 0)
        return -1;
    if (row == 1 && equal_posting(statement, event, instrument))
        return 0;
    return fail(failure, FAILURE_DATA,
                "posting %llu of stream \"%s\" is not the one that %s holds: "
                "it was changed by hand, or posted by another version",
                (unsigned long long)event->posting_id, books->name,
                database_name(books->database));
}

int
ledgerdb_posting(struct ledgerdb *books, const struct posting *event,
                 uint32_t instrument, struct failure *failure)
{
    struct statement *statement = books->statements[ADD_POSTING];

    books->counts.postings = event->posting_id;
    if (books->verifying)
        return compare_posting(books, event, instrument, failure);
    bind_amount(statement, 1, amount_get(event->amount));
    bind_amount(statement, 2, amount_get(event->balance_after));
    bind_integer(statement, 3, (int64_t)event->posting_id);
    bind_integer(statement, 4, (int64_t)event->transaction_id);
    bind_integer(statement, 5, (int64_t)event->account_id);
    bind_id(statement, 6, instrument);
    bind_code(statement, 7, &event->currency);
    bind_word(statement, 8, EVENT_POSTING, "kind", event->kind);
    return ledgerdb_run(books, ADD_POSTING, false, failure);
}

/* ---- saving rows --------------------------------------------------------- */

int
ledgerdb_save_account(void *owner, const struct account *event, uint64_t stored,
                      bool first, struct failure *failure)
{
    struct ledgerdb *books = owner;
    struct statement *statement = books->statements[START_ACCOUNT];
    size_t size = 0;
    const char *name =
        names_find(books->names, ID_ACCOUNT, event->account_id, &size);

    if (first && stored) {
        bind_integer(statement, 1, books->stream);
        bind_integer(statement, 2, (int64_t)event->account_id);
        if (ledgerdb_run(books, START_ACCOUNT, true, failure) != 0)
            return -1;
    }
    statement = books->statements[PUT_ACCOUNT];
    bind_integer(statement, 1, (int64_t)event->account_id);
    bind_text(statement, 2, name, size);
    bind_id(statement, 3, event->user_id);
    bind_word(statement, 4, EVENT_ACCOUNT, "account_type", event->account_type);
    bind_word(statement, 5, EVENT_ACCOUNT, "status", event->status);
    bind_integer(statement, 6, books->stream);
    return ledgerdb_run(books, PUT_ACCOUNT, false, failure);
}

int
ledgerdb_save_balance(void *owner, const struct balance *event, uint64_t stored,
                      bool first, struct failure *failure)
{
    struct ledgerdb *books = owner;
    enum ledgerdb_statement which = stored ? MOVE_BALANCE : ADD_BALANCE;
    struct statement *statement = books->statements[START_BALANCE];

    if (first && stored) {
        bind_integer(statement, 1, books->stream);
        bind_integer(statement, 2, (int64_t)event->account_id);
        bind_code(statement, 3, &event->currency);
        if (ledgerdb_run(books, START_BALANCE, true, failure) != 0)
            return -1;
    }
    statement = books->statements[which];
    bind_amount(statement, 1, amount_get(event->cash_balance));
    bind_integer(statement, 2, (int64_t)event->version);
    bind_integer(statement, 3, (int64_t)event->account_id);
    bind_code(statement, 4, &event->currency);
    bind_integer(statement, 5, stored ? (int64_t)stored : books->stream);
    return ledgerdb_run(books, which, false, failure);
}

int
ledgerdb_save_position(void *owner, const struct position *event,
                       uint64_t stored, bool first, struct failure *failure)
{
    struct ledgerdb *books = owner;
    uint32_t instrument = event->event.instrument;
    enum ledgerdb_statement which = stored ? MOVE_POSITION : ADD_POSITION;
    struct statement *statement = books->statements[START_POSITION];

    if (first && stored) {
        bind_integer(statement, 1, books->stream);
        bind_integer(statement, 2, (int64_t)event->account_id);
        bind_integer(statement, 3, instrument);
        if (ledgerdb_run(books, START_POSITION, true, failure) != 0)
            return -1;
    }
    statement = books->statements[which];
    bind_amount(statement, 1, amount_get(event->quantity));
    bind_amount(statement, 2, amount_get(event->cost));
    bind_amount(statement, 3, amount_get(event->realized_pnl));
    bind_amount(statement, 4, amount_get(event->fees));
    bind_code(statement, 5, &event->currency);
    bind_integer(statement, 6, (int64_t)event->version);
    bind_integer(statement, 7, (int64_t)event->account_id);
    bind_integer(statement, 8, instrument);
    bind_integer(statement, 9, stored ? (int64_t)stored : books->stream);
    return ledgerdb_run(books, which, false, failure);
}
