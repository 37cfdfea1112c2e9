/*
 * Draws whole numbers from a symmetric distribution whose table is public and whose draws are secret: noise for counts.
 *
 * Constant time: no branch and no address depends on the uniform bytes. Every threshold is looked at for every draw.
 * Threads: any number may call at once. Nothing is allocated.
 */
#ifndef SIDOS_CNOISE_H
#define SIDOS_CNOISE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIDOS_NOISE_UNIFORM_BYTE_COUNT 17

/*
 * The magnitude of a draw is the number of thresholds that are not above U, which is the first 16 of its uniform bytes
 * as a big-endian number; it is negative if the lowest bit of the last byte is set.
 *
 * Out:  out              `count` draws. Secret.
 * In:   uniform          `count` times 17 uniformly random bytes. Secret.
 *       thresholds       2 * `threshold_count` words: of each threshold the upper 64 bits, then the lower. Public.
 * `out` overlaps neither input. `threshold_count` is at most 2^32.
 */
void sidos_noise_draw(int64_t *out, size_t count, const uint8_t *uniform, const uint64_t *thresholds,
                      size_t threshold_count);

#ifdef __cplusplus
}
#endif

#endif
