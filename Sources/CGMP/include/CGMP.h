/*
 * The suite ffdhe3072-SHA512: modular exponentiation over GMP, and a big-number oracle for tests.
 *
 * The group is Z_p* / {1, -1} for the safe prime p of RFC 7919's ffdhe3072: an element stands for {y, p - y}, the group
 * operation is multiplication mod p, its order is the prime q = (p - 1) / 2, and 2 generates it.
 *
 * Elements are 384 bytes, min(y, p - y) big-endian. A valid element has 2 <= y <= q; 1 is the identity and refused.
 * Exponents ("scalars") are big-endian, 32 bytes, 1 ... 2^256 - 1, or 384 bytes, 1 ... q - 1.
 *
 * Every batch function keeps this contract:
 *   Returns   `count` on success.
 *             The index of the first invalid item otherwise; then the whole of `out` is zeroed.
 *             SIDOS_FFDHE3072_FAILURE when nothing could be computed: memory ran out, the shared exponent is out of
 *             range, or `count` is so large that a byte count overflows. Then `out` is zeroed too, except after such
 *             an overflow, when it is left alone.
 *   count     may be 0; then nothing is read or written and 0 is returned.
 *   Scratch   is bounded whatever `count`, allocated once a call and wiped before it is freed.
 *   Threads   any number may call at once.
 *   Aliasing  `out` may equal an input only where a function says so; otherwise ranges must not overlap.
 *
 * Which item is invalid is public. "Constant time" means: no branch and no address depends on the value. It rests
 * on GMP's mpn_sec_* functions, which GMP documents as free of such dependence, and for powers on the backend "ifma",
 * which is written so.
 */
#ifndef SIDOS_CGMP_H
#define SIDOS_CGMP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIDOS_FFDHE3072_ELEMENT_BYTE_COUNT 384
#define SIDOS_FFDHE3072_EXPONENT_BYTE_COUNT 32
#define SIDOS_FFDHE3072_UNIFORM_BYTE_COUNT 448
#define SIDOS_FFDHE3072_FAILURE SIZE_MAX

/*
 * The name of what computes powers (mul, mul_wide and base_mul): "gmp", or "ifma" on processors with AVX-512 IFMA,
 * which takes eight items at a time, so that multiples of eight are best.
 *
 * Chosen once per process, at the first power or call of this function: "ifma" if it was compiled with optimisation,
 * the processor supports it, and its answers are those of GMP, which takes some 12 ms to see; "gmp" if memory runs out
 * in that test. The environment variable SIDOS_FFDHE3072_BACKEND, read at that moment, names one to prefer; a name that
 * is unknown, not supported here or fails the test leaves the choice automatic, so compare the name returned. Never
 * NULL.
 */
const char *sidos_ffdhe3072_backend(void);

/*
 * Raises every element to one exponent: scalar multiplication in the additive notation of the protocol.
 *   Out: out       count x 384 bytes, public once blinded.
 *   In:  in        count x 384 bytes; may be hashes of secrets.
 *        exponent  secret; 32 bytes, not zero, or for the wide function 384 bytes, 1 ... q - 1. Out of range gives
 *                  SIDOS_FFDHE3072_FAILURE.
 * Aliasing: out == in exactly is allowed; after a failure the input is then gone. `exponent` must not overlap `out`.
 * Constant time in exponent and elements.
 */
size_t sidos_ffdhe3072_mul_batch(uint8_t *out, const uint8_t *in, const uint8_t exponent[32], size_t count);
size_t sidos_ffdhe3072_mul_wide_batch(uint8_t *out, const uint8_t *in, const uint8_t exponent[384], size_t count);

/*
 * Raises the generator 2 to each exponent.
 *   Out: out        count x 384 bytes.
 *   In:  exponents  count x 32 bytes, secret. Invalid: 0; and 1 is fine, it gives 2.
 * Aliasing: none. Constant time in the exponents.
 */
size_t sidos_ffdhe3072_base_mul_batch(uint8_t *out, const uint8_t *exponents, size_t count);

/*
 * Maps uniform bytes to the group: the 448-byte big-endian integer mod p, then min(y, p - y). The bias is below 2^-511.
 *   Out: out    count x 384 bytes.
 *   In:  in448  count x 448 bytes, secret.
 * No item is invalid: 0 and 1, which are not elements and turn up with a chance of about 2^-3070, become 4.
 * Aliasing: none. Constant time in the input.
 */
size_t sidos_ffdhe3072_from_uniform_batch(uint8_t *out, const uint8_t *in448, size_t count);

/*
 * Checks encodings. There is no output, and it never fails for want of memory.
 *   In: in  count x 384 bytes.
 */
size_t sidos_ffdhe3072_validate_batch(const uint8_t *in, size_t count);

/*
 * The group operation, item by item: out[i] = a[i] * b[i].
 *   Out: out   count x 384 bytes.
 *   In:  a, b  count x 384 bytes each.
 * Invalid: an element of either input, or a result that is the identity.
 * Aliasing: out may equal a, or b, or both, exactly; a may equal b. Constant time in all values.
 */
size_t sidos_ffdhe3072_multiply_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count);

/* Returns 1 if the 384-byte scalar lies in 1 ... q - 1, else 0. Constant time. */
int sidos_ffdhe3072_scalar_is_valid(const uint8_t scalar[384]);

/*
 * Arithmetic mod q on 384-byte scalars, constant time. Inputs may be any byte strings of their length, q and above
 * included; results are below q. `out` may equal or overlap any input. Both return 1, or 0 with `out` zeroed if memory
 * ran out.
 *   reduce   out = in448 mod q: from 448 uniform bytes the bias is below 2^-511
 *   mul_add  out = a * b + c mod q
 */
int sidos_ffdhe3072_scalar_reduce(uint8_t out[384], const uint8_t in448[448]);
int sidos_ffdhe3072_scalar_mul_add(uint8_t out[384], const uint8_t a[384], const uint8_t b[384], const uint8_t c[384]);

/* Writes p, big-endian. */
void sidos_ffdhe3072_modulus(uint8_t out[384]);

/*
 * The oracle: plain arithmetic for tests, through GMP's ordinary functions rather than those the group uses. Variable
 * time, for public data only; GMP ends the process if memory runs out.
 */
#define SIDOS_ORACLE_MAXIMUM_BYTE_COUNT 4096

/*
 * out = base^exponent mod modulus; every number is big-endian and `byte_count` bytes long.
 * Returns 1, or 0 with nothing written if the modulus is zero or byte_count is not in 1 ...
 * SIDOS_ORACLE_MAXIMUM_BYTE_COUNT. `out` may equal or overlap any input.
 */
int sidos_powmod(uint8_t *out, const uint8_t *base, const uint8_t *exponent, const uint8_t *modulus, size_t byte_count);

/*
 * out = a mod modulus; a is `a_byte_count` bytes, modulus and out are `byte_count` bytes, big-endian.
 * Returns as sidos_powmod; both counts are bounded alike.
 */
int sidos_mod(uint8_t *out, const uint8_t *a, size_t a_byte_count, const uint8_t *modulus, size_t byte_count);

/*
 * Is the big-endian number a prime? Baillie-PSW and then Miller-Rabin, `rounds` rounds in all, 24 or more of which GMP
 * counts as Baillie-PSW.
 * Returns 2 if certainly prime, 1 if probably, 0 if composite, 0 or 1; -1 if byte_count or rounds (1 ... 1000) is out
 * of range.
 */
int sidos_is_probable_prime(const uint8_t *number, size_t byte_count, int rounds);

#ifdef __cplusplus
}
#endif

#endif
