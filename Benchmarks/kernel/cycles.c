// Where a kernel's time goes: field multiplications and squarings that an operation needs, the cycles of each, and
// their product beside what the operation takes from bytes to bytes. One program a backend, since it reads the private
// headers; two builds: with COUNT it counts, without it measures what it is told the counts are.
//
//   clang -O2 -ISources/CRistretto -ISources/CRistretto/include -DFIELD='"field_ifma.h"' \
//         [-DTARGET='"avx512f,…"'] [-DCOUNT]
//
// Prints a JSON object. A cycle is a third of a 64-bit multiplication's latency (3 on all of today's x86-64 cores),
// measured in turns with the rest; the least time of many short runs counts, since whatever disturbs only adds.
#define _POSIX_C_SOURCE 200809L
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "backend.h"
#include "secrecy.h"

#ifdef TARGET
#pragma clang attribute push(__attribute__((target(TARGET))), apply_to = function)
#endif

#include FIELD

#ifdef COUNT
static unsigned long multiplications, squarings;
#define fe_mul(r, a, b) (multiplications++, fe_mul(r, a, b))
#define fe_mul_wide(r, a, b) (multiplications++, fe_mul_wide(r, a, b))
#define fe_square(r, a) (squarings++, fe_square(r, a))
#define fe_square_wide(r, a) (squarings++, fe_square_wide(r, a))
#endif

#include "batch.h"

// Items of a sum: so many that what it costs whatever their number hardly shows.
enum { SUM_ITEMS = 4096 };

static uint8_t sum_elements[32 * SUM_ITEMS], sum_scalars[32 * SUM_ITEMS], sum_affine[64 * SUM_ITEMS];
static _Alignas(64) unsigned char sum_scratch[1 << 21];
static uint8_t affine[64 * SIDOS_R255_GROUP];
static uint8_t uniform[64 * SIDOS_R255_GROUP], elements[32 * SIDOS_R255_GROUP], capsules[64 * SIDOS_R255_GROUP],
    scalars[32 * SIDOS_R255_GROUP], out[64 * SIDOS_R255_GROUP];
static _Alignas(SIDOS_R255_TABLE_ALIGNMENT) comb_row table[COMB_ROWS];

static void run_mul(void) { (void)mul(out, elements, scalars, SIDOS_R255_GROUP); }
static void run_map(void) { from_uniform(out, uniform, SIDOS_R255_GROUP); }
static void run_map_mul(void) { from_uniform_mul(out, uniform, scalars, SIDOS_R255_GROUP); }
static void run_base(void) { table_mul(out, scalars, table, SIDOS_R255_GROUP); }
static void run_add(void) { (void)add(out, capsules, elements, 0, SIDOS_R255_GROUP); }
static void run_validate(void) { (void)validate(elements, SIDOS_R255_GROUP); }
static void run_rerandomize(void) { (void)rerandomize(out, capsules, scalars, table, table, SIDOS_R255_GROUP); }
static void run_seal(void) { seal(capsules, out, scalars, scalars, table, table, SIDOS_R255_GROUP); }

static void run_map_affine(void) { from_uniform_affine(affine, uniform, SIDOS_R255_GROUP); }
static void run_base_add(void) { (void)table_mul_add_affine(out, scalars, affine, table, SIDOS_R255_GROUP); }
static void run_double_base(void) { double_table_mul(out, scalars, scalars, table, table, SIDOS_R255_GROUP); }
static void run_sum(void) { (void)sum_secret(out, sum_scalars, sum_elements, 32, SIDOS_R255_ENCODED, SUM_ITEMS); }
static void run_sum_affine(void) { (void)sum_secret(out, sum_scalars, sum_affine, 64, SIDOS_R255_AFFINE, SUM_ITEMS); }
static void run_public(size_t scalar_byte_count, const uint8_t *points, sidos_r255_point_form form) {
    const size_t stride = form == SIDOS_R255_ENCODED ? 32 : AFFINE_BYTES;
    const sidos_r255_msm_input input = {sum_scalars, points, scalar_byte_count, stride, form, SUM_ITEMS, NULL};
    (void)msm(out, &input, sum_scratch, sizeof sum_scratch);
}
static void run_public_narrow(void) { run_public(16, sum_elements, SIDOS_R255_ENCODED); }
static void run_public_wide(void) { run_public(32, sum_elements, SIDOS_R255_ENCODED); }
static void run_public_affine(void) { run_public(32, sum_affine, SIDOS_R255_AFFINE); }

