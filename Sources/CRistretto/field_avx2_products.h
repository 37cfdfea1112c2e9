// Products of elements of field_avx2.h, which includes this: columns, their sums, and the carries that make elements of
// them.
//
// With factors whose even limbs are below f·2^26 and g·2^26, the even columns of a product are at most what column 0
// is, f·g·(1 + 19·(4 + 5/2))·2^52 < f·g·124.5·2^52; odd ones at most what column 1 is,
// f·g·(2 + 19·8)·2^51 = f·g·77·2^52; and column 9, where nothing wraps around, is below f·g·10·2^51.
#ifndef SIDOS_R255_FIELD_AVX2_PRODUCTS_H
#define SIDOS_R255_FIELD_AVX2_PRODUCTS_H

// Columns of products, not yet carried: Σ c[i]·2^⌈25.5 i⌉. Sums of products may add up to f·g ≤ 6; fe_wide_sub takes
// f·g ≤ 4 from which to subtract f·g ≤ 2. (The formulas never ask for more.)
typedef struct {
    __m256i c[10];
} fe_wide;

// The multiplications work row by row, all products of one limb of `a` at a time: ten columns in ten registers, the
// other factors read from memory. The barrier keeps a compiler from mixing rows, which would take many more registers
// than there are, and from looking through the multiples.
#define FE_ROW_END(memory)                                                                                           \
    __asm__ __volatile__(""                                                                                          \
                         : "+x"(c0), "+x"(c1), "+x"(c2), "+x"(c3), "+x"(c4), "+x"(c5), "+x"(c6), "+x"(c7), "+x"(c8), \
                           "+x"(c9)                                                                                  \
                         : "r"(memory)                                                                               \
                         : "memory")
#define FE_ADD_PRODUCT(column, a, b) column = FE_SUM(column, FE_PRODUCT(a, b))

#define FE_ROW(even, odd, f0, f1, f2, f3, f4, f5, f6, f7, f8, f9) \
    do {                                                          \
        FE_ADD_PRODUCT(c0, even, f0);                             \
        FE_ADD_PRODUCT(c1, odd, f1);                              \
        FE_ADD_PRODUCT(c2, even, f2);                             \
        FE_ADD_PRODUCT(c3, odd, f3);                              \
        FE_ADD_PRODUCT(c4, even, f4);                             \
        FE_ADD_PRODUCT(c5, odd, f5);                              \
        FE_ADD_PRODUCT(c6, even, f6);                             \
        FE_ADD_PRODUCT(c7, odd, f7);                              \
        FE_ADD_PRODUCT(c8, even, f8);                             \
        FE_ADD_PRODUCT(c9, odd, f9);                              \
        FE_ROW_END(w);                                            \
    } while (0)

static inline __attribute__((always_inline)) void fe_mul_columns(fe_wide *r, const fe *a, const fe *b_limbs) {
    const __m256i *const b = b_limbs->v, nineteen = _mm256_set1_epi64x(19);
    __m256i w[10], x, d, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9;
    for (int i = 1; i < 10; i++) w[i] = FE_PRODUCT(b[i], nineteen);
    x = a->v[0];
    c0 = FE_PRODUCT(x, b[0]);
    c1 = FE_PRODUCT(x, b[1]);
    c2 = FE_PRODUCT(x, b[2]);
    c3 = FE_PRODUCT(x, b[3]);
    c4 = FE_PRODUCT(x, b[4]);
    c5 = FE_PRODUCT(x, b[5]);
    c6 = FE_PRODUCT(x, b[6]);
    c7 = FE_PRODUCT(x, b[7]);
    c8 = FE_PRODUCT(x, b[8]);
    c9 = FE_PRODUCT(x, b[9]);
    FE_ROW_END(w);
    x = a->v[1], d = FE_SUM(x, x);
    FE_ROW(d, x, w[9], b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8]);
    x = a->v[2];
    FE_ROW(x, x, w[8], w[9], b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
    x = a->v[3], d = FE_SUM(x, x);
    FE_ROW(d, x, w[7], w[8], w[9], b[0], b[1], b[2], b[3], b[4], b[5], b[6]);
    x = a->v[4];
    FE_ROW(x, x, w[6], w[7], w[8], w[9], b[0], b[1], b[2], b[3], b[4], b[5]);
    x = a->v[5], d = FE_SUM(x, x);
    FE_ROW(d, x, w[5], w[6], w[7], w[8], w[9], b[0], b[1], b[2], b[3], b[4]);
    x = a->v[6];
    FE_ROW(x, x, w[4], w[5], w[6], w[7], w[8], w[9], b[0], b[1], b[2], b[3]);
    x = a->v[7], d = FE_SUM(x, x);
    FE_ROW(d, x, w[3], w[4], w[5], w[6], w[7], w[8], w[9], b[0], b[1], b[2]);
    x = a->v[8];
    FE_ROW(x, x, w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], b[0], b[1]);
    x = a->v[9], d = FE_SUM(x, x);
    FE_ROW(d, x, w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], b[0]);
    *r = (fe_wide){{c0, c1, c2, c3, c4, c5, c6, c7, c8, c9}};
}

