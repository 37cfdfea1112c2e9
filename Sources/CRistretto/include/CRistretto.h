// Batch arithmetic in the prime-order group ristretto255 (RFC 9496).
//
// Common to all functions:
//
// Elements are 32-byte RFC 9496 encodings, scalars are 32-byte little-endian integers mod the group order
//   l = 2^252 + 27742317777372353535851937790883648493,
// a capsule is two elements A‖B, 64 bytes. Batches are arrays of these without gaps.
//
// An input element is *invalid* when its encoding is not canonical or is that of the identity (32 zero bytes). A batch
// is all or nothing: on success it returns `count`; when an input is invalid it returns the index of the first item
// holding an invalid element, and the whole output is zero. Nothing else can fail. (`count` 0 succeeds, returns 0,
// touches nothing.)
//
// Scalars given to the multiplications should be canonical, see `sidos_r255_scalar_is_canonical`; others are taken mod
// l. A scalar ≡ 0 gives the identity, which no function accepts back: callers draw scalars from 1 … l−1.
//
// Constant time: run time and memory access depend on `count`, on which item is first invalid, and on nothing else.
// Scalars, uniform bytes, elements and results may all be secret. Scratch is on the stack (under 256 KiB whatever
// `count`) and wiped. `sidos_r255_msm_vartime` alone is for public data and is not so.
//
// Aliasing: `out` may equal `in` in `sidos_r255_mul_batch` and `sidos_r255_rerandomize_batch` (after a failure the
// input is then lost, being zeroed). No other output may overlap an input or another output, except that scalar
// functions may write over any of their 32-byte arguments. Buffers need no alignment, tables do.
//
// Threads: every function may be called from any thread at once. The first call selects the backend (a few
// milliseconds).
//
// If no backend passes its self-test on this processor, every batch returns 0 with its output zeroed, tables are
// refused, and `sidos_r255_self_test` returns 0: check that once at start.
#ifndef SIDOS_CRISTRETTO_H
#define SIDOS_CRISTRETTO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Backend

/// Name of the backend in use: "portable" and, where built and supported, faster ones; "none" if none passed its
/// self-test.
///
/// The fastest that this processor supports and that passes its self-test is chosen once per process. The environment
/// variable SIDOS_R255_BACKEND, read at that moment, names one to try first; a name that is unknown, unsupported here
/// or fails the self-test leaves the choice automatic, so compare the name returned.
///
/// Returns: a static string, never NULL.
const char *sidos_r255_backend(void);

/// Recomputes known answers with the backend in use.
///
/// Returns: 1 when all agree; 0 when one does not, or no backend is in use.
int sidos_r255_self_test(void);

// MARK: Elements

/// Multiplies every element by one scalar.
///
/// In:  `in`: `count` elements; `scalar`: the scalar, secret.
/// Out: `out`: `count` elements, out[i] = scalar·in[i]. May equal `in`.
/// Returns: `count`, or the index of the first invalid element with `out` zeroed.
size_t sidos_r255_mul_batch(uint8_t *out, const uint8_t *in, const uint8_t scalar[32], size_t count);

/// Maps uniform bytes to elements: the one-way map of RFC 9496 §4.3.4, for hashing to the group.
///
/// In:  `in64`: `count` strings of 64 bytes, e.g. from expand_message; secret. All strings are acceptable.
/// Out: `out`: `count` elements. The identity can result, with probability about 2^-252.
/// Returns: `count`.
size_t sidos_r255_from_uniform_batch(uint8_t *out, const uint8_t *in64, size_t count);

/// Maps uniform bytes to elements and multiplies these by one scalar, in less time than by two calls: no element is
/// encoded and decoded between.
///
/// In:  `in64`: as for `sidos_r255_from_uniform_batch`; `scalar`: the scalar, secret.
/// Out: `out`: `count` elements, out[i] = scalar·map(in64[i]).
/// Returns: `count`.
size_t sidos_r255_from_uniform_mul_batch(uint8_t *out, const uint8_t *in64, const uint8_t scalar[32], size_t count);

/// Multiplies the generator G by every scalar.
///
/// In:  `scalars`: `count` scalars, secret.
/// Out: `out`: `count` elements, out[i] = scalars[i]·G.
/// Returns: `count`.
size_t sidos_r255_base_mul_batch(uint8_t *out, const uint8_t *scalars, size_t count);

