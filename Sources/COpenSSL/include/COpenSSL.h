/*
 * What Sidos computes by OpenSSL's libcrypto: NIST P-256 for the suite P256-SHA256, with hashing to the curve,
 * blinding, and the few operations proofs need; and AES-256-GCM of many short pieces and AES-256 of blocks, last.
 *
 * Elements are 33 bytes, SEC 1 compressed: 0x02 or 0x03, then x big-endian. A valid element is a point other than the
 * identity: the prefix is 2 or 3, x < p, and x is the abscissa of a point. Nothing else is accepted.
 * Scalars are 32 bytes, big-endian. A valid scalar lies in 1 ... n-1, n being the order of the group.
 *
 * Every batch function keeps this contract:
 *   Returns   `count` on success.
 *             The index of the first invalid item otherwise; then the whole of `out` is zeroed.
 *             SIDOS_P256_FAILURE when nothing could be computed: libcrypto could not allocate or had no randomness, the
 *             shared scalar is out of range, or `count` is so large that a byte count overflows. Then `out` is
 *             zeroed too, except after such an overflow, when it is left alone.
 *   count     may be 0; then nothing is read or written and 0 is returned.
 *   Scratch   is bounded whatever `count`; what held secrets is wiped before return.
 *   Threads   any number may call at once.
 *   Aliasing  `out` may equal an input only where a function says so; otherwise ranges must not overlap.
 *
 * Which item is invalid is public. "Constant time" means: no branch and no address depends on the value.
 */
#ifndef SIDOS_COPENSSL_H
#define SIDOS_COPENSSL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIDOS_P256_ELEMENT_BYTE_COUNT 33
#define SIDOS_P256_SCALAR_BYTE_COUNT 32
#define SIDOS_P256_UNIFORM_BYTE_COUNT 96
#define SIDOS_P256_FAILURE SIZE_MAX

/*
 * Multiplies every element by one scalar.
 *   Out: out     count x 33 bytes, public once blinded.
 *   In:  in      count x 33 bytes.
 *        scalar  32 bytes, secret, 1 ... n-1; out of range gives SIDOS_P256_FAILURE.
 * Aliasing: out == in exactly is allowed; after a failure the input is then gone. `scalar` must not overlap `out`.
 * Constant time in the scalar up to its count of leading zero 64-bit words (a chance of 2^-64). Elements
 * may be hashes of secrets: decoding is constant time, and libcrypto sees each only under a random projective factor.
 */
size_t sidos_p256_mul_batch(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count);

/*
 * Maps uniform bytes to the curve: hash_to_curve of P256_XMD:SHA-256_SSWU_RO_ (RFC 9380) after expand_message.
 *   Out: out   count x 33 bytes.
 *   In:  in96  count x 96 bytes, secret: two 48-byte big-endian integers u0 || u1 an item, each reduced mod p.
 * Invalid: an item whose two points cancel, so that the sum is the identity. For uniform bytes the chance is about
 *          2^-256.
 * Aliasing: none. Constant time in the input.
 */
size_t sidos_p256_hash_to_curve_batch(uint8_t *out, const uint8_t *in96, size_t count);

/*
 * Multiplies the generator by each scalar.
 *   Out: out      count x 33 bytes.
 *   In:  scalars  count x 32 bytes, secret. Invalid: 0, or n and above.
 * Aliasing: none. Constant time in the scalars, as in sidos_p256_mul_batch.
 */
size_t sidos_p256_base_mul_batch(uint8_t *out, const uint8_t *scalars, size_t count);

/*
 * Checks encodings. There is no output.
 *   In: in  count x 33 bytes.
 */
size_t sidos_p256_validate_batch(const uint8_t *in, size_t count);

/*
 * Adds, or subtracts, item by item: out[i] = a[i] + b[i], or a[i] - b[i].
 *   Out: out   count x 33 bytes.
 *   In:  a, b  count x 33 bytes each.
 * Invalid: an element of either input, or a result that is the identity, which has no encoding.
 * Aliasing: out may equal a, or b, or both, exactly; a may equal b. Constant time in all values.
 */
