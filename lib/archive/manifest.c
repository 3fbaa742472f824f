#include "archive/manifest.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "tape/frame.h"

void
manifest_free(struct manifest *manifest)
{
    free(manifest->parts);
    free(manifest->gone);
    free(manifest->replaces);
    free(manifest->past);
    free(manifest->ranges);
    tape_header_free(&manifest->header);
    memset(manifest, 0, sizeof *manifest);
}

uint64_t
manifest_stream_hash(const char *stream)
{
    return frame_hash(stream, strlen(stream));
}

int
manifest_add_range(struct manifest *manifest, struct seq_range range,
                   struct failure *failure)
{
    uint32_t count = manifest->range_count;
    struct seq_range *ranges = manifest->ranges;

    assert(range.first <= range.last);
    if (count > 0 && ranges[count - 1].last + 1 == range.first)
        return ranges[count - 1].last = range.last, 0;
    ranges = array_grow(ranges, &manifest->range_capacity, count + 1UL,
                        sizeof *ranges, failure);
    if (!ranges)
        return -1;
    manifest->ranges = ranges;
    ranges[manifest->range_count++] = range;
    return 0;
}

int
manifest_add_part(struct manifest *manifest, const struct part *part,
                  struct failure *failure)
{
    struct part *parts =
        array_grow(manifest->parts, &manifest->part_capacity,
                   manifest->part_count + 1UL, sizeof *parts, failure);

    assert(part->rows > 0 && part->name.first <= part->name.last);
    if (!parts)
        return -1;
    manifest->parts = parts;
    parts[manifest->part_count++] = *part;
    return 0;
}

int
manifest_add_gone(struct manifest *manifest, const struct part *part,
                  struct failure *failure)
{
    struct part *gone =
        array_grow(manifest->gone, &manifest->gone_capacity,
                   manifest->gone_count + 1UL, sizeof *gone, failure);

    assert(part->rows > 0 && part->name.first <= part->name.last);
    if (!gone)
        return -1;
    manifest->gone = gone;
    gone[manifest->gone_count++] = *part;
    return 0;
}

int
manifest_add_past(struct manifest *manifest, const struct link *link,
                  struct failure *failure)
{
    struct link *past =
        array_grow(manifest->past, &manifest->past_capacity,
                   manifest->past_count + 1UL, sizeof *past, failure);

    if (!past)
        return -1;
    manifest->past = past;
    past[manifest->past_count++] = *link;
    return 0;
}

int
manifest_add_replaced(struct manifest *manifest, const char *name,
                      struct failure *failure)
{
    char(*names)[MANIFEST_NAME_MAX] =
        array_grow(manifest->replaces, &manifest->replaces_capacity,
                   manifest->replaces_count + 1UL, sizeof *names, failure);

    assert(strlen(name) < MANIFEST_NAME_MAX);
    if (!names)
        return -1;
    manifest->replaces = names;
    memcpy(names[manifest->replaces_count++], name, strlen(name) + 1);
    return 0;
}

int
manifest_stand_for(struct manifest *manifest, const struct manifest *old,
                   struct failure *failure)
{
    assert(old->link.sha256[0]); /* it was read or written */
    if (manifest_add_replaced(manifest, old->name, failure) != 0 ||
        manifest_add_past(manifest, &old->link, failure) != 0)
        return -1;
    for (uint32_t i = 0; i < old->past_count; i++)
        if (manifest_add_past(manifest, &old->past[i], failure) != 0)
            return -1;
    for (uint32_t i = 0; i < old->gone_count; i++)
        if (manifest_add_gone(manifest, &old->gone[i], failure) != 0)
            return -1;
    return 0;
}

int
manifest_begin_next(struct manifest *manifest, const struct manifest *old,
                    struct failure *failure)
{
    *manifest =
        (struct manifest){.status = old->status, .tape_last = old->tape_last};
    if (tape_header_copy(&manifest->header, &old->header, failure) != 0)
        return -1;
    for (uint32_t i = 0; i < old->range_count; i++)
        if (manifest_add_range(manifest, old->ranges[i], failure) != 0)
            return -1;
    manifest_set_name(manifest, manifest_generation(old) + 1);
    return manifest_stand_for(manifest, old, failure);
}

/* ---- names --------------------------------------------------------------- */

static void
format_name(const struct manifest_name *parsed, char name[MANIFEST_NAME_MAX])
{
    char suffix[16] = "";
    int size;

    if (parsed->generation)
        snprintf(suffix, sizeof suffix, "-c%u", parsed->generation);
    size = snprintf(name, MANIFEST_NAME_MAX,
                    "%016" PRIx64 "-%" PRIu64 "-%" PRIu64 "%s", parsed->stream,
                    parsed->first, parsed->last, suffix);
    assert(size > 0 && size < MANIFEST_NAME_MAX);
}

void
manifest_set_name(struct manifest *manifest, unsigned generation)
{
    uint32_t count = manifest->range_count;
    struct manifest_name parsed = {
        .stream = manifest_stream_hash(manifest->header.stream),
        .first = count ? manifest->ranges[0].first : 0,
        .last = count ? manifest->ranges[count - 1].last : 0,
        .generation = generation,
    };

    format_name(&parsed, manifest->name);
}

bool
manifest_name_parse(struct manifest_name *parsed, const char *name)
{
    char again[MANIFEST_NAME_MAX];
    int at = 0;

    *parsed = (struct manifest_name){0};
    if (sscanf(name, "%16" SCNx64 "-%20" SCNu64 "-%20" SCNu64 "%n",
               &parsed->stream, &parsed->first, &parsed->last, &at) != 3)
        return false;
    (void)sscanf(name + at, "-c%9u", &parsed->generation);
    format_name(parsed, again);
    return strcmp(name, again) == 0;
}

unsigned
manifest_generation(const struct manifest *manifest)
{
    struct manifest_name parsed;

    return manifest_name_parse(&parsed, manifest->name) ? parsed.generation : 0;
}
