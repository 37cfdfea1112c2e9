// The processors a program may use are Linux's matter, not POSIX's.
#define _GNU_SOURCE

#include "Peers.h"

#include <sched.h>

/// What the program was started with.
static cpu_set_t all;
static int known;

static int learn(void) {
    if (!known) known = sched_getaffinity(0, sizeof all, &all) == 0;
    return known;
}

int peer_core_count(void) { return learn() ? CPU_COUNT(&all) : 1; }

int peer_use_cores(int count) {
    if (!learn()) return 0;
    cpu_set_t some;
    CPU_ZERO(&some);
    for (int core = 0; core < CPU_SETSIZE && count > 0; core++) {
        if (!CPU_ISSET(core, &all)) continue;
        CPU_SET(core, &some);
        count--;
    }
    return count == 0 && sched_setaffinity(0, sizeof some, &some) == 0;
}
