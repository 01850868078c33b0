/* SPDX-License-Identifier: EUPL-1.2 */
/* Hash of citizens on the loop thread, fed with every group of commits. */
#include "index/citizen-index.h"

#include <string.h>

struct _CitizenIndex
{
  GHashTable *by_key; /* set of CitizenEntry, by tenant and number */
  GHashTable *by_id;  /* set of the same entries */
};

/**
 * citizen_facts_clear:
 *
 * Frees what facts own and makes them unknown.
 */
void
citizen_facts_clear (CitizenFacts *facts)
{
  g_strfreev (facts->marks);
  g_free ((char *) facts->unemployment_fund);
  memset (facts, 0, sizeof *facts);
}

/**
 * citizen_entry_free:
 *
 * Frees an entry; NULL is ignored.
 */
void
citizen_entry_free (CitizenEntry *entry)
{
  if (entry == NULL)
    return;
  citizen_facts_clear (&entry->facts);
  g_free (entry);
}

static guint
entry_hash (gconstpointer value)
{
  const CitizenEntry *entry = value;
  return g_str_hash (entry->cpr) ^ (guint) entry->tenant_id * 2654435761u;
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  const CitizenEntry *left = a, *right = b;
  return left->tenant_id == right->tenant_id && strcmp (left->cpr, right->cpr) == 0;
}

/**
 * citizen_index_new:
 *
 * Returns: (transfer full): an empty index for the calling thread.
 */
CitizenIndex *
citizen_index_new (void)
{
  CitizenIndex *index = g_new (CitizenIndex, 1);

  index->by_key =
    g_hash_table_new_full (entry_hash, entry_equal, (GDestroyNotify) citizen_entry_free, NULL);
  index->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  return index;
}

/**
 * citizen_index_free:
 *
 * Frees the index with its entries.
 */
void
citizen_index_free (CitizenIndex *index)
{
  g_hash_table_unref (index->by_id);
  g_hash_table_unref (index->by_key);
  g_free (index);
}

/**
 * citizen_index_clear:
 *
 * Forgets everybody.
 */
void
citizen_index_clear (CitizenIndex *index)
{
  g_hash_table_remove_all (index->by_id);
  g_hash_table_remove_all (index->by_key);
}

static void
forget (CitizenIndex *index, CitizenEntry *entry)
{
  if (entry == NULL)
    return;
  g_hash_table_remove (index->by_id, &entry->citizen_id);
  g_hash_table_remove (index->by_key, entry);
}

/**
 * citizen_index_take:
 * @entry: (transfer full): replaces what was known of that citizen, under another number too
 *
 * An entry without a number says that the citizen is gone.
 */
void
citizen_index_take (CitizenIndex *index, CitizenEntry *entry)
{
  forget (index, g_hash_table_lookup (index->by_id, &entry->citizen_id));
  if (*entry->cpr == '\0')
    {
      citizen_entry_free (entry);
      return;
    }
  forget (index, g_hash_table_lookup (index->by_key, entry));
  g_hash_table_add (index->by_key, entry);
  g_hash_table_replace (index->by_id, &entry->citizen_id, entry);
}

/**
 * citizen_index_find:
 *
 * Returns: (transfer none) (nullable): what is known, valid until the next take.
 */
const CitizenEntry *
citizen_index_find (const CitizenIndex *index, gint64 tenant_id, const char *cpr)
{
  CitizenEntry probe = { .tenant_id = tenant_id };

  g_strlcpy (probe.cpr, cpr, sizeof probe.cpr);
  return g_hash_table_lookup (index->by_key, &probe);
}

/**
 * citizen_index_count:
 *
 * Returns: how many citizens are known.
 */
guint
citizen_index_count (const CitizenIndex *index)
{
  return g_hash_table_size (index->by_key);
}
