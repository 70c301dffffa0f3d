// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/shown.h"

#include "core/error.h"
#include "core/words.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MAGIC[16] = "coex shown 1\n";

typedef struct {
    char magic[sizeof MAGIC];
    guint8 id[COEX_SHOWN_ID_BYTES];
    guint8 reserved[32];
    gint64 marks[COEX_SHOWN_ACCOUNTS + 1]; /* by account id; 0 is not one */
} Page;

/* What counts is in memory; the file is how it survives the process. Written, not mapped: a mapped
 * file that somebody cuts short ends the chat program with a SIGBUS. */
struct CoexShown {
    int fd;
    GMutex lock; /* over the file */
    Page page;   /* its marks are read without the lock */
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

/* A hole on a full disk would be a mark that cannot be written later; a restored copy may have
 * some. */
static gboolean
reserve_blocks(int fd)
{
    errno = posix_fallocate(fd, 0, sizeof(Page));
    return errno == 0;
}

/* The marks come before the head, so that a file cut short by a crash is begun anew. */
static gboolean
write_page(int fd, const Page *page)
{
    const gsize head = G_STRUCT_OFFSET(Page, marks);
    return reserve_blocks(fd) &&
           pwrite(fd, page->marks, sizeof page->marks, (off_t)head) == sizeof page->marks &&
           pwrite(fd, page, head, 0) == (gssize)head;
}

static gboolean
read_page(int fd, const guint8 *id, Page *ret_page)
{
    if (is_ours(fd, id))
        return reserve_blocks(fd) && pread(fd, ret_page, sizeof(Page), 0) == sizeof(Page);
    *ret_page = (Page){ 0 };
    memcpy(ret_page->magic, MAGIC, sizeof MAGIC);
    memcpy(ret_page->id, id, COEX_SHOWN_ID_BYTES);
    return ftruncate(fd, 0) == 0 && write_page(fd, ret_page);
}

CoexShown *
coex_shown_open(const char *path, const guint8 id[COEX_SHOWN_ID_BYTES], gint64 newest_seq,
                GError **error)
{
    Page page;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || !read_page(fd, id, &page)) {
        coex_error_say(
            error, COEX_ERROR_STORE,
            _("%s cannot be written: %s. Check the rights and the free space of its folder."), path,
            g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }

    CoexShown *shown = g_new0(CoexShown, 1);
    shown->fd = fd;
    g_mutex_init(&shown->lock);
    shown->page = page;
    for (guint i = 1; i <= COEX_SHOWN_ACCOUNTS; i++)
        shown->page.marks[i] = CLAMP(page.marks[i], 0, newest_seq);
    return shown;
}

void
coex_shown_close(CoexShown *shown)
{
    if (shown == NULL)
        return;
    close(shown->fd);
    g_mutex_clear(&shown->lock);
    g_free(shown);
}

/* Somebody may have cut the file short: then all of it is written. A failure costs no more than a
 * line shown twice after a crash. */
static void
write_mark(CoexShown *shown, gint64 account_id)
{
    const gint64 *mark = &shown->page.marks[account_id];
    off_t offset = (off_t)G_STRUCT_OFFSET(Page, marks) + (off_t)(account_id * (gint64)sizeof *mark);
    struct stat status;
    gboolean whole = fstat(shown->fd, &status) == 0 && status.st_size == sizeof(Page);
    gboolean ok = whole ? pwrite(shown->fd, mark, sizeof *mark, offset) == sizeof *mark
                        : write_page(shown->fd, &shown->page);
    if (!ok)
        g_debug("how far was shown could not be written: %s", g_strerror(errno));
}

void
coex_shown_mark(CoexShown *shown, gint64 account_id, gint64 seq)
{
    g_return_if_fail(account_id > 0 && account_id <= COEX_SHOWN_ACCOUNTS);

    gint64 *mark = &shown->page.marks[account_id];
    g_mutex_lock(&shown->lock);
    if (*mark < seq) {
        __atomic_store_n(mark, seq, __ATOMIC_RELEASE);
        write_mark(shown, account_id);
    }
    g_mutex_unlock(&shown->lock);
}

gint64
coex_shown_get(const CoexShown *shown, gint64 account_id)
{
    g_return_val_if_fail(account_id > 0 && account_id <= COEX_SHOWN_ACCOUNTS, 0);

    return __atomic_load_n(&shown->page.marks[account_id], __ATOMIC_ACQUIRE);
}
