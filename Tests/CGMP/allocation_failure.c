/*
 * Refuses the one allocation of each function, which must then report it with a zeroed output; and looks at every block
 * when it is freed: it must be all zero. Link with --wrap=malloc,--wrap=free, so that the target's own calls come here.
 */
#include "CGMP.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_COUNT 2

void *__real_malloc(size_t byte_count);
void __real_free(void *block);
void *__wrap_malloc(size_t byte_count);
void __wrap_free(void *block);

static int refuse, freed, dirty;
static size_t requested;

void *__wrap_malloc(size_t byte_count) {
    requested = byte_count;
    return refuse ? NULL : __real_malloc(byte_count);
}

void __wrap_free(void *block) {
    if (block != NULL) {
        freed++;
        for (size_t i = 0; i < requested; i++) {
            dirty += ((uint8_t *)block)[i] != 0;
        }
    }
    __real_free(block);
}

static uint8_t out[ITEM_COUNT * 384], elements[ITEM_COUNT * 384], uniform[ITEM_COUNT * 448], exponents[ITEM_COUNT * 32];

static size_t mul(void) { return sidos_ffdhe3072_mul_batch(out, elements, exponents, ITEM_COUNT); }
static size_t mul_wide(void) { return sidos_ffdhe3072_mul_wide_batch(out, elements, elements, ITEM_COUNT); }
static size_t base_mul(void) { return sidos_ffdhe3072_base_mul_batch(out, exponents, ITEM_COUNT); }
static size_t from_uniform(void) { return sidos_ffdhe3072_from_uniform_batch(out, uniform, ITEM_COUNT); }
static size_t multiply(void) { return sidos_ffdhe3072_multiply_batch(out, elements, elements, ITEM_COUNT); }

/* The scalar functions return 1 or 0 and write one number; here they speak the batches' language. */
static size_t of_verdict(int done) {
    memset(out + 384, done ? 0x5a : 0, 384);
    return done ? ITEM_COUNT : SIDOS_FFDHE3072_FAILURE;
}
static size_t scalar_reduce(void) { return of_verdict(sidos_ffdhe3072_scalar_reduce(out, uniform)); }
static size_t scalar_mul_add(void) {
    return of_verdict(sidos_ffdhe3072_scalar_mul_add(out, uniform, elements, elements));
}

static int all_zero(void) {
    uint8_t any = 0;
    for (size_t i = 0; i < sizeof out; i++) {
        any |= out[i];
    }
    return any == 0;
}

int main(void) {
    static const struct {
        const char *name;
        size_t (*run)(void);
    } functions[] = {{"mul", mul},
                     {"mul_wide", mul_wide},
                     {"base_mul", base_mul},
                     {"multiply", multiply},
                     {"scalar_reduce", scalar_reduce},
                     {"scalar_mul_add", scalar_mul_add},
                     {"from_uniform", from_uniform}};
    int bad = 0;
    memset(uniform, 0x9c, sizeof uniform);
    memset(exponents, 0x9c, sizeof exponents);
    if (sidos_ffdhe3072_from_uniform_batch(elements, uniform, ITEM_COUNT) != ITEM_COUNT) {
        return 2;
    }
    printf("backend: %s\n", sidos_ffdhe3072_backend()); /* which is not to be chosen while memory is refused */
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        memset(out, 0x5a, sizeof out);
        refuse = 1;
        size_t refused = functions[i].run();
        int zeroed = all_zero();
        refuse = freed = dirty = 0;
        size_t granted = functions[i].run();
        int good = refused == SIDOS_FFDHE3072_FAILURE && zeroed && granted == ITEM_COUNT && !all_zero();
        good = good && freed == 1 && dirty == 0;
        printf("%-15s %s (%zu bytes of scratch)\n", functions[i].name, good ? "ok" : "FAILED", requested);
        bad += !good;
    }
    return bad == 0 ? 0 : 1;
}
