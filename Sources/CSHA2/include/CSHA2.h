/*
 * SHA-512, SHA-256 and HMAC-SHA256 (FIPS 180-4, RFC 2104) of many short messages at once: a message in each
 * lane of a vector, or two at a time by a processor's own instructions. For one long message a library's hash is
 * faster.
 *
 * Messages lie in slots: `slot_byte_count` bytes apart in one buffer, each message at the beginning of its slot. The
 * functions pad messages where they are, so slots hold something else afterwards; whoever owns them wipes them.
 * A slot is a whole number of blocks, and a message leaves room in it for padding: 9 bytes for SHA-256, 17 for SHA-512.
 *
 * Every function of many messages keeps this contract:
 *   Returns   1, or 0 when an argument is out of the bounds that it names, or no backend passes its self-test. Then
 *             nothing has been written.
 *   Messages  are secret: no branch and no address depends on them, nor on keys or states. Their lengths are public.
 *             Each lane works until the longest message of its vector is done, so messages of like lengths are faster.
 *   count     may be 0; then nothing is read or written.
 *   Scratch   is bounded whatever `count`, on the stack, and wiped before return.
 *   Threads   any number may call at once. Nothing is allocated.
 *   Aliasing  outputs overlap no input, except where a function says so.
 */
#ifndef SIDOS_CSHA2_H
#define SIDOS_CSHA2_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIDOS_SHA256_BLOCK_BYTE_COUNT 64
#define SIDOS_SHA256_BYTE_COUNT 32
#define SIDOS_SHA512_BLOCK_BYTE_COUNT 128
#define SIDOS_SHA512_BYTE_COUNT 64

/* The bytes that padding needs at least, after a message. */
#define SIDOS_SHA256_PADDING_BYTE_COUNT 9
#define SIDOS_SHA512_PADDING_BYTE_COUNT 17

/* What hashing has come to after `block_count` blocks. As secret as these are. */
typedef struct {
    uint32_t words[8];
    uint64_t block_count;
} sidos_sha256_state;

typedef struct {
    uint64_t words[8];
    uint64_t block_count;
} sidos_sha512_state;

/* The states after the padded key of HMAC-SHA256. As secret as the key. */
typedef struct {
    sidos_sha256_state inner, outer;
} sidos_hmac_sha256_key;

/*
 * The names of the backends in use: `shani` (SHA-256 only), `avx512`, `avx2` or `portable`, or `none` when none passes
 * its self-test. The environment variable SIDOS_SHA2_BACKEND, read once, asks for one; where the processor or the hash
 * lacks it, the best that there is is used.
 */
const char *sidos_sha256_backend(void);
const char *sidos_sha512_backend(void);

/* 1 if the backends in use give the answers that they must. */
int sidos_sha2_self_test(void);

/* The state before any block. */
void sidos_sha256_begin(sidos_sha256_state *state);
void sidos_sha512_begin(sidos_sha512_state *state);

/* Takes `block_count` whole blocks into a state. 0 when no backend passes its self-test. */
int sidos_sha256_absorb(sidos_sha256_state *state, const uint8_t *blocks, size_t block_count);
int sidos_sha512_absorb(sidos_sha512_state *state, const uint8_t *blocks, size_t block_count);

/*
 * Digests of many messages that begin alike.
 *   Out: out      the first `out_byte_count` bytes of each digest, `out_stride` apart. At most a digest.
 *   In:  slots    `count` slots, see above; changed.
 *        lengths  bytes of each message without what `start` has taken; at most a slot less its padding.
 *        start    what all of them begin with, whole blocks of it.
 */
int sidos_sha256_many(uint8_t *out, size_t out_stride, size_t out_byte_count, uint8_t *slots, size_t slot_byte_count,
                      const size_t *lengths, size_t count, const sidos_sha256_state *start);
int sidos_sha512_many(uint8_t *out, size_t out_stride, size_t out_byte_count, uint8_t *slots, size_t slot_byte_count,
                      const size_t *lengths, size_t count, const sidos_sha512_state *start);

/*
 * Prepares keys of HMAC-SHA256.
 *   In: keys  `count` times `key_byte_count` bytes, at most a block; a longer key must be hashed first.
 */
int sidos_hmac_sha256_keys(sidos_hmac_sha256_key *out, const uint8_t *keys, size_t key_byte_count, size_t count);

/*
 * Codes of many messages.
 *   Out: out      the first `out_byte_count` bytes of each code, `out_stride` apart. At most a digest.
 *   In:  slots    `count` slots, see above; changed. They have no bytes that `keys[].inner` has taken already.
 *        lengths  bytes of each message.
 *        keys     message i is under keys[i / messages_per_key]; `messages_per_key` is at least 1.
 */
int sidos_hmac_sha256_many(uint8_t *out, size_t out_stride, size_t out_byte_count, uint8_t *slots,
                           size_t slot_byte_count, const size_t *lengths, size_t count,
                           const sidos_hmac_sha256_key *keys, size_t messages_per_key);

#ifdef __cplusplus
}
#endif

#endif
