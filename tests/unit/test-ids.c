/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of random bytes and GUIDs: shape, version, no repeats, every byte of a request filled. */
#include "base/ids.h"

#include "base/clock.h"
#include "testlib.h"

#include <string.h>

#define N_GUIDS 20000

static void
test_guid_shape (void)
{
  g_autoptr (GRegex) shape = g_regex_new (
    "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", 0, 0, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < N_GUIDS; i++)
    {
      char guid[IDS_GUID_LENGTH + 1];

      ids_new_guid (guid);
      g_assert_true (g_regex_match (shape, guid, 0, NULL));
      g_assert_true (g_uuid_string_is_valid (guid));
      g_assert_true (g_hash_table_add (seen, g_strdup (guid)));
    }
}

/* Those that are made later stand behind, whatever their random bits. */
static void
test_guid_order (void)
{
  char before[IDS_GUID_LENGTH + 1] = "", after[IDS_GUID_LENGTH + 1];

  for (gint64 now_us = G_GINT64_CONSTANT (1795000000000000); now_us < 1795000001000000;
       now_us += 1000)
    {
      clock_set_for_test (now_us);
      ids_new_guid (after);
      g_assert_cmpstr (before, <, after);
      memcpy (before, after, sizeof before);
    }
  g_assert_true (g_str_has_prefix (after, "01a1ee56")); /* 1795000000999 ms */
  clock_set_for_test (0);
}

/* Behind the six bytes of the time. */
static void
test_guid_bits_vary (void)
{
  guint8 ever_set[16] = { 0 }, ever_clear[16] = { 0 };
  static const guint8 fixed[16] = { [6] = 0xf0, [8] = 0xc0 };

  for (guint i = 0; i < 200; i++)
    {
      char guid[IDS_GUID_LENGTH + 1];
      guint n = 0;

      ids_new_guid (guid);
      for (const char *at = guid; *at != '\0'; at += *at == '-' ? 1 : 2)
        if (*at != '-')
          {
            guint byte =
              (guint) g_ascii_xdigit_value (at[0]) * 16 + (guint) g_ascii_xdigit_value (at[1]);

            ever_set[n] |= (guint8) byte;
            ever_clear[n++] |= (guint8) ~byte;
          }
      g_assert_cmpuint (n, ==, 16);
    }
  for (guint i = 6; i < 16; i++)
    g_assert_cmphex (ever_set[i] & ever_clear[i], ==, (guint8) ~fixed[i]);
}

static void
test_random_bytes_fill (void)
{
  static const gsize lengths[] = { 0, 1, 15, 16, 255, 256, 257, 5000 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree guint8 *ever_set = g_malloc0 (lengths[i] + 1);
      g_autofree guint8 *bytes = g_malloc0 (lengths[i] + 1);

      for (guint j = 0; j < 40; j++)
        {
          ids_random_bytes (bytes, lengths[i]);
          for (gsize k = 0; k < lengths[i]; k++)
            ever_set[k] |= bytes[k];
        }
      for (gsize k = 0; k < lengths[i]; k++)
        g_assert_cmphex (ever_set[k], !=, 0);
      g_assert_cmphex (bytes[lengths[i]], ==, 0);
    }
}

static void
test_fold_guid (void)
{
  g_autofree char *folded = ids_fold_guid ("3F2504E0-4F89-41D3-9A0C-0305E82C3301");

  g_assert_cmpstr (folded, ==, "3f2504e0-4f89-41d3-9a0c-0305e82c3301");
  g_assert_null (ids_fold_guid (NULL));
}

static void
test_is_guid (void)
{
  g_assert_true (ids_is_guid ("3F2504E0-4f89-41d3-9a0c-0305e82c3301"));
  g_assert_false (ids_is_guid (""));
  g_assert_false (ids_is_guid ("3f2504e0-4f89-41d3-9a0c-0305e82c330"));
  g_assert_false (ids_is_guid ("3f2504e0-4f89-41d3-9a0c-0305e82c33012"));
  g_assert_false (ids_is_guid ("3f2504e0-4f89-41d3-9a0c-0305e82c330g"));
  g_assert_false (ids_is_guid ("3f2504e04f89-41d3-9a0c-0305e82c3301-"));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/ids/guid-shape", test_guid_shape);
  g_test_add_func ("/ids/guid-order", test_guid_order);
  g_test_add_func ("/ids/guid-bits-vary", test_guid_bits_vary);
  g_test_add_func ("/ids/random-bytes-fill", test_random_bytes_fill);
  g_test_add_func ("/ids/fold-guid", test_fold_guid);
  g_test_add_func ("/ids/is-guid", test_is_guid);
  return g_test_run ();
}
