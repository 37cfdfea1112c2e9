// The public functions: choose the backend once, check bounds, pad, cut what there is into groups.
#include <pthread.h>
#include <stdlib.h>

#include "CSHA2.h"
#include "backend.h"

// Best first.
static const sidos_sha2_backend_table *const BACKENDS[] = {
#if defined(__x86_64__)
    &sidos_sha2_shani,
    &sidos_sha2_avx512,
    &sidos_sha2_avx2,
#endif
    &sidos_sha2_portable,
};
#define BACKEND_COUNT (sizeof BACKENDS / sizeof BACKENDS[0])

/// A lane counts a message's blocks in 32 bits.
#define MAX_SLOT_BYTES ((size_t)1 << 30)

/// What a backend may leave on the stack: two blocks and three states of every lane, and what the compiler put aside.
#define BACKEND_STACK_BYTES 8192

/// Overwrites the stack below the caller, where a backend was at work. Its vectors are the compiler's to put there, so
/// nothing else can find them.
static __attribute__((noinline)) void wipe_stack(void) {
    uint8_t below[BACKEND_STACK_BYTES];
    sidos_sha2_wipe(below, sizeof below);
}

static inline size_t group_count(size_t done, size_t count) {
    return count - done < SIDOS_SHA2_GROUP ? count - done : SIDOS_SHA2_GROUP;
}

#define WORD_BITS 32
#include "many.h"

#define WORD_BITS 64
#include "many.h"

static const sidos_sha256_state sha256_start = {
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}, 0};
static const sidos_sha512_state sha512_start = {
    {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1,
     0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179},
    0};

// 20 messages, which is no whole number of any backend's vectors. The i-th has 11·i bytes, i, i + 1 and so on. Their
// digests, one after the other, are hashed again: what comes out was computed by Python's hashlib.
#define TEST_COUNT 20
#define TEST_SLOT_BYTES 256

static const uint8_t sha256_answer[SIDOS_SHA256_BYTE_COUNT] = {
    0xc3, 0x37, 0x29, 0x54, 0x12, 0xc2, 0x4a, 0x5d, 0x3e, 0xdb, 0x85, 0x9c, 0x4c, 0x25, 0xc3, 0x58,
    0xa5, 0xad, 0x38, 0xa1, 0x1d, 0xac, 0x8a, 0x66, 0x49, 0xf6, 0xed, 0x6c, 0xdf, 0xe4, 0xa0, 0xfa,
};
static const uint8_t sha512_answer[SIDOS_SHA512_BYTE_COUNT] = {
    0xbb, 0xdf, 0x22, 0x2f, 0xf3, 0x13, 0x31, 0xd6, 0xac, 0x81, 0xcf, 0x76, 0xea, 0xb3, 0x58, 0xbd,
    0x0a, 0xd7, 0x8a, 0xb9, 0xdf, 0x86, 0x01, 0xe5, 0x51, 0x2a, 0x63, 0x37, 0x9c, 0x61, 0x98, 0x9d,
    0x59, 0xa2, 0xfc, 0x2b, 0x7c, 0x16, 0xbe, 0x64, 0x49, 0x25, 0x71, 0xed, 0x04, 0xe7, 0xfa, 0x28,
    0x70, 0x8c, 0xd6, 0xd6, 0x6c, 0xcd, 0xc4, 0xfb, 0xa4, 0x05, 0x24, 0x9a, 0x4a, 0x5e, 0xc3, 0x5e,
};

static void write_test(uint8_t *slots, size_t *lengths) {
    for (size_t i = 0; i < TEST_COUNT; i++) {
        lengths[i] = 11 * i;
        for (size_t j = 0; j < lengths[i]; j++) slots[i * TEST_SLOT_BYTES + j] = (uint8_t)(i + j);
    }
}

static int passes_sha256(const sidos_sha2_backend_table *backend) {
    uint8_t slots[TEST_COUNT * TEST_SLOT_BYTES], all[(TEST_COUNT + 2) * SIDOS_SHA256_BYTE_COUNT];
    size_t lengths[TEST_COUNT], length = TEST_COUNT * SIDOS_SHA256_BYTE_COUNT;
    write_test(slots, lengths);
    sha256_many(backend, all, SIDOS_SHA256_BYTE_COUNT, SIDOS_SHA256_BYTE_COUNT, slots, TEST_SLOT_BYTES, lengths,
                TEST_COUNT, &sha256_start);
    sha256_many(backend, all, 0, SIDOS_SHA256_BYTE_COUNT, all, sizeof all, &length, 1, &sha256_start);
    return memcmp(all, sha256_answer, sizeof sha256_answer) == 0;
}

