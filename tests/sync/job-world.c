/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs of a model planner beside a model calendar. */
#include "job-world.h"

#include "testlib.h"

void
job_world_clear (JobWorld *world)
{
  g_clear_pointer (&world->report, calsync_report_free);
  model_local_free (world->local);
  model_remote_free (world->remote);
}
char *
job_world_dup_event (const char *uid, gint64 start_us, gint64 end_us, const char *more)
{
  g_autoptr (GDateTime) start = g_date_time_new_from_unix_utc (start_us / S);
  g_autoptr (GDateTime) finish = g_date_time_new_from_unix_utc (end_us / S);
  g_autofree char *from = g_date_time_format (start, "%Y%m%dT%H%M%SZ");
  g_autofree char *to = g_date_time_format (finish, "%Y%m%dT%H%M%SZ");

  return g_strdup_printf (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTART:%s\r\n"
    "DTEND:%s\r\n%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
    uid, from, to, more);
}

gboolean
job_world_try_run (JobWorld *world, CalsyncJobMode mode, GError **error)
{
  g_clear_pointer (&world->report, calsync_report_free);
  return calsync_job_run (&world->local->local, &world->remote->remote, mode, NULL, &world->report,
                          error);
}

void
job_world_run (JobWorld *world)
{
  g_autoptr (GError) error = NULL;
  gboolean is_good = job_world_try_run (world, CALSYNC_JOB_RUN, &error);

  g_assert_no_error (error);
  g_assert_true (is_good);
}

void
job_world_check_quiet (JobWorld *world)
{
  guint n_writes = world->local->n_writes, n_sent = world->remote->n_writes;

  job_world_run (world);
  g_assert_true (world->report->was_quiet);
  g_assert_true (world->report->is_pulled);
  g_assert_cmpuint (world->report->cost.n_requests, ==, 1);
  g_assert_cmpuint (world->local->n_writes, ==, n_writes);
  g_assert_cmpuint (world->remote->n_writes, ==, n_sent);
}

void
job_world_settle (JobWorld *world)
{
  job_world_run (world);
  job_world_run (world);
  job_world_check_quiet (world);
}

ModelItem *
job_world_find_own (JobWorld *world, const char *reference)
{
  return model_remote_find (world->remote, model_local_find (world->local, reference)->key);
}
