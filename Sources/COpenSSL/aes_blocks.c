/* AES-256 of single blocks. libcrypto computes, in constant time where the processor has instructions for it. */
#include "COpenSSL.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#define BLOCK_BYTE_COUNT SIDOS_AES256_BLOCK_BYTE_COUNT

size_t sidos_aes256_blocks(uint8_t *blocks, size_t count, const uint8_t key[32]) {
    EVP_CIPHER_CTX *const context = EVP_CIPHER_CTX_new();
    int is_done = count <= INT_MAX / BLOCK_BYTE_COUNT && context != NULL &&
                  EVP_EncryptInit_ex(context, EVP_aes_256_ecb(), NULL, key, NULL) == 1 &&
                  EVP_CIPHER_CTX_set_padding(context, 0) == 1;
    if (is_done && count > 0) {
        const int byte_count = (int)count * BLOCK_BYTE_COUNT;
        int done = 0;
        is_done = EVP_EncryptUpdate(context, blocks, &done, blocks, byte_count) == 1 && done == byte_count;
    }
    EVP_CIPHER_CTX_free(context);
    if (is_done) {
        return count;
    }
    if (count <= SIZE_MAX / BLOCK_BYTE_COUNT) {
        OPENSSL_cleanse(blocks, count * BLOCK_BYTE_COUNT);
    }
    return SIDOS_AES256_FAILURE;
}
