#include "format/json_lex.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

int
json_lex_refuse(struct json_lex *lex, const char *complaint)
{
    assert(lex->at >= lex->start && lex->at <= lex->end);
    return fail(lex->failure, FAILURE_DATA, "byte %zu: %s",
                (size_t)(lex->at - lex->start) + 1,
                lex->at == lex->end ? "the text ends too early" : complaint);
}

void
json_lex_space(struct json_lex *lex)
{
    while (lex->at < lex->end && (*lex->at == ' ' || *lex->at == '\t' ||
                                  *lex->at == '\r' || *lex->at == '\n'))
        lex->at++;
}

/* Takes one character after white space. */
int
json_lex_expect(struct json_lex *lex, char c, const char *complaint)
{
    json_lex_space(lex);
    if (lex->at == lex->end || *lex->at != c)
        return json_lex_refuse(lex, complaint);
    lex->at++;
    return 0;
}

/* Takes one character, if it is there after white space. */
bool
json_lex_accept(struct json_lex *lex, char c)
{
    json_lex_space(lex);
    if (lex->at == lex->end || *lex->at != c)
        return false;
    lex->at++;
    return true;
}

/* ---- strings ------------------------------------------------------------- */

/* The four digits after \u. */
static int
unit_parse(struct json_lex *lex, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, lex->at++) {
        int digit = lex->at < lex->end ? hex_value(*lex->at) : -1;

        if (digit < 0)
            return json_lex_refuse(lex, "\\u needs four hexadecimal digits");
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return 0;
}

/* After \u: a code point, from one unit or from a pair of surrogates. */
static int
point_parse(struct json_lex *lex)
{
    uint32_t high, low;

    if (unit_parse(lex, &high) != 0)
        return -1;
    if (high >= 0xd800 && high < 0xe000) {
        if (high >= 0xdc00 || lex->end - lex->at < 2 || lex->at[0] != '\\' ||
            lex->at[1] != 'u')
            return json_lex_refuse(lex, "half of a pair of surrogates");
        lex->at += 2;
        if (unit_parse(lex, &low) != 0)
            return -1;
        if (low < 0xdc00 || low >= 0xe000)
            return json_lex_refuse(lex, "half of a pair of surrogates");
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
    assert(high <= 0x10ffff); /* what two units can give at most */
    lex->scratch += utf8_put(lex->scratch, high);
    return 0;
}

/* After a backslash. */
static int
escape_parse(struct json_lex *lex)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    _Static_assert(sizeof letters == sizeof meanings, "one for each");
    const char *found;

    if (lex->at == lex->end || *lex->at == '\0')
        return json_lex_refuse(lex, "no such escape");
    if (*lex->at == 'u') {
        lex->at++;
        return point_parse(lex);
    }
    found = strchr(letters, *lex->at);
    if (!found)
        return json_lex_refuse(lex, "no such escape");
    lex->at++;
    *lex->scratch++ = meanings[found - letters];
    return 0;
}

/* The end of the bytes that stand for themselves. */
static void
skip_plain(struct json_lex *lex)
{
    while (lex->at < lex->end && *lex->at != '"' && *lex->at != '\\' &&
           (unsigned char)*lex->at >= ' ')
        lex->at++;
}

/* Continues a string from its first escape, decoding it into scratch. */
static int
decode(struct json_lex *lex, const char *start)
{
    for (;;) {
        size_t size = (size_t)(lex->at - start);

        memcpy(lex->scratch, start, size);
        lex->scratch += size;
        if (lex->at == lex->end || *lex->at != '\\')
            return 0;
        lex->at++;
        if (escape_parse(lex) != 0)
            return -1;
        start = lex->at;
        skip_plain(lex);
    }
}

/* A string after its opening quote.  Decoded: always into scratch. */
int
json_lex_string(struct json_lex *lex, bool copied, struct cell *string)
{
    const char *start = lex->at;
    char *scratch = lex->scratch;

    skip_plain(lex);
    *string = (struct cell){start, (size_t)(lex->at - start)};
    if (copied || (lex->at < lex->end && *lex->at == '\\')) {
        if (decode(lex, start) != 0)
            return -1;
        *string = (struct cell){scratch, (size_t)(lex->scratch - scratch)};
        assert(string->size <= (size_t)(lex->at - start)); /* fits scratch */
    }
    if (lex->at == lex->end || *lex->at != '"')
        return json_lex_refuse(
            lex, "a control character in a string (write \\u00..)");
    lex->at++;
    return 0;
}

/* ---- other values -------------------------------------------------------- */

static bool
digits(struct json_lex *lex)
{
    const char *start = lex->at;

    while (lex->at < lex->end && *lex->at >= '0' && *lex->at <= '9')
        lex->at++;
    return lex->at > start;
}

static bool
one_of(struct json_lex *lex, char a, char b)
{
    if (lex->at == lex->end || (*lex->at != a && *lex->at != b))
        return false;
    lex->at++;
    return true;
}

static int
number_parse(struct json_lex *lex, enum json_kind *kind, struct cell *value)
{
    const char *start = lex->at;
    bool good;

    one_of(lex, '-', '-');
    good = one_of(lex, '0', '0') || digits(lex);
    if (good && one_of(lex, '.', '.'))
        good = digits(lex);
    if (good && one_of(lex, 'e', 'E')) {
        one_of(lex, '+', '-');
        good = digits(lex);
    }
    if (!good)
        return json_lex_refuse(lex, "not a value of JSON");
    *kind = JSON_NUMBER;
    *value = (struct cell){start, (size_t)(lex->at - start)};
    return 0;
}

int
json_lex_scalar(struct json_lex *lex, enum json_kind *kind, struct cell *value)
{
    static const struct {
        const char *word;
        enum json_kind kind;
    } words[] = {
        {"null", JSON_NULL}, {"true", JSON_TRUE}, {"false", JSON_FALSE}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i].word);

        if ((size_t)(lex->end - lex->at) < size ||
            memcmp(lex->at, words[i].word, size) != 0)
            continue;
        *kind = words[i].kind;
        *value = (struct cell){lex->at, size};
        lex->at += size;
        return 0;
    }
    return number_parse(lex, kind, value);
}
