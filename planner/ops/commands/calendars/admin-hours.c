/* SPDX-License-Identifier: EUPL-1.2 */
/* Weekly hours by hand: a stretch of dates is cut out of what stands, new rows of the import take its place. */
#include "ops/commands/calendars/admin-hours.h"

#include <string.h>

#include "base/error.h"
#include "calsync-availability.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-outside.h"
#include "ops/commands/admin-records.h"
#include "ops/commands/admin-rows.h"
#include "ops/facts/expansion.h"
#include "ops/service/admin-expand.h"
#include "store/availability-store.h"

typedef struct
{
  AdminCall *call;
  AdminCall inside; /* on the write's own session */
  AdminCatalogue *catalogue;
  const ResourceRecord *resource;
  const CalsyncZone *zone;
  char *text; /* NULL: no working time was ever given */
  gboolean is_dry_run;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->catalogue, admin_catalogue_free);
  g_clear_pointer (&work->text, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
load_text (Work *work, StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) texts =
    availability_list (session, work->resource->tenant_id, work->resource->resource_id, error);

  g_clear_pointer (&work->text, g_free);
  for (guint i = 0; texts != NULL && i < texts->len; i++)
    {
      const AvailabilityRecord *record = texts->pdata[i];
      if (g_str_equal (record->uid, IMPORT_HOURS_UID))
        work->text = g_strdup (record->text);
    }
  return texts != NULL;
}

static gboolean
work_init (Work *work, StoreSession *session, GError **error)
{
  const char *key = NULL;

  work->inside = *work->call;
  work->inside.session = session;
  g_clear_pointer (&work->catalogue, admin_catalogue_free);
  work->catalogue = admin_catalogue_load (&work->inside, error);
  if (work->catalogue == NULL || !admin_need_text (work->call, "resource", &key, error))
    return FALSE;
  work->resource = admin_catalogue_find_resource (work->catalogue, key, error);
  if (work->resource == NULL)
    return FALSE;
  work->zone = expansion_find_zone (session, work->resource->resource_id);
  return load_text (work, session, error);
}

/* What the table of an import says of weeks. */
static const char *
parity_to_text (CalsyncWeekParity parity)
{
  return parity == CALSYNC_WEEK_EVEN ? "even" : parity == CALSYNC_WEEK_ODD ? "odd" : "all";
}

static gint64
week_of (gint64 date)
{
  return date - (calsync_days_weekday (date) - 1);
}

/* The same hours of other weekdays of the same weeks are one line. */
static gboolean
are_one_line (const CalsyncWorkBlock *a, const CalsyncWorkBlock *b)
{
  return a->start_minute == b->start_minute && a->end_minute == b->end_minute &&
         a->parity == b->parity && a->until_days == b->until_days &&
         week_of (a->from_days) == week_of (b->from_days);
}

static JsonObject *
line_to_json (const CalsyncWorkBlock *block)
{
  g_autofree char *start = admin_format_minute (block->start_minute);
  g_autofree char *end = admin_format_minute (block->end_minute);
  g_autofree char *from = admin_format_date (block->from_days);
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "weekdays", json_array_new ());
  json_object_set_string_member (object, "start", start);
  json_object_set_string_member (object, "end", end);
  json_object_set_string_member (object, "weeks", parity_to_text (block->parity));
  json_object_set_string_member (object, "valid_from", from);
  if (block->until_days < G_MAXINT32)
    {
      g_autofree char *until = admin_format_date (block->until_days);
      json_object_set_string_member (object, "valid_until", until);
    }
  else
    json_object_set_string_member (object, "valid_until", "");
  return object;
}

static int
compare_blocks (gconstpointer a, gconstpointer b)
{
  const CalsyncWorkBlock *left = a;
  const CalsyncWorkBlock *right = b;
  gint64 differences[] = { week_of (left->from_days) - week_of (right->from_days),
                           left->until_days < right->until_days   ? -1
                           : left->until_days > right->until_days ? 1
                                                                  : 0,
                           (gint64) left->parity - (gint64) right->parity,
                           left->start_minute - right->start_minute,
                           left->end_minute - right->end_minute,
                           left->weekday - right->weekday };

  for (guint i = 0; i < G_N_ELEMENTS (differences); i++)
    if (differences[i] != 0)
      return differences[i] < 0 ? -1 : 1;
  return 0;
}

