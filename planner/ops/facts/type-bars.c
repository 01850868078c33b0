/* SPDX-License-Identifier: EUPL-1.2 */
/* Holds offers against the matrix of interview types and contact groups, date by date. */
#include "ops/facts/type-bars.h"

#include <string.h>

#include "base/period.h"

typedef struct
{
  const GPtrArray *settings; /* (element-type SettingRecord): by unit, key and date */
  const OfferRecord *offer;
} Check;

/**
 * type_bar_parse:
 */
gboolean
type_bar_parse (const char *text, InterviewTypeBar *out_bar)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);
  gint64 type = 0;
  gint64 group = 0;

  if (g_strv_length (parts) != 2 ||
      !g_ascii_string_to_signed (parts[0], 10, 1, 10000, &type, NULL) ||
      !g_ascii_string_to_signed (parts[1], 10, 1, 10000, &group, NULL))
    return FALSE;
  *out_bar = (InterviewTypeBar){ (int) type, (int) group };
  return TRUE;
}

/**
 * type_bar_is_possible:
 */
gboolean
type_bar_is_possible (const InterviewTypeBar *bar)
{
  InterviewTypeRules rules = interview_type_rules_default ();

  rules.bars = bar;
  rules.n_bars = 1;
  return !interview_type_fits_group (&rules, bar->interview_type, bar->contact_group);
}

static gboolean
is_bar_of (const Check *check, const SettingRecord *setting, InterviewTypeBar *out_bar)
{
  return g_str_has_prefix (setting->key, TYPE_BAR_PREFIX) &&
         (setting->unit_id == 0 || setting->unit_id == check->offer->unit_id) &&
         type_bar_parse (setting->key + strlen (TYPE_BAR_PREFIX), out_bar) &&
         out_bar->interview_type == check->offer->interview_type;
}

static void
set_bar (GArray *bars, const InterviewTypeBar *bar, gboolean is_barred)
{
  for (guint i = bars->len; i > 0; i--)
    if (g_array_index (bars, InterviewTypeBar, i - 1).contact_group == bar->contact_group)
      g_array_remove_index (bars, i - 1);
  if (is_barred)
    g_array_append_vals (bars, bar, 1);
}

/* Rows come tenant-wide first, then by date: what is nearer and newer wins. */
static GArray *
list_bars (const Check *check, gint64 date)
{
  GArray *bars = g_array_new (FALSE, FALSE, sizeof (InterviewTypeBar));

  for (guint i = 0; i < check->settings->len; i++)
    {
      const SettingRecord *setting = check->settings->pdata[i];
      InterviewTypeBar bar;

      if (setting->valid_from_date <= date && is_bar_of (check, setting, &bar))
        set_bar (bars, &bar, g_str_equal (setting->value, "yes"));
    }
  return bars;
}

static char *
find_fault_on (const Check *check, gint64 date)
{
  g_autoptr (GArray) bars = list_bars (check, date);
  InterviewTypeRules rules = interview_type_rules_default ();
  gboolean has_groups = FALSE;

  rules.bars = (const InterviewTypeBar *) bars->data;
  rules.n_bars = bars->len;
  for (guint i = 0; i < check->offer->rules->len; i++)
    {
      const RecordPair *rule = &g_array_index (check->offer->rules, RecordPair, i);
      int group = (int) g_ascii_strtoll (rule->value, NULL, 10);

      if (!g_str_equal (rule->kind, "contact-group"))
        continue;
      has_groups = TRUE;
      if (!interview_type_fits_group (&rules, (int) check->offer->interview_type, group))
        return g_strdup_printf ("interview type %d is barred for contact group %d",
                                (int) check->offer->interview_type, group);
    }
  if (has_groups || bars->len == 0)
    return NULL;
  return g_strdup_printf (
    "interview type %d is barred for contact group %d, and the offer names no "
    "contact_groups: name those that it is for",
    (int) check->offer->interview_type, g_array_index (bars, InterviewTypeBar, 0).contact_group);
}

/**
 * type_bars_list:
 * @settings: (element-type SettingRecord): of the tenant, as setting_list() gives them
 * @date: local day
 *
 * Returns: (transfer full) (element-type InterviewTypeBar): those that stop the type in the unit on that day.
 */
GArray *
type_bars_list (const GPtrArray *settings, gint64 unit_id, gint64 interview_type, gint64 date)
{
  const OfferRecord offer = { .unit_id = unit_id, .interview_type = interview_type };
  const Check check = { settings, &offer };
  g_autoptr (GArray) bars = list_bars (&check, date);
  InterviewTypeRules rules = interview_type_rules_default ();

  /* Types that are for all have no bars, whatever a setting says. */
  for (guint i = bars->len; i > 0; i--)
    {
      InterviewTypeBar bar = g_array_index (bars, InterviewTypeBar, i - 1);

      rules.bars = &bar;
      rules.n_bars = 1;
      if (interview_type_fits_group (&rules, bar.interview_type, bar.contact_group))
        g_array_remove_index (bars, i - 1);
    }
  return g_steal_pointer (&bars);
}

/**
 * type_bars_find_fault:
 * @settings: (element-type SettingRecord): of the tenant, as setting_list() gives them
 *
 * Returns: (transfer full) (nullable)
 */
char *
type_bars_find_fault (const GPtrArray *settings,
                      const OfferRecord *offer,
                      gint64 today,
                      gint64 now_us)
{
  const Check check = { settings, offer };
  gint64 end_us =
    offer->retired_us == 0 ? offer->valid_until_us : MIN (offer->valid_until_us, offer->retired_us);
  gint64 first_date = MAX (today, offer->valid_from_us / PERIOD_US_PER_DAY);
  char *fault;

  if (end_us <= now_us)
    return NULL;
  fault = find_fault_on (&check, first_date);
  for (guint i = 0; fault == NULL && i < settings->len; i++)
    {
      const SettingRecord *setting = settings->pdata[i];
      InterviewTypeBar bar;

      if (setting->valid_from_date > first_date &&
          setting->valid_from_date < end_us / PERIOD_US_PER_DAY &&
          is_bar_of (&check, setting, &bar))
        fault = find_fault_on (&check, setting->valid_from_date);
    }
  return fault;
}
