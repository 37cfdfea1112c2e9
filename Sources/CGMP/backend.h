/* What computes powers: GMP, one number at a time, or vector instructions, eight at a time. */
#ifndef SIDOS_FFDHE3072_BACKEND_H
#define SIDOS_FFDHE3072_BACKEND_H

#include "limbs.h"

#define GROUP_COUNT 8
#define EXPONENT_LIMB_COUNT 4

typedef mp_limb_t ffdhe3072_number[LIMB_COUNT];
typedef mp_limb_t ffdhe3072_exponent[EXPONENT_LIMB_COUNT];

/* Both functions take 1 ... GROUP_COUNT items, give numbers below p, and are constant time in all but the counts. */
typedef struct {
    const char *name;
    /* 1 if this processor can run it; called once, before all else. */
    int (*prepare)(void);
    mp_size_t (*scratch_limb_count)(mp_size_t exponent_limb_count);
    /* Raises numbers that are 1 ... p - 1 to one exponent. */
    void (*power)(ffdhe3072_number *numbers, size_t count, const mp_limb_t *exponent, mp_size_t exponent_limb_count,
                  mp_limb_t *scratch);
    /* Raises 2 to each exponent. The scratch is that of exponents of EXPONENT_LIMB_COUNT limbs. */
    void (*base_power)(ffdhe3072_number *powers, const ffdhe3072_exponent *exponents, size_t count, mp_limb_t *scratch);
} ffdhe3072_backend;

extern const ffdhe3072_backend sidos_ffdhe3072_gmp;
#if defined(__x86_64__)
extern const ffdhe3072_backend sidos_ffdhe3072_ifma;
#endif

/* The backend of this process. */
const ffdhe3072_backend *sidos_ffdhe3072_backend_in_use(void);

#endif
