// Elements in affine form. What the one-way map gives in this form are points of the curve twice which are libsodium's
// elements; other points of the same element do as well; what is no such point is refused at every position. Multiples
// of G added to them, and sums of multiples, secret and public.
//
//   clang -O2 -ISources/CRistretto -ISources/CRistretto/include -o affine Sources/CRistretto/*.c \
//         Tests/CRistretto/affine.c -lsodium -lgmp -lpthread
//   SIDOS_R255_BACKEND=portable ./affine [STEP]
//
// With a STEP only every STEP-th of the counts is tried, for builds that are slow.
#include "affine_reference.h"

#define MOST 260
#define GUARD_BYTE 0xa5

static uint8_t points[MOST][64], elements[MOST][32], scalars[MOST][32];

// MARK: Runs, on copies that end where their memory ends

typedef enum { ADD, SECRET, PUBLIC, PUBLIC_PLAIN } kind;
static const char *const NAMES[] = {"base_mul_add_affine", "msm_secret_affine", "msm_wide_affine_vartime",
                                    "msm_wide_affine_vartime"};

/// Runs a function on the first `count` points and scalars and judges all but the results.
static void run(kind k, const char *what, size_t count, size_t want, uint8_t *out, uint8_t sum[32]) {
    const size_t shift = random_below(9), out_bytes = k == ADD ? 32 * count : 32;
    uint8_t *const scalar_memory = allocate(shift + 32 * count), *const point_memory = allocate(shift + 64 * count);
    uint8_t *const out_memory = allocate(out_bytes + 64), guarded[96];
    memcpy(scalar_memory + shift, scalars, 32 * count);
    memcpy(point_memory + shift, points, 64 * count);
    memset(out_memory, GUARD_BYTE, out_bytes + 64);
    memset(guarded, GUARD_BYTE, sizeof guarded);
    const uint8_t *const s = scalar_memory + shift, *const p = point_memory + shift;
    uint8_t *const o = out_memory + 31, *const plain = k == PUBLIC_PLAIN ? guarded + 31 : NULL;
    const size_t returned = k == ADD      ? sidos_r255_base_mul_add_affine_batch(o, s, p, count)
                            : k == SECRET ? sidos_r255_msm_secret_affine(o, s, p, count)
                                          : sidos_r255_msm_wide_affine_vartime(o, plain, s, p, count);
    require_returned(NAMES[k], what, count, returned, want);
    for (size_t i = 0; i < out_bytes + 64; i++)
        if ((i < 31 || i >= 31 + out_bytes) && out_memory[i] != GUARD_BYTE)
            fail(NAMES[k], "bytes beside the output changed", count, i);
    for (size_t i = 0; i < sizeof guarded; i++)
        if ((i < 31 || i >= 63 || plain == NULL) && guarded[i] != GUARD_BYTE)
            fail(NAMES[k], "bytes beside the plain sum changed", count, i);
    if (memcmp(s, scalars, 32 * count) != 0 || memcmp(p, points, 64 * count) != 0)
        fail(NAMES[k], "an input changed", count, 0);
    memcpy(out, o, out_bytes);
    if (plain != NULL) memcpy(sum, plain, 32);
    free(scalar_memory), free(point_memory), free(out_memory);
}

/// Every function over the first `count` points, whose elements are known.
static void check_all(const char *what, size_t count) {
    static uint8_t out[MOST][32];
    uint8_t want[32], product[32], sum[32] = {0}, plain[32] = {0}, got[32];
    run(ADD, what, count, count, out[0], NULL);
    for (size_t i = 0; i < count; i++) {
        oracle_base_mul(product, scalars[i]);
        oracle_add(want, elements[i], product);
        require_same(NAMES[ADD], what, count, i, out[i], want, 32);
        if (sodium_is_zero(elements[i], 32)) continue;
        oracle_mul(product, elements[i], scalars[i]);
        oracle_add(sum, sum, product);
        oracle_add(plain, plain, elements[i]);
    }
    run(SECRET, what, count, count, out[0], NULL);
    require_same(NAMES[SECRET], what, count, 0, out[0], sum, 32);
    run(PUBLIC, what, count, count, out[0], NULL);
    require_same(NAMES[PUBLIC], what, count, 0, out[0], sum, 32);
    run(PUBLIC_PLAIN, what, count, count, out[0], got);
    require_same(NAMES[PUBLIC], what, count, 0, out[0], sum, 32);
    require_same(NAMES[PUBLIC], "plain sum", count, 0, got, plain, 32);
}

