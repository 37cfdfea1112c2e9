// Lists of scalars against libsodium: awkward and random values, all overlaps that the header allows, nothing written
// beside the output.
//
//   clang -O2 -ISources/CRistretto/include -o scalars Sources/CRistretto/*.c Tests/CRistretto/scalars.c \
//         -lsodium -lgmp -lpthread
//   ./scalars [ROUNDS]
#include "awkward.h"

#define MOST 300
#define GUARD 32
#define GUARD_BYTE 0xa5

static uint8_t a[MOST][32], b[MOST][32], c[MOST][32], wide[MOST][64];

/// Memory for `count` scalars with guards around, filled with them if given.
static uint8_t *guarded(const uint8_t (*from)[32], size_t count) {
    uint8_t *const memory = allocate(32 * count + 2 * GUARD);
    memset(memory, GUARD_BYTE, 32 * count + 2 * GUARD);
    if (from != NULL) memcpy(memory + GUARD, from, 32 * count);
    return memory + GUARD;
}

/// Compares and frees it.
static void judge(const char *function, const char *what, uint8_t *out, const uint8_t (*want)[32], size_t count) {
    for (size_t i = 0; i < count; i++) require_same(function, what, count, i, out + 32 * i, want[i], 32);
    for (size_t i = 0; i < GUARD; i++)
        if ((out - GUARD)[i] != GUARD_BYTE || out[32 * count + i] != GUARD_BYTE)
            fail(function, "bytes beside the output changed", count, i);
    free(out - GUARD);
}

static void multiply_add(uint8_t out[32], const uint8_t x[32], const uint8_t y[32], const uint8_t z[32]) {
    uint8_t reduced[3][32];
    oracle_reduce(reduced[0], x), oracle_reduce(reduced[1], y), oracle_reduce(reduced[2], z);
    crypto_core_ristretto255_scalar_mul(out, reduced[0], reduced[1]);
    crypto_core_ristretto255_scalar_add(out, out, reduced[2]);
}

/// out[i] = a[i]·b[i] + c[i], into memory of its own and over each argument; `scale`: with a[0] alone; `none`: without
/// c.
static void check_multiply_add(size_t count, int scale, int none) {
    static const uint8_t zero[32];
    const char *const name = scale ? "scalar_scale_add_batch" : "scalar_mul_add_batch";
    static uint8_t want[MOST][32];
    for (size_t i = 0; i < count; i++) multiply_add(want[i], a[scale ? 0 : i], b[i], none ? zero : c[i]);
    for (int over = 0; over < (none ? 3 : 4); over++) {
        // 1: over a, where that is a list; a factor of its own is read before anything is written
        if (over == 1 && scale && count == 0) continue;
        uint8_t *const x = guarded(a, scale ? (over == 1 ? count : 1) : count), *const y = guarded(b, count),
                       *const z = guarded(c, count), *const fresh = guarded(NULL, count);
        uint8_t *const outs[] = {fresh, x, y, z}, *const out = outs[over];
        if (scale) sidos_r255_scalar_scale_add_batch(out, x, y, none ? NULL : z, count);
        else sidos_r255_scalar_mul_add_batch(out, x, y, none ? NULL : z, count);
        if (over != 1) judge(name, "an input", x, (const uint8_t(*)[32])a, scale ? 1 : count);
        if (over != 2) judge(name, "an input", y, (const uint8_t(*)[32])b, count);
        if (over != 3) judge(name, "an input", z, (const uint8_t(*)[32])c, count);
        judge(name, over == 0 ? "scalars" : "over an input", out, (const uint8_t(*)[32])want, count);
        if (over != 0) free(fresh - GUARD);
    }
}

static void check_sums(size_t count) {
    static const uint8_t one[32] = {1};
    uint8_t product[32] = {0}, sum[32] = {0};
    for (size_t i = 0; i < count; i++) {
        multiply_add(product, a[i], b[i], product);
        multiply_add(sum, a[i], one, sum);
    }
    uint8_t *out = guarded(NULL, 1);
    sidos_r255_scalar_inner_product(out, a[0], b[0], count);
    judge("scalar_inner_product", "scalars", out, (const uint8_t(*)[32])product, 1);
    out = guarded(NULL, 1);
    sidos_r255_scalar_inner_product(out, a[0], NULL, count);
    judge("scalar_inner_product", "ones", out, (const uint8_t(*)[32])sum, 1);
    if (count == 0) return;
    for (int over = 0; over < 2; over++) {
        uint8_t *const x = guarded(a, count), *const y = guarded(b, count);
        sidos_r255_scalar_inner_product(over == 0 ? x : y, x, y, count);
        require_same("scalar_inner_product", "over an input", count, 0, over == 0 ? x : y, product, 32);
        free(x - GUARD), free(y - GUARD);
    }
}

