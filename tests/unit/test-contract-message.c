/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages by their tables: held to libxml2's verdict over random, mutated and broken ones. */

#include "contract-envelope.h"
#include "contract-error.h"
#include "contract-mutate.h"
#include "contract-random.h"
#include "contract-schema.h"
#include "contract-value.h"
#include "testlib.h"

#include <string.h>

/* What the random tests share. */
typedef struct
{
  ContractSchema *schema;
  ContractRandom maker;
  GArray *roots; /* guint16: names of the global elements */
} World;

static void
world_init (World *world)
{
  g_autoptr (GError) error = NULL;
  world->schema = contract_schema_new (NULL, &error);
  g_assert_no_error (error);
  world->maker = (ContractRandom){ testlib_random_new (), contract_arena_new (), 4 };
  world->roots = g_array_new (FALSE, FALSE, sizeof (guint16));
  for (guint16 i = 0; i < contract_n_names; i++)
    if (contract_name_types[i] >= 0)
      g_array_append_val (world->roots, i);
  g_assert_cmpuint (world->roots->len, ==, 2 * CONTRACT_OPERATION_N_OPERATIONS + 3);
}

static void
world_clear (World *world)
{
  contract_schema_free (world->schema);
  contract_arena_free (world->maker.arena);
  g_rand_free (world->maker.random);
  g_array_unref (world->roots);
}

static guint16
world_pick_root (World *world)
{
  gint32 index = g_rand_int_range (world->maker.random, 0, (gint32) world->roots->len);
  return g_array_index (world->roots, guint16, index);
}

static gpointer
read_message (World *world, guint16 root, const char *xml, GError **error)
{
  /* An answer may be longer than what is taken of a request, and XSD knows no length. */
  const ContractReadOptions options = { .max_bytes = 64 * 1024 * 1024 };
  return contract_message_read (&options, root, xml, strlen (xml), world->maker.arena, error);
}

/* --- valid ------------------------------------------------------------------------------------ */

/* Checking while writing says what checking first says, and writes what writing afterwards writes. */
static void
check_one_walk (guint16 root, gconstpointer message, const GError *refusal, const GString *xml)
{
  g_autoptr (GString) walked = g_string_new ("before");
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (contract_message_write_checked (NULL, root, message, walked, &error), ==,
                   refusal == NULL);
  g_assert_true (g_str_has_prefix (walked->str, "before"));
  g_assert_cmpuint (strlen (walked->str), ==, walked->len);
  g_assert_cmpstr (walked->str + strlen ("before"), ==, refusal == NULL ? xml->str : "");
  if (refusal == NULL)
    g_assert_no_error (error);
  else
    {
      g_assert_error (error, refusal->domain, refusal->code);
      g_assert_cmpstr (error->message, ==, refusal->message);
    }
}

/* A random message passes the table, libxml2 and the reader, and comes back as it was. */
static void
check_valid (World *world, guint16 root, GString *first, GString *second)
{
  ContractTypeId type = (ContractTypeId) contract_name_types[root];
  g_autoptr (GError) error = NULL;
  gpointer message = contract_random_message (&world->maker, type);
  gboolean is_good = contract_message_check (type, message, &error);
  g_assert_no_error (error);
  g_assert_true (is_good);
  g_string_truncate (first, 0);
  contract_message_write (NULL, root, message, first);
  check_one_walk (root, message, NULL, first);
  if (!contract_schema_check (world->schema, first->str, first->len, &error))
    g_error ("libxml2 refuses what we sent: %s\n%s", error->message, first->str);
  gpointer again = read_message (world, root, first->str, &error);
  if (again == NULL)
    g_error ("we refuse what we sent: %s\n%s", error->message, first->str);
  if (!contract_random_is_equal (type, message, again))
    g_error ("a message did not come back as it was:\n%s", first->str);
  g_string_truncate (second, 0);
  contract_message_write (NULL, root, again, second);
  g_assert_cmpstr (first->str, ==, second->str);
}

static void
test_valid (void)
{
  World world;
  world_init (&world);
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) second = g_string_new (NULL);
  guint64 n_rounds = testlib_budget ("contract-valid");
  for (guint64 i = 0; i < n_rounds; i++)
    {
      check_valid (&world, world_pick_root (&world), first, second);
      contract_arena_reset (world.maker.arena);
    }
  world_clear (&world);
}

/* --- mutated ---------------------------------------------------------------------------------- */

typedef struct
{
  guint n_both_accept, n_both_refuse, n_rules, n_deliberate, n_blanks;
} Tally;

/* libxml2 2.9.14 does not collapse the white space around an xs:int and before a dateTime, as XML
 * Schema bids it: without that white space it must agree with us. */
static gboolean
differs_by_blanks (World *world, const char *xml)
{
  g_autofree char *trimmed = contract_trim_numbers (xml);
  return contract_schema_check (world->schema, trimmed, strlen (trimmed), NULL);
}

/* The deliberate differences: a rule that XSD cannot say, values listed by the mutator, and white
 * space around numbers and times. docs/contract.md lists them. */
