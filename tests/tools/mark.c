/* mark FILE BYTE VALUE - sets a byte in the head of a frame that begins the
 *     file, and mends the head's check: a tape that says something else.
 * mark --flip FILE BYTE BIT - flips a bit.
 * mark --newer FILE - makes a manifest or a part of an archive one of a later
 *     version, whose checks fit.
 * mark --sum FILE - makes the last line of a manifest fit the rest.
 * mark --digest FILE DIGEST - has a part say that its events have that digest,
 *     and makes the check of its footer fit. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/parquet.h"
#include "tape/frame.h"

static FILE *
open_at(const char *path, long at)
{
    FILE *file = fopen(path, "r+b");

    if (!file || fseek(file, at, SEEK_SET) != 0)
        exit(2);
    return file;
}

static int
flip(const char *path, long at, int bit)
{
    FILE *file = open_at(path, at);
    int byte = fgetc(file);

    fseek(file, at, SEEK_SET);
    fputc(byte ^ 1 << bit, file);
    return fclose(file) == 0 ? 0 : 1;
}

/* Writes the hash in the last line of a manifest. */
static void
sum(unsigned char *bytes, size_t size)
{
    snprintf((char *)bytes + size - 17, 18, "%016" PRIx64 "\n",
             frame_hash(bytes, size - 21));
}

static int
make_fit(const char *path)
{
    static unsigned char bytes[1 << 20];
    FILE *file = open_at(path, 0);
    size_t size = fread(bytes, 1, sizeof bytes, file);

    if (size < 32)
        return 1;
    sum(bytes, size);
    rewind(file);
    fwrite(bytes, 1, size, file);
    return fclose(file) == 0 ? 0 : 1;
}

static int
set_digest(const char *path, const char *digest)
{
    static unsigned char bytes[1 << 20];
    FILE *file = open_at(path, 0);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    unsigned char *key = memmem(bytes, size, "xtape.digest\x18\x10", 14);
    uint32_t length;

    if (!key || strlen(digest) != 16)
        return 1;
    memcpy(key + 14, digest, 16);
    key = memmem(bytes, size, PARQUET_CHECK "\x18\x10", 13);
    if (!key)
        return 1;
    memcpy(key + 13, PARQUET_NO_CHECK, 16);
    memcpy(&length, bytes + size - 8, 4);
    parquet_footer_seal(bytes + size - 8 - length, length);
    rewind(file);
    fwrite(bytes, 1, size, file);
    return fclose(file) == 0 ? 0 : 1;
}

static int
make_newer(const char *path)
{
    static unsigned char bytes[1 << 20];
    FILE *file = open_at(path, 0);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    unsigned char *key;
    uint32_t length;

    if (size > 32 && memcmp(bytes, "xtape-archive ", 14) == 0) {
        bytes[14] = '9';
        sum(bytes, size);
    } else if (size > 32) {
        memcpy(&length, bytes + size - 8, 4);
        key = memmem(bytes, size, "xtape.archive\x18\x01", 15);
        if (!key)
            return 1;
        key[15] = '9';
        parquet_footer_seal(bytes + size - 8 - length, length);
    }
    rewind(file);
    fwrite(bytes, 1, size, file);
    return fclose(file) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    struct frame frame;
    unsigned char value;
    FILE *file;

    if (argc == 3 && strcmp(argv[1], "--newer") == 0)
        return make_newer(argv[2]);
    if (argc == 3 && strcmp(argv[1], "--sum") == 0)
        return make_fit(argv[2]);
    if (argc == 4 && strcmp(argv[1], "--digest") == 0)
        return set_digest(argv[2], argv[3]);
    if (argc == 5)
        return flip(argv[2], atol(argv[3]), atoi(argv[4]));
    if (argc != 4)
        return 2;
    file = open_at(argv[1], 0);
    if (fread(&frame, sizeof frame, 1, file) != 1)
        return 1;
    value = (unsigned char)atoi(argv[3]);
    memcpy((char *)&frame + atol(argv[2]), &value, 1);
    frame_seal(&frame, frame.body);
    rewind(file);
    fwrite(&frame, sizeof frame, 1, file);
    return fclose(file) == 0 ? 0 : 1;
}
