/* SPDX-License-Identifier: EUPL-1.2 */
/* Restores a backup into a folder of its own, verifies it, asks it for free times, and removes it again. */
#include "ops/commands/care/admin-test-restore.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/call/op.h"
#include "ops/commands/care/admin-backup.h"
#include "ops/commands/care/restored-copy.h"
#include "store/store-lock.h"

#define FOLDER_SUFFIX ".test-restore"
#define QUESTION_US   (14 * PERIOD_US_PER_DAY)
#define NOBODYS_CPR   "1111111111"

/* clang-format off */
const AdminArgument admin_test_restore_arguments[] = {
  { "backup", ADMIN_PATH, ADMIN_MAYBE_WORD, "FILE|FOLDER", "a backup, or a folder whose newest is tried (backups beside the database)" },
  { NULL },
};
/* clang-format on */

static char *
dup_backup (AdminCall *call, const char *given, GError **error)
{
  g_autofree char *folder =
    given == NULL ? admin_backup_dup_folder (call->database) : g_strdup (given);
  g_autoptr (GPtrArray) backups = NULL;

  if (given != NULL && !g_file_test (given, G_FILE_TEST_IS_DIR))
    return g_strdup (given);
  backups = admin_backup_list (folder);
  if (backups->len > 0)
    return g_strdup (backups->pdata[backups->len - 1]);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no finished backup in %s",
               folder);
  return NULL;
}

/* The same checks as plannerctl verify, of every municipality. */
static gboolean
verify_all (AdminCall *call, StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) tenants = tenant_list (session, error);

  for (guint i = 0; tenants != NULL && i < tenants->len; i++)
    {
      g_autoptr (JsonObject) arguments = json_object_new ();
      AdminCall verify = *call;

      json_object_set_string_member (arguments, "tenant",
                                     ((TenantRecord *) tenants->pdata[i])->tenant_key);
      verify.session = session;
      verify.arguments = arguments;
      if (!admin_run (admin_table_find ("verify"), &verify, error))
        return FALSE;
    }
  return tenants != NULL;
}

static gboolean
load_view (AdminCall *call, StoreSession *session, IndexView *view, GError **error)
{
  g_autoptr (IndexFeed) feed = index_feed_new (call->data_dir);
  g_autoptr (IndexDelta) delta = NULL;

  if (!store_begin (session, STORE_READ, error))
    return FALSE;
  delta = index_feed_load_all (feed, session, call->now_us, error);
  store_rollback (session);
  if (delta != NULL)
    index_view_apply (view, delta);
  return delta != NULL;
}

static char *
dup_tenant_key (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GPtrArray) tenants = tenant_list (session, error);

  for (guint i = 0; tenants != NULL && i < tenants->len; i++)
    if (((TenantRecord *) tenants->pdata[i])->tenant_id == tenant_id)
      return g_strdup (((TenantRecord *) tenants->pdata[i])->tenant_key);
  return NULL;
}

/* The road of a citizen's call, from the request's struct to the answer's checked text. */
static gboolean
ask_offer (AdminCall *admin,
           const IndexView *view,
           const CatalogueOffer *offer,
           const char *tenant,
           GError **error)
{
  OpCaller caller = { .name = (char *) "test-restore",
                      .tenant_key = (char *) tenant,
                      .roles = OP_ROLE_DFDG };
  g_autoptr (ContractArena) arena = contract_arena_new ();
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = NOBODYS_CPR,
    .interview_option_id = offer->rules->identifier,
    .booking_option_interval_start_time = { .unix_us = admin->now_us, .has_offset = TRUE },
    .booking_option_interval_end_time = { .unix_us = admin->now_us + QUESTION_US,
                                          .has_offset = TRUE },
  };
  OpCall call = { .row = op_table_find ("GetSelfbookTimeslots"),
                  .caller = &caller,
                  .request_id = admin->call_id,
                  .mapping = contract_mapping_get_default (),
                  .operation = contract_operation_find ("GetSelfbookTimeslots"),
                  .view = *view,
                  .now_us = admin->now_us,
                  .arena = arena,
                  .request = &request };
  gboolean ok = op_run (&call, error);

  if (ok)
    json_object_set_int_member (admin->result, "slot_answer_bytes", (gint64) call.body->len);
  op_call_reset (&call);
  if (call.body != NULL)
    g_string_free (call.body, TRUE);
  return ok;
}

