// What a backend is: one translation unit that offers this table. dispatch.c alone chooses among them.
#ifndef SIDOS_R255_BACKEND_H
#define SIDOS_R255_BACKEND_H

#include <stddef.h>
#include <stdint.h>

/// The most items one backend call is given. It bounds a backend's scratch, which is on the stack.
#define SIDOS_R255_GROUP 128

/// Room for the fixed-base table of any backend, and its alignment.
#define SIDOS_R255_TABLE_BYTES 284160
#define SIDOS_R255_TABLE_ALIGNMENT 64

/// Scratch that is enough for sums of multiples of any count of points, in small chunks.
#define SIDOS_R255_MSM_LEAST 196608

/// How points are given: as RFC 9496's encodings, or 64 bytes in affine form.
typedef enum { SIDOS_R255_ENCODED, SIDOS_R255_AFFINE } sidos_r255_point_form;

/// What a public sum is made of.
typedef struct {
    const uint8_t *scalars, *points;
    size_t scalar_byte_count;  // 16: any integers of 128 bits; 32: any, taken mod l
    size_t stride;             // of points
    sidos_r255_point_form form;
    size_t count;
    uint8_t *plain;  // NULL, or where Σ points[i] goes
} sidos_r255_msm_input;

/// The group operations of one instruction set, for `count` ≤ `SIDOS_R255_GROUP` items.
///
/// Scalars come halved (k/2 mod l, canonical), since every backend ends in double-and-encode. Tables are those of the
/// same backend. Functions returning size_t return `count`, or the index of the first invalid encoding with `out`
/// unspecified; dispatch zeroes it. `out` may be `in` in mul and rerandomize, and overlaps nothing elsewhere. All but
/// the tables, Y, and the answer valid or not is treated as secret; a backend wipes its scratch.
typedef struct {
    const char *name;
    /// Size of a fixed-base table, at most SIDOS_R255_TABLE_BYTES.
    size_t table_byte_count;
    /// 1 when this processor can run the backend.
    int (*is_supported)(void);
    int (*table_init)(void *table, const uint8_t y[32]);
    size_t (*mul)(uint8_t *out, const uint8_t *in, const uint8_t half_scalar[32], size_t count);
    void (*from_uniform)(uint8_t *out, const uint8_t *in64, size_t count);
    void (*from_uniform_mul)(uint8_t *out, const uint8_t *in64, const uint8_t half_scalar[32], size_t count);
    void (*from_uniform_affine)(uint8_t *out64, const uint8_t *in64, size_t count);
    void (*table_mul)(uint8_t *out, const uint8_t *half_scalars, const void *table, size_t count);
    void (*double_table_mul)(uint8_t *out, const uint8_t *half_a, const uint8_t *half_b, const void *table_g,
                             const void *table_h, size_t count);
    size_t (*table_mul_add_affine)(uint8_t *out, const uint8_t *half_scalars, const uint8_t *affine64,
                                   const void *table, size_t count);
    size_t (*rerandomize)(uint8_t *out, const uint8_t *in, const uint8_t *half_scalars, const void *table_g,
                          const void *table_y, size_t count);
    void (*seal)(uint8_t *capsules, uint8_t *secrets, const uint8_t *half_sigmas, const uint8_t *half_rhos,
                 const void *table_g, const void *table_y, size_t count);
    size_t (*add)(uint8_t *out, const uint8_t *a, const uint8_t *b, int subtract, size_t count);
    size_t (*validate)(const uint8_t *in, size_t count);
    /// Σ scalars[i]·points[i] for any `count`, of scalars mod l, not halved, and of encodings or points in affine form,
    /// `stride` bytes apart.
    size_t (*sum)(uint8_t out[32], const uint8_t *scalars, const uint8_t *points, size_t stride,
                  sidos_r255_point_form form, size_t count);
    /// Bytes of scratch with which `msm` is fastest for a count and a size of scalars; bounded.
    size_t (*msm_scratch_size)(size_t scalar_byte_count, size_t count);
    /// Σ scalars[i]·points[i] for any count, public. `scratch`, aligned to 64, has `scratch_size` ≥
    /// SIDOS_R255_MSM_LEAST bytes, or what msm_scratch_size says if that is less.
    size_t (*msm)(uint8_t out[32], const sidos_r255_msm_input *input, void *scratch, size_t scratch_size);
} sidos_r255_backend_table;

#if defined(__x86_64__)
extern const sidos_r255_backend_table sidos_r255_ifma;
extern const sidos_r255_backend_table sidos_r255_avx2;
#endif
extern const sidos_r255_backend_table sidos_r255_portable;

/// Known answers for every function of a backend. 1 when all agree. `table_g` was made by the backend's table_init for
/// G.
int sidos_r255_backend_passes(const sidos_r255_backend_table *backend, const void *table_g);

/// The encoding of the generator G.
extern const uint8_t sidos_r255_generator[32];

#endif
