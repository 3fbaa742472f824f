#include "app/matching.h"

#include <assert.h>
#include <inttypes.h>

#include "base/count.h"
#include "cli/local.h"
#include "match/snapshot.h"

/* ---- where reports go ---------------------------------------------------- */

/* Lends the engine the rest of the writer's block. */
static void
lend_room(struct matching *m)
{
    struct match_room *room = &m->match.room;

    _Static_assert(MATCH_REPORT_MAX <= ROOM_EVENT_MAX,
                   "the last report in the room fits the block");
    assert(!room->at && !m->quotes_asked);
    room->at = tape_writer_room(&m->run->writer, &room->end);
}

/* Collects the reports written there: before anything else is written, or the
 * sequence number of the next event is asked for. */
static void
collect_room(struct matching *m)
{
    struct match_room *room = &m->match.room;

    if (room->at)
        tape_writer_filled(&m->run->writer, room->at, room->reports);
    *room = (struct match_room){0};
}

/* Writes the quotes that the last report changed; a failure stays in the
 * run. */
static void
emit_pending(struct matching *m)
{
    const struct event *report = m->pending;
    struct run *run = m->run;

    m->pending = NULL;
    if (report && feed_takes(report->type))
        quotes_take(&m->quotes,
                    instruments_find(&run->instruments, report->instrument),
                    report, &run->failure);
}

static void *
put_report(void *owner, size_t size)
{
    struct matching *m = owner;
    struct tape_writer *writer = &m->run->writer;
    void *report;

    if (m->match.room.at) { /* it is full */
        collect_room(m);
        report = tape_writer_put(writer, size);
        lend_room(m);
        return report;
    }
    if (m->quotes_asked) {
        emit_pending(m);
        assert(!m->pending);
        m->pending = tape_writer_put(writer, size);
        return m->pending;
    }
    return tape_writer_put(writer, size);
}

static void *
put_quote(void *owner, size_t size)
{
    struct matching *m = owner;

    return tape_writer_put(&m->run->writer, size);
}

/* A definition is written: first what comes before it. */
static uint32_t
name_instrument(void *owner, uint32_t index, const struct event *cause,
                struct failure *failure)
{
    struct matching *m = owner;

    collect_room(m);
    emit_pending(m);
    return local_id(m->run, index, cause->time, failure);
}

/* The engine and the books as they are before the first event. */
static int
start(void *state, struct run *run)
{
    struct matching *m = state;
    const struct event_sink reports = {put_report, name_instrument, m};
    const struct event_sink quotes = {put_quote, name_instrument, m};

    assert(m->self_trade >= -1 && m->self_trade < UINT8_MAX);
    match_free(&m->match);
    quotes_free(&m->quotes);
    match_init(&m->match, &reports);
    m->match.self_trade = (uint8_t)(m->self_trade + 1);
    if (!m->quotes_asked)
        return 0;
    return quotes_init(&m->quotes, &quotes, (unsigned)m->depth, &run->failure);
}

/* ---- snapshots ----------------------------------------------------------- */

static void *
put_state(void *owner, size_t size)
{
    return tape_writer_put(owner, size);
}

static void
save(void *state, struct run *run, struct tape_writer *writer)
{
    struct matching *m = state;
    const struct event_sink sink = {.put = put_state, .owner = writer};

    assert(!m->match.room.at && !m->pending); /* all reports are written */
    match_save(&m->match, &run->instruments, &sink);
}

static int
restore(void *state, const struct event *event, struct failure *failure)
{
    struct matching *m = state;

    if (match_restore(&m->match, event, failure) != 0)
        return -1;
    return m->quotes_asked ? quotes_restore(&m->quotes, event, failure) : 0;
}

/* The input has reached the snapshot: instruments of earlier tapes that were
 * given an id on this one by then have it again. */
static int
arrive(void *state, struct run *run)
{
    struct matching *m = state;
    struct instruments *instruments = &run->instruments;

    if (instruments->count != m->match.count)
        return fail(&run->failure, FAILURE_DATA,
                    "the snapshot's instruments are not those of the input");
    for (uint32_t i = 0; i < instruments->count; i++) {
        uint32_t local = match_market(&m->match, i)->local;
        struct instrument *known = instruments->events[i];

        if (local == 0 || instruments_find(instruments, local) == i)
            continue;
        known->event.instrument = local;
        if (instruments_define(instruments, known, &run->failure) != i)
            return -1;
    }
    return quotes_restored(&m->quotes, &run->failure);
}

/* ---- a run --------------------------------------------------------------- */

