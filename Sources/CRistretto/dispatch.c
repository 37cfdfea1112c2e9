// The public batch functions: choose the backend once, cut batches into groups, zero the output of a failed batch.
#include <pthread.h>
#include <stdlib.h>

#include "CRistretto.h"
#include "backend.h"
#include "scalar.h"
#include "secrecy.h"

// Best first.
static const sidos_r255_backend_table *const BACKENDS[] = {
#if defined(__x86_64__)
    &sidos_r255_ifma,
    &sidos_r255_avx2,
#endif
    &sidos_r255_portable,
};
#define BACKEND_COUNT (sizeof BACKENDS / sizeof BACKENDS[0])

// Written once under `selection`, read-only afterwards.
static pthread_once_t selection = PTHREAD_ONCE_INIT;
static const sidos_r255_backend_table *selected;
static _Alignas(SIDOS_R255_TABLE_ALIGNMENT) unsigned char generator_table[SIDOS_R255_TABLE_BYTES];

static int try_backend(const sidos_r255_backend_table *backend) {
    if (!backend->is_supported() || !backend->table_init(generator_table, sidos_r255_generator)) return 0;
    if (!sidos_r255_backend_passes(backend, generator_table)) return 0;
    selected = backend;
    return 1;
}

static void select_backend(void) {
    const char *const wanted = getenv("SIDOS_R255_BACKEND");
    for (size_t i = 0; wanted != NULL && i < BACKEND_COUNT; i++)
        if (strcmp(wanted, BACKENDS[i]->name) == 0 && try_backend(BACKENDS[i])) return;
    for (size_t i = 0; i < BACKEND_COUNT; i++)
        if (try_backend(BACKENDS[i])) return;
}

/// The backend in use, or NULL when none passed its self-test.
static const sidos_r255_backend_table *backend_in_use(void) {
    if (pthread_once(&selection, select_backend) != 0) return NULL;
    return selected;
}

const char *sidos_r255_backend(void) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    return backend != NULL ? backend->name : "none";
}

int sidos_r255_self_test(void) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    return backend != NULL && sidos_r255_backend_passes(backend, generator_table);
}

static inline size_t group_count(size_t done, size_t count) {
    return count - done < SIDOS_R255_GROUP ? count - done : SIDOS_R255_GROUP;
}

static size_t fail(uint8_t *out, size_t byte_count, size_t index) {
    if (byte_count != 0) sidos_wipe(out, byte_count);
    return index;
}

static void halve_all(uint8_t *halves, const uint8_t *scalars, size_t count) {
    for (size_t i = 0; i < count; i++) sidos_r255_scalar_halve(halves + 32 * i, scalars + 32 * i);
}

size_t sidos_r255_mul_batch(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 32 * count, 0);
    uint8_t half[32];
    sidos_r255_scalar_halve(half, scalar);
    size_t done = 0;
    while (done < count) {
        const size_t n = group_count(done, count), valid = backend->mul(out + 32 * done, in + 32 * done, half, n);
        done += valid;
        if (valid != n) break;
    }
    sidos_wipe(half, sizeof half);
    return done == count ? count : fail(out, 32 * count, done);
}

size_t sidos_r255_from_uniform_batch(uint8_t *out, const uint8_t *in64, size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 32 * count, 0);
    for (size_t done = 0, n; done < count; done += n) {
        n = group_count(done, count);
        backend->from_uniform(out + 32 * done, in64 + 64 * done, n);
    }
    return count;
}

size_t sidos_r255_from_uniform_mul_batch(uint8_t *out, const uint8_t *in64, const uint8_t scalar[32], size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 32 * count, 0);
    uint8_t half[32];
    sidos_r255_scalar_halve(half, scalar);
    for (size_t done = 0, n; done < count; done += n) {
        n = group_count(done, count);
        backend->from_uniform_mul(out + 32 * done, in64 + 64 * done, half, n);
    }
    sidos_wipe(half, sizeof half);
    return count;
}

size_t sidos_r255_base_mul_batch(uint8_t *out, const uint8_t *scalars, size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 32 * count, 0);
    uint8_t halves[32 * SIDOS_R255_GROUP];
    for (size_t done = 0, n; done < count; done += n) {
        n = group_count(done, count);
        halve_all(halves, scalars + 32 * done, n);
        backend->table_mul(out + 32 * done, halves, generator_table, n);
    }
    sidos_wipe(halves, sizeof halves);
    return count;
}

