/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the plan file: every key has a meaning, every number is nobody's, the days are ahead. */
#include "rehearse/track-rehearse-plan.h"

#include <string.h>

#define GROUP         "rehearsal"
#define MAX_PARALLEL  100
#define MAX_HOLD_WAIT 3600

static const char *const keys[] = {
  "citizens", "offer",     "contact-group", "from", "until",
  "parallel", "registers", "hold-wait-s",   NULL,
};

/**
 * track_rehearse_is_nobodys:
 * @number: ten digits
 *
 * Whether nobody who lives can have this number: the year of birth is 1858 to 1899, by the seventh
 * digit. A rehearsal books for no other.
 */
gboolean
track_rehearse_is_nobodys (const char *number)
{
  if (strlen (number) != 10 || strspn (number, "0123456789") != 10)
    return FALSE;
  int year = (number[4] - '0') * 10 + number[5] - '0';
  return year >= 58 && number[6] >= '5' && number[6] <= '8';
}

static gboolean
refuse (const char *path, const char *what, GError **error)
{
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "%s: %s", path, what);
  return FALSE;
}

static gboolean
check_keys (GKeyFile *file, const char *path, GError **error)
{
  g_auto (GStrv) present = g_key_file_get_keys (file, GROUP, NULL, error);
  if (present == NULL)
    return FALSE;
  for (guint i = 0; present[i] != NULL; i++)
    if (!g_strv_contains (keys, present[i]))
      {
        g_autofree char *known = g_strjoinv (", ", (char **) keys);
        g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                     "%s: there is no key \"%s\" in [" GROUP "]; there are %s", path, present[i],
                     known);
        return FALSE;
      }
  return TRUE;
}

/* The texts never hold the number: it may be somebody's, which is why it is refused. */
static gboolean
read_citizens (TrackRehearsePlan *plan, GKeyFile *file, const char *path, GError **error)
{
  g_auto (GStrv) numbers = g_key_file_get_string_list (file, GROUP, "citizens", NULL, error);
  if (numbers == NULL)
    return FALSE;
  plan->citizens = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; numbers[i] != NULL; i++)
    {
      char *number = g_strstrip (numbers[i]);
      if (!track_rehearse_is_nobodys (number))
        {
          g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                       "%s: number %u of citizens could be somebody's: only ten digits with a year "
                       "of birth from 1858 to 1899 are taken (digits 5 and 6 from 58, digit 7 from "
                       "5 to 8)",
                       path, i + 1);
          return FALSE;
        }
      if (g_ptr_array_find_with_equal_func (plan->citizens, number, g_str_equal, NULL))
        {
          g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                       "%s: number %u of citizens stands there before", path, i + 1);
          return FALSE;
        }
      g_ptr_array_add (plan->citizens, g_strdup (number));
    }
  return plan->citizens->len >= 2 || refuse (path, "citizens: at least two are needed", error);
}

/* A whole day, UTC: the rows look at the times themselves, so that its zone does not matter. */
static gboolean
read_day (GKeyFile *file, const char *path, const char *key, gint64 *out_us, GError **error)
{
  g_autofree char *day = g_key_file_get_string (file, GROUP, key, error);
  if (day == NULL)
    return FALSE;
  g_autofree char *instant = g_strconcat (day, "T00:00:00Z", NULL);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (instant, NULL);
  if (time == NULL)
    {
      g_autofree char *what = g_strdup_printf ("%s is no day: YYYY-MM-DD", key);
      return refuse (path, what, error);
    }
  *out_us = g_date_time_to_unix (time) * G_USEC_PER_SEC;
  return TRUE;
}

static gboolean
read_number (GKeyFile *file,
             const char *path,
             const char *key,
             guint most,
             guint *out,
             GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, GROUP, key, NULL);
  guint64 number;
  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, most, &number, NULL))
    {
      g_autofree char *what = g_strdup_printf ("%s is no number from 0 to %u", key, most);
      return refuse (path, what, error);
    }
  *out = (guint) number;
  return TRUE;
}

static gboolean
read_plan (TrackRehearsePlan *plan, GKeyFile *file, const char *path, GError **error)
{
  guint group = 1;
  plan->n_parallel = 20;
  plan->offer = g_key_file_get_string (file, GROUP, "offer", NULL);
  plan->registers = g_key_file_get_boolean (file, GROUP, "registers", NULL);
  if (!check_keys (file, path, error) || !read_citizens (plan, file, path, error) ||
      !read_day (file, path, "from", &plan->from_us, error) ||
      !read_day (file, path, "until", &plan->until_us, error) ||
      !read_number (file, path, "contact-group", G_MAXINT, &group, error) ||
      !read_number (file, path, "parallel", MAX_PARALLEL, &plan->n_parallel, error) ||
      !read_number (file, path, "hold-wait-s", MAX_HOLD_WAIT, &plan->hold_wait_s, error))
    return FALSE;
  plan->contact_group = group;
  if (plan->n_parallel < 2)
    return refuse (path, "parallel: at least two are needed for a race", error);
  if (plan->until_us <= plan->from_us || plan->until_us - plan->from_us > 92 * G_TIME_SPAN_DAY)
    return refuse (path, "until must be 1 to 92 days after from", error);
  return TRUE;
}

/**
 * track_rehearse_plan_load:
 *
 * Errors: G_FILE_ERROR, G_KEY_FILE_ERROR, with what to correct; no number is told.
 *
 * Returns: (transfer full): the plan
 */
TrackRehearsePlan *
track_rehearse_plan_load (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (TrackRehearsePlan) plan = g_new0 (TrackRehearsePlan, 1);
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error) ||
      !read_plan (plan, file, path, error))
    return NULL;
  return g_steal_pointer (&plan);
}

/**
 * track_rehearse_plan_free:
 * @plan: (nullable) (transfer full):
 */
void
track_rehearse_plan_free (TrackRehearsePlan *plan)
{
  if (plan == NULL)
    return;
  g_clear_pointer (&plan->citizens, g_ptr_array_unref);
  g_free (plan->offer);
  g_free (plan);
}
