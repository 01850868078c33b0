/* SPDX-License-Identifier: EUPL-1.2 */
/* Starts the successor with the listening sockets, waits for its word, and lets it go when none comes. */
#include "gateway/track-handover.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/timer.h"

/*
 * Not LISTEN_FDS: that goes with the number of the process, which nobody knows before it runs. The first word is the
 * descriptor of the pipe; the others are the names of the sockets, from descriptor 3 on.
 */
#define VARIABLE "SWITCHTRACK_SUCCEEDS"

struct _TrackHandover
{
  GMainContext *context;
  char **arguments; /* [0]: path of the program as it was found at our start */
  TrackHandoverFunc func;
  gpointer data;
  Timer *patience;
  GSource *word; /* the pipe's reading end */
  int word_fd;
  GPid pid;       /* 0: nobody */
  int process_fd; /* of it; -1: nobody, or it has ended already */
};

/* Where the program stands: an upgrade puts another file there. The path of /proc would name the file that went. */
static char *
dup_program (const char *name)
{
  g_autofree char *found = NULL;

  if (strchr (name, '/') != NULL)
    return g_canonicalize_filename (name, NULL);
  found = g_find_program_in_path (name);
  return found != NULL ? g_steal_pointer (&found) : g_file_read_link ("/proc/self/exe", NULL);
}

static void
end_wait (TrackHandover *handover)
{
  timer_arm (handover->patience, TIMER_NEVER);
  if (handover->word != NULL)
    g_source_destroy (handover->word);
  g_clear_pointer (&handover->word, g_source_unref);
  if (handover->word_fd >= 0)
    close (handover->word_fd);
  handover->word_fd = -1;
}

/* By what names this very process: its number may be another's by now, for not we are told of its end. */
static void
end_successor (TrackHandover *handover)
{
  if (handover->process_fd >= 0)
    pidfd_send_signal (handover->process_fd, SIGKILL, NULL, 0);
}

static void
forget_successor (TrackHandover *handover)
{
  if (handover->process_fd >= 0)
    close (handover->process_fd);
  handover->process_fd = -1;
  handover->pid = 0;
}

static void
fail (TrackHandover *handover, const char *problem)
{
  end_wait (handover);
  end_successor (handover);
  forget_successor (handover);
  handover->func (problem, 0, handover->data);
}

static void
on_patience (gpointer data)
{
  fail (data, "the successor was not ready in time, and was ended");
}

/* Its word, or the end of the pipe, which it takes with it when it ends. */
static gboolean
on_word (int fd, GIOCondition condition, gpointer data)
{
  TrackHandover *handover = data;
  char word = '\0';
  gssize n_bytes = read (fd, &word, 1);
  GPid pid = handover->pid;

  if (n_bytes == 1 && word == 'R')
    {
      end_wait (handover);
      forget_successor (handover);
      handover->func (NULL, pid, handover->data);
    }
  else
    fail (handover, "the successor ended before it was ready; its own log says why");
  return G_SOURCE_REMOVE;
}

/**
 * track_handover_new:
 * @context: (nullable): the loop's
 * @arguments: (array zero-terminated=1): of this program, its name first
 *
 * To be called at start, while the working directory and the file are those that @arguments meant.
 *
 * Returns: (transfer full): a handover not yet begun
 */
TrackHandover *
track_handover_new (GMainContext *context, char **arguments)
{
  TrackHandover *handover = g_new0 (TrackHandover, 1);

  handover->context = context != NULL ? g_main_context_ref (context) : NULL;
  handover->arguments = g_strdupv (arguments);
  g_free (handover->arguments[0]);
  handover->arguments[0] = dup_program (arguments[0]);
  handover->patience = timer_new (context, on_patience, handover);
  handover->word_fd = handover->process_fd = -1;
  return handover;
}

/**
 * track_handover_set_func:
 * @func: (scope forever): who hears of the end
 *
 * Before the first start.
 */
void
track_handover_set_func (TrackHandover *handover, TrackHandoverFunc func, gpointer data)
{
  handover->func = func;
  handover->data = data;
}

/**
 * track_handover_is_running:
 *
 * Returns: whether a successor has been started and has not said a word yet
 */
gboolean
track_handover_is_running (const TrackHandover *handover)
{
  return handover->pid != 0;
}

static char **
dup_environment (const TrackHandoverSocket *sockets, guint n_sockets)
{
  g_autoptr (GString) value = g_string_new (NULL);
  char **environment = g_get_environ ();

  g_string_append_printf (value, "%u", TRACK_HANDOVER_FIRST + n_sockets);
  for (guint i = 0; i < n_sockets; i++)
    g_string_append_printf (value, " %s", sockets[i].name);
  /* Those of a service manager name our process, not the successor's. */
  environment = g_environ_unsetenv (environment, "LISTEN_FDS");
  environment = g_environ_unsetenv (environment, "LISTEN_PID");
  environment = g_environ_unsetenv (environment, "LISTEN_FDNAMES");
  environment = g_environ_unsetenv (environment, "WATCHDOG_PID");
  return g_environ_setenv (environment, VARIABLE, value->str, TRUE);
}

