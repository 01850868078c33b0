/* SPDX-License-Identifier: EUPL-1.2 */
/* One message of any operation, request, answer or header: what is read passes libxml2 too and comes back equal. */
#include <string.h>

#include "contract-envelope.h"
#include "contract-error.h"
#include "contract-mutate.h"
#include "contract-random.h"
#include "contract-schema.h"
#include "fuzz.h"

static ContractSchema *
get_schema (void)
{
  static ContractSchema *schema;

  if (schema == NULL)
    schema = contract_schema_new (NULL, NULL);
  g_assert_nonnull (schema);
  return schema;
}

/* The name behind the first `<` decides by which table the rest is read. */
static guint16
find_root (const char *bytes, gsize n_bytes)
{
  const char *open = memchr (bytes, '<', n_bytes);

  for (guint16 i = 0; open != NULL && i < contract_n_names; i++)
    if (contract_name_types[i] >= 0 &&
        contract_names[i].n_text < n_bytes - (gsize) (open - bytes) - 1 &&
        memcmp (open + 1, contract_names[i].text, contract_names[i].n_text) == 0 &&
        strchr (" \t\r\n>/", open[1 + contract_names[i].n_text]) != NULL)
      return i;
  return contract_operations[CONTRACT_OPERATION_REGISTER_BOOKING].request_name;
}

/* White space around numbers and times is the one thing in which libxml2 is stricter than the schema's language. */
static void
check_libxml2 (const char *bytes, gsize n_bytes)
{
  g_autofree char *text = NULL;
  g_autofree char *trimmed = NULL;
  g_autoptr (GError) error = NULL;

  if (contract_schema_check (get_schema (), bytes, n_bytes, NULL))
    return;
  if (memchr (bytes, '\0', n_bytes) != NULL)
    return;
  text = g_strndup (bytes, n_bytes);
  trimmed = contract_trim_numbers (text);
  g_assert_true (contract_schema_check (get_schema (), trimmed, strlen (trimmed), &error));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autofree char *copy = g_memdup2 (data, n_bytes);
  const char *bytes = n_bytes == 0 ? "" : copy;
  g_autoptr (ContractArena) arena = contract_arena_new ();
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) second = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint16 root = find_root (bytes, n_bytes);
  gpointer message = contract_message_read (NULL, root, bytes, n_bytes, arena, &error);
  gpointer again;

  if (message == NULL)
    {
      g_assert_true (error->domain == CONTRACT_ERROR);
      g_assert_cmpint (error->code, <=, CONTRACT_ERROR_TIME);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  check_libxml2 (bytes, n_bytes);
  contract_message_write (NULL, root, message, first);
  again = contract_message_read (NULL, root, first->str, first->len, arena, &error);
  g_assert_no_error (error);
  g_assert_true (
    contract_random_is_equal ((ContractTypeId) contract_name_types[root], message, again));
  contract_message_write (NULL, root, again, second);
  g_assert_cmpstr (first->str, ==, second->str);
  return 0;
}
