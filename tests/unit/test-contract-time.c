/* SPDX-License-Identifier: EUPL-1.2 */
/* The dateTime codec against GLib's calendar and libxml2's verdict. */

#include "contract-envelope.h"
#include "contract-error.h"
#include "contract-schema.h"
#include "contract-time.h"
#include "testlib.h"

#include <string.h>

#define US_PER_S G_GINT64_CONSTANT (1000000)

typedef struct
{
  const char *text;
  gint64 unix_us;
  gint32 offset_s;
  gboolean has_offset;
} Good;

/* clang-format off */
static const Good good[] = {
  { "1970-01-01T00:00:00Z", 0, 0, TRUE },
  { "1970-01-01T00:00:00", 0, 0, FALSE },
  { "1970-01-01T01:00:00+01:00", 0, 3600, TRUE },
  { "1969-12-31T23:59:59.999999Z", -1, 0, TRUE },
  { "1970-01-01T00:00:00.1Z", 100000, 0, TRUE },
  { "1970-01-01T00:00:00.123456999999999999999Z", 123456, 0, TRUE },
  { "1970-01-01T00:00:00.000000Z", 0, 0, TRUE },
  { "1970-01-01T00:00:00-00:00", 0, 0, TRUE },
  { "1969-12-31T10:00:00-14:00", 0, -50400, TRUE },
  { "1970-01-01T14:00:00+14:00", 0, 50400, TRUE },
  { "2026-10-25T02:30:00+02:00", 1792888200 * US_PER_S, 7200, TRUE },
  { "2026-10-25T02:30:00+01:00", 1792891800 * US_PER_S, 3600, TRUE },
  { "2000-02-29T12:00:00Z", 951825600 * US_PER_S, 0, TRUE },
  { "0001-01-01T00:00:00Z", -62135596800 * US_PER_S, 0, TRUE },
  { "9999-12-31T23:59:59.999999Z", 253402300800 * US_PER_S - 1, 0, TRUE },
};

/* Refused by us. The last group is what XML Schema, and libxml2, would take. */
static const struct { const char *text; gboolean is_deliberate; } bad[] = {
  { "", FALSE }, { "x", FALSE }, { "2026-01-01", FALSE }, { "2026-01-01T00:00", FALSE },
  { "2026-01-01 00:00:00Z", FALSE }, { "2026-01-01t00:00:00Z", FALSE }, { "2026-01-01T00:00:00z", FALSE },
  { "2026-13-01T00:00:00Z", FALSE }, { "2026-00-01T00:00:00Z", FALSE }, { "2026-01-00T00:00:00Z", FALSE },
  { "2026-02-29T00:00:00Z", FALSE }, { "1900-02-29T00:00:00Z", FALSE }, { "2026-04-31T00:00:00Z", FALSE },
  { "2026-01-01T24:00:01Z", FALSE }, { "2026-01-01T23:60:00Z", FALSE }, { "2026-01-01T23:59:60Z", FALSE },
  { "2026-01-01T00:00:00+14:01", FALSE }, { "2026-01-01T00:00:00+15:00", FALSE },
  { "2026-01-01T00:00:00+01:60", FALSE }, { "2026-01-01T00:00:00+0100", FALSE },
  { "2026-01-01T00:00:00.Z", FALSE }, { "2026-01-01T00:00:00.", FALSE }, { "2026-01-01T00:00:00+", FALSE },
  { "2026-01-01T00:00:00Z+01:00", FALSE }, { "2026-01-01T00:00:00\xc2\xa0", FALSE },
  { "0000-01-01T00:00:00Z", FALSE }, { "+2026-01-01T00:00:00Z", FALSE }, { "02026-01-01T00:00:00Z", FALSE },
  { "2026-01-01T24:00:00Z", TRUE }, { "2026-01-01T24:00:00", TRUE }, { "2026-12-31T24:00:00.00+01:00", TRUE },
  { "-0001-01-01T00:00:00Z", TRUE }, { "-2026-01-01T00:00:00Z", TRUE },
  { "10000-01-01T00:00:00Z", TRUE }, { "123456789-01-01T00:00:00Z", TRUE },
  { "0001-01-01T00:00:00+01:00", TRUE }, { "9999-12-31T23:59:59-01:00", TRUE },
};
/* clang-format on */

/* A copy without a NUL behind it, so that the sanitizer sees a step too far. */
static gboolean
parse (const char *text, ContractTime *out_time)
{
  gsize n_bytes = strlen (text);
  g_autofree char *exact = n_bytes == 0 ? NULL : g_memdup2 (text, n_bytes);
  return contract_time_parse (exact, n_bytes, out_time);
}

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      ContractTime time = { 0 };
      g_assert_true (parse (good[i].text, &time));
      g_assert_cmpint (time.unix_us, ==, good[i].unix_us);
      g_assert_cmpint (time.offset_s, ==, good[i].offset_s);
      g_assert_cmpint (time.has_offset, ==, good[i].has_offset);
    }
}

