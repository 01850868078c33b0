/* SPDX-License-Identifier: EUPL-1.2 */
/* Shows who changed what when; what the change was about only when asked for, and then masked. */
#include "ops/commands/care/admin-journal.h"

#include <string.h>

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/commands/admin-op.h"
#include "store/journal-search.h"
#include "store/journal-store.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT     500
#define DEFAULT_DAYS  31
#define MASK          "***"

/* Members of payloads that a person wrote, or that lead to a person. */
static const char *const masked[] = { "title",           "description", "location",
                                      "address",         "telephone",   "meeting_link",
                                      "contact_options", "text",        "note",
                                      "citizen_id",      NULL };

typedef struct
{
  AdminCall *call;
  JournalSearch search;
  gboolean with_payload;
  gboolean is_unmasked;
  gboolean is_nobody;
} Work;

static void mask_object (JsonObject *object);

static void
mask_node (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    mask_object (json_node_get_object (node));
  for (guint i = 0;
       JSON_NODE_HOLDS_ARRAY (node) && i < json_array_get_length (json_node_get_array (node)); i++)
    mask_node (json_array_get_element (json_node_get_array (node), i));
}

static void
mask_object (JsonObject *object)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *at = members; at != NULL; at = at->next)
    {
      if (g_strv_contains (masked, at->data))
        json_object_set_string_member (object, at->data, MASK);
      else
        mask_node (json_object_get_member (object, at->data));
    }
}

/* A payload that is no JSON is shown unmasked only. */
static void
set_payload (const Work *work, JsonObject *object, const char *payload)
{
  g_autoptr (JsonNode) node = payload == NULL ? NULL : json_from_string (payload, NULL);

  json_object_set_boolean_member (object, "erased", payload == NULL);
  if (payload == NULL)
    return;
  if (node == NULL)
    {
      json_object_set_string_member (object, "payload", work->is_unmasked ? payload : MASK);
      return;
    }
  if (!work->is_unmasked)
    mask_node (node);
  json_object_set_member (object, "payload", g_steal_pointer (&node));
}

static JsonObject *
to_json (const Work *work, const CalsyncZone *zone, const JournalRow *row)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "sequence", row->sequence);
  admin_set_time (object, "at", zone, row->at_us);
  json_object_set_string_member (object, "actor", row->actor);
  json_object_set_string_member (object, "kind", row->kind);
  json_object_set_string_member (object, "subject", row->subject);
  json_object_set_string_member (object, "call", row->call_id);
  if (work->with_payload)
    set_payload (work, object, row->payload);
  return object;
}

/* AdminWrite. That somebody read the payloads in clear is itself recorded. */
static gboolean
write_reading (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  JournalEntry entry = { .tenant_id = work->search.tenant_id,
                         .at_us = work->call->now_us,
                         .actor = work->call->actor,
                         .call_id = work->call->call_id,
                         .kind = "journal-read",
                         .subject = work->search.subject != NULL ? work->search.subject : "journal",
                         .payload = "{}" };

  return journal_store_add (session, &entry, error);
}

static gboolean
read_citizen (Work *work, GError **error)
{
  const char *cpr = NULL;

  if (!admin_get_text (work->call, "cpr", &cpr, error) ||
      !admin_find_citizen (work->call, work->search.tenant_id, "search-journal",
                           &work->search.citizen_id, error))
    return FALSE;
  work->is_nobody = cpr != NULL && work->search.citizen_id == 0;
  return TRUE;
}

static gboolean
read_arguments (Work *work, const CalsyncZone *zone, GError **error)
{
  JournalSearch *search = &work->search;
  AdminCall *call = work->call;

  work->is_unmasked = admin_get_flag (call, "unmasked");
  work->with_payload = work->is_unmasked || admin_get_flag (call, "payload");
  search->after_sequence = admin_get_integer (call, "cursor", 0);
  search->max_count = (guint) admin_get_integer (call, "limit", DEFAULT_LIMIT) + 1;
  search->interval = (Period){ call->now_us - DEFAULT_DAYS * PERIOD_US_PER_DAY,
                               G_GINT64_CONSTANT (9000000000000000) };
  return admin_get_text (call, "actor", &search->actor, error) &&
         admin_get_text (call, "kind", &search->kind, error) &&
         admin_get_text (call, "call", &search->call_id, error) &&
         admin_get_text (call, "subject", &search->subject, error) &&
         admin_get_interval (call, zone, "from", "to", &search->interval, error) &&
         read_citizen (work, error);
}

/* clang-format off */
const AdminArgument admin_search_journal_arguments[] = {
  { "from", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "from then on (a month ago)" },
  { "to", ADMIN_DAY_OR_TIME, ADMIN_OPTION, "TIME", "until then" },
  { "actor", ADMIN_TEXT, ADMIN_OPTION, "NAME", "by this caller" },
  { "kind", ADMIN_TEXT, ADMIN_OPTION, "KIND", "of this kind, such as booking-created" },
  { "subject", ADMIN_TEXT, ADMIN_OPTION, "ID", "about this, such as a booking's identifier" },
  { "call", ADMIN_TEXT, ADMIN_OPTION, "ID", "of this call: the request id of a fault or a log line" },
  { "cpr", ADMIN_CITIZEN, ADMIN_OPTION, "FILE", "about the bookings of the citizen whose number this file holds; - is standard input", .option = "citizen-file" },
  { "payload", ADMIN_FLAG, ADMIN_OPTION, NULL, "show before and after, with texts and citizens masked" },
  { "unmasked", ADMIN_FLAG, ADMIN_OPTION, NULL, "show before and after in full; the journal keeps that it was read" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "of a page (100)", .min = 1, .max = MAX_LIMIT },
  { "cursor", ADMIN_INTEGER, ADMIN_OPTION, "N", "go on behind the page that told it" },
  { NULL },
};
/* clang-format on */

/**
 * admin_search_journal:
 *
 * Arguments: see the table; all that are there must fit. Result: rows; more; cursor, when there is
 * more.
 *
 * Errors: PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_search_journal (AdminCall *call, GError **error)
{
  Work work = { .call = call };
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  g_autoptr (GPtrArray) rows = NULL;
  JsonArray *list = json_array_new ();
  guint limit;

  json_object_set_array_member (call->result, "rows", list);
  if (tenant == NULL)
    return FALSE;
  work.search.tenant_id = tenant->tenant_id;
  if (!read_arguments (&work, zone, error) ||
      (work.is_unmasked && !admin_write (call, write_reading, &work, FALSE, error)))
    return FALSE;
  limit = work.search.max_count - 1;
  rows =
    work.is_nobody ? g_ptr_array_new () : journal_search_run (call->session, &work.search, error);
  for (guint i = 0; rows != NULL && i < MIN (rows->len, limit); i++)
    json_array_add_object_element (list, to_json (&work, zone, rows->pdata[i]));
  if (rows == NULL)
    return FALSE;
  json_object_set_boolean_member (call->result, "more", rows->len > limit);
  if (rows->len > limit)
    json_object_set_int_member (call->result, "cursor",
                                ((JournalRow *) rows->pdata[limit - 1])->sequence);
  return TRUE;
}
