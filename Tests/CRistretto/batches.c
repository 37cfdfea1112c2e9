// The contract of the batch functions, whatever the values: batches of many lengths against libsodium, unaligned
// buffers, results over the input, nothing written beside the output, inputs left alone; an invalid element at every
// position is found there, the first of two wins, and the output is then all zero.
//
//   clang -O2 -ISources/CRistretto/include -o batches Sources/CRistretto/*.c Tests/CRistretto/batches.c \
//         -lsodium -lpthread
//   SIDOS_R255_BACKEND=portable ./batches
//
// Inputs end where their memory ends, so that a build with -fsanitize=address also sees a read beyond them.
#include "oracle.h"

#define POOL 4224
#define GUARD 64
#define GUARD_BYTE 0xa5

static uint8_t elements[POOL][32], others[POOL][32], uniform[POOL][64], capsules[POOL][64], affine[POOL][64],
    scalars[POOL][32], sigmas[POOL][32], factor[32], key[32];
static void *table;

// One public function over items of the pools.
typedef struct {
    const char *name;
    size_t (*run)(uint8_t *const out[2], const uint8_t *const in[2], size_t count);
    void (*answer)(uint8_t *const out[2], const uint8_t *const in[2]);  // libsodium's, of one item
    const uint8_t *pool[2];
    size_t in_width[2], out_width[2];
    size_t elements_in[2];  // of an item of each input; elements come first in it
    int may_overwrite_input;
    uint8_t *answers[2];  // of the whole pool
} function;

#define RUN(name, call)                                                                         \
    static size_t run_##name(uint8_t *const out[2], const uint8_t *const in[2], size_t count) { \
        (void)out, (void)in;                                                                    \
        return call;                                                                            \
    }
#define ANSWER(name, call)                                                         \
    static void answer_##name(uint8_t *const out[2], const uint8_t *const in[2]) { \
        (void)out, (void)in;                                                       \
        call;                                                                      \
    }
RUN(mul, sidos_r255_mul_batch(out[0], in[0], factor, count))
RUN(map, sidos_r255_from_uniform_batch(out[0], in[0], count))
RUN(map_affine, sidos_r255_from_uniform_affine_batch(out[0], in[0], count))
RUN(base_mul, sidos_r255_base_mul_batch(out[0], in[0], count))
RUN(base_mul_add_affine, sidos_r255_base_mul_add_affine_batch(out[0], in[1], in[0], count))
RUN(double_base_mul, sidos_r255_double_base_mul_batch(out[0], in[0], in[1], table, count))
RUN(add, sidos_r255_add_batch(out[0], in[0], in[1], count))
RUN(sub, sidos_r255_sub_batch(out[0], in[0], in[1], count))
RUN(validate, sidos_r255_validate_batch(in[0], count))
RUN(rerandomize, sidos_r255_rerandomize_batch(out[0], in[0], in[1], table, count))
RUN(seal, sidos_r255_seal_batch(out[0], out[1], in[0], in[1], table, count))
ANSWER(mul, oracle_mul(out[0], in[0], factor))
ANSWER(map, oracle_map(out[0], in[0]))
// Of one item alone; affine.c judges what it is.
ANSWER(map_affine, (void)sidos_r255_from_uniform_affine_batch(out[0], in[0], 1))
ANSWER(base_mul, oracle_base_mul(out[0], in[0]))
// The affine point of pool item i is made of uniform string i, and so is element i.
ANSWER(base_mul_add_affine, oracle_shift(out[0], elements[(in[0] - affine[0]) / 64], in[1], NULL))
ANSWER(double_base_mul, (oracle_base_mul(out[0], in[0]), oracle_shift(out[0], out[0], in[1], key)))
ANSWER(add, oracle_add(out[0], in[0], in[1]))
ANSWER(sub, oracle_sub(out[0], in[0], in[1]))
ANSWER(validate, (void)0)
ANSWER(rerandomize, oracle_rerandomize(out[0], in[0], in[1], key))
ANSWER(seal, oracle_seal(out[0], out[1], in[0], in[1], key))

#define BOTH(name) #name, run_##name, answer_##name
static function FUNCTIONS[] = {
    {BOTH(mul), {elements[0]}, {32}, {32}, {1}, 1, {0}},
    {BOTH(map), {uniform[0]}, {64}, {32}, {0}, 0, {0}},
    {BOTH(map_affine), {uniform[0]}, {64}, {64}, {0}, 0, {0}},
    {BOTH(base_mul), {scalars[0]}, {32}, {32}, {0}, 0, {0}},
    {BOTH(base_mul_add_affine), {affine[0], scalars[0]}, {64, 32}, {32}, {2, 0}, 0, {0}},
    {BOTH(double_base_mul), {sigmas[0], scalars[0]}, {32, 32}, {32}, {0, 0}, 0, {0}},
    {BOTH(add), {elements[0], others[0]}, {32, 32}, {32}, {1, 1}, 0, {0}},
    {BOTH(sub), {elements[0], others[0]}, {32, 32}, {32}, {1, 1}, 0, {0}},
    {BOTH(validate), {elements[0]}, {32}, {0}, {1}, 0, {0}},
    {BOTH(rerandomize), {capsules[0], scalars[0]}, {64, 32}, {64}, {2, 0}, 1, {0}},
    {BOTH(seal), {sigmas[0], scalars[0]}, {32, 32}, {64, 32}, {0, 0}, 0, {0}},
};
#define FUNCTION_COUNT (sizeof FUNCTIONS / sizeof FUNCTIONS[0])

