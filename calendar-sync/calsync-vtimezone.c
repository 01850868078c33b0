/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes a zone from a VTIMEZONE; equal ones are made once, whatever they are called. */
#include "calsync-rule.h"
#include "calsync-zone-scope.h"

#include <string.h>

#define FIRST_YEAR      1950 /* earlier changes are left out: nothing is booked there */
#define LAST_YEAR       2150
#define MAX_ONSETS      1000
#define MAX_KEPT_ZONES  512
#define MAX_LINE_LENGTH 4000
#define MAX_OBSERVANCES 200

static GMutex kept_lock;
static GHashTable *kept_zones; /* name with the content's hash → CalsyncZone */

typedef struct
{
  gint32 from_s;
  gint32 to_s;
  gint64 start_local_s;
  gboolean has_start;
} Observance;

static gint64
year_start_s (gint year)
{
  return calsync_days_from_civil (year, 1, 1) * CALSYNC_SECONDS_PER_DAY;
}

/* An onset is written on the clock that is about to be changed. */
static void
add_onset (GArray *changes, const Observance *observance, gint64 local_s)
{
  CalsyncZoneChange change = { local_s - observance->from_s, observance->to_s };

  if (local_s >= year_start_s (FIRST_YEAR) && changes->len < MAX_ONSETS * 2)
    g_array_append_val (changes, change);
}

static void
add_rule_onsets (GArray *changes, const Observance *observance, const char *text)
{
  g_autoptr (CalsyncRuleWalk) walk = NULL;
  gint64 until_s = year_start_s (LAST_YEAR), local_s;
  CalsyncRule rule;

  if (!calsync_rule_parse (text, &rule, NULL))
    return;
  if (rule.has_until)
    until_s =
      MIN (until_s, rule.until.form == CALSYNC_TIME_UTC ? rule.until.seconds + observance->from_s
                                                        : rule.until.seconds);
  walk = calsync_rule_walk_new (&rule, observance->start_local_s, FALSE, year_start_s (FIRST_YEAR),
                                until_s);
  for (guint i = 0; i < MAX_ONSETS && calsync_rule_walk_next (walk, &local_s); i++)
    add_onset (changes, observance, local_s);
}

static void
add_date_onsets (GArray *changes, const Observance *observance, const char *list)
{
  const char *item;
  gsize length;

  for (const char *cursor = list; calsync_next_item (&cursor, &item, &length);)
    {
      CalsyncTime value;

      if (calsync_parse_time (item, length, &value))
        add_onset (changes, observance,
                   value.form == CALSYNC_TIME_UTC ? value.seconds + observance->from_s
                                                  : value.seconds);
    }
}

static gboolean
read_observance (const CalsyncComponent *component, Observance *out_observance)
{
  const CalsyncLine *from = calsync_component_find (component, "TZOFFSETFROM");
  const CalsyncLine *to = calsync_component_find (component, "TZOFFSETTO");
  const CalsyncLine *start = calsync_component_find (component, "DTSTART");
  CalsyncTime value;

  if (to == NULL || !calsync_parse_utc_offset (to->value, &out_observance->to_s))
    return FALSE;
  out_observance->from_s = out_observance->to_s;
  if (from != NULL && !calsync_parse_utc_offset (from->value, &out_observance->from_s))
    return FALSE;
  if (start == NULL || !calsync_parse_time (start->value, strlen (start->value), &value))
    return FALSE;
  out_observance->start_local_s =
    value.form == CALSYNC_TIME_UTC ? value.seconds + out_observance->from_s : value.seconds;
  return TRUE;
}

static void
add_observance (GArray *changes, const CalsyncComponent *component, const Observance *observance)
{
  /* The first onset counts even when it is before the years that are laid out: it may be the only one. */
  CalsyncZoneChange first = { observance->start_local_s - observance->from_s, observance->to_s };

  g_array_append_val (changes, first);
  for (guint i = 0; i < component->lines->len; i++)
    {
      const CalsyncLine *line = &g_array_index (component->lines, CalsyncLine, i);

      if (calsync_line_is (line, "RRULE"))
        add_rule_onsets (changes, observance, line->value);
      else if (calsync_line_is (line, "RDATE"))
        add_date_onsets (changes, observance, line->value);
    }
}

/*
 * Rules from 1601 are laid out from 1950 on. Their own first onsets lie before that, in an order that
 * says nothing about 1949, so they would leave one of the two offsets standing until 1950: harmless.
 */