static void
compare_verdicts (World *world, guint16 root, const char *xml, gboolean is_deliberate, Tally *tally)
{
  g_autoptr (GError) ours = NULL;
  g_autoptr (GError) theirs = NULL;
  gboolean is_ours = read_message (world, root, xml, &ours) != NULL;
  gboolean is_theirs = contract_schema_check (world->schema, xml, strlen (xml), &theirs);
  gboolean is_rule = g_error_matches (ours, CONTRACT_ERROR, CONTRACT_ERROR_RULE);
  if (is_ours == is_theirs)
    {
      tally->n_both_accept += is_ours;
      tally->n_both_refuse += !is_ours;
    }
  else if (is_theirs && is_rule)
    tally->n_rules++;
  else if (is_theirs && is_deliberate)
    tally->n_deliberate++;
  else if (is_ours && differs_by_blanks (world, xml))
    tally->n_blanks++;
  else
    g_error ("verdicts differ: ours %s, libxml2's %s\n%s", is_ours ? "yes" : ours->message,
             is_theirs ? "yes" : theirs->message, xml);
}

static void
test_mutated (void)
{
  World world;
  world_init (&world);
  world.maker.max_items = 2;
  Tally tally = { 0 };
  g_autoptr (GString) xml = g_string_new (NULL);
  guint64 n_rounds = testlib_budget ("contract-mutated");
  for (guint64 i = 0; i < n_rounds; i++)
    {
      guint16 root = world_pick_root (&world);
      gpointer message =
        contract_random_message (&world.maker, (ContractTypeId) contract_name_types[root]);
      g_string_truncate (xml, 0);
      contract_message_write (NULL, root, message, xml);
      gboolean is_deliberate = FALSE;
      g_autofree char *mutated = contract_mutate (world.maker.random, xml->str, &is_deliberate);
      compare_verdicts (&world, root, mutated, is_deliberate, &tally);
      contract_arena_reset (world.maker.arena);
    }
  g_test_message ("both accept %u, both refuse %u, rules %u, deliberate %u, blanks %u",
                  tally.n_both_accept, tally.n_both_refuse, tally.n_rules, tally.n_deliberate,
                  tally.n_blanks);
  if (n_rounds > 1000)
    {
      g_assert_cmpuint (tally.n_both_accept, >, n_rounds / 10);
      g_assert_cmpuint (tally.n_both_refuse, >, n_rounds / 10);
    }
  world_clear (&world);
}

/* --- broken on the way out -------------------------------------------------------------------- */

static void
test_broken (void)
{
  World world;
  world_init (&world);
  guint64 n_rounds = testlib_budget ("contract-broken");
  guint n_refused = 0;
  g_autoptr (GString) xml = g_string_new (NULL);
  for (guint64 i = 0; i < n_rounds; i++)
    {
      guint16 root = world_pick_root (&world);
      ContractTypeId type = (ContractTypeId) contract_name_types[root];
      g_autoptr (GError) error = NULL;
      gpointer message = contract_random_message (&world.maker, type);
      contract_random_break (&world.maker, type, message);
      gboolean is_ours = contract_message_check (type, message, &error);
      g_string_truncate (xml, 0);
      contract_message_write (NULL, root, message, xml);
      check_one_walk (root, message, error, xml);
      gboolean is_theirs = contract_schema_check (world.schema, xml->str, xml->len, NULL);
      gboolean is_rule = g_error_matches (error, CONTRACT_ERROR, CONTRACT_ERROR_RULE);
      if (is_ours != is_theirs && !(is_rule && is_theirs))
        g_error ("verdicts differ: ours %s, libxml2's %d\n%s", is_ours ? "yes" : error->message,
                 is_theirs, xml->str);
      n_refused += !is_ours;
      contract_arena_reset (world.maker.arena);
    }
  if (n_rounds > 1000)
    g_assert_cmpuint (n_refused, >, n_rounds / 10);
  world_clear (&world);
}

/* --- plain text ------------------------------------------------------------------------------- */

/* Every byte at every place of texts up to three words long. */
static void
test_plain (void)
{
  char text[24];
  for (gsize n_bytes = 0; n_bytes <= sizeof (text); n_bytes++)
    {
      memset (text, 'a', sizeof (text));
      g_assert_true (contract_text_is_plain (text, n_bytes));
      for (gsize i = 0; i < n_bytes; i++)
        for (guint byte = 0; byte < 256; byte++)
          {
            gboolean is_special = byte < 0x20 || byte >= 0x80 || strchr ("<>&", (int) byte) != NULL;
            memset (text, 'a', sizeof (text));
            text[i] = (char) byte;
            g_assert_cmpint (contract_text_is_plain (text, n_bytes), ==, !is_special);
          }
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-message/valid", test_valid);
  g_test_add_func ("/contract-message/mutated", test_mutated);
  g_test_add_func ("/contract-message/broken", test_broken);
  g_test_add_func ("/contract-message/plain", test_plain);
  return g_test_run ();
}
