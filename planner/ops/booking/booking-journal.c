/* SPDX-License-Identifier: EUPL-1.2 */
/* Bookings as JSON, for journal and outbox; a citizen appears by surrogate id only. */
#include "ops/booking/booking-journal.h"

#include "base/decimal.h"
#include "base/ids.h"
#include "store/citizen-store.h"
#include "store/evidence-store.h"
#include "store/journal-store.h"

static void
add_text (GString *json, const char *name, const char *text)
{
  if (text == NULL)
    return;
  g_string_append (json, ",\"");
  g_string_append (json, name);
  g_string_append (json, "\":\"");
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '"' || *at == '\\')
        g_string_append_c (json, '\\');
      if ((guchar) *at < 0x20)
        g_string_append_printf (json, "\\u%04x", *at);
      else
        g_string_append_c (json, *at);
    }
  g_string_append_c (json, '"');
}

/* What a person wrote may hold the citizen's number, which stands in one table only. */
static void
add_prose (GString *json, const char *name, const char *text, const char *cpr)
{
  g_autofree char *masked = text == NULL ? NULL : citizen_dup_without_cpr (text, cpr);

  add_text (json, name, masked);
}

static void
add_int (GString *json, const char *name, gint64 value)
{
  g_string_append (json, ",\"");
  g_string_append (json, name);
  g_string_append (json, "\":");
  decimal_append (json, value);
}

static void
add_placing (GString *json, const Booking *b)
{
  add_int (json, "revision", b->revision);
  add_int (json, "placement", b->placement);
  add_text (json, "state", booking_state_to_text (b->state));
  add_text (json, "origin", booking_origin_to_text (b->origin));
  add_int (json, "unit_id", b->unit_id);
  add_int (json, "citizen_id", b->citizen_id);
  add_int (json, "offer_id", b->offer_id);
  add_int (json, "session_id", b->session_id);
  add_int (json, "start_us", b->core.start_us);
  add_int (json, "end_us", b->core.end_us);
  add_text (json, "start_local", b->start_local);
  add_int (json, "advisor_id", b->advisor_id);
  add_text (json, "foreign_advisor", b->foreign_advisor);
  add_int (json, "room_id", b->room_id);
  add_int (json, "conflict", b->conflict);
}

static void
add_content (GString *json, const Booking *b)
{
  add_int (json, "interview_type", b->interview_type);
  add_int (json, "form_type", b->form_type);
  add_int (json, "contact_type", b->contact_type);
  add_prose (json, "title", b->title, b->cpr);
  add_prose (json, "description", b->description, b->cpr);
  add_prose (json, "location", b->location, b->cpr);
  add_prose (json, "address", b->address, b->cpr);
  add_text (json, "telephone", b->telephone);
  add_text (json, "meeting_link", b->meeting_link);
  add_prose (json, "contact_options", b->contact_options, b->cpr);
  add_int (json, "fund_participation", b->fund_participation);
  add_int (json, "compulsory", b->compulsory);
  add_int (json, "should_accept", b->should_accept);
  add_int (json, "accepted", b->accepted);
  add_int (json, "rebook_possible", b->rebook_possible);
  add_int (json, "rebook_deadline_us", b->rebook_deadline_us);
  add_int (json, "cancel_possible", b->cancel_possible);
  add_int (json, "cancel_deadline_us", b->cancel_deadline_us);
  add_int (json, "owner_system", b->owner_system);
}

static void
add_booking (GString *json, const char *name, const Booking *booking)
{
  g_string_append_printf (json, "\"%s\":", name);
  if (booking == NULL)
    {
      g_string_append (json, "null");
      return;
    }
  g_string_append_printf (json, "{\"identifier\":\"%s\"", booking->identifier);
  add_placing (json, booking);
  add_content (json, booking);
  g_string_append_c (json, '}');
}

/**
 * booking_journal:
 *
 * Appends the journal row of a change, with the record before and after.
 */
gboolean
booking_journal (const OpCall *call,
                 const char *kind,
                 const Booking *before,
                 const Booking *after,
                 GError **error)
{
  g_autoptr (GString) payload = g_string_new ("{");
  JournalEntry entry = { .tenant_id = call->tenant_id,
                         .at_us = call->now_us,
                         .actor = call->caller->name,
                         .call_id = call->request_id,
                         .kind = kind,
                         .subject = after->identifier };

  add_booking (payload, "before", before);
  g_string_append_c (payload, ',');
  add_booking (payload, "after", after);
  g_string_append_c (payload, '}');
  entry.payload = payload->str;
  return journal_store_add (call->session, &entry, error);
}

/**
 * booking_tell_dfdg:
 *
 * Queues a registration in the transaction of the change. What DFDG is told is the booking as it is when it is told
 * (decision 0026), so the row holds nothing of it but where it stood.
 */
gboolean
booking_tell_dfdg (const OpCall *call, const char *kind, const Booking *booking, GError **error)
{
  g_autoptr (GString) payload = g_string_new ("{\"booking\":");
  char request_id[IDS_GUID_LENGTH + 1];
  OutboxRow row = { .tenant_id = call->tenant_id,
                    .citizen_id = booking->citizen_id,
                    .kind = kind,
                    .subject = booking->identifier,
                    .revision = booking->revision,
                    .request_id = request_id,
                    .added_us = call->now_us };

  ids_new_guid (request_id);
  g_string_append_printf (payload, "{\"identifier\":\"%s\"", booking->identifier);
  add_int (payload, "revision", booking->revision);
  add_text (payload, "state", booking_state_to_text (booking->state));
  g_string_append (payload, "}}");
  row.payload = payload->str;
  return evidence_store_add_outbox (call->session, &row, error);
}