/* Copies of the sockets and the pipe's writing end, as the successor shall have them; each closed by the caller. */
static gboolean
collect (const TrackHandoverSocket *sockets,
         guint n_sockets,
         int *out_fds,
         int *out_read_fd,
         GError **error)
{
  int ends[2] = { -1, -1 };

  for (guint i = 0; i < n_sockets; i++)
    out_fds[i] = listener_dup_socket (sockets[i].listener);
  if (!g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return FALSE;
  out_fds[n_sockets] = ends[1];
  *out_read_fd = ends[0];
  for (guint i = 0; i < n_sockets; i++)
    if (out_fds[i] < 0)
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                     "the socket %s cannot be handed over: it is closed, or no descriptor is left",
                     sockets[i].name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
spawn (TrackHandover *handover,
       const TrackHandoverSocket *sockets,
       guint n_sockets,
       const int *fds,
       GError **error)
{
  g_auto (GStrv) environment = dup_environment (sockets, n_sockets);
  g_autofree int *targets = g_new (int, n_sockets + 1);

  for (guint i = 0; i <= n_sockets; i++)
    targets[i] = TRACK_HANDOVER_FIRST + (int) i;
  /*
   * Not our child but its intermediate's, and so soon the first process's: a service manager takes it for the main
   * process as it takes one that it started itself, hears of its end, and waits for it when it stops the service.
   */
  if (!g_spawn_async_with_pipes_and_fds (
        NULL, (const char *const *) handover->arguments, (const char *const *) environment,
        G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, -1, -1, -1, fds, targets, n_sockets + 1,
        &handover->pid, NULL, NULL, NULL, error))
    return FALSE;
  handover->process_fd = pidfd_open (handover->pid, 0);
  return TRUE;
}

static void
wait_for_word (TrackHandover *handover, int read_fd, guint timeout_ms)
{
  handover->word_fd = read_fd;
  handover->word = g_unix_fd_source_new (read_fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (handover->word, G_SOURCE_FUNC (on_word), handover, NULL);
  g_source_attach (handover->word, handover->context);
  timer_arm (handover->patience, clock_monotonic_us () + timeout_ms * (gint64) 1000);
}

/**
 * track_handover_start:
 * @sockets: (array length=n_sockets): what the successor shall listen on
 * @timeout_ms: how long it may take until it is ready
 *
 * Starts this program again, with its own path and arguments. Both accept on the sockets from the moment when the
 * successor starts to, and the function is told when it says that it is ready; then it is for the caller to
 * listener_leave_socket(), to stop accepting, and to end when its own calls are answered. When it does not come
 * to that, nothing has changed. Errors: G_IO_ERROR_PENDING while one is being waited for; G_IO_ERROR, G_SPAWN_ERROR.
 *
 * Returns: whether a successor was started
 */
gboolean
track_handover_start (TrackHandover *handover,
                      const TrackHandoverSocket *sockets,
                      guint n_sockets,
                      guint timeout_ms,
                      GError **error)
{
  g_autofree int *fds = g_new (int, n_sockets + 1);
  int read_fd = -1;
  gboolean ok;

  if (handover->pid != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           "a successor has been started and is not ready yet");
      return FALSE;
    }
  memset (fds, 0xff, (n_sockets + 1) * sizeof *fds);
  ok = collect (sockets, n_sockets, fds, &read_fd, error) &&
       spawn (handover, sockets, n_sockets, fds, error);
  for (guint i = 0; i <= n_sockets; i++)
    if (fds[i] >= 0)
      close (fds[i]);
  if (ok)
    wait_for_word (handover, read_fd, timeout_ms);
  else if (read_fd >= 0)
    close (read_fd);
  return ok;
}

/**
 * track_handover_free:
 *
 * A successor that has not said a word is ended.
 */
void
track_handover_free (TrackHandover *handover)
{
  end_successor (handover);
  forget_successor (handover);
  end_wait (handover);
  timer_free (handover->patience);
  g_strfreev (handover->arguments);
  g_clear_pointer (&handover->context, g_main_context_unref);
  g_free (handover);
}

/* The writing end that our predecessor waits at; -1: nobody does. */
static int word_fd = -1;

/**
 * track_handover_dup_names:
 *
 * To be called once, before there are threads: afterwards no child inherits anything of it.
 *
 * Returns: (transfer full) (nullable): the names of the sockets that our predecessor handed over, of descriptors from
 *   TRACK_HANDOVER_FIRST on; NULL without a predecessor
 */
char **
track_handover_dup_names (void)
{
  const char *value = g_getenv (VARIABLE);
  g_auto (GStrv) words = value != NULL ? g_strsplit (value, " ", -1) : NULL;
  guint n_words = words != NULL ? g_strv_length (words) : 0;
  guint64 last = 0;

  g_unsetenv (VARIABLE);
  if (n_words == 0 ||
      !g_ascii_string_to_unsigned (words[0], 10, TRACK_HANDOVER_FIRST, 1000, &last, NULL) ||
      last != TRACK_HANDOVER_FIRST + n_words - 1)
    return NULL;
  for (int fd = TRACK_HANDOVER_FIRST; fd <= (int) last; fd++)
    if (fcntl (fd, F_SETFD, FD_CLOEXEC) < 0)
      return NULL;
  word_fd = (int) last;
  return g_strdupv (words + 1);
}

/**
 * track_handover_tell_ready:
 *
 * We accept, so our predecessor may stop. Without one, nothing happens.
 */
void
track_handover_tell_ready (void)
{
  if (word_fd < 0)
    return;
  if (write (word_fd, "R", 1) != 1)
    g_message ("the predecessor has gone without waiting for us");
  close (word_fd);
  word_fd = -1;
}