static void check_recurrence(size_t count) {
    static const uint8_t zero[32];
    static uint8_t sums[MOST + 1][32], products[MOST + 1][32];
    memcpy(sums[0], c[0], 32);
    memcpy(products[0], c[1], 32);
    for (size_t i = 0; i < count; i++) {
        multiply_add(sums[i + 1], b[i], sums[i], a[i]);
        multiply_add(products[i + 1], b[i], products[i], zero);
    }
    uint8_t *const s = guarded(NULL, count + 1), *const q = guarded(NULL, count + 1);
    memcpy(s, c[0], 32);
    memcpy(q, c[1], 32);
    sidos_r255_scalar_recurrence(s, q, a[0], b[0], count);
    judge("scalar_recurrence", "sums", s, (const uint8_t(*)[32])sums, count + 1);
    judge("scalar_recurrence", "products", q, (const uint8_t(*)[32])products, count + 1);
}

static void check_reduce(size_t count) {
    static uint8_t want[MOST][32];
    for (size_t i = 0; i < count; i++) crypto_core_ristretto255_scalar_reduce(want[i], wide[i]);
    uint8_t *const out = guarded(NULL, count);
    sidos_r255_scalar_reduce64_batch(out, wide[0], count);
    judge("scalar_reduce64_batch", "strings", out, (const uint8_t(*)[32])want, count);
}

static void check_all(size_t count) {
    for (int form = 0; form < 4; form++) check_multiply_add(count, form / 2, form % 2);
    check_sums(count);
    if (count < MOST) check_recurrence(count);
    check_reduce(count);
}

/// Numbers of 512 bits at which a fold or the last subtraction would go wrong: k·l + δ, k·2^252 + δ, runs of ones.
static list wide_values(void) {
    list values = {NULL, 64, 0, 0};
    mpz_t x, k;
    mpz_inits(x, k, NULL);
    for (mp_bitcnt_t bit = 0; bit <= 260; bit++)
        for (int form = 0; form < 4; form++)
            for (int delta = -2; delta <= 2; delta++) {
                mpz_set_ui(k, 0);
                mpz_setbit(k, bit);
                if (form % 2 == 1) mpz_sub_ui(k, k, 1);
                if (form < 2) mpz_mul(x, k, order);
                else mpz_mul_2exp(x, k, 252);
                if (delta < 0) mpz_sub_ui(x, x, (unsigned long)-delta);
                else mpz_add_ui(x, x, (unsigned long)delta);
                uint8_t bytes[72] = {0};
                if (mpz_sgn(x) < 0 || mpz_sizeinbase(x, 2) > 512) continue;
                mpz_export(bytes, NULL, -1, 1, 0, 0, x);
                append(&values, bytes, bytes + 32);
            }
    mpz_clears(x, k, NULL);
    return values;
}

int main(int argc, char **argv) {
    const size_t rounds = count_argument(argc, argv, 1, 300);
    oracle_start();
    set_constants();
    list awkward = awkward_scalars(), wides = wide_values();
    for (size_t first = 0; first < wides.count; first += MOST) {
        for (size_t i = 0; i < MOST; i++) memcpy(wide[i], item(&wides, first + i), 64);
        check_reduce(MOST);
    }
    for (size_t first = 0; first < awkward.count; first += MOST - 1) {
        for (size_t i = 0; i < MOST; i++) {
            memcpy(a[i], item(&awkward, first + i), 32);
            memcpy(b[i], item(&awkward, random_below(awkward.count)), 32);
            memcpy(c[i], item(&awkward, random_below(awkward.count)), 32);
        }
        check_all(MOST - 1);
    }
    memset(a, 0xff, sizeof a), memset(b, 0xff, sizeof b), memset(c, 0xff, sizeof c), memset(wide, 0xff, sizeof wide);
    check_all(MOST);
    for (size_t round = 0; round < rounds; round++) {
        random_bytes(a, sizeof a), random_bytes(b, sizeof b), random_bytes(c, sizeof c),
            random_bytes(wide, sizeof wide);
        check_all(round < 20 ? round : random_below(MOST + 1));
    }
    free(awkward.bytes), free(wides.bytes);
    mpz_clears(p, order, d, i_root, NULL);
    printf("scalars: %zu checks\n", check_count);
    return 0;
}
