/* The one allocation of a call: GMP's scratch. */
#ifndef SIDOS_FFDHE3072_SCRATCH_H
#define SIDOS_FFDHE3072_SCRATCH_H

#include "limbs.h"

/*
 * Limbs that hold secrets, in one heap block. The mpn_sec_* functions allocate nothing themselves, so wiping this block
 * and the numbers on the stack leaves no secret in freed memory.
 */
typedef struct {
    mp_limb_t *limbs;
    size_t byte_count;
} gmp_scratch;

/* Returns 1, or 0 if memory ran out. To be freed in either case. */
int sidos_ffdhe3072_scratch_init(gmp_scratch *scratch, mp_size_t limb_count);
void sidos_ffdhe3072_scratch_free(gmp_scratch *scratch);

/* GMP's functions leave window digits and carries on the stack below their caller's frame. This writes over them. */
void sidos_ffdhe3072_erase_stack(void);

#endif
