/* SPDX-License-Identifier: EUPL-1.2 */
/* Watches for echoes, of those municipalities that can ask DFDG about one that does not come. */
#include "ops/booking/booking-echo.h"

#include "store/echo-store.h"

static GMutex lock;
static char **watched; /* keys of tenants */

/**
 * booking_echo_set_tenants:
 * @tenant_keys: (nullable) (array zero-terminated=1): copied; NULL: none
 *
 * The program's own: set at start and at a reload. Any thread.
 */
void
booking_echo_set_tenants (const char *const *tenant_keys)
{
  char **old;

  g_mutex_lock (&lock);
  old = watched;
  watched = g_strdupv ((char **) tenant_keys);
  g_mutex_unlock (&lock);
  g_strfreev (old);
}

static gboolean
is_watched (const char *tenant_key)
{
  gboolean is;

  g_mutex_lock (&lock);
  is = watched != NULL && g_strv_contains ((const char *const *) watched, tenant_key);
  g_mutex_unlock (&lock);
  return is;
}

/**
 * booking_echo_await:
 * @booking: as it is behind the change
 *
 * Nothing of a municipality that is not watched: nobody could say what became of it. Writer.
 */
gboolean
booking_echo_await (const OpCall *call, const Booking *booking, GError **error)
{
  EchoWatch watch = { .tenant_id = call->tenant_id,
                      .citizen_id = booking->citizen_id,
                      .subject = booking->identifier,
                      .revision = booking->revision,
                      .added_us = call->now_us };

  return !is_watched (call->caller->tenant_key) || echo_store_add (call->session, &watch, error);
}
