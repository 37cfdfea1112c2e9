/* The AVX-512 IFMA backend: eight numbers at a time. */
#if defined(__x86_64__)

#include "backend.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512ifma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512ifma")
#endif

#include "montgomery_ifma.h"

#include "powers_ifma.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

static int prepare(void) {
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512ifma")) {
        return 0;
    }
    montgomery_init();
    return 1;
}

const ffdhe3072_backend sidos_ffdhe3072_ifma = {"ifma", prepare, scratch_limb_count, power, base_power};

#endif