static JsonArray *
blocks_to_json (GArray *blocks, gint64 since)
{
  static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
  const CalsyncWorkBlock *before = NULL;
  JsonArray *lines = json_array_new ();
  JsonObject *line = NULL;

  g_array_sort (blocks, compare_blocks);
  for (guint i = 0; i < blocks->len; i++)
    {
      const CalsyncWorkBlock *block = &g_array_index (blocks, CalsyncWorkBlock, i);

      if (block->until_days < since)
        continue;
      if (before == NULL || !are_one_line (before, block))
        {
          line = line_to_json (block);
          json_array_add_object_element (lines, line);
        }
      json_array_add_string_element (json_object_get_array_member (line, "weekdays"),
                                     names[block->weekday - 1]);
      before = block;
    }
  return lines;
}

/* NULL members for a text that is more than weekly hours. */
static JsonObject *
hours_to_json (const Work *work, gint64 since)
{
  JsonObject *object = json_object_new ();
  g_autoptr (GArray) blocks =
    work->text == NULL ? NULL : calsync_availability_read (work->text, work->zone, NULL);

  json_object_set_string_member (object, "resource", work->resource->resource_key);
  json_object_set_string_member (object, "kind",
                                 work->text == NULL ? "none"
                                 : blocks == NULL   ? "file"
                                                    : "weekly");
  if (blocks != NULL)
    json_object_set_array_member (object, "lines", blocks_to_json (blocks, since));
  else if (work->text != NULL)
    json_object_set_string_member (object, "text", work->text);
  return object;
}

/* "mon-thu 08:00-15:30 12:00-12:30 even": weekdays, hours, then breaks and which weeks in any order. */
static void
fill_row (ImportRow *row, const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t", -1);
  g_autoptr (GString) breaks = g_string_new (NULL);
  guint n_words = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *dash = strchr (words[i], '-');

      if (*words[i] == '\0')
        continue;
      if (n_words++ == 0)
        import_row_set (row, "weekdays", words[i]);
      else if (g_str_equal (words[i], "even") || g_str_equal (words[i], "odd") ||
               g_str_equal (words[i], "all"))
        import_row_set (row, "weeks", words[i]);
      else if (n_words == 2 && dash != NULL)
        {
          g_autofree char *start = g_strndup (words[i], (gsize) (dash - words[i]));
          import_row_set (row, "start", start);
          import_row_set (row, "end", dash + 1);
        }
      else
        g_string_append_printf (breaks, "%s%s", breaks->len == 0 ? "" : "|", words[i]);
    }
  import_row_set (row, "breaks", breaks->str);
  if (n_words < 2)
    import_row_refuse (row, "hours: \"%s\" is no DAYS HH:MM-HH:MM, such as mon-thu 08:00-15:00",
                       text);
}

static gboolean
add_rows (const Work *work, ImportSource *source, const char *from, const char *until)
{
  JsonNode *node = json_object_get_member (work->call->arguments, "hours");
  JsonArray *hours =
    node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : json_node_get_array (node);

  for (guint i = 0; hours != NULL && i < json_array_get_length (hours); i++)
    {
      ImportRow *row = admin_rows_add (source, IMPORT_WORKING_TIME);

      import_row_set (row, "resource", work->resource->resource_key);
      import_row_set (row, "valid_from", from == NULL ? "" : from);
      import_row_set (row, "valid_until", until == NULL ? "" : until);
      fill_row (row, json_array_get_string_element (hours, i));
    }
  return hours != NULL && json_array_get_length (hours) > 0;
}

/* What of @block lies outside [@from, @until]. */
static void
keep_rest (GArray *kept, CalsyncWorkBlock block, gint64 from, gint64 until)
{
  CalsyncWorkBlock before = block;
  CalsyncWorkBlock after = block;

  before.until_days = MIN (block.until_days, from - 1);
  if (before.until_days >= before.from_days)
    g_array_append_val (kept, before);
  if (until >= block.until_days)
    return;
  after.from_days = MAX (block.from_days, until + 1);
  g_array_append_val (kept, after);
}