size_t sidos_r255_from_uniform_affine_batch(uint8_t *out64, const uint8_t *in64, size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out64, 64 * count, 0);
    for (size_t done = 0, n; done < count; done += n) {
        n = group_count(done, count);
        backend->from_uniform_affine(out64 + 64 * done, in64 + 64 * done, n);
    }
    return count;
}

size_t sidos_r255_base_mul_add_affine_batch(uint8_t *out, const uint8_t *scalars, const uint8_t *affine64,
                                            size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 32 * count, 0);
    uint8_t halves[32 * SIDOS_R255_GROUP];
    size_t done = 0;
    while (done < count) {
        const size_t n = group_count(done, count);
        halve_all(halves, scalars + 32 * done, n);
        const size_t valid = backend->table_mul_add_affine(out + 32 * done, halves, affine64 + 64 * done,
                                                           generator_table, n);
        done += valid;
        if (valid != n) break;
    }
    sidos_wipe(halves, sizeof halves);
    return done == count ? count : fail(out, 32 * count, done);
}

size_t sidos_r255_double_base_mul_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, const void *table,
                                        size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 32 * count, 0);
    uint8_t half_a[32 * SIDOS_R255_GROUP], half_b[32 * SIDOS_R255_GROUP];
    for (size_t done = 0, n; done < count; done += n) {
        n = group_count(done, count);
        halve_all(half_a, a + 32 * done, n);
        halve_all(half_b, b + 32 * done, n);
        backend->double_table_mul(out + 32 * done, half_a, half_b, generator_table, table, n);
    }
    sidos_wipe(half_a, sizeof half_a);
    sidos_wipe(half_b, sizeof half_b);
    return count;
}

static size_t add_or_subtract(uint8_t *out, const uint8_t *a, const uint8_t *b, int subtract, size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 32 * count, 0);
    for (size_t done = 0; done < count;) {
        const size_t n = group_count(done, count);
        const size_t valid = backend->add(out + 32 * done, a + 32 * done, b + 32 * done, subtract, n);
        done += valid;
        if (valid != n) return fail(out, 32 * count, done);
    }
    return count;
}

size_t sidos_r255_add_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count) {
    return add_or_subtract(out, a, b, 0, count);
}

size_t sidos_r255_sub_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count) {
    return add_or_subtract(out, a, b, 1, count);
}

size_t sidos_r255_validate_batch(const uint8_t *in, size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return 0;
    for (size_t done = 0; done < count;) {
        const size_t n = group_count(done, count), valid = backend->validate(in + 32 * done, n);
        done += valid;
        if (valid != n) return done;
    }
    return count;
}

size_t sidos_r255_msm_secret(uint8_t *out, const uint8_t *scalars, const uint8_t *items, size_t stride, size_t width,
                             size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 32 * width, 0);
    size_t valid = count;
    // Once an item is known to be invalid, only those before it are of interest.
    for (size_t m = 0; m < width; m++)
        valid = backend->sum(out + 32 * m, scalars, items + 32 * m, stride, SIDOS_R255_ENCODED, valid);
    return valid == count ? count : fail(out, 32 * width, valid);
}

size_t sidos_r255_msm_secret_affine(uint8_t out[32], const uint8_t *scalars, const uint8_t *affine64, size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 32, 0);
    const size_t valid = backend->sum(out, scalars, affine64, 64, SIDOS_R255_AFFINE, count);
    return valid == count ? count : fail(out, 32, valid);
}

/// Apart from its caller, so that only the want of memory takes so much stack.
static __attribute__((noinline)) size_t msm_on_stack(const sidos_r255_backend_table *backend, uint8_t out[32],
                                                     const sidos_r255_msm_input *input) {
    _Alignas(64) unsigned char scratch[SIDOS_R255_MSM_LEAST];
    return backend->msm(out, input, scratch, sizeof scratch);
}

/// A public sum for each of the `width` elements with which every item begins; `out` and `sums` as in the header.
static size_t msm_items(uint8_t *out, uint8_t *sums, sidos_r255_msm_input input, size_t width) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    const size_t count = input.count;
    if (backend == NULL) {
        if (sums != NULL) (void)fail(sums, 32 * width, 0);
        return fail(out, 32 * width, 0);
    }
    size_t size = backend->msm_scratch_size(input.scalar_byte_count, count);
    void *scratch = aligned_alloc(64, size);
    while (scratch == NULL && size > 2 * SIDOS_R255_MSM_LEAST) {
        size = size / 128 * 64;
        scratch = aligned_alloc(64, size);
    }
    // Once an item is known to be invalid, only those before it are of interest.
    for (size_t m = 0; m < width; m++, input.points += 32) {
        input.plain = sums != NULL ? sums + 32 * m : NULL;
        input.count = scratch != NULL ? backend->msm(out + 32 * m, &input, scratch, size)
                                      : msm_on_stack(backend, out + 32 * m, &input);
    }
    free(scratch);
    if (input.count == count) return count;
    if (sums != NULL) (void)fail(sums, 32 * width, 0);
    return fail(out, 32 * width, input.count);
}

size_t sidos_r255_msm_vartime(uint8_t out[32], const uint8_t *scalars16, const uint8_t *points, size_t count) {
    return sidos_r255_msm_items_vartime(out, NULL, scalars16, points, 32, 1, count);
}

size_t sidos_r255_msm_items_vartime(uint8_t *out, uint8_t *sums, const uint8_t *scalars16, const uint8_t *items,
                                    size_t stride, size_t width, size_t count) {
    const sidos_r255_msm_input input = {scalars16, items, 16, stride, SIDOS_R255_ENCODED, count, NULL};
    return msm_items(out, sums, input, width);
}

size_t sidos_r255_msm_wide_vartime(uint8_t *out, uint8_t *sums, const uint8_t *scalars, const uint8_t *items,
                                   size_t stride, size_t width, size_t count) {
    const sidos_r255_msm_input input = {scalars, items, 32, stride, SIDOS_R255_ENCODED, count, NULL};
    return msm_items(out, sums, input, width);
}

size_t sidos_r255_msm_wide_affine_vartime(uint8_t out[32], uint8_t *sum, const uint8_t *scalars,
                                          const uint8_t *affine64, size_t count) {
    const sidos_r255_msm_input input = {scalars, affine64, 32, 64, SIDOS_R255_AFFINE, count, NULL};
    return msm_items(out, sum, input, 1);
}

size_t sidos_r255_table_byte_count(void) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    return backend != NULL ? backend->table_byte_count : SIDOS_R255_TABLE_ALIGNMENT;
}

int sidos_r255_table_init(void *table, const uint8_t y[32]) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return (int)fail(table, SIDOS_R255_TABLE_ALIGNMENT, 0);
    return backend->table_init(table, y);
}

size_t sidos_r255_rerandomize_batch(uint8_t *out, const uint8_t *in, const uint8_t *scalars, const void *table,
                                    size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) return fail(out, 64 * count, 0);
    uint8_t halves[32 * SIDOS_R255_GROUP];
    size_t done = 0;
    while (done < count) {
        const size_t n = group_count(done, count);
        halve_all(halves, scalars + 32 * done, n);
        const size_t valid = backend->rerandomize(out + 64 * done, in + 64 * done, halves, generator_table, table, n);
        done += valid;
        if (valid != n) break;
    }
    sidos_wipe(halves, sizeof halves);
    return done == count ? count : fail(out, 64 * count, done);
}

size_t sidos_r255_seal_batch(uint8_t *capsules_out, uint8_t *secrets_out, const uint8_t *sigmas, const uint8_t *rhos,
                             const void *table, size_t count) {
    const sidos_r255_backend_table *const backend = backend_in_use();
    if (backend == NULL) {
        (void)fail(secrets_out, 32 * count, 0);
        return fail(capsules_out, 64 * count, 0);
    }
    uint8_t half_sigmas[32 * SIDOS_R255_GROUP], half_rhos[32 * SIDOS_R255_GROUP];
    for (size_t done = 0, n; done < count; done += n) {
        n = group_count(done, count);
        halve_all(half_sigmas, sigmas + 32 * done, n);
        halve_all(half_rhos, rhos + 32 * done, n);
        backend->seal(capsules_out + 64 * done, secrets_out + 32 * done, half_sigmas, half_rhos, generator_table, table,
                      n);
    }
    sidos_wipe(half_sigmas, sizeof half_sigmas);
    sidos_wipe(half_rhos, sizeof half_rhos);
    return count;
}
