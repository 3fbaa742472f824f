/* The journal of an archive, cut at every length, with every bit flipped: what
 * a kill leaves is mended, and nothing that was written is ever lost. */
#include "archive/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

/* in memory: nothing here depends on what a sync costs */
static char directory[] = "/dev/shm/xtape-journal-XXXXXX";
static char path[sizeof directory + 16];

#define NOON    INT64_C(1767268800000000000) /* 2026-01-01T12:00:00Z */
#define WHAT    "hold"
#define LINES   3
#define LONGEST 4096

/* The file that was written, and where its lines begin. */
static char whole[LONGEST];
static size_t whole_size, starts[LINES + 1];

static void
write_file(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

static size_t
read_file(char bytes[LONGEST])
{
    FILE *file = fopen(path, "rb");
    size_t size;

    if (!file)
        abort();
    size = fread(bytes, 1, LONGEST, file);
    fclose(file);
    return size;
}

/* Adds a line: 0 or -1. */
static int
add_line(struct journal *journal, const char *id, struct failure *failure)
{
    struct json *json;

    if (journal_mend(journal, failure) != 0)
        return -1;
    json = journal_begin(journal, WHAT);
    json_key(json, "id");
    json_text(json, id);
    if (journal_end(journal, failure) != 0)
        return -1;
    return journal_commit(journal, failure);
}

static bool
write_whole(const struct archive *archive)
{
    static const char *const ids[LINES] = {"C-1", "a } \"brace\"", "C-3"};
    struct failure failure = {0};
    bool good = true;

    for (int i = 0; i < LINES; i++) {
        struct journal journal;

        good &= journal_open(&journal, archive, "me", NOON, &failure) == 0 &&
                add_line(&journal, ids[i], &failure) == 0;
        journal_close(&journal);
        starts[i + 1] = read_file(whole);
    }
    whole_size = starts[LINES];
    return good;
}

static unsigned
lines_before(size_t size)
{
    unsigned lines = 0;

    while (lines < LINES && starts[lines + 1] <= size)
        lines++;
    return lines;
}

/* What opening and mending the file makes of it: whether all is as it should
 * be when it was cut to that size. */
static bool
mends(const struct archive *archive, size_t size)
{
    unsigned lines = lines_before(size), want;
    size_t torn = size - starts[lines], after;
    bool newline_only = lines < LINES && size == starts[lines + 1] - 1;
    struct failure failure = {0};
    struct journal journal;
    char now[LONGEST];
    bool good;

    write_file(whole, size);
    good = journal_open(&journal, archive, "me", NOON, &failure) == 0 &&
           journal_whole(&journal, &failure) == 0 &&
           journal.torn == (newline_only ? 0 : torn) &&
           add_line(&journal, "after", &failure) == 0;
    journal_close(&journal);
    after = read_file(now);
    want = lines + 1 + (torn > 0);
    good = good && journal_open(&journal, archive, "", NOON, &failure) == 0 &&
           journal.number == want && journal.torn == 0;
    journal_close(&journal);
    /* the lines before are as they were, a line says what was cut */
    good = good && memcmp(now, whole, starts[lines]) == 0;
    now[after < LONGEST ? after : LONGEST - 1] = '\0';
    return good && (strstr(now, "\"what\":\"torn\"") != NULL) ==
                       (torn > 0 && !newline_only);
}

/* Whether a file with one bit flipped is refused, or ends in a torn line: no
 * line before its last is lost in silence. */
static bool
flip_is_found(const struct archive *archive, size_t bit)
{
    struct failure failure = {0};
    struct journal journal;
    char flipped[LONGEST];
    bool found;

    memcpy(flipped, whole, whole_size);
    flipped[bit / 8] = (char)(flipped[bit / 8] ^ 1 << bit % 8);
    write_file(flipped, whole_size);
    found = journal_open(&journal, archive, "", NOON, &failure) != 0 ||
            journal_whole(&journal, &failure) != 0;
    journal_close(&journal);
    return found;
}

static void
check_damage(const struct archive *archive)
{
    static const char *const tails[] = {
        "x",
        "{\"number\":5,\"time\":",
        "{\"number\":4,\"timf",
        "\n",
    };
    unsigned refused = 0;
    size_t missed = 0, last = starts[LINES - 1];

    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct failure failure = {0};
        struct journal journal;
        char longer[LONGEST];
        size_t size = strlen(tails[i]);

        memcpy(longer, whole, whole_size);
        memcpy(longer + whole_size, tails[i], size);
        write_file(longer, whole_size + size);
        refused += journal_open(&journal, archive, "", NOON, &failure) != 0 ||
                   journal_mend(&journal, &failure) != 0;
        journal_close(&journal);
    }
    OK("an end that no writer leaves is refused",
       refused == sizeof tails / sizeof *tails);
    for (size_t bit = 0; bit < last * 8; bit++)
        missed += !flip_is_found(archive, bit);
    OK("a flipped bit before the last line is found", missed == 0);
    for (size_t bit = 0; bit < 8; bit++)
        missed += !flip_is_found(archive, (whole_size - 1) * 8 + bit);
    OK("a flipped bit in the last newline is found", missed == 0);
    memset(whole, 0, whole_size);
    OK("zeros are no line that was torn", flip_is_found(archive, 0));
}

int
main(void)
{
    struct failure failure = {0};
    struct archive archive;
    size_t wrong = 0;

    if (!mkdtemp(directory))
        return 1;
    snprintf(path, sizeof path, "%s/journal", directory);
    OK("an archive is made",
       archive_open(&archive, directory, ARCHIVE_CREATE, NULL, &failure) == 0);
    OK("lines are written", write_whole(&archive));
    for (size_t size = 0; size <= whole_size; size++)
        if (!mends(&archive, size)) {
            wrong++;
            tap_note("cut to %zu bytes", size);
        }
    OK("cut to any length, the next writer mends it", wrong == 0);
    check_damage(&archive);
    archive_close(&archive);
    unlink(path);
    return tap_done();
}