size_t sidos_p256_add_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count);
size_t sidos_p256_sub_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count);

/* Returns 1 if the scalar lies in 1 ... n-1, else 0. Constant time. */
int sidos_p256_scalar_is_valid(const uint8_t scalar[32]);

/*
 * Arithmetic mod n; all constant time, none can fail, and every result is below n. Inputs may be any byte strings of
 * their length, n and above included; `out` may equal or overlap any of them.
 *   reduce   out = in48 mod n: from 48 uniform bytes the bias is below 2^-128
 *   mul_add  out = a * b + c mod n
 *   invert   out = 1 / a mod n; a = 0 mod n gives 0, which no caller may use as a scalar
 */
void sidos_p256_scalar_reduce(uint8_t out[32], const uint8_t in48[48]);
void sidos_p256_scalar_mul_add(uint8_t out[32], const uint8_t a[32], const uint8_t b[32], const uint8_t c[32]);
void sidos_p256_scalar_invert(uint8_t out[32], const uint8_t a[32]);

/* AES-256-GCM, NIST SP 800-38D. */

#define SIDOS_AES256GCM_KEY_BYTE_COUNT 32
#define SIDOS_AES256GCM_TAG_BYTE_COUNT 16
#define SIDOS_AES256GCM_FAILURE SIZE_MAX

/*
 * Seals pieces where they are, each under a key of its own. The nonce is zero, so a key seals one piece, ever.
 *   Out: pieces      piece i at pieces + i * piece_stride: `byte_count` bytes become ciphertext, 16 bytes of tag
 * follow. In:  keys        32 bytes each, `key_stride` apart. Secret. additional  `additional_byte_count` bytes for
 * each piece, one after the other: authenticated, not encrypted. Returns `count`; or SIDOS_AES256GCM_FAILURE when
 * libcrypto could not allocate or refused to work, a piece and its tag do not fit the stride, or a byte count is above
 * INT_MAX. Then every piece is zeroed. Aliasing: none. libcrypto's context is wiped.
 */
size_t sidos_aes256gcm_seal_batch(uint8_t *pieces, size_t piece_stride, size_t byte_count, const uint8_t *keys,
                                  size_t key_stride, const uint8_t *additional, size_t additional_byte_count,
                                  size_t count);

/*
 * Opens what seal_batch makes, where it is: ciphertext becomes plaintext.
 *   Out: is_open  `count` bytes: 1 where the tag is right; 0 elsewhere, and the piece is zeroed.
 * Else as seal_batch. After a failure nothing is open.
 */
size_t sidos_aes256gcm_open_batch(uint8_t *pieces, size_t piece_stride, size_t byte_count, uint8_t *is_open,
                                  const uint8_t *keys, size_t key_stride, const uint8_t *additional,
                                  size_t additional_byte_count, size_t count);

/* AES-256 of single blocks, FIPS 197. */

#define SIDOS_AES256_BLOCK_BYTE_COUNT 16
#define SIDOS_AES256_FAILURE SIZE_MAX

/*
 * Encrypts every block by itself: a pseudo-random function of counters, which no caller repeats.
 *   In, Out: blocks  `count` x 16 bytes; secret once encrypted.
 *   In:      key     32 bytes, secret.
 * Returns `count`; or SIDOS_AES256_FAILURE when libcrypto could not allocate or refused to work, or the byte count is
 * above INT_MAX. Then every block is zeroed. libcrypto's context is wiped.
 */
size_t sidos_aes256_blocks(uint8_t *blocks, size_t count, const uint8_t key[32]);

/* Ed25519 private keys in files under a passphrase: PKCS #8 (RFC 5958) by PBES2 with scrypt and AES-256-CBC, in PEM. */

#define SIDOS_KEY_FILE_SEED_BYTE_COUNT 32
#define SIDOS_KEY_FILE_BYTE_COUNT_LIMIT 4096
#define SIDOS_KEY_FILE_FAILURE SIZE_MAX

#define SIDOS_KEY_FILE_READ 1
#define SIDOS_KEY_FILE_MALFORMED 0
#define SIDOS_KEY_FILE_WRONG_PASSPHRASE (-1)