// MARK: Sections

/// Points of mapped strings, awkward and random ones.
static void check_map(void) {
    list halves = map_halves(), strings = {NULL, 64, 0, 0};
    for (size_t i = 0; i < halves.count; i++)
        for (size_t j = 0; j < halves.count; j++) append(&strings, item(&halves, i), item(&halves, j));
    for (int i = 0; i < 2000; i++) {
        uint8_t string[64];
        random_bytes(string, 64);
        append(&strings, string, string + 32);
    }
    size_t identities = 0;
    for (size_t done = 0, n; done < strings.count; done += n) {
        static uint8_t out[MOST][32];
        n = 1 + random_below(MOST);
        if (n > strings.count - done) n = strings.count - done;
        uint8_t *const guarded = allocate(64 * n + 64), *const made = guarded + 32;
        memset(guarded, GUARD_BYTE, 64 * n + 64);
        require_returned("from_uniform_affine", "strings", n,
                         sidos_r255_from_uniform_affine_batch(made, item(&strings, done), n), n);
        for (size_t i = 0; i < 32; i++)
            if (guarded[i] != GUARD_BYTE || made[64 * n + i] != GUARD_BYTE)
                fail("from_uniform_affine", "bytes beside the output changed", n, i);
        memcpy(points, made, 64 * n);
        memset(scalars, 0, sizeof scalars);
        run(ADD, "mapped strings", n, n, out[0], NULL);
        for (size_t i = 0; i < n; i++) {
            uint8_t want[32];
            oracle_map(want, item(&strings, done + i));
            identities += (size_t)sodium_is_zero(want, 32);
            require_same("from_uniform_affine", "twice the point", n, i, out[i], want, 32);
            if (!reference_is_valid(points[i])) fail("from_uniform_affine", "no point of the curve", n, i);
        }
        free(guarded);
    }
    if (identities < 10) fail("the test itself", "few strings map to the identity", strings.count, identities);
    free(halves.bytes), free(strings.bytes);
}

static void draw_points(size_t count) {
    uint8_t uniform[64];
    for (size_t i = 0; i < count; i++) {
        random_bytes(uniform, 64);
        oracle_map(elements[i], uniform);
        (void)sidos_r255_from_uniform_affine_batch(points[i], uniform, 1);
    }
}

static void draw_scalars(size_t count, const list *awkward, unsigned pattern) {
    for (size_t i = 0; i < count; i++) {
        random_bytes(scalars[i], 32);
        if (pattern == 1) memcpy(scalars[i], item(awkward, random_below(awkward->count)), 32);
        if (pattern == 2) memcpy(scalars[i], scalars[0], 32);
    }
}

/// Other points of the same elements, differing by 8-torsion, and points of the identity.
static void check_torsion(size_t count, const list *awkward) {
    draw_points(count);
    for (size_t i = 0; i < count; i++) {
        if (i % 5 == 4) {
            memset(elements[i], 0, 32);
            reference_torsion(points[i], (unsigned)(i / 5 % 8));
        } else {
            reference_add_torsion(points[i], (unsigned)(i % 8));
        }
    }
    for (unsigned pattern = 0; pattern < 3; pattern++) {
        draw_scalars(count, awkward, pattern);
        check_all("points that differ by torsion", count);
    }
}

static void check_relations(size_t count, const list *awkward) {
    static const uint8_t zero[32];
    draw_points(1);
    for (size_t i = 1; i < count; i++) {
        memcpy(points[i], points[0], 64);
        memcpy(elements[i], elements[0], 32);
        if (i % 2 == 0) continue;
        reference_negate(points[i]);
        oracle_sub(elements[i], zero, elements[0]);
    }
    for (unsigned pattern = 0; pattern < 3; pattern++) {
        draw_scalars(count, awkward, pattern);
        check_all("opposite points", count);
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(points[i], points[0], 64);
        memcpy(elements[i], elements[0], 32);
    }
    check_all("equal points", count);
}

