/* hash.h - SHA-256, by libcrypto, as bytes pass by. */
#ifndef STORE_HASH_H
#define STORE_HASH_H

#include <stddef.h>

#include "base/failure.h"

#define SHA256_TEXT 65 /* hexadecimal, with the NUL */

struct sha256 {
    void *context; /* EVP_MD_CTX; owned */
};

int sha256_begin(struct sha256 *hash, struct failure *failure);
void sha256_add(struct sha256 *hash, const void *bytes, size_t size);

/* Writes the hash in lower-case hexadecimal and frees the context. */
void sha256_end(struct sha256 *hash, char text[SHA256_TEXT]);

/* Frees it without a result; fine on a zeroed one. */
void sha256_free(struct sha256 *hash);

#endif