/* (transfer full) (nullable): the blocks that stay; NULL with @error set. */
static GArray *
list_kept (const Work *work, gint64 from, gint64 until, GError **error)
{
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (CalsyncWorkBlock));
  g_autoptr (GArray) blocks = NULL;

  if (work->text == NULL || (from == G_MININT64 && until == G_MAXINT64))
    return g_steal_pointer (&kept);
  blocks = calsync_availability_read (work->text, work->zone, NULL);
  if (blocks == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                   "the working time of %s came as a file and is more than weekly hours: leave out "
                   "from and until to put new hours in place of all of it",
                   work->resource->resource_key);
      return NULL;
    }
  for (guint i = 0; i < blocks->len; i++)
    keep_rest (kept, g_array_index (blocks, CalsyncWorkBlock, i), from, until);
  return g_steal_pointer (&kept);
}

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, text);
  return FALSE;
}

static gboolean
check_choice (const Work *work, gboolean has_rows, const char *file, GError **error)
{
  gboolean is_none = admin_get_flag (work->call, "none");

  if ((has_rows ? 1 : 0) + (is_none ? 1 : 0) + (file != NULL ? 1 : 0) != 1)
    return refuse (error, "give hours, such as \"mon-thu 08:00-15:00 12:00-12:30\", or none, or a "
                          "file of VAVAILABILITY: one of the three");
  return TRUE;
}

/* The rows and what stays, through the import's own functions; or the file's text. */
static gboolean
put_hours (Work *work, StoreSession *session, GError **error)
{
  g_auto (ImportRun) run = { 0 };
  g_autoptr (ImportSource) source = admin_rows_new ();
  g_autoptr (GArray) kept = NULL;
  const char *from = NULL, *until = NULL, *file = NULL;
  gint64 from_date = 0, until_date = 0;

  if (!admin_get_text (work->call, "from", &from, error) ||
      !admin_get_text (work->call, "until", &until, error) ||
      !admin_get_text (work->call, "availability", &file, error) ||
      !admin_get_date (work->call, "from", G_MININT64, &from_date, error) ||
      !admin_get_date (work->call, "until", G_MAXINT64, &until_date, error) ||
      !check_choice (work, add_rows (work, source, from, until), file, error))
    return FALSE;
  if (until_date < from_date)
    return refuse (error, "until lies before from");
  if (file != NULL && (from != NULL || until != NULL))
    return refuse (error, "a file is the whole working time: leave out from and until");
  kept = list_kept (work, from_date, until_date, error);
  if (kept == NULL ||
      !admin_rows_init (work->call, session, work->resource->tenant_id, source, &run, error))
    return FALSE;
  if (file == NULL)
    import_hours_keep (&run, work->resource->resource_key, kept);
  else
    import_source_add_availability (source, work->resource->resource_key, file);
  return admin_rows_run (work->call, &run, error);
}

static GPtrArray *
list_outside (const Work *work, StoreSession *session, GError **error)
{
  OutsideScope scope = { .tenant_id = work->resource->tenant_id };

  if (g_str_equal (work->resource->kind, "advisor"))
    scope.advisor_id = work->resource->resource_id;
  else
    scope.room_id = work->resource->resource_id;
  return admin_outside_list (&work->inside, session, &scope, error);
}

