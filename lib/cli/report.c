#include "cli/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "tape/schema.h"

#define SYMBOLS_SHOWN 8

/* ---- putting text -------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
put(struct output *output, const char *format, ...)
{
    char text[512];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    output_put(output, text, (size_t)size);
}

/* Text from outside: in JSON escaped, else with no control characters, which
 * could move a terminal's cursor. */
static void
put_text(struct output *output, const char *text, bool json)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (json && (byte < ' ' || byte == 127))
            put(output, "\\u%04x", byte);
        else if (json && (byte == '"' || byte == '\\'))
            put(output, "\\%c", byte);
        else if (byte < ' ' || byte == 127)
            output_put(output, "?", 1);
        else
            output_put(output, text, 1);
    }
}

void
report_digest(struct output *output, const struct tape_reader *reader)
{
    put(output, "%016" PRIx64 "\n", digest_value(&reader->digest));
}

/* "key":"text", */
static void
put_pair(struct output *output, const char *key, const char *text)
{
    put(output, "\"%s\":\"", key);
    put_text(output, text, true);
    put(output, "\",");
}

static const char *
time_text(int64_t time, char text[TIME_TEXT_MAX + 1])
{
    text[time_format(time, text)] = '\0';
    return text;
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
status_text(const struct tape_reader *reader)
{
    static const char *const words[] = {
        [TAPE_COMPLETE] = "complete",
        [TAPE_LIMITED] = "limited",
        [TAPE_STOPPED] = "stopped",
        [TAPE_FAILED] = "failed",
    };

    if (!reader->in_tape)
        return words[reader->status];
    return reader->input->stopped ? "not read to its end"
                                  : "without a whole end";
}

/* ---- for people ---------------------------------------------------------- */

static void
tell_programs(struct output *output, const struct tape_header *header)
{
    for (unsigned i = 0; i < header->program_count; i++) {
        put(output, "%-13s", i == 0 ? "programs" : "");
        put_text(output, header->programs[i].name, false);
        put(output, " ");
        put_text(output, header->programs[i].version, false);
        put(output, "%s", header->programs[i].options[0] ? " " : "");
        put_text(output, header->programs[i].options, false);
        put(output, "\n");
    }
}

static void
tell_times(struct output *output, const struct tape_facts *facts)
{
    char from[TIME_TEXT_MAX + 1], to[TIME_TEXT_MAX + 1];
    char by[DURATION_TEXT_MAX];

    if (facts->time_min > facts->time_max)
        return;
    put(output, "%-13s%s to %s\n", "time", time_text(facts->time_min, from),
        time_text(facts->time_max, to));
    if (facts->late == 0)
        put(output, "%-13snever steps back\n", "");
    else
        put(output,
            "%-13ssteps back: %" PRIu64 " events are late, the first is event "
            "%" PRIu64 ", the farthest by %.*s\n",
            "", facts->late, facts->first_late,
            (int)duration_format((int64_t)(facts->latest_by & INT64_MAX), by),
            by);
}

static void
tell_instruments(struct output *output, const struct instruments *instruments)
{
    char name[256];
    uint32_t count = instruments->local_count;

    put(output, "%-13s%" PRIu32, "instruments", count);
    for (uint32_t i = 0; i < count && i < SYMBOLS_SHOWN; i++) {
        instruments_name(instruments,
                         instruments_find(instruments, instruments->locals[i]),
                         name, sizeof name);
        put(output, "%s", i ? ", " : ": ");
        put_text(output, name, false);
    }
    put(output, "%s\n", count > SYMBOLS_SHOWN ? ", ..." : "");
}

void
report_line(struct output *output, const char *word, const char *text)
{
    put(output, "%-13s", word);
    put_text(output, text, false);
    put(output, "\n");
}

void
report_text(struct output *output, const struct tape_reader *reader,
            const struct tape_facts *facts)
{
    char number[16];

    report_line(output, "stream", reader->header.stream);
    tell_programs(output, &reader->header);
    report_line(output, "status", status_text(reader));
    put(output, "%-13s%" PRIu64, "events", facts->events);
    if (facts->events)
        put(output, ", seq %" PRIu64 " to %" PRIu64, reader->header.first_seq,
            reader->header.first_seq + facts->events - 1);
    put(output, "\n");
    tell_times(output, facts);
    tell_instruments(output, &facts->instruments);
    for (unsigned type = 0; type <= UINT16_MAX; type++)
        if (facts->types[type])
            put(output, "  %-20s %12" PRIu64 "\n", type_text(type, number),
                facts->types[type]);
    put(output, "%-13s%" PRIu64 " in %" PRIu64 " blocks\n", "bytes",
        facts->end - facts->begin, facts->blocks);
    put(output, "%-13s", "digest");
    report_digest(output, reader);
}

/* ---- for programs -------------------------------------------------------- */

static void
list_programs(struct output *output, const struct tape_header *header)
{
    put(output, "\"programs\":[");
    for (unsigned i = 0; i < header->program_count; i++) {
        put(output, "%s{", i ? "," : "");
        put_pair(output, "name", header->programs[i].name);
        put_pair(output, "version", header->programs[i].version);
        put(output, "\"options\":\"");
        put_text(output, header->programs[i].options, true);
        put(output, "\"}");
    }
    put(output, "],");
}

static void
list_instruments(struct output *output, const struct instruments *instruments)
{
    char name[256];

    put(output, "\"instruments\":[");
    for (uint32_t i = 0; i < instruments->local_count; i++) {
        instruments_name(instruments,
                         instruments_find(instruments, instruments->locals[i]),
                         name, sizeof name);
        put(output, "%s\"", i ? "," : "");
        put_text(output, name, true);
        put(output, "\"");
    }
    put(output, "],");
}

static void
list_types(struct output *output, const struct tape_facts *facts)
{
    const char *comma = "";
    char number[16];

    put(output, "\"types\":{");
    for (unsigned type = 0; type <= UINT16_MAX; type++) {
        if (!facts->types[type])
            continue;
        put(output, "%s\"%s\":%" PRIu64, comma, type_text(type, number),
            facts->types[type]);
        comma = ",";
    }
    put(output, "},");
}

void
report_json(struct output *output, const struct tape_reader *reader,
            const struct tape_facts *facts)
{
    char time[TIME_TEXT_MAX + 1];

    put(output, "{");
    put_pair(output, "input", reader->input->name);
    put_pair(output, "stream", reader->header.stream);
    list_programs(output, &reader->header);
    put_pair(output, "status", status_text(reader));
    put(output, "\"first_seq\":%" PRIu64 ",\"events\":%" PRIu64 ",",
        reader->header.first_seq, facts->events);
    if (facts->time_min <= facts->time_max) {
        put_pair(output, "time_min", time_text(facts->time_min, time));
        put_pair(output, "time_max", time_text(facts->time_max, time));
    }
    put(output, "\"late\":%" PRIu64 ",", facts->late);
    list_instruments(output, &facts->instruments);
    list_types(output, facts);
    put(output, "\"bytes\":%" PRIu64 ",\"blocks\":%" PRIu64 ",",
        facts->end - facts->begin, facts->blocks);
    put(output, "\"digest\":\"%016" PRIx64 "\"}\n",
        digest_value(&reader->digest));
}
