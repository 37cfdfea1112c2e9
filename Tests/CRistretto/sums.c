// Sums of multiples of items, by secret scalars and by public ones of 16 and of 32 bytes, with and without the plain
// sums: against the multiple of G known from the elements' logarithms. Awkward scalars, equal and opposite elements,
// sums that are the identity, all counts near a group's, a pass's and a chunk's bounds; invalid elements at every
// position.
//
//   clang -O2 -ISources/CRistretto -ISources/CRistretto/include -o sums Sources/CRistretto/*.c Tests/CRistretto/sums.c
//   \
//         -lsodium -lgmp -lpthread
//   SIDOS_R255_BACKEND=portable ./sums [STEP]
//
// With a STEP only every STEP-th of the counts is tried, for builds that are slow.
#include "awkward.h"
#include "backend.h"

// More than a public sum takes at a time.
#define MOST 33000
#define WIDTH 3
#define GUARD_BYTE 0xa5

static uint8_t logarithms[MOST][WIDTH][32], elements[MOST][WIDTH][32], scalars[MOST][32];

typedef enum { SECRET, NARROW, WIDE } kind;
static const char *const NAMES[] = {"msm_secret", "msm_items_vartime", "msm_wide_vartime"};

/// One call, on copies that end where their memory ends.
typedef struct {
    kind kind;
    size_t width, gap, count;
    int plain;  // whether the plain sums are wanted
} call;

static size_t scalar_bytes(const call *c) { return c->kind == NARROW ? 16 : 32; }

static void require_guard(const call *c, const uint8_t *memory, size_t byte_count) {
    check_count++;
    for (size_t i = 0; i < byte_count; i++)
        if (memory[i] != GUARD_BYTE) fail(NAMES[c->kind], "bytes beside an output changed", c->count, i);
}

/// Runs it and judges all but the sums, which it copies to `out` and `sums`.
static void run(const call *c, const char *what, size_t want, uint8_t out[WIDTH][32], uint8_t sums[WIDTH][32]) {
    const size_t stride = 32 * c->width + c->gap, shift = random_below(9), width = scalar_bytes(c);
    // The gap behind the last item isn't there: it must not be read.
    const size_t item_bytes = c->count > 0 ? stride * c->count - c->gap : 0;
    uint8_t *const scalar_memory = allocate(shift + width * c->count), *const given = scalar_memory + shift;
    uint8_t *const item_memory = allocate(shift + item_bytes), *const items = item_memory + shift;
    uint8_t guarded[2][32 * WIDTH + 64];
    for (size_t i = 0; i < c->count; i++) {
        memcpy(given + width * i, scalars[i], width);
        memcpy(items + stride * i, elements[i], 32 * c->width);
        if (i + 1 < c->count) memset(items + stride * i + 32 * c->width, 0xff, c->gap);
    }
    memset(guarded, GUARD_BYTE, sizeof guarded);
    uint8_t *const results = guarded[0] + 31, *const plain = c->plain ? guarded[1] + 31 : NULL;
    const size_t returned = c->kind == SECRET ? sidos_r255_msm_secret(results, given, items, stride, c->width, c->count)
                            : c->kind == NARROW
                                ? sidos_r255_msm_items_vartime(results, plain, given, items, stride, c->width, c->count)
                                : sidos_r255_msm_wide_vartime(results, plain, given, items, stride, c->width, c->count);
    require_returned(NAMES[c->kind], what, c->count, returned, want);
    for (int k = 0; k < 2; k++) {
        const size_t written = k == 0 || plain != NULL ? 32 * c->width : 0;
        require_guard(c, guarded[k], 31);
        require_guard(c, guarded[k] + 31 + written, sizeof guarded[k] - 31 - written);
    }
    for (size_t i = 0; i < c->count; i++)
        if (memcmp(given + width * i, scalars[i], width) != 0 ||
            memcmp(items + stride * i, elements[i], 32 * c->width) != 0)
            fail(NAMES[c->kind], "an input changed", c->count, i);
    memcpy(out, results, 32 * c->width);
    if (plain != NULL) memcpy(sums, plain, 32 * c->width);
    free(scalar_memory);
    free(item_memory);
}

