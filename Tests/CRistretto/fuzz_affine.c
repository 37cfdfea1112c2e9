// A libFuzzer target: whatever 64 bytes come as an element in affine form, at whatever position, they are refused or
// taken just as GMP says that they are a point of the curve; then multiples of G are added and sums made as libsodium
// does, whichever backend runs.
//
//   clang -O1 -fsanitize=fuzzer,address,undefined -ISources/CRistretto/include -o fuzz_affine \
//         Sources/CRistretto/*.c Tests/CRistretto/fuzz_affine.c -lsodium -lgmp -lpthread
//   SIDOS_R255_BACKEND=portable ./fuzz_affine -max_total_time=20 -max_len=99 CORPUS
//
// Input: 64 bytes, a scalar (32 bytes), what is made of the bytes, the length of the batch, a position.
#include "affine_reference.h"

#define MOST 20

static uint8_t filler_points[MOST][64], filler_products[MOST][32], filler_elements[MOST][32], filler_scalar[32];

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t byte_count);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    require_backend();
    oracle_start();
    set_constants();
    random_scalar(filler_scalar);
    for (size_t i = 0; i < MOST; i++) {
        uint8_t uniform[64];
        random_bytes(uniform, 64);
        oracle_map(filler_elements[i], uniform);
        oracle_mul(filler_products[i], filler_elements[i], filler_scalar);
        (void)sidos_r255_from_uniform_affine_batch(filler_points[i], uniform, 1);
    }
    return 0;
}

static void require(int condition, const char *function, size_t count, size_t index) {
    if (condition) return;
    fprintf(stderr, "FAILED: %s; backend %s, count %zu, index %zu\n", function, sidos_r255_backend(), count, index);
    abort();  // libFuzzer keeps the input
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t byte_count) {
    uint8_t input[99] = {0}, points[MOST][64], scalars[MOST][32], out[MOST][32], element[32], want[32], sum[32] = {0},
            plain[32], plain_want[32] = {0};
    static const uint8_t zero[MOST][32];
    memcpy(input, data, byte_count < sizeof input ? byte_count : sizeof input);
    const size_t count = 1 + input[97] % MOST, index = input[98] % count;
    // The bytes as they come, or a point with one of these coordinates, or a point with a bit wrong.
    if (input[96] % 4 == 1 || input[96] % 4 == 2) (void)reference_complete(input, input[96] % 4 == 2);
    if (input[96] % 4 == 3) {
        const size_t bit = input[0] + 256u * (input[1] % 2);
        memcpy(input, filler_points[0], 64);
        input[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(points[i], i == index ? input : filler_points[i], 64);
        memcpy(scalars[i], i == index ? input + 64 : filler_scalar, 32);
    }
    const int valid = reference_is_valid(input);
    const size_t wanted = valid ? count : index;
    require(sidos_r255_base_mul_add_affine_batch(element, zero[0], input, 1) == (size_t)valid, "alone", 1, 0);
    require(sidos_r255_base_mul_add_affine_batch(out[0], scalars[0], points[0], count) == wanted, "add", count, index);
    if (!valid) {
        require(memcmp(out, zero, 32 * count) == 0, "add does not zero", count, index);
    } else {
        require(oracle_is_valid(element) || sodium_is_zero(element, 32), "no element", count, index);
        oracle_shift(want, element, input + 64, NULL);
        require(memcmp(out[index], want, 32) == 0, "add differs", count, index);
        if (!sodium_is_zero(element, 32)) oracle_mul(sum, element, input + 64);
        memcpy(plain_want, element, 32);
        for (size_t i = 0; i < count; i++) {
            if (i == index) continue;
            oracle_add(sum, sum, filler_products[i]);
            oracle_add(plain_want, plain_want, filler_elements[i]);
        }
    }
    require(sidos_r255_msm_secret_affine(out[0], scalars[0], points[0], count) == wanted, "secret sum", count, index);
    require(memcmp(out[0], sum, 32) == 0, "secret sum differs", count, index);
    require(sidos_r255_msm_wide_affine_vartime(out[0], plain, scalars[0], points[0], count) == wanted, "public sum",
            count, index);
    require(memcmp(out[0], sum, 32) == 0, "public sum differs", count, index);
    require(memcmp(plain, plain_want, 32) == 0, "plain sum differs", count, index);
    return 0;
}