static inline __attribute__((always_inline)) void fe_square_columns(fe_wide *r, const fe *limbs) {
    const __m256i *const a = limbs->v, nineteen = _mm256_set1_epi64x(19), twice_nineteen = _mm256_set1_epi64x(38);
    // w: 19-fold and, the odd ones, 38-fold. d: twice.
    __m256i w[10], d[8], x, y, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9;
    for (int i = 5; i < 10; i++) w[i] = FE_PRODUCT(a[i], i % 2 ? twice_nineteen : nineteen);
    for (int i = 3; i < 8; i += 2) d[i] = FE_SUM(a[i], a[i]);
    x = a[0], y = FE_SUM(x, x);
    c0 = FE_PRODUCT(x, x);
    c1 = FE_PRODUCT(y, a[1]);
    c2 = FE_PRODUCT(y, a[2]);
    c3 = FE_PRODUCT(y, a[3]);
    c4 = FE_PRODUCT(y, a[4]);
    c5 = FE_PRODUCT(y, a[5]);
    c6 = FE_PRODUCT(y, a[6]);
    c7 = FE_PRODUCT(y, a[7]);
    c8 = FE_PRODUCT(y, a[8]);
    c9 = FE_PRODUCT(y, a[9]);
    __asm__ __volatile__("" : : "r"(d) : "memory");
    FE_ROW_END(w);
    x = a[1], y = FE_SUM(x, x);
    FE_ADD_PRODUCT(c2, y, x);
    FE_ADD_PRODUCT(c3, y, a[2]);
    FE_ADD_PRODUCT(c4, y, d[3]);
    FE_ADD_PRODUCT(c5, y, a[4]);
    FE_ADD_PRODUCT(c6, y, d[5]);
    FE_ADD_PRODUCT(c7, y, a[6]);
    FE_ADD_PRODUCT(c8, y, d[7]);
    FE_ADD_PRODUCT(c9, y, a[8]);
    FE_ADD_PRODUCT(c0, y, w[9]);
    FE_ROW_END(w);
    x = a[2], y = FE_SUM(x, x);
    FE_ADD_PRODUCT(c4, x, x);
    FE_ADD_PRODUCT(c5, y, a[3]);
    FE_ADD_PRODUCT(c6, y, a[4]);
    FE_ADD_PRODUCT(c7, y, a[5]);
    FE_ADD_PRODUCT(c8, y, a[6]);
    FE_ADD_PRODUCT(c9, y, a[7]);
    FE_ADD_PRODUCT(c0, y, w[8]);
    FE_ADD_PRODUCT(c1, x, w[9]);
    FE_ROW_END(w);
    x = a[3], y = d[3];
    FE_ADD_PRODUCT(c6, y, x);
    FE_ADD_PRODUCT(c7, y, a[4]);
    FE_ADD_PRODUCT(c8, y, d[5]);
    FE_ADD_PRODUCT(c9, y, a[6]);
    FE_ADD_PRODUCT(c0, y, w[7]);
    FE_ADD_PRODUCT(c1, y, w[8]);
    FE_ADD_PRODUCT(c2, y, w[9]);
    FE_ROW_END(w);
    x = a[4], y = FE_SUM(x, x);
    FE_ADD_PRODUCT(c8, x, x);
    FE_ADD_PRODUCT(c9, y, a[5]);
    FE_ADD_PRODUCT(c0, y, w[6]);
    FE_ADD_PRODUCT(c1, x, w[7]);
    FE_ADD_PRODUCT(c2, y, w[8]);
    FE_ADD_PRODUCT(c3, x, w[9]);
    FE_ROW_END(w);
    x = a[5], y = d[5];
    FE_ADD_PRODUCT(c0, x, w[5]);
    FE_ADD_PRODUCT(c1, y, w[6]);
    FE_ADD_PRODUCT(c2, y, w[7]);
    FE_ADD_PRODUCT(c3, y, w[8]);
    FE_ADD_PRODUCT(c4, y, w[9]);
    FE_ROW_END(w);
    x = a[6], y = FE_SUM(x, x);
    FE_ADD_PRODUCT(c2, x, w[6]);
    FE_ADD_PRODUCT(c3, x, w[7]);
    FE_ADD_PRODUCT(c4, y, w[8]);
    FE_ADD_PRODUCT(c5, x, w[9]);
    FE_ROW_END(w);
    x = a[7], y = d[7];
    FE_ADD_PRODUCT(c4, x, w[7]);
    FE_ADD_PRODUCT(c5, y, w[8]);
    FE_ADD_PRODUCT(c6, y, w[9]);
    x = a[8], y = a[9];
    FE_ADD_PRODUCT(c6, x, w[8]);
    FE_ADD_PRODUCT(c7, x, w[9]);
    FE_ADD_PRODUCT(c8, y, w[9]);
    *r = (fe_wide){{c0, c1, c2, c3, c4, c5, c6, c7, c8, c9}};
}