static const struct {
    const char *name;
    void (*run)(void);
    size_t items;
} OPERATIONS[] = {
    {"multiply", run_mul, SIDOS_R255_GROUP},
    {"map", run_map, SIDOS_R255_GROUP},
    {"map and multiply", run_map_mul, SIDOS_R255_GROUP},
    {"base multiply", run_base, SIDOS_R255_GROUP},
    {"add", run_add, SIDOS_R255_GROUP},
    {"validate", run_validate, SIDOS_R255_GROUP},
    {"seal", run_seal, SIDOS_R255_GROUP},
    {"re-randomise", run_rerandomize, SIDOS_R255_GROUP},
    {"map to affine", run_map_affine, SIDOS_R255_GROUP},
    {"base plus affine", run_base_add, SIDOS_R255_GROUP},
    {"two bases", run_double_base, SIDOS_R255_GROUP},
    {"secret sum", run_sum, SUM_ITEMS},
    {"secret sum, affine", run_sum_affine, SUM_ITEMS},
    {"sum of 128 bits", run_public_narrow, SUM_ITEMS},
    {"sum of 252 bits", run_public_wide, SUM_ITEMS},
    {"the same, affine", run_public_affine, SUM_ITEMS},
};
#define OPERATION_COUNT (sizeof OPERATIONS / sizeof OPERATIONS[0])

#ifndef COUNT
static double seconds(void) {
    struct timespec t;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0) exit(1);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { LATENCY_RUN = 30000 };

static void latency_chain(void) {
    uint64_t x = 3;
    for (int i = 0; i < LATENCY_RUN; i++) {
#if defined(__x86_64__)
        __asm__ volatile("imul %0, %0" : "+r"(x));
#else
        x *= x;
        __asm__ volatile("" : "+r"(x));
#endif
    }
}

static double least(double a, double b) { return a < b ? a : b; }

/// Cycles of one call of `run`.
static double cycles(void (*run)(void)) {
    double best = 1e9, chain = 1e9;
    for (int turn = 0; turn < 60; turn++) {
        double start = seconds();
        latency_chain();
        chain = least(chain, seconds() - start);
        start = seconds();
        run();
        best = least(best, seconds() - start);
    }
    return best / (chain / (3.0 * LATENCY_RUN));
}

enum { REPEAT = 2000, INDEPENDENT = 4 };
static fe factors[2 * INDEPENDENT], products[INDEPENDENT];

static void run_fe_mul(void) {
    for (int i = 0; i < REPEAT; i++) {
        for (int k = 0; k < INDEPENDENT; k++) fe_mul(&products[k], &factors[k], &factors[k + INDEPENDENT]);
        __asm__ volatile("" : : "r"(products), "r"(factors) : "memory");
    }
}

static void run_fe_square(void) {
    for (int i = 0; i < REPEAT; i++) {
        for (int k = 0; k < INDEPENDENT; k++) fe_square(&products[k], &factors[k]);
        __asm__ volatile("" : : "r"(products), "r"(factors) : "memory");
    }
}
#endif

int main(void) {
    for (size_t i = 0; i < sizeof uniform; i++) uniform[i] = (uint8_t)(i * i >> 3 ^ i * 7);
    for (size_t i = 0; i < sizeof scalars; i++) scalars[i] = (uint8_t)(i % 32 == 31 ? i / 32 % 8 : i * 29);
    from_uniform(elements, uniform, SIDOS_R255_GROUP);
    if (!table_init(table, elements)) return 1;
    run_seal();
    run_map_affine();
    for (size_t i = 0; i < SUM_ITEMS; i += SIDOS_R255_GROUP) {
        memcpy(sum_elements + 32 * i, elements, sizeof elements);
        memcpy(sum_affine + 64 * i, affine, sizeof affine);
    }
    for (size_t i = 0; i < SUM_ITEMS; i++)
        for (size_t k = 0; k < 32; k++)
            sum_scalars[32 * i + k] = (uint8_t)((i * 0x9e3779b97f4a7c15 + k * 0xbf58476d1ce4e5b9) >>
                                                (k == 31 ? 61 : 56));
#ifdef COUNT
    printf("{\"lanes\": %d, \"operations\": [", FE_LANES);
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        multiplications = squarings = 0;
        OPERATIONS[i].run();
        printf("%s\n  {\"operation\": \"%s\", \"multiplications\": %.1f, \"squarings\": %.1f}", i > 0 ? "," : "",
               OPERATIONS[i].name, (double)multiplications * FE_LANES / (double)OPERATIONS[i].items,
               (double)squarings * FE_LANES / (double)OPERATIONS[i].items);
    }
#else
    for (int k = 0; k < 2 * INDEPENDENT; k++) (void)fe_from_bytes(&factors[k], uniform + 512 * k % 4096, 32, FE_LANES);
    printf("{\"lanes\": %d, \"multiplication\": %.1f, \"squaring\": %.1f, \"operations\": [", FE_LANES,
           cycles(run_fe_mul) / (REPEAT * INDEPENDENT), cycles(run_fe_square) / (REPEAT * INDEPENDENT));
    for (size_t i = 0; i < OPERATION_COUNT; i++)
        printf("%s\n  {\"operation\": \"%s\", \"cycles\": %.0f}", i > 0 ? "," : "", OPERATIONS[i].name,
               cycles(OPERATIONS[i].run) * FE_LANES / (double)OPERATIONS[i].items);
#endif
    printf("]}\n");
    return 0;
}

#ifdef TARGET
#pragma clang attribute pop
#endif
