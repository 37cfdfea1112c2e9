// What the programs of this folder share: the backend asked for, numbers drawn from a seed, reports of failures.
#ifndef SIDOS_R255_SUPPORT_H
#define SIDOS_R255_SUPPORT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CRistretto.h"

/// Exit status of a program whose backend this processor (or valgrind's) cannot run.
#define EXIT_UNSUPPORTED 77

/// 1 when the processor has the instructions that the backend `name` is made of.
static inline int processor_supports(const char *name) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(name, "ifma") == 0) return __builtin_cpu_supports("avx512ifma") != 0;
    if (strcmp(name, "avx2") == 0) return __builtin_cpu_supports("avx2") != 0;
#endif
    return strcmp(name, "portable") == 0;
}

/// Makes sure that the backend in use is the one that SIDOS_R255_BACKEND names, if it names one, and passes its
/// self-test.
///
/// Ends the program with EXIT_UNSUPPORTED if the processor lacks the instructions, and with 1 if it has them and yet
/// another backend is in use: then the one asked for is not built or failed its self-test.
static inline const char *require_backend(void) {
    const char *const wanted = getenv("SIDOS_R255_BACKEND"), *const used = sidos_r255_backend();
    if (wanted != NULL && strcmp(wanted, used) != 0) {
        if (!processor_supports(wanted)) {
            printf("backend %s: not supported here\n", wanted);
            exit(EXIT_UNSUPPORTED);
        }
        fprintf(stderr,
                "FAILED: backend %s is not built or fails its self-test; this processor supports it; %s is used\n",
                wanted, used);
        exit(1);
    }
    if (sidos_r255_self_test() != 1) {
        fprintf(stderr, "FAILED: self-test of backend %s\n", used);
        exit(1);
    }
    return used;
}

// MARK: Numbers

static uint64_t random_state = 20240607;

/// splitmix64: for test inputs only.
static inline uint64_t random64(void) {
    uint64_t z = random_state += 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

static inline size_t random_below(size_t bound) { return (size_t)(random64() % bound); }

static inline void random_bytes(void *memory, size_t byte_count) {
    uint8_t *const bytes = memory;
    for (size_t i = 0; i < byte_count; i += 8) {
        const uint64_t word = random64();
        memcpy(bytes + i, &word, byte_count - i < 8 ? byte_count - i : 8);
    }
}

/// The program's argument `index`, a count; `otherwise` when it is not given.
static inline size_t count_argument(int argc, char **argv, int index, size_t otherwise) {
    if (argc <= index) return otherwise;
    char *end;
    const unsigned long long value = strtoull(argv[index], &end, 10);
    if (*argv[index] == 0 || *end != 0) {
        fprintf(stderr, "%s: %s is no count\n", argv[0], argv[index]);
        exit(2);
    }
    return (size_t)value;
}

static inline void *allocate(size_t byte_count) {
    void *const memory = malloc(byte_count != 0 ? byte_count : 1);
    if (memory != NULL) return memory;
    fprintf(stderr, "out of memory\n");
    exit(2);
}

/// A table for Y, aligned as the kernel asks. `y` must be valid.
static inline void *new_table(const uint8_t y[32]) {
    void *const table = aligned_alloc(64, (sidos_r255_table_byte_count() + 63) / 64 * 64);
    if (table != NULL && sidos_r255_table_init(table, y) == 1) return table;
    fprintf(stderr, "FAILED: table_init of a valid element, backend %s\n", sidos_r255_backend());
    exit(1);
}

// MARK: Failures

static size_t check_count = 0;

static inline void print_hex(const char *label, const uint8_t *bytes, size_t byte_count) {
    fprintf(stderr, "  %s ", label);
    for (size_t i = 0; i < byte_count; i++) fprintf(stderr, "%02x", bytes[i]);
    fputc('\n', stderr);
}

_Noreturn static inline void fail(const char *function, const char *what, size_t count, size_t index) {
    fprintf(stderr, "FAILED: %s, %s; backend %s, count %zu, index %zu\n", function, what, sidos_r255_backend(), count,
            index);
    exit(1);
}

/// Compares one item of a batch of `count`.
static inline void require_same(const char *function, const char *what, size_t count, size_t index, const uint8_t *got,
                                const uint8_t *want, size_t byte_count) {
    check_count++;
    if (memcmp(got, want, byte_count) == 0) return;
    print_hex("got ", got, byte_count);
    print_hex("want", want, byte_count);
    fail(function, what, count, index);
}

/// Compares what a batch function returned.
static inline void require_returned(const char *function, const char *what, size_t count, size_t got, size_t want) {
    check_count++;
    if (got == want) return;
    fprintf(stderr, "  returned %zu, want %zu\n", got, want);
    fail(function, what, count, got < want ? got : want);
}

#endif
