// Compares with libcrypto: every length from 0 to 600 and lengths mixed in one call, counts that are no whole number of
// vectors, whole blocks taken before, short digests. Buffers are exactly as long as the contract asks, so that a
// sanitizer sees every step too far; what lies between outputs must stay as it is.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "support.h"

enum { LONGEST = 600 };

/// Digests, or codes under keys of `key_byte_count` bytes where `is_code`, of `count` messages.
static void check(int bits, int is_code, const size_t *lengths, size_t count, size_t slot, size_t prefix_blocks,
                  size_t out_bytes, size_t gap, size_t key_byte_count, size_t messages_per_key) {
    const size_t block = bits == 512 ? 128 : 64, digest_bytes = (size_t)bits / 8, stride = out_bytes + gap;
    const EVP_MD *const md = bits == 512 ? EVP_sha512() : EVP_sha256();
    const size_t key_count = (count + messages_per_key - 1) / messages_per_key;
    uint8_t *const prefix = malloc(prefix_blocks * block + 1), *const slots = malloc(slot * count + 1);
    uint8_t *const before = malloc(slot * count + 1), *const keys = malloc(key_count * key_byte_count + 1);
    // The last output has no gap behind it.
    const size_t out_size = count == 0 ? 0 : (count - 1) * stride + out_bytes;
    uint8_t *const out = malloc(out_size + (out_size == 0));
    sidos_hmac_sha256_key *const prepared = calloc(key_count + 1, sizeof *prepared);
    CHECK(prefix && slots && before && keys && out && prepared);
    for (size_t i = 0; i < prefix_blocks * block; i++) prefix[i] = next_byte();
    for (size_t i = 0; i < slot * count; i++) before[i] = slots[i] = next_byte();
    for (size_t i = 0; i < key_count * key_byte_count; i++) keys[i] = next_byte();
    memset(out, 0xee, out_size);

    if (is_code) {
        CHECK(sidos_hmac_sha256_keys(prepared, keys, key_byte_count, key_count) == 1);
        for (size_t i = 0; i < key_count; i++)
            CHECK(sidos_sha256_absorb(&prepared[i].inner, prefix, prefix_blocks) == 1);
        CHECK(sidos_hmac_sha256_many(out, stride, out_bytes, slots, slot, lengths, count, prepared, messages_per_key) ==
              1);
    } else if (bits == 512) {
        sidos_sha512_state state;
        sidos_sha512_begin(&state);
        CHECK(sidos_sha512_absorb(&state, prefix, prefix_blocks) == 1);
        CHECK(sidos_sha512_many(out, stride, out_bytes, slots, slot, lengths, count, &state) == 1);
    } else {
        sidos_sha256_state state;
        sidos_sha256_begin(&state);
        CHECK(sidos_sha256_absorb(&state, prefix, prefix_blocks) == 1);
        CHECK(sidos_sha256_many(out, stride, out_bytes, slots, slot, lengths, count, &state) == 1);
    }

    uint8_t *const message = malloc(prefix_blocks * block + slot + 1);
    CHECK(message);
    for (size_t i = 0; i < count; i++) {
        uint8_t expected[EVP_MAX_MD_SIZE];
        unsigned expected_bytes = 0;
        const size_t message_bytes = prefix_blocks * block + lengths[i];
        memcpy(message, prefix, prefix_blocks * block);
        memcpy(message + prefix_blocks * block, before + i * slot, lengths[i]);
        if (is_code) {
            CHECK(HMAC(md, keys + i / messages_per_key * key_byte_count, (int)key_byte_count, message, message_bytes,
                       expected, &expected_bytes) != NULL);
        } else {
            CHECK(EVP_Digest(message, message_bytes, expected, &expected_bytes, md, NULL) == 1);
        }
        CHECK(expected_bytes == digest_bytes);
        CHECK(memcmp(out + i * stride, expected, out_bytes) == 0);
        for (size_t j = 0; i + 1 < count && j < gap; j++) CHECK(out[i * stride + out_bytes + j] == 0xee);
    }
    free(prefix), free(slots), free(before), free(keys), free(out), free(prepared), free(message);
}

