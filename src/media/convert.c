// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/convert.h"

#include "core/error.h"
#include "core/words.h"
#include "media/turn.h"
#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME_S (20 * 60)
#define THREADS "2" /* each of which takes memory */
#define MEMORY ((rlim_t)4 << 30)
#define NICE 15
#define DISK_FULL (1 << 20) /* bytes that are left then */
#define LOOK_MS 20          /* whether it has ended that says nothing more */
#define VOICE_RATE "32k"
#define SOUND_RATE 96000 /* bits a second */
#define FILM_RATE_MIN 200000
#define FILM_RATE_MAX 2500000

/* Of the file it makes: what is larger is of no use. */
static goffset
get_max(const CoexConversion *what)
{
    return (goffset)what->max * 2;
}

/* The way in is named, so that no file is taken for a list of others. */
static const char *
get_demuxer(const char *mime)
{
    static const struct {
        const char *mime;
        const char *demuxer;
    } rows[] = {
        { "video/mp4", "mov" },
        { "video/quicktime", "mov" },
        { "video/3gpp", "mov" },
        { "audio/mp4", "mov" },
        { "video/x-matroska", "matroska" },
        { "video/x-msvideo", "avi" },
        { "audio/mpeg", "mp3" },
        { "audio/aac", "aac" },
        { "audio/amr", "amr" },
        { "audio/ogg", "ogg" },
        { "audio/flac", "flac" },
        { "audio/wav", "wav" },
        { "image/gif", "gif" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].mime, mime) == 0)
            return rows[i].demuxer;
    }
    return NULL;
}

gboolean
coex_convert_is_possible(const char *mime)
{
    g_autofree char *program = g_find_program_in_path("ffmpeg");

    return program != NULL && get_demuxer(mime) != NULL;
}

/* ---- a program and its output ---- */

typedef struct {
    GPid pid;
    int out;
    gint64 until_us;
    GCancellable *cancellable;
    GString *said; /* the beginning */
} Program;

/* Between fork and exec. */
static void
prepare(gpointer user_data)
{
    const struct rlimit none = { 0, 0 };
    const struct rlimit memory = { MEMORY, MEMORY };
    const struct rlimit time = { 3 * TIME_S, 3 * TIME_S };
    const rlim_t *max = user_data;
    const struct rlimit file = { *max, *max };

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpriority(PRIO_PROCESS, 0, NICE);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_AS, &memory);
    setrlimit(RLIMIT_CPU, &time);
    setrlimit(RLIMIT_FSIZE, &file);
}

/* FALSE: it is not to go on. */
static gboolean
wait_for(const Program *program, int fd, int at_most_ms)
{
    gint64 left_ms = (program->until_us - g_get_monotonic_time()) / 1000;
    GPollFD stop = { .fd = -1 };
    struct pollfd fds[2] = { { fd, POLLIN, 0 }, { -1, POLLIN, 0 } };
    int n;

    if (left_ms <= 0 || g_cancellable_is_cancelled(program->cancellable))
        return FALSE;
    if (program->cancellable != NULL && g_cancellable_make_pollfd(program->cancellable, &stop))
        fds[1].fd = stop.fd;
    n = poll(fds, G_N_ELEMENTS(fds), (int)MIN(left_ms, at_most_ms));
    if (stop.fd >= 0)
        g_cancellable_release_fd(program->cancellable);
    return n >= 0 || errno == EINTR;
}

/* Until it says nothing more. FALSE: it was not to go on. */
static gboolean
listen_to(Program *program)
{
    char block[4096];

    for (;;) {
        gssize n = read(program->out, block, sizeof block);

        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return TRUE;
        if (n > 0)
            g_string_append_len(program->said, block,
                                MIN(n, (gssize)(sizeof block - program->said->len)));
        else if (!wait_for(program, program->out, G_MAXINT))
            return FALSE;
    }
}

/* Whether it ended well, as far as is known: chat programs take every child's end for themselves.
 */