static gboolean
ask (AdminCall *call, StoreSession *session, GError **error)
{
  IndexView view;
  const GPtrArray *offers;
  g_autofree char *tenant = NULL;
  gboolean ok;

  index_view_init (&view);
  ok = load_view (call, session, &view, error);
  offers = ok ? catalogue_get_offers (view.catalogue) : NULL;
  if (ok && offers->len > 0)
    {
      const CatalogueOffer *offer = offers->pdata[0];
      tenant = dup_tenant_key (session, offer->rules->tenant_id, error);
      ok = tenant != NULL && ask_offer (call, &view, offer, tenant, error);
    }
  index_view_clear (&view);
  return ok;
}

static gboolean
try_copy (AdminCall *call, const char *path, GError **error)
{
  g_autoptr (StoreSession) session = store_open (path, STORE_WRITE, error);

  return session != NULL && store_check (session, error) && verify_all (call, session, error) &&
         ask (call, session, error);
}

static gboolean
run (AdminCall *call, const char *backup, const char *path, GError **error)
{
  g_auto (RestoredCopy) copy = { 0 };
  gint64 started_us = clock_monotonic_us ();
  gint64 restored_us;

  if (!restored_copy_make (call, backup, path, &copy, error))
    return FALSE;
  restored_us = clock_monotonic_us ();
  json_object_set_string_member (call->result, "backup", backup);
  admin_set_time (call->result, "made", calsync_zone_utc (), copy.manifest->made_us);
  json_object_set_int_member (call->result, "bookings", copy.manifest->n_bookings);
  json_object_set_int_member (call->result, "citizens", copy.manifest->n_citizens);
  if (!try_copy (call, path, error))
    return FALSE;
  json_object_set_int_member (call->result, "restore_ms", (restored_us - started_us) / 1000);
  json_object_set_int_member (call->result, "check_ms",
                              (clock_monotonic_us () - restored_us) / 1000);
  return TRUE;
}

static void
remove_copy (const char *path)
{
  static const char *const parts[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *name = g_strconcat (path, parts[i], NULL);
      (void) g_unlink (name);
    }
}

/**
 * admin_test_restore:
 *
 * Arguments: backup (a file, or a folder whose newest is taken). Result: backup, made, bookings,
 * citizens, journal_rows, faults, sound, slot_answer_bytes, restore_ms, check_ms. Works in a folder
 * of the database's name with .test-restore behind, so that citizens' numbers stay on its disk; one
 * that a killed test left is used again. Needs no lock; runs in plannerctl.
 *
 * Errors: as restored_copy_make(); PLANNER_ERROR_CONFLICT when verify finds something.
 */
gboolean
admin_test_restore (AdminCall *call, GError **error)
{
  const char *given = NULL;
  g_autofree char *backup = NULL;
  g_autofree char *folder = g_strconcat (call->database, FOLDER_SUFFIX, NULL);
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *lock_path = g_strconcat (path, ".lock", NULL);
  g_autoptr (StoreLock) lock = NULL;
  gboolean ok;

  if (!admin_get_text (call, "backup", &given, error))
    return FALSE;
  backup = dup_backup (call, given, error);
  if (backup == NULL)
    return FALSE;
  if (g_mkdir (folder, 0700) != 0 && errno != EEXIST)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "%s: %s", folder,
                   g_strerror (errno));
      return FALSE;
    }
  lock = store_lock_take (path, error);
  if (lock == NULL)
    return FALSE;
  remove_copy (path);
  ok = run (call, backup, path, error);
  remove_copy (path);
  (void) g_unlink (lock_path);
  (void) g_rmdir (folder);
  return ok;
}
