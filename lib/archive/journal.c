#include "archive/journal.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/archive_private.h"
#include "base/clock.h"
#include "base/json_flat.h"

static int
hash_line(const char *line, size_t size, char sha256[SHA256_TEXT],
          struct failure *failure)
{
    struct sha256 hash = {0};

    if (sha256_begin(&hash, failure) != 0)
        return -1;
    sha256_add(&hash, line, size);
    sha256_end(&hash, sha256);
    return 0;
}

/* ---- reading ------------------------------------------------------------- */

/* Takes the line at *at: false after the last. */
static bool
next_line(const char *text, size_t end, size_t *at, const char **line,
          size_t *size)
{
    const char *newline =
        *at < end ? memchr(text + *at, '\n', end - *at) : NULL;

    if (!newline)
        return false;
    *line = text + *at;
    *size = (size_t)(newline - *line);
    *at += *size + 1;
    return true;
}

bool
journal_next(const struct journal *journal, size_t *at, const char **line,
             size_t *size)
{
    assert(*at <= journal->size);
    return next_line(journal->text, journal->size, at, line, size);
}

/* Whether a line is the one after that with the hash previous.  That is its
 * last member: of two lines that have become one it is not. */
static bool
follows(const char *line, size_t size, const char *previous, uint64_t number,
        struct bytes *room)
{
    char end[SHA256_TEXT + 16];
    int length = snprintf(end, sizeof end, ",\"previous\":\"%s\"}", previous);

    assert(length > 0 && (size_t)length < sizeof end);
    return size > (size_t)length &&
           memcmp(line + size - (size_t)length, end, (size_t)length) == 0 &&
           json_flat_get(line, size, "previous", room) &&
           strcmp((const char *)room->bytes, previous) == 0 &&
           json_flat_get(line, size, "number", room) &&
           strtoull((const char *)room->bytes, NULL, 10) == number;
}

int
journal_check(const char *text, size_t size, journal_break *take, void *owner,
              struct failure *failure)
{
    char previous[SHA256_TEXT] = "-";
    struct bytes value = {0};
    const char *line;
    size_t at = 0, length;
    uint64_t number = 0;
    int result = 0;

    while (result == 0 && next_line(text, size, &at, &line, &length)) {
        number++;
        if (!follows(line, length, previous, number, &value))
            result = take(owner, number);
        if (result == 0)
            result = hash_line(line, length, previous, failure);
    }
    bytes_free(&value);
    return result;
}

struct first_break {
    const struct journal *journal;
    struct failure *failure;
};

static int
refuse(void *owner, uint64_t number)
{
    const struct first_break *first = owner;

    return fail(first->failure, FAILURE_DATA,
                "%s: line %" PRIu64 " does not follow the one before it: it "
                "was changed, or one was taken away (restore the file from a "
                "copy)",
                first->journal->path, number);
}

/* What the last line says of itself. */
static int
read_head(struct journal *journal, struct failure *failure)
{
    struct bytes value = {0};
    const char *line = NULL;
    size_t at = 0, size = 0;
    int result = 0;

    journal->number = 0;
    while (journal_next(journal, &at, &line, &size))
        journal->number++;
    if (line) {
        if (!json_flat_get(line, size, "time", &value) ||
            !time_parse((const char *)value.bytes, value.size, &journal->time))
            result = fail(failure, FAILURE_DATA,
                          "%s: its last line has no time", journal->path);
        else
            result = hash_line(line, size, journal->head, failure);
    }
    bytes_free(&value);
    return result;
}

/* Whether the bytes after the last line are what is left of the next one when
 * a program is killed, or the power goes, as it is written: its beginning.
 * Anything else was once a line, or is not ours. */
static bool
is_beginning(const struct journal *journal)
{
    const char *tail = journal->text + journal->size;
    struct bytes room = {0};
    size_t size = journal->torn, last = size;
    char begin[64];
    int length =
        snprintf(begin, sizeof begin, "{\"number\":%" PRIu64 ",\"time\":\"",
                 journal->number + 1);
    bool begins, was_whole;

    assert(length > 0 && (size_t)length < sizeof begin);
    begins =
        memcmp(tail, begin, size < (size_t)length ? size : (size_t)length) == 0;
    for (size_t i = 0; i < size; i++)
        begins &= (unsigned char)tail[i] >= ' ';
    while (last > 0 && tail[last - 1] != '}')
        last--;
    was_whole = follows(tail, last, journal->head, journal->number + 1, &room);
    bytes_free(&room);
    return begins && !was_whole;
}

/* Of the bytes after the last newline: a line that is whole counts as one. */
static int
take_tail(struct journal *journal, struct failure *failure)
{
    const char *tail = journal->text + journal->size;
    struct bytes room = {0};
    bool whole =
        follows(tail, journal->torn, journal->head, journal->number + 1, &room);
    char *text;

    bytes_free(&room);
    journal->damaged = !whole && journal->torn > 0 && !is_beginning(journal);
    if (!whole)
        return 0;
    journal->size += journal->torn;
    journal->torn = 0;
    text = realloc(journal->text, journal->size + 2);
    if (!text)
        return fail_memory(failure);
    text[journal->size++] = '\n';
    text[journal->size] = '\0';
    journal->text = text;
    journal->unended = true;
    return read_head(journal, failure);
}

