/* Any event of any type, through JSON lines and through CSV, comes back as the
 * same bytes. */
#include <stdlib.h>
#include <string.h>

#include "../text_events.h"
#include "tap.h"
#include "tape/frame.h"

#define ROUNDS 40

/* ---- events by chance -----------------------------------------------------
 */

static uint64_t seed = 1;

/* splitmix64 */
static uint64_t
next(uint64_t below)
{
    uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

static const char *const texts[] = {
    "AAPL",
    "a,b",
    "say \"hi\"",
    "two\nlines",
    "cr\rlf\r\n",
    " spaces ",
    "\ttab\t",
    "=1+1",
    "-",
    "[\"x\"]",
    "\\u0041",
    "{}",
    "null",
    "0",
    "00",
    "1e5",
    "\x01\x1f\x7f",
    "gr\xc3\xb6\xc3\x9f"
    "e",
    "\xf0\x9f\x98\x80",
    "\xef\xbb\xbf"
    "bom",
    "a:b",
    ":c",
    "#8000000000000000",
    "#notraw",
    "18446744073709551615",
    "9223372036854775808",
    "|",
};
#define TEXTS (sizeof texts / sizeof *texts)

/* An event being made: its tail grows. */
struct made {
    union {
        struct event event;
        struct instrument instrument;
        struct name name;
        char bytes[EVENT_MAX];
    };
    size_t used;
};

static void
draft_text(struct made *draft, struct text *field, const char *bytes,
           size_t size)
{
    *field = (struct text){(uint16_t)draft->used, (uint16_t)size, 0};
    memcpy(draft->bytes + draft->used, bytes, size);
    draft->used += size;
}

static void
draft_begin(struct made *draft, enum event_type type)
{
    memset(draft, 0, sizeof *draft);
    event_init(draft, type);
    draft->used = schema_find(type)->size;
    draft->event.time = (int64_t)next(UINT64_MAX);
    if (next(4) == 0)
        draft->event.time = (int64_t)(1767861000 + next(100)) * 1000000000;
}

static void
draft_end(struct made *draft, struct tape *tape)
{
    size_t size = (draft->used + 7) / 8 * 8;

    draft->event.words = (uint16_t)(size / 8);
    put(tape, draft, size);
}

static uint64_t
random_id(unsigned kind)
{
    static const uint64_t numbers[] = {1, 77, 9007199254740991,
                                       9007199254740992, INT64_MAX};
    const char *text = texts[next(TEXTS)];

    switch (next(kind ? 4 : 1)) {
    case 0: return numbers[next(5)];
    case 1: return NAME_BIT | next(1000); /* without a name */
    case 2: return 1000 + kind;           /* named, but by no hash */
    default: return name_id(text, strlen(text));
    }
}

static int64_t
random_decimal(void)
{
    static const int64_t edges[] = {
        0, 1, -1, DECIMAL_MAX, -DECIMAL_MAX, DECIMAL_ONE, 15025000000};
    static const int64_t units[] = {1, 1000, 1000000, DECIMAL_ONE};

    if (next(3) == 0)
        return edges[next(7)];
    return (int64_t)next(2000000000) * units[next(4)] - DECIMAL_ONE;
}

static unsigned
word_count(const struct schema_field *field)
{
    unsigned count = 0;

    while (field->words[count])
        count++;
    return count;
}

static void
random_field(struct made *draft, const struct schema_field *field)
{
    char *at = draft->bytes + field->offset;
    uint64_t number = 0;
    struct amount amount;
    const char *text = texts[next(TEXTS)];

    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO: number = (uint64_t)random_decimal(); break;
    case FIELD_AMOUNT:
        amount = amount_of((i128)random_decimal() *
                           (next(2) ? 1 : INT64_C(10000000000000000)));
        memcpy(at, &amount, sizeof amount);
        return;
    case FIELD_TIME: number = next(UINT64_MAX) ^ NAME_BIT; break;
    case FIELD_DURATION: number = next(1000000) - 500000; break;
    case FIELD_INTERVAL: number = next(1000000) - 500000; break;
    case FIELD_ID: number = random_id(field->id_kind); break;
    case FIELD_COUNT: number = next(UINT64_MAX) >> next(64); break;
    case FIELD_ENUM: number = 1 + next(word_count(field)); break;
    case FIELD_FLAGS: number = 1 + next((1U << word_count(field)) - 1); break;
    case FIELD_CODE:
        number =
            code_from_text(next(2) ? "EURUSD.X" : "\"=\\,|<'-", 1 + next(8))
                .word;
        break;
    case FIELD_INSTRUMENT: number = 1 + next(3); break;
    case FIELD_TEXT:
        draft_text(draft, (struct text *)(void *)at, text, strlen(text));
        return;
    }
    memcpy(at, &number, field->size);
}

