/* Text becomes values, and what is no value is refused with the reason. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "format/importer.h"
#include "format/json_scan.h"
#include "format/rows.h"
#include "format/value.h"
#include "tap.h"

/* ---- UTF-8 ----------------------------------------------------------------
 */

static void
utf8(void)
{
    static const char *const good[] = {
        "",
        "plain",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "eight bytes and \xe2\x82\xac more than eight",
    };
    static const char *const bad[] = {
        "\x80",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff",
        "\xc2",
        "\xe2\x82",
        "\xf0\x90\x80",
        "\xc2\x41",
        "\xe2\x28\xa1",
    };
    bool holds = true;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        holds &= utf8_span(good[i], strlen(good[i])) == strlen(good[i]);
    OK("well-formed UTF-8 is taken", holds);
    holds = true;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        holds &= utf8_span(bad[i], strlen(bad[i])) < strlen(bad[i]);
    OK("overlong forms, surrogates, what is above U+10FFFF or cut is not",
       holds);
    OK("the length of the good part is returned",
       utf8_span("0123456789\xff", 11) == 10);
}

/* ---- values ---------------------------------------------------------------
 */

static int
ignore(void *owner, const struct event *event, struct failure *failure)
{
    (void)owner;
    (void)event;
    (void)failure;
    return 0;
}

/* Sets one field of a type from a text; the complaint, "" when it is well. */
static const char *
set(struct importer *importer, const char *type_name, const char *field_name,
    const char *text)
{
    static struct failure failure;
    const struct schema_type *type =
        schema_find_name(type_name, strlen(type_name));
    struct cell cells[SLOTS_MAX];
    unsigned slot, field = slot_find(type, cell_of(field_name));

    memset(&failure, 0, sizeof failure);
    importer->failure = importer->intern.failure = &failure;
    importer->draft.values.failure = &failure;
    cells[SLOT_TIME] = cell_of("2026-01-08");
    cells[field] = cell_of(text);
    import_record(importer, type,
                  UINT64_C(1) << SLOT_TIME | UINT64_C(1) << field, cells,
                  &slot);
    return failure.text;
}

static int64_t
value_of(const struct importer *importer, const char *type_name,
         const char *field_name)
{
    const struct schema_type *type =
        schema_find_name(type_name, strlen(type_name));

    return (int64_t)field_unsigned(
        import_last(importer),
        slot_field(type, slot_find(type, cell_of(field_name))));
}

struct value_case {
    const char *type, *field, *text;
    int64_t value;
    const char *complaint; /* a part of it; NULL: the text is fine */
};

static const struct value_case value_cases[] = {
    {"print", "price", "150.25", 15025000000, NULL},
    {"print", "price", "-0.00000001", -1, NULL},
    {"print", "price", "+007.50", 750000000, NULL},
    {"print", "price", "1.5e-7", 15, NULL},
    {"print", "price", "1E3", 100000000000, NULL},
    {"print", "price", "-12.5e+1", -12500000000, NULL},
    {"print", "price", "100000e-5", 100000000, NULL},
    {"print", "price", "0e40", 0, NULL},
    {"print", "price", "9999999999.99999999", 999999999999999999, NULL},
    {"print", "price", "10000000000", 0, "too large"},
    {"print", "price", "1e30", 0, "too large"},
    {"print", "price", "0.000000001", 0, "more than eight"},
    {"print", "price", "1e-9", 0, "more than eight"},
    {"print", "price", "12.x", 0, "\"12.x\" is not a number"},
    {"print", "price", "1e", 0, "not a number"},
    {"print", "price", "1e5e5", 0, "not a number"},
    {"print", "price", "e5", 0, "not a number"},
    {"print", "price", "1e99999", 0, "not a number"},
    {"print", "price", "nan", 0, "not a number"},
    {"print", "price", "0x10", 0, "not a number"},
    {"print", "side", "buy", SIDE_BUY, NULL},
    {"print", "side", "SELL", SIDE_SELL, NULL},
    {"print", "side", "both", 0, "\"both\" is not one of buy, sell"},
    {"print", "conditions", "hidden", PRINT_HIDDEN, NULL},
    {"print", "conditions", "late|auction", PRINT_LATE | PRINT_AUCTION, NULL},
    {"print", "conditions", "late|", 0, "\"\" is not one of auction"},
    {"print", "conditions", "late||auction", 0, "is not one of"},
    {"print", "trade_id", "9223372036854775807", INT64_MAX, NULL},
    {"print", "trade_id", "#8000000000000001", INT64_MIN + 1, NULL},
    {"depth", "level", "4294967295", 4294967295, NULL},
    {"depth", "level", "4294967296", 0, "below 2^32"},
    {"depth", "order_count", "18446744073709551615", -1, NULL},
    {"depth", "order_count", "18446744073709551616", 0, "below 2^64"},
    {"depth", "order_count", "-1", 0, "is not a whole number"},
    {"posting", "posting_id", "abc", 0, "is not a whole number"},
    {"prediction", "horizon", "1m", 60000000000, NULL},
    {"prediction", "horizon", "-1m", -60000000000, NULL},
    {"prediction", "horizon", "0s", 0, NULL},
    {"prediction", "horizon", "soon", 0, "is not a duration"},
    {"cash", "currency", "USD", 0x445355, NULL},
    {"cash", "currency", "DOLLARS99", 0, "is not a code"},
    {"cash", "currency", "U D", 0, "is not a code"},
    {"order", "expire_time", "1970-01-01T00:00:01Z", 1000000000, NULL},
    {"order", "expire_time", "1970-01-01 00:00:01.5", 1500000000, NULL},
    {"order", "expire_time", "17", 0, "--time-unit"},
    {"order", "expire_time", "2026-02-30", 0, "a day that its month has not"},
    {"gap", "reason", "\xff", 0, "is not UTF-8"},
    {"order", "account_id", "\xff", 0, "is not UTF-8"},
    {"order", "instrument", "\xff", 0, "is not UTF-8"},
    {"order", "instrument", "NASDAQ:", 0, "without a symbol"},
    {"instrument", "exchange", "A:B", 0, "without a symbol"},
    {"name", "text", "x", 0, "needs kind, id and text"},
};

