#include "format/json_scan.h"

#include <assert.h>
#include <string.h>

#include "base/utf8.h"

_Static_assert(JSON_MEMBERS_MAX == 64, "the message names it");

static int
array_parse(struct json_lex *lex, struct json_member *member)
{
    char *start = lex->scratch;
    struct cell word;

    member->kind = JSON_ARRAY;
    member->value = (struct cell){start, 0};
    if (json_lex_accept(lex, ']'))
        return 0;
    do {
        if (lex->scratch > start)
            *lex->scratch++ = '|';
        if (json_lex_expect(lex, '"', "an array may only hold strings") != 0 ||
            json_lex_string(lex, true, &word) != 0)
            return -1;
        if (word.size == 0 || memchr(word.bytes, '|', word.size))
            return json_lex_refuse(lex, "not a word");
    } while (json_lex_accept(lex, ','));
    member->value.size = (size_t)(lex->scratch - start);
    return json_lex_expect(lex, ']', "expected ',' or ']'");
}

static int
value_parse(struct json_lex *lex, struct json_member *member)
{
    json_lex_space(lex);
    if (json_lex_accept(lex, '"')) {
        member->kind = JSON_STRING;
        return json_lex_string(lex, false, &member->value);
    }
    if (json_lex_accept(lex, '['))
        return array_parse(lex, member);
    if (lex->at < lex->end && *lex->at == '{')
        return json_lex_refuse(lex,
                               "an object in an object (nothing here nests)");
    return json_lex_scalar(lex, &member->kind, &member->value);
}

int
json_scan(const char *text, size_t size, char *scratch,
          struct json_member members[JSON_MEMBERS_MAX], struct failure *failure)
{
    struct json_lex lex = {text, text, text + size, scratch, failure};
    size_t valid = utf8_span(text, size);
    int count = 0;

    if (valid < size)
        return fail(failure, FAILURE_DATA, "byte %zu: not UTF-8", valid + 1);
    if (json_lex_expect(&lex, '{', "a line must be an object, {...}") != 0)
        return -1;
    if (!json_lex_accept(&lex, '}')) {
        do {
            if (count == JSON_MEMBERS_MAX)
                return json_lex_refuse(&lex, "more than 64 keys");
            if (json_lex_expect(&lex, '"', "expected a key in quotes") != 0 ||
                json_lex_string(&lex, false, &members[count].key) != 0 ||
                json_lex_expect(&lex, ':', "expected ':' after a key") != 0 ||
                value_parse(&lex, &members[count++]) != 0)
                return -1;
        } while (json_lex_accept(&lex, ','));
        if (json_lex_expect(&lex, '}', "expected ',' or '}'") != 0)
            return -1;
    }
    json_lex_space(&lex);
    if (lex.at < lex.end)
        return json_lex_refuse(&lex, "something follows the object");
    assert((size_t)(lex.scratch - scratch) <= size);
    return count;
}
