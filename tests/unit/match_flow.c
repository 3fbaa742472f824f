/* match_flow - the engine under random flow of all kinds: the same reports as
 * from a second, plain engine, and what must hold whatever comes.
 *
 * XTAPE_LONG=1: ten million requests instead of a few hundred thousand.
 */
#include "match_flow.h"

#include "match_pair.h"
#include "match_story.h"
#include "tap.h"

#define SEEDS       5
#define EVENTS      60000   /* of each seed */
#define LONG_EVENTS 2100000 /* of each seed, when there is time */

_Static_assert(STORY_SYMBOLS == MODEL_SYMBOLS, "all see the same symbols");

static struct pair pair;
static struct match twin;
static struct reports twin_reports;
static struct stories stories;

/* ---- what to print when they differ ---------------------------------------
 */

static void
tell_report(const char *whose, const void *report)
{
    char text[256];

    report_text(report, text, sizeof text);
    tap_note("%s: %s", whose, text);
}

/* A request as its fields that are not null. */
static void
tell_request(const union request_event *request)
{
    const struct schema_type *type = schema_find(request->event.type);
    char text[DECIMAL_TEXT_MAX + 1];

    tap_note("%s of %u at %" PRId64, type->name, request->event.instrument,
             request->event.time);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct schema_field *field = &type->fields[i];
        const char *at = (const char *)request + field->offset;

        if (field->kind == FIELD_TEXT || field_is_null(request, field))
            continue;
        if (field->kind == FIELD_ENUM)
            tap_note("    %s %s", field->name,
                     word_text(type->type, field->name, request));
        else if (field->kind == FIELD_PRICE || field->kind == FIELD_QUANTITY)
            tap_note("    %s %s", field->name,
                     number_text(*(const int64_t *)(const void *)at, text));
        else
            tap_note("    %s %" PRIu64, field->name,
                     field_unsigned(request, field));
    }
}

static void
tell_difference(const union request_event *request, uint64_t seed,
                int64_t number)
{
    size_t reports = pair.reports.count;
    size_t model_reports = (size_t)pair.model.report_count;

    tap_note("seed %" PRIu64 ", request %" PRId64 ", after %zu equal reports:",
             seed, number, pair.same);
    tell_request(request);
    for (size_t i = pair.same; i < reports && i < pair.same + 4; i++)
        tell_report("the engine", pair.reports.all[i].bytes);
    for (size_t i = pair.same; i < model_reports && i < pair.same + 4; i++)
        tell_report("the model", &pair.model.reports[i]);
}

/* ---- the run ------------------------------------------------------------- */

struct result {
    bool agrees, repeats, true_reports, adds_up, never_crossed;
    uint64_t trades, rejects, reports;
    uint64_t types[EVENT_TYPES], reasons[UINT8_MAX + 1];
};

static void
count_report(struct result *result, const union report *report)
{
    unsigned type = report->event.type;

    result->reports++;
    result->types[type]++;
    if (type == EVENT_REJECTED || type == EVENT_CANCELLED ||
        type == EVENT_EXPIRED)
        result->reasons[report->end.reason]++;
}

/* The twin takes the same and must report the same. */
static bool
repeats(const union request_event *request)
{
    size_t size = pair.reports.count * sizeof pair.reports.all[0];
    struct failure failure;

    pair_engine_take(&twin, &twin_reports, &request->event, &failure);
    return pair.reports.count == twin_reports.count &&
           memcmp(pair.reports.all, twin_reports.all, size) == 0;
}

static void
run_step(const union request_event *request, struct result *result)
{
    result->agrees &= pair_take(&pair, &request->event);
    result->repeats &= repeats(request);
    story_event(&stories, request);
    for (size_t i = 0; i < pair.reports.count; i++) {
        const void *report = pair.reports.all[i].bytes;

        result->true_reports &= story_report(&stories, report);
        count_report(result, report);
    }
    result->never_crossed &= stories_do_not_cross(&stories);
    result->adds_up &= stories_add_up(&stories);
}

static void
run(uint64_t seed, int64_t events, struct result *result)
{
    struct random random = {seed};
    union request_event request;
    struct failure failure;

    pair_init(&pair);
    pair_engine_init(&twin, &twin_reports, &failure);
    stories_init(&stories);
    for (int64_t i = 1; i <= events && result->agrees; i++) {
        some_request(&random, MODEL_SYMBOLS, 3 * i, &request);
        run_step(&request, result);
        if (!result->agrees)
            tell_difference(&request, seed, i);
    }
    result->trades += pair.match.trades;
    result->rejects += pair.match.rejects;
    pair_free(&pair);
    match_free(&twin);
}

/* Whether the flow came to everything that it is for. */
static bool
was_everywhere(const struct result *result)
{
    static const uint8_t types[] = {
        EVENT_ACCEPTED, EVENT_REJECTED,  EVENT_MODIFIED, EVENT_CANCELLED,
        EVENT_EXPIRED,  EVENT_TRIGGERED, EVENT_TRADE,    EVENT_INDICATIVE,
    };
    bool everywhere = true;

    for (size_t i = 0; i < sizeof types; i++)
        everywhere &= result->types[types[i]] > 100;
    for (int reason = 1; reason <= REASON_AUCTION_REMAINDER; reason++)
        if (result->reasons[reason] == 0 && reason != REASON_UNSUPPORTED &&
            reason != REASON_REDUCED && reason != REASON_INSUFFICIENT_FUNDS &&
            reason != REASON_ACCOUNT_CLOSED) {
            tap_note("reason %d never came", reason);
            everywhere = false;
        }
    return everywhere;
}

int
main(void)
{
    struct result result = {true, true, true, true, true, 0, 0, 0, {0}, {0}};
    const char *asked = getenv("XTAPE_LONG");
    int64_t events = asked && *asked ? LONG_EVENTS : EVENTS;

    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(seed, events, &result);
    tap_note("%" PRId64 " requests, %" PRIu64 " reports, %" PRIu64
             " trades, %" PRIu64 " rejects",
             SEEDS * events, result.reports, result.trades, result.rejects);
    OK("An independent, plain engine gives the same reports.", result.agrees);
    OK("Executed, open and cancelled add up to submitted (90).",
       result.adds_up);
    OK("No trade is of nothing, outside a limit or out of turn (90).",
       result.true_reports);
    OK("A book is never crossed while trading is continuous (90).",
       result.never_crossed);
    OK("The same input gives the same reports (91).", result.repeats);
    OK("The flow came to every kind of report and reason.",
       was_everywhere(&result));
    return tap_done();
}