static gboolean
has_ended_well(const Program *program)
{
    int status = 0;
    pid_t ended;

    while ((ended = waitpid(program->pid, &status, WNOHANG)) == 0 ||
           (ended < 0 && errno == EINTR)) {
        if (!wait_for(program, -1, LOOK_MS))
            return FALSE;
    }
    return ended < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* With all that it has started. */
static void
stop(const Program *program)
{
    kill(-program->pid, SIGKILL);
    while (waitpid(program->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* @ret_said: what it has printed, NULL: nobody asks. */
static gboolean
run(char **argv, rlim_t max, GCancellable *cancellable, char **ret_said)
{
    g_autoptr(GString) said = g_string_new(NULL);
    Program program = { 0, -1, g_get_monotonic_time() + TIME_S * G_USEC_PER_SEC, cancellable,
                        said };
    gboolean well;

    if (!g_spawn_async_with_pipes(NULL, argv, NULL,
                                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                      G_SPAWN_STDERR_TO_DEV_NULL,
                                  prepare, &max, &program.pid, NULL, &program.out, NULL, NULL))
        return FALSE;
    well = g_unix_set_fd_nonblocking(program.out, TRUE, NULL) && listen_to(&program) &&
           has_ended_well(&program);
    if (!well)
        stop(&program);
    close(program.out);
    if (well && ret_said != NULL)
        *ret_said = g_strdup(said->str);
    return well;
}

/* ---- what is asked of it ---- */

static void
add(GPtrArray *argv, const char *words)
{
    g_auto(GStrv) split = g_strsplit(words, " ", -1);

    for (char **word = split; *word != NULL; word++)
        g_ptr_array_add(argv, g_strdup(*word));
}

static GPtrArray *
begin(const CoexConversion *what, const char *program)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    add(argv, program);
    add(argv, "-v error -threads " THREADS " -protocol_whitelist file -f");
    add(argv, get_demuxer(what->mime));
    add(argv, "-i");
    g_ptr_array_add(argv, g_strconcat("file:", what->from, NULL));
    return argv;
}

/* In seconds; 0: not known. */
static double
find_length(const CoexConversion *what, GCancellable *cancellable)
{
    g_autoptr(GPtrArray) argv = begin(what, "ffprobe");
    g_autofree char *said = NULL;

    add(argv, "-show_entries format=duration -of csv=p=0");
    g_ptr_array_add(argv, NULL);
    return run((char **)argv->pdata, 0, cancellable, &said) ? g_ascii_strtod(said, NULL) : 0;
}

/* So many bits a second that all of it fits; 0: it would be no pleasure to look at. */
static guint
find_rate(const CoexConversion *what, GCancellable *cancellable)
{
    double seconds = find_length(what, cancellable);
    double rate;

    if (!(seconds > 0))
        return 0;
    rate = (double)what->max * 8 * 0.95 / (seconds + 1) - SOUND_RATE;
    return rate < FILM_RATE_MIN ? 0 : (guint)MIN(rate, FILM_RATE_MAX);
}

static void
add_film(GPtrArray *argv, guint rate)
{
    guint side = rate >= 1200000 ? 1280 : rate >= 500000 ? 854 : 640;
    g_autofree char *rates = g_strdup_printf("-crf 23 -maxrate %u -bufsize %u", rate, rate);
    g_autofree char *scale = g_strdup_printf("-vf scale=w='min(%u,iw)':h='min(%u,ih)':"
                                             "force_original_aspect_ratio=decrease:"
                                             "force_divisible_by=2",
                                             side, side);
    g_autofree char *sound = g_strdup_printf("-c:a aac -ac 2 -b:a %d", SOUND_RATE);

    add(argv, "-threads " THREADS
              " -c:v libx264 -profile:v main -bf 0 -pix_fmt yuv420p -preset veryfast");
    add(argv, rates);
    add(argv, scale);
    add(argv, sound);
}

/* NULL: it is too long. */
static GPtrArray *
build(const CoexConversion *what, GCancellable *cancellable)
{
    g_autoptr(GPtrArray) argv = begin(what, "ffmpeg");

    g_ptr_array_insert(argv, 1, g_strdup("-nostdin"));
    if (what->voice) {
        add(argv, "-map 0:a:0 -vn -ac 1 -c:a libopus -b:a " VOICE_RATE " -map_metadata -1 -f ogg");
    } else {
        guint rate = what->as_is ? 0 : find_rate(what, cancellable);

        if (rate == 0 && !what->as_is)
            return NULL;
        add(argv, "-map 0:v:0 -map 0:a:0? -map_metadata -1");
        if (what->as_is)
            add(argv, "-c copy");
        else
            add_film(argv, rate);
        add(argv, "-movflags +faststart -f mp4");
    }
    add(argv, "-y");
    g_ptr_array_add(argv, g_strconcat("file:", what->to, NULL));
    g_ptr_array_add(argv, NULL);
    return g_steal_pointer(&argv);
}

/* ---- what came of it ---- */

/* How it ended is not always known: what is there says why. */
static const char *
find_why(const CoexConversion *what, gboolean is_late)
{
    g_autofree char *folder = g_path_get_dirname(what->to);
    GStatBuf made;
    struct statvfs disk;

    if (is_late)
        return _("ffmpeg was not done with it after 20 minutes.");
    if (g_stat(what->to, &made) == 0 && made.st_size >= get_max(what))
        return _("What ffmpeg makes of it is too large for WhatsApp.");
    if (statvfs(folder, &disk) == 0 && (guint64)disk.f_bavail * disk.f_frsize < DISK_FULL)
        return _("The disk is full: ffmpeg could not write it.");
    return _("ffmpeg cannot read it.");
}

static CoexTurn one;

gboolean
coex_convert_is_busy(void)
{
    return coex_turn_is_taken(&one);
}

gboolean
coex_convert(const CoexConversion *what, GCancellable *cancellable, GError **error)
{
    g_autoptr(GPtrArray) argv = NULL;
    gint64 until_us;
    gboolean done = FALSE;

    if (!coex_turn_try(&one)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY, _("Another one is being converted."));
        return FALSE;
    }
    argv = build(what, cancellable);
    until_us = g_get_monotonic_time() + TIME_S * G_USEC_PER_SEC;
    done = argv != NULL && run((char **)argv->pdata, (rlim_t)get_max(what), cancellable, NULL);
    coex_turn_leave(&one);
    if (g_cancellable_set_error_if_cancelled(cancellable, error))
        return FALSE;
    if (!done)
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT, "%s",
                    argv == NULL ? _("It is too long.")
                                 : find_why(what, g_get_monotonic_time() >= until_us));
    return done;
}
