// Runs every function with its secrets marked undefined, under valgrind's memcheck, which then reports each branch or
// address that depends on them:
//
//   clang -O3 -g -DSIDOS_R255_MEMCHECK -ISources/CRistretto/include -o constant_time \
//         Sources/CRistretto/*.c Tests/CRistretto/constant_time.c -lpthread
//   SIDOS_R255_BACKEND=portable valgrind --error-exitcode=1 ./constant_time
//
// Status 77 says that valgrind's processor cannot run the backend: valgrind 3.19 knows AVX2 but not AVX-512.
//
// With an argument, the program instead branches on a secret on purpose: memcheck must then fail, which shows that the
// instrument works. Elements are secret too; only their validity is published (SIDOS_R255_PUBLISH).
#include <valgrind/memcheck.h>

#include "support.h"

#define COUNT 67

static void secret(void *memory, size_t byte_count) { (void)VALGRIND_MAKE_MEM_UNDEFINED(memory, byte_count); }
static void public(void *memory, size_t byte_count) { (void)VALGRIND_MAKE_MEM_DEFINED(memory, byte_count); }

static void require(int condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "constant_time: %s failed\n", what);
    exit(2);
}

int main(int argc, char **argv) {
    (void)argv;
    static uint8_t uniform[COUNT * 64], elements[COUNT * 32], others[COUNT * 32], scalars[COUNT * 32], rhos[COUNT * 32],
        out[COUNT * 64], secrets[COUNT * 32], capsules[COUNT * 64], affine[COUNT * 64], sums[(COUNT + 1) * 64];
    require(RUNNING_ON_VALGRIND, "running under valgrind");
    const char *const backend = require_backend();
    random_bytes(uniform, sizeof uniform);
    for (size_t i = 0; i < COUNT; i++) {
        sidos_r255_scalar_reduce64(scalars + 32 * i, uniform + 64 * i);
        sidos_r255_scalar_negate(rhos + 32 * i, scalars + 32 * i);
    }
    // Awkward scalars: 0, 1, l − 1.
    memset(scalars, 0, 64);
    scalars[32] = 1;
    sidos_r255_scalar_negate(scalars + 64, scalars + 32);

    secret(uniform, sizeof uniform);
    require(sidos_r255_from_uniform_batch(elements, uniform, COUNT) == COUNT, "from_uniform");
    sidos_r255_scalar_reduce64(out, uniform);
    secret(rhos, sizeof rhos);
    require(sidos_r255_base_mul_batch(others, rhos, COUNT) == COUNT, "base_mul");
    require(sidos_r255_validate_batch(elements, COUNT) == COUNT, "validate");
    require(sidos_r255_mul_batch(out, elements, scalars + 64, COUNT) == COUNT, "mul");
    secret(scalars, sizeof scalars);
    for (size_t i = 0; i < 4; i++)
        require(sidos_r255_mul_batch(out, elements, scalars + 32 * i, COUNT) == COUNT, "mul");
    require(sidos_r255_add_batch(out, elements, others, COUNT) == COUNT, "add");
    require(sidos_r255_sub_batch(out, elements, elements, COUNT) == COUNT, "sub");

    void *const table = aligned_alloc(64, (sidos_r255_table_byte_count() + 63) / 64 * 64);
    require(table != NULL, "aligned_alloc");
    require(sidos_r255_table_init(table, elements), "table_init");
    require(sidos_r255_seal_batch(capsules, secrets, scalars, rhos, table, COUNT) == COUNT, "seal");
    // The first capsules hold an identity where a scalar was 0, so they are not re-randomised.
    require(sidos_r255_rerandomize_batch(out, capsules + 64, scalars + 32, table, COUNT - 1) == COUNT - 1,
            "rerandomize");
    require(sidos_r255_double_base_mul_batch(out, scalars, rhos, table, COUNT) == COUNT, "double_base_mul");
    require(sidos_r255_from_uniform_affine_batch(affine, uniform, COUNT) == COUNT, "from_uniform_affine");
    require(sidos_r255_base_mul_add_affine_batch(out, scalars, affine, COUNT) == COUNT, "base_mul_add_affine");
    // Two elements an item, then one, with full and part-filled bunches and passes.
    for (size_t count = 1; count <= COUNT; count += 11) {
        require(sidos_r255_msm_secret(out, scalars, capsules + 64, 64, 2, count - 1) == count - 1, "msm_secret");
        require(sidos_r255_msm_secret(out, scalars, elements, 32, 1, count) == count, "msm_secret");
        require(sidos_r255_msm_secret_affine(out, scalars, affine, count) == count, "msm_secret_affine");
    }
    sidos_r255_scalar_reduce64_batch(out, uniform, COUNT);
    sidos_r255_scalar_mul_add_batch(out, out, rhos, scalars, COUNT);
    sidos_r255_scalar_mul_add_batch(out, out, rhos, NULL, COUNT);
    sidos_r255_scalar_scale_add_batch(out, out, rhos, scalars, COUNT);
    sidos_r255_scalar_inner_product(out, out, rhos, COUNT);
    sidos_r255_scalar_inner_product(out, scalars, NULL, COUNT);
    memcpy(sums, scalars + 96, 32);
    memcpy(sums + 32 * (COUNT + 1), scalars + 128, 32);
    sidos_r255_scalar_recurrence(sums, sums + 32 * (COUNT + 1), rhos, scalars, COUNT);
    uint8_t scalar[32];
    sidos_r255_scalar_mul_add(scalar, scalars + 96, rhos, rhos + 32);
    sidos_r255_scalar_invert(scalar, scalar);
    sidos_r255_scalar_negate(scalar, scalar);
    int canonical = sidos_r255_scalar_is_canonical(scalar);
    public(&canonical, sizeof canonical);
    require(canonical, "is_canonical");
    if (argc > 1 && scalar[0] & 1) puts("branched on a secret");
    free(table);
    printf("constant_time: every function ran with secrets undefined, backend %s\n", backend);
    return 0;
}
