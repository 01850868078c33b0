/* SPDX-License-Identifier: EUPL-1.2 */
/* Service windows: announced ahead, told to callers, kept in the journal; never changed, only cancelled. */
#include "ops/commands/care/admin-service-window.h"

#include <string.h>

#include "base/error.h"
#include "ops/commands/admin-records.h"
#include "store/claim-store.h"
#include "store/journal-store.h"
#include "store/service-window-store.h"
#include "store/uptime-store.h"

#define ZONE           "Europe/Copenhagen"
#define NOTICE_SETTING "service-notice-hours"
#define DEFAULT_NOTICE 48
#define MAX_WINDOW_US  (14 * PERIOD_US_PER_DAY)
#define MAX_TEXT       200
#define LISTED_DAYS    400

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, why);
  return FALSE;
}

/* Ten digits in a row could be a citizen's number; the text goes to callers and into the log. */
static gboolean
has_long_number (const char *text)
{
  guint n_digits = 0;

  for (const char *at = text; *at != '\0'; at++)
    {
      if (g_ascii_isdigit (*at))
        n_digits++;
      else if (*at != '-' && *at != ' ')
        n_digits = 0;
      if (n_digits >= 10)
        return TRUE;
    }
  return FALSE;
}

static gboolean
check_text (const char *text, GError **error)
{
  if (g_utf8_strlen (text, -1) > MAX_TEXT)
    return refuse (error, "text must be at most 200 characters: callers are shown it");
  for (const char *at = text; *at != '\0'; at++)
    if ((guchar) *at < ' ' || *at == 0x7f)
      return refuse (error, "text must be one line");
  return !has_long_number (text) ||
         refuse (error, "text must not hold ten digits in a row: they could be a citizen's number");
}

static gboolean
read_times (AdminCall *call, Period *out_period, GError **error)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, error);
  const char *from = NULL;
  const char *to = NULL;

  if (zone == NULL || !admin_need_text (call, "from", &from, error) ||
      !admin_need_text (call, "to", &to, error) ||
      !admin_parse_time (zone, from, &out_period->start_us, error) ||
      !admin_parse_time (zone, to, &out_period->end_us, error))
    return FALSE;
  if (period_is_empty (*out_period))
    return refuse (error, "a window must end after it begins");
  if (out_period->end_us - out_period->start_us > MAX_WINDOW_US)
    return refuse (error, "a window is at most 14 days long: announce the rest as another");
  return out_period->start_us > call->now_us ||
         refuse (error, "a window cannot begin in the past: give a later time");
}

static gboolean
add_unit (const AdminCatalogue *catalogue, ServiceWindow *window, const char *key, GError **error)
{
  const UnitRecord *unit = admin_catalogue_find_unit (catalogue, key, error);

  if (unit == NULL)
    return FALSE;
  for (guint i = 0; i < window->units->len; i++)
    if (g_array_index (window->units, gint64, i) == unit->unit_id)
      return TRUE;
  g_array_append_val (window->units, unit->unit_id);
  return TRUE;
}

/* None named means every unit. */
static gboolean
read_units (AdminCall *call, const AdminCatalogue *catalogue, ServiceWindow *window, GError **error)
{
  JsonArray *keys = json_object_has_member (call->arguments, "unit")
                      ? json_object_get_array_member (call->arguments, "unit")
                      : NULL;

  if (keys == NULL || json_array_get_length (keys) == 0)
    return TRUE;
  window->units = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < json_array_get_length (keys); i++)
    if (!add_unit (catalogue, window, json_array_get_string_element (keys, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
find_notice (AdminCall *call, gint64 tenant_id, gint64 *out_notice_us, GError **error)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, error);
  UptimeQuestion question = { .tenant_id = tenant_id };
  g_autofree char *value = NULL;
  g_autoptr (GError) local_error = NULL;
  gint64 hours = DEFAULT_NOTICE;

  if (zone == NULL)
    return FALSE;
  value = uptime_store_dup_setting (call->session, &question, NOTICE_SETTING,
                                    calsync_zone_local_day (zone, call->now_us), &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (value != NULL)
    hours = CLAMP (g_ascii_strtoll (value, NULL, 10), 0, 24 * 90);
  *out_notice_us = hours * PERIOD_US_PER_HOUR;
  return TRUE;
}

static gboolean
check_notice (AdminCall *call, ServiceWindow *window, GError **error)
{
  gint64 notice_us = 0;

  if (!find_notice (call, window->tenant_id, &notice_us, error))
    return FALSE;
  window->in_time = window->period.start_us - call->now_us >= notice_us;
  if (window->in_time || admin_get_flag (call, "force"))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "a window is announced at least %" G_GINT64_FORMAT
               " hours ahead (setting " NOTICE_SETTING
               "): give a later time, or --force, and its time counts as unplanned",
               notice_us / PERIOD_US_PER_HOUR);
  return FALSE;
}

static JsonObject *
window_to_json (const AdminCatalogue *catalogue, const ServiceWindow *window)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);
  JsonObject *object = json_object_new ();
  JsonArray *units = json_array_new ();

  json_object_set_int_member (object, "window", window->window_id);
  json_object_set_string_member (object, "kind", service_window_kind_get_name (window->kind));
  admin_set_time (object, "from", zone, window->period.start_us);
  admin_set_time (object, "to", zone, window->period.end_us);
  for (guint i = 0; window->units != NULL && i < window->units->len; i++)
    {
      const UnitRecord *unit =
        admin_find_unit (catalogue->units, g_array_index (window->units, gint64, i));
      json_array_add_string_element (units, unit == NULL ? "?" : unit->organisation_key);
    }
  json_object_set_array_member (object, "units", units);
  json_object_set_string_member (object, "text", window->text);
  admin_set_time (object, "announced", zone, window->announced_us);
  json_object_set_boolean_member (object, "in_time", window->in_time);
  if (window->cancelled_us != 0)
    admin_set_time (object, "cancelled", zone, window->cancelled_us);
  return object;
}

