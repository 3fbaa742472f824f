/* table_write.c - events as aligned text for people (base/table.h).
 *
 * Events of one type: a column for each field.  Of many: sequence number,
 * time, type, instrument, and the rest as name=value.  Nulls are "-".
 *
 * Events are kept back, a batch at a time, to see which columns hold anything
 * and how many digits the times need, so that times are of equal width.  A
 * column that was left out comes back, with new titles, when it first holds
 * something.  If a line does not fit the terminal, each event is printed down
 * the page instead, a line for each field.
 */
#include <assert.h>

#include "base/clock.h"
#include "base/table.h"
#include "format/columns.h"
#include "format/export_format.h"
#include "format/table_columns.h"

#define BATCH 500 /* events that are kept back */

/* The columns of a table of many types; the rest follows them. */
enum { MIXED_SEQ, MIXED_TIME, MIXED_TYPE, MIXED_INSTRUMENT, MIXED_REST };
static const char *const mixed_titles[] = {"seq", "time", "type", "instrument",
                                           "fields"};
_Static_assert(sizeof mixed_titles / sizeof *mixed_titles == MIXED_REST + 1,
               "a title for each column");
_Static_assert(SLOTS_MAX + 1 <= TABLE_COLUMNS_MAX,
               "every slot, and the number");

struct plan {
    unsigned slot; /* or COLUMN_SEQ */
    struct export_field export;
    unsigned places; /* digits of a second that the times of the column have */
    bool used;       /* some event has a value, or it was asked for */
};

struct table_writer {
    struct exporter *exporter;
    bool mixed;         /* events of many types */
    unsigned line_size; /* 0: no limit */
    struct table_column columns[TABLE_COLUMNS_MAX];
    struct plan plan[TABLE_COLUMNS_MAX];
    struct table table;

    struct bytes kept; /* a sequence number and an event, and so on */
    size_t kept_count;
    struct bytes cell;
    bool begun;
    bool down;       /* a line for each field */
    unsigned titles; /* width of the widest title */
};

/* ---- times --------------------------------------------------------------- */

/* Appends a time with at least places digits after the second. */
static void
put_time(struct bytes *text, int64_t time, unsigned places)
{
    char *at = bytes_text_room(text, TIME_TEXT_MAX + 10), *end, *point;
    unsigned have;

    assert(places <= 9);
    if (!at)
        return;
    end = at + time_format(time, at);
    point = memchr(at, '.', (size_t)(end - at));
    have = point ? (unsigned)(end - point) - 2 : 0;
    assert(have <= 9);
    if (have < places) {
        end--; /* on the Z */
        if (have == 0)
            *end++ = '.';
        memset(end, '0', places - have);
        end += places - have;
        *end++ = 'Z';
    }
    bytes_end(text, end);
}

static unsigned
places_of(int64_t time)
{
    unsigned places = 9;

    for (int64_t rest = time % NS_PER_SECOND; places && rest % 10 == 0;
         rest /= 10)
        places--;
    return places;
}

/* ---- cells --------------------------------------------------------------- */

static void
put_number(struct table_writer *writer, uint64_t number)
{
    char *at = bytes_text_room(&writer->cell, VALUE_ROOM);

    if (at)
        bytes_end(&writer->cell, print_unsigned(at, number));
}

static int
put_value(struct table_writer *writer, const struct export_field *export,
          const struct event *event, unsigned places)
{
    uint64_t word = export_word(export, event);
    bool outside;

    if (export_null(export, word))
        return 0;
    if (export->field->kind == FIELD_TIME) {
        put_time(&writer->cell, (int64_t)word, places);
        return 0;
    }
    return exporter_value(writer->exporter, export, event, &writer->cell,
                          &outside);
}

/* "name=value name=value" of all that is not null. */
static int
put_rest(struct table_writer *writer, const struct schema_type *type,
         const struct event *event)
{
    if (!type_known(type)) {
        if (event->words * 8UL > sizeof *event)
            bytes_put_text(&writer->cell, "data=");
        export_data(event, &writer->cell);
        return 0;
    }
    for (unsigned i = 0; i < type->field_count; i++) {
        const struct export_field *export =
            &exporter_fields(writer->exporter, type)[i];

        if (export_null(export, export_word(export, event)))
            continue;
        bytes_put(&writer->cell, " ", writer->cell.size > 0);
        bytes_put_text(&writer->cell, export->field->name);
        bytes_put_byte(&writer->cell, '=');
        if (put_value(writer, export, event, 0) != 0)
            return -1;
    }
    return 0;
}