static int passes_sha512(const sidos_sha2_backend_table *backend) {
    uint8_t slots[TEST_COUNT * TEST_SLOT_BYTES], all[(TEST_COUNT + 2) * SIDOS_SHA512_BYTE_COUNT];
    size_t lengths[TEST_COUNT], length = TEST_COUNT * SIDOS_SHA512_BYTE_COUNT;
    write_test(slots, lengths);
    sha512_many(backend, all, SIDOS_SHA512_BYTE_COUNT, SIDOS_SHA512_BYTE_COUNT, slots, TEST_SLOT_BYTES, lengths,
                TEST_COUNT, &sha512_start);
    sha512_many(backend, all, 0, SIDOS_SHA512_BYTE_COUNT, all, sizeof all, &length, 1, &sha512_start);
    return memcmp(all, sha512_answer, sizeof sha512_answer) == 0;
}

// Written once under `selection`, read-only afterwards.
static pthread_once_t selection = PTHREAD_ONCE_INIT;
static const sidos_sha2_backend_table *selected_sha256, *selected_sha512;

/// Takes a backend for each hash that has none yet.
static void try_backend(const sidos_sha2_backend_table *backend) {
    if (!backend->is_supported()) return;
    if (selected_sha256 == NULL && backend->sha256 != NULL && passes_sha256(backend)) selected_sha256 = backend;
    if (selected_sha512 == NULL && backend->sha512 != NULL && passes_sha512(backend)) selected_sha512 = backend;
}

static void select_backends(void) {
    const char *const wanted = getenv("SIDOS_SHA2_BACKEND");
    for (size_t i = 0; wanted != NULL && i < BACKEND_COUNT; i++)
        if (strcmp(wanted, BACKENDS[i]->name) == 0) try_backend(BACKENDS[i]);
    for (size_t i = 0; i < BACKEND_COUNT; i++) try_backend(BACKENDS[i]);
}

/// The backend in use, or NULL when none passed its self-test.
static const sidos_sha2_backend_table *sha256_backend(void) {
    return pthread_once(&selection, select_backends) == 0 ? selected_sha256 : NULL;
}

static const sidos_sha2_backend_table *sha512_backend(void) {
    return pthread_once(&selection, select_backends) == 0 ? selected_sha512 : NULL;
}

const char *sidos_sha256_backend(void) {
    const sidos_sha2_backend_table *const backend = sha256_backend();
    return backend != NULL ? backend->name : "none";
}

const char *sidos_sha512_backend(void) {
    const sidos_sha2_backend_table *const backend = sha512_backend();
    return backend != NULL ? backend->name : "none";
}

int sidos_sha2_self_test(void) {
    const sidos_sha2_backend_table *const first = sha256_backend(), *const second = sha512_backend();
    return first != NULL && second != NULL && passes_sha256(first) && passes_sha512(second);
}

void sidos_sha256_begin(sidos_sha256_state *state) { *state = sha256_start; }

void sidos_sha512_begin(sidos_sha512_state *state) { *state = sha512_start; }

int sidos_sha256_absorb(sidos_sha256_state *state, const uint8_t *blocks, size_t block_count) {
    const sidos_sha2_backend_table *const backend = sha256_backend();
    if (backend == NULL) return 0;
    sha256_absorb(backend, state, blocks, block_count);
    return 1;
}

int sidos_sha512_absorb(sidos_sha512_state *state, const uint8_t *blocks, size_t block_count) {
    const sidos_sha2_backend_table *const backend = sha512_backend();
    if (backend == NULL) return 0;
    sha512_absorb(backend, state, blocks, block_count);
    return 1;
}

int sidos_sha256_many(uint8_t *out, size_t out_stride, size_t out_byte_count, uint8_t *slots, size_t slot_byte_count,
                      const size_t *lengths, size_t count, const sidos_sha256_state *start) {
    const sidos_sha2_backend_table *const backend = sha256_backend();
    if (backend == NULL || !sha256_fit(out_byte_count, slot_byte_count, lengths, count)) return 0;
    sha256_many(backend, out, out_stride, out_byte_count, slots, slot_byte_count, lengths, count, start);
    return 1;
}

