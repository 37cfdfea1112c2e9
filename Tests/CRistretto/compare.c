// Every public function against libsodium: random inputs, and awkward ones where a carry, a mask, a window or an
// exceptional case of a formula would go wrong.
//
//   clang -O2 -ISources/CRistretto/include -o compare Sources/CRistretto/*.c Tests/CRistretto/compare.c \
//         -lsodium -lgmp -lpthread
//   SIDOS_R255_BACKEND=portable ./compare [COUNT [ANSWERS]]
//
// COUNT random inputs (default 1,000,000) for the multiplication and the one-way map, a sixteenth for the others.
// libsodium takes longer than the kernel, so its answers to the random inputs are kept in the file ANSWERS, if named:
// written when it does not exist, read when it does; the inputs follow from a seed and are those of every backend.
#include "awkward.h"

// MARK: Comparing one batch

static void compare_map(const char *what, const uint8_t *uniform, size_t count, const uint8_t *wants) {
    uint8_t *const out = allocate(32 * count), want[32];
    require_returned("from_uniform", what, count, sidos_r255_from_uniform_batch(out, uniform, count), count);
    for (size_t i = 0; i < count; i++) {
        if (wants == NULL) oracle_map(want, uniform + 64 * i);
        require_same("from_uniform", what, count, i, out + 32 * i, wants != NULL ? wants + 32 * i : want, 32);
    }
    free(out);
}

static void compare_mul(const char *what, const uint8_t *elements, const uint8_t scalar[32], size_t count,
                        const uint8_t *wants) {
    uint8_t *const out = allocate(32 * count), want[32];
    require_returned("mul", what, count, sidos_r255_mul_batch(out, elements, scalar, count), count);
    for (size_t i = 0; i < count; i++) {
        if (wants == NULL) oracle_mul(want, elements + 32 * i, scalar);
        require_same("mul", what, count, i, out + 32 * i, wants != NULL ? wants + 32 * i : want, 32);
    }
    free(out);
}

static void compare_base_mul(const char *what, const uint8_t *scalars, size_t count) {
    uint8_t *const out = allocate(32 * count), want[32];
    require_returned("base_mul", what, count, sidos_r255_base_mul_batch(out, scalars, count), count);
    for (size_t i = 0; i < count; i++) {
        oracle_base_mul(want, scalars + 32 * i);
        require_same("base_mul", what, count, i, out + 32 * i, want, 32);
    }
    free(out);
}

static void compare_sums(const char *what, const uint8_t *a, const uint8_t *b, size_t count) {
    uint8_t *const out = allocate(32 * count), want[32];
    require_returned("add", what, count, sidos_r255_add_batch(out, a, b, count), count);
    for (size_t i = 0; i < count; i++) {
        oracle_add(want, a + 32 * i, b + 32 * i);
        require_same("add", what, count, i, out + 32 * i, want, 32);
    }
    require_returned("sub", what, count, sidos_r255_sub_batch(out, a, b, count), count);
    for (size_t i = 0; i < count; i++) {
        oracle_sub(want, a + 32 * i, b + 32 * i);
        require_same("sub", what, count, i, out + 32 * i, want, 32);
    }
    free(out);
}

static void compare_rerandomize(const char *what, const uint8_t *capsules, const uint8_t *scalars, const uint8_t y[32],
                                const void *table, size_t count) {
    uint8_t *const out = allocate(64 * count), want[64];
    require_returned("rerandomize", what, count, sidos_r255_rerandomize_batch(out, capsules, scalars, table, count),
                     count);
    for (size_t i = 0; i < count; i++) {
        oracle_rerandomize(want, capsules + 64 * i, scalars + 32 * i, y);
        require_same("rerandomize", what, count, i, out + 64 * i, want, 64);
    }
    free(out);
}

static void compare_seal(const char *what, const uint8_t *sigmas, const uint8_t *rhos, const uint8_t y[32],
                         const void *table, size_t count) {
    uint8_t *const out = allocate(64 * count), *const secrets = allocate(32 * count), want[64], secret[32];
    require_returned("seal", what, count, sidos_r255_seal_batch(out, secrets, sigmas, rhos, table, count), count);
    for (size_t i = 0; i < count; i++) {
        oracle_seal(want, secret, sigmas + 32 * i, rhos + 32 * i, y);
        require_same("seal, capsules", what, count, i, out + 64 * i, want, 64);
        require_same("seal, secrets", what, count, i, secrets + 32 * i, secret, 32);
    }
    free(out);
    free(secrets);
}

// MARK: Sections

