/* A manifest as text, and back: xtape-archive(5). */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/manifest.h"
#include "base/hex.h"
#include "tape/frame.h"

/* The first line is the version: 1 has no links, 2 no tiers and nothing that is
 * gone.  Each is read, and the least that does is written. */
#define VERSION_1 "xtape-archive 1"
#define VERSION_2 "xtape-archive 2"
#define VERSION_3 "xtape-archive 3"

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
        out->failed = true; /* all that is ours is short */
    else
        bytes_put(out, line, (size_t)size);
}

/* The HEADER frame in hexadecimal. */
static int
put_header(const struct manifest *manifest, struct bytes *out,
           struct failure *failure)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char *frame = allocate(failure, 1, FRAME_MAX);
    long size;

    if (!frame)
        return -1;
    size = tape_header_format(&manifest->header, frame, failure);
    assert(size <= FRAME_MAX);
    put_line(out, "header ");
    for (long i = 0; i < size; i++) {
        bytes_put_byte(out, (unsigned char)digits[frame[i] >> 4]);
        bytes_put_byte(out, (unsigned char)digits[frame[i] & 15]);
    }
    put_line(out, "\n");
    free(frame);
    return size < 0 ? -1 : 0;
}

static void
put_links(const struct manifest *manifest, struct bytes *out)
{
    /* "-" of the first link */
    assert(!manifest->link.number || manifest->link.previous[0]);
    if (manifest->link.number)
        put_line(out, "link %" PRIu64 " %s\n", manifest->link.number,
                 manifest->link.previous);
    for (uint32_t i = 0; i < manifest->past_count; i++) {
        const struct link *past = &manifest->past[i];

        put_line(out, "past %" PRIu64 " %s %s %s\n", past->number, past->name,
                 past->sha256, past->previous);
    }
}

static void
put_part(const char *word, const struct part *part, struct bytes *out)
{
    char path[PART_PATH_MAX];

    assert(strlen(part->sha256) == SHA256_TEXT - 1); /* it was read back */
    part_name_path(&part->name, path);
    put_line(out,
             "%s %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64
             " %" PRId64 " %016" PRIx64 " %s\n",
             word, part->sha256, part->size, part->rows, part->name.first,
             part->name.last, part->time_min, part->time_max, part->digest,
             path);
    if (part->tier[0])
        put_line(out, "tier %s\n", part->tier);
}

static const char *
version_of(const struct manifest *manifest)
{
    bool tiers = false;

    for (uint32_t i = 0; i < manifest->part_count; i++)
        tiers |= manifest->parts[i].tier[0] != '\0';
    if (tiers || manifest->gone_count > 0)
        return VERSION_3;
    return manifest->link.number ? VERSION_2 : VERSION_1;
}

int
manifest_format(const struct manifest *manifest, struct bytes *out,
                struct failure *failure)
{
    size_t start = out->size;

    put_line(out, "%s\n", version_of(manifest));
    put_line(out, "stream %s\n", manifest->header.stream);
    if (put_header(manifest, out, failure) != 0)
        return -1;
    put_line(out, "tape %" PRIu64 " %d\n", manifest->tape_last,
             (int)manifest->status);
    put_links(manifest, out);
    for (uint32_t i = 0; i < manifest->range_count; i++)
        put_line(out, "range %" PRIu64 " %" PRIu64 "\n",
                 manifest->ranges[i].first, manifest->ranges[i].last);
    for (uint32_t i = 0; i < manifest->replaces_count; i++)
        put_line(out, "replaces %s\n", manifest->replaces[i]);
    for (uint32_t i = 0; i < manifest->part_count; i++)
        put_part("part", &manifest->parts[i], out);
    for (uint32_t i = 0; i < manifest->gone_count; i++)
        put_part("gone", &manifest->gone[i], out);
    put_line(out, "end %016" PRIx64 "\n",
             out->bytes ? frame_hash(out->bytes + start, out->size - start)
                        : 0);
    return bytes_ok(out, failure);
}

