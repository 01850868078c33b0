/* SPDX-License-Identifier: EUPL-1.2 */
/* Contacts of all municipalities behind one lock; they begin anew with the program. */
#include "dfdg/wire/dfdg-contact.h"

#include "base/clock.h"
#include "base/period.h"

/* Failures in a row that say that it is the service, not the question; and how long it is left alone then, at most. */
#define N_DOWN      3
#define MAX_REST_US (300 * PERIOD_US_PER_S)
#define MAX_SHIFT   9

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

static void
note (const char *tenant_key, DfdgService service, const char *problem, gboolean is_forbidden)
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
  contact->n_in_row = problem == NULL ? 0 : contact->n_in_row + 1;
  contact->good_us = problem == NULL ? now_us : contact->good_us;
  contact->is_forbidden = is_forbidden;
  g_free (contact->problem);
  contact->problem = g_strdup (problem);
  g_mutex_unlock (&lock);
}

/**
 * dfdg_contact_note:
 *
 * A call ended.
 */
void
dfdg_contact_note (const char *tenant_key, DfdgService service, const char *problem)
{
  note (tenant_key, service, problem, FALSE);
}

/**
 * dfdg_contact_note_forbidden:
 *
 * A question was refused because of who we are: our certificate, our rights, or somebody else's citizen.
 */
void
dfdg_contact_note_forbidden (const char *tenant_key, DfdgService service, const char *problem)
{
  note (tenant_key, service, problem, TRUE);
}

/**
 * dfdg_contact_has_answered:
 * @since_us: wall clock
 *
 * Returns: whether a call of anybody's went well since then. Any thread.
 */
gboolean
dfdg_contact_has_answered (const char *tenant_key, DfdgService service, gint64 since_us)
{
  gboolean has_answered;

  g_mutex_lock (&lock);
  has_answered = get_contacts (tenant_key)->services[service].good_us > since_us;
  g_mutex_unlock (&lock);
  return has_answered;
}

/**
 * dfdg_contact_is_resting:
 *
 * From the third failure in a row on a service is left alone for 1, 3, 7 … seconds, at most five minutes.
 *
 * Returns: whether it is better not asked now. Any thread.
 */
gboolean
dfdg_contact_is_resting (const char *tenant_key, DfdgService service)
{
  gint64 now_us = clock_now_us ();
  gboolean is_resting = FALSE;
  const DfdgContact *contact;
  gint64 rest_us;

  g_mutex_lock (&lock);
  contact = &get_contacts (tenant_key)->services[service];
  if (contact->n_in_row >= N_DOWN)
    {
      rest_us = ((G_GINT64_CONSTANT (1) << MIN (contact->n_in_row - N_DOWN + 1, MAX_SHIFT)) - 1) *
                PERIOD_US_PER_S;
      is_resting = now_us - contact->tried_us < MIN (rest_us, MAX_REST_US);
    }
  g_mutex_unlock (&lock);
  return is_resting;
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
