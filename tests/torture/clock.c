// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For LD_PRELOAD: another clock for one program. The file COEX_CLOCK holds three numbers of 64
 * bits, which may change at any time: how many times as fast timers go (ten minutes of waiting in
 * ten seconds at 60), by how many seconds the time of day is wrong, and for how many the machine
 * slept.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000LL

#pragma GCC visibility push(default)
int clock_gettime(clockid_t clock, struct timespec *ret_time);
int gettimeofday(struct timeval *restrict ret_time, void *restrict zone);
time_t time(time_t *ret_time);
int poll(struct pollfd *fds, nfds_t n, int timeout_ms);
int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask);
int epoll_wait(int fd, struct epoll_event *events, int n, int timeout_ms);
#pragma GCC visibility pop

typedef struct {
    int64_t rate;
    int64_t ahead_s;
    int64_t slept_s;
} Settings;

static Settings usual = { 1, 0, 0 };
static const volatile Settings *settings = &usual;

__attribute__((constructor)) static void
map_settings(void)
{
    const char *path = getenv("COEX_CLOCK");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = fd >= 0 ? mmap(NULL, sizeof(Settings), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (page != MAP_FAILED)
        settings = page;
    if (fd >= 0)
        close(fd);
}

/* What passed since the last look counts at the rate of now, so that time never goes back. */
static void
speed_up(struct timespec *time)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int64_t last_ns;
    static int64_t told_ns;
    int64_t now_ns = time->tv_sec * NS_PER_S + time->tv_nsec;

    pthread_mutex_lock(&lock);
    if (last_ns == 0)
        last_ns = told_ns = now_ns;
    if (now_ns > last_ns) {
        told_ns += (now_ns - last_ns) * settings->rate;
        last_ns = now_ns;
    }
    time->tv_sec = told_ns / NS_PER_S;
    time->tv_nsec = told_ns % NS_PER_S;
    pthread_mutex_unlock(&lock);
}

int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    int result = (int)syscall(SYS_clock_gettime, clock, ret_time);

    if (clock == CLOCK_REALTIME)
        ret_time->tv_sec += settings->ahead_s + settings->slept_s;
    else if (clock == CLOCK_BOOTTIME)
        ret_time->tv_sec += settings->slept_s;
    else if (clock == CLOCK_MONOTONIC)
        speed_up(ret_time);
    return result;
}

int
gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    ret_time->tv_sec = now.tv_sec;
    ret_time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t
time(time_t *ret_time)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (ret_time != NULL)
        *ret_time = now.tv_sec;
    return now.tv_sec;
}

/* A rate that grows is noticed in the middle of a long wait, too. */
static int
shorten(int timeout_ms)
{
    if (timeout_ms == 0)
        return 0;
    if (timeout_ms < 0 || timeout_ms > 1000)
        timeout_ms = 1000;
    return (int)((timeout_ms + settings->rate - 1) / settings->rate);
}

int
poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
    int (*real)(struct pollfd *, nfds_t, int) = dlsym(RTLD_NEXT, "poll");

    return real(fds, n, shorten(timeout_ms));
}

/* What GLib 2.84 waits with. */
int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
    int (*real)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *) =
        dlsym(RTLD_NEXT, "ppoll");
    int64_t most_ns = NS_PER_S;
    struct timespec shortened;

    if (timeout != NULL && timeout->tv_sec == 0)
        most_ns = timeout->tv_nsec;
    most_ns = (most_ns + settings->rate - 1) / settings->rate;
    shortened = (struct timespec){ most_ns / NS_PER_S, most_ns % NS_PER_S };
    return real(fds, n, &shortened, mask);
}

int
epoll_wait(int fd, struct epoll_event *events, int n, int timeout_ms)
{
    int (*real)(int, struct epoll_event *, int, int) = dlsym(RTLD_NEXT, "epoll_wait");

    return real(fd, events, n, shorten(timeout_ms));
}
