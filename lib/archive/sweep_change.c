#include "archive/sweep_change.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive_private.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/json_flat.h"

static const char *
tier_name(const char *tier)
{
    return tier[0] ? tier : TIER_HOT;
}

static void
put_text(struct json *json, const char *key, const char *text)
{
    json_key(json, key);
    json_text(json, text);
}

static void
put_time(struct json *json, const char *key, int64_t time)
{
    json_key(json, key);
    if (time == INT64_MIN || time == INT64_MAX)
        json_null(json);
    else
        json_time(json, time);
}

/* What identifies it, in both lines. */
static void
put_change(struct json *json, const struct sweep_change *change)
{
    char path[PART_PATH_MAX], rule[32];

    part_name_path(&change->part.name, path);
    snprintf(rule, sizeof rule, POLICY_NAME ":%u", change->line);
    put_text(json, "path", path);
    put_text(json, "sha256", change->part.sha256);
    put_text(json, "from", tier_name(change->part.tier));
    if (!change->removes)
        put_text(json, "to", tier_name(change->target));
    put_text(json, "rule", rule);
    put_text(json, "policy", change->policy);
    if (change->removes) {
        json_key(json, "holds_checked");
        json_unsigned(json, change->holds);
    }
}

int
sweep_change_begin(struct journal *journal, const struct sweep_change *change,
                   struct failure *failure)
{
    put_change(journal_begin(journal, change->removes ? "removing" : "moving"),
               change);
    return journal_end(journal, failure);
}

/* No tier has the file: its names, with commas, in tiers. */
static int
remove_everywhere(const struct archive *archive, const struct part *part,
                  struct bytes *tiers, struct failure *failure)
{
    for (unsigned i = 0; i <= archive->depots.count; i++) {
        const char *name = i ? archive->depots.list[i - 1].name : "";
        struct part there = *part;

        if (i && archive->depots.list[i - 1].fresh)
            continue; /* nothing was ever put there */
        memcpy(there.tier, name, strlen(name) + 1);
        if (depot_remove(archive, &there, failure) != 0)
            return -1;
        for (int hidden = 0; hidden < 2; hidden++) {
            int has = depot_has(archive, &there, hidden != 0, failure);

            if (has > 0)
                fail(failure, FAILURE_ENVIRONMENT,
                     "%s/%016" PRIx64 ": a removed part is still there",
                     tier_name(name), part->name.stream);
            if (has != 0)
                return -1;
        }
        if (i > 0)
            bytes_put_byte(tiers, ',');
        bytes_put(tiers, tier_name(name), strlen(tier_name(name)));
    }
    bytes_put_byte(tiers, 0);
    return bytes_ok(tiers, failure);
}

int
sweep_change_end(struct journal *journal, const struct sweep_change *change,
                 struct failure *failure)
{
    const struct part *part = &change->part;
    struct bytes tiers = {0};
    struct json *json;
    char digest[24];

    if (change->removes &&
        remove_everywhere(journal->archive, part, &tiers, failure) != 0) {
        bytes_free(&tiers);
        return -1;
    }
    snprintf(digest, sizeof digest, "%016" PRIx64, part->digest);
    json = journal_begin(journal, change->removes ? "removed" : "moved");
    put_change(json, change);
    json_key(json, "bytes");
    json_unsigned(json, part->size);
    json_key(json, "rows");
    json_unsigned(json, part->rows);
    json_key(json, "first_seq");
    json_unsigned(json, part->name.first);
    json_key(json, "last_seq");
    json_unsigned(json, part->name.last);
    put_time(json, "first_time", part->time_min);
    put_time(json, "last_time", part->time_max);
    put_text(json, "digest", digest);
    if (change->removes) {
        put_text(json, "looked_on", (const char *)tiers.bytes);
        json_key(json, "files_left");
        json_unsigned(json, 0);
    }
    bytes_free(&tiers);
    return journal_end(journal, failure);
}

/* ---- after a kill -------------------------------------------------------- */

/* Lines that say that something begins, as far as none says that it ended. */
struct begun {
    struct strtab paths;
    struct open_line {
        const char *line; /* NULL: ended */
        size_t size;
    } * lines; /* by number in paths; owned */
    size_t capacity;
};

