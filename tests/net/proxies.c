// SPDX-License-Identifier: GPL-2.0-or-later
#include "proxies.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

#define PATIENCE_US (20 * TEST_SLOWNESS * G_USEC_PER_SEC)

gboolean
proxy_is_there(const char *program)
{
    g_autofree char *path = g_find_program_in_path(program);

    return path != NULL;
}

static guint
find_free_port(void)
{
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GSocketAddress) bound = NULL;

    g_assert_true(g_socket_bind(socket, any, TRUE, NULL));
    bound = g_socket_get_local_address(socket, NULL);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
}

static void
wait_until_listening(const Proxy *proxy)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    gint64 until = g_get_monotonic_time() + PATIENCE_US;

    g_socket_client_set_enable_proxy(client, FALSE);
    for (;;) {
        g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(
            client, proxy->way.host, (guint16)proxy->way.port, NULL, NULL);

        if (connection != NULL)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}

static Proxy *
proxy_new(CoexProxyKind kind, const char *user, const char *password)
{
    Proxy *proxy = g_new0(Proxy, 1);

    proxy->way.kind = kind;
    proxy->way.host = g_strdup("127.0.0.1");
    proxy->way.port = find_free_port();
    proxy->way.user = g_strdup(user);
    proxy->way.password = g_strdup(password);
    return proxy;
}

/* Also with one whose test has failed. */
static void
end_with_parent(gpointer user_data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void
proxy_start(Proxy *proxy, const char *const *argv)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_autoptr(GError) error = NULL;

    g_subprocess_launcher_set_child_setup(launcher, end_with_parent, NULL, NULL);
    proxy->process = g_subprocess_launcher_spawnv(launcher, argv, &error);
    g_assert_no_error(error);
    wait_until_listening(proxy);
}

Proxy *
proxy_new_socks(const char *user, const char *password)
{
    Proxy *proxy = proxy_new(COEX_PROXY_SOCKS5, user, password);
    g_autofree char *port = g_strdup_printf("%u", proxy->way.port);
    const char *const plain[] = { "microsocks", "-i", "127.0.0.1", "-p", port, NULL };
    const char *const login[] = { "microsocks", "-i", "127.0.0.1", "-p",     port,
                                  "-u",         user, "-P",        password, NULL };

    proxy_start(proxy, user != NULL ? login : plain);
    return proxy;
}

Proxy *
proxy_new_http(const char *user, const char *password, const char *rules)
{
    Proxy *proxy = proxy_new(COEX_PROXY_HTTP, user, password);
    g_autofree char *login =
        user != NULL ? g_strdup_printf("BasicAuth %s %s\n", user, password) : g_strdup("");
    g_autofree char *text = g_strdup_printf("Port %u\nListen 127.0.0.1\nMaxClients 20\nTimeout 60\n"
                                            "Allow 127.0.0.1\nDisableViaHeader Yes\n%s%s",
                                            proxy->way.port, login, rules);
    g_autofree char *path = NULL;

    proxy->folder = g_dir_make_tmp("coex-proxy-XXXXXX", NULL);
    path = g_build_filename(proxy->folder, "tinyproxy.conf", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    proxy_start(proxy, (const char *const[]){ "tinyproxy", "-d", "-c", path, NULL });
    return proxy;
}

void
proxy_free(Proxy *proxy)
{
    g_subprocess_force_exit(proxy->process);
    g_subprocess_wait(proxy->process, NULL, NULL);
    g_object_unref(proxy->process);
    coex_proxy_clear(&proxy->way);
    if (proxy->folder != NULL) {
        g_autofree char *path = g_build_filename(proxy->folder, "tinyproxy.conf", NULL);

        g_remove(path);
        g_rmdir(proxy->folder);
    }
    g_free(proxy->folder);
    g_free(proxy);
}

/* ---- the witness ---- */

typedef struct {
    Witness *witness;
    GSocket *socket;
} Visit;

static guint8
read_byte(GSocket *socket, GCancellable *stop)
{
    char byte = 0;

    return g_socket_receive(socket, &byte, 1, stop, NULL) == 1 ? (guint8)byte : 0;
}

static char *
read_string(GSocket *socket, GCancellable *stop)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint8 byte; (byte = read_byte(socket, stop)) != 0;)
        g_string_append_c(text, (char)byte);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
