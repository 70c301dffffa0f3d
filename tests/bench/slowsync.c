// SPDX-License-Identifier: GPL-2.0-or-later
#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* Loaded with LD_PRELOAD: makes each fsync() and fdatasync() as slow as on a plain disk, by
 * BENCH_SYNC_MS milliseconds. */

#define EXPORT __attribute__((visibility("default")))

static int
call_slowly(const char *name, int fd)
{
    const char *text = getenv("BENCH_SYNC_MS");
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);

    if (text != NULL)
        poll(NULL, 0, (int)strtol(text, NULL, 10));
    return real(fd);
}

EXPORT int
fsync(int fd)
{
    return call_slowly("fsync", fd);
}

EXPORT int
fdatasync(int fd)
{
    return call_slowly("fdatasync", fd);
}
