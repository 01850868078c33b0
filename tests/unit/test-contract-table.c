/* SPDX-License-Identifier: EUPL-1.2 */
/* The generated tables: operations, automata against libxml2's patterns, every day of the CPR pattern. */

#include "contract-random.h"
#include "contract-value.h"
#include "testlib.h"

#include <libxml/xmlregexp.h>

#include <string.h>

#define CPR_PATTERN                                                                    \
  "((((0[1-9]|1[0-9]|2[0-9]|3[0-1])(01|03|05|07|08|10|12))|((0[1-9]|1[0-9]|2[0-9]|30)" \
  "(04|06|09|11))|((0[1-9]|1[0-9]|2[0-9])(02)))[0-9]{6})|0000000000"

/* The published patterns, as the dossier has them: name of the type, pattern. */
static const char *const published[][2] = {
  { "PersonCivilRegistrationIdentifierType", CPR_PATTERN },
  { "GuidType", "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}" },
  { "JobCenterCodeType", "[0-9]{5}" },
  { "TelephoneNumberIdentifierType", "(\\+)?[0-9]{3,20}" },
  { "EmailAddressIdentifierType",
    "([^>\\(\\)\\[\\]\\\\,;:@\\s]{0,191}@[^>\\(\\)\\[\\]\\\\,;:@\\s]{1,64})" },
};

static const ContractSimple *
find_simple (const char *name)
{
  for (guint i = 0; i < contract_n_simples; i++)
    if (strcmp (contract_simples[i].name, name) == 0)
      return &contract_simples[i];
  g_error ("no type %s", name);
}

static gboolean
matches (const ContractSimple *simple, const char *text)
{
  return contract_dfa_matches (simple->patterns[0], text, strlen (text));
}

/* Every row stands at its own index, and is found by its name. */
static void
test_operations (void)
{
  static const char *const names[] = {
    "GetSelfbookInterviewOptions",
    "GetSelfbookCaseWorkers",
    "GetSelfbookTimeslots",
    "GetBookingDetails",
    "CreateBooking",
    "RescheduleBooking",
    "CancelBooking",
    "AcceptBooking",
    "ReportError",
    "GetBookings",
    "RegisterBooking",
    "UpdateBooking",
    "DeleteBooking",
  };
  g_assert_cmpuint (G_N_ELEMENTS (names), ==, CONTRACT_OPERATION_N_OPERATIONS);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const ContractOperation *operation = contract_operation_find (names[i]);
      g_assert_nonnull (operation);
      g_assert_cmpint (operation->id, ==, i);
      g_assert_true (contract_operation_get ((ContractOperationId) i) == operation);
      g_assert_cmpstr (contract_names[operation->request_name].text, ==, names[i]);
      g_assert_cmpint (contract_name_types[operation->request_name], ==, operation->request);
      g_assert_cmpint (contract_name_types[operation->response_name], ==, operation->response);
    }
  g_assert_null (contract_operation_find ("createBooking"));
  g_assert_null (contract_operation_find (""));
}

