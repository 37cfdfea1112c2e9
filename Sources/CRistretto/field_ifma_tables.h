// Tables and records of elements of field_ifma.h, which includes this: columns of tables, records in memory.
#ifndef SIDOS_R255_FIELD_IFMA_TABLES_H
#define SIDOS_R255_FIELD_IFMA_TABLES_H

// Tables: a column is kept limb by limb, so that a limb's entries fill whole vectors, from which a permutation takes
// each lane's own. All entries are loaded; the index only moves data within registers.
#define FE_COMB_BITS 7
#define FE_COMB_ENTRIES (1 << (FE_COMB_BITS - 1))

typedef struct {
    _Alignas(64) uint64_t limbs[5][FE_COMB_ENTRIES];
} fe_column;
typedef __m512i fe_index;

static inline fe_index fe_index_load(const uint8_t *indices) {
    uint64_t eight;
    memcpy(&eight, indices, 8);
    return _mm512_cvtepu8_epi64(_mm_cvtsi64_si128((long long)eight));
}

static inline fe_mask fe_index_bit(fe_index index, int bit) {
    return _mm512_test_epi64_mask(index, fe_all(1LL << bit));
}

static inline fe_index fe_index_low_bits(fe_index index, fe_mask inverted) {
    const __m512i low = fe_all(FE_COMB_ENTRIES - 1);
    return _mm512_and_si512(_mm512_mask_xor_epi64(index, inverted, index, low), low);
}

static inline void fe_column_set(fe_column *column, int entry, const fe *a, int lane) {
    _Alignas(64) uint64_t lanes[8];
    for (int i = 0; i < 5; i++) {
        _mm512_store_si512(lanes, a->v[i]);
        column->limbs[i][entry] = lanes[lane];
    }
}

/// Limb after limb of a column of `entries` entries, 32 or 64.
static inline __attribute__((always_inline)) void fe_limbs_get(fe *r, const uint64_t *limbs, int entries,
                                                               fe_index index) {
    const fe_mask bit4 = fe_index_bit(index, 4), bit5 = fe_index_bit(index, 5);
    for (int i = 0; i < 5; i++) {
        __m512i found[4];
        for (int k = 0; k < entries / 16; k++) {
            const __m512i low = _mm512_load_si512(&limbs[i * entries + 16 * k]),
                          high = _mm512_load_si512(&limbs[i * entries + 16 * k + 8]);
            found[k] = _mm512_permutex2var_epi64(low, index, high);
        }
        r->v[i] = _mm512_mask_mov_epi64(found[0], bit4, found[1]);
        if (entries == 32) continue;
        found[2] = _mm512_mask_mov_epi64(found[2], bit4, found[3]);
        r->v[i] = _mm512_mask_mov_epi64(r->v[i], bit5, found[2]);
    }
}

static inline void fe_column_get(fe *r, const fe_column *column, fe_index index) {
    fe_limbs_get(r, column->limbs[0], FE_COMB_ENTRIES, index);
}

static inline fe_mask fe_mask_of_lanes(uint64_t lanes) { return (fe_mask)lanes; }

// A record is limb after limb, in whole rows of eight words. Eight rows, a lane's each, are transposed into vectors, a
// limb's each.
#define FE_RECORD_WORDS(n) (((size_t)5 * (n) + 7) / 8 * 8)

/// Transposes the square of which row[i] has the first halves of rows i and i + 4, row[i + 4] the second, i < 4. Also
/// the other way: from columns it makes such rows.
static inline __attribute__((always_inline)) void fe_transpose_halves(__m512i column[8], const __m512i row[8]) {
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13),
                  second = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    for (int h = 0; h < 8; h += 4) {
        const __m512i low01 = _mm512_unpacklo_epi64(row[h], row[h + 1]),
                      high01 = _mm512_unpackhi_epi64(row[h], row[h + 1]);
        const __m512i low23 = _mm512_unpacklo_epi64(row[h + 2], row[h + 3]),
                      high23 = _mm512_unpackhi_epi64(row[h + 2], row[h + 3]);
        column[h] = _mm512_permutex2var_epi64(low01, first, low23);
        column[h + 1] = _mm512_permutex2var_epi64(high01, first, high23);
        column[h + 2] = _mm512_permutex2var_epi64(low01, second, low23);
        column[h + 3] = _mm512_permutex2var_epi64(high01, second, high23);
    }
}