static void
random_event(struct tape *tape, const struct schema_type *type)
{
    struct made draft;

    draft_begin(&draft, type->type);
    draft.event.instrument = (uint32_t)next(4);
    for (unsigned i = 0; i < type->field_count; i++)
        if (next(3))
            random_field(&draft, &type->fields[i]);
    draft_end(&draft, tape);
}

/* Instruments 1 to 3, a name for each text and kind, and names that are not
 * the hash of their text. */
static void
definitions(struct tape *tape)
{
    static const char *const symbols[][2] = {
        {"NASDAQ", "AAPL"}, {"", "B:C"}, {"\xc3\x96", "say \"hi\", =2"}};
    struct made draft;

    for (uint32_t i = 0; i < 3; i++) {
        draft_begin(&draft, EVENT_INSTRUMENT);
        draft.event.instrument = i + 1;
        draft_text(&draft, &draft.instrument.symbol, symbols[i][1],
                   strlen(symbols[i][1]));
        if (*symbols[i][0])
            draft_text(&draft, &draft.instrument.exchange, symbols[i][0],
                       strlen(symbols[i][0]));
        draft_end(&draft, tape);
    }
    for (unsigned kind = 1; kind <= ID_HOLD; kind++)
        for (size_t i = 0; i <= TEXTS; i++) {
            const char *text = i < TEXTS ? texts[i] : "foreign";
            uint64_t id = i < TEXTS ? name_id(text, strlen(text)) : 1000 + kind;

            if (id == 0)
                continue;
            draft_begin(&draft, EVENT_NAME);
            draft.name.kind = (uint8_t)kind;
            draft.name.id = id;
            draft_text(&draft, &draft.name.text, text, strlen(text));
            draft_end(&draft, tape);
        }
}

/* ---- there and back -------------------------------------------------------
 */

static void
through_json(const struct tape *tape, const char *sentence)
{
    struct failure failure = {0};
    struct bytes text = print(tape, NULL, false, &failure);
    struct tape back = read_json((const char *)text.bytes, text.size, &failure);

    OK(sentence,
       failure.kind == FAILURE_NONE && same(&tape->events, &back.events));
    bytes_free(&text);
    bytes_free(&back.events);
}

/* Ids of instruments may differ after CSV, so what is compared is the text. */
static void
through_csv(const struct tape *tape, const struct schema_type *type,
            const char *name)
{
    struct failure failure = {0};
    struct bytes text = print(tape, type, true, &failure);
    struct tape back =
        read_csv((const char *)text.bytes, text.size, name, &failure);
    struct bytes before = print(tape, type, false, &failure);
    struct bytes after = print(&back, type, false, &failure);
    char sentence[80];

    snprintf(sentence, sizeof sentence, "events of type %s survive CSV", name);
    if (!OK(sentence, failure.kind == FAILURE_NONE && before.size > 0 &&
                          same(&before, &after))) {
        tap_note("%s", failure.text);
        tap_note("before: %.2000s", before.bytes);
        tap_note("after: %.2000s", after.bytes);
    }
    bytes_free(&text);
    bytes_free(&back.events);
    bytes_free(&before);
    bytes_free(&after);
}

/* Types that are not in the schema, with tails of every small size. */
static void
unknown_types(struct tape *tape)
{
    struct made draft;

    for (size_t size = 0; size < 64; size++) {
        memset(&draft, 0, sizeof draft);
        draft.used = sizeof draft.event + size * 8;
        draft.event.type = (uint16_t)(size % 2 ? EVENT_USER + size : 120);
        draft.event.time = size % 3 ? (int64_t)size : INT64_MIN;
        draft.event.instrument = (uint32_t)next(4);
        for (size_t i = sizeof draft.event; i < draft.used; i++)
            draft.bytes[i] = (char)next(256);
        draft_end(&draft, tape);
    }
}

