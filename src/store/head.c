// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/head.h"

#include "core/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* The file: MAGIC, the size of a page, for each page its number and its bytes, and the SHA-256 of
 * all that. Numbers have four bytes, the first one is the highest. */
static const char MAGIC[16] = "coex head 1\n";
#define DIGEST_BYTES 32
#define PAGES_MAX 256

/* https://www.sqlite.org/fileformat2.html */
static const char SQLITE_MAGIC[COEX_HEAD_MAGIC_BYTES] = "SQLite format 3";
#define FILE_HEADER_BYTES 100
#define TABLE_LEAF 13
#define TABLE_INTERIOR 5

static char *
dup_head_path(const char *path)
{
    return g_strconcat(path, ".head", NULL);
}

static guint32
get_16(const guint8 *bytes)
{
    return (guint32)bytes[0] << 8 | bytes[1];
}

static guint32
get_32(const guint8 *bytes)
{
    return get_16(bytes) << 16 | get_16(bytes + 2);
}

static void
append_32(GByteArray *array, guint32 number)
{
    const guint32 bytes = GUINT32_TO_BE(number);
    g_byte_array_append(array, (const guint8 *)&bytes, sizeof bytes);
}

gboolean
coex_head_is_sound(const void *bytes, gsize length)
{
    return length >= sizeof SQLITE_MAGIC && memcmp(bytes, SQLITE_MAGIC, sizeof SQLITE_MAGIC) == 0;
}

gboolean
coex_head_is_kept(const char *path)
{
    g_autofree char *head_path = dup_head_path(path);
    return g_file_test(head_path, G_FILE_TEST_EXISTS);
}

/* ---- keeping ---- */

typedef struct {
    sqlite3_file *file; /* a descriptor of our own would take SQLite's locks along when closed */
    guint32 page_size;
    guint n_pages;
    GByteArray *bytes;
} Pages;

/* The counters of changes, the size in pages, and the list of free pages: they are another's when
 * the page is put back. Without a size that of the file counts. */
static void
clear_counters(guint8 *first_page)
{
    memset(first_page + 24, 0, 16);
    memset(first_page + 92, 0, 8);
}

static gboolean add_page(Pages *pages, guint32 number);

static gboolean
add_children(Pages *pages, const guint8 *page, guint32 header)
{
    guint32 n_cells = get_16(page + header + 3);
    if (header + 12 + 2 * n_cells > pages->page_size)
        return FALSE;
    for (guint32 i = 0; i < n_cells; i++) {
        guint32 cell = get_16(page + header + 12 + (gsize)2 * i);
        if (cell + 4 > pages->page_size || !add_page(pages, get_32(page + cell)))
            return FALSE;
    }
    return add_page(pages, get_32(page + header + 8));
}

/* With what is below it. */
static gboolean
add_page(Pages *pages, guint32 number)
{
    g_autofree guint8 *page = g_malloc(pages->page_size);
    guint32 header = number == 1 ? FILE_HEADER_BYTES : 0;
    if (number == 0 || ++pages->n_pages > PAGES_MAX ||
        pages->file->pMethods->xRead(pages->file, page, (int)pages->page_size,
                                     (sqlite3_int64)(number - 1) * pages->page_size) != SQLITE_OK)
        return FALSE;
    if (number == 1)
        clear_counters(page);
    append_32(pages->bytes, number);
    g_byte_array_append(pages->bytes, page, pages->page_size);
    if (page[header] == TABLE_INTERIOR)
        return add_children(pages, page, header);
    return page[header] == TABLE_LEAF;
}

static void
append_digest(GByteArray *bytes)
{
    g_autoptr(CoexHash) hash = coex_hash_new(NULL);
    CoexDigest digest;

    coex_hash_update(hash, bytes->data, bytes->len);
    if (coex_hash_finish(hash, &digest))
        g_byte_array_append(bytes, digest.bytes, sizeof digest.bytes);
}

static GByteArray *
read_pages(sqlite3 *db)
{
    guint8 header[FILE_HEADER_BYTES];
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Pages pages = { .bytes = bytes };
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &pages.file) != SQLITE_OK ||
        pages.file->pMethods->xRead(pages.file, header, sizeof header, 0) != SQLITE_OK ||
        !coex_head_is_sound(header, sizeof header))
        return NULL;
    pages.page_size = get_16(header + 16) == 1 ? 65536 : get_16(header + 16);
    if (pages.page_size < 512)
        return NULL;
    g_byte_array_append(bytes, (const guint8 *)MAGIC, sizeof MAGIC);
    append_32(bytes, pages.page_size);
    if (!add_page(&pages, 1))
        return NULL;
    append_digest(bytes);
    return g_steal_pointer(&bytes);
}

void
coex_head_keep(const char *path, sqlite3 *db)
{
    g_autofree char *head_path = dup_head_path(path);
    g_autofree char *kept = NULL;
    gsize length = 0;
    g_autoptr(GByteArray) bytes = read_pages(db);
    g_file_get_contents(head_path, &kept, &length, NULL);
    if (bytes == NULL || (length == bytes->len && memcmp(kept, bytes->data, length) == 0))
        return;
    /* None is better than one of other places. */
    if (!g_file_set_contents_full(head_path, (const char *)bytes->data, (gssize)bytes->len,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0600, NULL))
        coex_head_forget(path);
}

void
coex_head_forget(const char *path)
{
    g_autofree char *head_path = dup_head_path(path);
    g_unlink(head_path);
}

/* ---- putting back ---- */

/* The pages, checked; NULL: none that can be used, or the file cannot be read just now. */
static GByteArray *
read_kept(const char *path, int *ret_errno)
{
    g_autofree char *head_path = dup_head_path(path);
    char *contents = NULL;
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    *ret_errno = 0;
    if (!g_file_get_contents(head_path, &contents, &length, &error)) {
        if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            *ret_errno = EIO;
        return NULL;
    }
    g_autoptr(GByteArray) kept = g_byte_array_new_take((guint8 *)contents, length);
    if (length < sizeof MAGIC + 4 + DIGEST_BYTES || memcmp(kept->data, MAGIC, sizeof MAGIC) != 0)
        return NULL;
    g_autoptr(GByteArray) again = g_byte_array_new();
    g_byte_array_append(again, kept->data, kept->len - DIGEST_BYTES);
    append_digest(again);
    return memcmp(again->data, kept->data, length) == 0 ? g_steal_pointer(&kept) : NULL;
}

gboolean
coex_head_put_back(const char *path, int *ret_errno)
{
    g_autoptr(GByteArray) kept = read_kept(path, ret_errno);
    if (kept == NULL)
        return FALSE;
    guint32 page_size = get_32(kept->data + sizeof MAGIC);
    guint end = kept->len - DIGEST_BYTES;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    gboolean ok = fd >= 0;
    for (guint at = sizeof MAGIC + 4; ok && at < end; at += 4 + page_size)
        ok = pwrite(fd, kept->data + at + 4, page_size,
                    (off_t)(get_32(kept->data + at) - 1) * page_size) == (gssize)page_size;
    ok = ok && fsync(fd) == 0;
    *ret_errno = ok ? 0 : errno;
    if (fd >= 0)
        close(fd);
    return ok;
}
