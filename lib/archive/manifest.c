#include "archive/manifest.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/move.h"
#include "tape/frame.h"

#define MANIFEST_MAX (256 * 1024 * 1024) /* bytes */
#define FIRST_LINE   "xtape-archive 1"

void
manifest_free(struct manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->part_count; i++)
        free(manifest->parts[i].path);
    for (uint32_t i = 0; i < manifest->replaces_count; i++)
        free(manifest->replaces[i]);
    free(manifest->parts);
    free(manifest->replaces);
    free(manifest->ranges);
    free(manifest->name);
    tape_header_free(&manifest->header);
    memset(manifest, 0, sizeof *manifest);
}

uint64_t
manifest_stream_hash(const char *stream)
{
    return frame_hash(stream, strlen(stream));
}

/* Makes room for one more of *array, which has count; false without memory. */
static bool
grow(void *array, uint32_t count, size_t each)
{
    void *larger;

    if (count & (count - 1)) /* no power of two: there is room */
        return true;
    memcpy(&larger, array, sizeof larger);
    larger = reallocarray(larger, count ? count * 2UL : 1, each);
    if (larger)
        memcpy(array, &larger, sizeof larger);
    return larger != NULL;
}

static int
no_memory(struct failure *failure)
{
    return fail_memory(failure);
}

static int
add_range(struct manifest *manifest, uint64_t first, uint64_t last,
          struct failure *failure)
{
    if (!grow(&manifest->ranges, manifest->range_count,
              sizeof *manifest->ranges))
        return no_memory(failure);
    manifest->ranges[manifest->range_count++] = (struct seq_range){first, last};
    return 0;
}

int
manifest_add_seqs(struct manifest *manifest, struct seq_range seqs,
                  struct failure *failure)
{
    uint32_t count = manifest->range_count;

    if (count > 0 && manifest->ranges[count - 1].last + 1 == seqs.first)
        return manifest->ranges[count - 1].last = seqs.last, 0;
    return add_range(manifest, seqs.first, seqs.last, failure);
}

int
manifest_add_part(struct manifest *manifest, struct part_facts *facts,
                  struct failure *failure)
{
    if (!grow(&manifest->parts, manifest->part_count, sizeof *facts))
        return no_memory(failure);
    manifest->parts[manifest->part_count++] = *facts;
    memset(facts, 0, sizeof *facts);
    return 0;
}

int
manifest_add_replaced(struct manifest *manifest, const char *name,
                      struct failure *failure)
{
    char *copy = strdup(name);

    if (!copy || !grow(&manifest->replaces, manifest->replaces_count,
                       sizeof *manifest->replaces)) {
        free(copy);
        return no_memory(failure);
    }
    manifest->replaces[manifest->replaces_count++] = copy;
    return 0;
}

int
manifest_add_range(struct manifest *manifest, struct seq_range range,
                   struct failure *failure)
{
    return add_range(manifest, range.first, range.last, failure);
}

int
manifest_set_name(struct manifest *manifest, unsigned generation,
                  struct failure *failure)
{
    uint32_t count = manifest->range_count;
    uint64_t first = count ? manifest->ranges[0].first : 0;
    uint64_t last = count ? manifest->ranges[count - 1].last : 0;
    char suffix[16] = "";

    free(manifest->name);
    if (generation)
        snprintf(suffix, sizeof suffix, "-c%u", generation);
    if (asprintf(&manifest->name, "%016" PRIx64 "-%" PRIu64 "-%" PRIu64 "%s",
                 manifest_stream_hash(manifest->header.stream), first, last,
                 suffix) < 0) {
        manifest->name = NULL;
        return no_memory(failure);
    }
    return 0;
}

bool
manifest_is_name(const char *name)
{
    size_t at = strspn(name, "0123456789abcdef"), digits = 1;

    if (at != 16)
        return false;
    for (int i = 0; i < 2 && digits > 0; i++, at += digits)
        digits = name[at++] == '-' ? strspn(name + at, "0123456789") : 0;
    if (digits > 0 && strncmp(name + at, "-c", 2) == 0) {
        digits = strspn(name + at + 2, "0123456789");
        at += 2 + digits;
    }
    return digits > 0 && name[at] == '\0';
}

unsigned
manifest_generation(const struct manifest *manifest)
{
    const char *suffix = strstr(manifest->name, "-c");
    unsigned generation = 0;

    if (suffix && sscanf(suffix, "-c%u", &generation) != 1)
        generation = 0;
    return generation;
}

/* ---- writing ------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
put_line(struct bytes *out, const char *format, ...)
{
    char line[1024];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof line)
        out->failed = true; /* paths are ours and short */
    else
        bytes_put(out, line, (size_t)size);
}

