/* SPDX-License-Identifier: EUPL-1.2 */
/* Times, dates and durations of the contract, of iCalendar, of imports and of plannerctl. */
#include <string.h>

#include "calsync-values.h"
#include "contract-time.h"
#include "fuzz.h"
#include "ops/admin/admin-format.h"
#include "ops/text/import-row.h"

/* 0001-01-01 and 10000-01-02 in microseconds: no reading is farther away. */
#define MIN_US (G_GINT64_CONSTANT (-62135683200) * G_USEC_PER_SEC)
#define MAX_US (G_GINT64_CONSTANT (253402387200) * G_USEC_PER_SEC)

static void
check_contract (const char *bytes, gsize n_bytes)
{
  ContractTime time = { 0 }, again = { 0 };
  char text[CONTRACT_TIME_TEXT_BYTES];
  gsize n_text;

  if (!contract_time_parse (bytes, n_bytes, &time))
    return;
  g_assert_true (time.unix_us >= MIN_US && time.unix_us <= MAX_US);
  g_assert_true (time.offset_s % 60 == 0 && ABS (time.offset_s) <= 14 * 3600);
  time.has_offset = TRUE;
  if (!contract_time_is_sendable (&time))
    return;
  n_text = contract_time_write (&time, text);
  g_assert_cmpuint (n_text, <, sizeof text);
  g_assert_true (contract_time_parse (text, n_text, &again));
  g_assert_true (again.has_offset && again.unix_us == time.unix_us &&
                 again.offset_s == time.offset_s);
}

static void
check_icalendar (const char *text)
{
  CalsyncTime time, again;
  CalsyncDuration duration;
  gint32 offset_s = 0;
  char written[20];

  if (calsync_parse_time (text, strlen (text), &time))
    {
      calsync_format_time (&time, written);
      g_assert_true (calsync_parse_time (written, strlen (written), &again));
      g_assert_true (again.form == time.form && again.seconds == time.seconds);
    }
  if (calsync_parse_duration (text, strlen (text), &duration))
    g_assert_true ((duration.days >= 0 && duration.seconds >= 0) ||
                   (duration.days <= 0 && duration.seconds <= 0));
  if (calsync_parse_utc_offset (text, &offset_s))
    g_assert_cmpint (ABS (offset_s), <, 24 * 3600);
}

static void
check_admin (const char *text)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  gint64 unix_us = 0, date = 0, minute = 0;
  g_autoptr (GError) error = NULL;

  if (admin_parse_time (zone, text, &unix_us, &error))
    g_assert_true (unix_us >= MIN_US - G_TIME_SPAN_DAY && unix_us <= MAX_US);
  else
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (import_parse_date (text, &date))
    g_assert_true (date >= IMPORT_DATE_MIN && date <= IMPORT_DATE_MAX);
  if (import_parse_minute (text, &minute))
    g_assert_true (minute >= 0 && minute <= 1440);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autofree char *bytes = g_memdup2 (data, n_bytes);
  g_autofree char *text = fuzz_dup_text (data, n_bytes);

  check_contract (n_bytes == 0 ? "" : bytes, n_bytes);
  check_icalendar (text);
  if (g_utf8_validate (text, -1, NULL))
    check_admin (text);
  return 0;
}