int sidos_sha512_many(uint8_t *out, size_t out_stride, size_t out_byte_count, uint8_t *slots, size_t slot_byte_count,
                      const size_t *lengths, size_t count, const sidos_sha512_state *start) {
    const sidos_sha2_backend_table *const backend = sha512_backend();
    if (backend == NULL || !sha512_fit(out_byte_count, slot_byte_count, lengths, count)) return 0;
    sha512_many(backend, out, out_stride, out_byte_count, slots, slot_byte_count, lengths, count, start);
    return 1;
}

// HMAC

int sidos_hmac_sha256_keys(sidos_hmac_sha256_key *out, const uint8_t *keys, size_t key_byte_count, size_t count) {
    const sidos_sha2_backend_table *const backend = sha256_backend();
    if (backend == NULL || key_byte_count > SIDOS_SHA256_BLOCK_BYTE_COUNT) return 0;
    uint32_t states[SIDOS_SHA2_GROUP][8];
    uint8_t blocks[SIDOS_SHA2_GROUP * SIDOS_SHA256_BLOCK_BYTE_COUNT];
    size_t block_counts[SIDOS_SHA2_GROUP];
    for (size_t i = 0; i < SIDOS_SHA2_GROUP; i++) block_counts[i] = 1;
    for (size_t done = 0, n; done < count; done += n) {
        n = group_count(done, count);
        for (int is_outer = 0; is_outer < 2; is_outer++) {
            memset(blocks, is_outer ? 0x5c : 0x36, sizeof blocks);
            for (size_t i = 0; i < n; i++) {
                memcpy(states[i], sha256_start.words, sizeof states[i]);
                for (size_t j = 0; j < key_byte_count; j++)
                    blocks[i * SIDOS_SHA256_BLOCK_BYTE_COUNT + j] ^= keys[(done + i) * key_byte_count + j];
            }
            backend->sha256(states, blocks, SIDOS_SHA256_BLOCK_BYTE_COUNT, block_counts, n);
            for (size_t i = 0; i < n; i++) {
                sidos_sha256_state *const state = is_outer ? &out[done + i].outer : &out[done + i].inner;
                memcpy(state->words, states[i], sizeof states[i]);
                state->block_count = 1;
            }
        }
    }
    sidos_sha2_wipe(states, sizeof states);
    sidos_sha2_wipe(blocks, sizeof blocks);
    wipe_stack();
    return 1;
}

int sidos_hmac_sha256_many(uint8_t *out, size_t out_stride, size_t out_byte_count, uint8_t *slots,
                           size_t slot_byte_count, const size_t *lengths, size_t count,
                           const sidos_hmac_sha256_key *keys, size_t messages_per_key) {
    const sidos_sha2_backend_table *const backend = sha256_backend();
    if (backend == NULL || messages_per_key == 0 || !sha256_fit(out_byte_count, slot_byte_count, lengths, count))
        return 0;
    uint32_t states[SIDOS_SHA2_GROUP][8];
    size_t block_counts[SIDOS_SHA2_GROUP];
    for (size_t done = 0, n; done < count; done += n) {
        n = group_count(done, count);
        uint8_t *const group = slots + done * slot_byte_count;
        for (size_t i = 0; i < n; i++) {
            const sidos_sha256_state *const start = &keys[(done + i) / messages_per_key].inner;
            memcpy(states[i], start->words, sizeof states[i]);
            block_counts[i] = sha256_pad(group + i * slot_byte_count, lengths[done + i], start->block_count);
        }
        backend->sha256(states, group, slot_byte_count, block_counts, n);
        for (size_t i = 0; i < n; i++) {
            const sidos_sha256_state *const start = &keys[(done + i) / messages_per_key].outer;
            sha256_write(group + i * slot_byte_count, SIDOS_SHA256_BYTE_COUNT, states[i]);
            memcpy(states[i], start->words, sizeof states[i]);
            block_counts[i] = sha256_pad(group + i * slot_byte_count, SIDOS_SHA256_BYTE_COUNT, start->block_count);
        }
        backend->sha256(states, group, slot_byte_count, block_counts, n);
        for (size_t i = 0; i < n; i++) sha256_write(out + (done + i) * out_stride, out_byte_count, states[i]);
    }
    sidos_sha2_wipe(states, sizeof states);
    wipe_stack();
    return 1;
}