/* What is written, and how it is told in the journal. */
typedef struct
{
  AdminCall *call;
  const AdminCatalogue *catalogue;
  ServiceWindow *window;
} Announcement;

static gboolean
write_journal (StoreSession *session,
               const Announcement *announcement,
               const char *kind,
               GError **error)
{
  const AdminCall *call = announcement->call;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *subject =
    g_strdup_printf ("service-window %" G_GINT64_FORMAT, announcement->window->window_id);
  g_autofree char *payload = NULL;
  JournalEntry entry = { .tenant_id = announcement->window->tenant_id,
                         .at_us = call->now_us,
                         .actor = call->actor,
                         .call_id = call->call_id,
                         .kind = kind,
                         .subject = subject };
  Change change = { .tenant_id = announcement->window->tenant_id, .kind = CHANGE_CATALOGUE };

  json_node_take_object (node, window_to_json (announcement->catalogue, announcement->window));
  payload = json_to_string (node, FALSE);
  entry.payload = payload;
  return journal_store_add (session, &entry, error) && change_store_add (session, &change, error);
}

static gboolean
write_window (StoreSession *session, gpointer data, GError **error)
{
  const Announcement *announcement = data;

  return service_window_store_add (session, announcement->window, error) &&
         write_journal (session, announcement, "service-window-announced", error);
}

static gboolean
read_kind (AdminCall *call, ServiceWindowKind *out_kind, GError **error)
{
  const char *name = NULL;

  *out_kind = SERVICE_WINDOW_CLOSED;
  if (!admin_get_text (call, "kind", &name, error))
    return FALSE;
  return name == NULL || service_window_kind_parse (name, out_kind) ||
         refuse (error, "kind must be closed, changes or release");
}

static gboolean
read_window (AdminCall *call,
             const AdminCatalogue *catalogue,
             ServiceWindow *window,
             GError **error)
{
  const char *text = NULL;

  window->tenant_id = catalogue->tenant->tenant_id;
  window->announced_us = call->now_us;
  if (!read_kind (call, &window->kind, error) || !read_times (call, &window->period, error) ||
      !admin_need_text (call, "text", &text, error) || !check_text (text, error) ||
      !read_units (call, catalogue, window, error) || !check_notice (call, window, error))
    return FALSE;
  window->text = g_strdup (text);
  return TRUE;
}

/* clang-format off */
const AdminArgument admin_add_service_window_arguments[] = {
  { "from", ADMIN_TIME, ADMIN_WORD, "FROM", "when it begins" },
  { "to", ADMIN_TIME, ADMIN_WORD, "TO", "when it ends; at most 14 days later" },
  { "text", ADMIN_TEXT, ADMIN_WORD, "TEXT", "what callers are told; one line, nothing personal" },
  { "kind", ADMIN_CHOICE, ADMIN_OPTION, "closed|changes|release", "what is refused: everything (as if not given), changes, nothing" },
  { "unit", ADMIN_TEXTS, ADMIN_OPTION, "KEY", "for this unit only; may be repeated (every unit)" },
  { "force", ADMIN_FLAG, ADMIN_OPTION, NULL, "announce it although it is too late to count as planned" },
  { NULL },
};

