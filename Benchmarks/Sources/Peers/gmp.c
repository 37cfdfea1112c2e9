#include "Peers.h"

#include <gmp.h>
#include <string.h>

const char *peer_gmp_version(void) { return gmp_version; }

size_t peer_gmp_powm_sec(uint8_t *out, const uint8_t *in, const uint8_t exponent[32], const uint8_t modulus[384],
                         size_t count) {
    mpz_t p, e, base, result, other;
    mpz_inits(p, e, base, result, other, NULL);
    mpz_import(p, 384, 1, 1, 1, 0, modulus);
    mpz_import(e, 32, 1, 1, 1, 0, exponent);
    for (size_t i = 0; i < count; i++) {
        mpz_import(base, 384, 1, 1, 1, 0, in + 384 * i);
        mpz_powm_sec(result, base, e, p);
        mpz_sub(other, p, result);
        const mpz_t *least = mpz_cmp(result, other) <= 0 ? &result : &other;
        size_t used = (mpz_sizeinbase(*least, 2) + 7) / 8;
        memset(out + 384 * i, 0, 384);
        mpz_export(out + 384 * i + (384 - used), NULL, 1, 1, 1, 0, *least);
    }
    mpz_clears(p, e, base, result, other, NULL);
    return count;
}
