/* SPDX-License-Identifier: EUPL-1.2 */
/* Holidays from dated rules: which local dates are one, its name, and whether an office is closed. */
#pragma once

#include <glib.h>

/**
 * HolidayRule:
 * @name: for people
 * @is_easter: @offset counts days from Easter Sunday; else @month and @day are fixed
 * @first_year: first year in which it applies
 * @last_year: last year in which it applies; G_MAXINT when still in force
 * @closes_office: FALSE for days that are only named
 */
typedef struct
{
  char *name;
  gboolean is_easter;
  int month;
  int day;
  int offset;
  int first_year;
  int last_year;
  gboolean closes_office;
} HolidayRule;

typedef struct _Holidays Holidays;

Holidays *holidays_parse (const char *csv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void holidays_free (Holidays *holidays);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Holidays, holidays_free)

/* Dates are days since 1970-01-01. (element-type gint32), ascending, in [first_date, end_date). */
GArray *holidays_list_closed (const Holidays *holidays, gint32 first_date, gint32 end_date);
/* The same for a unit's own choices: name to "open" or "closed"; any name that is not there goes by the file. */
GArray *holidays_list_chosen (const Holidays *holidays,
                              GHashTable *choices,
                              gint32 first_date,
                              gint32 end_date);
gboolean holidays_has_name (const Holidays *holidays, const char *name);
/* NULL when @date is no holiday; the first rule's name when several meet. */
const char *holidays_find_name (const Holidays *holidays, gint32 date);
gint32 holidays_easter_sunday (int year);
