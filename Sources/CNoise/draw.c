#include "CNoise.h"

static uint64_t read_word(const uint8_t *bytes) {
    uint64_t word = 0;
    for (size_t i = 0; i < 8; i++) {
        word = word << 8 | bytes[i];
    }
    return word;
}

/* 1 if a < b + borrow, by the borrow of a subtraction rather than a comparison that a compiler may branch on. */
static uint64_t borrow_of(uint64_t a, uint64_t b, uint64_t borrow) {
    return (uint64_t)(((unsigned __int128)a - b - borrow) >> 64) & 1;
}

void sidos_noise_draw(int64_t *out, size_t count, const uint8_t *uniform, const uint64_t *thresholds,
                      size_t threshold_count) {
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes = uniform + i * SIDOS_NOISE_UNIFORM_BYTE_COUNT;
        const uint64_t high = read_word(bytes), low = read_word(bytes + 8);
        const uint64_t sign = bytes[16] & 1;
        uint64_t magnitude = 0;
        for (size_t j = 0; j < threshold_count; j++) {
            const uint64_t is_below = borrow_of(high, thresholds[2 * j], borrow_of(low, thresholds[2 * j + 1], 0));
            magnitude += 1 - is_below;
        }
        out[i] = (int64_t)((magnitude ^ (0 - sign)) + sign);
    }
}