// Two chains of carries, from limb 0 and from limb 5, go round to each other's second limb. Columns are below 2^63 and
// column 9 is below 2^57, so that its carry fits 32 bits. In the end limb 1 receives at most 2^11 and limb 6 at most
// 2^13.
static inline __attribute__((always_inline)) void fe_narrow(fe *r, const fe_wide *a) {
    __m256i c[10];
    for (int i = 0; i < 10; i++) c[i] = a->c[i];
#define FE_PASS(i)                                     \
    c[(i) + 1] = FE_SUM(c[(i) + 1], FE_HIGH(c[i], i)); \
    c[i] = FE_LOW(c[i], i)
    FE_PASS(0);
    FE_PASS(5);
    FE_PASS(1);
    FE_PASS(6);
    FE_PASS(2);
    FE_PASS(7);
    FE_PASS(3);
    FE_PASS(8);
    FE_PASS(4);
    c[0] = FE_SUM(c[0], FE_TIMES_19(FE_HIGH(c[9], 9)));
    c[9] = FE_LOW(c[9], 9);
    FE_PASS(5);
    FE_PASS(0);
    for (int i = 0; i < 10; i++) r->v[i] = c[i];
}

static inline void fe_widen(fe_wide *r, const fe *a) {
    for (int i = 0; i < 10; i++) r->c[i] = a->v[i];
}

static inline void fe_wide_add(fe_wide *r, const fe_wide *a, const fe_wide *b) {
    for (int i = 0; i < 10; i++) r->c[i] = FE_SUM(a->c[i], b->c[i]);
}

// Adds 21·2^26·p, of which every limb but limb 0 lends 5·2^32 to the one below: 5·2^58 and more in even columns, half
// of that in odd ones, but less than 21·2^51 in column 9.
static inline void fe_wide_sub(fe_wide *r, const fe_wide *a, const fe_wide *b) {
    const long long multiple = 21LL << 26, lent = 5LL << 32;
    for (int i = 0; i < 10; i++) {
        const long long limb = (1LL << FE_BITS(i)) - (i == 0 ? 19 : 1);
        const long long column = multiple * limb + (i < 9 ? lent << FE_BITS(i) : 0) - (i > 0 ? lent : 0);
        r->c[i] = FE_SUM(a->c[i], _mm256_sub_epi64(_mm256_set1_epi64x(column), b->c[i]));
    }
}

// Not inlined: each is more than a kilobyte of code.
#define FE_CALLED static __attribute__((noinline, unused))

FE_CALLED void fe_mul_wide(fe_wide *r, const fe *a, const fe *b) { fe_mul_columns(r, a, b); }
FE_CALLED void fe_square_wide(fe_wide *r, const fe *a) { fe_square_columns(r, a); }

FE_CALLED void fe_mul(fe *r, const fe *a, const fe *b) {
    fe_wide product;
    fe_mul_columns(&product, a, b);
    fe_narrow(r, &product);
}

FE_CALLED void fe_square(fe *r, const fe *a) {
    fe_wide product;
    fe_square_columns(&product, a);
    fe_narrow(r, &product);
}

/// r = a·small, for small < 2^20; `a` loose, the result tight.
static inline void fe_mul_small(fe *r, const fe *a, uint64_t small) {
    const __m256i factor = _mm256_set1_epi64x((long long)small);
    fe_wide product;
    for (int i = 0; i < 10; i++) product.c[i] = FE_PRODUCT(a->v[i], factor);
    fe_narrow(r, &product);
}

#endif