/* The HEADER frame in hexadecimal. */
static int
put_header(const struct manifest *manifest, struct bytes *out,
           struct failure *failure)
{
    unsigned char *frame = allocate(failure, 1, FRAME_MAX);
    long size;

    if (!frame)
        return -1;
    size = tape_header_format(&manifest->header, frame, failure);
    put_line(out, "header ");
    for (long i = 0; i < size; i++)
        put_line(out, "%02x", frame[i]);
    put_line(out, "\n");
    free(frame);
    return size < 0 ? -1 : 0;
}

static int
format(const struct manifest *manifest, struct bytes *out,
       struct failure *failure)
{
    put_line(out, FIRST_LINE "\n");
    put_line(out, "stream %s\n", manifest->header.stream);
    if (put_header(manifest, out, failure) != 0)
        return -1;
    put_line(out, "tape %" PRIu64 " %d\n", manifest->tape_last,
             (int)manifest->status);
    for (uint32_t i = 0; i < manifest->range_count; i++)
        put_line(out, "range %" PRIu64 " %" PRIu64 "\n",
                 manifest->ranges[i].first, manifest->ranges[i].last);
    for (uint32_t i = 0; i < manifest->replaces_count; i++)
        put_line(out, "replaces %s\n", manifest->replaces[i]);
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct part_facts *part = &manifest->parts[i];

        put_line(out,
                 "part %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                 " %" PRId64 " %" PRId64 " %016" PRIx64 " %s\n",
                 part->sha256, part->size, part->rows, part->first_seq,
                 part->last_seq, part->time_min, part->time_max, part->digest,
                 part->path);
    }
    put_line(out, "end %016" PRIx64 "\n",
             out->bytes ? frame_hash(out->bytes, out->size) : 0);
    return bytes_ok(out, failure);
}

/* ---- reading ------------------------------------------------------------- */

static int
digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The HEADER frame, checked as a reader of a tape does. */
static int
take_header(struct manifest *manifest, const char *text,
            struct failure *failure)
{
    size_t size = strlen(text) / 2;
    unsigned char *bytes = allocate(failure, 1, size + sizeof(struct frame));
    const struct frame *frame = (const void *)bytes;
    int result = 0;

    if (!bytes)
        return -1;
    for (size_t i = 0; i < size; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            size = 0;
        else
            bytes[i] = (unsigned char)(high << 4 | low);
    }
    if (size < FRAME_HEAD || size > FRAME_MAX || frame->size != size ||
        frame->kind != FRAME_HEADER ||
        frame->u.header.version != TAPE_VERSION ||
        frame->check != frame_hash(frame, offsetof(struct frame, check)) ||
        frame->body != frame_hash(frame + 1, size - FRAME_HEAD))
        result = fail(failure, FAILURE_DATA, "its HEADER is damaged");
    else
        result = tape_header_parse(&manifest->header, frame, failure);
    free(bytes);
    return result;
}

static int
take_part(struct manifest *manifest, const char *text, struct failure *failure)
{
    struct part_facts facts = {0};
    int at = 0;

    if (sscanf(text,
               "%64[0-9a-f] %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
               " %" SCNd64 " %" SCNd64 " %" SCNx64 " %n",
               facts.sha256, &facts.size, &facts.rows, &facts.first_seq,
               &facts.last_seq, &facts.time_min, &facts.time_max, &facts.digest,
               &at) != 8 ||
        strncmp(text + at, "type=", 5) != 0 || strstr(text + at, ".."))
        return fail(failure, FAILURE_DATA, "a line that is no part");
    facts.path = strdup(text + at);
    if (!facts.path)
        return no_memory(failure);
    if (manifest_add_part(manifest, &facts, failure) != 0) {
        free(facts.path);
        return -1;
    }
    return 0;
}

static int
take_line(struct manifest *manifest, const char *line, struct failure *failure)
{
    uint64_t first, last;
    unsigned status;

    if (strncmp(line, "stream ", 7) == 0)
        return 0; /* for people; the HEADER has it */
    if (strncmp(line, "header ", 7) == 0 && !manifest->header.stream[0])
        return take_header(manifest, line + 7, failure);
    if (strncmp(line, "part ", 5) == 0)
        return take_part(manifest, line + 5, failure);
    if (strncmp(line, "replaces ", 9) == 0)
        return manifest_add_replaced(manifest, line + 9, failure);
    if (sscanf(line, "tape %" SCNu64 " %u", &last, &status) == 2 &&
        status <= TAPE_STOPPED) {
        manifest->tape_last = last;
        manifest->status = (enum tape_status)status;
        return 0;
    }
    if (sscanf(line, "range %" SCNu64 " %" SCNu64, &first, &last) == 2)
        return add_range(manifest, first, last, failure);
    return fail(failure, FAILURE_DATA, "a line without meaning");
}