/// The sums as (Σ scalar·logarithm)·G, and (Σ logarithm)·G.
static void check(const call *c, const char *what) {
    uint8_t out[WIDTH][32], sums[WIDTH][32], one[32] = {1};
    run(c, what, c->count, out, sums);
    for (size_t m = 0; m < c->width; m++) {
        uint8_t sum[32] = {0}, plain[32] = {0}, want[32];
        for (size_t i = 0; i < c->count; i++) {
            uint8_t scalar[32] = {0};
            memcpy(scalar, scalars[i], scalar_bytes(c));
            sidos_r255_scalar_mul_add(sum, scalar, logarithms[i][m], sum);
            sidos_r255_scalar_mul_add(plain, one, logarithms[i][m], plain);
        }
        oracle_base_mul(want, sum);
        require_same(NAMES[c->kind], what, c->count, m, out[m], want, 32);
        if (!c->plain) continue;
        oracle_base_mul(want, plain);
        require_same(NAMES[c->kind], "plain sum", c->count, m, sums[m], want, 32);
    }
}

/// Every kind of sum over the items as they are.
static void check_all(const char *what, size_t width, size_t count) {
    for (kind k = SECRET; k <= WIDE; k++) {
        const call c = {k, width, random_below(3) * 64, count, k != SECRET && random_below(2) == 0};
        check(&c, what);
    }
}

static void draw_elements(size_t count, size_t width) {
    for (size_t i = 0; i < count; i++)
        for (size_t m = 0; m < width; m++) {
            random_scalar(logarithms[i][m]);
            oracle_base_mul(elements[i][m], logarithms[i][m]);
        }
}

/// Scalars all random bytes (mostly above l), or all the awkward one, or each an awkward one.
static void draw_scalars(size_t count, const list *awkward, unsigned pattern) {
    const uint8_t *const same = item(awkward, random_below(awkward->count));
    for (size_t i = 0; i < count; i++) {
        if (pattern == 0) random_scalar(scalars[i]);
        else if (pattern == 1) random_bytes(scalars[i], 32);
        else memcpy(scalars[i], pattern == 2 ? same : item(awkward, random_below(awkward->count)), 32);
    }
}

/// Every awkward scalar, alone and among others.
static void every_scalar(const list *awkward) {
    enum { COUNT = 61 };
    draw_elements(COUNT, 1);
    for (size_t first = 0; first < awkward->count; first += COUNT) {
        for (size_t i = 0; i < COUNT; i++) memcpy(scalars[i], item(awkward, first + i), 32);
        check_all("awkward scalars", 1, COUNT);
    }
    for (size_t i = 0; i < awkward->count; i += 7) {
        memcpy(scalars[0], item(awkward, i), 32);
        check_all("one awkward scalar", 1, 1);
    }
}

static void relations(size_t count, const list *awkward) {
    for (size_t i = 1; i < count; i++) {  // all equal
        memcpy(elements[i], elements[0], sizeof elements[0]);
        memcpy(logarithms[i], logarithms[0], sizeof logarithms[0]);
    }
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        draw_scalars(count, awkward, pattern);
        check_all("equal elements", 1, count);
    }
    for (size_t i = 1; i < count; i += 2) {  // P, −P, P, −P …
        crypto_core_ristretto255_scalar_negate(logarithms[i][0], logarithms[0][0]);
        oracle_base_mul(elements[i][0], logarithms[i][0]);
    }
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        draw_scalars(count, awkward, pattern);
        check_all("opposite elements", 1, count);
        for (size_t i = 1; i < count; i += 2) memcpy(scalars[i], scalars[i - 1], 32);
        check_all("opposite elements of equal scalars", 1, count);
    }
}

