// The AVX2 backend: four items at a time.
#if defined(__x86_64__)

#include <immintrin.h>

#include "backend.h"
#include "secrecy.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#include "field_avx2.h"

#include "batch.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

static int is_supported(void) { return __builtin_cpu_supports("avx2") != 0; }

const sidos_r255_backend_table sidos_r255_avx2 = SIDOS_R255_BACKEND_TABLE("avx2");

#endif
