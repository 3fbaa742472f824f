/* xmatch - matches orders by price and time.  Orders, modifies and cancels go
 * in; what became of them, and trades, comes out.
 *
 * One book per instrument, kept from tape to tape.  All the rules are in
 * market/match.h; this feeds it events and gives it room for its facts.
 */
#include <inttypes.h>

#include "cli/local.h"
#include "cli/resume.h"
#include "feed/quotes.h"
#include "match/snapshot.h"
#include "tape/schema.h"
#include "tape/shard.h"

struct xmatch {
    struct match match;
    bool keep;
    int self_trade; /* of orders that do not say: a word; below 0: none */

    /* --quotes, --depth: books as whoever reads the facts sees them. */
    bool tells;
    uint64_t depth;
    struct quotes quotes;
    struct event *untold; /* the last fact: whole when the next comes */

    struct resume resume;
    const char *shard; /* "I/N" */
    struct shard instruments;
};

static void *
put(void *owner, size_t size)
{
    struct run *run = owner;

    return tape_writer_put(&run->writer, size);
}

/* Tells what the last fact changed; a failure stays in the run. */
static void
tell(struct xmatch *x, struct run *run)
{
    const struct event *fact = x->untold;

    x->untold = NULL;
    if (fact && feed_takes(fact->type))
        quotes_take(&x->quotes,
                    instruments_find(&run->instruments, fact->instrument), fact,
                    &run->failure);
}

/* Lets the engine write into the block in hand, and takes over what it wrote:
 * before anything else is written, or seq is asked for. */
static void
give_room(struct xmatch *x, struct run *run)
{
    struct match_room *room = &x->match.room;

    room->at = tape_writer_room(&run->writer, &room->end);
}

static void
take_room(struct xmatch *x, struct run *run)
{
    struct match_room *room = &x->match.room;

    if (room->at)
        tape_writer_filled(&run->writer, room->at, room->facts);
    *room = (struct match_room){0};
}

static void *
put_fact(void *owner, size_t size)
{
    struct run *run = owner;
    struct xmatch *x = run->filter->state;
    void *fact;

    if (x->match.room.at) { /* it is full */
        take_room(x, run);
        fact = tape_writer_put(&run->writer, size);
        give_room(x, run);
        return fact;
    }
    if (x->tells) {
        tell(x, run);
        x->untold = tape_writer_put(&run->writer, size);
        return x->untold;
    }
    return tape_writer_put(&run->writer, size);
}

static uint32_t
name_instrument(void *owner, uint32_t index, const struct event *cause,
                struct failure *failure)
{
    struct run *run = owner;

    take_room(run->filter->state, run); /* a definition is written */
    return local_id(run, index, cause->time, failure);
}

/* The engine and the books of the beginning. */
static int
start(void *state, struct run *run)
{
    struct xmatch *x = state;
    const struct event_sink facts = {put_fact, name_instrument, run};
    const struct event_sink told = {put, name_instrument, run};

    match_free(&x->match);
    quotes_free(&x->quotes);
    match_init(&x->match, &facts);
    x->match.self_trade = (uint8_t)(x->self_trade + 1);
    if (!x->tells)
        return 0;
    return quotes_init(&x->quotes, &told, (unsigned)x->depth, &run->failure);
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
    struct xmatch *x = state;
    const struct event_sink sink = {.put = put_state, .owner = writer};

    match_save(&x->match, &run->instruments, &sink);
}

static int
restore(void *state, const struct event *event, struct failure *failure)
{
    struct xmatch *x = state;

    if (match_restore(&x->match, event, failure) != 0)
        return -1;
    return x->tells ? quotes_restore(&x->quotes, event, failure) : 0;
}

/* The input is where the snapshot was taken: instruments of earlier tapes that
 * were named on this one by then have that name again. */
static int
arrive(void *state, struct run *run)
{
    struct xmatch *x = state;
    struct instruments *instruments = &run->instruments;

    if (instruments->count != x->match.count)
        return fail(&run->failure, FAILURE_DATA,
                    "the snapshot has not the instruments of the input");
    for (uint32_t i = 0; i < instruments->count; i++) {
        uint32_t local = match_market(&x->match, i)->local;
        struct instrument *known = instruments->events[i];

        if (local == 0 || instruments_find(instruments, local) == i)
            continue;
        known->event.instrument = local;
        if (instruments_define(instruments, known, &run->failure) != i)
            return -1;
    }
    return quotes_restored(&x->quotes, &run->failure);
}

/* ---- events -------------------------------------------------------------- */

