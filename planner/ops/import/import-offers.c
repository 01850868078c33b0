/* SPDX-License-Identifier: EUPL-1.2 */
/* Import rows of offers and of the time frames inside which they may be booked. */
#include <string.h>

#include "base/ids.h"
#include "ops/facts/type-bars.h"
#include "ops/import/import-run.h"

#define OPEN_UNTIL_US G_GINT64_CONSTANT (9000000000000000)

/* (transfer full) (nullable): in lower case. */
static char *
dup_guid (ImportRow *row, const char *column)
{
  const char *text = import_row_need (row, column, 64);

  if (text == NULL)
    return NULL;
  if (ids_is_guid (text))
    return ids_fold_guid (text);
  import_row_refuse (row, "%s must be a GUID, not \"%s\"", column, text);
  return NULL;
}

static gint64
read_minutes (ImportRow *row, const char *column, gint64 fallback, gint64 min, gint64 max)
{
  gint64 minutes = import_row_int (row, column, fallback, min, max);

  if (minutes % 5 != 0)
    import_row_refuse (row, "%s must be a whole number of 5 minutes", column);
  return minutes;
}

/**
 * import_offer_window:
 *
 * Kept until its offer comes.
 */
gboolean
import_offer_window (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  g_autofree char *identifier = dup_guid (row, "offer");
  OfferWindowRecord window = { 0 };
  OfferRecord *holder;

  window.unemployment_fund = (char *) import_row_text (row, "unemployment_fund", 10);
  window.first_date = import_row_date (row, "first_date", 0);
  window.end_date = import_row_date (row, "last_date", IMPORT_DATE_MAX) + 1;
  window.weekdays = import_row_weekdays (row, "weekdays");
  window.start_minute = import_row_minute (row, "start");
  window.end_minute = import_row_minute (row, "end");
  window.capacity = import_row_int (row, "capacity", 0, 0, 1000);
  if (!row->is_refused && (window.start_minute < 0 || window.end_minute <= window.start_minute))
    import_row_refuse (row, "start and end are no stretch of a day");
  if (!row->is_refused && (window.start_minute % 5 != 0 || window.end_minute % 5 != 0))
    import_row_refuse (row, "start and end must be whole steps of 5 minutes");
  if (!row->is_refused && window.end_date <= window.first_date)
    import_row_refuse (row, "last_date lies before first_date");
  if (row->is_refused)
    return TRUE;
  holder = g_hash_table_lookup (run->windows, identifier);
  if (holder == NULL)
    {
      holder = offer_record_new ();
      g_hash_table_insert (run->windows, g_strdup (identifier), holder);
    }
  offer_record_add_window (holder, &window);
  return TRUE;
}

static void
read_texts (ImportRow *row, OfferRecord *offer)
{
  static const char *const forms[] = { "individual", "group", NULL };
  static const char *const anchors[] = { "block", "midnight", NULL };

  offer->identifier = dup_guid (row, "identifier");
  offer->form = g_strdup (import_row_word (row, "form", forms, FALSE));
  offer->title = g_strdup (import_row_need (row, "title", 255));
  offer->description = g_strdup (import_row_text (row, "description", 2000));
  offer->location = g_strdup (import_row_text (row, "location", 255));
  offer->address = g_strdup (import_row_text (row, "address", 255));
  offer->telephone = g_strdup (import_row_telephone (row));
  offer->meeting_link = g_strdup (import_row_text (row, "meeting_link", 500));
  offer->grid_anchor = g_strdup (import_row_word (row, "grid_anchor", anchors, FALSE));
}

