/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs an admin command on a thread of the registry's database, its writes on the writer, and answers in JSON. */
#include "ctl/track-admin.h"

#include "base/clock.h"
#include "base/error.h"
#include "ctl/track-desk.h"
#include "face/face-admin.h"
#include "planner-log.h"

#define STOPS "switchtrackd is being stopped"

/* @n_jobs: that have not been answered yet; the loop's. @is_stopping: read by commands' threads, atomically */
struct _TrackAdmin
{
  TrackDatabase *registry;
  GMainContext *context;
  guint n_jobs;
  int is_stopping;
};

typedef struct
{
  TrackAdmin *admin;
  ListenerRequest *request;
  const AdminCommand *command;
  JsonObject *arguments;
  JsonObject *result;
  char *person;
  gint64 arrived_us;
  char call_id[IDS_GUID_LENGTH + 1];
} Job;

/* One write that a command's thread waits for. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  TrackDatabase *registry;
  AdminWrite write;
  gpointer data;
  gboolean is_done;
  GError *error;
} Write;

static void
job_free (Job *job)
{
  json_object_unref (job->arguments);
  json_object_unref (job->result);
  listener_request_unref (job->request);
  g_free (job->person);
  g_free (job);
}

static void
settle (Write *write, const GError *error)
{
  g_mutex_lock (&write->mutex);
  write->error = error == NULL ? NULL : g_error_copy (error);
  write->is_done = TRUE;
  g_cond_signal (&write->cond);
  g_mutex_unlock (&write->mutex);
}

static gboolean
run_write_step (gpointer data, gpointer session, GError **error)
{
  Write *write = data;
  return write->write (session, write->data, error);
}

static void
on_written (gpointer data, const ExecutorReport *report, const GError *error)
{
  settle (data, error);
}

/* Jobs are handed in by the loop. */
static gboolean
on_write_asked (gpointer data)
{
  Write *write = data;
  g_autoptr (GError) error = NULL;

  if (!track_database_write (write->registry, run_write_step, on_written, write, &error))
    settle (write, error);
  return G_SOURCE_REMOVE;
}

static gboolean
run_write (gpointer runner, AdminWrite function, gpointer data, GError **error)
{
  TrackAdmin *admin = runner;
  Write write = { .registry = g_atomic_pointer_get (&admin->registry),
                  .write = function,
                  .data = data };

  g_mutex_init (&write.mutex);
  g_cond_init (&write.cond);
  track_desk_tell_loop (admin->context, on_write_asked, &write);
  g_mutex_lock (&write.mutex);
  while (!write.is_done)
    g_cond_wait (&write.cond, &write.mutex);
  g_mutex_unlock (&write.mutex);
  g_mutex_clear (&write.mutex);
  g_cond_clear (&write.cond);
  if (write.error == NULL)
    return TRUE;
  g_propagate_error (error, write.error);
  return FALSE;
}

static gboolean
run_command (gpointer data, gpointer session, GError **error)
{
  Job *job = data;
  AdminCall call = { .session = session,
                     .runner = { run_write, job->admin },
                     .arguments = job->arguments,
                     .result = job->result,
                     .now_us = clock_now_us (),
                     .actor = job->person,
                     .call_id = job->call_id };

  if (g_atomic_int_get (&job->admin->is_stopping))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_BUSY, STOPS);
      return FALSE;
    }
  if (admin_run (job->command, &call, error))
    return TRUE;
  /* Without the registry's database commands run on another: what that lacks is not what is wrong. */
  if (track_desk_get_current ()->keeper != NULL && track_desk_get_current ()->registry == NULL)
    g_prefix_error (error, "the registry's database cannot be opened; mend it, or move a backup "
                           "into its place, and switchtrackd opens it: ");
  return FALSE;
}

static void
on_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Job *job = data;
  g_autofree char *duration_us =
    g_strdup_printf ("%" G_GINT64_FORMAT, clock_monotonic_us () - job->arrived_us);

  planner_log_event (error == NULL ? PLANNER_LOG_INFO : PLANNER_LOG_WARNING, "admin", "request",
                     job->call_id, "command", job->command->name, "person", job->person, "outcome",
                     error == NULL ? "ok" : "refused", "reason",
                     error == NULL ? NULL : error->message, "duration_us", duration_us, NULL);
  job->admin->n_jobs--;
  face_admin_reply_done (job->request, job->result, error);
  job_free (job);
}

static void
submit (TrackAdmin *admin, ListenerRequest *request, const FaceAdminRequest *asked)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr (GError) error = NULL;

  job->admin = admin;
  job->request = listener_request_ref (request);
  job->command = asked->command;
  job->arguments = asked->arguments;
  job->result = json_object_new ();
  job->person = track_person_dup_name (listener_request_get_peer (request));
  job->arrived_us = clock_monotonic_us ();
  g_strlcpy (job->call_id, asked->call_id, sizeof job->call_id);
  if (track_database_run_once (admin->registry, run_command, on_done, job, &error))
    {
      admin->n_jobs++;
      return;
    }
  face_admin_reply (request, 503, NULL, error);
  job_free (job);
}

/**
 * track_admin_new:
 * @registry: must outlive it
 * @context: (nullable): the loop's
 *
 * Returns: (transfer full): freed when the database has stopped
 */
TrackAdmin *
track_admin_new (TrackDatabase *registry, GMainContext *context)
{
  TrackAdmin *admin = g_new0 (TrackAdmin, 1);

  admin->registry = registry;
  admin->context = context;
  return admin;
}

/**
 * track_admin_stop:
 *
 * Begins no command any more and answers those that have begun. Before the database is stopped, for what a command waits
 * for may need the loop. Loop thread; turns the loop for as long as commands take.
 */
void
track_admin_stop (TrackAdmin *admin)
{
  g_atomic_int_set (&admin->is_stopping, TRUE);
  while (admin->n_jobs > 0)
    g_main_context_iteration (admin->context, TRUE);
}

/**
 * track_admin_set_registry:
 * @registry: could be opened after all; commands from now on run on it. Loop thread
 */
void
track_admin_set_registry (TrackAdmin *admin, TrackDatabase *registry)
{
  g_atomic_pointer_set (&admin->registry, registry);
}

/**
 * track_admin_free:
 */
void
track_admin_free (TrackAdmin *admin)
{
  g_free (admin);
}

/**
 * track_admin_handle:
 * @request: as face_admin_read() wants it, over a Unix socket
 *
 * Who may open the socket may look and propose; who may decide is asked of the kernel and held against the
 * configuration. Loop thread; does not block.
 */
void
track_admin_handle (TrackAdmin *admin, ListenerRequest *request)
{
  FaceAdminRequest asked;

  if (face_admin_read (request, &asked))
    submit (admin, request, &asked);
}
