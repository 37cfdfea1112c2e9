/*
 * Lets libcrypto's allocations fail one after the other: every batch must then report a failure with a zeroed
 * output, leak nothing (run under a leak checker), and work again afterwards.
 */
#include "COpenSSL.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_COUNT 3

/* Allocations still granted; below zero, all are. */
static long remaining = -1;

static int refuses(void) {
    if (remaining < 0) {
        return 0;
    }
    if (remaining == 0) {
        return 1;
    }
    remaining--;
    return 0;
}

static void *failing_malloc(size_t byte_count, const char *file, int line) {
    (void)file, (void)line;
    return refuses() ? NULL : malloc(byte_count);
}

static void *failing_realloc(void *block, size_t byte_count, const char *file, int line) {
    (void)file, (void)line;
    return refuses() ? NULL : realloc(block, byte_count);
}

static void plain_free(void *block, const char *file, int line) {
    (void)file, (void)line;
    free(block);
}

static int all_zero(const uint8_t *bytes, size_t byte_count) {
    uint8_t any = 0;
    for (size_t i = 0; i < byte_count; i++) {
        any |= bytes[i];
    }
    return any == 0;
}

/* Runs one batch with ever more allocations granted until it succeeds; returns the number of refusals, or -1. */
static long exhaust(int of_generator, uint8_t *out, const uint8_t *in, const uint8_t *scalars) {
    for (long granted = 0; granted < 10000; granted++) {
        memset(out, 0x5a, ITEM_COUNT * 33);
        remaining = granted;
        size_t result = of_generator ? sidos_p256_base_mul_batch(out, scalars, ITEM_COUNT)
                                     : sidos_p256_mul_batch(out, in, scalars, ITEM_COUNT);
        remaining = -1;
        if (result == ITEM_COUNT) {
            return granted;
        }
        if (result != SIDOS_P256_FAILURE || !all_zero(out, ITEM_COUNT * 33)) {
            fprintf(stderr, "returned %zu with %ld allocations granted\n", result, granted);
            return -1;
        }
    }
    return -1;
}

/* The same for AES: after a failure the pieces are zeroed and none is open. */
static long exhaust_cipher(int is_sealing, uint8_t *pieces, const uint8_t *before) {
    uint8_t keys[ITEM_COUNT * 32], is_open[ITEM_COUNT];
    memset(keys, 0x21, sizeof keys);
    for (long granted = 0; granted < 10000; granted++) {
        memcpy(pieces, before, ITEM_COUNT * 48);
        memset(is_open, 1, sizeof is_open);
        remaining = granted;
        size_t result = is_sealing ? sidos_aes256gcm_seal_batch(pieces, 48, 32, keys, 32, keys, 7, ITEM_COUNT)
                                   : sidos_aes256gcm_open_batch(pieces, 48, 32, is_open, keys, 32, keys, 7, ITEM_COUNT);
        remaining = -1;
        if (result == ITEM_COUNT) {
            return granted;
        }
        int is_wiped = result == SIDOS_AES256GCM_FAILURE;
        for (size_t i = 0; i < ITEM_COUNT; i++) {
            is_wiped &= all_zero(pieces + i * 48, 32) && (is_sealing || is_open[i] == 0);
        }
        if (!is_wiped) {
            fprintf(stderr, "returned %zu with %ld allocations granted\n", result, granted);
            return -1;
        }
    }
    return -1;
}

/* The same for single blocks. */
static long exhaust_blocks(uint8_t *blocks) {
    uint8_t key[32];
    memset(key, 0x21, sizeof key);
    for (long granted = 0; granted < 10000; granted++) {
        memset(blocks, 0x42, ITEM_COUNT * 16);
        remaining = granted;
        size_t result = sidos_aes256_blocks(blocks, ITEM_COUNT, key);
        remaining = -1;
        if (result == ITEM_COUNT) {
            return granted;
        }
        if (result != SIDOS_AES256_FAILURE || !all_zero(blocks, ITEM_COUNT * 16)) {
            fprintf(stderr, "returned %zu with %ld allocations granted\n", result, granted);
            return -1;
        }
    }
    return -1;
}

/*
 * The same for key files: a failure gives no file and no key, and leaks nothing. They are slow on purpose, so of the
 * later allocations only some are tried.
 */