static void
read_times (ImportRow *row, OfferRecord *offer, const CalsyncZone *zone)
{
  gint64 first_date = import_row_date (row, "valid_from", IMPORT_DATE_MIN);
  gint64 last_date = import_row_date (row, "valid_until", IMPORT_DATE_MAX);

  (void) import_row_need (row, "duration", 8);
  offer->duration_minutes = read_minutes (row, "duration", 30, 5, 1440);
  offer->grid_minutes = read_minutes (row, "grid", offer->duration_minutes, 5, 1440);
  offer->before_minutes = read_minutes (row, "before", 0, 0, 240);
  offer->after_minutes = read_minutes (row, "after", 0, 0, 240);
  offer->may_share_buffers = import_row_flag (row, "share_buffers", FALSE);
  offer->lead_minutes = import_row_int (row, "lead_minutes", 0, 0, 60 * 24 * 183);
  offer->horizon_days = import_row_int (row, "horizon_days", 60, 1, 183);
  offer->release_minute = MAX (import_row_minute (row, "release"), 0);
  offer->room_before_minutes = read_minutes (row, "room_before", 0, 0, 240);
  offer->room_after_minutes = read_minutes (row, "room_after", 0, 0, 240);
  if (offer->release_minute > 1439)
    import_row_refuse (row, "release must lie before 24:00");
  if (offer->before_minutes + offer->duration_minutes + offer->after_minutes > 1440)
    import_row_refuse (row, "duration and buffers are longer than a day");
  if (offer->room_before_minutes + offer->duration_minutes + offer->room_after_minutes > 1440)
    import_row_refuse (row, "duration and the room's buffers are longer than a day");
  offer->valid_from_us =
    first_date == IMPORT_DATE_MIN ? 0 : calsync_zone_midnight (zone, first_date);
  offer->valid_until_us =
    last_date == IMPORT_DATE_MAX ? OPEN_UNTIL_US : calsync_zone_midnight (zone, last_date + 1);
  if (offer->valid_until_us <= MAX (offer->valid_from_us, 0))
    import_row_refuse (row, "valid_until lies before valid_from, or before 1970");
}

static void
read_booking_rules (ImportRow *row, OfferRecord *offer)
{
  const gint64 year_minutes = 60 * 24 * 365;

  offer->rebook_possible = import_row_flag (row, "rebook", TRUE);
  offer->rebook_deadline_minutes =
    import_row_int (row, "rebook_deadline_minutes", 1440, 0, year_minutes);
  offer->cancel_possible = import_row_flag (row, "cancel", TRUE);
  offer->cancel_deadline_minutes =
    import_row_int (row, "cancel_deadline_minutes", 1440, 0, year_minutes);
  offer->compulsory = import_row_flag (row, "compulsory", TRUE);
  offer->should_accept = import_row_flag (row, "should_accept", FALSE);
  offer->shared_with_sub_units = import_row_flag (row, "shared_with_sub_units", FALSE);
  offer->seats = import_row_int (row, "seats", 1, 1, 1000);
  if (offer->seats > 1 && !g_str_equal (offer->form, "group"))
    import_row_refuse (row, "only a group meeting has more than one seat");
}

static void
read_rule_numbers (ImportRow *row, const char *column, const char *kind, OfferRecord *offer)
{
  g_auto (GStrv) values = import_row_list (row, column);

  for (guint i = 0; values[i] != NULL; i++)
    if (!g_ascii_string_to_signed (values[i], 10, 1, 10000, NULL, NULL))
      import_row_refuse (row, "%s: \"%s\" is no number of the code list", column, values[i]);
    else
      record_pairs_add (offer->rules, kind, values[i]);
}

static void
read_rules (ImportRow *row, OfferRecord *offer)
{
  g_auto (GStrv) marks = import_row_list (row, "marks");

  read_rule_numbers (row, "contact_groups", "contact-group", offer);
  read_rule_numbers (row, "categories", "category", offer);
  for (guint i = 0; marks[i] != NULL; i++)
    {
      g_autofree char *mark = ids_fold_guid (marks[i]);
      if (!ids_is_guid (mark))
        import_row_refuse (row, "marks: \"%s\" is no GUID", marks[i]);
      else
        record_pairs_add (offer->rules, "mark", mark);
    }
}

