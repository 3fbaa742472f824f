/* sha256.c - SHA-256 of hash.h.  Apart from hash.c, so that a program that has
 * no use for it is not linked with libcrypto. */
#include <openssl/evp.h>

#include "base/hash.h"

int
sha256_begin(struct sha256 *hash, struct failure *failure)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    hash->context = context;
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "libcrypto cannot make a SHA-256");
    return 0;
}

void
sha256_add(struct sha256 *hash, const void *bytes, size_t size)
{
    EVP_DigestUpdate(hash->context, bytes, size);
}

void
sha256_end(struct sha256 *hash, char text[SHA256_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[EVP_MAX_MD_SIZE] = {0};
    unsigned size = 0;

    EVP_DigestFinal_ex(hash->context, bytes, &size);
    for (unsigned i = 0; i < 32; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[SHA256_TEXT - 1] = '\0';
    sha256_free(hash);
}

void
sha256_free(struct sha256 *hash)
{
    EVP_MD_CTX_free(hash->context);
    hash->context = NULL;
}
