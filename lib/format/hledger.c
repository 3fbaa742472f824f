/* hledger.c - postings as a journal of plain-text accounting.
 *
 * The syntax is what hledger and ledger-cli both read: a line for each
 * transaction, then one for each of its legs.  As the legs of a transaction
 * sum to 0 in every asset, the journal balances without prices.  Accounts of
 * the tape are below "assets:", the ledger's own (@WORLD, @MARKET) below
 * "equity:".  Nothing is kept but the number of the last transaction.
 */
#include <assert.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "format/export_format.h"

struct hledger_writer {
    struct exporter *exporter;
    const struct export_field *kind, *account, *amount, *currency;
    struct schema_type user;
    uint64_t transaction; /* 0: none is open */
    uint8_t kind_of_first;
    struct bytes scratch;
};

/* The field of a posting that lies at an offset. */
static const struct export_field *
find_field(const struct exporter *exporter, const struct schema_type *type,
           size_t offset)
{
    const struct export_field *field = exporter_fields(exporter, type);

    for (unsigned i = 0; field->field->offset != offset; i++, field++)
        assert(i + 1 < type->field_count); /* a posting has it */
    return field;
}

static int
init(void *state, struct exporter *exporter,
     const struct export_options *options)
{
    struct hledger_writer *writer = state;
    const struct schema_type *type = type_of(EVENT_POSTING, &writer->user);

    if (options->type && options->type->type != EVENT_POSTING)
        return fail(exporter->failure, FAILURE_USAGE,
                    "a journal is made of postings: -t posting");
    writer->exporter = exporter;
    writer->kind = find_field(exporter, type, offsetof(struct posting, kind));
    writer->account =
        find_field(exporter, type, offsetof(struct posting, account_id));
    writer->amount =
        find_field(exporter, type, offsetof(struct posting, amount));
    writer->currency =
        find_field(exporter, type, offsetof(struct posting, currency));
    return 0;
}

static void
release(void *state)
{
    struct hledger_writer *writer = state;

    bytes_free(&writer->scratch);
}

/* Writes the plain text of a field into scratch. */
static int
value_of(struct hledger_writer *writer, const struct export_field *field,
         const struct posting *posting)
{
    bool outside;

    bytes_clear(&writer->scratch);
    return exporter_value(writer->exporter, field, &posting->event,
                          &writer->scratch, &outside);
}

static int
put_value(struct hledger_writer *writer, const struct export_field *field,
          const struct posting *posting, struct bytes *text)
{
    bool outside;

    return exporter_value(writer->exporter, field, &posting->event, text,
                          &outside);
}

static int
put_title(struct hledger_writer *writer, const struct posting *posting,
          struct bytes *text)
{
    char *at, time[TIME_TEXT_MAX];
    size_t size = time_format(posting->event.time, time);

    if (posting->event.time < 0 || size < 10 || time[4] != '-')
        return fail(writer->exporter->failure, FAILURE_DATA,
                    "a journal has no date for a posting of that time");
    if (text->size > 0 || writer->transaction)
        bytes_put_byte(text, '\n');
    bytes_put(text, time, 10);
    bytes_put_byte(text, ' ');
    if (put_value(writer, writer->kind, posting, text) != 0)
        return -1;
    bytes_put_text(text, "  ; time ");
    bytes_put(text, time, size);
    bytes_put_text(text, ", transaction ");
    at = bytes_text_room(text, VALUE_ROOM);
    if (at)
        bytes_end(text, print_unsigned(at, posting->transaction_id));
    bytes_put_byte(text, '\n');
    writer->transaction = posting->transaction_id;
    writer->kind_of_first = posting->kind;
    return bytes_ok(text, writer->exporter->failure);
}

/* Two spaces, a tab or a line's end would end an account's name, a semicolon
 * begin a comment; spaces at the ends would be lost. */
static bool
fits_account(const struct bytes *name)
{
    const unsigned char *bytes = name->bytes;

    if (name->size == 0 || bytes[0] == ' ' || bytes[name->size - 1] == ' ' ||
        bytes[0] == ':' || bytes[name->size - 1] == ':')
        return false;
    for (size_t i = 0; i < name->size; i++)
        if (bytes[i] < ' ' || bytes[i] == ';' || bytes[i] == 0x7f ||
            (i > 0 && bytes[i] == bytes[i - 1] &&
             (bytes[i] == ' ' || bytes[i] == ':')))
            return false;
    return true;
}