const AdminArgument admin_list_service_windows_arguments[] = {
  { "from", ADMIN_DATE, ADMIN_OPTION, "DATE", "from this day (today)" },
  { "to", ADMIN_DATE, ADMIN_OPTION, "DATE", "before this day (400 days later)" },
  { "cancelled", ADMIN_FLAG, ADMIN_OPTION, NULL, "those too" },
  { NULL },
};

const AdminArgument admin_cancel_service_window_arguments[] = {
  { "window", ADMIN_INTEGER, ADMIN_WORD, "NUMBER", "as the list of windows shows it", .min = 1, .max = G_MAXINT32 },
  { NULL },
};
/* clang-format on */

/**
 * admin_add_service_window:
 *
 * Announces a window. Errors: PLANNER_ERROR_NOT_VALID, also for one that begins sooner than the
 * setting service-notice-hours allows, unless forced. Result: window.
 */
gboolean
admin_add_service_window (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  g_autoptr (ServiceWindow) window = g_new0 (ServiceWindow, 1);
  Announcement announcement = { call, catalogue, window };
  JsonObject *shown;

  if (catalogue == NULL || !read_window (call, catalogue, window, error) ||
      !call->runner.run_write (call->runner.runner, write_window, &announcement, error))
    return FALSE;
  shown = window_to_json (catalogue, window);
  json_object_set_object_member (call->result, "window", shown);
  return TRUE;
}

/**
 * admin_list_service_windows:
 *
 * Result: windows, by start.
 */
gboolean
admin_list_service_windows (AdminCall *call, GError **error)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, error);
  g_autoptr (AdminCatalogue) catalogue = NULL;
  g_autoptr (GPtrArray) windows = NULL;
  JsonArray *list;
  gint64 from = 0;
  gint64 to = 0;

  catalogue = zone == NULL ? NULL : admin_catalogue_load (call, error);
  if (catalogue == NULL ||
      !admin_get_date (call, "from", calsync_zone_local_day (zone, call->now_us), &from, error) ||
      !admin_get_date (call, "to", from + LISTED_DAYS, &to, error))
    return FALSE;
  windows = service_window_store_list (
    call->session, catalogue->tenant->tenant_id,
    (Period){ calsync_zone_midnight (zone, from), calsync_zone_midnight (zone, to) }, error);
  if (windows == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < windows->len; i++)
    {
      const ServiceWindow *window = windows->pdata[i];
      if (window->cancelled_us == 0 || admin_get_flag (call, "cancelled"))
        json_array_add_object_element (list, window_to_json (catalogue, window));
    }
  json_object_set_array_member (call->result, "windows", list);
  return TRUE;
}

static gboolean
write_cancel (StoreSession *session, gpointer data, GError **error)
{
  const Announcement *announcement = data;
  const ServiceWindow *window = announcement->window;

  return service_window_store_cancel (session, window->tenant_id, window->window_id,
                                      window->cancelled_us, error) &&
         write_journal (session, announcement, "service-window-cancelled", error);
}

static ServiceWindow *
find_window (AdminCall *call, gint64 tenant_id, gint64 window_id, GError **error)
{
  g_autoptr (GPtrArray) windows = service_window_store_list (
    call->session, tenant_id, (Period){ call->now_us, G_MAXINT64 }, error);

  if (windows == NULL)
    return NULL;
  for (guint i = 0; i < windows->len; i++)
    if (((ServiceWindow *) windows->pdata[i])->window_id == window_id)
      return g_ptr_array_steal_index (windows, i);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
               "no service window %" G_GINT64_FORMAT " that has not ended", window_id);
  return NULL;
}

/**
 * admin_cancel_service_window:
 *
 * One that is on ends now; what it was until then stays counted. Errors: PLANNER_ERROR_NOT_FOUND.
 * Result: window.
 */
gboolean
admin_cancel_service_window (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  g_autoptr (ServiceWindow) window = NULL;
  Announcement announcement = { .call = call, .catalogue = catalogue };

  if (catalogue == NULL)
    return FALSE;
  window =
    find_window (call, catalogue->tenant->tenant_id, admin_get_integer (call, "window", 0), error);
  if (window == NULL)
    return FALSE;
  window->cancelled_us = call->now_us;
  announcement.window = window;
  if (!call->runner.run_write (call->runner.runner, write_cancel, &announcement, error))
    return FALSE;
  json_object_set_object_member (call->result, "window", window_to_json (catalogue, window));
  return TRUE;
}