static int
prepare(void *state, struct run *run)
{
    struct xmatch *x = state;

    run->keep = x->keep;
    x->tells = x->tells || x->depth;
    x->resume.state = x;
    x->resume.save = save;
    x->resume.restore = restore;
    x->resume.clear = start;
    x->resume.arrive = arrive;
    if (start(x, run) != 0 ||
        (x->shard && shard_init(&x->instruments, x->shard, &run->failure) != 0))
        return -1;
    return resume_prepare(&x->resume, run);
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xmatch *x = state;

    if (!resume_passes(&x->resume))
        match_begin(&x->match);
    return resume_begin(&x->resume, run, header);
}

/* An event that passes and that books are made from, as facts are. */
static int
tell_passing(struct xmatch *x, struct run *run, uint32_t index,
             const struct event *event)
{
    if (event->instrument == 0 && event->type == EVENT_SESSION)
        index = FEED_ALL;
    else if (index == INSTRUMENT_NONE)
        return instruments_unknown(event->instrument, &run->failure);
    return quotes_take(&x->quotes, index, event, &run->failure);
}

static bool
is_request(const struct event *event)
{
    return event->type >= EVENT_ORDER && event->type <= EVENT_CANCEL;
}

static bool
is_definition(const struct event *event)
{
    return event->type == EVENT_INSTRUMENT || event->type == EVENT_NAME;
}