static int
put_account(struct hledger_writer *writer, const struct posting *posting,
            struct bytes *text)
{
    struct bytes *name = &writer->scratch;

    if (export_null(writer->account,
                    export_word(writer->account, &posting->event)))
        return fail(writer->exporter->failure, FAILURE_DATA,
                    "a posting without an account");
    if (value_of(writer, writer->account, posting) != 0)
        return -1;
    if (!fits_account(name))
        return fail(writer->exporter->failure, FAILURE_DATA,
                    "account \"%.*s\" cannot stand in a journal",
                    (int)(name->size < 64 ? name->size : 64),
                    (const char *)name->bytes);
    if (name->bytes[0] == '@') {
        bytes_put_text(text, "    equity:");
        bytes_put(text, name->bytes + 1, name->size - 1);
    } else {
        bytes_put_text(text, "    assets:");
        bytes_put(text, name->bytes, name->size);
    }
    return 0;
}

/* A semicolon begins a comment, in quotes too. */
static bool
fits_asset(const struct bytes *name)
{
    for (size_t i = 0; i < name->size; i++)
        if (name->bytes[i] < ' ' || name->bytes[i] == '"' ||
            name->bytes[i] == ';')
            return false;
    return name->size > 0;
}

/* The asset of a posting, in quotes: symbols may have digits and signs. */
static int
put_asset(struct hledger_writer *writer, const struct posting *posting,
          struct bytes *text)
{
    struct bytes *name = &writer->scratch;
    bool money = !export_null(writer->currency,
                              export_word(writer->currency, &posting->event));

    bytes_clear(name);
    if (money && value_of(writer, writer->currency, posting) != 0)
        return -1;
    if (!money && posting->event.instrument &&
        exporter_label(writer->exporter, posting->event.instrument, name) != 0)
        return -1;
    if (!fits_asset(name))
        return fail(writer->exporter->failure, FAILURE_DATA,
                    "asset \"%.*s\" cannot stand in a journal",
                    (int)(name->size < 64 ? name->size : 64),
                    (const char *)name->bytes);
    bytes_put_byte(text, '"');
    bytes_put(text, name->bytes, name->size);
    bytes_put_byte(text, '"');
    return 0;
}

static int
put_posting(void *state, const struct event *event, uint64_t seq,
            struct bytes *text)
{
    struct hledger_writer *writer = state;
    const struct posting *posting = (const void *)event;

    (void)seq;
    assert(event->type == EVENT_POSTING);
    if ((writer->transaction == 0 ||
         posting->transaction_id != writer->transaction) &&
        put_title(writer, posting, text) != 0)
        return -1;
    if (export_null(writer->amount, export_word(writer->amount, event)))
        return fail(writer->exporter->failure, FAILURE_DATA,
                    "a posting without an amount");
    if (put_account(writer, posting, text) != 0)
        return -1;
    bytes_put_text(text, "  ");
    if (put_value(writer, writer->amount, posting, text) != 0)
        return -1;
    bytes_put_byte(text, ' ');
    if (put_asset(writer, posting, text) != 0)
        return -1;
    if (posting->kind != writer->kind_of_first) {
        bytes_put_text(text, "  ; ");
        if (put_value(writer, writer->kind, posting, text) != 0)
            return -1;
    }
    bytes_put_byte(text, '\n');
    return bytes_ok(text, writer->exporter->failure);
}

/* The transactions of another tape are others. */
static int
end_tape(void *state, struct bytes *text)
{
    struct hledger_writer *writer = state;

    (void)text;
    writer->transaction = 0;
    return 0;
}

const struct export_format hledger_export = {
    .name = "hledger",
    .summary = "postings as a journal that hledger and ledger-cli read",
    .default_type = EVENT_POSTING,
    .whole = true,
    .state_size = sizeof(struct hledger_writer),
    .init = init,
    .event = put_posting,
    .flush = end_tape,
    .free = release,
};