/// Adds element by element.
///
/// In:  `a`, `b`: `count` elements each.
/// Out: `out`: `count` encodings, out[i] = a[i] + b[i]; 32 zero bytes, the identity, where b[i] = −a[i].
/// Returns: `count`, or the first index at which `a` or `b` is invalid with `out` zeroed.
size_t sidos_r255_add_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count);

/// Subtracts element by element; as `sidos_r255_add_batch`, with out[i] = a[i] − b[i], the identity where they are
/// equal.
size_t sidos_r255_sub_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count);

/// Checks that every element is valid.
///
/// In:  `in`: `count` elements.
/// Returns: `count`, or the index of the first invalid element.
size_t sidos_r255_validate_batch(const uint8_t *in, size_t count);

/// Sums multiples of public elements by public scalars, for checking many equations at once. Variable time: nothing
/// here may be secret.
///
/// In: `scalars16`: `count` integers of 128 bits, 16 little-endian bytes each; `points`: `count` elements. Any of them
/// may be
///      equal, and scalars may be 0.
/// Out: `out`: the encoding of Σ scalars16[i]·points[i]; 32 zero bytes when that is the identity, as it is for `count`
/// 0. Returns: `count`, or the index of the first invalid element with `out` zeroed. (`count` 0 writes `out`, too.)
///
/// Scratch is on the heap, 2 MiB for 8192 elements and under 6 MiB whatever `count`. Where that much cannot be had the
/// sum is made with less, in the end with 192 KiB of stack, and takes longer; it cannot fail.
size_t sidos_r255_msm_vartime(uint8_t out[32], const uint8_t *scalars16, const uint8_t *points, size_t count);

// MARK: Capsules

/// Size of a fixed-base table in bytes, the same throughout a process (100 to 300 kB).
size_t sidos_r255_table_byte_count(void);

/// Fills a table for multiplications of the element Y.
///
/// A table belongs to the process that filled it: never store or send it. It is read-only from then on and may be used
/// by several threads.
///
/// In:  `y`: one element, public or secret.
/// Out: `table`: `sidos_r255_table_byte_count()` bytes, aligned to 64, allocated by the caller; zeroed on failure.
/// Returns: 1, or 0 when Y is invalid.
int sidos_r255_table_init(void *table, const uint8_t y[32]);

/// Re-randomises capsules under the key Y.
///
/// In:  `in`: `count` capsules A‖B; `scalars`: `count` scalars ρ', secret; `table`: filled for Y.
/// Out: `out`: `count` capsules (A + ρ'·G)‖(B + ρ'·Y). May equal `in`. An identity can result, only if ρ'·G = −A or
/// ρ'·Y = −B. Returns: `count`, or the index of the first capsule with an invalid half with `out` zeroed.
size_t sidos_r255_rerandomize_batch(uint8_t *out, const uint8_t *in, const uint8_t *scalars, const void *table,
                                    size_t count);

/// Seals fresh random elements S under the key Y.
///
/// In:  `sigmas`, `rhos`: `count` scalars σ and ρ each, secret; `table`: filled for Y.
/// Out: `capsules_out`: `count` capsules (ρ·G)‖(S + ρ·Y) with S = σ·G; `secrets_out`: the `count` elements S, secret,
/// the
///      caller wipes them.
/// Returns: `count`.
size_t sidos_r255_seal_batch(uint8_t *capsules_out, uint8_t *secrets_out, const uint8_t *sigmas, const uint8_t *rhos,
                             const void *table, size_t count);

// MARK: Scalars
//
// Inputs may be any 32 bytes, read as integers mod l; results are canonical. Constant time.

/// out = `in`, a 512-bit little-endian integer, mod l.
void sidos_r255_scalar_reduce64(uint8_t out[32], const uint8_t in[64]);

/// out = a·b + c mod l.
void sidos_r255_scalar_mul_add(uint8_t out[32], const uint8_t a[32], const uint8_t b[32], const uint8_t c[32]);

/// out = 1/a mod l; 0 when a ≡ 0.
void sidos_r255_scalar_invert(uint8_t out[32], const uint8_t a[32]);

/// out = −a mod l.
void sidos_r255_scalar_negate(uint8_t out[32], const uint8_t a[32]);

/// Returns: 1 when a < l, else 0. Zero is canonical.
int sidos_r255_scalar_is_canonical(const uint8_t a[32]);

#ifdef __cplusplus
}
#endif

#endif