// A permutation takes the multiplier's port. With half the entries of a comb, for which half as many do, sums are as
// fast, and their tables fit the first-level cache.
#define FE_SUM_BITS 6
#define FE_SUM_ENTRIES (1 << (FE_SUM_BITS - 1))

typedef struct {
    _Alignas(64) uint64_t limbs[5][FE_SUM_ENTRIES];
} fe_sum_column;

static inline __attribute__((always_inline)) void fe_sum_column_get(fe *r, const fe_sum_column *column,
                                                                    fe_index index) {
    fe_limbs_get(r, column->limbs[0], FE_SUM_ENTRIES, index);
}

static inline void fe_sum_columns_set(fe_sum_column *columns, size_t distance, int first, const fe a[FE_LANES]) {
    for (int i = 0; i < 5; i++) {
        __m512i column[8], row[8];
        for (int k = 0; k < 8; k++) column[k] = a[k].v[i];
        fe_transpose_halves(row, column);
        for (size_t lane = 0; lane < 4; lane++) {
            uint64_t *const low = columns[distance * lane].limbs[i] + first;
            uint64_t *const high = columns[distance * (lane + 4)].limbs[i] + first;
            for (size_t half = 0; half < 2; half++) {
                const __m512i words = row[lane + 4 * half];
                _mm256_store_si256((__m256i *)(void *)(low + 4 * half), _mm512_castsi512_si256(words));
                _mm256_store_si256((__m256i *)(void *)(high + 4 * half), _mm512_extracti64x4_epi64(words, 1));
            }
        }
    }
}

static inline __attribute__((always_inline)) void fe_records_get(fe *r, int n, const uint64_t *records,
                                                                 const uint32_t *index) {
    for (int first = 0; first < 5 * n; first += 8) {
        __m512i row[8], column[8];
        for (int i = 0; i < 8; i++) {
            const uint64_t *const low = records + index[i % 4] * FE_RECORD_WORDS(n) + first + i / 4 * 4;
            const uint64_t *const high = records + index[i % 4 + 4] * FE_RECORD_WORDS(n) + first + i / 4 * 4;
            row[i] = _mm512_castsi256_si512(_mm256_load_si256((const __m256i *)(const void *)low));
            row[i] = _mm512_inserti64x4(row[i], _mm256_load_si256((const __m256i *)(const void *)high), 1);
        }
        fe_transpose_halves(column, row);
        for (int i = 0; i < 8 && first + i < 5 * n; i++) r[(first + i) / 5].v[(first + i) % 5] = column[i];
    }
}

static inline __attribute__((always_inline)) void fe_records_put(uint64_t *records, const uint32_t *index, const fe *a,
                                                                 int n) {
    for (int first = 0; first < 5 * n; first += 8) {
        __m512i column[8], row[8];
        for (int i = 0; i < 8; i++)
            column[i] = first + i < 5 * n ? a[(first + i) / 5].v[(first + i) % 5] : _mm512_setzero_si512();
        fe_transpose_halves(row, column);
        for (int i = 0; i < 8; i++) {
            uint64_t *const low = records + index[i % 4] * FE_RECORD_WORDS(n) + first + i / 4 * 4;
            uint64_t *const high = records + index[i % 4 + 4] * FE_RECORD_WORDS(n) + first + i / 4 * 4;
            _mm256_store_si256((__m256i *)(void *)low, _mm512_castsi512_si256(row[i]));
            _mm256_store_si256((__m256i *)(void *)high, _mm512_extracti64x4_epi64(row[i], 1));
        }
    }
}

#endif
