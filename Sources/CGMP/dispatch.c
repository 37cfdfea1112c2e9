/* Chooses the backend, once per process. */
#include <pthread.h>
#include <stdlib.h>

#include "CGMP.h"
#include "backend.h"
#include "scratch.h"

/* Beyond EXPONENT_LIMB_COUNT, where backends may change their ways. */
#define LONG_EXPONENT_LIMB_COUNT 5

static pthread_once_t selection = PTHREAD_ONCE_INIT;
/* Written once under `selection`, read-only afterwards. */
static const ffdhe3072_backend *selected = &sidos_ffdhe3072_gmp;

#if defined(__x86_64__)

/* Public numbers for the self-test: 2 and q, then whatever the seed gives, below 2^3071. */
typedef struct {
    ffdhe3072_number numbers[GROUP_COUNT];
    ffdhe3072_exponent exponents[GROUP_COUNT];
    mp_limb_t long_exponent[LONG_EXPONENT_LIMB_COUNT];
} questions;

static void ask(questions *asked) {
    mp_limb_t *limbs = (mp_limb_t *)asked;
    uint64_t seed = 1;
    for (size_t i = 0; i < sizeof *asked / sizeof *limbs; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        limbs[i] = seed ^ seed >> 29;
    }
    for (int i = 0; i < GROUP_COUNT; i++) {
        asked->numbers[i][LIMB_COUNT - 1] >>= 2;
    }
    memset(asked->numbers[0], 0, sizeof asked->numbers[0]);
    asked->numbers[0][0] = 2;
    mpn_copyi(asked->numbers[1], sidos_ffdhe3072_q, LIMB_COUNT);
}

/*
 * GMP's answers, in a few milliseconds: all lanes, short and long exponents. Exponents of one limb are enough for the
 * first, since only the number of windows depends on it.
 */
static int agrees(const ffdhe3072_backend *backend, const ffdhe3072_backend *reference, mp_limb_t *scratch) {
    questions asked;
    ffdhe3072_number right[GROUP_COUNT];
    ask(&asked);
    for (int part = 0; part < 3; part++) {
        const mp_size_t limb_count = part == 0 ? 1 : LONG_EXPONENT_LIMB_COUNT;
        const size_t count = part == 0 ? GROUP_COUNT : 3;
        if (part < 2) {
            memcpy(right, asked.numbers, sizeof right);
            reference->power(right, count, asked.long_exponent, limb_count, scratch);
            backend->power(asked.numbers, count, asked.long_exponent, limb_count, scratch);
        } else {
            reference->base_power(right, asked.exponents, count, scratch);
            backend->base_power(asked.numbers, asked.exponents, count, scratch);
        }
        if (memcmp(right, asked.numbers, count * sizeof right[0]) != 0) {
            return 0;
        }
    }
    return 1;
}

static int passes(const ffdhe3072_backend *backend) {
    const ffdhe3072_backend *const reference = &sidos_ffdhe3072_gmp;
    const mp_size_t ours = backend->scratch_limb_count(LONG_EXPONENT_LIMB_COUNT);
    const mp_size_t theirs = reference->scratch_limb_count(LONG_EXPONENT_LIMB_COUNT);
    gmp_scratch scratch;
    const int passed = sidos_ffdhe3072_scratch_init(&scratch, ours > theirs ? ours : theirs) &&
                       agrees(backend, reference, scratch.limbs);
    sidos_ffdhe3072_scratch_free(&scratch);
    return passed;
}

/* Without optimisation, as in debug builds, eight powers take 43 ms here and 7 ms in GMP, which is always optimised. */
#if defined(__OPTIMIZE__)
#define PREFER_IFMA 1
#else
#define PREFER_IFMA 0
#endif

static void select_backend(void) {
    const char *const wanted = getenv("SIDOS_FFDHE3072_BACKEND");
    int ifma = PREFER_IFMA;
    if (wanted != NULL && strcmp(wanted, sidos_ffdhe3072_gmp.name) == 0) {
        ifma = 0;
    } else if (wanted != NULL && strcmp(wanted, sidos_ffdhe3072_ifma.name) == 0) {
        ifma = 1;
    }
    if (ifma && sidos_ffdhe3072_ifma.prepare() && passes(&sidos_ffdhe3072_ifma)) {
        selected = &sidos_ffdhe3072_ifma;
    }
}

#else

static void select_backend(void) {}

#endif

const ffdhe3072_backend *sidos_ffdhe3072_backend_in_use(void) {
    return pthread_once(&selection, select_backend) == 0 ? selected : &sidos_ffdhe3072_gmp;
}

const char *sidos_ffdhe3072_backend(void) { return sidos_ffdhe3072_backend_in_use()->name; }