static void
read_contact_types (ImportRow *row, OfferRecord *offer)
{
  g_auto (GStrv) values = import_row_list (row, "contact_types");

  for (guint i = 0; values[i] != NULL; i++)
    {
      gint64 code = 0;
      if (!g_ascii_string_to_signed (values[i], 10, 1, 10000, &code, NULL))
        import_row_refuse (row, "contact_types: \"%s\" is no number of the code list", values[i]);
      g_array_append_val (offer->contact_types, code);
    }
  if (values[0] == NULL)
    import_row_refuse (row, "contact_types is missing");
}

/* (transfer full) (nullable): NULL with the row refused or @error set. @name is kind:value. */
static GArray *
list_named (ImportRun *run, ImportRow *row, const char *name, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, ":", 2);
  RecordPair tag = { parts[0], parts[1] };
  TeamRecord *team;

  if (!g_str_equal (tag.kind, "team"))
    return resource_list_by_tag (run->session, run->tenant_id, &tag, error);
  team = import_run_find_team (run, row, tag.value);
  return team == NULL ? NULL
                      : resource_list_by_team (run->session, run->tenant_id, team->team_id, error);
}

static gboolean
is_selector (const char *name)
{
  return g_str_has_prefix (name, "team:") || g_str_has_prefix (name, "competence:") ||
         g_str_has_prefix (name, "language:");
}

static const OfferRecord *
find_stored (const ImportRun *run, const OfferRecord *offer)
{
  return offer->identifier == NULL ? NULL : g_hash_table_lookup (run->offers, offer->identifier);
}

/* What an offer has already it may keep; and a folder that tells itself of the retirement knows of it:
 * so an export of a municipality from which somebody has left can be imported. */
static gboolean
is_stored_resource (const ImportRun *run, const OfferRecord *offer, gint64 resource_id)
{
  const OfferRecord *stored = find_stored (run, offer);

  for (guint i = 0; stored != NULL && i < stored->resource_ids->len; i++)
    if (g_array_index (stored->resource_ids, gint64, i) == resource_id)
      return TRUE;
  return FALSE;
}

/* A meeting takes one of the list: a room or a piece of equipment, never both. */
static void
check_rooms (ImportRun *run, ImportRow *row, char **keys)
{
  const char *kind = NULL;

  for (guint i = 0; keys[i] != NULL; i++)
    {
      const ResourceRecord *resource = import_run_find_resource (run, keys[i]);

      if (resource == NULL)
        continue;
      if (kind != NULL && !g_str_equal (kind, resource->kind))
        {
          import_row_refuse (row,
                             "rooms: an offer needs a room or a piece of equipment, and one of "
                             "the list is taken: name only rooms, or only equipment");
          return;
        }
      kind = resource->kind;
    }
}

static void
add_one_resource (ImportRun *run,
                  ImportRow *row,
                  const char *column,
                  const char *key,
                  OfferRecord *offer)
{
  ResourceRecord *resource = import_run_find_resource (run, key);
  gboolean is_advisor = resource != NULL && g_str_equal (resource->kind, "advisor");
  gboolean wants_advisor = g_str_equal (column, "advisors");

  if (resource == NULL)
    import_row_refuse (row, "%s: there is no resource %s", column, key);
  else if (is_advisor != wants_advisor)
    import_row_refuse (row, "%s: resource %s is no %s", column, key,
                       wants_advisor ? "advisor" : "room and no equipment");
  else if (resource->retired_us != 0 && resource->retired_us <= run->now_us &&
           !is_stored_resource (run, offer, resource->resource_id) &&
           !import_run_has_claimed (run, "resource", resource->resource_key))
    import_row_refuse (row, "%s: resource %s is retired: bring it back with restore first", column,
                       key);
  else
    g_array_append_val (offer->resource_ids, resource->resource_id);
}

static gboolean
add_selected (ImportRun *run, ImportRow *row, const char *name, OfferRecord *offer, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GArray) ids = list_named (run, row, name, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (ids != NULL && ids->len == 0)
    import_row_refuse (row, "advisors: %s has no advisor", name);
  else if (ids != NULL)
    g_array_append_vals (offer->resource_ids, ids->data, ids->len);
  return TRUE;
}

