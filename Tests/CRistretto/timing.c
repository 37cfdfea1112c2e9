// Measures whether run time depends on secrets, as dudect does (Reparaz, Balasch, Verbauwhede, "Dude, is my code
// constant time?", 2017): each public function is timed on a fixed secret and on random ones in random order, and
// Welch's t-test compares the two classes, over all times, over those below each of many percentiles, and over squared
// deviations.
//
//   clang -O3 -ISources/CRistretto/include -o timing Sources/CRistretto/*.c Tests/CRistretto/timing.c -lm -lpthread
//   SIDOS_R255_BACKEND=portable ./timing [MEASUREMENTS]
//
// |t| ≥ 10 is a leak, |t| ≥ 4.5 suspicious. Other programs disturb the times of both classes alike, but rarely exactly
// so; hence a leak counts only if three measurements find it. A leak planted on purpose must be found first. Beside
// |t|, the difference of the means is printed that the sharpest of the tests would have called a leak: a pass means no
// more than that. MEASUREMENTS are 80,000 unless given, about two minutes for the portable backend.
#include <math.h>
#include <time.h>

#include "support.h"
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#define LEAK 10.0
#define SUSPICIOUS 4.5
#define REPETITIONS 3
#define CROPS 60
#define ITEMS 3    // odd: full and part-filled vectors
#define POOL 1024  // random secrets to draw from
#define SECRET_BYTES (ITEMS * 128)

