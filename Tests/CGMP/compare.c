/*
 * The batches of powers, through the backend in use, against GMP's backend asked directly: random and awkward elements
 * and exponents, all counts round the width of the vectors, invalid items in every place, in and out of place.
 */
#include "CGMP.h"
#include "backend.h"
#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>

#define RANDOM_COUNT 2000
#define MOST_COUNT 64
#define GUARD_BYTE_COUNT 64

static uint8_t in[MOST_COUNT * 384], out[MOST_COUNT * 384 + GUARD_BYTE_COUNT], right[MOST_COUNT * 384];
static uint8_t exponents[MOST_COUNT * 32], exponent[384];
static unsigned long check_count, bad;
static gmp_scratch scratch;
static uint64_t seed = 1;

static uint8_t random_byte(void) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint8_t)(seed >> 56);
}

static void check(int good, const char *what, size_t count) {
    check_count++;
    if (!good) {
        bad++;
        printf("FAILED %s, %zu items\n", what, count);
    }
}

/* A valid element: random, a small number, q or just below, limbs of ones, a power of two, zeros above. */
static void set_element(uint8_t *element, unsigned kind) {
    memset(element, 0, 384);
    switch (kind % 8) {
    case 0: element[383] = 2; break;
    case 1:
        element[383] = 3;
        element[350] = random_byte();
        break;
    case 2: sidos_ffdhe3072_store(element, sidos_ffdhe3072_q, LIMB_COUNT); break;
    case 3:
        sidos_ffdhe3072_store(element, sidos_ffdhe3072_q, LIMB_COUNT);
        element[383] -= random_byte();
        break;
    case 4:
        memset(element + 8, 0xff, 376);
        element[0] = 0x7f;
        break;
    case 5: memset(element + 8 + random_byte(), 0xff, 100); break;
    case 6: element[1 + random_byte()] = 0x10; break;
    default:
        for (int i = 0; i < 384; i++) {
            element[i] = random_byte();
        }
        element[0] &= 0x3f;
    }
}

/* 1, 2, 2^256 - 1, 2^255, windows of four or five bits all equal, zeros in front or at the end, and random ones. */
static void set_exponent(uint8_t *bytes, size_t byte_count, unsigned kind) {
    memset(bytes, 0, byte_count);
    switch (kind % 12) {
    case 0: bytes[byte_count - 1] = 1; break;
    case 1: bytes[byte_count - 1] = 2; break;
    case 2: memset(bytes, 0xff, byte_count); break;
    case 3: bytes[0] = 0x80; break;
    case 4: memset(bytes, 0x11, byte_count); break;
    case 5: memset(bytes, 0x77, byte_count); break;
    case 6: memset(bytes, 0x88, byte_count); break;
    case 7:
        for (size_t i = 0; i < byte_count; i++) {
            bytes[byte_count - 1 - i] = (uint8_t)(0x84210842108421ull >> 8 * (i % 5));
        }
        break;
    case 8: bytes[byte_count - 1 - random_byte() % byte_count] = (uint8_t)(random_byte() | 1); break;
    case 9: memset(bytes, 0xff, byte_count / 2); break;
    default:
        for (size_t i = 0; i < byte_count; i++) {
            bytes[i] = (uint8_t)(random_byte() | 1);
        }
    }
    if (byte_count == 384) {
        bytes[0] &= 0x3f;
        bytes[383] |= kind % 12 == 3;
    }
}

static void finish(uint8_t *result, mp_limb_t *power) {
    sidos_ffdhe3072_fold(power);
    sidos_ffdhe3072_store(result, power, LIMB_COUNT);
}

static void ask_gmp(size_t exponent_byte_count, size_t count) {
    mp_limb_t limbs[LIMB_COUNT];
    sidos_ffdhe3072_load(limbs, exponent, exponent_byte_count / 8);
    for (size_t i = 0; i < count; i++) {
        ffdhe3072_number power;
        sidos_ffdhe3072_load(power, in + 384 * i, LIMB_COUNT);
        sidos_ffdhe3072_gmp.power(&power, 1, limbs, (mp_size_t)exponent_byte_count / 8, scratch.limbs);
        finish(right + 384 * i, power);
    }
}

static void ask_gmp_base(size_t count) {
    for (size_t i = 0; i < count; i++) {
        ffdhe3072_number power;
        ffdhe3072_exponent limbs;
        sidos_ffdhe3072_load(limbs, exponents + 32 * i, EXPONENT_LIMB_COUNT);
        sidos_ffdhe3072_gmp.base_power(&power, (const ffdhe3072_exponent *)&limbs, 1, scratch.limbs);
        finish(right + 384 * i, power);
    }
}

