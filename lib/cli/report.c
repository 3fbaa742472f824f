#include "cli/report.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/table.h"
#include "tape/schema.h"

#define SYMBOLS_SHOWN 8
#define NAME_MAX_TEXT 256 /* of an instrument: EXCHANGE:SYMBOL */

static void
send(struct output *output, struct bytes *text)
{
    if (bytes_ok(text, output->failure) == 0)
        output_put(output, text->bytes, text->size);
    bytes_free(text);
}

static const char *
type_text(unsigned type, char text[16])
{
    const struct schema_type *schema = schema_find(type);

    if (schema)
        return schema->name;
    snprintf(text, 16, "%u", type);
    return text;
}

static const char *
instrument_text(const struct instruments *instruments, uint32_t local,
                char text[NAME_MAX_TEXT])
{
    uint32_t index;

    assert(local < instruments->local_count);
    index = instruments_find(instruments, instruments->locals[local]);
    assert(index < instruments->count);
    instruments_name(instruments, index, text, NAME_MAX_TEXT);
    return text;
}

static const char *
status_text(const struct tape_reader *reader)
{
    static const char *const words[] = {
        [TAPE_COMPLETE] = "complete",
        [TAPE_LIMITED] = "limited",
        [TAPE_STOPPED] = "stopped",
        [TAPE_FAILED] = "failed",
    };

    assert(reader->status < sizeof words / sizeof *words);
    if (!reader->in_tape)
        return words[reader->status];
    return reader->input->stopped ? "not read to its end"
                                  : "cut off, or damaged";
}

void
report_digest(struct output *output, const struct tape_reader *reader)
{
    struct bytes text = {0};

    bytes_put_format(&text, "%016" PRIx64 "\n", digest_value(&reader->digest));
    send(output, &text);
}

/* ---- for people ---------------------------------------------------------- */

static const struct table_column word_columns[] = {
    {"", TABLE_LEFT, sizeof "instruments" - 1},
    {"", TABLE_LEFT, 0},
};
static const struct table_column type_columns[] = {
    {"", TABLE_LEFT, 20},
    {"", TABLE_RIGHT, 11},
};

/* One line: a word, and the text that it is followed by; frees the text. */
static void
put_line(struct table *lines, const char *word, struct bytes *text)
{
    table_put_text(lines, word);
    table_put_bytes(lines, (const char *)text->bytes, text->size);
    lines->text.failed |= text->failed;
    bytes_free(text);
}

static void
put_programs(struct table *lines, const struct tape_header *header)
{
    for (unsigned i = 0; i < header->program_count; i++) {
        const struct tape_program *program = &header->programs[i];
        struct bytes text = {0};

        bytes_put_format(&text, "%s %s%s%s", program->name, program->version,
                         program->options[0] ? " " : "", program->options);
        put_line(lines, i == 0 ? "programs" : "", &text);
    }
}

static void
put_events(struct table *lines, const struct tape_reader *reader,
           const struct tape_stats *stats)
{
    struct bytes text = {0};
    uint64_t first = reader->header.first_seq;

    bytes_put_format(&text, "%" PRIu64, stats->events);
    if (stats->events)
        bytes_put_format(&text, ", seq %" PRIu64 " to %" PRIu64, first,
                         first + stats->events - 1);
    put_line(lines, "events", &text);
}

static void
put_time(struct bytes *text, int64_t time)
{
    char digits[TIME_TEXT_MAX];

    bytes_put(text, digits, time_format(time, digits));
}

/* A duration as it is easiest to read: "1h30m", "5ms", "1.082543069s". */
static size_t
span_format(int64_t ns, char text[DURATION_TEXT_MAX])
{
    size_t size = duration_format(ns, text);

    assert(ns > 0 && size < DURATION_TEXT_MAX);
    if (ns < NS_PER_SECOND || ns % NS_PER_SECOND == 0)
        return size;
    size = (size_t)snprintf(text, DURATION_TEXT_MAX, "%" PRId64 ".%09" PRId64,
                            ns / NS_PER_SECOND, ns % NS_PER_SECOND);
    while (text[size - 1] == '0')
        size--;
    text[size++] = 's';
    return size;
}

/* How far time steps back, which may be further than a duration can say. */
static void
put_late(struct table *lines, const struct tape_stats *stats)
{
    char by[DURATION_TEXT_MAX];
    struct bytes text = {0};

    if (stats->late == 0)
        bytes_put_text(&text, "never steps back");
    else
        bytes_put_format(&text,
                         "steps back: %" PRIu64
                         " late, the first is event %" PRIu64 ", ",
                         stats->late, stats->first_late);
    if (stats->latest_by > INT64_MAX)
        bytes_put_text(&text, "by more than 292 years");
    else if (stats->late)
        bytes_put_format(&text, "by at most %.*s",
                         (int)span_format((int64_t)stats->latest_by, by), by);
    put_line(lines, "", &text);
}

static void
put_times(struct table *lines, const struct tape_stats *stats)
{
    struct bytes text = {0};

    if (stats->time_min > stats->time_max)
        return;
    put_time(&text, stats->time_min);
    bytes_put_text(&text, " to ");
    put_time(&text, stats->time_max);
    put_line(lines, "time", &text);
    put_late(lines, stats);
}

