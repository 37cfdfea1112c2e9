// The field of p = 2^255 − 19 as the formulas of this folder see it, and what follows from the primitives.
//
// A backend includes one of field_portable.h, field_avx2.h and field_ifma.h, and then the formulas, which thereby exist
// once for all. Each field header represents an `fe`: FE_LANES elements side by side, one for each of as many items,
// all treated alike. It defines, constant time throughout, with lane-wise meaning:
//
//   fe_mask                        per lane all ones or zeros; & | ~ apply
//   FE_CONSTANT(name, v0 … v4)     a constant Σ v_i·2^(51 i) in every lane
//   fe_mul, fe_square              loose → tight
//   fe_mul_small                   times an integer below 2^20; loose → tight
//   fe_add                         tight + tight → loose
//   fe_sub                         a − b; a a sum of two tight values at most, b tight → loose
//   fe_sub_sum                     the same, where b is a sum of two tight values, or a difference of two
//   fe_negate                      tight → loose, fit to be added or subtracted once
//   fe_carry                       loose → tight
//   fe_mul_wide, fe_square_wide,   loose → wide: a product not yet carried
//   fe_widen                       tight → wide
//   fe_wide_add, fe_wide_sub       sums of products: at most four added, at most two of them subtracted, and only once;
//                                  of the factors of a product one may be a sum of two tight values, or both in a sum
//                                  of two products
//   fe_narrow                      wide → loose
//   fe_select(r, mask, a, b)       r = a where the mask is set, else b
//   fe_packed                      an element as a table of multiples keeps it, in FE_PACKED_WORDS words v
//   fe_pack                        loose → packed
//   fe_unpack(r, a, from, to)      words from … to − 1 back into the limbs they hold
//   fe_keep_words_if,              a look-up of these words among entries of which one alone has its mask set: from a
//   fe_merge_words_if              copy of the first, keep it by its mask, then merge each other by its own
//   fe_canonical                   loose → the least representative in exact limbs
//   fe_mask_if_same_limbs          for canonical values
//   fe_mask_if_odd                 of a canonical value
//   fe_mask_of                     a mask with every lane set or none, from 64 ones or zeros
//   fe_mask_from_lane              a mask of the lanes from `lane` on
//   fe_mask_lanes                  bit i: lane i is set
//   fe_from_bytes                  reads `count` ≤ FE_LANES strings of 32 little-endian bytes, `stride` bytes apart,
//                                  without bit 255; lanes beyond repeat the last; returns where bit 255 is set; values
//                                  in [p, 2^255) are kept as they are
//   fe_to_bytes                    writes `count` least representatives; takes loose values
//   fe_column, fe_column_set       a table's column: FE_COMB_ENTRIES = 2^(FE_COMB_BITS − 1) loose elements, each the
//   lane
//                                  of an fe
//   fe_index, fe_index_load        per lane an index, from FE_LANES bytes
//   fe_index_bit                   a bit of it as a mask
//   fe_index_low_bits              its FE_COMB_BITS − 1 lower bits, inverted where a mask is set
//   fe_column_get                  per lane the entry at its index; no address depends on it
//   fe_sum_column                  a column of 2^(FE_SUM_BITS − 1) loose elements, FE_SUM_BITS ≤ FE_COMB_BITS
//   fe_sum_columns_set(columns, distance, first, a)  lane k of a[0] … a[FE_LANES − 1] to columns[distance·k], to
//   entries
//                                  first …, first a multiple of FE_LANES
//   fe_sum_column_get              as fe_column_get; of the index the lower FE_SUM_BITS − 1 bits count
//   fe_mask_of_lanes               the mask of which fe_mask_lanes makes a number
//   FE_RECORD_WORDS(n)             64-bit words for one lane of n elements, n constant
//   fe_records_get(r, n, records, index)  lane i of the n elements r from record index[i]: addresses are not secret
//   fe_records_put(records, index, a, n)  lane i of n loose elements to record index[i], the lanes in order
//   fe_wipe_registers              clears what the compiler may leave in registers that it does not preserve
//
// *Tight* and *loose* are bounds on limbs that each header states; a tight value is loose. Arguments may overlap unless
// they are wide.
#ifndef SIDOS_R255_FIELD_DERIVED_H
#define SIDOS_R255_FIELD_DERIVED_H

FE_CONSTANT(FE_ZERO, 0, 0, 0, 0, 0);
FE_CONSTANT(FE_ONE, 1, 0, 0, 0, 0);

/// r = a where the mask is set.
static inline void fe_move_if(fe *r, fe_mask mask, const fe *a) { fe_select(r, mask, a, r); }

/// r = −r where the mask is set; `r` tight, the result as fe_negate's.
static inline void fe_negate_if(fe *r, fe_mask mask) {
    fe negative;
    fe_negate(&negative, r);
    fe_select(r, mask, &negative, r);
}

/// Where a = 0 (mod p); `a` loose.
static inline fe_mask fe_mask_if_zero(const fe *a) {
    fe t;
    fe_canonical(&t, a);
    return fe_mask_if_same_limbs(&t, &FE_ZERO);
}

/// Where a = b (mod p); `a` loose as fe_sub takes it, `b` tight.
static inline fe_mask fe_mask_if_equal(const fe *a, const fe *b) {
    fe t;
    fe_sub(&t, a, b);
    return fe_mask_if_zero(&t);
}

/// Where a is negative in RFC 9496's sense: its least representative is odd; `a` loose.
static inline fe_mask fe_mask_if_negative(const fe *a) {
    fe t;
    fe_canonical(&t, a);
    return fe_mask_if_odd(&t);
}

/// r = |r|, the non-negative one of r and −r; `r` tight, the result as fe_negate's.
static inline void fe_absolute(fe *r) { fe_negate_if(r, fe_mask_if_negative(r)); }

/// Exchanges a and b where the mask is set.
static inline void fe_swap_if(fe *a, fe *b, fe_mask mask) {
    const fe t = *a;
    fe_select(a, mask, b, a);
    fe_select(b, mask, &t, b);
}

/// Reads field elements as RFC 9496 decodes s: masks where the 32 bytes are canonical, non-negative and not zero.
static inline fe_mask fe_decode(fe *r, const uint8_t *bytes, size_t stride, size_t count) {
    fe canonical;
    const fe_mask beyond = fe_from_bytes(r, bytes, stride, count);
    fe_canonical(&canonical, r);
    return fe_mask_if_same_limbs(&canonical, r) & ~beyond & ~fe_mask_if_odd(r) & ~fe_mask_if_same_limbs(r, &FE_ZERO);
}

#endif
