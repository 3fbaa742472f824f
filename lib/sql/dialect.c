#include "sql/dialect.h"

#include <string.h>

static const char *const *
find(const struct sql_dialect *dialect, const char *word, size_t size)
{
    const char *const *row = dialect->words[0];

    while (row[0] && (strlen(row[0]) != size || memcmp(row[0], word, size)))
        row += 4;
    assert(row[0]);
    return row;
}

/* One {word:arguments}, from after its brace; arguments may hold others.
 * Returns what follows its closing brace. */
static const char *translate_word(const struct sql_dialect *dialect,
                                  const char *at, struct bytes *out);

/* Up to an end of arguments, or to the end of the text. */
static const char *
translate(const struct sql_dialect *dialect, const char *at, const char *ends,
          struct bytes *out)
{
    for (;;) {
        const char *stop = at + strcspn(at, ends);

        bytes_put(out, at, (size_t)(stop - at));
        if (*stop != '{')
            return stop;
        at = translate_word(dialect, stop + 1, out);
    }
}

static const char *
translate_word(const struct sql_dialect *dialect, const char *at,
               struct bytes *out)
{
    size_t size = strcspn(at, ":}");
    const char *const *row = find(dialect, at, size);

    assert(size > 0 && at[size]);
    at += size;
    bytes_put_text(out, row[1]);
    while (*at != '}') {
        assert(*at == ':' || *at == '|');
        if (*at == '|')
            bytes_put_text(out, row[2]);
        at = translate(dialect, at + 1, "{|}", out);
    }
    bytes_put_text(out, row[3]);
    return at + 1;
}

void
sql_translate(const struct sql_dialect *dialect, const char *sql,
              struct bytes *out)
{
    const char *end = translate(dialect, sql, "{", out);

    assert(*end == '\0');
    (void)end;
    bytes_put_byte(out, 0);
}