static void
put_instruments(struct table *lines, const struct instruments *instruments)
{
    char name[NAME_MAX_TEXT];
    uint32_t count = instruments->local_count;
    struct bytes text = {0};

    bytes_put_format(&text, "%" PRIu32, count);
    for (uint32_t i = 0; i < count && i < SYMBOLS_SHOWN; i++)
        bytes_put_format(&text, "%s%s", i ? ", " : ": ",
                         instrument_text(instruments, i, name));
    if (count > SYMBOLS_SHOWN)
        bytes_put_text(&text, ", ...");
    put_line(lines, "instruments", &text);
}

static void
put_types(struct bytes *out, const struct tape_stats *stats)
{
    struct table types = {.columns = type_columns,
                          .column_count = 2,
                          .indent = 2,
                          .untitled = true};
    char number[16];

    for (unsigned type = 0; type <= UINT16_MAX; type++) {
        if (!stats->types[type])
            continue;
        table_put_text(&types, type_text(type, number));
        table_put_unsigned(&types, stats->types[type]);
    }
    table_write(&types, out);
    table_free(&types);
}

static void
put_bytes(struct table *lines, const struct tape_stats *stats)
{
    struct bytes text = {0};

    bytes_put_format(&text, "%" PRIu64 " in %" PRIu64 " blocks",
                     stats->end - stats->begin, stats->blocks);
    put_line(lines, "bytes", &text);
}

void
report_line(struct output *output, const char *word, const char *text)
{
    struct table lines = {
        .columns = word_columns, .column_count = 2, .untitled = true};
    struct bytes out = {0};

    table_put_text(&lines, word);
    table_put_text(&lines, text);
    table_write(&lines, &out);
    table_free(&lines);
    send(output, &out);
}

void
report_text(struct output *output, const struct tape_reader *reader,
            const struct tape_stats *stats)
{
    struct table lines = {
        .columns = word_columns, .column_count = 2, .untitled = true};
    struct bytes out = {0};

    table_put_text(&lines, "stream");
    table_put_text(&lines, reader->header.stream);
    put_programs(&lines, &reader->header);
    table_put_text(&lines, "status");
    table_put_text(&lines, status_text(reader));
    put_events(&lines, reader, stats);
    put_times(&lines, stats);
    put_instruments(&lines, &stats->instruments);
    table_write(&lines, &out);
    put_types(&out, stats);
    put_bytes(&lines, stats);
    table_put_text(&lines, "digest");
    table_put_format(&lines, "%016" PRIx64, digest_value(&reader->digest));
    table_write(&lines, &out);
    table_free(&lines);
    send(output, &out);
}

/* ---- for programs -------------------------------------------------------- */

static void
put_member(struct json *json, const char *key, const char *text)
{
    json_key(json, key);
    json_text(json, text);
}

static void
put_number(struct json *json, const char *key, uint64_t number)
{
    json_key(json, key);
    json_unsigned(json, number);
}

static void
list_programs(struct json *json, const struct tape_header *header)
{
    json_key(json, "programs");
    json_open(json, '[');
    for (unsigned i = 0; i < header->program_count; i++) {
        json_open(json, '{');
        put_member(json, "name", header->programs[i].name);
        put_member(json, "version", header->programs[i].version);
        put_member(json, "options", header->programs[i].options);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void
list_instruments(struct json *json, const struct instruments *instruments)
{
    char name[NAME_MAX_TEXT];

    json_key(json, "instruments");
    json_open(json, '[');
    for (uint32_t i = 0; i < instruments->local_count; i++)
        json_text(json, instrument_text(instruments, i, name));
    json_close(json, ']');
}

static void
list_types(struct json *json, const struct tape_stats *stats)
{
    char number[16];

    json_key(json, "types");
    json_open(json, '{');
    for (unsigned type = 0; type <= UINT16_MAX; type++)
        if (stats->types[type])
            put_number(json, type_text(type, number), stats->types[type]);
    json_close(json, '}');
}

void
report_json(struct output *output, const struct tape_reader *reader,
            const struct tape_stats *stats)
{
    struct bytes out = {0};
    struct json json = {.out = &out};

    json_open(&json, '{');
    put_member(&json, "input", reader->input->name);
    put_member(&json, "stream", reader->header.stream);
    list_programs(&json, &reader->header);
    put_member(&json, "status", status_text(reader));
    put_number(&json, "first_seq", reader->header.first_seq);
    put_number(&json, "events", stats->events);
    if (stats->time_min <= stats->time_max) {
        json_key(&json, "time_min");
        json_time(&json, stats->time_min);
        json_key(&json, "time_max");
        json_time(&json, stats->time_max);
    }
    put_number(&json, "late", stats->late);
    list_instruments(&json, &stats->instruments);
    list_types(&json, stats);
    put_number(&json, "bytes", stats->end - stats->begin);
    put_number(&json, "blocks", stats->blocks);
    json_key(&json, "digest");
    json_hex(&json, digest_value(&reader->digest));
    json_close(&json, '}');
    json_newline(&json);
    send(output, &out);
}