static CalsyncZone *
make_zone (const char *name, const CalsyncComponent *component)
{
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (CalsyncZoneChange));
  gint64 earliest_s = G_MAXINT64;
  gint32 first_offset_s = 0;
  guint n_good = 0;

  if (component->children->len > MAX_OBSERVANCES)
    return NULL;
  for (guint i = 0; i < component->children->len; i++)
    {
      const CalsyncComponent *child = g_ptr_array_index (component->children, i);
      Observance observance = { 0 };

      if (!calsync_component_is (child, "STANDARD") && !calsync_component_is (child, "DAYLIGHT"))
        continue;
      if (!read_observance (child, &observance))
        return NULL;
      if (observance.start_local_s < earliest_s)
        {
          earliest_s = observance.start_local_s;
          first_offset_s = observance.from_s;
        }
      add_observance (changes, child, &observance);
      n_good++;
    }
  return n_good == 0 ? NULL : calsync_zone_new (name, first_offset_s, changes, 0);
}

static void
append_line (GString *text, const char *name, const char *value)
{
  g_autofree char *clean = g_ascii_strup (value, (gssize) strnlen (value, MAX_LINE_LENGTH));

  for (char *at = clean; *at != '\0'; at++)
    {
      if (!g_ascii_isalnum (*at) && strchr ("=;,+-", *at) == NULL)
        *at = '?';
    }
  g_string_append_printf (text, "%s:%s\r\n", name, clean);
}

static void
reduce_observance (const CalsyncComponent *component, const char *kind, GString *text)
{
  static const char *const kept[] = { "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE" };

  g_string_append_printf (text, "BEGIN:%s\r\n", kind);
  for (guint i = 0; i < component->lines->len * G_N_ELEMENTS (kept); i++)
    {
      const CalsyncLine *line =
        &g_array_index (component->lines, CalsyncLine, i / G_N_ELEMENTS (kept));
      const char *name = kept[i % G_N_ELEMENTS (kept)];

      if (calsync_line_is (line, name))
        append_line (text, name, line->value);
    }
  g_string_append_printf (text, "END:%s\r\n", kind);
}

/* What of a VTIMEZONE matters, in its own order: the text that is hashed and stored. */
static char *
reduce_observances (const CalsyncComponent *component)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < component->children->len; i++)
    {
      const CalsyncComponent *child = g_ptr_array_index (component->children, i);

      if (calsync_component_is (child, "STANDARD"))
        reduce_observance (child, "STANDARD", text);
      else if (calsync_component_is (child, "DAYLIGHT"))
        reduce_observance (child, "DAYLIGHT", text);
    }
  return g_string_free (text, FALSE);
}

/* Bounded: beyond the limit everything is forgotten; those in use are kept by their users. */
static CalsyncZone *
keep (CalsyncZone *zone)
{
  g_mutex_lock (&kept_lock);
  if (kept_zones == NULL)
    kept_zones =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) calsync_zone_unref);
  if (g_hash_table_size (kept_zones) >= MAX_KEPT_ZONES)
    g_hash_table_remove_all (kept_zones);
  g_hash_table_replace (kept_zones, (gpointer) calsync_zone_get_name (zone),
                        calsync_zone_ref (zone));
  g_mutex_unlock (&kept_lock);
  return zone;
}

static CalsyncZone *
find_kept (const char *name)
{
  CalsyncZone *zone;

  g_mutex_lock (&kept_lock);
  zone = kept_zones == NULL ? NULL : g_hash_table_lookup (kept_zones, name);
  if (zone != NULL)
    calsync_zone_ref (zone);
  g_mutex_unlock (&kept_lock);
  return zone;
}

/**
 * calsync_vtimezone_read:
 * @component: a VTIMEZONE
 * @out_text: (out): its reduced text, renamed after its content
 *
 * Exchange writes zones that begin in 1601 into every item; making a zone from one costs as much as
 * a hundred events, so equal content gives the zone made before. Any thread. Source: RFC 5545
 * section 3.6.5.
 *
 * Returns: (transfer full) (nullable): the zone, named `/vtz/` and a hash; %NULL when it cannot be
 *   read, @out_text is then untouched
 */
CalsyncZone *
calsync_vtimezone_read (const CalsyncComponent *component, char **out_text)
{
  g_autofree char *observances = reduce_observances (component);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, observances, -1);
  g_autofree char *name = g_strdup_printf ("/vtz/%.24s", hash);
  CalsyncZone *zone = find_kept (name);

  if (zone == NULL)
    {
      zone = make_zone (name, component);
      if (zone == NULL)
        return NULL;
      zone = keep (zone);
    }
  *out_text =
    g_strdup_printf ("BEGIN:VTIMEZONE\r\nTZID:%s\r\n%sEND:VTIMEZONE\r\n", name, observances);
  return zone;
}