/* libxml2 agrees, but for the deliberate differences. */
static void
test_bad (void)
{
  g_autoptr (ContractSchema) schema = contract_schema_new (NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      ContractTime time = { 7, 7, 7 };
      g_assert_false (parse (bad[i].text, &time));
      g_assert_cmpint (time.unix_us, ==, 7);
      g_autofree char *xml = g_strdup_printf (
        "<GetBookings xmlns='%s'><JobCenterCode>89000</JobCenterCode><IntervalStartTime>%s"
        "</IntervalStartTime><MaxCount>1</MaxCount></GetBookings>",
        CONTRACT_NAMESPACE_DEFAULT, bad[i].text);
      gboolean is_theirs = contract_schema_check (schema, xml, strlen (xml), NULL);
      if (is_theirs != bad[i].is_deliberate)
        g_error ("libxml2's verdict on \"%s\" is %d", bad[i].text, is_theirs);
    }
}

/* Every day of 400 years and random instants: as GLib's calendar says, and back. */
static void
check_instant (gint64 unix_us, gint32 offset_s)
{
  static ContractTimeDay day = CONTRACT_TIME_DAY_INIT; /* whatever came before must not matter */
  ContractTime time = { unix_us, offset_s, TRUE }, again = { 0 };
  char text[CONTRACT_TIME_TEXT_BYTES], by_day[CONTRACT_TIME_TEXT_BYTES];
  gsize n_bytes = contract_time_write (&time, text);
  g_assert_cmpuint (n_bytes, ==, strlen (text));
  g_assert_cmpuint (contract_time_day_write (&day, &time, by_day), ==, n_bytes);
  g_assert_cmpstr (by_day, ==, text);
  g_assert_cmpuint (n_bytes, <, sizeof (text));
  g_assert_true (contract_time_is_sendable (&time));
  g_assert_true (parse (text, &again));
  g_assert_cmpint (again.unix_us, ==, unix_us);
  g_assert_cmpint (again.offset_s, ==, offset_s);

  gint64 local_us = unix_us + offset_s * US_PER_S;
  gint64 local_s = local_us / US_PER_S - (local_us % US_PER_S < 0 ? 1 : 0);
  g_autoptr (GDateTime) theirs = g_date_time_new_from_unix_utc (local_s);
  g_autofree char *clock = g_date_time_format (theirs, "%m-%dT%H:%M:%S");
  g_autofree char *expected = g_strdup_printf ("%04d-%s", g_date_time_get_year (theirs), clock);
  g_assert_true (g_str_has_prefix (text, expected));
}

static void
test_round_trip (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  for (gint64 day = -135140; day < 146097; day++) /* 1600 to 2370 */
    check_instant (day * 86400 * US_PER_S, 0);
  guint64 n_rounds = testlib_budget ("contract-time");
  for (guint64 i = 0; i < n_rounds; i++)
    {
      gint64 second = (gint64) g_rand_double_range (random, -62135500000.0, 253402200000.0);
      gint64 fraction = g_rand_boolean (random) ? g_rand_int_range (random, 0, 1000000) : 0;
      check_instant (second * US_PER_S + fraction, 60 * g_rand_int_range (random, -840, 841));
      check_instant (second * US_PER_S, 60 * g_rand_int_range (random, -840, 841));
    }
}

static void
test_write (void)
{
  static const struct
  {
    ContractTime time;
    const char *text;
  } rows[] = {
    { { 0, 0, TRUE }, "1970-01-01T00:00:00Z" },
    { { 0, 0, FALSE }, "1970-01-01T00:00:00" },
    { { 0, 3600, TRUE }, "1970-01-01T01:00:00+01:00" },
    { { 0, -34200, TRUE }, "1969-12-31T14:30:00-09:30" },
    { { 500000, 0, TRUE }, "1970-01-01T00:00:00.5Z" },
    { { -1, 0, TRUE }, "1969-12-31T23:59:59.999999Z" },
    { { G_MAXINT64, 0, TRUE }, "" },
    { { G_MININT64, 0, TRUE }, "" },
    { { -62135596800 * US_PER_S, -3600, TRUE }, "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char text[CONTRACT_TIME_TEXT_BYTES];
      g_assert_cmpuint (contract_time_write (&rows[i].time, text), ==, strlen (rows[i].text));
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_sendable (void)
{
  static const struct
  {
    ContractTime time;
    gboolean is_sendable;
  } rows[] = {
    { { 0, 0, TRUE }, TRUE },
    { { 0, 0, FALSE }, FALSE },
    { { 0, 50400, TRUE }, TRUE },
    { { 0, 50460, TRUE }, FALSE },
    { { 0, -50400, TRUE }, TRUE },
    { { 0, 3601, TRUE }, FALSE },
    { { G_MAXINT64, 0, TRUE }, FALSE },
    { { G_MININT64, 0, TRUE }, FALSE },
    { { -62135596800 * US_PER_S, 0, TRUE }, TRUE },
    { { -62135596800 * US_PER_S, -60, TRUE }, FALSE },
    { { 0, G_MININT32, TRUE }, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (contract_time_is_sendable (&rows[i].time), ==, rows[i].is_sendable);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-time/good", test_good);
  g_test_add_func ("/contract-time/bad", test_bad);
  g_test_add_func ("/contract-time/round-trip", test_round_trip);
  g_test_add_func ("/contract-time/write", test_write);
  g_test_add_func ("/contract-time/sendable", test_sendable);
  return g_test_run ();
}
