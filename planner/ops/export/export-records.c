/* SPDX-License-Identifier: EUPL-1.2 */
/* One object a line, in a fixed order; a citizen is a number of ours unless numbers were asked for. */
#include "ops/export/export-records.h"

#include <string.h>

#include "base/error.h"
#include "calsync-booking.h"
#include "ops/admin/admin-mask.h"
#include "store/booking-search.h"
#include "store/group-store.h"
#include "store/journal-search.h"

#define PAGE 500
/* All of it is in memory once: a municipality's year, not its decade. */
#define MAX_LINES 200000

typedef struct
{
  AdminCall *call;
  const AdminCatalogue *catalogue;
  ExportCitizens citizens;
  JsonObject *files;
  GString *text;
  guint n_lines;
} Export;

static gboolean
add_line (Export *export, JsonObject *object, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *line = NULL;

  if (export->citizens == EXPORT_WITHOUT_CITIZENS)
    admin_mask (object); /* what people wrote may name a number */
  json_node_take_object (node, object);
  line = json_to_string (node, FALSE);
  g_string_append (export->text, line);
  g_string_append_c (export->text, '\n');
  if (++export->n_lines <= MAX_LINES)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "there are more than %d records: name an interval with --from and --to", MAX_LINES);
  return FALSE;
}

static void
take (Export *export, const char *name)
{
  json_object_set_string_member (export->files, name, export->text->str);
  g_string_truncate (export->text, 0);
  export->n_lines = 0;
}

static gboolean
add_booking (Export *export, const Booking *booking, GError **error)
{
  JsonObject *object = admin_booking_to_json (export->catalogue, booking);

  json_object_set_int_member (object, "citizen", booking->citizen_id);
  if (export->citizens == EXPORT_WITH_CITIZENS)
    json_object_set_string_member (object, "cpr", booking->cpr);
  return add_line (export, object, error);
}

static void
init_search (const Export *export, BookingSearch *search, Period interval)
{
  *search = (BookingSearch){ .tenant_id = export->catalogue->tenant->tenant_id,
                             .unit_ids = g_array_new (FALSE, FALSE, sizeof (gint64)),
                             .interval = interval,
                             .created = BOOKING_SEARCH_EVER,
                             .changed = BOOKING_SEARCH_EVER,
                             .after_key = -1,
                             .max_count = PAGE };
  for (guint i = 0; i < export->catalogue->units->len; i++)
    g_array_append_val (search->unit_ids,
                        ((UnitRecord *) export->catalogue->units->pdata[i])->unit_id);
}

typedef gboolean (*BookingVisit) (Export *export, const Booking *booking, GError **error);

static gboolean
visit_bookings (Export *export, BookingSearch *search, BookingVisit visit, GError **error)
{
  guint n_found = PAGE;

  while (n_found == PAGE)
    {
      g_autoptr (GPtrArray) page = booking_search_run (export->call->session, search, error);

      if (page == NULL)
        return FALSE;
      n_found = page->len;
      for (guint i = 0; i < page->len; i++)
        {
          const Booking *booking = page->pdata[i];

          if (!visit (export, booking, error))
            return FALSE;
          search->after_key = booking->core.start_us;
          search->after_id = booking->booking_id;
        }
    }
  return TRUE;
}

static gboolean
write_bookings (Export *export, Period interval, GError **error)
{
  BookingSearch search;
  gboolean ok;

  init_search (export, &search, interval);
  ok = visit_bookings (export, &search, add_booking, error);
  g_array_unref (search.unit_ids);
  if (ok)
    take (export, "bookings.jsonl");
  return ok;
}

static gboolean
add_session (Export *export, const OfferRecord *offer, const GroupSession *group, GError **error)
{
  const CalsyncZone *zone = admin_zone_of (export->catalogue->units, offer->unit_id);
  const ResourceRecord *advisor =
    admin_catalogue_get_resource (export->catalogue, group->advisor_id);
  const ResourceRecord *room = admin_catalogue_get_resource (export->catalogue, group->room_id);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "group", group->identifier);
  json_object_set_string_member (object, "offer", offer->identifier);
  admin_set_time (object, "start", zone, group->core.start_us);
  admin_set_time (object, "end", zone, group->core.end_us);
  admin_set_text (object, "advisor", advisor == NULL ? NULL : advisor->resource_key);
  admin_set_text (object, "room", room == NULL ? NULL : room->resource_key);
  json_object_set_int_member (object, "seats", group->seats);
  json_object_set_int_member (object, "taken", group->n_taken);
  json_object_set_boolean_member (object, "planned", group->is_kept);
  return add_line (export, object, error);
}

static gboolean
write_sessions (Export *export, Period interval, GError **error)
{
  g_autoptr (GPtrArray) offers =
    offer_list (export->call->session, export->catalogue->tenant->tenant_id, error);

  for (guint i = 0; offers != NULL && i < offers->len; i++)
    {
      const OfferRecord *offer = offers->pdata[i];
      g_autoptr (GPtrArray) groups =
        group_store_list (export->call->session, offer->offer_id, interval.start_us, error);

      if (groups == NULL)
        return FALSE;
      for (guint k = 0; k < groups->len; k++)
        if (((GroupSession *) groups->pdata[k])->core.start_us < interval.end_us &&
            !add_session (export, offer, groups->pdata[k], error))
          return FALSE;
    }
  if (offers != NULL)
    take (export, "sessions.jsonl");
  return offers != NULL;
}