static size_t slot_for(size_t length, int bits) {
    return bits == 512 ? (length + 17 + 127) / 128 * 128 : (length + 9 + 63) / 64 * 64;
}

/// What is out of bounds is refused, and nothing is written.
static void check_refusals(void) {
    uint8_t slots[128], out[64];
    size_t length = 0;
    sidos_sha256_state s256;
    sidos_sha512_state s512;
    sidos_hmac_sha256_key key;
    memset(slots, 7, sizeof slots);
    memset(out, 7, sizeof out);
    sidos_sha256_begin(&s256);
    sidos_sha512_begin(&s512);
    CHECK(sidos_hmac_sha256_keys(&key, slots, 64, 1) == 1);
    CHECK(sidos_hmac_sha256_keys(&key, slots, 65, 1) == 0);
    CHECK(sidos_sha256_many(out, 0, 33, slots, 64, &length, 1, &s256) == 0);
    CHECK(sidos_sha512_many(out, 0, 65, slots, 128, &length, 1, &s512) == 0);
    CHECK(sidos_sha256_many(out, 0, 32, slots, 0, &length, 1, &s256) == 0);
    CHECK(sidos_sha256_many(out, 0, 32, slots, 65, &length, 1, &s256) == 0);
    CHECK(sidos_sha512_many(out, 0, 64, slots, 64, &length, 1, &s512) == 0);
    CHECK(sidos_sha256_many(out, 0, 32, slots, (size_t)1 << 31, &length, 1, &s256) == 0);
    CHECK(sidos_hmac_sha256_many(out, 0, 32, slots, 64, &length, 1, &key, 0) == 0);
    length = 56;
    CHECK(sidos_sha256_many(out, 0, 32, slots, 64, &length, 1, &s256) == 0);
    CHECK(sidos_hmac_sha256_many(out, 0, 32, slots, 64, &length, 1, &key, 1) == 0);
    length = 112;
    CHECK(sidos_sha512_many(out, 0, 64, slots, 128, &length, 1, &s512) == 0);
    length = SIZE_MAX;
    CHECK(sidos_sha256_many(out, 0, 32, slots, 64, &length, 1, &s256) == 0);
    CHECK(sidos_sha512_many(out, 0, 64, slots, 128, &length, 1, &s512) == 0);
    for (size_t i = 0; i < sizeof out; i++) CHECK(out[i] == 7);
    for (size_t i = 0; i < sizeof slots; i++) CHECK(slots[i] == 7);
}

int main(void) {
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 63, 64, 65, 100, 200};
    size_t lengths[LONGEST + 1];
    const char *const backend = require_backend();
    check_refusals();
    for (int kind = 0; kind < 3; kind++) {
        const int bits = kind == 0 ? 512 : 256, is_code = kind == 2;
        // Every length, all of them in one call and each alone in the shortest slot.
        for (size_t i = 0; i <= LONGEST; i++) lengths[i] = i;
        check(bits, is_code, lengths, LONGEST + 1, slot_for(LONGEST, bits), 0, (size_t)bits / 8, 0, 32, LONGEST + 1);
        for (size_t i = 0; i <= LONGEST; i++)
            check(bits, is_code, &lengths[i], 1, slot_for(i, bits), i % 3, (size_t)bits / 8, 0, i % 65, 1);
        // Mixed lengths, from one block to what a slot of five holds.
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            for (size_t most = 0; most < 280; most += 23) {
                for (size_t i = 0; i < counts[c]; i++) lengths[i] = next_byte() % (most + 1);
                check(bits, is_code, lengths, counts[c], slot_for(most, bits) + (most % 2) * 128, most % 4,
                      most % ((size_t)bits / 8 + 1), most % 5, most % 65, 1 + most % 7);
            }
        }
    }
    printf("backend %s: digests and codes are libcrypto's\n", backend);
    return 0;
}
