// The AVX2 backend: 8 messages of SHA-256 at a time, or 4 of SHA-512.
#if defined(__x86_64__)

#include "backend.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#define WORD_BITS 32
#define LANES 8
#include "lanes.h"

#define WORD_BITS 64
#define LANES 4
#include "lanes.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

static int is_supported(void) { return __builtin_cpu_supports("avx2") != 0; }

const sidos_sha2_backend_table sidos_sha2_avx2 = {"avx2", is_supported, sha256_group, sha512_group};

#endif
