/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads recurrence rules (RECUR values). */
#include "calsync-rule.h"

#include "calsync-error.h"

#include <string.h>

#define MAX_INTERVAL 1000000
#define MAX_COUNT    1000000

/* clang-format off */
static const struct
{
  const char *word;
  CalsyncFrequency frequency;
} frequencies[] = {
  { "SECONDLY", CALSYNC_SECONDLY },
  { "MINUTELY", CALSYNC_MINUTELY },
  { "HOURLY",   CALSYNC_HOURLY   },
  { "DAILY",    CALSYNC_DAILY    },
  { "WEEKLY",   CALSYNC_WEEKLY   },
  { "MONTHLY",  CALSYNC_MONTHLY  },
  { "YEARLY",   CALSYNC_YEARLY   },
};

static const struct
{
  const char *word;
  gsize offset;
  gint low;
  gint high;
  gboolean may_be_negative;
} number_parts[] = {
  { "BYSECOND",   G_STRUCT_OFFSET (CalsyncRule, seconds),    0,  60, FALSE },
  { "BYMINUTE",   G_STRUCT_OFFSET (CalsyncRule, minutes),    0,  59, FALSE },
  { "BYHOUR",     G_STRUCT_OFFSET (CalsyncRule, hours),      0,  23, FALSE },
  { "BYMONTHDAY", G_STRUCT_OFFSET (CalsyncRule, month_days), 1,  31, TRUE  },
  { "BYYEARDAY",  G_STRUCT_OFFSET (CalsyncRule, year_days),  1, 366, TRUE  },
  { "BYWEEKNO",   G_STRUCT_OFFSET (CalsyncRule, weeks),      1,  53, TRUE  },
  { "BYMONTH",    G_STRUCT_OFFSET (CalsyncRule, months),     1,  12, FALSE },
  { "BYSETPOS",   G_STRUCT_OFFSET (CalsyncRule, positions),  1, 366, TRUE  },
};
/* clang-format on */

static gboolean
word_is (const char *text, gsize length, const char *word)
{
  return strlen (word) == length && g_ascii_strncasecmp (text, word, length) == 0;
}

/* Exchange writes blanks behind commas and before line ends. */
static void
trim (const char **text, gsize *length)
{
  while (*length > 0 && g_ascii_isspace (**text))
    {
      (*text)++;
      (*length)--;
    }
  while (*length > 0 && g_ascii_isspace ((*text)[*length - 1]))
    (*length)--;
}

static gboolean
read_number (const char *text, gsize length, gint low, gint high, gint *out_number)
{
  gint number = 0;

  if (length > 0 && *text == '+')
    {
      text++;
      length--;
    }
  if (length == 0 || length > 7)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      number = number * 10 + (text[i] - '0');
    }
  *out_number = number;
  return number >= low && number <= high;
}

static gboolean
read_signed (const char *text, gsize length, gint low, gint high, gint *out_number)
{
  if (length == 0 || *text != '-')
    return read_number (text, length, low, high, out_number);
  if (!read_number (text + 1, length - 1, low, high, out_number))
    return FALSE;
  *out_number = -*out_number;
  return TRUE;
}

static gboolean
add_number (CalsyncNumbers *list, gint number)
{
  for (guint i = 0; i < list->n; i++)
    {
      if (list->values[i] == number)
        return TRUE;
    }
  if (list->n == CALSYNC_RULE_MAX_LIST)
    return FALSE;
  list->values[list->n++] = (gint16) number;
  return TRUE;
}