static void check_encodings(const list *values, const list *elements) {
    enum { MOST = 19 };
    size_t valid_count = 0;
    for (size_t i = 0; i < values->count; i++) {
        const uint8_t *const bytes = item(values, i);
        const size_t valid = oracle_is_valid(bytes) ? 1 : 0;
        valid_count += valid;
        uint8_t out[32], batch[MOST][32];
        static const uint8_t two[32] = {2};
        require_returned("validate", "awkward encoding", i, sidos_r255_validate_batch(bytes, 1), valid);
        const size_t count = 1 + random_below(MOST), position = random_below(count);
        memcpy(batch, item(elements, random_below(elements->count - MOST)), sizeof batch);
        memcpy(batch[position], bytes, 32);
        require_returned("validate", "awkward encoding among valid ones", i, sidos_r255_validate_batch(batch[0], count),
                         valid != 0 ? count : position);
        require_returned("mul", "awkward encoding", i, sidos_r255_mul_batch(out, bytes, two, 1), valid);
        if (valid != 0) compare_mul("awkward encoding", bytes, two, 1, NULL);
    }
    printf("compare: %zu awkward encodings, %zu valid\n", values->count, valid_count);
}

static void check_map(const list *values) {
    list strings = {NULL, 64, 0, 0}, halves = map_halves();
    for (size_t i = 0; i < halves.count; i++)
        for (size_t j = 0; j < halves.count; j++) append(&strings, item(&halves, i), item(&halves, j));
    for (size_t i = 0; i < values->count; i++) {
        const uint8_t *const half = item(values, i);
        uint8_t other[32];
        append(&strings, half, half);
        for (int k = 0, borrow = 0; k < 32; k++) {  // p − half, mod 2^256
            const int digit = (k == 0 ? 0xed : k == 31 ? 0x7f : 0xff) - half[k] - borrow;
            borrow = digit < 0;
            other[k] = (uint8_t)digit;
        }
        append(&strings, half, other);
        memcpy(other, half, 32);
        other[31] ^= 0x80;
        append(&strings, half, other);
        append(&strings, half, item(values, i + 1));
        append(&strings, half, item(&halves, i));
        random_bytes(other, 32);
        append(&strings, i % 2 == 0 ? half : other, i % 2 == 0 ? other : half);
    }
    size_t identity_count = 0;
    for (size_t i = 0; i < strings.count; i++) {
        uint8_t out[32];
        oracle_map(out, item(&strings, i));
        identity_count += (size_t)sodium_is_zero(out, 32);
    }
    compare_map("awkward strings", strings.bytes, strings.count, NULL);
    printf("compare: %zu awkward strings, %zu map to the identity\n", strings.count, identity_count);
    free(strings.bytes);
    free(halves.bytes);
}

static void check_products(const list *elements, const list *scalars) {
    for (size_t i = 0; i < scalars->count; i++)
        compare_mul("awkward scalar", item(elements, random_below(elements->count - 9)), item(scalars, i), 9, NULL);
    for (size_t done = 0, n; done < elements->count; done += n) {
        n = 1 + random_below(99);
        if (n > elements->count - done) n = elements->count - done;
        compare_mul("awkward elements", item(elements, done), item(scalars, done), n, NULL);
    }
    compare_base_mul("awkward scalars", scalars->bytes, scalars->count);
}

static void check_sums(const list *elements) {
    list a = {NULL, 32, 0, 0}, b = {NULL, 32, 0, 0};
    static const uint8_t zero[32];
    for (size_t i = 0; i < elements->count; i++) {
        const uint8_t *const element = item(elements, i);
        uint8_t other[32], twice[32];
        oracle_sub(other, zero, element);
        oracle_add(twice, element, element);
        append(&a, element, NULL), append(&b, element, NULL);
        append(&a, element, NULL), append(&b, other, NULL);
        append(&a, twice, NULL), append(&b, element, NULL);
        append(&a, other, NULL), append(&b, twice, NULL);
        append(&a, element, NULL), append(&b, item(elements, i + 1 + random_below(elements->count)), NULL);
        random_element(other);
        append(&a, other, NULL), append(&b, element, NULL);
    }
    compare_sums("awkward sums", a.bytes, b.bytes, a.count);
    free(a.bytes);
    free(b.bytes);
}