read_counted(GSocket *socket, GCancellable *stop)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint8 left = read_byte(socket, stop); left > 0; left--)
        g_string_append_c(text, (char)read_byte(socket, stop));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static guint
read_port(GSocket *socket, GCancellable *stop)
{
    guint high = read_byte(socket, stop);

    return high << 8 | read_byte(socket, stop);
}

static char *
read_ip(GSocket *socket, GCancellable *stop)
{
    guint8 ip[4];

    for (guint i = 0; i < 4; i++)
        ip[i] = read_byte(socket, stop);
    return g_strdup_printf("%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
}

/* Notes it, and gives the port. */
static guint
note(Witness *witness, const char *version, const char *user, const char *host, guint port)
{
    g_mutex_lock(&witness->lock);
    g_ptr_array_add(witness->heard, g_strdup_printf("%s %s %s:%u", version, user, host, port));
    g_mutex_unlock(&witness->lock);
    return port;
}

static guint
greet_4(Witness *witness, GSocket *socket)
{
    GCancellable *stop = witness->stop;
    guint command = read_byte(socket, stop);
    guint port = read_port(socket, stop);
    g_autofree char *ip = read_ip(socket, stop), *user = read_string(socket, stop);
    gboolean named = g_str_has_prefix(ip, "0.0.0.") && !g_str_equal(ip, "0.0.0.0");
    g_autofree char *name = named ? read_string(socket, stop) : NULL;

    g_assert_cmpuint(command, ==, 1);
    g_socket_send(socket, "\0\x5a\0\0\0\0\0\0", 8, stop, NULL);
    return note(witness, named ? "4a" : "4", user, named ? name : ip, port);
}

static guint
greet_5(Witness *witness, GSocket *socket)
{
    GCancellable *stop = witness->stop;
    g_autofree char *user = NULL, *password = NULL, *host = NULL, *login = NULL;
    gboolean asks = FALSE;

    for (guint8 n_methods = read_byte(socket, stop); n_methods > 0; n_methods--)
        asks |= read_byte(socket, stop) == 2;
    g_socket_send(socket, asks ? "\x05\x02" : "\x05\0", 2, stop, NULL);
    if (asks) {
        read_byte(socket, stop);
        user = read_counted(socket, stop);
        password = read_counted(socket, stop);
        g_socket_send(socket, "\x01\0", 2, stop, NULL);
    }
    login = asks ? g_strdup_printf("%s/%s", user, password) : g_strdup("");
    for (guint i = 0; i < 3; i++) /* version, command, reserved */
        read_byte(socket, stop);
    host = read_byte(socket, stop) == 3 ? read_counted(socket, stop) : read_ip(socket, stop);
    g_socket_send(socket, "\x05\0\0\x01\0\0\0\0\0\0", 10, stop, NULL);
    return note(witness, "5", login, host, read_port(socket, stop));
}

/* FALSE at the end. */
static gboolean
carry(GSocket *from, GSocket *to, GCancellable *stop)
{
    char bytes[4096];
    gssize count;

    if (!(g_socket_condition_check(from, G_IO_IN | G_IO_HUP) & (G_IO_IN | G_IO_HUP)))
        return TRUE;
    count = g_socket_receive(from, bytes, sizeof bytes, stop, NULL);
    return count > 0 && g_socket_send(to, bytes, count, stop, NULL) == count;
}

static gpointer
serve(gpointer user_data)
{
    g_autofree Visit *visit = user_data;
    Witness *witness = visit->witness;
    g_autoptr(GSocket) near = visit->socket;
    g_autoptr(GSocket) far =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    guint8 version = read_byte(near, witness->stop);
    guint port = version == 4 ? greet_4(witness, near) : version == 5 ? greet_5(witness, near) : 0;
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", port);

    if (port == 0 || !g_socket_connect(far, address, witness->stop, NULL))
        return NULL;
    while (carry(near, far, witness->stop) && carry(far, near, witness->stop)) {
        GPollFD fds[3] = { { .fd = g_socket_get_fd(near), .events = G_IO_IN },
                           { .fd = g_socket_get_fd(far), .events = G_IO_IN } };

        g_cancellable_make_pollfd(witness->stop, &fds[2]);
        g_poll(fds, 3, -1);
        g_cancellable_release_fd(witness->stop);
        if (g_cancellable_is_cancelled(witness->stop))
            break;
    }
    return NULL;
}

static gpointer
accept_all(gpointer user_data)
{
    Witness *witness = user_data;
    GSocket *socket;

    while ((socket = g_socket_accept(witness->socket, witness->stop, NULL)) != NULL) {
        Visit *visit = g_new(Visit, 1);

        *visit = (Visit){ witness, socket };
        g_ptr_array_add(witness->threads, g_thread_new("witness", serve, visit));
    }
    return NULL;
}

Witness *
witness_new(void)
{
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    Witness *witness = g_new0(Witness, 1);

    g_mutex_init(&witness->lock);
    witness->heard = g_ptr_array_new_with_free_func(g_free);
    witness->threads = g_ptr_array_new();
    witness->stop = g_cancellable_new();
    witness->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_assert_true(g_socket_bind(witness->socket, any, TRUE, NULL));
    g_assert_true(g_socket_listen(witness->socket, NULL));
    witness->thread = g_thread_new("witness", accept_all, witness);
    return witness;
}

void
witness_free(Witness *witness)
{
    g_cancellable_cancel(witness->stop);
    g_thread_join(witness->thread);
    for (guint i = 0; i < witness->threads->len; i++)
        g_thread_join(witness->threads->pdata[i]);
    g_ptr_array_unref(witness->threads);
    g_ptr_array_unref(witness->heard);
    g_object_unref(witness->stop);
    g_object_unref(witness->socket);
    g_mutex_clear(&witness->lock);
    g_free(witness);
}

guint
witness_get_port(Witness *witness)
{
    g_autoptr(GSocketAddress) address = g_socket_get_local_address(witness->socket, NULL);

    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address));
}