static void
values(struct importer *importer)
{
    for (size_t i = 0; i < sizeof value_cases / sizeof *value_cases; i++) {
        const struct value_case *c = &value_cases[i];
        const char *complaint = set(importer, c->type, c->field, c->text);
        char sentence[128];
        bool holds = c->complaint
                         ? strstr(complaint, c->complaint) != NULL
                         : *complaint == '\0' && value_of(importer, c->type,
                                                          c->field) == c->value;

        snprintf(sentence, sizeof sentence, "%s of %s may%s be \"%s\"",
                 c->field, c->type, c->complaint ? " not" : "", c->text);
        if (!OK(sentence, holds))
            tap_note("complaint: %s", complaint);
    }
}

static void
amounts(struct importer *importer)
{
    const struct cash *cash = (const void *)import_last(importer);

    OK("amounts have 38 digits",
       *set(importer, "cash", "amount",
            "-999999999999999999999999999999.99999999") == '\0' &&
           amount_get(cash->amount) == -AMOUNT_MAX);
    OK("amounts may have an exponent",
       *set(importer, "cash", "amount", "12e-2") == '\0' &&
           amount_get(cash->amount) == 12000000);
    OK("and not more",
       strstr(set(importer, "cash", "amount", "1e30"), "too large") != NULL);
}

static void
units(struct importer *importer)
{
    static const struct {
        int64_t unit;
        const char *text;
        int64_t time;
    } cases[] = {
        {1, "1767861000000000001", 1767861000000000001},
        {1000, "1767861000000000.001", 1767861000000000001},
        {1000000, "1767861000000", 1767861000000000000},
        {NS_PER_SECOND, "1767861000", 1767861000000000000},
        {NS_PER_SECOND, "1767861000.5000000000", 1767861000500000000},
        {NS_PER_SECOND, "-1.25", -1250000000},
        {NS_PER_SECOND, "2026-01-08T08:30:00Z", 1767861000000000000},
    };
    static const struct {
        const char *text, *complaint;
    } bad[] = {
        {"1.0000000001", "digits beyond the nanosecond"},
        {"9223372037", "outside of what a time can be"},
        {"1735689600000", "is the year 56971 (are they ms?)"},
        {"99999999999999999999", "outside of what a time can be"},
        {"1.5.5", "is not a time of RFC 3339"},
        {"-", "is not a time of RFC 3339"},
        {".5", "is not a time of RFC 3339"},
        {"1e9", "has an exponent"},
        {"12:30", "has no date"},
        {"2026-13-08", "a month that is not of 1 to 12"},
        {"2026-02-29", "a day that its month has not"},
        {"2026-01-08T24:00:00Z", "is not a time of day"},
        {"2026-01-08T09:30:00+1", "no offset of two digits"},
        {"2026-01-08T09:30:00.1234567891Z", "digits beyond the nanosecond"},
        {"2300-01-01", "outside of what a time can be"},
    };
    bool holds = true;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        importer->rules.times.unit = cases[i].unit;
        holds &= *set(importer, "clock", "time", cases[i].text) == '\0' &&
                 import_last(importer)->time == cases[i].time;
    }
    OK("a time may be a number of units, exact to the nanosecond", holds);
    holds = true;
    importer->rules.times.unit = NS_PER_SECOND;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!strstr(set(importer, "clock", "time", bad[i].text),
                    bad[i].complaint)) {
            tap_note("%s: %s", bad[i].text,
                     set(importer, "clock", "time", bad[i].text));
            holds = false;
        }
    OK("a time that is refused says its own reason", holds);
    importer->rules.times.unit = 0;
}