/* ---- reading ------------------------------------------------------------- */

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
        int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

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

/* A part that cannot be is refused here, so that no caller need check. */
static bool
is_sound(const struct manifest *manifest, const struct part *part)
{
    uint32_t count = manifest->range_count;
    const struct part_name *name = &part->name;

    return strlen(part->sha256) == SHA256_TEXT - 1 && count > 0 &&
           name->first <= name->last && part->rows > 0 &&
           part->rows - 1 <= name->last - name->first &&
           name->first >= manifest->ranges[0].first &&
           name->last <= manifest->ranges[count - 1].last &&
           name->stream == manifest_stream_hash(manifest->header.stream);
}

/* add: to the parts, or to what is gone. */
static int
take_part(struct manifest *manifest, const char *text,
          int (*add)(struct manifest *, const struct part *, struct failure *),
          struct failure *failure)
{
    struct part part = {0};
    uint64_t first, last;
    int at = 0;

    if (sscanf(text,
               "%64[0-9a-f] %20" SCNu64 " %20" SCNu64 " %20" SCNu64
               " %20" SCNu64 " %20" SCNd64 " %20" SCNd64 " %16" SCNx64 " %n",
               part.sha256, &part.size, &part.rows, &first, &last,
               &part.time_min, &part.time_max, &part.digest, &at) != 8 ||
        !part_name_parse(&part.name, text + at, NULL) ||
        part.name.first != first || part.name.last != last ||
        !is_sound(manifest, &part))
        return fail(failure, FAILURE_DATA, "a malformed part line");
    return add(manifest, &part, failure);
}

