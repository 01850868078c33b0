/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs an admin command on the bulk thread, or on one that waits, its writes on the writer, and answers in JSON. */
#include "http/planner-admin.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "face/face-admin.h"
#include "ops/service/op-upkeep.h"
#include "planner-log.h"

#define PROGRESS FACE_ADMIN_PREFIX "progress/"

/* @jobs: (element-type Job): those that have not been answered yet; the loop's */
struct _PlannerAdmin
{
  OpService *service;
  GPtrArray *jobs;
  GCancellable *cancellable;
};

/* @what, @n_done and @n_all are written by the job's thread and read by the loop, atomically; a number too
 * large for its place stands still there. */
typedef struct
{
  PlannerAdmin *admin;
  const char *what;
  int n_done;
  int n_all;
  ListenerRequest *request;
  const AdminCommand *command;
  JsonObject *arguments;
  JsonObject *result;
  char *data_dir;
  char *database;
  gint64 arrived_us;
  char call_id[IDS_GUID_LENGTH + 1];
} Job;

static void
job_free (Job *job)
{
  json_object_unref (job->arguments);
  json_object_unref (job->result);
  listener_request_unref (job->request);
  g_free (job->data_dir);
  g_free (job->database);
  g_free (job);
}

static void
on_progress (gpointer data, const char *what, guint64 n_done, guint64 n_all)
{
  Job *job = data;

  g_atomic_int_set (&job->n_done, (int) MIN (n_done, G_MAXINT));
  g_atomic_int_set (&job->n_all, (int) MIN (n_all, G_MAXINT));
  g_atomic_pointer_set (&job->what, what);
}

static gboolean
run_command (gpointer data, gpointer session, GError **error)
{
  Job *job = data;
  AdminCall call = { .session = session,
                     .runner = { op_service_run_admin_write, job->admin->service },
                     .arguments = job->arguments,
                     .result = job->result,
                     .now_us = clock_now_us (),
                     .data_dir = job->data_dir,
                     .database = job->database,
                     .actor = "plannerctl",
                     .call_id = job->call_id,
                     .cancellable = job->admin->cancellable,
                     .progress = on_progress,
                     .progress_data = job };

  return admin_run (job->command, &call, error);
}

static void
on_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Job *job = data;
  g_autofree char *duration_us =
    g_strdup_printf ("%" G_GINT64_FORMAT, clock_monotonic_us () - job->arrived_us);

  planner_log_event (error == NULL ? PLANNER_LOG_INFO : PLANNER_LOG_WARNING, "admin", "request",
                     job->call_id, "command", job->command->name, "outcome",
                     error == NULL ? "ok" : "refused", "reason",
                     error == NULL ? NULL : error->message, "duration_us", duration_us, NULL);
  g_ptr_array_remove_fast (job->admin->jobs, job);
  face_admin_reply_done (job->request, job->result, error);
  job_free (job);
}

static gboolean
run_job (PlannerAdmin *admin, Job *job, GError **error)
{
  if (job->command->waits)
    return op_service_run_waiting (admin->service, run_command, on_done, job, error);
  return op_service_run_bulk (admin->service, run_command, on_done, job, error);
}

static void
submit (PlannerAdmin *admin,
        const PlannerConfig *config,
        ListenerRequest *request,
        const FaceAdminRequest *asked)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr (GError) error = NULL;

  job->admin = admin;
  job->request = listener_request_ref (request);
  job->command = asked->command;
  job->arguments = asked->arguments;
  job->data_dir = g_strdup (config->database_data_dir);
  job->database = g_strdup (config->database_path);
  job->result = json_object_new ();
  job->arrived_us = clock_monotonic_us ();
  g_strlcpy (job->call_id, asked->call_id, sizeof job->call_id);
  g_ptr_array_add (admin->jobs, job);
  if (run_job (admin, job, &error))
    return;
  g_ptr_array_remove_fast (admin->jobs, job);
  face_admin_reply (request, 503, NULL, error);
  job_free (job);
}

/* Answered by the loop, while the bulk thread works. */
static void
tell_progress (PlannerAdmin *admin, ListenerRequest *request, const char *call_id)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < admin->jobs->len; i++)
    {
      Job *job = admin->jobs->pdata[i];
      const char *what = g_atomic_pointer_get (&job->what);
      g_autoptr (JsonObject) result = NULL;

      if (g_strcmp0 (job->call_id, call_id) != 0)
        continue;
      result = json_object_new ();
      json_object_set_string_member (result, "what", what == NULL ? "waiting" : what);
      json_object_set_int_member (result, "done", g_atomic_int_get (&job->n_done));
      json_object_set_int_member (result, "all", g_atomic_int_get (&job->n_all));
      face_admin_reply (request, 200, result, NULL);
      return;
    }
  g_set_error_literal (&error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no such call");
  face_admin_reply (request, 404, NULL, error);
}

/**
 * planner_admin_new:
 * @service: must outlive it
 *
 * Returns: (transfer full): freed when the service has stopped
 */
PlannerAdmin *
planner_admin_new (OpService *service)
{
  PlannerAdmin *admin = g_new0 (PlannerAdmin, 1);

  admin->service = service;
  admin->jobs = g_ptr_array_new ();
  admin->cancellable = g_cancellable_new ();
  return admin;
}

/**
 * planner_admin_free:
 */
void
planner_admin_free (PlannerAdmin *admin)
{
  if (admin == NULL)
    return;
  g_ptr_array_unref (admin->jobs);
  g_object_unref (admin->cancellable);
  g_free (admin);
}

/**
 * planner_admin_cancel:
 *
 * The program is being stopped: commands that wait for other machines give up. Loop thread.
 */
void
planner_admin_cancel (PlannerAdmin *admin)
{
  g_cancellable_cancel (admin->cancellable);
}

/**
 * planner_admin_handle:
 * @config: where the database and the code lists are
 * @request: as face_admin_read() wants it; or GET /admin/v1/progress/GUID: what, done and all (0: not known) of a
 *   call that runs
 *
 * Who may open the socket may do everything: its permissions are the access rule. Loop thread; does
 * not block.
 */
void
planner_admin_handle (PlannerAdmin *admin, const PlannerConfig *config, ListenerRequest *request)
{
  const char *path = listener_request_get_path (request);
  FaceAdminRequest asked;

  if (g_str_has_prefix (path, PROGRESS) &&
      listener_request_get_method (request) == LISTENER_METHOD_GET)
    tell_progress (admin, request, path + strlen (PROGRESS));
  else if (face_admin_read (request, &asked))
    submit (admin, config, request, &asked);
}
