/* SPDX-License-Identifier: EUPL-1.2 */
/* Moves and cancels a booking as plannerctl would, within a transaction that is open already. */
#include "sync/sync-door.h"

#include "base/error.h"
#include "ops/commands/admin-records.h"
#include "ops/commands/bookings/admin-booking.h"

/* Writes of a command that is called inside a write are part of it. */
static gboolean
run_inside (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  return write (runner, data, error);
}

/* @names: (nullable): of what a booking names by id */
typedef struct
{
  AdminCall call;
  JsonObject *arguments;
  JsonObject *result;
  AdminCatalogue *names;
  Booking *booking;
} Passage;

static void
passage_clear (Passage *passage)
{
  g_clear_pointer (&passage->arguments, json_object_unref);
  g_clear_pointer (&passage->result, json_object_unref);
  g_clear_pointer (&passage->names, admin_catalogue_free);
  g_clear_pointer (&passage->booking, booking_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Passage, passage_clear)

/* The tenant is the booking's own, whatever the command at work was called with. */
static gboolean
passage_init (Passage *passage, const SyncDoor *door, gint64 booking_id, GError **error)
{
  g_autoptr (GPtrArray) tenants = NULL;

  passage->booking = booking_store_load (door->session, booking_id, error);
  tenants = passage->booking == NULL ? NULL : tenant_list (door->session, error);
  if (tenants == NULL)
    return FALSE;
  passage->arguments = json_object_new ();
  passage->result = json_object_new ();
  for (guint i = 0; i < tenants->len; i++)
    if (((TenantRecord *) tenants->pdata[i])->tenant_id == passage->booking->tenant_id)
      json_object_set_string_member (passage->arguments, "tenant",
                                     ((TenantRecord *) tenants->pdata[i])->tenant_key);
  json_object_set_string_member (passage->arguments, "booking", passage->booking->identifier);
  passage->call = *door->call;
  passage->call.session = door->session;
  passage->call.runner = (AdminRunner){ run_inside, door->session };
  passage->call.arguments = passage->arguments;
  passage->call.result = passage->result;
  passage->names = admin_catalogue_load (&passage->call, error);
  return passage->names != NULL;
}

static void
take_booking (const Passage *passage, JsonObject **out_booking)
{
  if (out_booking != NULL && json_object_has_member (passage->result, "booking"))
    *out_booking = json_object_ref (json_object_get_object_member (passage->result, "booking"));
}

/**
 * sync_door_move:
 * @start_us: when the booking starts from now on; it keeps its length and its advisor
 * @out_booking: (nullable) (transfer full)
 *
 * Rules, hours, advisor and room are judged and DFDG is told as by admin_move_booking(). When it is refused
 * nothing was written.
 *
 * Errors: those of admin_move_booking().
 */
gboolean
sync_door_move (const SyncDoor *door,
                gint64 booking_id,
                gint64 start_us,
                JsonObject **out_booking,
                GError **error)
{
  g_auto (Passage) passage = { 0 };
  const ResourceRecord *advisor;
  g_autofree char *time = NULL;

  if (!passage_init (&passage, door, booking_id, error))
    return FALSE;
  time = admin_format_time (calsync_zone_utc (), start_us);
  json_object_set_string_member (passage.arguments, "time", time);
  advisor = admin_catalogue_get_resource (passage.names, passage.booking->advisor_id);
  if (advisor != NULL)
    json_object_set_string_member (passage.arguments, "advisor", advisor->resource_key);
  if (door->is_forced)
    json_object_set_boolean_member (passage.arguments, "force", TRUE);
  if (!admin_move_booking (&passage.call, error))
    return FALSE;
  take_booking (&passage, out_booking);
  return TRUE;
}

/**
 * sync_door_check:
 * @where: where the booking stood when somebody was asked about it
 *
 * An answer to a question about another time than that of now is no answer: what was decided since stands.
 *
 * Errors: PLANNER_ERROR_STATE_CHANGED when the booking stands elsewhere by now, or is not booked any more;
 * PLANNER_ERROR_NOT_FOUND.
 */
gboolean
sync_door_check (const SyncDoor *door, gint64 booking_id, const SyncShape *where, GError **error)
{
  g_autoptr (Booking) booking = booking_store_load (door->session, booking_id, error);

  if (booking == NULL)
    return FALSE;
  if (booking->state == BOOKING_BOOKED && booking->core.start_us == where->start_us &&
      booking->core.end_us == where->end_us)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
                       "the booking was moved or cancelled since: that stands");
  return FALSE;
}

/**
 * sync_door_cancel:
 * @out_booking: (nullable) (transfer full)
 *
 * As admin_cancel_booking(), with its errors.
 */
gboolean
sync_door_cancel (const SyncDoor *door, gint64 booking_id, JsonObject **out_booking, GError **error)
{
  g_auto (Passage) passage = { 0 };

  if (!passage_init (&passage, door, booking_id, error) ||
      !admin_cancel_booking (&passage.call, error))
    return FALSE;
  take_booking (&passage, out_booking);
  return TRUE;
}
