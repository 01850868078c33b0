/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists reservations without their citizens, and gives one's time back before it ends by itself. */
#include "ops/commands/bookings/admin-hold.h"

#include "base/error.h"
#include "base/ids.h"
#include "ops/admin/admin-format.h"
#include "ops/booking/ledger.h"
#include "ops/booking/op-expire.h"
#include "ops/commands/admin-op.h"
#include "store/journal-store.h"

/* The order is that of SQL_HOLDS_LIVE. */
static JsonObject *
to_json (const CalsyncZone *zone, StoreQuery *query)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "reservation", store_text (query, 0));
  json_object_set_string_member (object, "unit", store_text (query, 8));
  json_object_set_string_member (object, "offer", store_text (query, 1));
  json_object_set_string_member (object, "title", store_text (query, 2));
  admin_set_time (object, "start", zone, store_int (query, 3));
  admin_set_time (object, "end", zone, store_int (query, 4));
  admin_set_text (object, "advisor", store_text (query, 5));
  admin_set_text (object, "moves", store_text (query, 7));
  admin_set_time (object, "ends", zone, store_int (query, 6));
  return object;
}

/**
 * admin_list_holds:
 *
 * Arguments: tenant. Result: reservations, by when they end. No citizen is named.
 */
gboolean
admin_list_holds (AdminCall *call, GError **error)
{
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  JsonArray *list = json_array_new ();
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  json_object_set_array_member (call->result, "reservations", list);
  if (tenant == NULL || !store_query (call->session, &query, error, SQL_HOLDS_LIVE, "ii",
                                      tenant->tenant_id, call->now_us))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    json_array_add_object_element (list, to_json (zone, &query));
  return step == STORE_END;
}

static gboolean
journal (const AdminOp *op, StoreSession *session, const Hold *hold, GError **error)
{
  g_autofree char *payload =
    g_strdup_printf ("{\"offer_id\":%" G_GINT64_FORMAT ",\"citizen_id\":%" G_GINT64_FORMAT
                     ",\"start_us\":%" G_GINT64_FORMAT ",\"advisor_id\":%" G_GINT64_FORMAT "}",
                     hold->offer_id, hold->citizen_id, hold->core.start_us, hold->advisor_id);
  JournalEntry entry = { .tenant_id = hold->tenant_id,
                         .at_us = op->call.now_us,
                         .actor = op->caller.name,
                         .call_id = op->call.request_id,
                         .kind = "reservation-released",
                         .subject = hold->token,
                         .payload = payload };

  return journal_store_add (session, &entry, error);
}

typedef struct
{
  AdminOp op;
  const char *token;
} Release;

static void
release_clear (Release *release)
{
  admin_op_clear (&release->op);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Release, release_clear)

/* AdminWrite. */
static gboolean
write_release (StoreSession *session, gpointer data, GError **error)
{
  Release *release = data;
  const OpCall *call = &release->op.call;
  g_autofree char *folded = ids_fold_guid (release->token);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (Hold) hold = NULL;

  release->op.call.session = session;
  if (!op_expire_holds (session, call->now_us, NULL, error))
    return FALSE;
  hold = hold_store_find_token (session, call->tenant_id, folded, &local_error);
  if (hold == NULL && local_error == NULL)
    g_set_error (&local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no reservation %s: it was used, or has ended", release->token);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return hold_store_note_used (session, hold, 0, call->now_us, error) &&
         journal (&release->op, session, hold, error) && ledger_drop_hold (call, hold, error);
}

/* clang-format off */
const AdminArgument admin_release_hold_arguments[] = {
  { "reservation", ADMIN_TEXT, ADMIN_WORD, "RESERVATION", "identifier of the reservation" },
  { NULL },
};
/* clang-format on */

/**
 * admin_release_hold:
 *
 * Arguments: tenant, reservation. Gives the time back; the citizen's system is told that the
 * reservation has expired.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
admin_release_hold (AdminCall *call, GError **error)
{
  g_auto (Release) release = { 0 };

  return admin_need_text (call, "reservation", &release.token, error) &&
         admin_op_init (&release.op, call, error) &&
         admin_write (call, write_release, &release, FALSE, error);
}