/*
 * Encrypts a private key.
 *   Out: out         up to `out_capacity` bytes of PEM; SIDOS_KEY_FILE_BYTE_COUNT_LIMIT is enough. Not secret.
 *   In:  seed        the private key. Secret.
 *        passphrase  1 byte or more. Secret.
 * Returns the bytes written; or SIDOS_KEY_FILE_FAILURE when the passphrase is empty, `out` too small, or libcrypto
 * could not allocate. About 0.2 s and 16 MiB, on purpose.
 */
size_t sidos_key_file_write(uint8_t *out, size_t out_capacity, const uint8_t seed[32], const uint8_t *passphrase,
                            size_t passphrase_byte_count);

/*
 * Decrypts a private key that sidos_key_file_write, or another program, encrypted as PKCS #8.
 *   Out: seed        the private key. Secret. Zero unless SIDOS_KEY_FILE_READ is returned.
 *   In:  file        PEM; its owner's own.
 * Returns SIDOS_KEY_FILE_READ; SIDOS_KEY_FILE_WRONG_PASSPHRASE where decryption gave no key; SIDOS_KEY_FILE_MALFORMED
 * for a file that is no encrypted PKCS #8, or whose key is of another kind.
 */
int sidos_key_file_read(uint8_t seed[32], const uint8_t *file, size_t file_byte_count, const uint8_t *passphrase,
                        size_t passphrase_byte_count);

/* Time stamps, RFC 3161, over SHA-256 digests. Everything is public. Any number of threads may call at once. */

#define SIDOS_TS_DIGEST_BYTE_COUNT 32
#define SIDOS_TS_NONCE_BYTE_COUNT 8
/* Longer answers and certificates are not looked at. */
#define SIDOS_TS_BYTE_LIMIT 65536

enum {
    SIDOS_TS_GOOD,
    /* No answer of a time stamp server, or bytes behind it. */
    SIDOS_TS_MALFORMED,
    /* The server says that it gives none. */
    SIDOS_TS_REFUSED,
    /* It is of another digest, or has another nonce or none. */
    SIDOS_TS_OTHER,
    /* The certificate, or one that it has issued, did not sign it, was not valid then, or is not for time stamps. */
    SIDOS_TS_NOT_SIGNED,
    /* `pinned` is no certificate in DER. */
    SIDOS_TS_NO_CERTIFICATE
};

/*
 * Makes a query for a time stamp with the server's certificate in the answer.
 *   Out: out  at most `capacity` bytes of DER; 512 are enough.
 * Returns the number of bytes; 0 when it does not fit or libcrypto could not allocate.
 */
size_t sidos_ts_query(uint8_t *out, size_t capacity, const uint8_t digest[SIDOS_TS_DIGEST_BYTE_COUNT],
                      const uint8_t nonce[SIDOS_TS_NONCE_BYTE_COUNT]);

/*
 * Checks a server's answer.
 *   Out: seconds  since 1970, of the time stamp; 0 unless it is good.
 *   In:  bytes    `length` bytes as they came.
 *        nonce    8 bytes that it must have; NULL for any.
 *        pinned   `pinned_length` bytes, DER: the server's certificate, or that of who issued it.
 * Returns one of the numbers above.
 */
int sidos_ts_verify(int64_t *seconds, const uint8_t *bytes, size_t length,
                    const uint8_t digest[SIDOS_TS_DIGEST_BYTE_COUNT], const uint8_t *nonce, const uint8_t *pinned,
                    size_t pinned_length);

/*
 * Reads one certificate in PEM or DER.
 *   Out: out   at most `capacity` bytes: DER.
 *        name  its subject in one line, closed by 0 and cut off after `name_capacity` bytes, which are at least 1.
 * Returns the number of bytes of `out`; 0 if there is no certificate or it does not fit.
 */
size_t sidos_ts_certificate(uint8_t *out, size_t capacity, char *name, size_t name_capacity, const uint8_t *bytes,
                            size_t length);

#ifdef __cplusplus
}
#endif

#endif
