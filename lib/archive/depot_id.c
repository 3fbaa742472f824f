#include "archive/depot_id.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/output.h"

#define OWN "tier-id" /* in the archive's directory */

int
depot_id_read(const struct root *root, const char *path, char id[DEPOT_ID_TEXT],
              struct failure *failure)
{
    struct input input;
    ssize_t count;
    int there = input_open_below(&input, root, path, failure);

    id[0] = '\0';
    if (there <= 0)
        return there;
    count = input_read(&input, id, DEPOT_ID_TEXT - 1, failure);
    input_close(&input);
    id[count > 0 ? count : 0] = '\0';
    id[strcspn(id, "\n")] = '\0';
    return count < 0 ? -1 : 1;
}

int
depot_id_write(const struct root *root, const char *path, const char *id,
               struct failure *failure)
{
    struct output output = {.fd = -1};
    int result = output_open_below(&output, root, path, failure);

    assert(strlen(id) < DEPOT_ID_TEXT);
    if (result == 0)
        result = output_put(&output, id, strlen(id));
    if (result == 0)
        result = output_put(&output, "\n", 1);
    if (result == 0)
        result = output_commit(&output);
    output_abandon(&output);
    return result;
}

int
depot_id_own(const struct archive *archive, char id[DEPOT_ID_TEXT],
             struct failure *failure)
{
    char *path = archive_path(archive, OWN, failure);
    int there = -1;

    id[0] = '\0';
    if (path)
        there = depot_id_read(&archive->root, path, id, failure);
    free(path);
    return there < 0 ? -1 : 0;
}

int
depot_id_make(const struct archive *archive, char id[DEPOT_ID_TEXT],
              struct failure *failure)
{
    uint64_t words[2];
    char *path;
    int result;

    assert(archive->writes);
    if (depot_id_own(archive, id, failure) != 0)
        return -1;
    if (id[0])
        return 0;
    if (getentropy(words, sizeof words) != 0)
        return fail_errno(failure, "cannot get a random number");
    snprintf(id, DEPOT_ID_TEXT, "%016" PRIx64 "%016" PRIx64, words[0],
             words[1]);
    path = archive_path(archive, OWN, failure);
    result = path ? depot_id_write(&archive->root, path, id, failure) : -1;
    free(path);
    return result;
}