int
matching_prepare(void *state, struct run *run)
{
    struct matching *m = state;

    m->run = run;
    m->quotes_asked = m->quotes_asked || m->depth;
    m->resume.state = m;
    m->resume.save = save;
    m->resume.restore = restore;
    m->resume.clear = start;
    m->resume.arrive = arrive;
    run->keep = m->keep;
    if (start(m, run) != 0 ||
        (m->shard_text &&
         shard_init(&m->shard, m->shard_text, &run->failure) != 0))
        return -1;
    run->unconfined = m->resume.directory != NULL;
    return resume_prepare(&m->resume, run);
}

int
matching_begin(void *state, struct run *run, struct tape_header *header)
{
    struct matching *m = state;

    if (!resume_passes(&m->resume))
        match_begin(&m->match);
    return resume_begin(&m->resume, run, header);
}

int
matching_block(void *state, struct run *run)
{
    struct matching *m = state;

    assert(!m->match.room.at); /* the batch took back what it lent */
    return resume_block(&m->resume, run);
}

int
matching_end(void *state, struct run *run, enum tape_status status)
{
    struct matching *m = state;

    (void)status;
    return resume_end(&m->resume, run);
}

/* What of the input was of no use. */
static void
remark_on_input(const struct matching *m, struct run *run)
{
    if (m->quotes.feed.unknown)
        run_remark(run,
                   COUNT_FORMAT " about orders that were never announced "
                                "(the feed may begin in the middle of a day)",
                   COUNT(m->quotes.feed.unknown, "event"));
    if (m->match.requests == 0 && m->others && !m->quotes_asked &&
        m->shard.shards == 0)
        run_remark(run,
                   "nothing to match: no order, modify or cancel among %" PRIu64
                   " events of the market",
                   m->others);
}

int
matching_finish(void *state, struct run *run)
{
    struct matching *m = state;

    if (!run->common.quiet)
        remark_on_input(m, run);
    return resume_finish(&m->resume, run);
}

void
matching_free(void *state)
{
    struct matching *m = state;

    match_free(&m->match);
    quotes_free(&m->quotes);
    resume_free(&m->resume);
    shard_free(&m->shard);
}

/* ---- shards -------------------------------------------------------------- */

static bool
is_request(const struct event *event)
{
    return event->type >= EVENT_ORDER && event->type <= EVENT_CANCEL;
}

/* What a market says itself; of no use to an engine. */
static bool
is_market_data(const struct event *event)
{
    return event->type == EVENT_PRINT ||
           (feed_takes(event->type) && event->type != EVENT_SESSION);
}

static bool
is_definition(const struct event *event)
{
    return event->type == EVENT_INSTRUMENT || event->type == EVENT_NAME;
}

/* How an event concerns this shard. */
enum concern {
    CONCERN_TIME,  /* it only lets time pass */
    CONCERN_STATE, /* it acts here, but another shard passes it on */
    CONCERN_WHOLE, /* it is taken and passed on */
};

/* Cancels orders of an account wherever they are. */
static bool
is_mass_cancel(const struct event *event)
{
    const struct cancel *cancel = (const void *)event;

    return event->type == EVENT_CANCEL && event->instrument == 0 &&
           cancel->order_id == 0 && cancel->account_id != 0 &&
           cancel->quantity == DECIMAL_NULL;
}

/* What concerns no instrument is the first shard's, but some of it acts in all
 * of them. */
static enum concern
concern_of(const struct matching *m, const struct event *event, uint32_t index)
{
    const struct shard *shard = &m->shard;
    bool known = event->instrument != 0 && index != INSTRUMENT_NONE;

    assert(shard->shards == 0 || !known || index < shard->capacity);
    if (shard->shards == 0 || is_definition(event) ||
        (known ? shard_has(shard, index) : shard->shard == 0))
        return CONCERN_WHOLE;
    return event->type == EVENT_ACCOUNT || is_mass_cancel(event) ||
                   (event->type == EVENT_SESSION && event->instrument == 0)
               ? CONCERN_STATE
               : CONCERN_TIME;
}

/* ---- events -------------------------------------------------------------- */

/* An event passes that changes books as reports do. */
static int
quote_passing(struct matching *m, uint32_t index, const struct event *event)
{
    if (event->instrument == 0 && event->type == EVENT_SESSION)
        index = FEED_ALL;
    else if (index == INSTRUMENT_NONE)
        return instruments_unknown(event->instrument, &m->run->failure);
    assert(index == FEED_ALL || index < m->run->instruments.count);
    return quotes_take(&m->quotes, index, event, &m->run->failure);
}

