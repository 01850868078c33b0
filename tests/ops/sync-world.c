/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes the world by statements and operations, and pulls from texts as a run would. */
#include "sync-world.h"

#include <string.h>

#include "base/clock.h"

static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES"
  " (1, 1, 8, '89000', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES"
  " (1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'),"
  " (2, 1, 'advisor', 'RID-2', 'v2@demo.example', 'Vejleder 02'),"
  " (3, 1, 'room', 'R-1', 'r1@demo.example', 'Lokale 01');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1), (1, 2, 1), (1, 3, "
  "1);"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000),"
  " (2, 1795507200000000, 1795518000000000);"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title,"
  " duration_minutes, grid_minutes, seats, rebook_deadline_minutes, cancel_deadline_minutes) VALUES"
  " (1, 1, 1, '" SYNC_OFFER "', 7, 'individual', 'Jobsamtale', 30, 30, 1, 60, 60),"
  " (2, 1, 1, '" SYNC_GROUP "', 9, 'group', 'Informationsmøde', 60, 60, 3, 60, 60);"
  "INSERT INTO offer_contact_type VALUES (1, 1), (2, 1);"
  "INSERT INTO offer_resource VALUES (1, 1), (2, 1);";

static void
take_now (SyncWorld *sync)
{
  clock_set_for_test (sync->world->now_us);
}

SyncWorld *
sync_world_new (void)
{
  SyncWorld *sync = g_new0 (SyncWorld, 1);

  sync->world = world_new (world_instant (SYNC_WORLD_NOW));
  world_run_sql (sync->world, world_sql);
  sync->place = (SyncLocalPlace){ .session = sync->world->reader,
                                  .runner = admin_runner_direct (sync->world->writer),
                                  .actor = "sync",
                                  .call_id = "sync-1",
                                  .fresh_us = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC };
  take_now (sync);
  return sync;
}

void
sync_world_free (SyncWorld *sync)
{
  sync_local_free (sync->local);
  world_free (sync->world);
  g_free (sync);
}

gint64
sync_world_bind (SyncWorld *sync, gint64 resource_id, CalsyncDirection direction)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = g_strdup_printf ("sync-%" G_GINT64_FORMAT, sync->binding_id + 1);
  SyncBinding binding = { .tenant_id = 1,
                          .resource_id = resource_id,
                          .calendar_key = key,
                          .url = (char *) "https://calendar.example/dav/v1/work/",
                          .auth = (char *) "none",
                          .direction = direction,
                          .created_us = sync->world->now_us };

  g_assert_true (store_begin (sync->world->writer, STORE_WRITE, &error));
  g_assert_true (sync_binding_store_add (sync->world->writer, &binding, &error));
  g_assert_no_error (error);
  g_assert_true (store_commit (sync->world->writer, &error));
  sync->binding_id = binding.binding_id;
  sync->calendar_id = binding.calendar_id;
  sync_world_open (sync);
  return binding.binding_id;
}

void
sync_world_open (SyncWorld *sync)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&sync->local, sync_local_free);
  sync->local = sync_local_new (&sync->place, sync->binding_id, &error);
  g_assert_no_error (error);
  sync->port = sync_local_get_port (sync->local);
  g_assert_true (sync->port->functions->load (sync->port, &sync->binding, &error));
  g_assert_no_error (error);
}

void
sync_world_pass_time (SyncWorld *sync, gint64 us)
{
  sync->world->now_us += us;
  take_now (sync);
}

char *
sync_world_hash (SyncWorld *sync, const char *key)
{
  return calsync_uid_hash (key, &sync->binding.import);
}

CalsyncFound *
sync_world_found (SyncWorld *sync, const char *key, const char *version, const char *text)
{
  CalsyncFound *found = g_new0 (CalsyncFound, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncImport) import = NULL;

  found->key_hash = sync_world_hash (sync, key);
  found->version = g_strdup (version);
  found->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_object_free);
  if (text == NULL)
    {
      found->is_gone = TRUE;
      return found;
    }
  import = calsync_ical_import (text, strlen (text), &sync->binding.import, &error);
  g_assert_no_error (error);
  while (import->objects->len > 0)
    g_ptr_array_add (found->objects, g_ptr_array_steal_index (import->objects, 0));
  return found;
}

