#include "format/json_scan.h"

#include <stdint.h>
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

struct scan {
    const char *start, *at, *end;
    char *scratch; /* where the next decoded string goes */
    struct failure *failure;
};

static int
refuse(struct scan *scan, const char *complaint)
{
    return fail(scan->failure, FAILURE_DATA, "byte %zu: %s",
                (size_t)(scan->at - scan->start) + 1,
                scan->at == scan->end ? "the text ends too early" : complaint);
}

static void
skip_space(struct scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' ||
                                    *scan->at == '\r' || *scan->at == '\n'))
        scan->at++;
}

/* Takes one character after white space. */
static int
expect(struct scan *scan, char c, const char *complaint)
{
    skip_space(scan);
    if (scan->at == scan->end || *scan->at != c)
        return refuse(scan, complaint);
    scan->at++;
    return 0;
}

/* Takes one character, if it is there after white space. */
static bool
accept(struct scan *scan, char c)
{
    skip_space(scan);
    if (scan->at == scan->end || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

/* ---- strings ------------------------------------------------------------- */

/* The four digits after \u. */
static int
unit_parse(struct scan *scan, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        int digit = scan->at < scan->end ? hex_value(*scan->at) : -1;

        if (digit < 0)
            return refuse(scan, "\\u needs four hexadecimal digits");
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return 0;
}

/* After \u: a code point, from one unit or from a pair of surrogates. */
static int
point_parse(struct scan *scan)
{
    uint32_t high, low;

    if (unit_parse(scan, &high) != 0)
        return -1;
    if (high >= 0xd800 && high < 0xe000) {
        if (high >= 0xdc00 || scan->end - scan->at < 2 || scan->at[0] != '\\' ||
            scan->at[1] != 'u')
            return refuse(scan, "half of a pair of surrogates");
        scan->at += 2;
        if (unit_parse(scan, &low) != 0)
            return -1;
        if (low < 0xdc00 || low >= 0xe000)
            return refuse(scan, "half of a pair of surrogates");
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
    scan->scratch += utf8_put(scan->scratch, high);
    return 0;
}

/* After a backslash. */
static int
escape_parse(struct scan *scan)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *found;

    if (scan->at == scan->end || *scan->at == '\0')
        return refuse(scan, "no such escape");
    if (*scan->at == 'u') {
        scan->at++;
        return point_parse(scan);
    }
    found = strchr(letters, *scan->at);
    if (!found)
        return refuse(scan, "no such escape");
    scan->at++;
    *scan->scratch++ = meanings[found - letters];
    return 0;
}

/* The end of the bytes that stand for themselves. */
static void
skip_plain(struct scan *scan)
{
    while (scan->at < scan->end && *scan->at != '"' && *scan->at != '\\' &&
           (unsigned char)*scan->at >= ' ')
        scan->at++;
}

/* Continues a string from its first escape, decoding it into scratch. */
static int
decode(struct scan *scan, const char *start)
{
    for (;;) {
        size_t size = (size_t)(scan->at - start);

        memcpy(scan->scratch, start, size);
        scan->scratch += size;
        if (scan->at == scan->end || *scan->at != '\\')
            return 0;
        scan->at++;
        if (escape_parse(scan) != 0)
            return -1;
        start = scan->at;
        skip_plain(scan);
    }
}

/* A string after its opening quote.  Decoded: always into scratch. */
static int
string_parse(struct scan *scan, bool copied, struct cell *string)
{
    const char *start = scan->at;
    char *scratch = scan->scratch;

    skip_plain(scan);
    *string = (struct cell){start, (size_t)(scan->at - start)};
    if (copied || (scan->at < scan->end && *scan->at == '\\')) {
        if (decode(scan, start) != 0)
            return -1;
        *string = (struct cell){scratch, (size_t)(scan->scratch - scratch)};
    }
    if (scan->at == scan->end || *scan->at != '"')
        return refuse(scan, "a control character in a string (write \\u00..)");
    scan->at++;
    return 0;
}

/* ---- other values -------------------------------------------------------- */

static bool
digits(struct scan *scan)
{
    const char *start = scan->at;

    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
        scan->at++;
    return scan->at > start;
}

static bool
one_of(struct scan *scan, char a, char b)
{
    if (scan->at == scan->end || (*scan->at != a && *scan->at != b))
        return false;
    scan->at++;
    return true;
}

static int
number_parse(struct scan *scan, struct json_member *member)
{
    const char *start = scan->at;
    bool good;

    one_of(scan, '-', '-');
    good = one_of(scan, '0', '0') || digits(scan);
    if (good && one_of(scan, '.', '.'))
        good = digits(scan);
    if (good && one_of(scan, 'e', 'E')) {
        one_of(scan, '+', '-');
        good = digits(scan);
    }
    if (!good)
        return refuse(scan, "not a value of JSON");
    member->kind = JSON_NUMBER;
    member->value = (struct cell){start, (size_t)(scan->at - start)};
    return 0;
}

static int
word_parse(struct scan *scan, struct json_member *member)
{
    static const struct {
        const char *word;
        enum json_kind kind;
    } words[] = {
        {"null", JSON_NULL}, {"true", JSON_TRUE}, {"false", JSON_FALSE}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i].word);

        if ((size_t)(scan->end - scan->at) < size ||
            memcmp(scan->at, words[i].word, size) != 0)
            continue;
        member->kind = words[i].kind;
        member->value = (struct cell){scan->at, size};
        scan->at += size;
        return 0;
    }
    return number_parse(scan, member);
}

