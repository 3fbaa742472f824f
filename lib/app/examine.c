#include "app/examine.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/table.h"
#include "tape/schema.h"

#define KEY_DEFAULT "trade_id"

int
examine_prepare(void *state, struct run *run)
{
    struct examine *x = state;
    const char *key = x->dedupe ? x->dedupe : x->key ? x->key : KEY_DEFAULT;
    struct failure *failure = &run->failure;

    if (x->table && x->json)
        return fail(failure, FAILURE_USAGE,
                    "--table and --json: one is wanted");
    if (x->key && x->dedupe)
        return fail(failure, FAILURE_USAGE,
                    "--dedupe KEY is the --key as well");
    if (x->dedupe && (x->table || x->json))
        return fail(failure, FAILURE_USAGE,
                    "--dedupe is for a tape, --table and --json write none");
    if (quality_init(&x->quality, key, failure) != 0)
        return fail_at(failure, x->dedupe ? "--dedupe" : "--key");
    if (x->checks && quality_choose(&x->quality, x->checks, failure) != 0)
        return fail_at(failure, "--checks");
    if (x->dedupe)
        x->quality.enabled[QUALITY_DUPLICATE] = true;
    if (x->stale)
        x->quality.stale = x->stale;
    x->quality.spike = x->spike;
    if (x->table || x->json)
        run->kind = RUN_TEXT;
    return 0;
}

int
examine_begin(void *state, struct run *run, struct tape_header *header)
{
    struct examine *x = state;

    (void)run;
    (void)header;
    quality_begin(&x->quality);
    memset(x->here, 0, sizeof x->here);
    return 0;
}

/* ---- findings, as events ------------------------------------------------- */

/* An event with one or two texts in its tail. */
static void *
put_event(struct examine *x, struct run *run, enum event_type type,
          const struct event *cause, const char *name, struct text texts[2])
{
    size_t fixed = schema_find(type)->size, name_size = strlen(name);
    size_t tail = name_size + x->text.size;
    size_t size = fixed + (tail + 7) / 8 * 8;
    char *event = tape_writer_put(&run->writer, size);

    assert(size <= EVENT_MAX);
    memset(event, 0, size);
    event_init(event, type);
    ((struct event *)(void *)event)->words = (uint16_t)(size / 8);
    ((struct event *)(void *)event)->instrument = cause->instrument;
    ((struct event *)(void *)event)->time = cause->time;
    memcpy(event + fixed, name, name_size);
    if (x->text.size)
        memcpy(event + fixed + name_size, x->text.bytes, x->text.size);
    texts[0] = (struct text){(uint16_t)fixed, (uint16_t)name_size, 0};
    texts[1] =
        (struct text){(uint16_t)(fixed + name_size), (uint16_t)x->text.size, 0};
    return event;
}

static void
put_gap(struct examine *x, struct run *run, const struct event *cause,
        const struct finding *finding)
{
    struct text texts[2];
    struct gap *gap;

    bytes_clear(&x->text);
    gap = put_event(x, run, EVENT_GAP, cause, "trade_id", texts);
    gap->missing = finding->missing;
    gap->from = finding->from;
    gap->reason = texts[0];
}

static void
put_value(struct json *json, const struct finding_value *value)
{
    char text[DURATION_TEXT_MAX];

    json_key(json, value->name);
    switch (value->kind) {
    case FINDING_DECIMAL: json_decimal(json, value->value); break;
    case FINDING_TIME: json_time(json, value->value); break;
    case FINDING_DURATION:
        json_string(json, text, duration_format(value->value, text));
        break;
    default: json_unsigned(json, (uint64_t)value->value); break;
    }
}

static int
put_audit(struct examine *x, struct run *run, const struct event *cause,
          const struct json *json)
{
    struct text texts[2];
    struct audit *audit;

    assert(json->depth == 0);
    if (x->text.failed)
        return fail_memory(&run->failure);
    audit = put_event(x, run, EVENT_AUDIT, cause, "xcheck", texts);
    audit->name = texts[0];
    audit->document = texts[1];
    return 0;
}

static int
put_finding(struct examine *x, struct run *run, const struct event *cause,
            enum quality_check check, const struct finding *finding)
{
    struct json json = {.out = &x->text};

    if (check == QUALITY_GAP) {
        put_gap(x, run, cause, finding);
        return 0;
    }
    bytes_clear(&x->text);
    json_open(&json, '{');
    json_key(&json, "check");
    json_text(&json, quality_rules[check].name);
    json_key(&json, "seq");
    json_unsigned(&json, run->seq);
    for (unsigned i = 0; i < FINDING_VALUES; i++)
        if (finding->values[i].kind != FINDING_NONE)
            put_value(&json, &finding->values[i]);
    json_close(&json, '}');
    return put_audit(x, run, cause, &json);
}

/* ---- events -------------------------------------------------------------- */

static int
take_findings(struct examine *x, struct run *run, const struct event *event,
              uint32_t found, const struct finding findings[QUALITY_CHECKS])
{
    for (unsigned check = 0; check < QUALITY_CHECKS; check++) {
        if (!(found >> check & 1))
            continue;
        if (x->found[check]++ == 0) {
            x->first[check] = run->seq;
            x->time[check] = event->time;
        }
        if (x->here[check]++ < x->max && run->kind == RUN_TAPE &&
            put_finding(x, run, event, (enum quality_check)check,
                        &findings[check]) != 0)
            return -1;
    }
    return 0;
}

