/*
 * Does the time of a power depend on its secrets? Two classes of inputs in random order, and Welch's t-test on the time
 * each took, as dudect does: a fixed secret against random ones. |t| stays below 4.5 or so if it does not; above 10 it
 * fails. The slowest fifth of the measurements is dropped, for it tells of other processes. Usage: timing [ROUNDS]
 */
#include "CGMP.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ITEM_COUNT 8

static uint8_t uniform[ITEM_COUNT * 448], fixed_in[ITEM_COUNT * 384], random_in[ITEM_COUNT * 384];
static uint8_t in[ITEM_COUNT * 384], exponents[ITEM_COUNT * 32], out[ITEM_COUNT * 384];
static uint64_t seed = 1;

static void fill(uint8_t *bytes, size_t byte_count) {
    for (size_t i = 0; i < byte_count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(seed >> 56);
    }
}

/* Class 0 has a fixed secret with few windows that are not zero; class 1 random ones. Both write the same memory. */
static void prepare(int part, int class) {
    memcpy(in, random_in, sizeof in);
    fill(exponents, sizeof exponents);
    fill(uniform, sizeof uniform);
    if (part == 1) {
        sidos_ffdhe3072_from_uniform_batch(in, uniform, ITEM_COUNT);
    }
    for (size_t i = 0; i < sizeof exponents; i++) {
        exponents[i] = (uint8_t)(part != 1 && class == 0 ? i % 32 == 31 : exponents[i] | 1);
    }
    for (size_t i = 0; i < sizeof in; i++) {
        in[i] = part == 1 && class == 0 ? fixed_in[i] : in[i];
    }
}

static double measure(int part) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (part == 2) {
        sidos_ffdhe3072_base_mul_batch(out, exponents, ITEM_COUNT);
    } else {
        sidos_ffdhe3072_mul_batch(out, in, exponents, ITEM_COUNT);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    static const char *const names[] = {"mul, exponents", "mul, elements", "base_mul, exponents"};
    const size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 4000;
    double *const times = calloc(rounds, sizeof *times), *const sorted = calloc(rounds, sizeof *sorted);
    unsigned char *const classes = calloc(rounds, 1);
    if (times == NULL || sorted == NULL || classes == NULL || rounds < 100) {
        return 2;
    }
    fill(uniform, sizeof uniform);
    sidos_ffdhe3072_from_uniform_batch(random_in, uniform, ITEM_COUNT);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        fixed_in[384 * i + 383] = 2;
    }
    int bad = 0;
    printf("backend: %s\n", sidos_ffdhe3072_backend());
    for (int part = 0; part < 3; part++) {
        for (size_t i = 0; i < rounds; i++) {
            fill(&classes[i], 1);
            classes[i] &= 1;
            prepare(part, classes[i]);
            times[i] = measure(part);
        }
        memcpy(sorted, times, rounds * sizeof *times);
        qsort(sorted, rounds, sizeof *sorted, ascending);
        const double limit = sorted[rounds * 8 / 10];
        double n[2] = {0}, mean[2] = {0}, squares[2] = {0};
        for (size_t i = 0; i < rounds; i++) {
            if (times[i] <= limit) {
                const int c = classes[i];
                const double difference = times[i] - mean[c];
                mean[c] += difference / ++n[c];
                squares[c] += difference * (times[i] - mean[c]);
            }
        }
        const double variance = squares[0] / (n[0] - 1) / n[0] + squares[1] / (n[1] - 1) / n[1];
        const double t = (mean[0] - mean[1]) / sqrt(variance);
        printf("%-20s %.1f and %.1f us, t = %.2f\n", names[part], mean[0] / 1e3, mean[1] / 1e3, t);
        bad += fabs(t) > 10;
    }
    free(times);
    free(sorted);
    free(classes);
    return bad == 0 ? 0 : 1;
}
