/* What the tests put between a process and the C library: a clock that jumps, and a file system without locks. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static volatile long long ahead;

/* Puts the clock on the wall ahead by so many seconds, or back. */
void shim_jump(long long seconds) { ahead += seconds; }

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME)
        time->tv_sec += ahead;
    return result;
}

int flock(int file, int operation) {
    static int (*real)(int, int);
    const char *without = getenv("SHIM_WITHOUT_LOCKS");
    if (without) {
        errno = atoi(without);
        return -1;
    }
    if (!real)
        real = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
    return real(file, operation);
}