/* Day and month decide, 29 February always stands, and nothing else matters. */
static void
test_cpr (void)
{
  static const guint lengths[] = { 0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  const ContractSimple *simple = find_simple ("PersonCivilRegistrationIdentifierType");
  guint n_good = 0;
  for (guint day = 0; day < 100; day++)
    for (guint month = 0; month < 100; month++)
      {
        char text[16];
        gboolean is_good = month >= 1 && month <= 12 && day >= 1 && day <= lengths[month];
        g_snprintf (text, sizeof (text), "%02u%02u%s", day, month, "905001");
        g_assert_cmpint (matches (simple, text), ==, is_good);
        n_good += is_good;
      }
  g_assert_cmpuint (n_good, ==, 366);
  for (guint i = 0; i < 1000; i++)
    g_assert_true (matches (simple, testlib_cpr (i)));
  g_assert_true (matches (simple, "0000000000"));
  g_assert_true (matches (simple, "1111111111"));
  g_assert_false (matches (simple, "0000000001"));
  g_assert_false (matches (simple, "010190-5001"));
  g_assert_false (matches (simple, " 0101905001"));
  g_assert_false (matches (simple, "01019050011"));
  g_assert_false (matches (simple, "010190500"));
  g_assert_false (matches (simple, ""));
}

/* Each place of a text that fits, set to each byte, and random texts: libxml2's pattern agrees. */
static void
compare (const ContractSimple *simple, xmlRegexp *pattern, const char *text)
{
  gboolean is_theirs = xmlRegexpExec (pattern, (const xmlChar *) text) == 1;
  if (matches (simple, text) != is_theirs)
    g_error ("%s: libxml2 says %d of \"%s\"", simple->name, is_theirs, text);
}

static void
compare_neighbours (const ContractSimple *simple, xmlRegexp *pattern, const char *text)
{
  gsize n_bytes = strlen (text);
  for (gsize i = 0; i < MIN (n_bytes, 40); i++)
    for (guint byte = 1; byte < 128; byte++)
      {
        g_autofree char *other = g_strdup (text);
        gboolean is_character = byte >= ' ' || byte == '\n' || byte == '\t' || byte == '\r';
        if ((guint8) text[i] >= 128 || !is_character)
          continue;
        other[i] = (char) byte;
        compare (simple, pattern, other);
      }
  g_autofree char *longer = g_strconcat (text, "a", NULL);
  g_autofree char *shorter = g_strndup (text, n_bytes - MIN (n_bytes, 1));
  g_autofree char *wide = g_strconcat (text, "æ𝄞", NULL);
  compare (simple, pattern, longer);
  compare (simple, pattern, wide);
  if (g_utf8_validate (shorter, -1, NULL))
    compare (simple, pattern, shorter);
}

static void
test_patterns (void)
{
  ContractRandom maker = { testlib_random_new (), contract_arena_new (), 0 };
  guint64 n_rounds = testlib_budget ("contract-pattern");
  for (guint i = 0; i < G_N_ELEMENTS (published); i++)
    {
      const ContractSimple *simple = find_simple (published[i][0]);
      xmlRegexp *pattern = xmlRegexpCompile ((const xmlChar *) published[i][1]);
      for (guint64 round = 0; round < n_rounds; round++)
        {
          const char *text = contract_random_string (&maker, simple);
          g_assert_true (matches (simple, text));
          compare_neighbours (simple, pattern, text);
        }
      xmlRegFreeRegexp (pattern);
    }
  contract_arena_free (maker.arena);
  g_rand_free (maker.random);
}

/* The mail pattern counts characters, not bytes. */
static void
test_mail_length (void)
{
  const ContractSimple *simple = find_simple ("EmailAddressIdentifierType");
  for (guint local = 190; local <= 193; local++)
    for (guint domain = 0; domain <= 66; domain++)
      {
        g_autoptr (GString) text = g_string_new (NULL);
        for (guint i = 0; i < local; i++)
          g_string_append (text, i % 2 == 0 ? "a" : "ø");
        g_string_append_c (text, '@');
        for (guint i = 0; i < domain; i++)
          g_string_append (text, i % 2 == 0 ? "𝄞" : "b");
        g_assert_cmpint (matches (simple, text->str), ==,
                         local <= 191 && domain >= 1 && domain <= 64);
      }
}

/* Limits as published. */
static void
test_limits (void)
{
  static const struct
  {
    const char *name;
    gint64 low, high; /* of characters or of the value */
  } rows[] = {
    { "CaseWorkerIdentifierType", 1, 255 },
    { "OrganisationCodeType", 0, 99999999 },
    { "OrganisationCodeTextType", 1, 20 },
    { "OrganisationTypeIdentifierType", 1, 100 },
    { "UserFullNameType", 1, 140 },
    { "UserIdentifierType", 1, 255 },
    { "LimitedCodeIdentifierType", G_MININT32, 10000 },
    { "CodeIdentifierType", G_MININT32, G_MAXINT32 },
    { "ErrorTextType", 0, 500 },
    { "AbsenceCommentType", 0, 1500 },
    { "PageSizeType", 1, 500 },
    { "TitleType", 1, 255 },
    { "DescriptionType", 0, 2000 },
    { "NameType", 1, 256 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const ContractSimple *simple = find_simple (rows[i].name);
      gboolean is_int = simple->kind == CONTRACT_KIND_INT;
      g_assert_cmpint (is_int ? simple->minimum : simple->min_characters, ==, rows[i].low);
      g_assert_cmpint (is_int ? simple->maximum : simple->max_characters, ==, rows[i].high);
    }
}

/* All texts of up to six characters out of four: what is said to be collapsed is what collapsing leaves. */
static void
test_collapse (void)
{
  static const char alphabet[] = " \na\xc3";

  for (guint number = 0; number < 4096 * 4; number++)
    {
      char text[8] = "", collapsed[8];
      gsize length = number >> 12, n_bytes;

      for (gsize i = 0; i < length * 2; i++)
        text[i] = alphabet[number >> (2 * i) & 3];
      length *= 2;
      memcpy (collapsed, text, sizeof text);
      n_bytes = contract_text_collapse (collapsed, length);
      g_assert_cmpint (contract_text_is_collapsed (text, length), ==,
                       n_bytes == length && memcmp (collapsed, text, length) == 0);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-table/operations", test_operations);
  g_test_add_func ("/contract-table/cpr", test_cpr);
  g_test_add_func ("/contract-table/patterns", test_patterns);
  g_test_add_func ("/contract-table/mail-length", test_mail_length);
  g_test_add_func ("/contract-table/collapse", test_collapse);
  g_test_add_func ("/contract-table/limits", test_limits);
  return g_test_run ();
}
