// A libFuzzer target: whatever 32 bytes come as an element, at whatever position of a batch, they are refused or
// multiplied, added and re-randomised just as libsodium does.
//
//   clang -O1 -fsanitize=fuzzer,address,undefined -ISources/CRistretto/include -o fuzz_decode \
//         Sources/CRistretto/*.c Tests/CRistretto/fuzz_decode.c -lsodium -lpthread
//   python3 Tests/CRistretto/fuzz_seeds.py VECTORS CORPUS
//   SIDOS_R255_BACKEND=portable ./fuzz_decode -max_total_time=20 -max_len=98 CORPUS
//
// Input: element A, element B, scalar (32 bytes each, missing ones zero), then the length of the batch and a position.
#include "oracle.h"

#define MOST 20

static uint8_t fillers[MOST][2][32], key[32], filler_scalar[32];
static void *table;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t byte_count);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    require_backend();
    oracle_start();
    random_element(key);
    random_scalar(filler_scalar);
    for (size_t i = 0; i < MOST; i++) random_element(fillers[i][0]), random_element(fillers[i][1]);
    table = new_table(key);
    return 0;
}

static void require(int condition, const char *function, const char *what, size_t count, size_t index) {
    if (condition) return;
    fprintf(stderr, "FAILED: %s, %s; backend %s, count %zu, index %zu\n", function, what, sidos_r255_backend(), count,
            index);
    abort();  // libFuzzer keeps the input
}

/// Judges one batch of `width`-byte results in which item `index` holds the fuzzer's elements.
static void judge(const char *function, size_t count, size_t index, size_t returned, int valid, const uint8_t *out,
                  const uint8_t *want, size_t width) {
    require(returned == (valid ? count : index), function, valid ? "refuses" : "accepts", count, index);
    if (!valid) {
        for (size_t i = 0; i < width * count; i++) require(out[i] == 0, function, "does not zero", count, i / width);
    } else if (width > 0 && memcmp(out + width * index, want, width) != 0) {
        print_hex("got ", out + width * index, width);
        print_hex("want", want, width);
        require(0, function, "differs", count, index);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t byte_count) {
    uint8_t input[98] = {0}, want[64], out[MOST * 64], a[MOST][32], b[MOST][32], capsules[MOST][64], scalars[MOST][32];
    memcpy(input, data, byte_count < sizeof input ? byte_count : sizeof input);
    const uint8_t *const first = input, *const second = input + 32, *const scalar = input + 64;
    const size_t count = 1 + input[96] % MOST, index = input[97] % count;
    for (size_t i = 0; i < count; i++) {
        memcpy(a[i], i == index ? first : fillers[i][0], 32);
        memcpy(b[i], i == index ? second : fillers[i][1], 32);
        memcpy(capsules[i], a[i], 32);
        memcpy(capsules[i] + 32, b[i], 32);
        memcpy(scalars[i], i == index ? scalar : filler_scalar, 32);
    }
    const int valid = oracle_is_valid(first), both = valid && oracle_is_valid(second);

    require(sidos_r255_validate_batch(first, 1) == (size_t)valid, "validate", "differs", 1, 0);
    judge("validate", count, index, sidos_r255_validate_batch(a[0], count), valid, NULL, NULL, 0);
    if (valid) oracle_mul(want, first, scalar);
    judge("mul", count, index, sidos_r255_mul_batch(out, a[0], scalar, count), valid, out, want, 32);
    if (both) oracle_add(want, first, second);
    judge("add", count, index, sidos_r255_add_batch(out, a[0], b[0], count), both, out, want, 32);
    if (both) oracle_sub(want, first, second);
    judge("sub", count, index, sidos_r255_sub_batch(out, a[0], b[0], count), both, out, want, 32);
    if (both) oracle_rerandomize(want, capsules[index], scalar, key);
    judge("rerandomize", count, index, sidos_r255_rerandomize_batch(out, capsules[0], scalars[0], table, count), both,
          out, want, 64);
    if (scalar[0] % 16 == 0) {
        // Sums of items of two elements, two ways; seldom, since they take longer than all the rest.
        uint8_t sums[2][2][32];
        judge("msm_secret", count, index, sidos_r255_msm_secret(sums[0][0], scalars[0], capsules[0], 64, 2, count),
              both, NULL, NULL, 0);
        judge("msm_wide", count, index,
              sidos_r255_msm_wide_vartime(sums[1][0], NULL, scalars[0], capsules[0], 64, 2, count), both, NULL, NULL,
              0);
        require(memcmp(sums[0], sums[1], sizeof sums[0]) == 0, "msm_secret", "differs from msm_wide", count, index);
    }
    // The same bytes, uniform; the other items take their strings from the fillers.
    for (size_t i = 0; i < count; i++) memcpy(capsules[i], i == index ? input : fillers[i][0], 64);
    oracle_map(want, input);
    judge("from_uniform", count, index, sidos_r255_from_uniform_batch(out, capsules[0], count), 1, out, want, 32);
    return 0;
}
