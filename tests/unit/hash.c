/* Hashes, against what their standards and authors publish. */
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* The SHA-256 of a text, handed over in pieces of size bytes. */
static bool
sha256_is(const char *text, size_t size, const char *expected)
{
    struct failure failure = {0};
    struct sha256 hash;
    char digits[SHA256_TEXT];
    size_t left = strlen(text);

    if (sha256_begin(&hash, &failure) != 0)
        return false;
    for (; left > size; text += size, left -= size)
        sha256_add(&hash, text, size);
    sha256_add(&hash, text, left);
    sha256_end(&hash, digits);
    return strcmp(digits, expected) == 0;
}

/* FIPS 180-2, appendix B, and of no bytes. */
static bool
is_sha256(void)
{
    return sha256_is("", 1,
                     "e3b0c44298fc1c149afbf4c8996fb924"
                     "27ae41e4649b934ca495991b7852b855") &&
           sha256_is("abc", 2,
                     "ba7816bf8f01cfea414140de5dae2223"
                     "b00361a396177a9cb410ff61f20015ad") &&
           sha256_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                     5,
                     "248d6a61d20638b8e5c026930c3e6039"
                     "a33ce45964ff2167f6ecedd419db06c1");
}

/* The values that xxhash publishes for no bytes. */
static bool
is_xxh3(void)
{
    struct failure failure = {0};
    struct quick_hash hash;
    struct quick_value value;

    if (quick_hash_begin(&hash, &failure) != 0)
        return false;
    value = quick_hash_end(&hash);
    return quick_hash_of("", 0) == UINT64_C(0x2d06800538d394c2) &&
           ((value.words[0] == UINT64_C(0x6001c324468d497f) &&
             value.words[1] == UINT64_C(0x99aa06d3014798d8)) ||
            (value.words[1] == UINT64_C(0x6001c324468d497f) &&
             value.words[0] == UINT64_C(0x99aa06d3014798d8)));
}

static bool
frees_unused(void)
{
    struct failure failure = {0};
    struct sha256 hash = {0}, begun;
    struct quick_hash quick = {0}, quick_begun;

    if (sha256_begin(&begun, &failure) != 0 ||
        quick_hash_begin(&quick_begun, &failure) != 0)
        return false;
    sha256_add(&begun, "abc", 3);
    quick_hash_add(&quick_begun, "abc", 3);
    sha256_free(&begun);
    quick_hash_free(&quick_begun);
    sha256_free(&hash);
    quick_hash_free(&quick);
    return failure.kind == FAILURE_NONE;
}

int
main(void)
{
    OK("the SHA-256 of published texts is the published one, in any pieces",
       is_sha256());
    OK("XXH3 of nothing is the published one", is_xxh3());
    OK("a hash may be freed without a result", frees_unused());
    return tap_done();
}
