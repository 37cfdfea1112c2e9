// Tables and records of elements of field_avx2.h, which includes this: packed words, columns of a comb's table, records
// in memory.
#ifndef SIDOS_R255_FIELD_AVX2_TABLES_H
#define SIDOS_R255_FIELD_AVX2_TABLES_H

// Two limbs to a 64-bit lane, for half the loads in a look-up.
#define FE_PACKED_WORDS 5
typedef struct {
    __m256i v[FE_PACKED_WORDS];
} fe_packed;

static inline void fe_pack(fe_packed *r, const fe *a) {
    for (int i = 0; i < 5; i++) r->v[i] = _mm256_or_si256(a->v[2 * i], _mm256_slli_epi64(a->v[2 * i + 1], 32));
}

static inline void fe_unpack(fe *r, const fe_packed *a, int from, int to) {
    for (int i = from; i < to; i++) {
        r->v[2 * i] = _mm256_and_si256(a->v[i], _mm256_set1_epi64x(0xffffffff));
        r->v[2 * i + 1] = _mm256_srli_epi64(a->v[i], 32);
    }
}

static inline void fe_keep_words_if(fe_packed *r, fe_mask mask, int from, int to) {
    for (int i = from; i < to; i++) r->v[i] = _mm256_and_si256(r->v[i], mask);
}

static inline void fe_merge_words_if(fe_packed *r, fe_mask mask, const fe_packed *a, int from, int to) {
    for (int i = from; i < to; i++) r->v[i] = _mm256_or_si256(r->v[i], _mm256_and_si256(mask, a->v[i]));
}

// Tables: limb i of all entries is FE_COMB_ENTRIES 32-bit words. A permutation of the words within a register looks up
// eight of them, and the upper bits of the index choose among registers.
#define FE_COMB_BITS 6
#define FE_COMB_ENTRIES (1 << (FE_COMB_BITS - 1))

typedef struct {
    _Alignas(32) uint32_t limbs[10][FE_COMB_ENTRIES];
} fe_column;
typedef __m256i fe_index;

static inline fe_index fe_index_load(const uint8_t *indices) {
    int word;
    memcpy(&word, indices, sizeof word);
    return _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(word));
}
static inline fe_mask fe_index_bit(fe_index index, int bit) {
    return _mm256_sub_epi64(_mm256_setzero_si256(),
                            _mm256_and_si256(_mm256_srli_epi64(index, bit), _mm256_set1_epi64x(1)));
}
static inline fe_index fe_index_low_bits(fe_index index, fe_mask inverted) {
    return _mm256_and_si256(_mm256_xor_si256(index, inverted), _mm256_set1_epi64x(FE_COMB_ENTRIES - 1));
}

static inline void fe_column_set(fe_column *column, int entry, const fe *a, int lane) {
    for (int i = 0; i < 10; i++) {
        uint64_t lanes[FE_LANES];
        memcpy(lanes, &a->v[i], sizeof lanes);
        column->limbs[i][entry] = (uint32_t)lanes[lane];
    }
}

static inline void fe_column_get(fe *r, const fe_column *column, fe_index index) {
    fe_mask upper[FE_COMB_BITS];
    for (int bit = 3; bit < FE_COMB_BITS - 1; bit++) upper[bit] = fe_index_bit(index, bit);
    for (int i = 0; i < 10; i++) {
        __m256i found[FE_COMB_ENTRIES / 8];
        for (int k = 0; k < FE_COMB_ENTRIES / 8; k++)
            found[k] = _mm256_permutevar8x32_epi32(_mm256_load_si256((const __m256i *)&column->limbs[i][8 * k]), index);
        for (int bit = 3; bit < FE_COMB_BITS - 1; bit++)
            for (int k = 0; k < FE_COMB_ENTRIES >> (bit + 1); k++)
                found[k] = _mm256_blendv_epi8(found[2 * k], found[2 * k + 1], upper[bit]);
        r->v[i] = _mm256_and_si256(found[0], _mm256_set1_epi64x(0xffffffff));
    }
}

#define FE_SUM_BITS FE_COMB_BITS
typedef fe_column fe_sum_column;

static inline __attribute__((always_inline)) void fe_sum_column_get(fe *r, const fe_sum_column *column,
                                                                    fe_index index) {
    fe_column_get(r, column, index);
}

static inline void fe_sum_columns_set(fe_sum_column *columns, size_t distance, int first, const fe a[FE_LANES]) {
    for (int i = 0; i < 10; i += 2) {
        __m256i w[4];
        for (int k = 0; k < 4; k++) w[k] = _mm256_or_si256(a[k].v[i], _mm256_slli_epi64(a[k].v[i + 1], 32));
        fe_transpose(w);
        for (size_t lane = 0; lane < 4; lane++) {
            // Even words, odd words.
            const __m256i limbs = _mm256_permutevar8x32_epi32(w[lane], _mm256_set_epi32(7, 5, 3, 1, 6, 4, 2, 0));
            fe_sum_column *const column = &columns[distance * lane];
            _mm_store_si128((__m128i *)(void *)&column->limbs[i][first], _mm256_castsi256_si128(limbs));
            _mm_store_si128((__m128i *)(void *)&column->limbs[i + 1][first], _mm256_extracti128_si256(limbs, 1));
        }
    }
}

// A record is packed words, in whole rows of four. Four rows, a lane's each, are transposed into vectors, a word's
// each.
#define FE_RECORD_WORDS(n) (((size_t)5 * (n) + 3) / 4 * 4)

static inline __attribute__((always_inline)) void fe_records_get(fe *r, int n, const uint64_t *records,
                                                                 const uint32_t *index) {
    fe_packed packed;
    for (int first = 0; first < 5 * n; first += 4) {
        __m256i w[4];
        for (int i = 0; i < 4; i++)
            w[i] = _mm256_load_si256((const __m256i *)(const void *)(records + index[i] * FE_RECORD_WORDS(n) + first));
        fe_transpose(w);
        for (int i = 0; i < 4 && first + i < 5 * n; i++) {
            const int word = (first + i) % 5;
            packed.v[word] = w[i];
            fe_unpack(&r[(first + i) / 5], &packed, word, word + 1);
        }
    }
}

static inline __attribute__((always_inline)) void fe_records_put(uint64_t *records, const uint32_t *index, const fe *a,
                                                                 int n) {
    fe_packed packed[4];
    for (int k = 0; k < n; k++) fe_pack(&packed[k], &a[k]);
    for (int first = 0; first < 5 * n; first += 4) {
        __m256i w[4];
        for (int i = 0; i < 4; i++)
            w[i] = first + i < 5 * n ? packed[(first + i) / 5].v[(first + i) % 5] : _mm256_setzero_si256();
        fe_transpose(w);
        for (int i = 0; i < 4; i++)
            _mm256_store_si256((__m256i *)(void *)(records + index[i] * FE_RECORD_WORDS(n) + first), w[i]);
    }
}

#endif
