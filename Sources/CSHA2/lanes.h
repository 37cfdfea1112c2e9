// The compression function over vectors, a message in each lane. Included once for each hash, after these definitions:
//   WORD_BITS     32 for SHA-256, 64 for SHA-512
//   LANES         words of a vector: 2, 4, 8 or 16
// The compiler's vector extensions make of it what the target has: rotations and three-way logic with AVX-512, shifts
// elsewhere.

#if WORD_BITS == 32
#define NAME(name) sha256_##name
#define WORD uint32_t
#define ROUND_COUNT 64
#define CONSTANTS sidos_sha256_constants
#define BIG_SIGMA_0(x) (ROTATE(x, 2) ^ ROTATE(x, 13) ^ ROTATE(x, 22))
#define BIG_SIGMA_1(x) (ROTATE(x, 6) ^ ROTATE(x, 11) ^ ROTATE(x, 25))
#define SMALL_SIGMA_0(x) (ROTATE(x, 7) ^ ROTATE(x, 18) ^ ((x) >> 3))
#define SMALL_SIGMA_1(x) (ROTATE(x, 17) ^ ROTATE(x, 19) ^ ((x) >> 10))
#define BIG_ENDIAN_OF(x) ((ROTATE(x, 8) & 0xff00ff00u) | (ROTATE(x, 24) & 0x00ff00ffu))
#else
#define NAME(name) sha512_##name
#define WORD uint64_t
#define ROUND_COUNT 80
#define CONSTANTS sidos_sha512_constants
#define BIG_SIGMA_0(x) (ROTATE(x, 28) ^ ROTATE(x, 34) ^ ROTATE(x, 39))
#define BIG_SIGMA_1(x) (ROTATE(x, 14) ^ ROTATE(x, 18) ^ ROTATE(x, 41))
#define SMALL_SIGMA_0(x) (ROTATE(x, 1) ^ ROTATE(x, 8) ^ ((x) >> 7))
#define SMALL_SIGMA_1(x) (ROTATE(x, 19) ^ ROTATE(x, 61) ^ ((x) >> 6))
#define SWAP_HALVES(x) (((x) << 16 & 0xffff0000ffff0000u) | ((x) >> 16 & 0x0000ffff0000ffffu))
#define SWAP_BYTES(x) (((x) << 8 & 0xff00ff00ff00ff00u) | ((x) >> 8 & 0x00ff00ff00ff00ffu))
#define BIG_ENDIAN_OF(x) SWAP_BYTES(SWAP_HALVES(ROTATE(x, 32)))
#endif
#define ROTATE(x, n) ((x) >> (n) | (x) << (WORD_BITS - (n)))

typedef WORD NAME(vector) __attribute__((vector_size(LANES * WORD_BITS / 8)));
#define VECTOR NAME(vector)

#if LANES == 2
#define INTERLEAVE_LOWER(a, b) __builtin_shufflevector(a, b, 0, 2)
#define INTERLEAVE_UPPER(a, b) __builtin_shufflevector(a, b, 1, 3)
#elif LANES == 4
#define INTERLEAVE_LOWER(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_UPPER(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#elif LANES == 8
#define INTERLEAVE_LOWER(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_UPPER(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#elif LANES == 16
#define INTERLEAVE_LOWER(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_UPPER(a, b) \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#endif

/// Turns the bits of every word's index by `steps` to the left: of rows of words, a column's words come to lie
/// together, and the other way round. Interleaving the two halves of what there is turns them by one.
static inline __attribute__((always_inline)) void NAME(turn)(VECTOR *v, int vector_count, int steps) {
    for (int step = 0; step < steps; step++) {
        VECTOR turned[16];
        for (int i = 0; i < vector_count / 2; i++) {
            turned[2 * i] = INTERLEAVE_LOWER(v[i], v[i + vector_count / 2]);
            turned[2 * i + 1] = INTERLEAVE_UPPER(v[i], v[i + vector_count / 2]);
        }
        for (int i = 0; i < vector_count; i++) v[i] = turned[i];
    }
}

#define LANES_LOG (LANES == 2 ? 1 : LANES == 4 ? 2 : LANES == 8 ? 3 : 4)

/// One round. The caller renames the words of the state instead of moving them.
#define ROUND(a, b, c, d, e, f, g, h, constant, word)                                          \
    do {                                                                                       \
        const VECTOR first = h + BIG_SIGMA_1(e) + (g ^ (e & (f ^ g))) + ((constant) + (word)); \
        d += first;                                                                            \
        h = first + BIG_SIGMA_0(a) + ((a & b) | (c & (a | b)));                                \
    } while (0)

/// Word t + 16 of the schedule, in place of word t.
#define EXTEND(t) \
    (w[(t)&15] += SMALL_SIGMA_1(w[((t) + 14) & 15]) + w[((t) + 9) & 15] + SMALL_SIGMA_0(w[((t) + 1) & 15]))

