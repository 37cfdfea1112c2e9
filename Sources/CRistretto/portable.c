// The portable backend: any 64-bit processor with a 64×64→128 multiplication, one item at a time.
#include "field_portable.h"

#include "batch.h"

static int is_supported(void) { return 1; }

const sidos_r255_backend_table sidos_r255_portable = SIDOS_R255_BACKEND_TABLE("portable");
