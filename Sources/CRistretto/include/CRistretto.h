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
// Constant time: run time and memory access depend on `count` (and a width and a stride where there are any), on which
// item is first invalid, and on nothing else. Scalars, uniform bytes, elements and results may all be secret. Scratch
// is on the stack (under 256 KiB whatever `count`) and wiped. Functions whose name ends in `vartime` are for public
// data and are not so.
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

// MARK: Elements kept in affine form
//
// Elements that are used again and again can be kept as points, so that nobody decodes them: 64 bytes x‖y, two integers
// below p = 2^255 − 19, little-endian, of a point (x, y) of the curve −x² + y² = 1 + d·x²·y² *twice* which is the
// element. Every such point stands for one element, also for the identity, and every element has many; only
// `sidos_r255_from_uniform_affine_batch` makes them.
//
// Where the form is read, an item is *invalid* when x or y is not below p or (x, y) is not on the curve, and nothing
// else is: no other bytes are accepted, and none can make a function misbehave. Who keeps such points in a file must
// see to it that they are the right ones.

/// Maps uniform bytes to elements in affine form: those that `sidos_r255_from_uniform_batch` gives.
///
/// In:  `in64`: `count` strings of 64 bytes, as for `sidos_r255_from_uniform_batch`.
/// Out: `out64`: `count` elements in affine form.
/// Returns: `count`.
size_t sidos_r255_from_uniform_affine_batch(uint8_t *out64, const uint8_t *in64, size_t count);

/// Adds multiples of the generator G to elements in affine form.
///
/// In:  `scalars`: `count` scalars, secret; `affine64`: `count` elements in affine form, secret too: which of many
/// known elements stands where. Out: `out`: `count` encodings, out[i] = scalars[i]·G + affine64[i]; of a scalar 0 the
/// element's own; the identity where the sum is it. Returns: `count`, or the index of the first invalid item with `out`
/// zeroed.
size_t sidos_r255_base_mul_add_affine_batch(uint8_t *out, const uint8_t *scalars, const uint8_t *affine64,
                                            size_t count);

// MARK: Sums of multiples
//
// Elements of these sums lie in `count` *items*, `stride` bytes from the beginning of one to that of the next. The
// first 32·`width` bytes of an item are `width` elements, where `width` ≥ 1 and `stride` ≥ 32·`width`; what follows is
// not read. The i-th scalar belongs to item i, and there is a sum for each place in an item. Elements may be equal or
// opposite, scalars may be 0. Sums can be the identity, as they are for `count` 0; then 32 zero bytes are written, also
// for `count` 0. An item is invalid where one of its `width` elements is.

/// Sums multiples by secret scalars.
///
/// In:  `scalars`: `count` scalars, secret; `items`: `count` items of `width` elements.
/// Out: `out`: `width` encodings, out[m] = Σ scalars[i]·(element m of item i).
/// Returns: `count`, or the index of the first invalid item with `out` zeroed.
///
/// A sum costs some 0.1 ms whatever `count`: it is meant for thousands of items.
size_t sidos_r255_msm_secret(uint8_t *out, const uint8_t *scalars, const uint8_t *items, size_t stride, size_t width,
                             size_t count);

/// Sums multiples of elements in affine form by secret scalars.
///
/// In:  `scalars`: `count` scalars, secret; `affine64`: `count` elements in affine form.
/// Out: `out`: the encoding of Σ scalars[i]·affine64[i].
/// Returns: `count`, or the index of the first invalid item with `out` zeroed.
size_t sidos_r255_msm_secret_affine(uint8_t out[32], const uint8_t *scalars, const uint8_t *affine64, size_t count);

// Sums by public scalars, in variable time: nothing may be secret. Scratch is on the heap, under 2 MiB for 8192 items
// and under 7 MiB whatever `count`. Where that much cannot be had the sum is made with less, in the end with 192 KiB of
// stack, and takes longer; it cannot fail.

/// Sums multiples of public elements by public scalars of 128 bits, for checking many equations at once.
///
/// In:  `scalars16`: `count` integers of 128 bits, 16 little-endian bytes each; `points`: `count` elements.
/// Out: `out`: the encoding of Σ scalars16[i]·points[i].
/// Returns: `count`, or the index of the first invalid element with `out` zeroed.
size_t sidos_r255_msm_vartime(uint8_t out[32], const uint8_t *scalars16, const uint8_t *points, size_t count);

/// The same of items, and if wanted the sums of the elements themselves.
///
/// In:  `scalars16`: `count` integers of 128 bits; `items`: `count` items of `width` elements.
/// Out: `out`: `width` encodings, out[m] = Σ scalars16[i]·(element m of item i); `sums`: NULL, or `width` encodings,
/// sums[m] = Σ (element m of item i).
/// Returns: `count`, or the index of the first invalid item with `out` and `sums` zeroed.
size_t sidos_r255_msm_items_vartime(uint8_t *out, uint8_t *sums, const uint8_t *scalars16, const uint8_t *items,
                                    size_t stride, size_t width, size_t count);

/// The same with scalars of full size: 32 bytes each, any, taken mod l.
size_t sidos_r255_msm_wide_vartime(uint8_t *out, uint8_t *sums, const uint8_t *scalars, const uint8_t *items,
                                   size_t stride, size_t width, size_t count);

/// The same of elements in affine form, `count` of them without gaps; `sum`: NULL, or 32 bytes.
size_t sidos_r255_msm_wide_affine_vartime(uint8_t out[32], uint8_t *sum, const uint8_t *scalars,
                                          const uint8_t *affine64, size_t count);

// MARK: Tables and capsules

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

/// Multiplies the generator G and an element H and adds both.
///
/// In:  `a`, `b`: `count` scalars each, secret; `table`: filled for H.
/// Out: `out`: `count` encodings, out[i] = a[i]·G + b[i]·H; the identity where the sum is it.
/// Returns: `count`.
size_t sidos_r255_double_base_mul_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, const void *table,
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

// MARK: Lists of scalars
//
// As above, for each of `count` scalars; `out` may be any of the lists of 32-byte scalars that are read.

/// out[i] = in64[i], a 512-bit little-endian integer, mod l. `out` overlaps nothing.
void sidos_r255_scalar_reduce64_batch(uint8_t *out, const uint8_t *in64, size_t count);

/// out[i] = a[i]·b[i] + c[i] mod l; `c` NULL: zeros.
void sidos_r255_scalar_mul_add_batch(uint8_t *out, const uint8_t *a, const uint8_t *b, const uint8_t *c, size_t count);

/// out[i] = a·b[i] + c[i] mod l, with one `a`; `c` NULL: zeros.
void sidos_r255_scalar_scale_add_batch(uint8_t *out, const uint8_t a[32], const uint8_t *b, const uint8_t *c,
                                       size_t count);

/// out = Σ a[i]·b[i] mod l; `b` NULL: ones. 0 for `count` 0.
void sidos_r255_scalar_inner_product(uint8_t out[32], const uint8_t *a, const uint8_t *b, size_t count);

/// Runs a linear recurrence: with s = sums, p = products,
///   s[i + 1] = factors[i]·s[i] + addends[i]    p[i + 1] = factors[i]·p[i]    mod l
///
/// In:  `addends`, `factors`: `count` scalars each; `sums`, `products`: the first 32 bytes, s[0] and p[0].
/// Out: `sums`, `products`: `count` + 1 scalars each, of which the first is left alone. They overlap nothing.
void sidos_r255_scalar_recurrence(uint8_t *sums, uint8_t *products, const uint8_t *addends, const uint8_t *factors,
                                  size_t count);

#ifdef __cplusplus
}
#endif

#endif
