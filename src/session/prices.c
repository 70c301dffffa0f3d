// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/prices.h"

#include "account/account.h"
#include "account/spending.h"
#include "account/tell.h"
#include "core/error.h"
#include "core/rate-card.h"
#include "core/words.h"
#include "net/worker.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
set_error(GError **error, int code)
{
    coex_error_say(error, COEX_ERROR_INVALID_INPUT, _("it cannot be read: %s."), g_strerror(code));
}

/* One byte more than is taken tells that there is more. */
static GBytes *
read_all(int fd, GError **error)
{
    g_autofree char *bytes = g_malloc(COEX_RATE_CARD_BYTES_MAX + 1);
    gsize length = 0;

    while (length <= COEX_RATE_CARD_BYTES_MAX) {
        gssize n = read(fd, bytes + length, COEX_RATE_CARD_BYTES_MAX + 1 - length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            set_error(error, errno);
            return NULL;
        }
        if (n == 0)
            break;
        length += (gsize)n;
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), length);
}

/* A pipe or a device could keep it waiting for ever. */
static GBytes *
read_file(const char *path, GError **error)
{
    struct stat info;
    GBytes *bytes = NULL;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &info) != 0)
        set_error(error, errno);
    else if (!S_ISREG(info.st_mode))
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT, _("it is no file."));
    else
        bytes = read_all(fd, error);
    if (fd >= 0)
        close(fd);
    return bytes;
}

static void
run(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    GError *error = NULL;
    g_autoptr(GBytes) bytes = read_file(task_data, &error);
    CoexRateCard *card = NULL;

    if (bytes != NULL)
        card = coex_rate_card_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &error);
    if (card != NULL)
        g_task_return_pointer(task, card, (GDestroyNotify)coex_rate_card_unref);
    else
        g_task_return_error(task, error);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexRateCard) card = g_task_propagate_pointer(G_TASK(result), &error);

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (card != NULL) {
        g_debug("+%s: the prices are read", account->number);
        coex_spending_set_card(account, card);
    } else {
        coex_account_tell_notice(
            account, NULL,
            _("Option {@rate-card}: no price is shown. %s, %s It is read again at the next login."),
            account->rate_card, error->message);
    }
}

void
coex_prices_load(CoexAccount *account)
{
    g_autoptr(GTask) task = NULL;

    if (*account->rate_card == '\0')
        return;
    task = g_task_new(NULL, NULL, on_read, coex_account_ref(account));
    g_task_set_task_data(task, g_strdup(account->rate_card), g_free);
    coex_worker_run(task, run);
}