// An invalid encoding put into input `input` of item `index`, as its element number `element`.
typedef struct {
    size_t input, index, element;
    const uint8_t *encoding;
} fault;

static void require_guard(const function *f, const char *what, size_t count, const uint8_t *guard) {
    check_count++;
    for (size_t i = 0; i < GUARD; i++)
        if (guard[i] != GUARD_BYTE) fail(f->name, what, count, i);
}

/// Runs `f` on `count` items of the pools from item `first` on, with faults, and judges everything it did.
static void run_case(const function *f, size_t first, size_t count, int overwrite, const fault *faults,
                     size_t fault_count) {
    const char *const what = fault_count > 0 ? (overwrite ? "invalid element, in place" : "invalid element")
                                             : (overwrite ? "valid batch, in place" : "valid batch");
    uint8_t *in_memory[2], *in[2], *before[2], *out_memory[2], *out[2];
    size_t wanted = count;
    for (int k = 0; k < 2; k++) {
        const size_t in_bytes = f->in_width[k] * count, out_bytes = f->out_width[k] * count;
        const size_t in_shift = random_below(9), out_shift = random_below(9);
        before[k] = allocate(in_bytes);
        if (in_bytes > 0) memcpy(before[k], f->pool[k] + f->in_width[k] * first, in_bytes);
        for (size_t i = 0; i < fault_count; i++) {
            if (faults[i].input != (size_t)k) continue;
            memcpy(before[k] + f->in_width[k] * faults[i].index + 32 * faults[i].element, faults[i].encoding, 32);
            if (faults[i].index < wanted) wanted = faults[i].index;
        }
        in_memory[k] = allocate(in_shift + in_bytes);
        in[k] = in_memory[k] + in_shift;
        memcpy(in[k], before[k], in_bytes);
        out_memory[k] = allocate(out_shift + out_bytes + 2 * GUARD);
        memset(out_memory[k], GUARD_BYTE, out_shift + out_bytes + 2 * GUARD);
        out[k] = out_memory[k] + out_shift + GUARD;
    }
    if (overwrite) memcpy(out[0], before[0], f->in_width[0] * count);
    const uint8_t *const given[2] = {overwrite ? out[0] : in[0], in[1]};
    require_returned(f->name, what, count, f->run(out, given, count), wanted);
    for (int k = 0; k < 2; k++) {
        const size_t width = f->out_width[k];
        require_guard(f, "bytes before the output changed", count, out[k] - GUARD);
        require_guard(f, "bytes after the output changed", count, out[k] + width * count);
        if (memcmp(in[k], before[k], f->in_width[k] * count) != 0) fail(f->name, "an input changed", count, 0);
        static const uint8_t zero[64];
        for (size_t i = 0; i < count && width > 0; i++)
            require_same(f->name, what, count, i, out[k] + width * i,
                         wanted == count ? f->answers[k] + width * (first + i) : zero, width);
        free(before[k]);
        free(in_memory[k]);
        free(out_memory[k]);
    }
}

static void fill_pools(void) {
    random_scalar(factor);
    random_element(key);
    table = new_table(key);
    random_bytes(uniform, sizeof uniform);
    for (size_t i = 0; i < POOL; i++) {
        oracle_map(elements[i], uniform[i]);
        random_element(others[i]);
        random_scalar(scalars[i]);
        random_scalar(sigmas[i]);
    }
    for (size_t i = 0; i < POOL; i++) {
        (void)sidos_r255_from_uniform_affine_batch(affine[i], uniform[i], 1);
        memcpy(capsules[i], others[i], 32);
        memcpy(capsules[i] + 32, elements[POOL - 1 - i], 32);
    }
    for (size_t n = 0; n < FUNCTION_COUNT; n++) {
        function *const f = &FUNCTIONS[n];
        for (int k = 0; k < 2; k++) f->answers[k] = allocate(f->out_width[k] * POOL);
        for (size_t i = 0; i < POOL; i++) {
            uint8_t *const out[2] = {f->answers[0] + f->out_width[0] * i, f->answers[1] + f->out_width[1] * i};
            const uint8_t *in[2] = {f->pool[0] + f->in_width[0] * i, NULL};
            if (f->pool[1] != NULL) in[1] = f->pool[1] + f->in_width[1] * i;
            f->answer(out, in);
        }
    }
}

#define INVALID_COUNT 40
static uint8_t invalid[INVALID_COUNT][32];