/* The engine and the books take an event. */
static int
take(struct matching *m, uint32_t index, const struct event *event)
{
    struct failure *failure = &m->run->failure;

    assert(event->type != EVENT_INSTRUMENT ||
           index < m->run->instruments.count);
    /* as the tape's instruments are understood: a definition made up at first
     * use takes nothing away from an explicit one */
    if (event->type == EVENT_INSTRUMENT &&
        match_know(&m->match, index, m->run->instruments.events[index],
                   failure) != 0)
        return -1;
    if (!m->quotes_asked)
        return match_event(&m->match, index, event, failure);
    if ((feed_takes(event->type) && quote_passing(m, index, event) != 0) ||
        match_event(&m->match, index, event, failure) != 0)
        return -1;
    emit_pending(m);
    return failure->kind == FAILURE_NONE ? 0 : -1;
}

/* An event that is not for this shard, or that a snapshot has seen: time
 * passes, and groups of accounts, which snapshots do not have, are learnt. */
static int
pass_over(struct matching *m, const struct event *event)
{
    const struct event clock = {sizeof clock / 8, EVENT_CLOCK, 0, event->time};
    bool groups = resume_passes(&m->resume) && event->type == EVENT_ACCOUNT;
    struct failure *failure = &m->run->failure;

    if (match_event(&m->match, MATCH_NO_MARKET, groups ? event : &clock,
                    failure) != 0)
        return -1;
    emit_pending(m);
    return failure->kind == FAILURE_NONE ? 0 : -1;
}

int
matching_event(void *state, struct run *run, const struct event *event)
{
    struct matching *m = state;
    uint32_t index = instruments_find(&run->instruments, event->instrument);
    enum concern concern;
    int result;

    assert(!m->match.room.at);
    m->others += is_market_data(event);
    if (event->type == EVENT_INSTRUMENT &&
        shard_define(&m->shard, index, (const void *)event, &run->failure) != 0)
        return -1;
    concern =
        resume_passes(&m->resume) ? CONCERN_TIME : concern_of(m, event, index);
    if (concern == CONCERN_WHOLE && (m->keep || !is_request(event)))
        tape_writer_copy(&run->writer, event);
    result =
        concern == CONCERN_TIME ? pass_over(m, event) : take(m, index, event);
    return result == 0 ? resume_taken(&m->resume, run, event) : -1;
}

/* A request that reports replace, when all instruments are ours and no quotes
 * are asked for. */
static inline int
take_request(struct matching *m, struct run *run, const struct event *event)
{
    uint32_t index = instruments_find(&run->instruments, event->instrument);

    if (match_event(&m->match, index, event, &run->failure) != 0 ||
        run->failure.kind != FAILURE_NONE)
        return -1;
    return resume_taken(&m->resume, run, event);
}

/* Prefetches what an event to come needs, and returns the event after it. */
static const struct event *
prefetch(const struct matching *m, const struct run *run,
         const struct event *event, enum match_step step)
{
    if (event >= run->reader.end)
        return event;
    match_prefetch(&m->match,
                   instruments_find(&run->instruments, event->instrument),
                   event, step);
    return event_next(event);
}

int
matching_batch(void *state, struct run *run, const struct event **event)
{
    struct matching *m = state;
    const struct event *ahead[MATCH_STEPS] = {*event, *event, *event};
    bool prefetches = m->match.books.count > MATCH_CACHED;
    bool simple = m->shard.shards == 0 && !m->keep && !m->quotes_asked &&
                  !resume_passes(&m->resume);
    bool lends = !m->resume.directory; /* snapshots need sequence numbers */
    int result = 0;

    _Static_assert(MATCH_STEPS == 3, "each step begins at the first event");
    for (unsigned step = 0; prefetches && step < MATCH_STEPS; step++)
        for (unsigned i = step * MATCH_AHEAD; i < MATCH_STEPS * MATCH_AHEAD;
             i++)
            ahead[step] = prefetch(m, run, ahead[step], step);
    while (result == 0 && *event < run->reader.end && !is_definition(*event)) {
        for (unsigned step = 0; prefetches && step < MATCH_STEPS; step++)
            ahead[step] = prefetch(m, run, ahead[step], step);
        if (simple && is_request(*event)) {
            if (lends && !m->match.room.at)
                lend_room(m);
            result = take_request(m, run, *event);
        } else {
            collect_room(m);
            result = matching_event(m, run, *event);
        }
        if (result == 0) {
            *event = event_next(*event);
            run_took(run, 1);
        }
    }
    collect_room(m);
    return result;
}
