#include "Peers.h"

#include <sodium.h>

const char *peer_sodium_version(void) { return sodium_init() < 0 ? "unusable" : sodium_version_string(); }

size_t peer_sodium_mul(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (crypto_scalarmult_ristretto255(out + 32 * i, scalar, in + 32 * i) != 0) return i;
    }
    return count;
}

size_t peer_sodium_from_hash(uint8_t *out, const uint8_t *in64, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (crypto_core_ristretto255_from_hash(out + 32 * i, in64 + 64 * i) != 0) return i;
    }
    return count;
}

size_t peer_sodium_base(uint8_t *out, const uint8_t *scalars, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (crypto_scalarmult_ristretto255_base(out + 32 * i, scalars + 32 * i) != 0) return i;
    }
    return count;
}

size_t peer_sodium_add(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (crypto_core_ristretto255_add(out + 32 * i, a + 32 * i, b + 32 * i) != 0) return i;
    }
    return count;
}

size_t peer_sodium_validate(const uint8_t *in, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (crypto_core_ristretto255_is_valid_point(in + 32 * i) != 1) return i;
    }
    return count;
}

size_t peer_sodium_hash(uint8_t *out, const uint8_t *messages, size_t message_byte_count, size_t count) {
    uint8_t digest[64];
    for (size_t i = 0; i < count; i++) {
        if (crypto_hash_sha512(digest, messages + message_byte_count * i, message_byte_count) != 0) return i;
        if (crypto_core_ristretto255_from_hash(out + 32 * i, digest) != 0) return i;
    }
    return count;
}

size_t peer_sodium_rerandomize(uint8_t *out, const uint8_t *in, const uint8_t *scalars, const uint8_t y[32],
                               size_t count) {
    uint8_t shift[32];
    for (size_t i = 0; i < count; i++) {
        if (crypto_scalarmult_ristretto255_base(shift, scalars + 32 * i) != 0) return i;
        if (crypto_core_ristretto255_add(out + 64 * i, in + 64 * i, shift) != 0) return i;
        if (crypto_scalarmult_ristretto255(shift, scalars + 32 * i, y) != 0) return i;
        if (crypto_core_ristretto255_add(out + 64 * i + 32, in + 64 * i + 32, shift) != 0) return i;
    }
    return count;
}

size_t peer_sodium_seal(uint8_t *capsules, uint8_t *secrets, const uint8_t *sigmas, const uint8_t *rhos,
                        const uint8_t y[32], size_t count) {
    uint8_t shift[32];
    for (size_t i = 0; i < count; i++) {
        if (crypto_scalarmult_ristretto255_base(secrets + 32 * i, sigmas + 32 * i) != 0) return i;
        if (crypto_scalarmult_ristretto255_base(capsules + 64 * i, rhos + 32 * i) != 0) return i;
        if (crypto_scalarmult_ristretto255(shift, rhos + 32 * i, y) != 0) return i;
        if (crypto_core_ristretto255_add(capsules + 64 * i + 32, secrets + 32 * i, shift) != 0) return i;
    }
    return count;
}