/// Bytes that are no point, near those that are one, and at random: the kernel's answer is GMP's.
static void check_bytes(const list *values) {
    size_t valid_count = 0, checked = 0;
    draw_points(1);
    for (size_t i = 0; i < values->count; i++)
        for (int form = 0; form < 5; form++) {
            uint8_t bytes[64], out[32];
            memcpy(bytes, points[0], 64);
            memcpy(bytes + (form == 1 ? 32 : 0), item(values, i), 32);
            if (form >= 2) {
                // A y of the curve for this x, or an x for this y, if there is one; also with the same less p.
                memcpy(bytes + 32, item(values, i), 32);
                (void)reference_complete(bytes, form % 2);
            }
            if (form == 4) reference_add_p(bytes + 32 * (i % 2));
            const int valid = reference_is_valid(bytes);
            valid_count += (size_t)valid;
            memset(scalars, 0, 32);
            require_returned("base_mul_add_affine", "awkward bytes", i,
                             sidos_r255_base_mul_add_affine_batch(out, scalars[0], bytes, 1), (size_t)valid);
            require_returned("msm_secret_affine", "awkward bytes", i,
                             sidos_r255_msm_secret_affine(out, scalars[0], bytes, 1), (size_t)valid);
            require_returned("msm_wide_affine_vartime", "awkward bytes", i,
                             sidos_r255_msm_wide_affine_vartime(out, NULL, scalars[0], bytes, 1), (size_t)valid);
            checked++;
        }
    printf("affine: %zu awkward strings, %zu of them points\n", checked, valid_count);
    if (valid_count < 100 || valid_count > checked - 100)
        fail("the test itself", "hardly any valid or invalid", checked, valid_count);
}

/// Two invalid points, the earlier at every position.
static void faults(size_t count) {
    static uint8_t out[MOST][32];
    static const uint8_t zero[32];
    for (size_t index = 0; index < count; index++) {
        const size_t at[2] = {index + random_below(count - index), index};
        const kind k = (kind)random_below(4);
        uint8_t saved[2][64], sum[32] = {0};
        for (int n = 0; n < 2; n++) {
            memcpy(saved[n], points[at[n]], 64);
            const size_t pick = random_below(3);
            if (pick == 0) points[at[n]][random_below(64)] ^= (uint8_t)(1 << random_below(8));
            if (pick == 1) memset(points[at[n]] + 32 * random_below(2), 0xff, 32);
            if (pick == 2) memset(points[at[n]], 0, 64);
        }
        run(k, "invalid point", count, index, out[0], sum);
        for (size_t i = 0; i < (k == ADD ? count : 1); i++)
            require_same(NAMES[k], "invalid point, output zeroed", count, i, out[i], zero, 32);
        require_same(NAMES[k], "invalid point, plain sum zeroed", count, index, sum, zero, 32);
        for (int n = 1; n >= 0; n--) memcpy(points[at[n]], saved[n], 64);
    }
}

int main(int argc, char **argv) {
    const char *const backend = require_backend();
    const size_t step = count_argument(argc, argv, 1, 1);
    static const size_t COUNTS[] = {95, 96, 97, 127, 128, 129, 192, 193, 257};
    oracle_start();
    set_constants();
    reference_start();
    list awkward = awkward_scalars(), values = field_values();
    check_map();
    check_bytes(&values);
    for (size_t n = 0; n < 50 + sizeof COUNTS / sizeof COUNTS[0]; n += step) {
        const size_t count = n < 50 ? n : COUNTS[n - 50];
        draw_points(count);
        for (unsigned pattern = 0; pattern < 3; pattern++) {
            draw_scalars(count, &awkward, pattern);
            check_all("random points", count);
        }
        faults(count);
        check_torsion(count, &awkward);
        if (count > 0) check_relations(count, &awkward);
    }
    free(awkward.bytes), free(values.bytes);
    reference_end();
    mpz_clears(p, order, d, i_root, NULL);
    printf("affine: %zu checks, backend %s\n", check_count, backend);
    return 0;
}