static int
put_mixed_cell(struct table_writer *writer, unsigned column,
               const struct event *event)
{
    struct schema_type user;
    const struct schema_type *type = type_of(event->type, &user);

    switch (column) {
    case MIXED_TYPE:
        if (type_known(type))
            bytes_put_text(&writer->cell, type->name);
        else
            put_number(writer, type->type);
        return 0;
    case MIXED_INSTRUMENT:
        if (event->instrument == 0)
            return 0;
        return exporter_label(writer->exporter, event->instrument,
                              &writer->cell);
    default: return put_rest(writer, type, event);
    }
}

/* The text of a column of an event, in writer->cell. */
static int
make_cell(struct table_writer *writer, unsigned column,
          const struct event *event, uint64_t seq)
{
    const struct plan *plan = &writer->plan[column];

    bytes_clear(&writer->cell);
    if (plan->slot == COLUMN_SEQ)
        put_number(writer, seq);
    else if (plan->slot == SLOT_DATA)
        export_data(event, &writer->cell);
    else if (plan->slot == SLOT_NONE)
        return put_mixed_cell(writer, column, event);
    else
        return put_value(writer, &plan->export, event, plan->places);
    return 0;
}

/* ---- the batch ----------------------------------------------------------- */

/* The next event kept, from *offset on; NULL after the last. */
static const struct event *
next_kept(const struct table_writer *writer, size_t *offset, uint64_t *seq)
{
    const struct event *event;

    if (*offset == writer->kept.size)
        return NULL;
    memcpy(seq, writer->kept.bytes + *offset, sizeof *seq);
    event = (const void *)(writer->kept.bytes + *offset + sizeof *seq);
    *offset += sizeof *seq + event->words * 8UL;
    assert(*offset <= writer->kept.size);
    return event;
}

/* Whether a column must be shown that was not so far, because of an event. */
static bool
look_at(struct table_writer *writer, const struct event *event)
{
    bool more = false;

    for (unsigned i = 0; i < writer->table.column_count; i++) {
        struct plan *plan = &writer->plan[i];
        bool null = false;
        uint64_t word = 0;

        if (plan->export.field) {
            word = export_word(&plan->export, event);
            null = export_null(&plan->export, word);
        }
        more |= !null && !plan->used;
        plan->used |= !null;
        if (!null && plan->export.field &&
            plan->export.field->kind == FIELD_TIME &&
            places_of((int64_t)word) > plan->places)
            plan->places = places_of((int64_t)word);
    }
    return more;
}

static int
put_row(struct table_writer *writer, const struct event *event, uint64_t seq)
{
    for (unsigned i = 0; i < writer->table.column_count; i++) {
        if (writer->table.hidden[i]) {
            table_put_empty(&writer->table);
            continue;
        }
        if (make_cell(writer, i, event, seq) != 0)
            return -1;
        table_put_bytes(&writer->table, (const char *)writer->cell.bytes,
                        writer->cell.size);
    }
    return 0;
}

/* A line for each field that is not null, and an empty one between events. */
static int
put_down(struct table_writer *writer, const struct event *event, uint64_t seq,
         struct bytes *out)
{
    bytes_put(out, "\n", writer->begun);
    writer->begun = true;
    for (unsigned i = 0; i < writer->table.column_count; i++) {
        if (make_cell(writer, i, event, seq) != 0)
            return -1;
        if (writer->cell.size == 0)
            continue;
        bytes_put_format(out, "%-*s  ", (int)writer->titles,
                         writer->columns[i].title);
        bytes_put(out, writer->cell.bytes, writer->cell.size);
        bytes_put_byte(out, '\n');
    }
    return 0;
}

/* Chooses what is shown, with titles for it. */
static void
settle(struct table_writer *writer)
{
    table_free(&writer->table);
    writer->table = (struct table){
        .columns = writer->columns,
        .column_count = writer->table.column_count,
        .empty = "-",
    };
    for (unsigned i = 0; i < writer->table.column_count; i++)
        writer->table.hidden[i] = !writer->plan[i].used;
}

static int
put_batch(struct table_writer *writer, struct bytes *out)
{
    size_t offset = 0;
    uint64_t seq;

    for (const struct event *event; (event = next_kept(writer, &offset, &seq));)
        if (writer->down ? put_down(writer, event, seq, out) != 0
                         : put_row(writer, event, seq) != 0)
            return -1;
    return 0;
}