/* ---- JSON -----------------------------------------------------------------
 */

static const struct {
    const char *text, *complaint;
} json_cases[] = {
    {"{}", NULL},
    {" { \"a\" : 1 , \"b\" : [ \"x\" , \"y\" ] , \"c\" : null }\r\n", NULL},
    {"{\"a\":-0.5e+10,\"b\":true,\"c\":false,\"d\":[]}", NULL},
    {"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00\"}", NULL},
    {"", "byte 1: the text ends too early"},
    {"[]", "byte 1: a line must be an object"},
    {"null", "must be an object"},
    {"{", "byte 2: the text ends too early"},
    {"{\"a\"}", "byte 5: expected ':'"},
    {"{\"a\":}", "byte 6: not a value"},
    {"{\"a\":1", "ends too early"},
    {"{\"a\":1,}", "expected a key"},
    {"{a:1}", "expected a key"},
    {"{'a':1}", "expected a key"},
    {"{\"a\":1}x", "byte 8: something follows"},
    {"{\"a\":1}{}", "something follows"},
    {"{\"a\":01}", "expected ',' or '}'"},
    {"{\"a\":1.}", "not a value"},
    {"{\"a\":.5}", "not a value"},
    {"{\"a\":+1}", "not a value"},
    {"{\"a\":1e}", "not a value"},
    {"{\"a\":NaN}", "not a value"},
    {"{\"a\":nul}", "not a value"},
    {"{\"a\":{}}", "an object in an object"},
    {"{\"a\":[[]]}", "only hold strings"},
    {"{\"a\":[1]}", "only hold strings"},
    {"{\"a\":[\"x\",]}", "only hold strings"},
    {"{\"a\":[\"x\"}", "expected ',' or ']'"},
    {"{\"a\":[\"\"]}", "not a word"},
    {"{\"a\":[\"x|y\"]}", "not a word"},
    {"{\"a\":\"x", "ends too early"},
    {"{\"a\":\"\t\"}", "control character"},
    {"{\"a\":\"\\x\"}", "no such escape"},
    {"{\"a\":\"\\u12\"}", "four hexadecimal digits"},
    {"{\"a\":\"\\ud800\"}", "half of a pair"},
    {"{\"a\":\"\\ud800\\u0041\"}", "half of a pair"},
    {"{\"a\":\"\\udc00\"}", "half of a pair"},
    {"{\"a\":\"\xff\"}", "byte 7: not UTF-8"},
};

static void
json(void)
{
    struct json_member members[JSON_MEMBERS_MAX];
    char scratch[256], many[JSON_MEMBERS_MAX * 8 + 16];
    size_t used = 1;
    int count;

    for (size_t i = 0; i < sizeof json_cases / sizeof *json_cases; i++) {
        const char *text = json_cases[i].text;
        const char *wanted = json_cases[i].complaint;
        struct failure failure = {0};
        char sentence[128];
        int result = json_scan(text, strlen(text), scratch, members, &failure);

        snprintf(sentence, sizeof sentence, "JSON is%s: %.60s",
                 wanted ? " not" : "", text);
        if (!OK(sentence,
                wanted ? result < 0 && strstr(failure.text, wanted) != NULL
                       : result >= 0))
            tap_note("complaint: %s", failure.text);
    }
    count = json_scan(json_cases[3].text, strlen(json_cases[3].text), scratch,
                      members, &(struct failure){0});
    OK("escapes are decoded",
       count == 1 && cell_equal(members[0].value,
                                cell_of("\"\\/\b\f\n\r\tA\xf0\x9f\x98\x80")));
    strcpy(many, "{");
    for (int i = 0; i <= JSON_MEMBERS_MAX; i++)
        used += (size_t)sprintf(many + used, "\"%d\":1,", i);
    OK("an object has at most 64 keys",
       json_scan(many, used, scratch, members, &(struct failure){0}) < 0);
}

/* ---- CSV ------------------------------------------------------------------
 */

struct log {
    char text[4096];
    size_t used;
};

static int
log_row(void *owner, const struct cell *cells, size_t count,
        struct failure *failure)
{
    struct log *log = owner;

