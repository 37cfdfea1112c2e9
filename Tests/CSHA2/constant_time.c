// Run under valgrind: messages, keys and states are marked undefined, so memcheck reports every branch and address that
// depends on one.
#include <valgrind/memcheck.h>

#include "support.h"

enum { COUNT = 37, SLOT = 256 };

static uint8_t slots[COUNT * SLOT], out[COUNT * 64], keys[COUNT * 32], bits[COUNT * 64];

/// Secret again, of lengths that are public.
static void begin(size_t *lengths) {
    for (size_t i = 0; i < sizeof slots; i++) slots[i] = next_byte();
    for (size_t i = 0; i < COUNT; i++) lengths[i] = i * 6;
    (void)VALGRIND_MAKE_MEM_UNDEFINED(slots, sizeof slots);
}

/// Outputs that are wholly defined were not computed from the secrets, and the test would test nothing.
static void check(size_t byte_count) {
    CHECK(VALGRIND_GET_VBITS(out, bits, byte_count) == 1);
    (void)VALGRIND_MAKE_MEM_DEFINED(out, sizeof out);
    for (size_t i = 0; i < byte_count; i++) CHECK(bits[i] != 0);
}

int main(void) {
    size_t lengths[COUNT];
    sidos_sha256_state s256;
    sidos_sha512_state s512;
    static sidos_hmac_sha256_key prepared[COUNT];
    if (!RUNNING_ON_VALGRIND) {
        fprintf(stderr, "usage: valgrind --error-exitcode=1 constant_time\n");
        return 2;
    }
    const char *const backend = require_backend();
    sidos_sha256_begin(&s256);
    sidos_sha512_begin(&s512);
    begin(lengths);
    CHECK(sidos_sha256_absorb(&s256, slots, 2) == 1);
    (void)VALGRIND_MAKE_MEM_DEFINED(&s256.block_count, sizeof s256.block_count);
    CHECK(sidos_sha256_many(out, 32, 32, slots, SLOT, lengths, COUNT, &s256) == 1);
    check(COUNT * 32);
    begin(lengths);
    CHECK(sidos_sha512_absorb(&s512, slots, 1) == 1);
    CHECK(sidos_sha512_many(out, 64, 64, slots, SLOT, lengths, COUNT, &s512) == 1);
    check(COUNT * 64);
    begin(lengths);
    (void)VALGRIND_MAKE_MEM_UNDEFINED(keys, sizeof keys);
    CHECK(sidos_hmac_sha256_keys(prepared, keys, 32, COUNT) == 1);
    CHECK(sidos_hmac_sha256_many(out, 16, 16, slots, SLOT, lengths, COUNT, prepared, 1) == 1);
    check(COUNT * 16);
    printf("SHA-2, backend %s: constant time: no report\n", backend);
    return 0;
}
