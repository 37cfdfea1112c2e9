// clock_gettime is POSIX, not C11.
#define _POSIX_C_SOURCE 200809L

#include "Peers.h"

#include <time.h>

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) return 0;
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t peer_thread_cpu_time(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }
uint64_t peer_process_cpu_time(void) { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }
