/* Fuzzes the index of a segment of an event store: whatever an index file
 * says, it is refused or can be walked, and every part of it that is loaded
 * tells the same numbers. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/index.h"
#include "tape/frame.h"

#define HEAD 96 /* bytes of the head of an index */
#define END  UINT64_C(0x1234)

static int file = -1;
static char directory[64], path[80];
static struct root root;

static void
remove_file(void)
{
    unlink(path);
    rmdir(directory);
}

/* In memory, where there is such a place: a disk is many times slower. */
static void
make_file(void)
{
    struct failure failure = {0};

    strcpy(directory, "/dev/shm/xtape-fuzz-XXXXXX");
    if (!mkdtemp(directory)) {
        strcpy(directory, "/tmp/xtape-fuzz-XXXXXX");
        if (!mkdtemp(directory))
            abort();
    }
    snprintf(path, sizeof path, "%s/idx", directory);
    file = open(path, O_RDWR | O_CREAT, 0600);
    if (file < 0 || root_open(&root, directory, &failure) != 1 ||
        atexit(remove_file) != 0)
        abort();
}

/* Mends the hashes, so that the numbers are looked at. */
static void
mend(unsigned char *bytes, size_t size, bool counts)
{
    uint64_t words[HEAD / 8];

    memcpy(words, bytes, HEAD);
    memcpy(words, "XTINDEX1", 8);
    words[1] = END;
    if (counts) {
        words[9] = words[9] % (size - HEAD + 1) / 8 * 8;
        words[7] = (size - HEAD - words[9]) / 32;
    }
    if (words[9] <= size - HEAD && words[7] <= (size - HEAD - words[9]) / 32) {
        words[8] = frame_hash(bytes + HEAD + words[9], words[7] * 32);
        words[10] = frame_hash(bytes + HEAD, words[9]);
    }
    words[11] = frame_hash(words, HEAD - 8);
    memcpy(bytes, words, HEAD);
}

static uint64_t
walk(const struct log_index *index)
{
    const struct event *event = NULL;
    uint64_t sum = 0;

    while ((event = log_index_definition(index, event))) {
        sum += log_index_definition_seq(event);
        for (unsigned i = 0; i < event->words; i++)
            sum += ((const uint64_t *)(const void *)event)[i];
    }
    for (uint64_t seq = index->first_seq;
         index->entry_count && seq <= index->first_seq + 3; seq++)
        assert(log_index_find(index, seq) < index->entry_count);
    return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char bytes[1 << 14];
    struct log_index all, part;
    struct failure failure = {0};
    int result;

    if (size < 1 || size - 1 > sizeof bytes)
        return 0;
    memcpy(bytes, data + 1, size - 1);
    if (data[0] & 1 && size - 1 >= HEAD)
        mend(bytes, size - 1, data[0] & 2);
    if (file < 0)
        make_file();
    if (ftruncate(file, 0) ||
        pwrite(file, bytes, size - 1, 0) != (ssize_t)(size - 1))
        abort();
    result = log_index_load(&all, LOG_INDEX_ALL, &root, path, END, &failure);
    assert(result >= 0 && failure.kind == FAILURE_NONE);
    if (result == 1 && walk(&all) == 1) /* the sum must be made */
        puts("");
    for (int i = LOG_INDEX_SUMMARY; i < LOG_INDEX_ALL; i++) {
        if (log_index_load(&part, (enum log_index_part)i, &root, path, END,
                           &failure) == 1 &&
            result == 1)
            assert(part.first_seq == all.first_seq &&
                   part.next_seq == all.next_seq && part.size == all.size);
        else
            assert(result == 0);
        log_index_free(&part);
    }
    log_index_free(&all);
    return 0;
}
