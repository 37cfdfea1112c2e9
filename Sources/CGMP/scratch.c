#include "scratch.h"

#include <stdlib.h>

#define STALE_STACK_BYTE_COUNT 16384

int sidos_ffdhe3072_scratch_init(gmp_scratch *scratch, mp_size_t limb_count) {
    scratch->byte_count = (size_t)limb_count * sizeof(mp_limb_t);
    scratch->limbs = malloc(scratch->byte_count);
    return scratch->limbs != NULL;
}

void sidos_ffdhe3072_scratch_free(gmp_scratch *scratch) {
    if (scratch->limbs != NULL) {
        wipe(scratch->limbs, scratch->byte_count);
        free(scratch->limbs);
        scratch->limbs = NULL;
    }
    sidos_ffdhe3072_erase_stack();
}

__attribute__((noinline)) void sidos_ffdhe3072_erase_stack(void) {
    uint8_t area[STALE_STACK_BYTE_COUNT];
    wipe(area, sizeof area);
}
