/*
 * Looks for copies of secret scalars in the writable memory of the process after multiplications (Linux).
 *
 * The scalar is kept only inverted, so that a match is a copy that somebody left. A deliberate copy shows the search
 * works.
 */
#include "COpenSSL.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATTERN_BYTE_COUNT 8
#define ITEM_COUNT 130

static uint8_t inverted[32];

/*
 * Is one of the scalar's 64-bit words here, in either byte order? A freed block keeps only part of a copy, as the
 * allocator writes its links into it, so a whole scalar is too much to look for.
 */
static int holds_word(const uint8_t *memory) {
    for (int word = 0; word < 4; word++) {
        int forward = 1, reversed = 1;
        for (int i = 0; i < PATTERN_BYTE_COUNT; i++) {
            forward &= memory[i] == (uint8_t)~inverted[8 * word + i];
            reversed &= memory[i] == (uint8_t)~inverted[8 * word + 7 - i];
        }
        if (forward || reversed) {
            return 1;
        }
    }
    return 0;
}

static int count_words(void) {
    char line[512];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    if (maps == NULL) {
        fprintf(stderr, "cannot read /proc/self/maps\n");
        exit(2);
    }
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long start, end;
        char permissions[5];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, permissions) != 3 || strncmp(permissions, "rw", 2) != 0 ||
            strstr(line, "[v") != NULL) {
            continue;
        }
        for (const uint8_t *p = (const uint8_t *)start; p + PATTERN_BYTE_COUNT <= (const uint8_t *)end; p++) {
            found += holds_word(p);
        }
    }
    fclose(maps);
    return found;
}

static void reveal(uint8_t scalar[32]) {
    for (int i = 0; i < 32; i++) {
        scalar[i] = (uint8_t)~inverted[i];
    }
}

static void forget(void *memory, size_t byte_count) {
    memset(memory, 0, byte_count);
    __asm__ volatile("" : : "r"(memory) : "memory");
}

static __attribute__((noinline)) size_t multiply(int of_generator, size_t count) {
    static uint8_t elements[ITEM_COUNT * 33], out[ITEM_COUNT * 33], scalars[ITEM_COUNT * 32];
    static uint8_t uniform[ITEM_COUNT * 96];
    size_t done;
    if (RAND_bytes(uniform, sizeof uniform) != 1 ||
        sidos_p256_hash_to_curve_batch(elements, uniform, ITEM_COUNT) != ITEM_COUNT) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        reveal(scalars + 32 * i);
    }
    done = of_generator ? sidos_p256_base_mul_batch(out, scalars, count)
                        : sidos_p256_mul_batch(out, elements, scalars, count);
    forget(scalars, sizeof scalars);
    return done;
}

int main(void) {
    static const size_t counts[] = {1, 2, 64, ITEM_COUNT};
    static uint8_t deliberate[32];
    int bad = 0;
    if (RAND_bytes(inverted, sizeof inverted) != 1) {
        return 2;
    }
    inverted[0] |= 0x80; /* the scalar is then below 2^255, so valid */
    reveal(deliberate);
    if (count_words() != 4) {
        fprintf(stderr, "the search does not find the four words of a deliberate copy\n");
        return 2;
    }
    forget(deliberate, sizeof deliberate);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (int of_generator = 0; of_generator < 2; of_generator++) {
            if (multiply(of_generator, counts[i]) != counts[i]) {
                fprintf(stderr, "multiplication failed\n");
                return 2;
            }
            int words = count_words();
            printf("%s of %zu: %d words of the scalar left\n", of_generator ? "base_mul" : "mul", counts[i], words);
            bad += words;
        }
    }
    return bad == 0 ? 0 : 1;
}
