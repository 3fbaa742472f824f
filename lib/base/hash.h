/* hash.h - running hashes of bytes: SHA-256, by libcrypto, and a quick one that
 * shows whether bytes that nobody forged are equal, by xxhash. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define SHA256_TEXT 65 /* hexadecimal, with the NUL */
_Static_assert(SHA256_TEXT == 2 * 256 / 8 + 1, "two digits a byte");

struct sha256 {
    void *context; /* EVP_MD_CTX; owned */
};

int sha256_begin(struct sha256 *hash, struct failure *failure);
void sha256_add(struct sha256 *hash, const void *bytes, size_t size);

/* Writes the hash in lower-case hexadecimal and frees the context. */
void sha256_end(struct sha256 *hash, char text[SHA256_TEXT]);

/* Frees it without a result; fine on a zeroed one. */
void sha256_free(struct sha256 *hash);

struct quick_value {
    uint64_t words[2];
};
_Static_assert(sizeof(struct quick_value) == 128 / 8, "XXH3 of 128 bits");

struct quick_hash {
    void *state; /* XXH3_state_t; owned */
};

int quick_hash_begin(struct quick_hash *hash, struct failure *failure);
void quick_hash_add(struct quick_hash *hash, const void *bytes, size_t size);

/* The hash of all bytes so far, XXH3 of 128 bits; frees the state. */
struct quick_value quick_hash_end(struct quick_hash *hash);

/* Frees it without a result; fine on a zeroed one. */
void quick_hash_free(struct quick_hash *hash);

/* XXH3 of 64 bits of bytes that are all there. */
uint64_t quick_hash_of(const void *bytes, size_t size);

#endif
