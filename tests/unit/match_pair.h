/* match_pair.h - the engine and the plain one, side by side: both take the
 * same, and report the same, byte for byte.
 *
 *      pair_init   MODEL_SYMBOLS instruments with nothing but their names
 *      pair_take   any event, definitions too; false when they differ
 */
#ifndef TESTS_MATCH_PAIR_H
#define TESTS_MATCH_PAIR_H

#include "match/match.h"
#include "match_model.h"
#include "match_text.h"

struct pair {
    struct match match;
    struct reports reports; /* what the last event caused */
    struct failure failure;
    struct model model;
    size_t same; /* so many of them are the same in both */
};

static uint32_t
pair_index(const struct event *event)
{
    return event->instrument - 1 < MODEL_SYMBOLS ? event->instrument - 1
                                                 : MATCH_NO_MARKET;
}

/* Whether the model says the same; counts how far it does. */
static bool
pair_agrees(struct pair *pair)
{
    size_t count = (size_t)pair->model.report_count;

    pair->same = 0;
    while (pair->same < count && pair->same < pair->reports.count &&
           memcmp(pair->reports.all[pair->same].bytes,
                  &pair->model.reports[pair->same],
                  pair->model.reports[pair->same].event.words * 8UL) == 0)
        pair->same++;
    return pair->same == count && count == pair->reports.count;
}

/* The engine alone takes an event. */
static void
pair_engine_take(struct match *match, struct reports *reports,
                 const struct event *event, struct failure *failure)
{
    const void *at = event;
    uint32_t index = pair_index(event);

    reports->count = 0;
    if (event->type == EVENT_INSTRUMENT)
        match_define(match, index, at, failure);
    match_event(match, index, event, failure);
}

static bool
pair_take(struct pair *pair, const struct event *event)
{
    const void *at = event;

    pair_engine_take(&pair->match, &pair->reports, event, &pair->failure);
    if (event->type == EVENT_INSTRUMENT)
        model_define(&pair->model, at);
    model_event(&pair->model, event);
    return pair_agrees(pair) && pair->failure.kind == FAILURE_NONE;
}

static void
pair_engine_init(struct match *match, struct reports *reports,
                 struct failure *failure)
{
    struct event_sink sink = reports_sink(reports);
    struct instrument instrument;

    reports->count = 0;
    *failure = (struct failure){0};
    match_init(match, &sink);
    event_init(&instrument, EVENT_INSTRUMENT);
    for (uint32_t i = 0; i < MODEL_SYMBOLS; i++) {
        instrument.event.instrument = i + 1;
        match_define(match, i, &instrument, failure);
    }
}

static void
pair_init(struct pair *pair)
{
    pair_engine_init(&pair->match, &pair->reports, &pair->failure);
    model_init(&pair->model);
}

static void
pair_free(struct pair *pair)
{
    match_free(&pair->match);
}

#endif