/* Checks the hash in the last line and cuts that line off. */
static int
check_end(char *text, size_t size, struct failure *failure)
{
    char want[24];
    size_t tail = strlen("end ") + 16 + 1;

    if (size < tail)
        return fail(failure, FAILURE_DATA, "it is cut off");
    snprintf(want, sizeof want, "end %016" PRIx64 "\n",
             frame_hash(text, size - tail));
    if (memcmp(text + size - tail, want, tail) != 0)
        return fail(failure, FAILURE_DATA, "it is damaged or cut off");
    text[size - tail] = '\0';
    if (strncmp(text, FIRST_LINE "\n", strlen(FIRST_LINE "\n")) != 0) {
        fail(failure, FAILURE_DATA, "it is of another version");
        return fail_hint(failure, "use a newer program");
    }
    return 0;
}

static int
parse(struct manifest *manifest, char *text, size_t size,
      struct failure *failure)
{
    unsigned number = 2;
    char *line, *rest;

    if (check_end(text, size, failure) != 0)
        return -1;
    rest = text + strlen(FIRST_LINE "\n");
    for (; (line = strsep(&rest, "\n")) && *line; number++)
        if (take_line(manifest, line, failure) != 0)
            return fail_at(failure, "line %u", number);
    if (!manifest->header.stream[0])
        return fail(failure, FAILURE_DATA, "it has no HEADER");
    return 0;
}

/* "DIRECTORY/_tapes/", then the name between what is before and behind it; NULL
 * without memory. */
static char *
path_of(const char *directory, const char *before, const char *name,
        const char *behind)
{
    char *path = NULL;

    return asprintf(&path, "%s/" MANIFEST_DIRECTORY "/%s%s%s", directory,
                    before, name, behind) < 0
               ? NULL
               : path;
}

/* Reads the file at path. */
static int
read_file(struct manifest *manifest, const char *path, struct failure *failure)
{
    size_t size;
    char *text = input_read_file(path, MANIFEST_MAX, &size, failure);
    int result = text ? parse(manifest, text, size, failure) : -1;

    if (text && result != 0) {
        fail_at(failure, "%s", path);
        fail_hint(failure, "restore the file from a copy");
    }
    free(text);
    return result;
}

int
manifest_read(struct manifest *manifest, const char *directory,
              const char *name, struct failure *failure)
{
    char *path = path_of(directory, "", name, "");
    int result;

    memset(manifest, 0, sizeof *manifest);
    manifest->name = strdup(name);
    result = manifest->name && path ? read_file(manifest, path, failure)
                                    : no_memory(failure);
    free(path);
    return result;
}

/* ---- committing ---------------------------------------------------------- */

static int
write_text(const struct bytes *text, const char *path, struct failure *failure)
{
    struct output output;
    int result = output_open(&output, path, failure);

    if (result != 0)
        return -1;
    result = output_put(&output, text->bytes, text->size);
    if (result == 0)
        return output_commit(&output);
    output_abandon(&output);
    return -1;
}

/* Whether the file at path says what the text does, to who reads it. */
static int
read_back(const struct bytes *text, const char *path, struct failure *failure)
{
    struct manifest manifest = {0};
    struct bytes again = {0};
    int result = read_file(&manifest, path, failure);

    if (result == 0)
        result = format(&manifest, &again, failure);
    if (result == 0 && (again.size != text->size ||
                        memcmp(again.bytes, text->bytes, text->size) != 0))
        result = fail(failure, FAILURE_DATA,
                      "%s: it does not read as it was written", path);
    bytes_free(&again);
    manifest_free(&manifest);
    return result;
}

int
manifest_write(const struct manifest *manifest, const char *directory,
               struct failure *failure)
{
    struct bytes text = {0};
    char *path = path_of(directory, "", manifest->name, "");
    char *hidden = path_of(directory, ".", manifest->name, ".tmp");
    int result =
        path && hidden ? format(manifest, &text, failure) : no_memory(failure);

    if (result == 0)
        result = write_text(&text, hidden, failure);
    if (result == 0)
        result = read_back(&text, hidden, failure);
    if (result == 0)
        result = file_move(hidden, path, failure) < 0 ? -1 : 0;
    bytes_free(&text);
    free(path);
    free(hidden);
    return result;
}