static gboolean
add_journal_row (Export *export, const JournalRow *row, GError **error)
{
  JsonObject *object = json_object_new ();
  JsonNode *payload = row->payload == NULL ? NULL : json_from_string (row->payload, NULL);

  json_object_set_int_member (object, "sequence", row->sequence);
  admin_set_time (object, "at", calsync_zone_utc (), row->at_us);
  json_object_set_string_member (object, "actor", row->actor);
  json_object_set_string_member (object, "call", row->call_id);
  json_object_set_string_member (object, "kind", row->kind);
  json_object_set_string_member (object, "subject", row->subject);
  if (payload != NULL)
    json_object_set_member (object, "payload", payload);
  return add_line (export, object, error);
}

static gboolean
write_journal (Export *export, Period interval, GError **error)
{
  JournalSearch search = { .tenant_id = export->catalogue->tenant->tenant_id,
                           .interval = interval,
                           .max_count = PAGE };
  guint n_found = PAGE;

  while (n_found == PAGE)
    {
      g_autoptr (GPtrArray) page = journal_search_run (export->call->session, &search, error);

      if (page == NULL)
        return FALSE;
      n_found = page->len;
      for (guint i = 0; i < page->len; i++)
        {
          if (!add_journal_row (export, page->pdata[i], error))
            return FALSE;
          search.after_sequence = ((JournalRow *) page->pdata[i])->sequence;
        }
    }
  take (export, "journal.jsonl");
  return TRUE;
}

static gboolean
read_interval (AdminCall *call, Period *out_interval, GError **error)
{
  *out_interval = (Period) BOOKING_SEARCH_EVER;
  return admin_get_interval (call, calsync_zone_lookup ("Europe/Copenhagen", NULL), "from", "to",
                             out_interval, error);
}

/**
 * export_records:
 * @citizens: whether bookings carry their citizens' numbers
 *
 * Errors: PLANNER_ERROR_NOT_VALID when there are too many at once.
 */
gboolean
export_records (AdminCall *call,
                const AdminCatalogue *catalogue,
                ExportCitizens citizens,
                JsonObject *files,
                GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Export export = { call, catalogue, citizens, files, text, 0 };
  Period interval;

  return read_interval (call, &interval, error) && write_bookings (&export, interval, error) &&
         write_sessions (&export, interval, error) && write_journal (&export, interval, error);
}

/* The title alone: who it is stands nowhere. */
static gboolean
add_event (Export *export, const Booking *booking, GError **error)
{
  CalsyncBooking event = { .uid = booking->identifier,
                           .reference = booking->identifier,
                           .start_us = booking->core.start_us,
                           .end_us = booking->core.end_us,
                           .zone = calsync_zone_lookup (booking->zone, NULL),
                           .stamp_us = booking->changed_us,
                           .sequence = (gint) booking->placement - 1,
                           .summary = booking->title,
                           .privacy = CALSYNC_PRIVACY_PRIVATE };
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = NULL;

  if (booking->state == BOOKING_CANCELLED)
    return TRUE;
  text = calsync_booking_write (&event, &local_error);
  if (text == NULL)
    {
      event.summary =
        "Samtale"; /* a title that must not leave: too long, or with a citizen's number */
      text = calsync_booking_write (&event, error);
    }
  if (text != NULL)
    g_string_append (export->text, text);
  return text != NULL;
}

static gboolean
write_resource (Export *export, const ResourceRecord *resource, Period interval, GError **error)
{
  g_autofree char *key = g_uri_escape_string (resource->resource_key, "", FALSE);
  g_autofree char *name = g_strconcat ("icalendar/", key, ".icalendar", NULL);
  BookingSearch search;
  gboolean ok;

  init_search (export, &search, interval);
  if (g_str_equal (resource->kind, "advisor"))
    search.advisor_id = resource->resource_id;
  else
    search.room_id = resource->resource_id;
  ok = visit_bookings (export, &search, add_event, error);
  g_array_unref (search.unit_ids);
  if (ok && export->text->len > 0)
    take (export, name);
  return ok;
}

/**
 * export_icalendar:
 *
 * Each advisor's and room's bookings that stand, an object each, in one file.
 */
gboolean
export_icalendar (AdminCall *call,
                  const AdminCatalogue *catalogue,
                  JsonObject *files,
                  GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Export export = { call, catalogue, EXPORT_WITHOUT_CITIZENS, files, text, 0 };
  Period interval;

  if (!read_interval (call, &interval, error))
    return FALSE;
  for (guint i = 0; i < catalogue->resources->len; i++)
    if (!write_resource (&export, catalogue->resources->pdata[i], interval, error))
      return FALSE;
  return TRUE;
}