static gboolean
read_resources (ImportRun *run, ImportRow *row, OfferRecord *offer, GError **error)
{
  g_auto (GStrv) advisors = import_row_list (row, "advisors");
  g_auto (GStrv) rooms = import_row_list (row, "rooms");

  for (guint i = 0; advisors[i] != NULL; i++)
    if (!is_selector (advisors[i]))
      add_one_resource (run, row, "advisors", advisors[i], offer);
    else if (!add_selected (run, row, advisors[i], offer, error))
      return FALSE;
  for (guint i = 0; rooms[i] != NULL; i++)
    add_one_resource (run, row, "rooms", rooms[i], offer);
  check_rooms (run, row, rooms);
  if (advisors[0] == NULL)
    import_row_refuse (row, "advisors is missing");
  offer->needs_room = rooms[0] != NULL;
  return TRUE;
}

static void
take_windows (ImportRun *run, OfferRecord *offer)
{
  OfferRecord *holder =
    offer->identifier == NULL ? NULL : g_hash_table_lookup (run->windows, offer->identifier);

  for (guint i = 0; holder != NULL && i < holder->windows->len; i++)
    offer_record_add_window (offer, &g_array_index (holder->windows, OfferWindowRecord, i));
}

static gboolean
has_window_fund (const OfferRecord *offer, const char *fund)
{
  for (guint i = 0; offer != NULL && i < offer->windows->len; i++)
    if (g_strcmp0 (g_array_index (offer->windows, OfferWindowRecord, i).unemployment_fund, fund) ==
        0)
      return TRUE;
  return FALSE;
}