/// Capsules that the shift doubles, leaves, or takes to the identity, under the keys G, −G and random ones.
static void check_capsules(const list *elements, const list *scalars) {
    for (int round = 0; round < 4; round++) {
        uint8_t key[32], y[32];
        memset(key, 0, 32);
        key[0] = 1;
        if (round == 1) crypto_core_ristretto255_scalar_negate(key, key);
        if (round >= 2) random_scalar(key);
        oracle_base_mul(y, key);
        void *const table = new_table(y);
        list capsules = {NULL, 64, 0, 0}, rhos = {NULL, 32, 0, 0}, sigmas = {NULL, 32, 0, 0}, shifts = {NULL, 32, 0, 0};
        for (size_t i = 0; i < scalars->count; i++) {
            uint8_t rho[32], product[32], negative[32], a[32], b[32], random[32];
            oracle_reduce(rho, item(scalars, i));
            crypto_core_ristretto255_scalar_mul(product, rho, key);
            crypto_core_ristretto255_scalar_negate(negative, product);
            random_scalar(random);
            // S + ρY is the identity, twice S, and of random and awkward σ
            append(&rhos, item(scalars, i), NULL), append(&sigmas, negative, NULL);
            append(&rhos, item(scalars, i), NULL), append(&sigmas, product, NULL);
            append(&rhos, item(scalars, i), NULL), append(&sigmas, item(scalars, random_below(scalars->count)), NULL);
            append(&rhos, random, NULL), append(&sigmas, item(scalars, i), NULL);
            append(&capsules, item(elements, i), item(elements, random_below(elements->count)));
            append(&shifts, item(scalars, i), NULL);
            if (sodium_is_zero(rho, 32)) continue;
            oracle_base_mul(a, rho);
            oracle_base_mul(b, product);
            append(&capsules, a, b), append(&shifts, item(scalars, i), NULL);
            crypto_core_ristretto255_scalar_negate(negative, rho);
            append(&capsules, a, b), append(&shifts, negative, NULL);
            append(&capsules, b, a), append(&shifts, item(scalars, i), NULL);
        }
        compare_seal("awkward scalars", sigmas.bytes, rhos.bytes, y, table, rhos.count);
        compare_rerandomize("awkward capsules", capsules.bytes, shifts.bytes, y, table, capsules.count);
        free(capsules.bytes), free(rhos.bytes), free(sigmas.bytes), free(shifts.bytes);
        free(table);
    }
}

static void check_scalars(const list *scalars) {
    const size_t count = scalars->count + 5000;
    for (size_t i = 0; i < count; i++) {
        uint8_t a[32], b[32], c[32], reduced[3][32], want[32], got[32], wide[64];
        random_bytes(a, 32), random_bytes(b, 32), random_bytes(c, 32), random_bytes(wide, 64);
        if (i < scalars->count) {
            memcpy(a, item(scalars, i), 32);
            if (i % 2 == 0) memcpy(b, item(scalars, random_below(scalars->count)), 32);
            if (i % 3 == 0) memcpy(c, item(scalars, random_below(scalars->count)), 32);
            memcpy(wide + 32 * (i % 2), a, 32);
        }
        oracle_reduce(reduced[0], a), oracle_reduce(reduced[1], b), oracle_reduce(reduced[2], c);
        require_returned("scalar_is_canonical", "scalar", i, (size_t)sidos_r255_scalar_is_canonical(a),
                         memcmp(a, reduced[0], 32) == 0);
        crypto_core_ristretto255_scalar_mul(want, reduced[0], reduced[1]);
        crypto_core_ristretto255_scalar_add(want, want, reduced[2]);
        sidos_r255_scalar_mul_add(got, a, b, c);
        require_same("scalar_mul_add", "scalar", count, i, got, want, 32);
        for (int k = 0; k < 3; k++) {  // over each of its arguments
            uint8_t arguments[3][32];
            memcpy(arguments[0], a, 32), memcpy(arguments[1], b, 32), memcpy(arguments[2], c, 32);
            sidos_r255_scalar_mul_add(arguments[k], arguments[0], arguments[1], arguments[2]);
            require_same("scalar_mul_add", "over an argument", count, i, arguments[k], want, 32);
        }
        crypto_core_ristretto255_scalar_negate(want, reduced[0]);
        sidos_r255_scalar_negate(got, a);
        require_same("scalar_negate", "scalar", count, i, got, want, 32);
        memcpy(got, a, 32);
        sidos_r255_scalar_negate(got, got);
        require_same("scalar_negate", "in place", count, i, got, want, 32);
        if (sodium_is_zero(reduced[0], 32)) memset(want, 0, 32);
        else oracle_require(crypto_core_ristretto255_scalar_invert(want, reduced[0]) == 0, "an inverse");
        sidos_r255_scalar_invert(got, a);
        require_same("scalar_invert", "scalar", count, i, got, want, 32);
        memcpy(got, a, 32);
        sidos_r255_scalar_invert(got, got);
        require_same("scalar_invert", "in place", count, i, got, want, 32);
        crypto_core_ristretto255_scalar_reduce(want, wide);
        sidos_r255_scalar_reduce64(got, wide);
        require_same("scalar_reduce64", "scalar", count, i, got, want, 32);
    }
}