/* The longest texts that an event can hold. */
static void
long_texts(struct tape *tape)
{
    static char bytes[EVENT_MAX];
    struct made draft;
    struct audit *audit = (void *)&draft;

    memset(bytes, 1, sizeof bytes);
    draft_begin(&draft, EVENT_AUDIT);
    draft_text(&draft, &audit->name, "x", 1);
    draft_text(&draft, &audit->document, bytes, EVENT_MAX - draft.used);
    draft_end(&draft, tape);
    draft_begin(&draft, EVENT_NAME);
    draft.name.kind = ID_ACCOUNT;
    memset(bytes, '"', sizeof bytes);
    draft.name.id = name_id(bytes, EVENT_MAX - draft.used);
    draft_text(&draft, &draft.name.text, bytes, EVENT_MAX - draft.used);
    draft_end(&draft, tape);
    draft_begin(&draft, EVENT_ORDER);
    ((struct order *)(void *)&draft)->account_id =
        name_id(bytes, EVENT_MAX - sizeof(struct name));
    draft_end(&draft, tape);
}

/* What a tape holds against the rules of tape(5) is not made up for. */
static void
refused(const char *sentence, const void *event, size_t size)
{
    struct tape tape = {{0}};
    struct failure failure = {0};
    struct bytes text;

    put(&tape, event, size);
    text = print(&tape, NULL, false, &failure);
    OK(sentence, failure.kind == FAILURE_DATA && text.size == 0);
    bytes_free(&text);
    failure = (struct failure){0};
    text = print(&tape, schema_find(((const struct event *)event)->type), true,
                 &failure);
    OK("nor is it in CSV", failure.kind == FAILURE_DATA);
    bytes_free(&text);
    bytes_free(&tape.events);
}

/* A table keeps events back, and still refuses an event when it comes. */
static void
refused_at_once(const struct event *event)
{
    const struct schema_type *const types[] = {schema_find(event->type), NULL};

    for (size_t i = 0; i < 2; i++) {
        struct failure failure = {0};
        struct instruments instruments = {0};
        struct exporter exporter;
        struct bytes text = {0};
        void *state = calloc(1, table_export.state_size);

        exporter_init(&exporter, &instruments, &failure);
        table_export.init(state, &exporter,
                          &(struct export_options){.type = types[i]});
        OK(i == 0 ? "a table of its type refuses it at once"
                  : "so does a table of all types",
           table_export.event(state, event, 1, &text) == -1 &&
               failure.kind == FAILURE_DATA);
        table_export.free(state);
        free(state);
        exporter_free(&exporter);
        bytes_free(&text);
    }
}

static void
against_the_rules(void)
{
    struct cash cash;
    struct session session;
    struct made draft;

    event_init(&cash, EVENT_CASH);
    cash.currency.word = 0x4400445355; /* "USD\0D" */
    refused("a code with a hole is not printed", &cash, sizeof cash);
    cash.currency.word = 0x1b; /* escape */
    refused("a code that steers a terminal is not", &cash, sizeof cash);
    event_init(&session, EVENT_SESSION);
    session.event.instrument = 1;
    refused("an instrument that is not defined is not", &session,
            sizeof session);
    memset(&draft, 0, sizeof draft);
    draft_begin(&draft, EVENT_GAP);
    draft_text(&draft, &((struct gap *)(void *)&draft)->reason, "1234567\xff",
               8);
    draft.event.words = (uint16_t)(draft.used / 8);
    refused("a text that is not UTF-8 is not", &draft, draft.used);
    refused_at_once(&draft.event);
    draft_begin(&draft, EVENT_NAME);
    draft.name.kind = ID_ORDER;
    draft.name.id = 5;
    draft_text(&draft, &draft.name.text, "1234567\xff", 8);
    draft.event.words = (uint16_t)(draft.used / 8);
    refused("a name that is not UTF-8 is not", &draft, draft.used);
}

int
main(void)
{
    struct tape tape = {{0}};
    struct schema_type user;

    definitions(&tape);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < schema_type_count; i++)
            if (schema_types[i].type != EVENT_INSTRUMENT &&
                schema_types[i].type != EVENT_NAME)
                random_event(&tape, &schema_types[i]);
    unknown_types(&tape);
    through_json(&tape, "events of all types are the same after JSON");
    for (size_t i = 0; i < schema_type_count; i++)
        through_csv(&tape, &schema_types[i], schema_types[i].name);
    through_csv(&tape, type_of(120, &user), "120");
    long_texts(&tape);
    through_json(&tape, "and so are the longest texts");
    bytes_free(&tape.events);
    against_the_rules();
    return tap_done();
}