/* How an event concerns this shard. */
enum concern {
    NONE,  /* not at all: it only lets time pass */
    STATE, /* it changes what is here, but another shard passes it on */
    WHOLE, /* it is taken and passed on */
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

/* What concerns no instrument is the first shard's, but some events act in
 * every one. */
static enum concern
concern_of(const struct xmatch *x, const struct event *event, uint32_t index)
{
    const struct shard *ours = &x->instruments;
    bool known = event->instrument != 0 && index != INSTRUMENT_NONE;

    if (ours->shards == 0 || is_definition(event) ||
        (known ? shard_has(ours, index) : ours->shard == 0))
        return WHOLE;
    return event->type == EVENT_ACCOUNT || is_mass_cancel(event) ||
                   (event->type == EVENT_SESSION && event->instrument == 0)
               ? STATE
               : NONE;
}

/* The engine and the books take an event. */
static int
take(struct xmatch *x, struct run *run, uint32_t index,
     const struct event *event)
{
    if (event->type == EVENT_INSTRUMENT)
        return match_define(&x->match, index, (const void *)event,
                            &run->failure);
    if (!x->tells)
        return match_event(&x->match, index, event, &run->failure);
    if ((feed_takes(event->type) && tell_passing(x, run, index, event) != 0) ||
        match_event(&x->match, index, event, &run->failure) != 0)
        return -1;
    tell(x, run);
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

/* An event that is not for this shard, or that a snapshot has seen: groups of
 * accounts are in no snapshot, and time passes everywhere. */
static int
pass_over(struct xmatch *x, struct run *run, const struct event *event)
{
    const struct event clock = {sizeof clock / 8, EVENT_CLOCK, 0, event->time};
    bool groups = resume_passes(&x->resume) && event->type == EVENT_ACCOUNT;

    if (match_event(&x->match, MATCH_NO_MARKET, groups ? event : &clock,
                    &run->failure) != 0)
        return -1;
    tell(x, run);
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

/* One event: passes it on unless facts take its place. */
static int
take_event(void *state, struct run *run, const struct event *event)
{
    struct xmatch *x = state;
    uint32_t index = instruments_find(&run->instruments, event->instrument);
    enum concern concern;
    int result;

    if (event->type == EVENT_INSTRUMENT &&
        shard_define(&x->instruments, index, (const void *)event,
                     &run->failure) != 0)
        return -1;
    concern = resume_passes(&x->resume) ? NONE : concern_of(x, event, index);
    if (concern == WHOLE && (x->keep || !is_request(event)))
        tape_writer_copy(&run->writer, event);
    result =
        concern == NONE ? pass_over(x, run, event) : take(x, run, index, event);
    return result == 0 ? resume_taken(&x->resume, run, event) : -1;
}

/* The same for a request where facts take its place, all instruments are ours
 * and no books are told. */
static inline int
take_request(struct xmatch *x, struct run *run, const struct event *event)
{
    uint32_t index = instruments_find(&run->instruments, event->instrument);

    if (match_event(&x->match, index, event, &run->failure) != 0 ||
        run->failure.kind != FAILURE_NONE)
        return -1;
    return resume_taken(&x->resume, run, event);
}

/* Says that an event is near, and returns the one behind it. */
static const struct event *
expect(const struct xmatch *x, const struct run *run, const struct event *event,
       enum match_step step)
{
    if (event >= run->reader.end)
        return event;
    match_expect(&x->match,
                 instruments_find(&run->instruments, event->instrument), event,
                 step);
    return event_next(event);
}

/* Takes the events up to the next definition, or the block's end. */
static int
take_batch(void *state, struct run *run, const struct event **event)
{
    struct xmatch *x = state;
    const struct event *ahead[MATCH_STEPS] = {*event, *event, *event};
    bool look = x->match.books.count > MATCH_CACHED;
    bool simple = x->instruments.shards == 0 && !x->keep && !x->tells &&
                  !resume_passes(&x->resume);
    bool room = !x->resume.directory;
    int result = 0;

    for (unsigned step = 0; look && step < MATCH_STEPS; step++)
        for (unsigned i = step * MATCH_AHEAD; i < MATCH_STEPS * MATCH_AHEAD;
             i++)
            ahead[step] = expect(x, run, ahead[step], step);
    while (result == 0 && *event < run->reader.end && !is_definition(*event)) {
        for (unsigned step = 0; look && step < MATCH_STEPS; step++)
            ahead[step] = expect(x, run, ahead[step], step);
        if (simple && is_request(*event)) {
            if (room && !x->match.room.at)
                give_room(x, run);
            result = take_request(x, run, *event);
        } else {
            take_room(x, run);
            result = take_event(x, run, *event);
        }
        if (result == 0) {
            *event = event_next(*event);
            run->seq++;
        }
    }
    take_room(x, run);
    return result;
}

static int
end_block(void *state, struct run *run)
{
    return resume_block(&((struct xmatch *)state)->resume, run);
}

static int
end(void *state, struct run *run, enum tape_status status)
{
    (void)status;
    return resume_end(&((struct xmatch *)state)->resume, run);
}

static int
finish(void *state, struct run *run)
{
    return resume_finish(&((struct xmatch *)state)->resume, run);
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    struct xmatch *x = state;

    fprintf(stream,
            "%s: %" PRIu64 " requests, %" PRIu64 " trades, %" PRIu64
            " rejects, %" PRIu32 " orders open\n",
            run->program->name, x->match.requests, x->match.trades,
            x->match.rejects, x->match.books.count);
    resume_summary(&x->resume, run, stream);
}

static void
destroy(void *state)
{
    struct xmatch *x = state;

    match_free(&x->match);
    quotes_free(&x->quotes);
    resume_free(&x->resume);
    shard_free(&x->instruments);
}

int
main(int argc, char **argv)
{
    static struct xmatch x = {.self_trade = -1};
    const struct schema_field *modes =
        schema_field(schema_find(EVENT_ORDER), "self_trade", 10);
    /* clang-format off */
    const struct option_spec options[] = {
        {0, "keep", OPTION_FLAG, &x.keep, NULL,
         "pass orders, modifies and cancels on, too", .shapes = true},
        {0, "quotes", OPTION_FLAG, &x.tells, NULL,
         "tell a quote behind each fact that changes it", .shapes = true},
        {0, "depth", OPTION_COUNT, &x.depth, "N",
         "and the levels among the best N that change", .shapes = true,
         .max = DEPTH_MAX},
        {'S', "snapshots", OPTION_TEXT, &x.resume.directory, "DIR",
         "keep snapshots of the books there"},
        {0, "snapshot-every", OPTION_COUNT, &x.resume.every, "N",
         "so many events apart (10000000)", .min = 1},
        {0, "from-out", OPTION_TEXT, &x.resume.from_out, "N",
         "go on from a snapshot that is not ahead of output event N"},
        {0, "self-trade", OPTION_CHOICE, &x.self_trade, "MODE",
         "of orders that do not say: none, cancel_newest, ...", .shapes = true,
         .words = modes->words},
        {0, "shard", OPTION_TEXT, &x.shard, "I/N",
         "only instruments of the I-th of N shards, counted from 0",
         .shapes = true},
        {.kind = OPTION_END},
    };
    /* clang-format on */
    static const char *const examples[] = {
        "ximport -f csv -t order orders.csv | xmatch | xexport -f table",
        "xgen -n 1000000 | xmatch | xohlcv -i 1m | xexport -f csv -t bar",
        NULL};
    const struct program program = {
        .name = "xmatch",
        .summary = "match orders by price and time",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {
        .state = &x,
        .consumes_all = true, /* what passes is passed on here */
        .prepare = prepare,
        .begin = begin,
        .event = take_event,
        .batch = take_batch,
        .block = end_block,
        .end = end,
        .finish = finish,
        .summary = summary,
        .destroy = destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
