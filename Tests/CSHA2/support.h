// What the checks of this folder share.
#ifndef SIDOS_SHA2_SUPPORT_H
#define SIDOS_SHA2_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CSHA2.h"

#define CHECK(condition)                                                      \
    do {                                                                      \
        if (!(condition)) {                                                   \
            fprintf(stderr, "FAILED at line %d: %s\n", __LINE__, #condition); \
            exit(1);                                                          \
        }                                                                     \
    } while (0)

/// Ends the program with 77 unless the backend named by SIDOS_SHA2_BACKEND is in use for some hash.
static inline const char *require_backend(void) {
    const char *const wanted = getenv("SIDOS_SHA2_BACKEND");
    CHECK(sidos_sha2_self_test() == 1);
    if (wanted == NULL) return sidos_sha256_backend();
    if (strcmp(sidos_sha256_backend(), wanted) != 0 && strcmp(sidos_sha512_backend(), wanted) != 0) exit(77);
    return wanted;
}

static inline uint8_t next_byte(void) {
    static uint64_t seed = 1;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint8_t)(seed >> 56);
}

#endif
