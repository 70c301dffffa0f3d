// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/lock.h"

#include "core/error.h"
#include "core/words.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define HOLDER_MAX 96 /* bytes of the file that are read back */

struct CoexLock {
    int fd;
};

/* An open file description lock: unlike a plain one it also holds against a second opening in the
 * same process, and does not vanish when some other descriptor of the file is closed. */
static int
set_lock(int fd, short type)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET };
    return fcntl(fd, F_OFD_SETLK, &lock);
}

/* "bitlbee (pid 123)" from the holder's "bitlbee 123"; NULL: it does not tell. */
static char *
dup_holder(int fd)
{
    char text[HOLDER_MAX + 1];
    ssize_t n = pread(fd, text, HOLDER_MAX, 0);
    text[MAX(n, 0)] = '\0';
    g_autofree char *line = g_utf8_make_valid(g_strstrip(text), -1);
    char *blank = strrchr(line, ' ');
    guint64 pid = 0;
    if (blank == NULL || !g_ascii_string_to_unsigned(blank + 1, 10, 1, G_MAXINT, &pid, NULL))
        return NULL;
    *blank = '\0';
    return g_strdup_printf("%s (pid %u)", line, (guint)pid);
}

static void
write_holder(int fd, const char *program)
{
    g_autofree char *name = g_strdup(program != NULL && *program != '\0' ? program : "unknown");
    g_strdelimit(name, "\r\n\t", ' ');
    g_autofree char *line = g_strdup_printf("%.64s %d\n", name, (int)getpid());
    /* The text only explains; the lock itself holds without it, on a full disk as well. */
    if (ftruncate(fd, 0) == 0 && pwrite(fd, line, strlen(line), 0) < 0)
        g_debug("the lock file does not tell its holder: %s", g_strerror(errno));
}

static void
fail_lock(int fd, const char *path, const char *subject, GError **error)
{
    int saved = errno;
    if (saved != EAGAIN && saved != EACCES) {
        coex_error_say(error, COEX_ERROR_STORE,
                       _("%s cannot be locked: %s. Choose a folder on a local disk."), path,
                       g_strerror(saved));
        return;
    }
    g_autofree char *holder = dup_holder(fd);
    if (holder == NULL)
        coex_error_say(
            error, COEX_ERROR_LOCKED,
            _("This profile is in use by another program. Log off there, or wait until it "
              "has ended. (%s)"),
            subject);
    else
        coex_error_say(
            error, COEX_ERROR_LOCKED,
            /* Translators: a program, as “bitlbee (pid 123)”, and a file */
            _("This profile is in use by %s. Log off there, or wait until it has ended. (%s)"),
            holder, subject);
}

CoexLock *
coex_lock_take(const char *path, const char *program, const char *subject, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        coex_error_say(
            error, COEX_ERROR_STORE,
            _("The lock file %s cannot be opened: %s. Check the rights and the free space "
              "of its folder."),
            path, g_strerror(errno));
        return NULL;
    }
    if (set_lock(fd, F_WRLCK) != 0) {
        fail_lock(fd, path, subject, error);
        close(fd);
        return NULL;
    }
    write_holder(fd, program);

    CoexLock *lock = g_new0(CoexLock, 1);
    lock->fd = fd;
    return lock;
}

void
coex_lock_release(CoexLock *lock)
{
    if (lock == NULL)
        return;
    /* Said aloud, since a forked child of the chat program may still have the descriptor. */
    set_lock(lock->fd, F_UNLCK);
    close(lock->fd);
    g_free(lock);
}