static gint
read_weekday (const char *text, gsize length)
{
  static const char *const words[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

  for (gint i = 0; i < 7; i++)
    {
      if (word_is (text, length, words[i]))
        return i + 1;
    }
  return 0;
}

static gboolean
read_weekdays (const char *value, CalsyncRule *rule)
{
  const char *item;
  gsize length;

  for (const char *cursor = value; calsync_next_item (&cursor, &item, &length);)
    {
      gint weekday, number;

      trim (&item, &length);
      if (length < 2 || (weekday = read_weekday (item + length - 2, 2)) == 0)
        return FALSE;
      if (length == 2)
        rule->weekdays |= (guint8) (1u << weekday);
      else if (!read_signed (item, length - 2, 1, 53, &number) ||
               !add_number (&rule->nth_weekdays, number * 8 + weekday))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_number_part (const char *word, gsize n_word, const char *value, CalsyncRule *rule)
{
  guint row = 0;
  const char *item;
  gsize length;

  while (row < G_N_ELEMENTS (number_parts) && !word_is (word, n_word, number_parts[row].word))
    row++;
  if (row == G_N_ELEMENTS (number_parts))
    return FALSE;
  for (const char *cursor = value; calsync_next_item (&cursor, &item, &length);)
    {
      CalsyncNumbers *list = G_STRUCT_MEMBER_P (rule, number_parts[row].offset);
      gint number;

      trim (&item, &length);
      if (*item == '-' && !number_parts[row].may_be_negative)
        return FALSE;
      if (!read_signed (item, length, number_parts[row].low, number_parts[row].high, &number) ||
          !add_number (list, number))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_frequency (const char *value, CalsyncRule *rule)
{
  for (guint i = 0; i < G_N_ELEMENTS (frequencies); i++)
    {
      if (g_ascii_strcasecmp (value, frequencies[i].word) == 0)
        {
          rule->frequency = frequencies[i].frequency;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
read_part (const char *word, gsize n_word, const char *value, CalsyncRule *rule)
{
  gsize n_value = strlen (value);

  if (word_is (word, n_word, "FREQ"))
    return read_frequency (value, rule);
  if (word_is (word, n_word, "INTERVAL"))
    return read_number (value, n_value, 1, MAX_INTERVAL, &rule->interval);
  if (word_is (word, n_word, "COUNT"))
    return read_number (value, n_value, 1, MAX_COUNT, &rule->count);
  if (word_is (word, n_word, "UNTIL"))
    return rule->has_until = calsync_parse_time (value, n_value, &rule->until);
  if (word_is (word, n_word, "WKST"))
    return (rule->week_start = read_weekday (value, n_value)) != 0;
  if (word_is (word, n_word, "BYDAY"))
    return read_weekdays (value, rule);
  if (word_is (word, n_word, "RSCALE"))
    return g_ascii_strcasecmp (value, "GREGORIAN") == 0;
  if (word_is (word, n_word, "SKIP"))
    return g_ascii_strcasecmp (value, "OMIT") == 0;
  if (n_word > 2 && g_ascii_strncasecmp (word, "X-", 2) == 0)
    return TRUE;
  return read_number_part (word, n_word, value, rule);
}

/**
 * calsync_rule_parse:
 * @text: a RECUR value, e.g. `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE`
 * @out_rule: (out): the rule
 * @error: %CALSYNC_ERROR_UNSUPPORTED when a part is unknown, out of its range or of another
 *   calendar scale (RFC 7529); what the rule belongs to is then not expandable
 *
 * COUNT and UNTIL together, which the RFC forbids and calendars hold, are both kept: the earlier
 * end counts. Any thread. Source: RFC 5545 section 3.3.10.
 *
 * Returns: whether the whole rule was understood
 */
gboolean
calsync_rule_parse (const char *text, CalsyncRule *out_rule, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", 64);
  CalsyncRule rule = { .frequency = (CalsyncFrequency) -1, .interval = 1, .week_start = 1 };
  gboolean is_good = TRUE;

  for (guint i = 0; is_good && parts[i] != NULL; i++)
    {
      const char *equals;

      g_strstrip (parts[i]);
      if (*parts[i] == '\0')
        continue;
      equals = strchr (parts[i], '=');
      is_good =
        equals != NULL && read_part (parts[i], (gsize) (equals - parts[i]), equals + 1, &rule);
    }
  if (is_good && rule.frequency != (CalsyncFrequency) -1)
    {
      *out_rule = rule;
      return TRUE;
    }
  g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_UNSUPPORTED,
               "a recurrence rule has parts that cannot be followed");
  return FALSE;
}

/**
 * calsync_rule_clean:
 * @text: a rule that calsync_rule_parse() takes
 *
 * Any thread.
 *
 * Returns: (transfer full): the same rule in upper case, without blanks and without parts of its
 *   producer's own (X-...), which may hold anything
 */
char *
calsync_rule_clean (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", 64);
  GString *clean = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *part = g_strstrip (parts[i]);

      if (*part == '\0' || g_ascii_strncasecmp (part, "X-", 2) == 0)
        continue;
      g_string_append (clean, clean->len == 0 ? "" : ";");
      for (; *part != '\0'; part++)
        {
          if (!g_ascii_isspace (*part))
            g_string_append_c (clean, g_ascii_toupper (*part));
        }
    }
  return g_string_free (clean, FALSE);
}
