// The AVX-512 backend: 16 messages of SHA-256 at a time, or 8 of SHA-512.
#if defined(__x86_64__)

#include "backend.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl")
#endif

#define WORD_BITS 32
#define LANES 16
#include "lanes.h"

#define WORD_BITS 64
#define LANES 8
#include "lanes.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

static int is_supported(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

const sidos_sha2_backend_table sidos_sha2_avx512 = {"avx512", is_supported, sha256_group, sha512_group};

#endif