#define EIGHT_ROUNDS(t, WORD_OF)                                                 \
    ROUND(a, b, c, d, e, f, g, h, CONSTANTS[round + (t)], WORD_OF(t));           \
    ROUND(h, a, b, c, d, e, f, g, CONSTANTS[round + (t) + 1], WORD_OF((t) + 1)); \
    ROUND(g, h, a, b, c, d, e, f, CONSTANTS[round + (t) + 2], WORD_OF((t) + 2)); \
    ROUND(f, g, h, a, b, c, d, e, CONSTANTS[round + (t) + 3], WORD_OF((t) + 3)); \
    ROUND(e, f, g, h, a, b, c, d, CONSTANTS[round + (t) + 4], WORD_OF((t) + 4)); \
    ROUND(d, e, f, g, h, a, b, c, CONSTANTS[round + (t) + 5], WORD_OF((t) + 5)); \
    ROUND(c, d, e, f, g, h, a, b, CONSTANTS[round + (t) + 6], WORD_OF((t) + 6)); \
    ROUND(b, c, d, e, f, g, h, a, CONSTANTS[round + (t) + 7], WORD_OF((t) + 7))

#define GIVEN(t) w[t]

/// One block of every lane into the state, whose words lie in `s`; `w` has the block's words and is used up.
static inline __attribute__((always_inline)) void NAME(compress)(VECTOR s[8], VECTOR w[16]) {
    VECTOR a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    int round = 0;
    EIGHT_ROUNDS(0, GIVEN);
    EIGHT_ROUNDS(8, GIVEN);
    for (round = 16; round < ROUND_COUNT; round += 16) {
        EIGHT_ROUNDS(0, EXTEND);
        EIGHT_ROUNDS(8, EXTEND);
    }
    s[0] += a, s[1] += b, s[2] += c, s[3] += d, s[4] += e, s[5] += f, s[6] += g, s[7] += h;
}

/// A vector's messages, `count` ≤ LANES of them. The other lanes repeat the first message and are dropped.
static void NAME(vector_of)(WORD (*states)[8], const uint8_t *slots, size_t slot_byte_count, const size_t *block_counts,
                            size_t count) {
    enum { STATE_VECTORS = 8, BLOCK_BYTES = 16 * WORD_BITS / 8, ROW_VECTORS = 16 / LANES };
    WORD rows[LANES][8];
    VECTOR s[STATE_VECTORS], before[STATE_VECTORS], w[16], ends = {0};
    size_t most = 0;
    for (size_t lane = 0; lane < LANES; lane++) {
        const size_t from = lane < count ? lane : 0;
        memcpy(rows[lane], states[from], sizeof rows[lane]);
        ends[lane] = (WORD)block_counts[from];
        if (block_counts[from] > most) most = block_counts[from];
    }
    memcpy(s, rows, sizeof s);
    NAME(turn)(s, STATE_VECTORS, LANES_LOG);
    for (size_t block = 0; block < most; block++) {
        for (size_t lane = 0; lane < LANES; lane++) {
            const size_t from = lane < count ? lane : 0;
            // A lane that is done reads what it read before, and keeps its state below; one without blocks reads zeros.
            const size_t last = block_counts[from], at = block < last ? block : last - 1;
            if (last == 0) {
                for (int i = 0; i < ROW_VECTORS; i++) w[lane * ROW_VECTORS + i] = (VECTOR){0};
            } else {
                memcpy(&w[lane * ROW_VECTORS], slots + from * slot_byte_count + at * BLOCK_BYTES, BLOCK_BYTES);
            }
        }
        NAME(turn)(w, 16, LANES_LOG);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        for (int i = 0; i < 16; i++) w[i] = BIG_ENDIAN_OF(w[i]);
#endif
        memcpy(before, s, sizeof s);
        NAME(compress)(s, w);
        const VECTOR works = (VECTOR)((VECTOR){0} + (WORD)block < ends);
        for (int i = 0; i < STATE_VECTORS; i++) s[i] = (s[i] & works) | (before[i] & ~works);
    }
    NAME(turn)(s, STATE_VECTORS, 3);
    memcpy(rows, s, sizeof rows);
    memcpy(states, rows, count * sizeof rows[0]);
}

static void NAME(group)(WORD (*states)[8], const uint8_t *slots, size_t slot_byte_count, const size_t *block_counts,
                        size_t count) {
    for (size_t done = 0; done < count; done += LANES) {
        const size_t some = count - done < LANES ? count - done : LANES;
        NAME(vector_of)(states + done, slots + done * slot_byte_count, slot_byte_count, block_counts + done, some);
    }
}

#undef NAME
#undef WORD
#undef ROUND_COUNT
#undef CONSTANTS
#undef BIG_SIGMA_0
#undef BIG_SIGMA_1
#undef SMALL_SIGMA_0
#undef SMALL_SIGMA_1
#undef SWAP_HALVES
#undef SWAP_BYTES
#undef BIG_ENDIAN_OF
#undef ROTATE
#undef VECTOR
#undef INTERLEAVE_LOWER
#undef INTERLEAVE_UPPER
#undef LANES_LOG
#undef ROUND
#undef EXTEND
#undef EIGHT_ROUNDS
#undef GIVEN
#undef WORD_BITS
#undef LANES
