/*
 * Run under valgrind: the uniform bytes are marked undefined, so memcheck reports every branch and address that depends
 * on one.
 */
#include "CNoise.h"

#include <stdio.h>
#include <valgrind/memcheck.h>

#define DRAW_COUNT 64
#define THRESHOLD_COUNT 300

static uint8_t uniform[DRAW_COUNT * SIDOS_NOISE_UNIFORM_BYTE_COUNT];
static uint64_t thresholds[2 * THRESHOLD_COUNT];
static int64_t out[DRAW_COUNT], undefined_bits[DRAW_COUNT];

int main(void) {
    uint64_t seed = 1;
    int64_t any = 0, sum = 0;
    if (!RUNNING_ON_VALGRIND) {
        fprintf(stderr, "usage: valgrind --error-exitcode=1 constant_time\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof uniform; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uniform[i] = (uint8_t)(seed >> 56);
    }
    for (size_t j = 0; j < THRESHOLD_COUNT; j++) {
        thresholds[2 * j] = UINT64_MAX / THRESHOLD_COUNT * (j + 1);
    }
    VALGRIND_MAKE_MEM_UNDEFINED(uniform, sizeof uniform);
    sidos_noise_draw(out, DRAW_COUNT, uniform, thresholds, THRESHOLD_COUNT);
    /* A draw that is wholly defined was not computed from the secret, and the test would test nothing. */
    if (VALGRIND_GET_VBITS(out, undefined_bits, sizeof out) != 1) {
        return 2;
    }
    VALGRIND_MAKE_MEM_DEFINED(out, sizeof out);
    for (size_t i = 0; i < DRAW_COUNT; i++) {
        any |= undefined_bits[i];
        sum += out[i] < 0 ? -out[i] : out[i];
    }
    if (any == 0 || sum < DRAW_COUNT * THRESHOLD_COUNT / 4 || sum > DRAW_COUNT * THRESHOLD_COUNT * 3 / 4) {
        fprintf(stderr, "the draws do not depend on the uniform bytes\n");
        return 1;
    }
    return 0;
}
