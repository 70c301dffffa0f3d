// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/shown.h"

#include "core/error.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MAGIC[16] = "coex shown 1\n";

typedef struct {
    char magic[sizeof MAGIC];
    guint8 id[COEX_SHOWN_ID_BYTES];
    guint8 reserved[32];
    gint64 marks[COEX_SHOWN_ACCOUNTS + 1]; /* by account id; 0 is not one */
} Page;

struct CoexShown {
    Page *page;
};

static gboolean
is_ours(int fd, const guint8 *id)
{
    char head[sizeof MAGIC + COEX_SHOWN_ID_BYTES];
    struct stat status;
    return fstat(fd, &status) == 0 && status.st_size == sizeof(Page) &&
           pread(fd, head, sizeof head, 0) == sizeof head &&
           memcmp(head, MAGIC, sizeof MAGIC) == 0 &&
           memcmp(head + sizeof MAGIC, id, COEX_SHOWN_ID_BYTES) == 0;
}

/* A mapped hole on a full disk would be a SIGBUS later; a restored copy may have some. */
static gboolean
reserve_blocks(int fd)
{
    errno = posix_fallocate(fd, 0, sizeof(Page));
    return errno == 0;
}

/* The head comes last, so that a file cut short by a crash is begun anew. */
static gboolean
begin_anew(int fd, const guint8 *id)
{
    char head[sizeof MAGIC + COEX_SHOWN_ID_BYTES];
    memcpy(head, MAGIC, sizeof MAGIC);
    memcpy(head + sizeof MAGIC, id, COEX_SHOWN_ID_BYTES);
    return ftruncate(fd, 0) == 0 && reserve_blocks(fd) &&
           pwrite(fd, head, sizeof head, 0) == sizeof head;
}

static Page *
map_file(int fd, const guint8 *id)
{
    if (is_ours(fd, id) ? !reserve_blocks(fd) : !begin_anew(fd, id))
        return NULL;
    void *page = mmap(NULL, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return page != MAP_FAILED ? page : NULL;
}

CoexShown *
coex_shown_open(const char *path, const guint8 id[COEX_SHOWN_ID_BYTES], gint64 newest_seq,
                GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    Page *page = fd >= 0 ? map_file(fd, id) : NULL;
    int saved = errno;
    if (fd >= 0)
        close(fd);
    if (page == NULL) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_STORE,
                    "%s cannot be written: %s. Check the rights and the free space of its folder.",
                    path, g_strerror(saved));
        return NULL;
    }

    CoexShown *shown = g_new0(CoexShown, 1);
    shown->page = page;
    for (guint i = 1; i <= COEX_SHOWN_ACCOUNTS; i++)
        page->marks[i] = CLAMP(page->marks[i], 0, newest_seq);
    return shown;
}

void
coex_shown_close(CoexShown *shown)
{
    if (shown == NULL)
        return;
    munmap(shown->page, sizeof(Page));
    g_free(shown);
}

void
coex_shown_mark(CoexShown *shown, gint64 account_id, gint64 seq)
{
    g_return_if_fail(account_id > 0 && account_id <= COEX_SHOWN_ACCOUNTS);

    gint64 *mark = &shown->page->marks[account_id];
    gint64 current = __atomic_load_n(mark, __ATOMIC_RELAXED);
    while (current < seq && !__atomic_compare_exchange_n(mark, &current, seq, FALSE,
                                                         __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        continue;
}

gint64
coex_shown_get(const CoexShown *shown, gint64 account_id)
{
    g_return_val_if_fail(account_id > 0 && account_id <= COEX_SHOWN_ACCOUNTS, 0);

    return __atomic_load_n(&shown->page->marks[account_id], __ATOMIC_ACQUIRE);
}