// MARK: Random inputs

typedef struct {
    FILE *file;
    int reading;
} answer_file;

static answer_file open_answers(const char *path, size_t count) {
    answer_file answers = {NULL, 0};
    if (path == NULL) return answers;
    uint64_t head[2] = {random_state, count}, found[2];
    answers.file = fopen(path, "rb");
    answers.reading = answers.file != NULL;
    if (!answers.reading) answers.file = fopen(path, "wb");
    oracle_require(answers.file != NULL, "a file of answers that cannot be opened");
    if (answers.reading)
        oracle_require(fread(found, sizeof found, 1, answers.file) == 1 && memcmp(found, head, sizeof head) == 0,
                       "a file of answers to other inputs");
    else oracle_require(fwrite(head, sizeof head, 1, answers.file) == 1, "a full disk");
    return answers;
}

/// Reads `byte_count` bytes of answers, 1; or 0 when they are to be computed, then kept with `keep_answers`.
static int read_answers(const answer_file *answers, uint8_t *bytes, size_t byte_count) {
    if (!answers->reading) return 0;
    oracle_require(fread(bytes, byte_count, 1, answers->file) == 1, "a file of answers that is cut");
    return 1;
}

static void keep_answers(const answer_file *answers, const uint8_t *bytes, size_t byte_count) {
    if (answers->file != NULL) oracle_require(fwrite(bytes, byte_count, 1, answers->file) == 1, "a full disk");
}

static void random_values(size_t total, const char *answer_path) {
    enum { LARGEST = 301 };
    static uint8_t uniform[64 * LARGEST], scalars[32 * LARGEST], sigmas[32 * LARGEST], elements[32 * LARGEST],
        products[32 * LARGEST];
    answer_file answers = open_answers(answer_path, total);
    uint8_t y[32], scalar[32];
    random_element(y);
    void *const table = new_table(y);
    for (size_t done = 0, n, round = 0; done < total; done += n, round++) {
        n = 1 + random_below(LARGEST);
        if (n > total - done) n = total - done;
        random_bytes(uniform, 64 * n);
        random_bytes(scalar, 32);  // sometimes above l, sometimes above 2^255
        random_bytes(scalars, 32 * n);
        random_bytes(sigmas, 32 * n);
        if (!read_answers(&answers, elements, 32 * n)) {
            for (size_t i = 0; i < n; i++) oracle_map(elements + 32 * i, uniform + 64 * i);
            keep_answers(&answers, elements, 32 * n);
        }
        if (!read_answers(&answers, products, 32 * n)) {
            for (size_t i = 0; i < n; i++) oracle_mul(products + 32 * i, elements + 32 * i, scalar);
            keep_answers(&answers, products, 32 * n);
        }
        compare_map("random", uniform, n, elements);
        compare_mul("random", elements, scalar, n, products);
        if (round % 16 != 0) continue;
        compare_base_mul("random", scalars, n);
        compare_sums("random", elements, products, n);
        compare_seal("random", sigmas, scalars, y, table, n);
        // A capsule is two neighbours: of the elements, then of the products.
        compare_rerandomize("random", elements, scalars, y, table, n / 2);
        compare_rerandomize("random", products, sigmas, y, table, n / 2);
    }
    free(table);
    if (answers.file != NULL) oracle_require(fclose(answers.file) == 0, "a full disk");
}

int main(int argc, char **argv) {
    const char *const backend = require_backend();
    const size_t count = count_argument(argc, argv, 1, 1000000);
    oracle_start();
    set_constants();
    list values = field_values(), scalars = awkward_scalars(), elements = elements_near(&values);
    check_encodings(&values, &elements);
    check_map(&values);
    check_products(&elements, &scalars);
    check_sums(&elements);
    check_capsules(&elements, &scalars);
    check_scalars(&scalars);
    printf("compare: %zu awkward elements, %zu awkward scalars\n", elements.count, scalars.count);
    random_values(count, argc > 2 ? argv[2] : NULL);
    free(values.bytes), free(scalars.bytes), free(elements.bytes);
    mpz_clears(p, order, d, i_root, NULL);
    printf("compare: %zu checks, %zu random inputs, backend %s\n", check_count, count, backend);
    return 0;
}
