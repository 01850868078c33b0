/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl change citizen-number. */
#include "ops/commands/citizens/admin-citizen-number.h"

#include <string.h>

#include "base/error.h"
#include "ops/booking/citizen-number.h"
#include "ops/commands/admin-op.h"

/* clang-format off */
const AdminArgument admin_change_citizen_number_arguments[] = {
  { "cpr", ADMIN_CITIZEN, ADMIN_NEEDED_OPTION, "FILE", "file with the number that the citizen had; - is standard input", .option = "citizen-file" },
  { "new_cpr", ADMIN_CITIZEN, ADMIN_NEEDED_OPTION, "FILE", "file with the new number", .option = "new-citizen-file" },
  { "force", ADMIN_FLAG, ADMIN_OPTION, NULL, "keep both of two meetings that collide, flagged as a conflict" },
  { NULL },
};
/* clang-format on */

static void
show_conflicts (AdminCall *call, const CitizenNumberChange *change)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < change->conflicts->len; i++)
    {
      const CitizenNumberConflict *conflict = change->conflicts->pdata[i];
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "conflict", conflict->why);
      json_object_set_string_member (row, "booking", conflict->booking);
      json_object_set_string_member (row, "other", conflict->other);
      json_array_add_object_element (list, row);
    }
  json_object_set_array_member (call->result, "conflicts", list);
}

static gboolean
write_change (StoreSession *session, gpointer data, GError **error)
{
  store_forget_log (session);
  return citizen_number_change (data, session, error);
}

/**
 * admin_change_citizen_number:
 *
 * Arguments: tenant, cpr, new_cpr, force. Result: merged, conflicts (conflict, booking, other). The old
 * number goes on meaning the citizen until its term ends (class former-number): a repeat of an older
 * call gets the stored answer under either number.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_CONFLICT when meetings collide: nothing is changed.
 */
gboolean
admin_change_citizen_number (AdminCall *call, GError **error)
{
  g_auto (AdminOp) op = { 0 };
  g_auto (CitizenNumberChange) change = { .now_us = call->now_us,
                                          .actor = call->actor,
                                          .call_id = call->call_id,
                                          .is_forced = admin_get_flag (call, "force") };
  gboolean ok;

  if (!admin_op_init (&op, call, error) || !admin_need_text (call, "cpr", &change.old_cpr, error) ||
      !admin_need_text (call, "new_cpr", &change.new_cpr, error))
    return FALSE;
  if (g_str_equal (change.old_cpr, change.new_cpr))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "both numbers are the same");
      return FALSE;
    }
  change.tenant_id = op.tenant->tenant_id;
  change.catalogue = op.catalogue;
  ok = call->runner.run_write (call->runner.runner, write_change, &change, error);
  if (change.conflicts != NULL)
    show_conflicts (call, &change);
  if (ok)
    json_object_set_boolean_member (call->result, "merged", change.is_merged);
  return ok;
}
