/* AES-256-GCM of many short pieces, each under a key of its own. libcrypto computes; one context serves a batch. */
#include "COpenSSL.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define TAG_BYTE_COUNT SIDOS_AES256GCM_TAG_BYTE_COUNT

static const uint8_t ZERO_NONCE[12];

/* What all pieces of a batch have in common. */
typedef struct {
    EVP_CIPHER_CTX *context;
    int byte_count;
    int additional_byte_count;
} batch;

/* 1 on success; what was begun is ended by `finish`. */
static int begin(batch *b, size_t piece_stride, size_t byte_count, size_t additional_byte_count, int is_sealing) {
    b->context = NULL;
    if (byte_count > INT_MAX - TAG_BYTE_COUNT || additional_byte_count > INT_MAX ||
        piece_stride < byte_count + TAG_BYTE_COUNT) {
        return 0;
    }
    b->byte_count = (int)byte_count;
    b->additional_byte_count = (int)additional_byte_count;
    b->context = EVP_CIPHER_CTX_new();
    return b->context != NULL && EVP_CipherInit_ex(b->context, EVP_aes_256_gcm(), NULL, NULL, NULL, is_sealing) == 1;
}

/* Wipes the last key too. */
static void finish(batch *b) { EVP_CIPHER_CTX_free(b->context); }

/* Everything but the tag. 1 on success. */
static int crypt(batch *b, uint8_t *piece, const uint8_t *key, const uint8_t *additional) {
    int done = 0;
    return EVP_CipherInit_ex(b->context, NULL, NULL, key, ZERO_NONCE, -1) == 1 &&
           EVP_CipherUpdate(b->context, NULL, &done, additional, b->additional_byte_count) == 1 &&
           EVP_CipherUpdate(b->context, piece, &done, piece, b->byte_count) == 1 && done == b->byte_count;
}

size_t sidos_aes256gcm_seal_batch(uint8_t *pieces, size_t piece_stride, size_t byte_count, const uint8_t *keys,
                                  size_t key_stride, const uint8_t *additional, size_t additional_byte_count,
                                  size_t count) {
    batch b;
    size_t sealed = 0;
    if (begin(&b, piece_stride, byte_count, additional_byte_count, 1)) {
        for (; sealed < count; sealed++) {
            uint8_t *const piece = pieces + sealed * piece_stride, *const tag = piece + byte_count;
            int done = 0;
            if (!crypt(&b, piece, keys + sealed * key_stride, additional + sealed * additional_byte_count) ||
                EVP_CipherFinal_ex(b.context, tag, &done) != 1 || done != 0 ||
                EVP_CIPHER_CTX_ctrl(b.context, EVP_CTRL_GCM_GET_TAG, TAG_BYTE_COUNT, tag) != 1) {
                break;
            }
        }
    }
    finish(&b);
    if (sealed == count) {
        return count;
    }
    for (size_t i = 0; i < count; i++) {
        OPENSSL_cleanse(pieces + i * piece_stride, byte_count);
    }
    return SIDOS_AES256GCM_FAILURE;
}

size_t sidos_aes256gcm_open_batch(uint8_t *pieces, size_t piece_stride, size_t byte_count, uint8_t *is_open,
                                  const uint8_t *keys, size_t key_stride, const uint8_t *additional,
                                  size_t additional_byte_count, size_t count) {
    batch b;
    size_t opened = 0;
    if (begin(&b, piece_stride, byte_count, additional_byte_count, 0)) {
        for (; opened < count; opened++) {
            uint8_t *const piece = pieces + opened * piece_stride, *const tag = piece + byte_count;
            int done = 0;
            if (!crypt(&b, piece, keys + opened * key_stride, additional + opened * additional_byte_count) ||
                EVP_CIPHER_CTX_ctrl(b.context, EVP_CTRL_GCM_SET_TAG, TAG_BYTE_COUNT, tag) != 1) {
                break;
            }
            /* Whether the tag is right. Nobody sees what was decrypted under a wrong one. */
            is_open[opened] = EVP_CipherFinal_ex(b.context, tag, &done) == 1 && done == 0;
            if (!is_open[opened]) {
                OPENSSL_cleanse(piece, byte_count);
            }
        }
    }
    finish(&b);
    if (opened == count) {
        return count;
    }
    for (size_t i = 0; i < count; i++) {
        OPENSSL_cleanse(pieces + i * piece_stride, byte_count);
        is_open[i] = 0;
    }
    return SIDOS_AES256GCM_FAILURE;
}
