/*
 * Plain arithmetic for tests, deliberately through mpz_*, whose code paths differ from the mpn_sec_* functions they
 * check.
 */
#include "CGMP.h"

#include <gmp.h>
#include <string.h>

static int byte_count_in_range(size_t byte_count) {
    return byte_count >= 1 && byte_count <= SIDOS_ORACLE_MAXIMUM_BYTE_COUNT;
}

static void import_bytes(mpz_t number, const uint8_t *bytes, size_t byte_count) {
    mpz_init(number);
    mpz_import(number, byte_count, 1, 1, 1, 0, bytes);
}

/* Writes a number of at most `byte_count` bytes. mpz_export drops leading zeros, so they are put in front. */
static void export_bytes(uint8_t *bytes, size_t byte_count, const mpz_t number) {
    size_t used = mpz_sgn(number) == 0 ? 0 : (mpz_sizeinbase(number, 2) + 7) / 8;
    memset(bytes, 0, byte_count);
    mpz_export(bytes + (byte_count - used), NULL, 1, 1, 1, 0, number);
}

int sidos_powmod(uint8_t *out, const uint8_t *base, const uint8_t *exponent, const uint8_t *modulus,
                 size_t byte_count) {
    mpz_t b, e, m;
    if (!byte_count_in_range(byte_count)) {
        return 0;
    }
    import_bytes(b, base, byte_count);
    import_bytes(e, exponent, byte_count);
    import_bytes(m, modulus, byte_count);
    int defined = mpz_sgn(m) != 0;
    if (defined) {
        mpz_powm(b, b, e, m);
        export_bytes(out, byte_count, b);
    }
    mpz_clears(b, e, m, NULL);
    return defined;
}

int sidos_mod(uint8_t *out, const uint8_t *a, size_t a_byte_count, const uint8_t *modulus, size_t byte_count) {
    mpz_t number, m;
    if (!byte_count_in_range(a_byte_count) || !byte_count_in_range(byte_count)) {
        return 0;
    }
    import_bytes(number, a, a_byte_count);
    import_bytes(m, modulus, byte_count);
    int defined = mpz_sgn(m) != 0;
    if (defined) {
        mpz_mod(number, number, m);
        export_bytes(out, byte_count, number);
    }
    mpz_clears(number, m, NULL);
    return defined;
}

int sidos_is_probable_prime(const uint8_t *number, size_t byte_count, int rounds) {
    mpz_t n;
    if (!byte_count_in_range(byte_count) || rounds < 1 || rounds > 1000) {
        return -1;
    }
    import_bytes(n, number, byte_count);
    int verdict = mpz_probab_prime_p(n, rounds);
    mpz_clear(n);
    return verdict;
}
