/* xexport - print a tape as text.
 *
 * JSON lines hold every event of a tape exactly, CSV those of one type;
 * ximport reads both back as the same events.  The table is for people.
 */
#include <string.h>

#include "cli/run.h"
#include "format/csv_write.h"
#include "format/json_write.h"
#include "format/table_write.h"

#define FLUSH_SIZE (64 * 1024) /* of text that is kept back */

enum format { FORMAT_NONE = -1, FORMAT_CSV, FORMAT_JSON, FORMAT_TABLE };

struct xexport {
    int format;
    bool guard;
    const char *columns;
    struct option_list types;

    struct schema_type user;       /* the type of -t if it is not ours */
    bool selected[UINT16_MAX + 1]; /* by type */
    bool header_written;
    struct exporter exporter;
    struct csv_writer csv;
    struct json_writer json;
    struct table_writer table;
    struct buffer buffer;
};

/* ---- options ------------------------------------------------------------- */

/* Selects the types of -t; *type is the last, *count how many. */
static int
select_types(struct xexport *x, const struct schema_type **type,
             unsigned *count, struct failure *failure)
{
    *count = 0;
    for (unsigned i = 0; i < x->types.count; i++) {
        const char *list = x->types.items[i];

        while (list) {
            struct cell name = {list, strcspn(list, ",")};

            *type = type_from_text(name, &x->user);
            if (!*type)
                return fail(failure, FAILURE_USAGE,
                            "-t: there is no event type \"%.*s\"",
                            (int)name.size, name.bytes);
            *count += !x->selected[(*type)->type];
            x->selected[(*type)->type] = true;
            list = list[name.size] ? list + name.size + 1 : NULL;
        }
    }
    if (*count == 0)
        memset(x->selected, true, sizeof x->selected);
    return 0;
}

static int
prepare(void *state, struct run *run)
{
    struct xexport *x = state;
    struct failure *failure = &run->failure;
    const struct schema_type *type = NULL;
    unsigned count;

    run->kind = RUN_TEXT;
    x->exporter.failure = failure;
    x->exporter.instruments = &run->instruments;
    if (select_types(x, &type, &count, failure) != 0)
        return -1;
    if (x->format == FORMAT_NONE)
        return fail(failure, FAILURE_USAGE,
                    "-f says what to print: csv, json or table");
    if (x->format == FORMAT_CSV && count != 1)
        return fail(failure, FAILURE_USAGE,
                    "csv holds events of one type: -t TYPE");
    if (x->columns && count != 1)
        return fail(failure, FAILURE_USAGE, "-c wants one -t TYPE");
    x->csv.exporter = x->json.exporter = x->table.exporter = &x->exporter;
    x->csv.guard = x->guard;
    x->table.mixed = count != 1;
    if (count == 1 &&
        columns_set(&x->csv.columns, type, x->columns, failure) != 0)
        return -1;
    x->table.columns = x->csv.columns;
    table_writer_init(&x->table);
    return json_writer_init(&x->json);
}

/* ---- events -------------------------------------------------------------- */

static int
flush(struct xexport *x, struct run *run)
{
    int result = output_put(&run->output, x->buffer.bytes, x->buffer.used);

    x->buffer.used = 0;
    return result;
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xexport *x = state;

    (void)run;
    (void)header;
    exporter_begin(&x->exporter);
    if (x->format != FORMAT_CSV || x->header_written)
        return 0;
    x->header_written = true;
    return csv_put_header(&x->csv, &x->buffer);
}

static int
take_event(void *state, struct run *run, const struct event *event)
{
    struct xexport *x = state;
    int result;

    if (event->type == EVENT_NAME && exporter_note(&x->exporter, event) != 0)
        return -1;
    if (!x->selected[event->type])
        return 0;
    run->events_out++;
    if (x->format == FORMAT_JSON)
        result = json_put(&x->json, event, &x->buffer);
    else if (x->format == FORMAT_CSV)
        result = csv_put(&x->csv, event, run->seq, &x->buffer);
    else
        result = table_put(&x->table, event, run->seq, &x->buffer);
    if (result == 0 && x->buffer.used >= FLUSH_SIZE)
        return flush(x, run);
    return result;
}

static int
block(void *state, struct run *run)
{
    return flush(state, run);
}

static int
end(void *state, struct run *run, enum tape_status status)
{
    (void)status;
    return flush(state, run);
}

/* What was printed before the trouble still counts. */
static void
failed(void *state, struct run *run, int exit_class)
{
    (void)exit_class;
    flush(state, run);
}

static void
destroy(void *state)
{
    struct xexport *x = state;

    exporter_free(&x->exporter);
    csv_writer_free(&x->csv);
    json_writer_free(&x->json);
    table_writer_free(&x->table);
    buffer_free(&x->buffer);
}

static const char *const formats[] = {"csv", "json", "table", NULL};
static const char *const examples[] = {
    "xexport -f json day.tape",
    "xexport -f csv -t trade -c time,instrument,price,quantity day.tape",
    "xgrep -s AAPL day.tape | xexport -f table",
    NULL,
};

int
main(int argc, char **argv)
{
    struct xexport x = {.format = FORMAT_NONE};
    const struct option_spec options[] = {
        {'f', "format", OPTION_CHOICE, &x.format, "FORMAT",
         "csv, json (lines) or table", .words = formats, .names_verb = true},
        {'t', "types", OPTION_LIST, &x.types, "TYPE,...",
         "only events of these types; csv: of this one"},
        {'c', "columns", OPTION_TEXT, &x.columns, "NAME,...",
         "these columns; seq is one, too", .verbs = "csv table"},
        {0, "guard", OPTION_FLAG, &x.guard, NULL,
         "put ' before texts that a spreadsheet takes for formulas",
         .verbs = "csv"},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xexport",
        .summary = "print a tape as CSV, JSON lines or a table",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {
        .state = &x,
        .consumes_all = true,
        .prepare = prepare,
        .begin = begin,
        .event = take_event,
        .block = block,
        .end = end,
        .failed = failed,
        .destroy = destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