static gboolean
finish (Work *work, StoreSession *session, JsonObject *before, GPtrArray *outside, GError **error)
{
  JsonObject *result = work->call->result;
  g_autoptr (JsonObject) after = NULL;
  g_autoptr (GPtrArray) outside_now = NULL;
  AdminRecordChange change = { .tenant_id = work->resource->tenant_id,
                               .kind = "hours-changed",
                               .subject = work->resource->resource_key,
                               .before = before };
  gboolean is_same;

  if (!load_text (work, session, error))
    return FALSE;
  change.after = after = hours_to_json (work, G_MININT64);
  is_same = json_object_equal (before, after);
  if (!is_same && (!admin_expand_resource (work->call, session, work->resource, error) ||
                   !admin_rows_journal (work->call, session, &change, error)))
    return FALSE;
  outside_now = list_outside (work, session, error);
  if (outside_now == NULL)
    return FALSE;
  json_object_set_string_member (result, "outcome", is_same ? "same" : "changed");
  json_object_set_boolean_member (result, "dry_run", work->is_dry_run);
  json_object_set_object_member (result, "hours", g_steal_pointer (&after));
  admin_outside_report (result, outside, outside_now);
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_hours (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (GPtrArray) outside = NULL;

  if (!work_init (work, session, error))
    return FALSE;
  before = hours_to_json (work, G_MININT64);
  outside = list_outside (work, session, error);
  return outside != NULL && put_hours (work, session, error) &&
         finish (work, session, before, outside, error);
}

/* AdminWrite. */
static gboolean
write_removal (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  AvailabilityRecord record = { .uid = (char *) IMPORT_HOURS_UID };
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (GPtrArray) outside = NULL;

  if (!work_init (work, session, error))
    return FALSE;
  if (g_str_equal (work->resource->kind, "advisor"))
    return refuse (error,
                   "an advisor without hours is never offered: set hours --none says so; only "
                   "rooms and equipment are open all the time without");
  before = hours_to_json (work, G_MININT64);
  outside = list_outside (work, session, error);
  record.tenant_id = work->resource->tenant_id;
  record.resource_id = work->resource->resource_id;
  return outside != NULL && availability_remove (session, &record, error) &&
         finish (work, session, before, outside, error);
}

static gboolean
run_write (AdminCall *call, AdminWrite write, GError **error)
{
  g_auto (Work) work = { .call = call, .is_dry_run = admin_get_flag (call, "dry_run") };

  return admin_write (call, write, &work, work.is_dry_run, error);
}

/* clang-format off */
#define RESOURCE { "resource", ADMIN_TEXT, ADMIN_WORD, "RESOURCE", "key or e-mail address of an advisor, a room or equipment" }
#define DRY_RUN { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' }

const AdminArgument admin_show_hours_arguments[] = {
  RESOURCE, { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "what has ended too" }, { NULL } };
const AdminArgument admin_set_hours_arguments[] = {
  RESOURCE,
  { "hours", ADMIN_TEXTS, ADMIN_MAYBE_WORD, "HOURS", "\"DAYS HH:MM-HH:MM [BREAKS] [even|odd]\", as \"mon-thu 08:00-15:30 12:00-12:30\"" },
  { "from", ADMIN_DATE, ADMIN_OPTION, "DATE", "in place of what stands from that day on (in place of everything)" },
  { "until", ADMIN_DATE, ADMIN_OPTION, "DATE", "up to that day; what stands later comes back then" },
  { "none", ADMIN_FLAG, ADMIN_OPTION, NULL, "no working time at all" },
  { "availability", ADMIN_CONTENT, ADMIN_OPTION, "FILE", "the whole working time as VAVAILABILITY (RFC 7953)" },
  DRY_RUN, { NULL } };
const AdminArgument admin_remove_hours_arguments[] = { RESOURCE, DRY_RUN, { NULL } };
/* clang-format on */

/**
 * admin_show_hours:
 *
 * Arguments: tenant, resource, all. Result: hours: kind (weekly, file or none), lines or text.
 */
gboolean
admin_show_hours (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  gint64 since = G_MININT64;

  if (!work_init (&work, call->session, error))
    return FALSE;
  if (!admin_get_flag (call, "all"))
    since = calsync_zone_local_day (work.zone, call->now_us);
  json_object_set_object_member (call->result, "hours", hours_to_json (&work, since));
  return TRUE;
}

/**
 * admin_set_hours:
 *
 * Arguments: tenant, resource; hours (rows of working-time.csv in short), none or availability; from
 * and until, between which they take the place of what stands; dry_run. An exception of one date is
 * from and until of that date. Result: outcome, hours, meetings_now_outside and outside: booked
 * meetings that the new hours leave outside; they stand.
 *
 * Errors: PLANNER_ERROR_NOT_VALID as the import refuses the row; PLANNER_ERROR_CONFLICT for a part of
 * a file's working time.
 */
gboolean
admin_set_hours (AdminCall *call, GError **error)
{
  return run_write (call, write_hours, error);
}

/**
 * admin_remove_hours:
 *
 * Arguments: tenant, resource (no advisor), dry_run: open all the time again. Result: as
 * admin_set_hours().
 */
gboolean
admin_remove_hours (AdminCall *call, GError **error)
{
  return run_write (call, write_removal, error);
}