char *
sync_world_event (const char *uid, const char *start, const char *end, const char *lines)
{
  return g_strdup_printf ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\n"
                          "UID:%s\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:%s\r\nDTEND:%s\r\n%s"
                          "END:VEVENT\r\nEND:VCALENDAR\r\n",
                          uid, start, end, lines == NULL ? "" : lines);
}

CalsyncPull *
sync_pull_new (void)
{
  CalsyncPull *pull = g_new0 (CalsyncPull, 1);

  pull->found = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_found_free);
  pull->conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_conflict_free);
  pull->links = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_link_change_free);
  pull->tier = CALSYNC_TIER_FEED;
  return pull;
}

void
sync_pull_free (CalsyncPull *pull)
{
  g_ptr_array_unref (pull->found);
  g_ptr_array_unref (pull->conflicts);
  g_ptr_array_unref (pull->links);
  g_free (pull);
}

void
sync_world_commit (SyncWorld *sync, const CalsyncPull *pull)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sync->port->functions->commit_pull (sync->port, pull, &error));
  g_assert_no_error (error);
}

void
sync_world_pull (SyncWorld *sync, const char *key, const char *text, const char *cursor)
{
  g_autoptr (CalsyncPull) pull = sync_pull_new ();

  if (key != NULL)
    g_ptr_array_add (pull->found, sync_world_found (sync, key, cursor, text));
  pull->cursor = cursor;
  pull->is_last = TRUE;
  sync_world_commit (sync, pull);
}

GPtrArray *
sync_world_wanted (SyncWorld *sync)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *wanted = sync->port->functions->list_wanted (sync->port, &error);

  g_assert_no_error (error);
  return wanted;
}

CalsyncWanted *
sync_world_wanted_one (SyncWorld *sync)
{
  g_autoptr (GPtrArray) wanted = sync_world_wanted (sync);

  g_assert_cmpuint (wanted->len, ==, 1);
  return g_ptr_array_steal_index (wanted, 0);
}

char *
sync_world_book (SyncWorld *sync, guint citizen, const char *offer, const char *start)
{
  g_autoptr (GError) error = NULL;
  ContractCreateBookingRequest request = { .person_civil_registration_identifier =
                                             testlib_cpr (citizen),
                                           .interview_option_id = offer,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time = world_time (world_instant (start)),
                                           .interview_contact_type_identifier = 1 };
  const ContractCreateBookingResponse *response =
    world_call (sync->world, "CreateBooking", &request, &error);

  g_assert_no_error (error);
  return g_strdup (response->booking_details.booking_identifier);
}

static void
for_each_file (const SyncWorld *sync,
               void (*func) (const char *bytes, gsize n, gpointer data),
               gpointer data)
{
  static const char *const names[] = { "planner.db", "planner.db-wal" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (sync->world->folder, names[i], NULL);
      g_autofree char *bytes = NULL;
      gsize n = 0;

      if (g_file_get_contents (path, &bytes, &n, NULL))
        func (bytes, n, data);
    }
}

typedef struct
{
  const char *text;
  gboolean is_found;
} Search;

static void
search (const char *bytes, gsize n, gpointer data)
{
  Search *one = data;

  one->is_found |= memmem (bytes, n, one->text, strlen (one->text)) != NULL;
}

gboolean
sync_world_finds (const SyncWorld *sync, const char *text)
{
  Search one = { text, FALSE };

  for_each_file (sync, search, &one);
  return one.is_found;
}

static void
digest (const char *bytes, gsize n, gpointer data)
{
  g_checksum_update (data, (const guchar *) bytes, (gssize) n);
}

char *
sync_world_digest (const SyncWorld *sync)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for_each_file (sync, digest, checksum);
  return g_strdup (g_checksum_get_string (checksum));
}