static int key_file(void) {
    static const uint8_t passphrase[] = "a passphrase";
    uint8_t seed[32], file[SIDOS_KEY_FILE_BYTE_COUNT_LIMIT], opened[32];
    size_t byte_count = SIDOS_KEY_FILE_FAILURE;
    long granted = 0;
    memset(seed, 0x37, sizeof seed);
    /* libcrypto's own start-up, as below. */
    byte_count = sidos_key_file_write(file, sizeof file, seed, passphrase, sizeof passphrase);
    if (sidos_key_file_read(opened, file, byte_count, passphrase, sizeof passphrase) != SIDOS_KEY_FILE_READ) {
        return 1;
    }
    byte_count = SIDOS_KEY_FILE_FAILURE;
    for (; granted < 10000 && byte_count == SIDOS_KEY_FILE_FAILURE; granted += 1 + granted / 8) {
        remaining = granted;
        byte_count = sidos_key_file_write(file, sizeof file, seed, passphrase, sizeof passphrase);
        remaining = -1;
    }
    printf("key_file_write: granted %ld allocations at the end\n", granted);
    if (granted < 5 || byte_count == SIDOS_KEY_FILE_FAILURE) {
        return 1;
    }
    for (granted = 0; granted < 10000; granted += 1 + granted / 8) {
        memset(opened, 0x5a, sizeof opened);
        remaining = granted;
        int outcome = sidos_key_file_read(opened, file, byte_count, passphrase, sizeof passphrase);
        remaining = -1;
        if (outcome == SIDOS_KEY_FILE_READ) {
            break;
        }
        if (!all_zero(opened, sizeof opened)) {
            fprintf(stderr, "a key was left with %ld allocations granted\n", granted);
            return 1;
        }
    }
    printf("key_file_read: granted %ld allocations at the end\n", granted);
    return granted < 5 || memcmp(opened, seed, sizeof seed) != 0;
}

int main(int argc, char **argv) {
    uint8_t scalars[ITEM_COUNT * 32], elements[ITEM_COUNT * 33], expected[ITEM_COUNT * 33], out[ITEM_COUNT * 33];
    memset(scalars, 0x37, sizeof scalars);
    if (!CRYPTO_set_mem_functions(failing_malloc, failing_realloc, plain_free)) {
        return 2;
    }
    if (argc > 1 && strcmp(argv[1], "key_file") == 0) {
        return key_file();
    }
    /* libcrypto's own start-up, which it does not repeat after a failure, is not what is tested. */
    EC_GROUP_free(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    if (RAND_bytes(out, sizeof out) != 1) {
        return 2;
    }
    for (int granted = 0; granted < 3; granted++) { /* the group itself cannot be made: refused, and not remembered */
        remaining = granted;
        size_t result = sidos_p256_base_mul_batch(elements, scalars, ITEM_COUNT);
        remaining = -1;
        if (result != SIDOS_P256_FAILURE) {
            fprintf(stderr, "the group was made from %d allocations\n", granted);
            return 1;
        }
    }
    if (sidos_p256_base_mul_batch(elements, scalars, ITEM_COUNT) != ITEM_COUNT ||
        sidos_p256_mul_batch(expected, elements, scalars, ITEM_COUNT) != ITEM_COUNT) {
        return 2;
    }
    for (int of_generator = 0; of_generator < 2; of_generator++) {
        long refusals = exhaust(of_generator, out, elements, scalars);
        printf("%s: %ld refused allocations survived\n", of_generator ? "base_mul" : "mul", refusals);
        if (refusals < 5 || memcmp(out, of_generator ? elements : expected, sizeof out) != 0) {
            return 1;
        }
    }
    uint8_t plain[ITEM_COUNT * 48], sealed[ITEM_COUNT * 48], opened[ITEM_COUNT * 48];
    memset(plain, 0x42, sizeof plain);
    long sealing = exhaust_cipher(1, sealed, plain), opening = exhaust_cipher(0, opened, sealed);
    printf("AES-256-GCM: %ld and %ld refused allocations survived\n", sealing, opening);
    if (sealing < 1 || opening < 1) {
        return 1;
    }
    uint8_t blocks[ITEM_COUNT * 16];
    long encrypting = exhaust_blocks(blocks);
    printf("AES-256: %ld refused allocations survived\n", encrypting);
    if (encrypting < 1 || memcmp(blocks, blocks + 16, 16) != 0 || all_zero(blocks, 16)) {
        return 1;
    }
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        if (memcmp(opened + i * 48, plain + i * 48, 32) != 0 || memcmp(sealed + i * 48, plain + i * 48, 32) == 0) {
            return 1;
        }
    }
    return 0;
}
