/* Runs a fuzz target on each file named, without a fuzzing engine: what was
 * once found stays mended, with any compiler and sanitizer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* In memory of exactly its size, so that a sanitizer sees a byte too many. */
static int
replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = -1;
    uint8_t *bytes = NULL;

    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size >= 0 && fseek(file, 0, SEEK_SET) == 0)
        bytes = malloc(size ? (size_t)size : 1);
    if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        size = -1;
    } else {
        LLVMFuzzerTestOneInput(bytes, (size_t)size);
    }
    free(bytes);
    if (file)
        fclose(file);
    return size >= 0;
}

int
main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash ? slash + 1 : argv[0];
    int count = 0;

    for (int i = 1; i < argc; i++)
        count += replay(argv[i]);
    if (count == 0 || count < argc - 1) {
        printf("not ok - %s: %d of %d inputs replayed\n", name, count,
               argc - 1);
        return 1;
    }
    printf("ok - %s: %d inputs replayed\n", name, count);
    return 0;
}