static int
flush(void *state, struct bytes *out)
{
    struct table_writer *writer = state;
    struct failure *failure = writer->exporter->failure;
    bool more = !writer->begun;
    size_t offset = 0;
    uint64_t seq;

    if (writer->kept_count == 0)
        return 0;
    for (const struct event *event; (event = next_kept(writer, &offset, &seq));)
        more |= look_at(writer, event);
    if (more && !writer->down)
        settle(writer);
    if (put_batch(writer, out) != 0)
        return -1;
    if (!writer->begun && writer->line_size &&
        table_width(&writer->table) > writer->line_size) {
        writer->down = true;
        if (put_batch(writer, out) != 0)
            return -1;
    }
    writer->begun = true;
    if (!writer->down)
        table_write(&writer->table, out);
    writer->kept_count = 0;
    if (bytes_ok(&writer->kept, failure) != 0)
        return -1;
    bytes_clear(&writer->kept);
    return bytes_ok(out, failure);
}

/* Whether a column can hold what cannot be printed: a text, a code. */
static bool
may_be_refused(const struct plan *plan)
{
    const struct schema_field *field = plan->export.field;

    return plan->slot == SLOT_NONE ||
           (field && (field->kind == FIELD_TEXT || field->kind == FIELD_CODE ||
                      field->kind == FIELD_INSTRUMENT));
}

static int
put_event(void *state, const struct event *event, uint64_t seq,
          struct bytes *out)
{
    struct table_writer *writer = state;

    /* now, while the caller knows which event it is */
    for (unsigned i = 0; i < writer->table.column_count; i++)
        if (may_be_refused(&writer->plan[i]) &&
            make_cell(writer, i, event, seq) != 0)
            return -1;
    bytes_put(&writer->kept, &seq, sizeof seq);
    bytes_put(&writer->kept, event, event->words * 8UL);
    if (bytes_ok(&writer->kept, writer->exporter->failure) != 0)
        return -1;
    return ++writer->kept_count < BATCH ? 0 : flush(writer, out);
}

/* ---- the format ---------------------------------------------------------- */

static enum table_align
align_of(const struct schema_field *field)
{
    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO:
    case FIELD_AMOUNT: return TABLE_POINT;
    case FIELD_ID:
    case FIELD_COUNT:
    case FIELD_DURATION: return TABLE_RIGHT;
    case FIELD_INTERVAL: return TABLE_RIGHT;
    case FIELD_TIME:
    case FIELD_ENUM:
    case FIELD_FLAGS:
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_INSTRUMENT: break;
    }
    return TABLE_LEFT;
}

static void
add_column(struct table_writer *writer, const struct schema_type *type,
           unsigned slot, const char *title, bool used)
{
    unsigned column = writer->table.column_count++;
    struct plan *plan = &writer->plan[column];
    const struct schema_field *field =
        slot < SLOTS_MAX ? slot_field(type, slot) : NULL;

    assert(column < TABLE_COLUMNS_MAX);
    *plan = (struct plan){.slot = slot, .used = used};
    writer->columns[column].title = title;
    if (strlen(title) > writer->titles)
        writer->titles = (unsigned)strlen(title);
    if (slot == COLUMN_SEQ)
        writer->columns[column].align = TABLE_RIGHT;
    if (!field)
        return;
    plan->export = export_field_of(type, field);
    writer->columns[column].align = align_of(field);
}

static void
add_mixed_columns(struct table_writer *writer)
{
    static const unsigned slots[] = {
        [MIXED_SEQ] = COLUMN_SEQ, [MIXED_TIME] = SLOT_TIME,
        [MIXED_TYPE] = SLOT_NONE, [MIXED_INSTRUMENT] = SLOT_NONE,
        [MIXED_REST] = SLOT_NONE,
    };

    for (unsigned i = 0; i <= MIXED_REST; i++)
        add_column(writer, schema_find(EVENT_CLOCK), slots[i], mixed_titles[i],
                   true);
}

static int
init(void *state, struct exporter *exporter,
     const struct export_options *options)
{
    struct table_writer *writer = state;
    const struct schema_type *type = options->type;
    const char *list = options->columns;
    struct columns columns;

    writer->exporter = exporter;
    if (!type) {
        writer->mixed = true;
        add_mixed_columns(writer);
        return 0;
    }
    writer->line_size = options->wide ? 0 : options->line_size;
    if (!list && !options->wide)
        list = table_default_columns(type->type);
    if (columns_set(&columns, type, list, exporter->failure) != 0)
        return -1;
    for (unsigned i = 0; i < columns.count; i++)
        add_column(writer, type, columns.slots[i], columns_title(&columns, i),
                   options->columns || options->wide);
    return 0;
}

static void
release(void *state)
{
    struct table_writer *writer = state;

    table_free(&writer->table);
    bytes_free(&writer->kept);
    bytes_free(&writer->cell);
}

const struct export_format table_export = {
    .name = "table",
    .summary = "aligned columns, for people",
    .state_size = sizeof(struct table_writer),
    .init = init,
    .event = put_event,
    .flush = flush,
    .free = release,
};
