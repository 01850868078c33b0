/* SPDX-License-Identifier: EUPL-1.2 */
/* Contacts of all municipalities behind one lock; they begin anew with the program. */
#include "dfdg/dfdg-contact.h"

#include "base/clock.h"

typedef struct
{
  DfdgContact services[DFDG_N_SERVICES];
} Contacts;

static GMutex lock;
static GHashTable *all; /* tenant key to Contacts */

static void
contacts_free (gpointer data)
{
  Contacts *contacts = data;

  for (guint i = 0; i < DFDG_N_SERVICES; i++)
    dfdg_contact_clear (&contacts->services[i]);
  g_free (contacts);
}

/* Under the lock. */
static Contacts *
get_contacts (const char *tenant_key)
{
  Contacts *contacts;

  if (all == NULL)
    all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, contacts_free);
  contacts = g_hash_table_lookup (all, tenant_key);
  if (contacts == NULL)
    {
      contacts = g_new0 (Contacts, 1);
      g_hash_table_insert (all, g_strdup (tenant_key), contacts);
    }
  return contacts;
}

/**
 * dfdg_contact_note:
 *
 * A call ended.
 */
void
dfdg_contact_note (const char *tenant_key, DfdgService service, const char *problem)
{
  gint64 now_us = clock_now_us ();
  DfdgContact *contact;

  g_mutex_lock (&lock);
  contact = &get_contacts (tenant_key)->services[service];
  if (contact->tried_us == 0 || (problem == NULL) != (contact->problem == NULL))
    contact->since_us = now_us;
  contact->tried_us = now_us;
  contact->n_calls++;
  contact->n_failed += problem != NULL;
  g_free (contact->problem);
  contact->problem = g_strdup (problem);
  g_mutex_unlock (&lock);
}

/**
 * dfdg_contact_get:
 * @out_contact: all 0 when it has not been called since the start
 */
void
dfdg_contact_get (const char *tenant_key, DfdgService service, DfdgContact *out_contact)
{
  g_mutex_lock (&lock);
  *out_contact = get_contacts (tenant_key)->services[service];
  out_contact->problem = g_strdup (out_contact->problem);
  g_mutex_unlock (&lock);
}

/**
 * dfdg_contact_clear:
 */
void
dfdg_contact_clear (DfdgContact *contact)
{
  g_clear_pointer (&contact->problem, g_free);
}