/// The identity, 1, p, p + 1, all ones, an element with bit 255 set, its negative; then s of no element.
static void fill_invalid(void) {
    invalid[1][0] = 1;
    memset(invalid[2], 0xff, 5 * 32);
    invalid[2][0] = 0xed, invalid[3][0] = 0xee;
    invalid[2][31] = invalid[3][31] = invalid[5][31] = 0x7f;
    memcpy(invalid[6], elements[0], 32);
    invalid[6][31] |= 0x80;
    for (int i = 0, borrow = 0; i < 32; i++) {
        const int digit = (i == 0 ? 0xed : i == 31 ? 0x7f : 0xff) - elements[0][i] - borrow;
        borrow = digit < 0;
        invalid[7][i] = (uint8_t)digit;
    }
    for (size_t i = 8; i < INVALID_COUNT; i++) {
        do {
            random_bytes(invalid[i], 32);
            invalid[i][0] &= 0xfe, invalid[i][31] &= 0x7f;
        } while (oracle_is_valid(invalid[i]));
    }
    for (size_t i = 0; i < INVALID_COUNT; i++)
        if (oracle_is_valid(invalid[i])) fail("the test itself", "an invalid encoding is valid", INVALID_COUNT, i);
}

static void lengths(void) {
    static const size_t COUNTS[] = {0,  1,  2,  3,  4,  5,   7,   8,   9,   15,  16,  17,  31,  32,  33,
                                    63, 64, 65, 66, 71, 127, 128, 129, 130, 191, 192, 193, 255, 257, 4095};
    for (size_t n = 0; n < FUNCTION_COUNT; n++)
        for (size_t c = 0; c < sizeof COUNTS / sizeof COUNTS[0]; c++)
            for (int overwrite = 0; overwrite <= FUNCTIONS[n].may_overwrite_input; overwrite++)
                run_case(&FUNCTIONS[n], random_below(POOL - COUNTS[c]), COUNTS[c], overwrite, NULL, 0);
}

static void one_fault_everywhere(const function *f, size_t count) {
    for (size_t index = 0; index < count; index++)
        for (size_t input = 0; input < 2; input++)
            for (size_t element = 0; element < f->elements_in[input]; element++) {
                const fault only = {input, index, element, invalid[random_below(INVALID_COUNT)]};
                const int overwrite = f->may_overwrite_input && (random64() & 1) != 0;
                run_case(f, random_below(POOL - count), count, overwrite, &only, 1);
            }
}

static void many_faults(const function *f, size_t count) {
    if (f->elements_in[0] == 0) return;
    for (int round = 0; round < 40; round++) {
        fault faults[3];
        const size_t fault_count = 2 + random_below(2);
        for (size_t i = 0; i < fault_count; i++) {
            faults[i].input = f->elements_in[1] > 0 ? random_below(2) : 0;
            faults[i].index = random_below(count);
            faults[i].element = random_below(f->elements_in[faults[i].input]);
            faults[i].encoding = invalid[random_below(INVALID_COUNT)];
        }
        run_case(f, random_below(POOL - count), count, f->may_overwrite_input && round % 2 == 1, faults, fault_count);
    }
}

/// Each kind of invalid encoding, alone and in the middle, for every function; and for tables.
static void every_fault(void) {
    for (size_t i = 0; i < INVALID_COUNT; i++) {
        for (size_t n = 0; n < FUNCTION_COUNT; n++)
            for (size_t count = 1; count <= 11; count += 10) {
                const fault only = {0, count / 2, 0, invalid[i]};
                if (FUNCTIONS[n].elements_in[0] > 0) run_case(&FUNCTIONS[n], i, count, 0, &only, 1);
            }
        const size_t byte_count = sidos_r255_table_byte_count();
        uint8_t *const spoilt = aligned_alloc(64, (byte_count + 63) / 64 * 64);
        if (spoilt == NULL) exit(2);
        memset(spoilt, GUARD_BYTE, byte_count);
        require_returned("table_init", "invalid element", 1, (size_t)sidos_r255_table_init(spoilt, invalid[i]), 0);
        for (size_t k = 0; k < byte_count; k++)
            if (spoilt[k] != 0) fail("table_init", "a table of an invalid element is not zeroed", byte_count, k);
        free(spoilt);
    }
}

int main(void) {
    const char *const backend = require_backend();
    oracle_start();
    fill_pools();
    fill_invalid();
    lengths();
    every_fault();
    for (size_t n = 0; n < FUNCTION_COUNT; n++) {
        static const size_t LONGER[] = {63, 64, 65, 66, 127, 128, 129, 130};
        for (size_t count = 1; count <= 20; count++) one_fault_everywhere(&FUNCTIONS[n], count);
        for (size_t c = 0; c < sizeof LONGER / sizeof LONGER[0]; c++) one_fault_everywhere(&FUNCTIONS[n], LONGER[c]);
        many_faults(&FUNCTIONS[n], 19);
        many_faults(&FUNCTIONS[n], 130);
        for (int k = 0; k < 2; k++) free(FUNCTIONS[n].answers[k]);
    }
    free(table);
    printf("batches: %zu checks, backend %s\n", check_count, backend);
    return 0;
}