static uint64_t ticks(void) {
#if defined(__x86_64__)
    unsigned processor;
    _mm_lfence();
    const uint64_t now = __rdtscp(&processor);
    _mm_lfence();
    return now;
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

// MARK: What is measured

static uint8_t pool_elements[POOL][32], pool_scalars[POOL][32], fixed_elements[ITEMS][32], scalar[32],
    scalars[ITEMS][32], capsules[ITEMS][64], affine[ITEMS][64], planted[32];
static void *table;
static uint8_t out[ITEMS * 64], secrets_out[ITEMS * 32];
static volatile size_t sink;

/// Returns at the first difference, as no comparison of secrets may.
static __attribute__((noinline)) int hasty_compare(const volatile uint8_t *a, const volatile uint8_t *b) {
    for (size_t i = 0; i < 32; i++)
        if (a[i] != b[i]) return 1;
    return 0;
}

static size_t run_planted(const uint8_t *s) { return (size_t)hasty_compare(s, planted); }
static size_t run_mul_scalar(const uint8_t *s) { return sidos_r255_mul_batch(out, fixed_elements[0], s, ITEMS); }
static size_t run_mul_elements(const uint8_t *s) { return sidos_r255_mul_batch(out, s, scalar, ITEMS); }
static size_t run_base_mul(const uint8_t *s) { return sidos_r255_base_mul_batch(out, s, ITEMS); }
static size_t run_rerandomize(const uint8_t *s) {
    return sidos_r255_rerandomize_batch(out, capsules[0], s, table, ITEMS);
}
static size_t run_rerandomize_capsules(const uint8_t *s) {
    return sidos_r255_rerandomize_batch(out, s, scalars[0], table, ITEMS);
}
static size_t run_seal(const uint8_t *s) {
    return sidos_r255_seal_batch(out, secrets_out, s, s + 32 * ITEMS, table, ITEMS);
}
static size_t run_double_base(const uint8_t *s) {
    return sidos_r255_double_base_mul_batch(out, s, s + 32 * ITEMS, table, ITEMS);
}
static size_t run_add_affine(const uint8_t *s) {
    return sidos_r255_base_mul_add_affine_batch(out, s, affine[0], ITEMS);
}
static size_t run_sum(const uint8_t *s) { return sidos_r255_msm_secret(out, s, fixed_elements[0], 32, 1, ITEMS); }
static size_t run_sum_affine(const uint8_t *s) { return sidos_r255_msm_secret_affine(out, s, affine[0], ITEMS); }
static size_t run_map_affine(const uint8_t *s) { return sidos_r255_from_uniform_affine_batch(out, s, ITEMS); }
static size_t run_lists(const uint8_t *s) {
    sidos_r255_scalar_reduce64_batch(out, s, ITEMS);
    sidos_r255_scalar_mul_add_batch(out, s, s + 32 * ITEMS, out, ITEMS);
    sidos_r255_scalar_scale_add_batch(out, s, s + 32, out, ITEMS);
    sidos_r255_scalar_inner_product(out, s, s + 32 * ITEMS, ITEMS);
    sidos_r255_scalar_recurrence(out, secrets_out, s, s + 32 * ITEMS, ITEMS - 1);
    return out[0];
}
static size_t run_add(const uint8_t *s) { return sidos_r255_add_batch(out, s, s + 32 * ITEMS, ITEMS); }
static size_t run_sub(const uint8_t *s) { return sidos_r255_sub_batch(out, s, s + 32 * ITEMS, ITEMS); }
static size_t run_validate(const uint8_t *s) { return sidos_r255_validate_batch(s, ITEMS); }
static size_t run_map(const uint8_t *s) { return sidos_r255_from_uniform_batch(out, s, ITEMS); }
static size_t run_scalars(const uint8_t *s) {
    sidos_r255_scalar_reduce64(out, s);
    sidos_r255_scalar_mul_add(out, s, s + 32, out);
    sidos_r255_scalar_negate(out, s);
    sidos_r255_scalar_invert(out, s);
    return (size_t)sidos_r255_scalar_is_canonical(s);
}

typedef enum { BYTES, SCALARS, ELEMENTS } kind;

// The fixed secret is `width` bytes `fill`, or, where `fill` is −1, one element or scalar over and over.
typedef struct {
    const char *name;
    size_t (*run)(const uint8_t *secret);
    kind kind;
    size_t items;  // of 32 bytes
    int fill;
    size_t measurements_times;  // cheap functions are measured more often
} target;

static const target PLANTED = {"planted leak", run_planted, BYTES, 1, 0x5a, 1};
static const target TARGETS[] = {
    {"mul, scalar 0", run_mul_scalar, SCALARS, 1, 0, 1},
    {"mul, scalar of equal digits", run_mul_scalar, SCALARS, 1, 0x08, 1},
    {"mul, elements", run_mul_elements, ELEMENTS, ITEMS, -1, 1},
    {"base_mul, scalars 0", run_base_mul, SCALARS, ITEMS, 0, 2},
    {"base_mul, scalars of equal digits", run_base_mul, SCALARS, ITEMS, 0x08, 2},
    {"rerandomize, scalars 0", run_rerandomize, SCALARS, ITEMS, 0, 1},
    {"rerandomize, capsules", run_rerandomize_capsules, ELEMENTS, 2 * ITEMS, -1, 1},
    {"seal, scalars 0", run_seal, SCALARS, 2 * ITEMS, 0, 1},
    {"double_base_mul, scalars 0", run_double_base, SCALARS, 2 * ITEMS, 0, 1},
    {"base_mul_add_affine, scalars 0", run_add_affine, SCALARS, ITEMS, 0, 2},
    {"msm_secret, scalars 0", run_sum, SCALARS, ITEMS, 0, 1},
    {"msm_secret, scalars of equal digits", run_sum, SCALARS, ITEMS, 0x08, 1},
    {"msm_secret_affine, scalars 0", run_sum_affine, SCALARS, ITEMS, 0, 1},
    {"from_uniform_affine, zeros", run_map_affine, BYTES, 2 * ITEMS, 0, 2},
    {"lists of scalars, zeros", run_lists, BYTES, 2 * ITEMS, 0, 2},
    {"lists of scalars, ones", run_lists, BYTES, 2 * ITEMS, 0xff, 2},
    {"add, doubling", run_add, ELEMENTS, 2 * ITEMS, -1, 4},
    {"sub, to the identity", run_sub, ELEMENTS, 2 * ITEMS, -1, 4},
    {"validate", run_validate, ELEMENTS, ITEMS, -1, 4},
    {"from_uniform, zeros", run_map, BYTES, 2 * ITEMS, 0, 2},
    {"from_uniform, ones", run_map, BYTES, 2 * ITEMS, 0xff, 2},
    {"scalar functions, zeros", run_scalars, BYTES, 2, 0, 2},
    {"scalar functions, ones", run_scalars, BYTES, 2, 0xff, 2},
};
#define TARGET_COUNT (sizeof TARGETS / sizeof TARGETS[0])

static void prepare(void) {
    static uint8_t uniform[POOL][64];
    random_bytes(uniform, sizeof uniform);
    sidos_r255_from_uniform_batch(pool_elements[0], uniform[0], POOL);
    for (size_t i = 0; i < POOL; i++) {
        random_bytes(uniform[i], 64);
        sidos_r255_scalar_reduce64(pool_scalars[i], uniform[i]);
    }
    memcpy(fixed_elements, pool_elements, sizeof fixed_elements);
    memcpy(capsules, pool_elements, sizeof capsules);
    sidos_r255_from_uniform_affine_batch(affine[0], uniform[0], ITEMS);
    memcpy(scalar, pool_scalars, sizeof scalar);
    memcpy(scalars, pool_scalars, sizeof scalars);
    memset(planted, PLANTED.fill, sizeof planted);
    table = new_table(pool_elements[7]);
}

/// Writes the secret of one measurement. Both classes do the same work here and take the same branches, since the
/// processor would remember those when it predicts the branches measured.
static void fill_secret(uint8_t *secret, const target *t, int is_random) {
    const volatile uint8_t mask = (uint8_t)-is_random;
    uint8_t fixed[32], bytes[32];
    for (size_t i = 0; i < t->items; i++) {
        const size_t pick = random_below(POOL);
        random_bytes(bytes, 32);
        memset(fixed, t->fill, 32);
        if (t->kind == SCALARS) {
            memcpy(bytes, pool_scalars[pick], 32);
            fixed[31] &= 0x0f;
        } else if (t->kind == ELEMENTS) {
            memcpy(bytes, pool_elements[pick], 32);
            memcpy(fixed, pool_elements[0], 32);
        }
        for (size_t k = 0; k < 32; k++) secret[32 * i + k] = (uint8_t)(fixed[k] ^ ((fixed[k] ^ bytes[k]) & mask));
    }
}

// MARK: Statistics

typedef struct {
    double count, mean, squares;
} moments;

static void add_value(moments *m, double x) {
    m->count += 1;
    const double delta = x - m->mean;
    m->mean += delta / m->count;
    m->squares += delta * (x - m->mean);
}

/// Standard error of the difference of two means; 0 where a class is too small to say.
static double standard_error(const moments m[2]) {
    if (m[0].count < 1000 || m[1].count < 1000) return 0;
    return sqrt(m[0].squares / (m[0].count - 1) / m[0].count + m[1].squares / (m[1].count - 1) / m[1].count);
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct {
    double t, median, noticed;  // the largest |t|; ticks
} verdict;

static void take(verdict *v, const moments m[2], int is_time) {
    const double error = standard_error(m);
    if (error <= 0) {
        // A class of one value only differs beyond doubt from a class of another.
        if (m[0].count >= 1000 && m[1].count >= 1000 && m[0].mean != m[1].mean) v->t = HUGE_VAL;
        return;
    }
    const double t = fabs(m[0].mean - m[1].mean) / error;
    if (t > v->t) v->t = t;
    if (is_time && LEAK * error < v->noticed) v->noticed = LEAK * error;
}

static verdict judge(const double *times, const uint8_t *classes, size_t count) {
    double *const sorted = allocate(count * sizeof *sorted);
    memcpy(sorted, times, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_value);
    verdict v = {0, sorted[count / 2], HUGE_VAL};
    // Crop 0 keeps all but the slowest 10⁻⁴; the others, dudect's percentiles 1 − 2^(−10(i+1)/CROPS).
    double crop_at[CROPS + 1];
    crop_at[0] = sorted[count - 1 - count / 10000];
    for (int k = 0; k < CROPS; k++)
        crop_at[k + 1] = sorted[(size_t)((double)count * (1 - pow(0.5, 10.0 * (k + 1) / CROPS)))];
    free(sorted);
    moments all[2] = {{0}};
    for (int k = 0; k <= CROPS; k++) {
        moments m[2] = {{0}};
        for (size_t i = 0; i < count; i++)
            if (times[i] <= crop_at[k]) add_value(&m[classes[i]], times[i]);
        take(&v, m, 1);
        if (k == 0) memcpy(all, m, sizeof all);
    }
    moments second[2] = {{0}};
    for (size_t i = 0; i < count; i++) {
        const double deviation = times[i] - all[classes[i]].mean;
        if (times[i] <= crop_at[0]) add_value(&second[classes[i]], deviation * deviation);
    }
    take(&v, second, 0);
    return v;
}

static verdict measure(const target *t, size_t count) {
    double *const times = allocate(count * sizeof *times);
    uint8_t *const classes = allocate(count), secret[SECRET_BYTES];
    const size_t warm_up = 200;
    for (size_t i = 0; i < count + warm_up; i++) {
        const int is_random = (int)(random64() >> 63);
        fill_secret(secret, t, is_random);
        const uint64_t start = ticks();
        sink = t->run(secret);
        const uint64_t stop = ticks();
        if (i < warm_up) continue;
        times[i - warm_up] = (double)(stop - start);
        classes[i - warm_up] = (uint8_t)is_random;
    }
    const verdict v = judge(times, classes, count);
    free(times);
    free(classes);
    return v;
}

/// Measures up to REPETITIONS times; the verdict is that of the measurement with the smallest |t|.
static verdict measure_until_clear(const target *t, size_t count) {
    verdict best = {HUGE_VAL, 0, 0};
    for (int i = 0; i < REPETITIONS && best.t >= SUSPICIOUS; i++) {
        const verdict v = measure(t, count * t->measurements_times);
        printf("timing: %-34s |t| %6.2f, median %9.0f ticks, a leak would be %7.1f ticks%s\n", t->name, v.t, v.median,
               v.noticed,
               v.t >= LEAK         ? "  LEAK?"
               : v.t >= SUSPICIOUS ? "  suspicious"
                                   : "");
        if (i == 0 || v.t < best.t) best = v;
    }
    return best;
}

int main(int argc, char **argv) {
    const char *const backend = require_backend();
    const size_t count = count_argument(argc, argv, 1, 80000);
    if (count < 10000) {
        fprintf(stderr, "timing: at least 10000 measurements, or the test has no power\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    prepare();
    if (measure_until_clear(&PLANTED, count).t < LEAK) {
        fprintf(stderr, "FAILED: timing, the planted leak was not found\n");
        return 1;
    }
    int leaks = 0, suspicions = 0;
    for (size_t i = 0; i < TARGET_COUNT; i++) {
        const double t = measure_until_clear(&TARGETS[i], count).t;
        leaks += t >= LEAK;
        suspicions += t >= SUSPICIOUS && t < LEAK;
        if (t >= LEAK)
            fprintf(stderr, "FAILED: timing, %s; backend %s, count %d: |t| ≥ %.2f in %d measurements\n",
                    TARGETS[i].name, backend, ITEMS, t, REPETITIONS);
    }
    free(table);
    printf("timing: %zu secrets, %d leaks, %d suspicions, backend %s\n", TARGET_COUNT, leaks, suspicions, backend);
    return leaks == 0 ? 0 : 1;
}