static int
note(struct begun *begun, const char *path, size_t path_size, const char *line,
     size_t size, struct failure *failure)
{
    uint32_t place = strtab_add(&begun->paths, path, path_size, NULL);
    struct open_line *lines =
        place == STRTAB_NONE ? NULL
                             : array_grow(begun->lines, &begun->capacity,
                                          place + 1UL, sizeof *lines, failure);

    if (place == STRTAB_NONE)
        return fail_memory(failure);
    if (!lines)
        return -1;
    begun->lines = lines;
    lines[place] = (struct open_line){line, size};
    return 0;
}

static int
find_begun(const struct journal *journal, struct begun *begun,
           struct failure *failure)
{
    struct bytes what = {0}, path = {0};
    const char *line;
    size_t at = 0, size;
    int result = 0;

    while (result == 0 && journal_next(journal, &at, &line, &size)) {
        bool begins, ends;

        if (!json_flat_get(line, size, "what", &what))
            continue;
        begins = strcmp((char *)what.bytes, "removing") == 0 ||
                 strcmp((char *)what.bytes, "moving") == 0;
        ends = strcmp((char *)what.bytes, "removed") == 0 ||
               strcmp((char *)what.bytes, "moved") == 0;
        if ((begins || ends) && json_flat_get(line, size, "path", &path))
            result = note(begun, (const char *)path.bytes, path.size,
                          begins ? line : NULL, size, failure);
    }
    bytes_free(&what);
    bytes_free(&path);
    return result;
}

/* A member that fits into room with its NUL. */
static bool
get(const struct open_line *line, const char *key, char *room, size_t most)
{
    struct bytes value = {0};
    bool fits =
        json_flat_get(line->line, line->size, key, &value) && value.size < most;

    if (fits)
        memcpy(room, value.bytes, value.size + 1);
    bytes_free(&value);
    return fits;
}

static bool
parse_change(const struct open_line *line, struct sweep_change *change)
{
    char path[PART_PATH_MAX], rule[32], what[16], tier[TIER_MAX], holds[16];

    *change = (struct sweep_change){0};
    if (!get(line, "what", what, sizeof what) ||
        !get(line, "path", path, sizeof path) ||
        !part_name_parse(&change->part.name, path, NULL) ||
        !get(line, "rule", rule, sizeof rule) ||
        sscanf(rule, POLICY_NAME ":%9u", &change->line) != 1 ||
        !get(line, "policy", change->policy, sizeof change->policy) ||
        !get(line, "from", tier, sizeof tier))
        return false;
    if (strcmp(tier, TIER_HOT) != 0)
        memcpy(change->part.tier, tier, sizeof tier);
    change->removes = strcmp(what, "removing") == 0;
    if (change->removes)
        return get(line, "holds_checked", holds, sizeof holds) &&
               sscanf(holds, "%9u", &change->holds) == 1;
    if (!get(line, "to", tier, sizeof tier))
        return false;
    if (strcmp(tier, TIER_HOT) != 0)
        memcpy(change->target, tier, sizeof tier);
    return true;
}

/* Whether the manifests say that it was done; the part is then all that they
 * know of it. */
static bool
was_committed(const struct archive *archive, struct sweep_change *change)
{
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];
        uint32_t count =
            change->removes ? manifest->gone_count : manifest->part_count;
        const struct part *parts =
            change->removes ? manifest->gone : manifest->parts;

        for (uint32_t k = 0; k < count; k++) {
            char from[TIER_MAX];

            if (part_name_compare(&parts[k].name, &change->part.name) != 0 ||
                (!change->removes &&
                 strcmp(parts[k].tier, change->target) != 0))
                continue;
            memcpy(from, change->part.tier, sizeof from);
            change->part = parts[k];
            memcpy(change->part.tier, from, sizeof from);
            return true;
        }
    }
    return false;
}

int
sweep_changes_resume(struct journal *journal, struct archive *archive,
                     struct failure *failure)
{
    struct begun begun = {0};
    int result = find_begun(journal, &begun, failure);

    assert(archive->writes);
    for (uint32_t i = 0; result == 0 && i < begun.paths.count; i++) {
        struct sweep_change change;
        uint64_t hash;

        if (!begun.lines[i].line || !parse_change(&begun.lines[i], &change))
            continue;
        hash = change.part.name.stream;
        result = archive_load_hash(archive, &hash, failure);
        if (result == 0 && was_committed(archive, &change))
            result = sweep_change_end(journal, &change, failure);
    }
    strtab_free(&begun.paths);
    free(begun.lines);
    return result == 0 ? journal_commit(journal, failure) : -1;
}