/// Two invalid elements, the earlier at every position, in any of an item's places.
static void faults(size_t count) {
    static const uint8_t zero[32];
    uint8_t invalid[4][32] = {{0}, {1}}, out[WIDTH][32], sums[WIDTH][32];
    memcpy(invalid[2], elements[0][0], 32);
    invalid[2][31] |= 0x80;
    memset(invalid[3], 0xff, 32);
    for (size_t index = 0; index < count; index++) {
        const size_t at[2] = {index + random_below(count - index), index};
        const call c = {(kind)random_below(3), WIDTH, 32, count, 1};
        uint8_t saved[2][WIDTH][32];
        for (int k = 0; k < 2; k++) {
            memcpy(saved[k], elements[at[k]], sizeof saved[k]);
            memcpy(elements[at[k]][random_below(WIDTH)], invalid[random_below(4)], 32);
        }
        const call with_plain = {c.kind, c.width, c.gap, c.count, c.kind != SECRET};
        run(&with_plain, "invalid element", index, out, sums);
        for (size_t m = 0; m < WIDTH; m++) {
            require_same(NAMES[c.kind], "invalid element, output zeroed", count, index, out[m], zero, 32);
            if (with_plain.plain)
                require_same(NAMES[c.kind], "invalid element, plain sums zeroed", count, index, sums[m], zero, 32);
        }
        for (int k = 1; k >= 0; k--) memcpy(elements[at[k]], saved[k], sizeof saved[k]);
    }
}

/// The same public sum with the least scratch, as when memory is short.
static void little_scratch(const sidos_r255_backend_table *backend, size_t count) {
    static _Alignas(64) unsigned char scratch[SIDOS_R255_MSM_LEAST];
    uint8_t got[32], want[WIDTH][32], plain[32], sums[WIDTH][32];
    if (!backend->is_supported()) return;
    const call c = {WIDE, 1, 64, count, 1};
    run(&c, "ample scratch", count, want, sums);
    const sidos_r255_msm_input input = {scalars[0], elements[0][0], 32, 32 * WIDTH, SIDOS_R255_ENCODED, count, plain};
    if (backend->msm(got, &input, scratch, sizeof scratch) != count)
        fail("msm", "the least scratch does not suffice", count, 0);
    require_same("msm", "the least scratch", count, 0, got, want[0], 32);
    require_same("msm", "the least scratch, plain sum", count, 0, plain, sums[0], 32);
    for (size_t n = 0; n <= 40000; n += n < 600 ? 1 : 1733)
        if (backend->msm_scratch_size(32, n) > 7u << 20 || backend->msm_scratch_size(16, n) > 6u << 20)
            fail("msm", "too much scratch", n, 0);
    if (backend->msm_scratch_size(32, 8192) > 2u << 20) fail("msm", "too much scratch", 8192, 0);
}

int main(int argc, char **argv) {
    const char *const backend = require_backend();
    const size_t step = count_argument(argc, argv, 1, 1);
    static const size_t COUNTS[] = {95, 96, 97, 127, 128, 129, 191, 192, 193, 255, 256, 257, 1000, 8192, MOST};
    oracle_start();
    set_constants();
    list awkward = awkward_scalars();
    every_scalar(&awkward);
    for (size_t n = 0; n < 70 + sizeof COUNTS / sizeof COUNTS[0]; n += step) {
        const size_t count = n < 70 ? n : COUNTS[n - 70], width = count > 300 ? 1 : WIDTH;
        draw_elements(count, width);
        for (unsigned pattern = 0; pattern < (count > 300 ? 1 : 4); pattern++) {
            draw_scalars(count, &awkward, pattern);
            check_all("elements of known logarithms", width, count);
            if (width > 1) check_all("fewer of an item's elements", 1, count);
        }
        if (count <= 130) faults(count);
        if (count > 0 && count <= 130) relations(count, &awkward);
    }
    draw_elements(3000, 1);
    draw_scalars(3000, &awkward, 0);
    little_scratch(&sidos_r255_portable, 3000);
#if defined(__x86_64__)
    little_scratch(&sidos_r255_ifma, 3000);
    little_scratch(&sidos_r255_avx2, 3000);
#endif
    free(awkward.bytes);
    mpz_clears(p, order, d, i_root, NULL);
    printf("sums: %zu checks, backend %s\n", check_count, backend);
    return 0;
}
