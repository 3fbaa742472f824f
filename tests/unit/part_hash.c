/* The hashes of a part's file, however its bytes come. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "archive/part.h"
#include "tap.h"

/* What the next pread fails with, and the most that one gives, in the stead
 * of the C library's. */
static int error;
static size_t piece = SIZE_MAX;

ssize_t
pread(int fd, void *bytes, size_t size, off_t offset)
{
    if (error) {
        errno = error;
        error = 0;
        return -1;
    }
    return syscall(SYS_pread64, fd, bytes, size < piece ? size : piece, offset);
}

/* The SHA-256 of "abc", of FIPS 180-2. */
static const char abc[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static int
hash(struct part_bytes *bytes, struct failure *failure)
{
    struct input input = {.name = "part", .wake = -1, .regular = true};
    int result;

    input.fd = memfd_create("part", 0);
    if (input.fd < 0 || write(input.fd, "abc", 3) != 3)
        abort();
    *bytes = (struct part_bytes){0};
    *failure = (struct failure){0};
    result = part_hash(NULL, &input, bytes, failure);
    close(input.fd);
    return result;
}

int
main(void)
{
    struct part_bytes bytes;
    struct failure failure;

    OK("a file is hashed", hash(&bytes, &failure) == 1 && bytes.size == 3 &&
                               strcmp(bytes.sha256, abc) == 0);
    piece = 1;
    OK("in pieces too", hash(&bytes, &failure) == 1 && bytes.size == 3 &&
                            strcmp(bytes.sha256, abc) == 0);
    error = EINTR;
    OK("a read that was interrupted is done again",
       hash(&bytes, &failure) == 1 && strcmp(bytes.sha256, abc) == 0);
    error = EIO;
    OK("one that failed is a failure, with the name",
       hash(&bytes, &failure) == -1 && failure.kind == FAILURE_ENVIRONMENT &&
           strstr(failure.text, "part: cannot read it"));
    return tap_done();
}
