/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run starts from: memory of items that are known and bookings that are wanted. */
#include "calsync-binding.h"

/**
 * calsync_known_free:
 * @known: (transfer full): an item
 */
void
calsync_known_free (CalsyncKnown *known)
{
  g_free (known->key_hash);
  g_free (known->key);
  g_free (known->version);
  g_free (known->reference);
  g_free (known);
}

/**
 * calsync_wanted_free:
 * @wanted: (transfer full): a booking
 */
void
calsync_wanted_free (CalsyncWanted *wanted)
{
  g_free (wanted->reference);
  g_free (wanted->summary);
  g_free (wanted->category);
  g_free (wanted->url);
  g_free (wanted->uid);
  g_free (wanted->key);
  g_free (wanted->version);
  g_free (wanted->in_flight_uid);
  g_free (wanted->in_flight_key);
  g_free (wanted);
}