int
examine_event(void *state, struct run *run, const struct event *event)
{
    struct examine *x = state;
    struct finding findings[QUALITY_CHECKS];
    uint32_t found, index = INSTRUMENT_NONE;
    bool again;

    if (event->instrument)
        index = instruments_find(&run->instruments, event->instrument);
    if (event->instrument && index == INSTRUMENT_NONE)
        return instruments_unknown(event->instrument, &run->failure);
    if (quality_look(&x->quality, event, index, &found, findings,
                     &run->failure) != 0)
        return -1;
    assert(found < 1U << QUALITY_CHECKS);
    again = x->dedupe && found >> QUALITY_DUPLICATE & 1;
    x->removed += again;
    if (!again && run->kind == RUN_TAPE)
        tape_writer_copy(&run->writer, event);
    return found ? take_findings(x, run, event, found, findings) : 0;
}

static uint64_t
sum_here(const struct examine *x)
{
    uint64_t sum = 0;

    for (unsigned check = 0; check < QUALITY_CHECKS; check++)
        sum += x->here[check];
    return sum;
}

/* The last event of a tape with findings: how many. */
static int
put_counts(struct examine *x, struct run *run)
{
    const struct event last = {.time = x->quality.newest};
    struct json json = {.out = &x->text};

    assert(sum_here(x) > 0);
    bytes_clear(&x->text);
    json_open(&json, '{');
    for (unsigned check = 0; check < QUALITY_CHECKS; check++) {
        if (!x->here[check])
            continue;
        json_key(&json, quality_rules[check].name);
        json_unsigned(&json, x->here[check]);
    }
    json_close(&json, '}');
    return put_audit(x, run, &last, &json);
}

int
examine_end(void *state, struct run *run, enum tape_status status)
{
    struct examine *x = state;
    uint64_t sum = sum_here(x);

    if (sum == 0 || run->kind != RUN_TAPE)
        return 0;
    if (put_counts(x, run) != 0)
        return -1;
    if (!x->strict || status == TAPE_FAILED)
        return 0;
    return fail(&run->failure, FAILURE_DATA,
                "%s: findings: %" PRIu64 " (--strict)", input_name(&run->input),
                sum);
}

/* ---- the report ---------------------------------------------------------- */

static void
fill_table(const struct examine *x, struct bytes *out)
{
    static const struct table_column columns[] = {
        {"check", TABLE_LEFT, 0},
        {"found", TABLE_RIGHT, 0},
        {"first event", TABLE_RIGHT, 0},
        {"time", TABLE_LEFT, 0},
    };
    struct table table = {.columns = columns, .column_count = 4};

    for (unsigned check = 0; check < QUALITY_CHECKS; check++) {
        if (!x->quality.enabled[check])
            continue;
        table_put_text(&table, quality_rules[check].name);
        table_put_unsigned(&table, x->found[check]);
        if (x->found[check]) {
            table_put_unsigned(&table, x->first[check]);
            table_put_time(&table, x->time[check]);
        }
        table_end_row(&table);
    }
    table_write(&table, out);
    table_free(&table);
}

static void
fill_json(const struct examine *x, const struct run *run, struct bytes *out)
{
    struct json json = {.out = out};

    json_open(&json, '{');
    json_key(&json, "events");
    json_unsigned(&json, run->events_in);
    for (unsigned check = 0; check < QUALITY_CHECKS; check++) {
        if (!x->quality.enabled[check])
            continue;
        json_key(&json, quality_rules[check].name);
        json_open(&json, '{');
        json_key(&json, "found");
        json_unsigned(&json, x->found[check]);
        if (x->found[check]) {
            json_key(&json, "first");
            json_unsigned(&json, x->first[check]);
            json_key(&json, "time");
            json_time(&json, x->time[check]);
        }
        json_close(&json, '}');
    }
    json_close(&json, '}');
    json_newline(&json);
}

/* What was found of each check, for people. */
static void
remark_counts(const struct examine *x, struct run *run)
{
    struct run_count counts[QUALITY_CHECKS + 1];

    for (unsigned check = 0; check < QUALITY_CHECKS; check++)
        counts[check] =
            (struct run_count){x->found[check], quality_rules[check].name};
    counts[QUALITY_CHECKS] = (struct run_count){x->removed, "removed"};
    run_remark_counts(run, "found", counts, QUALITY_CHECKS + 1);
}

int
examine_finish(void *state, struct run *run)
{
    struct examine *x = state;
    struct bytes out = {0};
    uint64_t sum = 0;

    if (run->kind != RUN_TEXT) {
        remark_counts(x, run);
        return 0;
    }
    if (x->json)
        fill_json(x, run, &out);
    else
        fill_table(x, &out);
    if (out.failed)
        fail_memory(&run->failure);
    else
        output_put(&run->output, out.bytes, out.size);
    bytes_free(&out);
    for (unsigned check = 0; check < QUALITY_CHECKS; check++)
        sum += x->found[check];
    if (x->strict && sum)
        return fail(&run->failure, FAILURE_DATA,
                    "findings: %" PRIu64 " (--strict)", sum);
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

void
examine_destroy(void *state)
{
    struct examine *x = state;

    quality_free(&x->quality);
    bytes_free(&x->text);
}

void
examine_list(struct table *table)
{
    for (unsigned check = 0; check < QUALITY_CHECKS; check++) {
        table_put_text(table, quality_rules[check].name);
        table_put_text(table, quality_rules[check].meaning);
        table_end_row(table);
    }
}