/* ---- names ---- */

typedef GResolver WatchedNames;
typedef GResolverClass WatchedNamesClass;

static gint n_lookups; /* atomic */

GType watched_names_get_type(void);
G_DEFINE_TYPE(WatchedNames, watched_names, G_TYPE_RESOLVER)

static GList *
make_answer(void)
{
    g_atomic_int_inc(&n_lookups);
    return g_list_append(NULL, g_inet_address_new_from_string("127.0.0.1"));
}

static void
free_answer(gpointer addresses)
{
    g_resolver_free_addresses(addresses);
}

static GList *
look_up(GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
    return make_answer();
}

static GList *
look_up_with_flags(GResolver *resolver, const char *name, GResolverNameLookupFlags flags,
                   GCancellable *cancellable, GError **error)
{
    return make_answer();
}

static void
look_up_async(GResolver *resolver, const char *name, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(resolver, cancellable, callback, user_data);

    g_task_return_pointer(task, make_answer(), free_answer);
}

static void
look_up_with_flags_async(GResolver *resolver, const char *name, GResolverNameLookupFlags flags,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
    look_up_async(resolver, name, cancellable, callback, user_data);
}

static GList *
look_up_finish(GResolver *resolver, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
watched_names_class_init(WatchedNamesClass *klass)
{
    klass->lookup_by_name = look_up;
    klass->lookup_by_name_with_flags = look_up_with_flags;
    klass->lookup_by_name_async = look_up_async;
    klass->lookup_by_name_with_flags_async = look_up_with_flags_async;
    klass->lookup_by_name_finish = look_up_finish;
    klass->lookup_by_name_with_flags_finish = look_up_finish;
}

static void
watched_names_init(WatchedNames *self)
{
}

void
names_watch(void)
{
    g_autoptr(GResolver) resolver = g_object_new(watched_names_get_type(), NULL);

    g_resolver_set_default(resolver);
}

guint
names_count(void)
{
    return (guint)g_atomic_int_get(&n_lookups);
}