    (void)failure;
    for (size_t i = 0; i < count; i++)
        log->used += (size_t)sprintf(log->text + log->used, "[%.*s]",
                                     (int)cells[i].size, cells[i].bytes);
    log->used += (size_t)sprintf(log->text + log->used, "\n");
    return 0;
}

/* The rows of a text pushed in pieces of that size. */
static struct log
rows_of(const char *text, size_t size, size_t piece, bool careful)
{
    struct log log = {.used = 0};
    struct rows rows = {
        .row = log_row, .owner = &log, .delimiter = ',', .careful = careful};
    struct failure failure = {0};
    int result = rows_init(&rows, &failure);

    for (size_t at = 0; result == 0 && at < size; at += piece)
        result = rows_push(&rows, text + at,
                           size - at < piece ? size - at : piece, &failure);
    if (result == 0)
        result = rows_end(&rows, &failure);
    if (result != 0)
        sprintf(log.text + log.used, "%s\n", failure.text);
    rows_free(&rows);
    return log;
}

static const struct {
    const char *text, *rows;
} row_cases[] = {
    {"a,b\nc,d\n", "[a][b]\n[c][d]\n"},
    {"a,b\r\nc,d", "[a][b]\n[c][d]\n"},
    {" a ,\tb b\t\n", "[a][b b]\n"},
    {"\n\r\n  \na\n\n", "[a]\n"},
    {",\n,,\n", "[][]\n[][][]\n"},
    {"\"a,b\",\"c\"\"d\"\n", "[a,b][c\"d]\n"},
    {"\"two\nlines\",x\ny,z\n", "[two\nlines][x]\n[y][z]\n"},
    {"\"\"\n", "[]\n"},
    {"a\rb\rc", "[a]\n[b]\n[c]\n"},
    {"a\r\"b\nc\",d\ne\n", "[a]\n[b\nc][d]\n[e]\n"},
    {"\xef\xbb\xbf"
     "a,b\n",
     "[a][b]\n"},
    {"\xef\xbb\xbf\"a\",b\n", "[a][b]\n"},
    {"a long line of many bytes,and another cell,1234567,8,,9\nx\n",
     "[a long line of many bytes][and another cell][1234567][8][][9]\n[x]\n"},
    {"a\n\"b\nc", "[a]\nline 2: a quote is not closed\n"},
    {"a\nb\"c\n", "[a]\nline 2: a quote is out of place (quote the whole cell, "
                  "and double the quotes inside)\n"},
    {"a\n\"b\"c\n", "[a]\nline 2: a quote is out of place (quote the whole "
                    "cell, and double the quotes inside)\n"},
    {"", ""},
};

static void
csv(void)
{
    for (size_t i = 0; i < sizeof row_cases / sizeof *row_cases; i++) {
        const char *text = row_cases[i].text;
        char sentence[128];
        bool holds = true;

        for (size_t piece = 1; piece <= strlen(text) + 1; piece++)
            for (int careful = 0; careful < 2; careful++) {
                struct log log = rows_of(text, strlen(text), piece, careful);

                if (holds && strcmp(log.text, row_cases[i].rows) != 0)
                    tap_note("pieces of %zu give: %s", piece, log.text);
                holds &= strcmp(log.text, row_cases[i].rows) == 0;
            }
        snprintf(sentence, sizeof sentence,
                 "row case %zu is the same in pieces of any size", i);
        OK(sentence, holds);
    }
}

static void
long_lines(void)
{
    size_t size = 10 * LINE_BYTES_MAX;
    char *text = malloc(size);
    struct log log;

    memset(text, 'x', size);
    text[0] = '\n';
    log = rows_of(text, size, 65536, false);
    OK("a line of 10 MB is refused, and named",
       strstr(log.text, "line 2: longer than 1048576 bytes") != NULL);
    text[1] = '"';
    for (size_t i = 100; i < size; i += 100)
        text[i] = '\n';
    log = rows_of(text, size, 65536, false);
    OK("a quote that is never closed does not swallow the file",
       strstr(log.text, "line 2: a row of more than 1048576 bytes") != NULL);
    memset(text, ',', size);
    log = rows_of(text, 100000, 65536, false);
    OK("a row of 100000 columns is refused, and named",
       strstr(log.text, "line 1: more than 4096 columns") != NULL);
    free(text);
}

int
main(void)
{
    struct failure failure = {0};
    struct importer importer = {.sink = {ignore, NULL},
                                .rules = value_rules_plain()};

    OK("an importer begins", importer_init(&importer, &failure) == 0);
    utf8();
    values(&importer);
    amounts(&importer);
    units(&importer);
    json();
    csv();
    long_lines();
    importer_free(&importer);
    return tap_done();
}
