/* SPDX-License-Identifier: EUPL-1.2 */
/* The circuit breaker of a server, and back-off with full jitter. */
#include "sync/sync-limits.h"

#include <string.h>

#include "base/ids.h"

#define FAILURES_TO_OPEN 5
#define FIRST_OPEN_US    (60 * SYNC_SECOND_US)
#define LONGEST_US       (900 * SYNC_SECOND_US)
#define MAX_DOUBLINGS    10

/**
 * sync_limits_dup_host:
 *
 * Returns: (transfer full): scheme, name and port, in small letters; the whole text when it is no address
 */
char *
sync_limits_dup_host (const char *url)
{
  const char *after = strstr (url, "://");
  gsize length =
    after == NULL ? strlen (url) : (gsize) (after + 3 - url) + strcspn (after + 3, "/?#");

  return g_ascii_strdown (url, (gssize) length);
}

/**
 * sync_limits_dup_account:
 * @user: (nullable)
 * @secret: (nullable): name of the secret
 *
 * Returns: (transfer full) (nullable): what is the same for all calendars that one name at one server opens; NULL when
 *   nobody logs in
 */
char *
sync_limits_dup_account (const char *url, const char *user, const char *secret)
{
  g_autofree char *host = sync_limits_dup_host (url);
  const char *who = user != NULL ? user : secret;

  return who == NULL ? NULL : g_strconcat (host, "\n", who, NULL);
}

/**
 * sync_limits_random:
 * @below: more than 0
 *
 * Returns: 0 to @below - 1, from the kernel's generator
 */
guint32
sync_limits_random (guint32 below)
{
  guint32 bits;

  ids_random_bytes ((guint8 *) &bits, sizeof bits);
  return (guint32) ((guint64) bits * below >> 32);
}

/**
 * sync_limits_back_off_us:
 * @n_failures: in a row, this one included
 *
 * Returns: how long to wait: somewhere between a second and twice that many times two, at most a
 *   quarter of an hour, so that a thousand calendars do not come back at once
 */
gint64
sync_limits_back_off_us (guint n_failures)
{
  gint64 most_us = SYNC_SECOND_US << MIN (n_failures, MAX_DOUBLINGS);
  guint32 span_ms = (guint32) (MIN (most_us, LONGEST_US) / 1000 - 1000);

  return SYNC_SECOND_US + (gint64) sync_limits_random (span_ms + 1) * 1000;
}

/**
 * sync_limits_is_host_failure:
 *
 * Whether an error tells of the server as a whole, or the way to it, and not of one calendar.
 */
gboolean
sync_limits_is_host_failure (CalsyncRemoteError code)
{
  return code == CALSYNC_REMOTE_ERROR_UNREACHABLE || code == CALSYNC_REMOTE_ERROR_BUSY ||
         code == CALSYNC_REMOTE_ERROR_FAILED || code == CALSYNC_REMOTE_ERROR_UNTRUSTED ||
         code == CALSYNC_REMOTE_ERROR_NONSENSE;
}

/**
 * sync_host_is_open:
 *
 * Returns: whether it gets no request at all now
 */
gboolean
sync_host_is_open (const SyncHost *host, gint64 now_us)
{
  return now_us < host->open_until_us;
}

/**
 * sync_host_may_start:
 * @n_most: runs that it may have at the same time while it is well
 *
 * Returns: whether one more may begin: one alone tries a server that failed
 */
gboolean
sync_host_may_start (const SyncHost *host, guint n_most, gint64 now_us)
{
  if (sync_host_is_open (host, now_us))
    return FALSE;
  return host->n_running < (host->open_until_us != 0 || host->n_failed > 0 ? 1 : n_most);
}

/* A calendar that always fails by itself must not close its server to the others. */
static gboolean
counts (const SyncHost *host, const SyncHostNews *news)
{
  return news->code == CALSYNC_REMOTE_ERROR_UNREACHABLE ||
         news->code == CALSYNC_REMOTE_ERROR_UNTRUSTED || news->binding_id != host->failed_binding;
}

/**
 * sync_host_note:
 *
 * A run has ended. Those that began before it opened, and fail now, do not lengthen it.
 */
void
sync_host_note (SyncHost *host, const SyncHostNews *news, gint64 now_us)
{
  gboolean was_tried = host->open_until_us != 0;

  if (!news->is_failure)
    {
      host->n_failed = 0;
      host->failed_binding = host->open_until_us = host->open_us = 0;
      return;
    }
  if (counts (host, news))
    host->n_failed++;
  host->failed_binding = news->binding_id;
  if (sync_host_is_open (host, now_us) || (!was_tried && host->n_failed < FAILURES_TO_OPEN))
    return;
  host->open_us = was_tried ? MIN (host->open_us * 2, LONGEST_US) : FIRST_OPEN_US;
  host->open_until_us = now_us + MAX (host->open_us, news->retry_after_us);
}