/* The tier of the part above it. */
static int
take_tier(struct manifest *manifest, const char *text, struct failure *failure)
{
    struct part *part = NULL;
    size_t size = strlen(text);

    if (manifest->gone_count > 0)
        part = &manifest->gone[manifest->gone_count - 1];
    else if (manifest->part_count > 0)
        part = &manifest->parts[manifest->part_count - 1];
    if (!part || part->tier[0] || size == 0 || size >= sizeof part->tier ||
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") != size)
        return fail(failure, FAILURE_DATA, "a malformed tier line");
    memcpy(part->tier, text, size + 1);
    return 0;
}

static int
take_range(struct manifest *manifest, struct seq_range range,
           struct failure *failure)
{
    uint32_t count = manifest->range_count;

    if (range.first == 0 || range.first > range.last ||
        (count && range.first <= manifest->ranges[count - 1].last))
        return fail(failure, FAILURE_DATA, "a malformed range line");
    return manifest_add_range(manifest, range, failure);
}

/* Whether text is a SHA-256, or the "-" of where the chain begins. */
static bool
is_hash(const char *text)
{
    return strcmp(text, "-") == 0 ||
           (strlen(text) == SHA256_TEXT - 1 &&
            strspn(text, "0123456789abcdef") == SHA256_TEXT - 1);
}

/* The field widths of sscanf, which are less than the room by the NUL. */
_Static_assert(MANIFEST_NAME_MAX == 95 + 1, "%95s takes a name");
_Static_assert(SHA256_TEXT == 64 + 1, "%64s takes a SHA-256");

static int
take_past(struct manifest *manifest, const char *text, struct failure *failure)
{
    struct link past = {0};
    struct manifest_name parsed;

    if (sscanf(text, "%20" SCNu64 " %95s %64s %64s", &past.number, past.name,
               past.sha256, past.previous) != 4 ||
        !manifest_name_parse(&parsed, past.name) || !is_hash(past.sha256) ||
        !is_hash(past.previous))
        return fail(failure, FAILURE_DATA, "a malformed link line");
    return manifest_add_past(manifest, &past, failure);
}

static int
take_replaced(struct manifest *manifest, const char *text,
              struct failure *failure)
{
    struct manifest_name parsed;

    if (!manifest_name_parse(&parsed, text) ||
        parsed.stream != manifest_stream_hash(manifest->header.stream) ||
        strcmp(text, manifest->name) == 0)
        return fail(failure, FAILURE_DATA, "a malformed replaces line");
    return manifest_add_replaced(manifest, text, failure);
}

static int
take_line(struct manifest *manifest, const char *line, struct failure *failure)
{
    struct link *link = &manifest->link;
    struct seq_range range;
    unsigned status;
    uint64_t last;

    if (strncmp(line, "stream ", 7) == 0)
        return 0; /* for people; the HEADER has it */
    if (strncmp(line, "header ", 7) == 0 && !manifest->header.stream[0])
        return take_header(manifest, line + 7, failure);
    if (strncmp(line, "part ", 5) == 0)
        return take_part(manifest, line + 5, manifest_add_part, failure);
    if (strncmp(line, "gone ", 5) == 0)
        return take_part(manifest, line + 5, manifest_add_gone, failure);
    if (strncmp(line, "tier ", 5) == 0)
        return take_tier(manifest, line + 5, failure);
    if (strncmp(line, "replaces ", 9) == 0)
        return take_replaced(manifest, line + 9, failure);
    if (strncmp(line, "past ", 5) == 0)
        return take_past(manifest, line + 5, failure);
    if (sscanf(line, "link %20" SCNu64 " %64s", &link->number,
               link->previous) == 2 &&
        link->number > 0 && is_hash(link->previous))
        return 0;
    if (sscanf(line, "tape %20" SCNu64 " %1u", &last, &status) == 2 &&
        status <= TAPE_STOPPED) {
        manifest->tape_last = last;
        manifest->status = (enum tape_status)status;
        return 0;
    }
    if (sscanf(line, "range %20" SCNu64 " %20" SCNu64, &range.first,
               &range.last) == 2)
        return take_range(manifest, range, failure);
    return fail(failure, FAILURE_DATA, "an unknown line");
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
    if (strncmp(text, VERSION_1 "\n", strlen(VERSION_1 "\n")) != 0 &&
        strncmp(text, VERSION_2 "\n", strlen(VERSION_2 "\n")) != 0 &&
        strncmp(text, VERSION_3 "\n", strlen(VERSION_3 "\n")) != 0) {
        fail(failure, FAILURE_DATA, "it is of another version");
        return fail_hint(failure, "use a newer program");
    }
    return 0;
}

/* Whether the file has the name that its text gives it. */
static bool
is_named_so(const struct manifest *manifest)
{
    struct manifest_name parsed;
    uint32_t count = manifest->range_count;

    return manifest_name_parse(&parsed, manifest->name) &&
           parsed.stream == manifest_stream_hash(manifest->header.stream) &&
           parsed.first == (count ? manifest->ranges[0].first : 0) &&
           parsed.last == (count ? manifest->ranges[count - 1].last : 0);
}

int
manifest_parse(struct manifest *manifest, char *text, size_t size,
               struct failure *failure)
{
    struct sha256 sha256 = {0};
    unsigned number = 2;
    char *line, *rest;

    if (sha256_begin(&sha256, failure) != 0)
        return -1;
    sha256_add(&sha256, text, size);
    sha256_end(&sha256, manifest->link.sha256);
    memcpy(manifest->link.name, manifest->name, sizeof manifest->link.name);
    memcpy(manifest->link.previous, "-", 2);
    if (check_end(text, size, failure) != 0)
        return -1;
    rest = text + strlen(VERSION_1 "\n");
    for (; (line = strsep(&rest, "\n")) && *line; number++)
        if (take_line(manifest, line, failure) != 0)
            return fail_at(failure, "line %u", number);
    if (!manifest->header.stream[0])
        return fail(failure, FAILURE_DATA, "it has no HEADER");
    if (!is_named_so(manifest))
        return fail(failure, FAILURE_DATA,
                    "its name does not match its stream and ranges");
    return 0;
}