static gboolean
has_rule (const OfferRecord *offer, const RecordPair *rule)
{
  for (guint i = 0; offer != NULL && i < offer->rules->len; i++)
    {
      const RecordPair *other = &g_array_index (offer->rules, RecordPair, i);
      if (g_str_equal (other->kind, rule->kind) && g_str_equal (other->value, rule->value))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_contact_type (const OfferRecord *offer, gint64 code)
{
  for (guint i = 0; offer != NULL && i < offer->contact_types->len; i++)
    if (g_array_index (offer->contact_types, gint64, i) == code)
      return TRUE;
  return FALSE;
}

static void
check_rule_codes (ImportRun *run, ImportRow *row, const OfferRecord *offer, gint64 date)
{
  const OfferRecord *stored = find_stored (run, offer);

  for (guint i = 0; i < offer->rules->len; i++)
    {
      const RecordPair *rule = &g_array_index (offer->rules, RecordPair, i);
      gboolean is_group = g_str_equal (rule->kind, "contact-group");

      if (!has_rule (stored, rule) && !g_str_equal (rule->kind, "mark"))
        import_run_check_code (run, row, is_group ? "contact_groups" : "categories",
                               is_group ? CODES_CONTACT_GROUPS : CODES_CATEGORIES, rule->value,
                               date);
    }
  for (guint i = 0; i < offer->windows->len; i++)
    {
      const char *fund = g_array_index (offer->windows, OfferWindowRecord, i).unemployment_fund;

      if (fund != NULL && !has_window_fund (stored, fund))
        import_run_check_code (run, row, "unemployment_fund", CODES_UNEMPLOYMENT_FUNDS, fund, date);
    }
}

/* A code that the offer has already is not judged again: a list may have ended it since. */
static void
check_codes (ImportRun *run, ImportRow *row, const OfferRecord *offer, const UnitRecord *unit)
{
  const OfferRecord *stored = find_stored (run, offer);
  gint64 date = MAX (import_run_today (run, unit), import_row_date (row, "valid_from", 0));

  if (stored == NULL || stored->interview_type != offer->interview_type)
    {
      g_autofree char *type = g_strdup_printf ("%" G_GINT64_FORMAT, offer->interview_type);
      import_run_check_code (run, row, "interview_type", CODES_INTERVIEW_TYPES, type, date);
    }
  for (guint i = 0; i < offer->contact_types->len; i++)
    {
      gint64 code = g_array_index (offer->contact_types, gint64, i);
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, code);

      if (!has_contact_type (stored, code))
        import_run_check_code (run, row, "contact_types", CODES_CONTACT_TYPES, text, date);
    }
  check_rule_codes (run, row, offer, date);
}

/* Nothing of a unit is offered from its retirement on. */
static void
check_unit_serves (ImportRow *row, const OfferRecord *offer, const UnitRecord *unit)
{
  gint64 end_us =
    offer->retired_us == 0 ? offer->valid_until_us : MIN (offer->valid_until_us, offer->retired_us);

  if (unit->retired_us != 0 && end_us > unit->retired_us)
    import_row_refuse (row,
                       "unit: %s is retired: end the offer before that with valid_until, or bring "
                       "the unit back with restore",
                       unit->organisation_key);
}

static gboolean
check_bars (ImportRun *run,
            ImportRow *row,
            const OfferRecord *offer,
            const UnitRecord *unit,
            GError **error)
{
  g_autoptr (GPtrArray) settings = setting_list (run->session, run->tenant_id, error);
  g_autofree char *fault =
    settings == NULL
      ? NULL
      : type_bars_find_fault (settings, offer, import_run_today (run, unit), run->now_us);

  if (fault != NULL)
    import_row_refuse (row, "%s", fault);
  return settings != NULL;
}

static gboolean
check_offer (ImportRun *run,
             ImportRow *row,
             OfferRecord *offer,
             const UnitRecord *unit,
             GError **error)
{
  const OfferRecord *stored = find_stored (run, offer);

  offer->retired_us = stored == NULL ? 0 : stored->retired_us;
  check_codes (run, row, offer, unit);
  check_unit_serves (row, offer, unit);
  return check_bars (run, row, offer, unit, error);
}

/**
 * import_offer:
 */
gboolean
import_offer (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  g_autoptr (OfferRecord) offer = offer_record_new ();
  UnitRecord *unit = import_run_need_unit (run, row, "unit");

  offer->tenant_id = run->tenant_id;
  offer->unit_id = unit == NULL ? 0 : unit->unit_id;
  (void) import_row_need (row, "interview_type", 8);
  offer->interview_type = import_row_int (row, "interview_type", 1, 1, 10000);
  read_texts (row, offer);
  read_times (row, offer,
              unit == NULL ? calsync_zone_utc () : calsync_zone_lookup (unit->zone, NULL));
  read_booking_rules (row, offer);
  read_rules (row, offer);
  read_contact_types (row, offer);
  take_windows (run, offer);
  if (!read_resources (run, row, offer, error))
    return FALSE;
  if (unit != NULL && !row->is_refused && !check_offer (run, row, offer, unit, error))
    return FALSE;
  if (row->is_refused || !import_run_claim (run, row, "offer", offer->identifier))
    return TRUE;
  if (!offer_put (run->session, offer, out_outcome, error))
    return FALSE;
  if (*out_outcome != PUT_SAME)
    g_array_append_val (run->changed_offers, offer->offer_id);
  return TRUE;
}

/**
 * import_check_windows:
 */
void
import_check_windows (ImportRun *run)
{
  const GPtrArray *rows = run->source->tables[IMPORT_OFFER_WINDOWS];

  for (guint i = 0; i < rows->len; i++)
    {
      ImportRow *row = rows->pdata[i];
      g_autofree char *identifier = row->is_refused ? NULL : dup_guid (row, "offer");

      if (identifier == NULL || import_run_has_claimed (run, "offer", identifier))
        continue;
      import_row_refuse (row, "no offer of this import has the identifier %s", identifier);
      run->counts[IMPORT_OFFER_WINDOWS].n_same--;
      run->counts[IMPORT_OFFER_WINDOWS].n_refused++;
    }
}
