/* SPDX-License-Identifier: EUPL-1.2 */
/* One section a table with personal data of citizens; the extract is itself a row of the journal. */
#include "ops/commands/citizens/admin-extract.h"

#include <string.h>

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "store/citizen-store.h"
#include "store/journal-store.h"
#include "store/unit-store.h"

#define STAFF "staff_"

/* clang-format off */
const AdminArgument admin_extract_citizen_arguments[] = {
  { "cpr", ADMIN_CITIZEN, ADMIN_NEEDED_OPTION, "FILE", "file with the citizen's number; - is standard input", .option = "citizen-file" },
  { "without_staff", ADMIN_FLAG, ADMIN_OPTION, NULL, "leave out who of the staff met the citizen, made changes or looked" },
  { NULL },
};

static const ExtractSection sections[] = {
  { "citizen", SQL_EXTRACT_CITIZEN },
  { "citizen_fact", SQL_EXTRACT_FACTS },
  { "citizen_span", SQL_EXTRACT_SPANS },
  { "citizen_read", SQL_EXTRACT_READS },
  { "deadline", SQL_EXTRACT_DEADLINES },
  { "fund_interview", SQL_EXTRACT_FUND_INTERVIEWS },
  { "booking", SQL_EXTRACT_BOOKINGS },
  { "participant", SQL_EXTRACT_PARTICIPANTS },
  { "group_session", SQL_EXTRACT_SESSIONS },
  { "seat", SQL_EXTRACT_SEATS },
  { "claim", SQL_EXTRACT_CLAIMS },
  { "hold", SQL_EXTRACT_HOLDS },
  { "used_hold", SQL_EXTRACT_USED_HOLDS },
  { "stored_answer", SQL_EXTRACT_ANSWERS },
  { "sync_link", SQL_EXTRACT_SYNC_LINKS },
  { "sync_conflict", SQL_EXTRACT_SYNC_CONFLICTS },
  { "sync_run_change", SQL_EXTRACT_SYNC_CHANGES },
  { "sync_tombstone", SQL_EXTRACT_SYNC_TOMBSTONES },
  { "outbox", SQL_EXTRACT_OUTBOX },
  { "echo_watch", SQL_EXTRACT_ECHOES },
  { "message", SQL_EXTRACT_MESSAGES },
  { "message_document", SQL_EXTRACT_MESSAGE_DOCUMENTS },
  { "message_part", SQL_EXTRACT_MESSAGE_PARTS },
  { "inbox", SQL_EXTRACT_INBOX },
  { "dfdg_event", SQL_EXTRACT_EVENTS },
  { "dfdg_truth", SQL_EXTRACT_TRUTH },
  { "empty_answer", SQL_EXTRACT_EMPTY_ANSWERS },
  { "journal", SQL_EXTRACT_JOURNAL },
  { "journal_payload", SQL_EXTRACT_PAYLOADS },
};
/* clang-format on */

typedef struct
{
  AdminCall *call;
  gint64 tenant_id;
  gint64 citizen_id;
  const CalsyncZone *zone;
  gboolean without_staff;
} Extract;

/**
 * extract_list_sections:
 *
 * Returns: (array length=out_n_sections): every table that an extract reads.
 */
const ExtractSection *
extract_list_sections (guint *out_n_sections)
{
  *out_n_sections = G_N_ELEMENTS (sections);
  return sections;
}

/* A time loses its suffix and is shown as one; the mark in an answer's text stands for the number. */
static void
add_value (const Extract *extract, JsonObject *row, StoreQuery *query, int column)
{
  const char *name = store_column_name (query, column);
  gboolean is_time = g_str_has_suffix (name, "_us");
  gboolean is_staff = g_str_has_prefix (name, STAFF);
  g_autofree char *shown =
    g_strndup (is_staff ? name + strlen (STAFF) : name,
               strlen (name) - (is_time ? 3 : 0) - (is_staff ? strlen (STAFF) : 0));

  if (store_is_null (query, column) || (is_staff && extract->without_staff))
    return;
  if (is_time)
    admin_set_time (row, shown, extract->zone, store_int (query, column));
  else if (store_is_int (query, column))
    json_object_set_int_member (row, shown, store_int (query, column));
  else
    {
      g_autofree char *text = g_strdelimit (g_strdup (store_text (query, column)), "\x02", '*');
      json_object_set_string_member (row, shown, text);
    }
}

static gboolean
add_section (const Extract *extract,
             const ExtractSection *section,
             JsonObject *held,
             GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  JsonArray *rows = json_array_new ();
  StoreStep step;

  json_object_set_array_member (held, section->table, rows);
  if (!store_query (extract->call->session, &query, error, section->statement, "i",
                    extract->citizen_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      JsonObject *row = json_object_new ();
      for (int i = 0; i < store_n_columns (&query); i++)
        add_value (extract, row, &query, i);
      json_array_add_object_element (rows, row);
    }
  return step == STORE_END;
}

static gboolean
read_all (const Extract *extract, GError **error)
{
  JsonObject *held = json_object_new ();

  json_object_set_object_member (extract->call->result, "held", held);
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (!add_section (extract, &sections[i], held, error))
      return FALSE;
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_journal (StoreSession *session, gpointer data, GError **error)
{
  const Extract *extract = data;
  g_autofree char *subject = g_strdup_printf ("citizen:%" G_GINT64_FORMAT, extract->citizen_id);
  JournalEntry entry = { .tenant_id = extract->tenant_id,
                         .at_us = extract->call->now_us,
                         .actor = extract->call->actor,
                         .call_id = extract->call->call_id,
                         .kind = "citizen-extracted",
                         .subject = subject,
                         .payload = extract->without_staff ? "{\"without_staff\":true}" : "{}" };

  return journal_store_add (session, &entry, error);
}

static gboolean
find_zone (Extract *extract, GError **error)
{
  g_autoptr (GPtrArray) units = unit_list (extract->call->session, extract->tenant_id, error);

  if (units == NULL)
    return FALSE;
  extract->zone = admin_zone_of (units, 0);
  return TRUE;
}

static gboolean
find_citizen (Extract *extract, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  const char *cpr = NULL;

  if (!admin_need_text (extract->call, "cpr", &cpr, error))
    return FALSE;
  extract->citizen_id =
    citizen_store_find (extract->call->session, extract->tenant_id, cpr, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (extract->citizen_id == 0)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                         "nothing is held about this citizen");
  return extract->citizen_id != 0;
}

/**
 * admin_extract_citizen:
 *
 * Arguments: tenant, cpr, without_staff. Result: held: an object with a list of rows for each table.
 * The extract is journaled first, and stands in itself.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when nothing is held.
 */
gboolean
admin_extract_citizen (AdminCall *call, GError **error)
{
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);
  Extract extract = { .call = call, .without_staff = admin_get_flag (call, "without_staff") };
  gboolean ok;

  if (tenant == NULL)
    return FALSE;
  extract.tenant_id = tenant->tenant_id;
  if (!find_zone (&extract, error) || !find_citizen (&extract, error) ||
      !call->runner.run_write (call->runner.runner, write_journal, &extract, error) ||
      !store_begin (call->session, STORE_READ, error))
    return FALSE;
  ok = read_all (&extract, error);
  store_rollback (call->session);
  return ok;
}
