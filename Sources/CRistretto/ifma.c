// The AVX-512 IFMA backend: eight items at a time.
#if defined(__x86_64__)

#include <immintrin.h>

#include "backend.h"
#include "secrecy.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512ifma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512ifma")
#endif

#include "field_ifma.h"

#include "batch.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

static int is_supported(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512ifma");
}

const sidos_r255_backend_table sidos_r255_ifma = SIDOS_R255_BACKEND_TABLE("ifma");

#endif