static size_t mul(uint8_t *to, const uint8_t *from, size_t exponent_byte_count, size_t count) {
    return exponent_byte_count == 32 ? sidos_ffdhe3072_mul_batch(to, from, exponent, count)
                                     : sidos_ffdhe3072_mul_wide_batch(to, from, exponent, count);
}

static int guard_intact(size_t count) {
    for (size_t i = 0; i < GUARD_BYTE_COUNT; i++) {
        if (out[384 * count + i] != 0x5a) {
            return 0;
        }
    }
    return 1;
}

static int is_zero(size_t count) {
    for (size_t i = 0; i < 384 * count; i++) {
        if (out[i] != 0) {
            return 0;
        }
    }
    return 1;
}

static void check_mul(size_t exponent_byte_count, size_t count) {
    const char *const name = exponent_byte_count == 32 ? "mul" : "mul_wide";
    ask_gmp(exponent_byte_count, count);
    memset(out, 0x5a, sizeof out);
    check(mul(out, in, exponent_byte_count, count) == count, name, count);
    check(memcmp(out, right, 384 * count) == 0 && guard_intact(count), name, count);
    memcpy(out, in, 384 * count);
    check(mul(out, out, exponent_byte_count, count) == count, "in place", count);
    check(memcmp(out, right, 384 * count) == 0 && guard_intact(count), "in place", count);
}

static void check_base_mul(size_t count) {
    ask_gmp_base(count);
    memset(out, 0x5a, sizeof out);
    check(sidos_ffdhe3072_base_mul_batch(out, exponents, count) == count, "base_mul", count);
    check(memcmp(out, right, 384 * count) == 0 && guard_intact(count), "base_mul", count);
}

/* One invalid item at each place; and the exponent 0. */
static void check_refusals(size_t count) {
    for (size_t place = 0; place < count; place++) {
        for (int way = 0; way < 2; way++) {
            uint8_t kept[384];
            memcpy(kept, in + 384 * place, 384);
            memset(in + 384 * place, way == 0 ? 0 : 0xff, 384);
            memset(out, 0x5a, sizeof out);
            check(mul(out, in, 32, count) == place && is_zero(count) && guard_intact(count), "mul, invalid", count);
            memcpy(out, in, 384 * count);
            check(mul(out, out, 32, count) == place && is_zero(count), "mul in place, invalid", count);
            memcpy(in + 384 * place, kept, 384);
        }
        uint8_t kept[32];
        memcpy(kept, exponents + 32 * place, 32);
        memset(exponents + 32 * place, 0, 32);
        memset(out, 0x5a, sizeof out);
        check(sidos_ffdhe3072_base_mul_batch(out, exponents, count) == place && is_zero(count) && guard_intact(count),
              "base_mul, invalid", count);
        memcpy(exponents + 32 * place, kept, 32);
    }
    if (count == 0) {
        return;
    }
    memset(exponent, 0, sizeof exponent);
    memset(out, 0x5a, sizeof out);
    check(mul(out, in, 32, count) == SIDOS_FFDHE3072_FAILURE && is_zero(count), "mul by 0", count);
}

static void fill(unsigned round, size_t count) {
    for (unsigned i = 0; i < count; i++) {
        set_element(in + 384 * i, round < 24 ? i + round : random_byte() | 7);
        set_exponent(exponents + 32 * i, 32, round < 24 ? i + round : random_byte());
    }
}

int main(void) {
    static const size_t counts[] = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 64};
    if (!sidos_ffdhe3072_scratch_init(&scratch, sidos_ffdhe3072_gmp.scratch_limb_count(LIMB_COUNT))) {
        return 2;
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        fill((unsigned)i, counts[i]);
        set_exponent(exponent, 32, 11);
        check_mul(32, counts[i]);
        check_base_mul(counts[i]);
        check_refusals(counts[i]);
    }
    for (unsigned kind = 0; kind < 12; kind++) {
        fill(kind, 16);
        set_exponent(exponent, 32, kind);
        check_mul(32, 16);
        check_base_mul(16);
        set_exponent(exponent, 384, kind);
        check_mul(384, kind == 10 ? 17 : 8);
    }
    for (unsigned done = 0; done < RANDOM_COUNT; done += MOST_COUNT) {
        fill(done + 24, MOST_COUNT);
        set_exponent(exponent, 32, 8 + done / MOST_COUNT % 4);
        check_mul(32, MOST_COUNT);
        check_base_mul(MOST_COUNT);
    }
    sidos_ffdhe3072_scratch_free(&scratch);
    printf("%s against gmp: %lu checks, %lu failed\n", sidos_ffdhe3072_backend(), check_count, bad);
    return bad == 0 ? 0 : 1;
}
