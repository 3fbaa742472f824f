/* Fuzzes manifests, up to eight with a 0 between them, as a hostile person
 * would write them: a manifest is refused, or is written again as it was read,
 * and the chain of all that were taken is looked at. */
#include "made_manifest.h"

#include "archive/archive.h"
#include "archive/catalog_rows.h"
#include "archive/chain.h"

enum { MANIFESTS_MAX = 8 };

/* Parses a copy, since the text is changed. */
static int
parse(struct manifest *manifest, const char *name, const struct bytes *text)
{
    struct failure failure = {0};
    char *copy = malloc(text->size);
    int result;

    assert(copy);
    memcpy(copy, text->bytes, text->size);
    *manifest = (struct manifest){0};
    memcpy(manifest->name, name, strlen(name) + 1);
    result = manifest_parse(manifest, copy, text->size, &failure);
    assert(result == 0 || failure.kind != FAILURE_NONE);
    free(copy);
    return result;
}

/* What is written of it says the same, and so do its rows. */
static void
write_again(const struct manifest *manifest)
{
    struct bytes once = {0}, twice = {0};
    struct failure failure = {0};
    struct manifest again;
    struct catalog_row row;

    assert(manifest_format(manifest, &once, &failure) == 0);
    assert(parse(&again, manifest->name, &once) == 0);
    assert(manifest_format(&again, &twice, &failure) == 0);
    assert(once.size == twice.size &&
           memcmp(once.bytes, twice.bytes, once.size) == 0);
    tape_row(&again, &row);
    for (uint32_t i = 0; i < again.part_count; i++)
        part_row(&again, &again.parts[i], &row);
    manifest_free(&again);
    bytes_free(&once);
    bytes_free(&twice);
}

static int
count_break(void *owner, const char *name)
{
    assert(strlen(name) < MANIFEST_NAME_MAX);
    ++*(unsigned *)owner;
    return 0;
}

static void
look_at_chain(struct archive *archive)
{
    struct failure failure = {0};
    struct link end;
    unsigned breaks = 0;

    assert(chain_end(archive, &end, &failure) == 0);
    assert(chain_check(archive, &end, count_break, &breaks, &failure) == 0);
    if (end.number)
        assert(chain_has(archive, end.sha256, &failure) == 0);
}

/* One that stands for all the others. */
static void
stand_for(const struct archive *archive)
{
    struct failure failure = {0};
    struct manifest next;

    if (archive->count == 0)
        return;
    assert(manifest_begin_next(&next, &archive->manifests[0], &failure) == 0);
    for (uint32_t i = 1; i < archive->count; i++)
        assert(manifest_stand_for(&next, &archive->manifests[i], &failure) ==
               0);
    manifest_free(&next);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct manifest list[MANIFESTS_MAX];
    struct archive archive = {.directory = "a", .manifests = list};
    struct made_manifest made[2] = {0}, *before = NULL;
    const char *at = (const char *)bytes, *end = at + size;

    for (unsigned i = 0; i < MANIFESTS_MAX && (i == 0 || at < end); i++) {
        size_t length = strnlen(at, (size_t)(end - at));
        struct made_manifest *now = &made[i % 2];

        bytes_free(&now->text);
        make_manifest(now, at, length, i + 1, before);
        if (parse(&list[archive.count], now->name, &now->text) == 0)
            write_again(&list[archive.count++]);
        else
            manifest_free(&list[archive.count]);
        before = now;
        at += length + (at + length < end);
    }
    look_at_chain(&archive);
    stand_for(&archive);
    for (uint32_t i = 0; i < archive.count; i++)
        manifest_free(&list[i]);
    bytes_free(&made[0].text);
    bytes_free(&made[1].text);
    return 0;
}