static int
array_parse(struct scan *scan, struct json_member *member)
{
    char *start = scan->scratch;
    struct cell word;

    member->kind = JSON_ARRAY;
    member->value = (struct cell){start, 0};
    if (accept(scan, ']'))
        return 0;
    do {
        if (scan->scratch > start)
            *scan->scratch++ = '|';
        if (expect(scan, '"', "an array may only hold strings") != 0 ||
            string_parse(scan, true, &word) != 0)
            return -1;
        if (word.size == 0 || memchr(word.bytes, '|', word.size))
            return refuse(scan, "not a word");
    } while (accept(scan, ','));
    member->value.size = (size_t)(scan->scratch - start);
    return expect(scan, ']', "expected ',' or ']'");
}

static int
value_parse(struct scan *scan, struct json_member *member)
{
    skip_space(scan);
    if (accept(scan, '"')) {
        member->kind = JSON_STRING;
        return string_parse(scan, false, &member->value);
    }
    if (accept(scan, '['))
        return array_parse(scan, member);
    if (scan->at < scan->end && *scan->at == '{')
        return refuse(scan, "an object in an object (nothing here nests)");
    return word_parse(scan, member);
}

int
json_scan(const char *text, size_t size, char *scratch,
          struct json_member members[JSON_MEMBERS_MAX], struct failure *failure)
{
    struct scan scan = {text, text, text + size, scratch, failure};
    size_t valid = utf8_span(text, size);
    int count = 0;

    if (valid < size)
        return fail(failure, FAILURE_DATA, "byte %zu: not UTF-8", valid + 1);
    if (expect(&scan, '{', "a line must be an object, {...}") != 0)
        return -1;
    if (!accept(&scan, '}')) {
        do {
            if (count == JSON_MEMBERS_MAX)
                return refuse(&scan, "more than 64 keys");
            if (expect(&scan, '"', "expected a key in quotes") != 0 ||
                string_parse(&scan, false, &members[count].key) != 0 ||
                expect(&scan, ':', "expected ':' after a key") != 0 ||
                value_parse(&scan, &members[count++]) != 0)
                return -1;
        } while (accept(&scan, ','));
        if (expect(&scan, '}', "expected ',' or '}'") != 0)
            return -1;
    }
    skip_space(&scan);
    if (scan.at < scan.end)
        return refuse(&scan, "something follows the object");
    return count;
}
