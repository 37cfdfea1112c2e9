// A hash of many messages over a backend's compression function. dispatch.c includes it once for each hash, after it
// has defined WORD_BITS: 32 for SHA-256, 64 for SHA-512.

#if WORD_BITS == 32
#define NAME(name) sha256_##name
#define WORD uint32_t
#define STATE sidos_sha256_state
#define COMPRESS(backend) (backend)->sha256
#define BLOCK_BYTES SIDOS_SHA256_BLOCK_BYTE_COUNT
#define DIGEST_BYTES SIDOS_SHA256_BYTE_COUNT
#define PADDING_BYTES SIDOS_SHA256_PADDING_BYTE_COUNT
#else
#define NAME(name) sha512_##name
#define WORD uint64_t
#define STATE sidos_sha512_state
#define COMPRESS(backend) (backend)->sha512
#define BLOCK_BYTES SIDOS_SHA512_BLOCK_BYTE_COUNT
#define DIGEST_BYTES SIDOS_SHA512_BYTE_COUNT
#define PADDING_BYTES SIDOS_SHA512_PADDING_BYTE_COUNT
#endif

/// Pads the message of `length` bytes at `slot`, before which `blocks_before` blocks were hashed.
///
/// - Returns: how many blocks it has become.
static size_t NAME(pad)(uint8_t *slot, size_t length, uint64_t blocks_before) {
    const size_t block_count = (length + PADDING_BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES;
    const uint64_t bit_count = 8 * (blocks_before * BLOCK_BYTES + length);
    uint8_t *const end = slot + block_count * BLOCK_BYTES;
    slot[length] = 0x80;
    memset(slot + length + 1, 0, block_count * BLOCK_BYTES - length - 1);
    for (int i = 0; i < 8; i++) end[i - 8] = (uint8_t)(bit_count >> (56 - 8 * i));
    return block_count;
}

/// The first bytes of the digest that a state ends in.
static void NAME(write)(uint8_t *out, size_t byte_count, const WORD words[8]) {
    uint8_t digest[DIGEST_BYTES];
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < WORD_BITS / 8; j++)
            digest[i * (WORD_BITS / 8) + j] = (uint8_t)(words[i] >> (WORD_BITS - 8 - 8 * j));
    }
    memcpy(out, digest, byte_count);
    sidos_sha2_wipe(digest, sizeof digest);
}

/// Whether messages of these lengths, padded, stay in their slots.
static int NAME(fit)(size_t out_byte_count, size_t slot_byte_count, const size_t *lengths, size_t count) {
    if (out_byte_count > DIGEST_BYTES || slot_byte_count < BLOCK_BYTES || slot_byte_count % BLOCK_BYTES != 0 ||
        slot_byte_count > MAX_SLOT_BYTES)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (lengths[i] > slot_byte_count - PADDING_BYTES) return 0;
    return 1;
}

static void NAME(absorb)(const sidos_sha2_backend_table *backend, STATE *state, const uint8_t *blocks,
                         size_t block_count) {
    for (size_t done = 0; done < block_count;) {
        const size_t some = block_count - done < 4096 ? block_count - done : 4096;
        COMPRESS(backend)(&state->words, blocks + done * BLOCK_BYTES, BLOCK_BYTES, &some, 1);
        done += some;
    }
    state->block_count += block_count;
    wipe_stack();
}

static void NAME(many)(const sidos_sha2_backend_table *backend, uint8_t *out, size_t out_stride, size_t out_byte_count,
                       uint8_t *slots, size_t slot_byte_count, const size_t *lengths, size_t count,
                       const STATE *start) {
    WORD states[SIDOS_SHA2_GROUP][8];
    size_t block_counts[SIDOS_SHA2_GROUP];
    for (size_t done = 0, n; done < count; done += n) {
        n = group_count(done, count);
        for (size_t i = 0; i < n; i++) {
            memcpy(states[i], start->words, sizeof states[i]);
            block_counts[i] = NAME(pad)(slots + (done + i) * slot_byte_count, lengths[done + i], start->block_count);
        }
        COMPRESS(backend)(states, slots + done * slot_byte_count, slot_byte_count, block_counts, n);
        for (size_t i = 0; i < n; i++) NAME(write)(out + (done + i) * out_stride, out_byte_count, states[i]);
    }
    sidos_sha2_wipe(states, sizeof states);
    wipe_stack();
}

#undef NAME
#undef WORD
#undef STATE
#undef COMPRESS
#undef BLOCK_BYTES
#undef DIGEST_BYTES
#undef PADDING_BYTES
#undef WORD_BITS