int
journal_open(struct journal *journal, const struct archive *archive,
             const char *who, int64_t now, struct failure *failure)
{
    struct first_break first = {journal, failure};
    int there;

    *journal = (struct journal){.archive = archive,
                                .who = who,
                                .now = now,
                                .time = TIME_NULL,
                                .head = "-",
                                .file = {.fd = -1}};
    journal->path = archive_path(archive, JOURNAL_NAME, failure);
    if (!journal->path)
        return -1;
    there = archive_read_text(archive, journal->path, &journal->text,
                              &journal->size, failure);
    if (there <= 0)
        return there;
    while (journal->torn < journal->size &&
           journal->text[journal->size - 1 - journal->torn] != '\n')
        journal->torn++;
    journal->size -= journal->torn;
    if (journal_check(journal->text, journal->size, refuse, &first, failure) !=
        0)
        return -1;
    return read_head(journal, failure) == 0 ? take_tail(journal, failure) : -1;
}

int
journal_whole(const struct journal *journal, struct failure *failure)
{
    if (!journal->damaged)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: its end is damaged, and it may have been a hold (restore "
                "the file from a copy)",
                journal->path);
}

int
journal_clock(const struct journal *journal, struct failure *failure)
{
    if (journal->time == TIME_NULL || journal->now >= journal->time)
        return 0;
    return fail(failure, FAILURE_ENVIRONMENT,
                "the clock is before the last line of the journal: nothing "
                "was done");
}

void
journal_close(struct journal *journal)
{
    append_close(&journal->file);
    bytes_free(&journal->out);
    free(journal->text);
    free(journal->path);
    *journal = (struct journal){.file = {.fd = -1}};
}

/* ---- writing ------------------------------------------------------------- */

struct json *
journal_begin(struct journal *journal, const char *what)
{
    struct json *json = &journal->json;

    assert(journal->torn == 0); /* journal_mend */
    journal->line = journal->out.size;
    *json = (struct json){.out = &journal->out};
    json_open(json, '{');
    json_key(json, "number");
    json_unsigned(json, ++journal->number);
    json_key(json, "time");
    json_time(json, journal->now);
    json_key(json, "who");
    json_text(json, journal->who);
    json_key(json, "what");
    json_text(json, what);
    return json;
}

int
journal_end(struct journal *journal, struct failure *failure)
{
    struct json *json = &journal->json;

    assert(json->depth == 1); /* what was opened in it is closed */
    json_key(json, "previous");
    json_text(json, journal->head);
    json_close(json, '}');
    json_newline(json);
    if (bytes_ok(&journal->out, failure) != 0)
        return -1;
    return hash_line((const char *)journal->out.bytes + journal->line,
                     journal->out.size - journal->line - 1, journal->head,
                     failure);
}

/* Opens the file, or makes it; ends a line that lacks its newline. */
static int
open_file(struct journal *journal, struct failure *failure)
{
    const struct archive *archive = journal->archive;
    int fd = -1, result;

    if (journal->file.fd >= 0)
        return 0;
    result = root_open_file(&archive->root, journal->path, O_WRONLY | O_CREAT,
                            &fd, failure);
    if (fd >= 0)
        close(fd);
    if (result <= 0 ||
        root_sync(&archive->root, archive->directory, failure) != 0 ||
        append_open(&journal->file, &archive->root, journal->path, failure) !=
            0)
        return -1;
    if (journal->file.size != journal->size - journal->unended + journal->cut)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: it changed meanwhile: run it again", journal->path);
    if (journal->cut > 0 &&
        append_cut(&journal->file, journal->size, failure) != 0)
        return -1;
    journal->cut = 0;
    if (journal->unended && append_write(&journal->file, "\n", 1, failure) != 0)
        return -1;
    journal->unended = false;
    return 0;
}

int
journal_commit(struct journal *journal, struct failure *failure)
{
    assert(journal->archive->writes);
    if (journal->out.size == 0)
        return 0;
    if (journal_whole(journal, failure) != 0 ||
        open_file(journal, failure) != 0 ||
        append_write(&journal->file, journal->out.bytes, journal->out.size,
                     failure) != 0 ||
        append_sync(&journal->file, failure) != 0)
        return -1;
    journal->size = journal->file.size;
    bytes_clear(&journal->out);
    return 0;
}

int
journal_mend(struct journal *journal, struct failure *failure)
{
    const char *tail = journal->text ? journal->text + journal->size : "";
    size_t torn = journal->torn;
    struct json *json;

    if (journal_whole(journal, failure) != 0)
        return -1;
    if (torn == 0)
        return 0;
    assert(!journal->unended && journal->out.size == 0);
    journal->cut = torn;
    journal->torn = 0;
    json = journal_begin(journal, "torn");
    json_key(json, "bytes");
    json_unsigned(json, torn);
    json_key(json, "text");
    json_string(json, tail, torn);
    return journal_end(journal, failure) == 0 ? journal_commit(journal, failure)
                                              : -1;
}
