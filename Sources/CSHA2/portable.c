// The backend for every processor: vectors of 16 bytes, which most have and compilers make up elsewhere.
#include "backend.h"

#define WORD_BITS 32
#define LANES 4
#include "lanes.h"

#define WORD_BITS 64
#define LANES 2
#include "lanes.h"

static int is_supported(void) { return 1; }

const sidos_sha2_backend_table sidos_sha2_portable = {"portable", is_supported, sha256_group, sha512_group};
