/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes remotes: settings and secrets into an HTTP client, a rested one where there is one. */
#include "sync/sync-remote.h"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "calsync-remote-caldav.h"

#define MAX_RETRIES 2
/* Servers close a connection at rest after five seconds to a minute. */
#define MAX_IDLE_US (20 * G_USEC_PER_SEC)

static gint64
get_monotonic_us (gpointer data)
{
  return clock_monotonic_us ();
}

static gboolean
wait_us (guint64 us, GCancellable *cancellable, gpointer data)
{
  return clock_wait_us (us, cancellable);
}

static guint32
get_random (gpointer data)
{
  guint32 bits;

  ids_random_bytes ((guint8 *) &bits, sizeof bits);
  return bits;
}

static const CalsyncHttpEnvironment environment = { get_monotonic_us, wait_us, get_random, NULL };

static const struct
{
  const char *word;
  CalsyncAuth auth;
  gboolean needs_user, needs_secret, needs_certificate;
} ways[] = {
  { "none", CALSYNC_AUTH_NONE, FALSE, FALSE, FALSE },
  { "basic", CALSYNC_AUTH_BASIC, TRUE, TRUE, FALSE },
  { "digest", CALSYNC_AUTH_DIGEST, TRUE, TRUE, FALSE },
  { "bearer", CALSYNC_AUTH_BEARER, FALSE, TRUE, FALSE },
  { "certificate", CALSYNC_AUTH_NONE, FALSE, FALSE, TRUE },
};

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, what);
  return FALSE;
}

static gboolean
find_way (const SyncAccount *account, CalsyncAuth *out_auth, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      if (g_strcmp0 (account->auth, ways[i].word) != 0)
        continue;
      if (ways[i].needs_user && account->user == NULL)
        return refuse (error, "this way in needs a user name");
      if (ways[i].needs_secret && account->secret == NULL)
        return refuse (error, "this way in needs the name of a secret");
      if (ways[i].needs_certificate && account->certificate == NULL)
        return refuse (error, "this way in needs the name of a certificate's file");
      *out_auth = ways[i].auth;
      return TRUE;
    }
  return refuse (error, "the way in must be none, basic, digest, bearer or certificate");
}

/* Scheme, name and port with a / behind them; all calendars of a server share its connections. */
static char *
dup_origin (const char *url)
{
  const char *after = strstr (url, "://");
  gsize length =
    after == NULL ? strlen (url) : (gsize) (after + 3 - url) + strcspn (after + 3, "/?#");

  return g_strdup_printf ("%.*s/", (int) length, url);
}

/**
 * sync_http_clear:
 */
void
sync_http_clear (SyncHttp *http)
{
  sync_secret_clear (&http->secret);
  g_clear_pointer (&http->certificate_file, g_free);
  g_clear_pointer (&http->origin, g_free);
  http->http = (CalsyncHttpSettings){ 0 };
}

static gboolean
load_secrets (const SyncSettings *settings,
              const SyncAccount *account,
              SyncHttp *http,
              GError **error)
{
  if (account->secret != NULL &&
      !sync_secret_load (settings, account->secret, &http->secret, error))
    return FALSE;
  if (account->certificate == NULL)
    return TRUE;
  http->certificate_file = sync_secret_dup_checked_path (settings, account->certificate, error);
  return http->certificate_file != NULL;
}

/**
 * sync_http_load:
 * @settings: outlives @out_http
 * @account: outlives @out_http
 *
 * Reads the account's secrets. Errors: PLANNER_ERROR_NOT_VALID for an account that lacks something,
 * PLANNER_ERROR_UNAVAILABLE for a secret that cannot be used. Any thread; blocks.
 */
gboolean
sync_http_load (const SyncSettings *settings,
                const SyncAccount *account,
                SyncHttp *out_http,
                GError **error)
{
  g_auto (SyncHttp) http = { 0 };
  CalsyncAuth auth;

  if (!find_way (account, &auth, error) || !load_secrets (settings, account, &http, error))
    return FALSE;
  http.origin = account->url == NULL ? NULL : dup_origin (account->url);
  http.http = (CalsyncHttpSettings){ .base_uri = http.origin,
                                     .auth = auth,
                                     .user = account->user,
                                     .secret = http.secret.text,
                                     .certificate_file = http.certificate_file,
                                     .ca_file = settings->ca_file,
                                     .proxy = settings->proxy,
                                     .allows_plain = settings->allows_plain,
                                     .connect_timeout_s = settings->connect_timeout_s,
                                     .answer_timeout_s = settings->answer_timeout_s,
                                     .total_timeout_s = settings->total_timeout_s,
                                     .max_answer_bytes = settings->max_answer_bytes,
                                     .max_retries = MAX_RETRIES,
                                     .user_agent = "kommunal-planner/" PLANNER_VERSION,
                                     .environment = &environment };
  *out_http = http;
  http = (SyncHttp){ 0 };
  return TRUE;
}

static void
add_text (GChecksum *checksum, const char *text)
{
  g_checksum_update (checksum, (const guchar *) (text == NULL ? "" : text),
                     text == NULL ? 1 : (gssize) strlen (text) + 1);
}

/* What is written anew under the same name, a certificate that was renewed, is another one. */
static void
add_file (GChecksum *checksum, const char *path)
{
  g_autofree char *stamp = NULL;
  GStatBuf status;

  add_text (checksum, path);
  if (path == NULL || g_stat (path, &status) != 0)
    return;
  stamp = g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                           " %" G_GINT64_FORMAT,
                           (guint64) status.st_ino, (gint64) status.st_size,
                           (gint64) status.st_mtim.tv_sec, (gint64) status.st_mtim.tv_nsec);
  add_text (checksum, stamp);
}

/* Of everything that a connection depends on, the password too: a new one means a new client. */
static char *
dup_key (const CalsyncHttpSettings *http)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *numbers = g_strdup_printf (
    "%d %d %u %u %u %" G_GSIZE_FORMAT, http->auth, http->allows_plain, http->connect_timeout_s,
    http->answer_timeout_s, http->total_timeout_s, http->max_answer_bytes);

  add_text (checksum, http->base_uri);
  add_text (checksum, http->user);
  add_text (checksum, http->secret);
  add_file (checksum, http->certificate_file);
  add_file (checksum, http->ca_file);
  add_text (checksum, http->proxy);
  add_text (checksum, numbers);
  return g_strdup (g_checksum_get_string (checksum));
}

typedef struct
{
  SyncPool *pool;
  char *key;
} Home;

static void
go_home (CalsyncHttp *http, gpointer data)
{
  Home *home = data;

  sync_pool_give (home->pool, home->key, http);
  sync_pool_unref (home->pool);
  g_free (home->key);
  g_free (home);
}

/* Returns: a client, and in @place the way back to the pool, where there is one. */
static CalsyncHttp *
take_client (const SyncSettings *settings,
             const CalsyncHttpSettings *http,
             CalsyncCaldavPlace *place,
             GError **error)
{
  g_autofree char *key = NULL;
  CalsyncHttp *client;
  Home *home;

  if (settings->pool == NULL)
    return calsync_http_new (http, error);
  key = dup_key (http);
  client = sync_pool_take (settings->pool, key);
  if (client != NULL)
    calsync_http_renew (client);
  else
    client = calsync_http_new (http, error);
  if (client == NULL)
    return NULL;
  home = g_new0 (Home, 1);
  *home = (Home){ sync_pool_ref (settings->pool), g_steal_pointer (&key) };
  place->release = go_home;
  place->data = home;
  return client;
}

/**
 * sync_remote_new:
 *
 * Errors as sync_http_load(), and those of calsync_http_new(). Nobody is asked yet. Any thread; blocks.
 *
 * Returns: (transfer full): with the connections of an earlier run of the account, where some rest
 */
CalsyncRemote *
sync_remote_new (const SyncSettings *settings, const SyncAccount *account, GError **error)
{
  g_auto (SyncHttp) http = { 0 };
  CalsyncCaldavPlace place = { .calendar_uri = account->url, .tier = account->tier };

  if (!sync_http_load (settings, account, &http, error))
    return NULL;
  place.http = take_client (settings, &http.http, &place, error);
  return place.http == NULL ? NULL : calsync_remote_caldav_new_over (&place, error);
}

static void
free_client (gpointer client)
{
  calsync_http_free (client);
}

/**
 * sync_remote_new_pool:
 *
 * Returns: (transfer full): room for the clients of as many runs as may be under way at once
 */
SyncPool *
sync_remote_new_pool (const PlannerConfig *config)
{
  return sync_pool_new ((guint) config->sync_parallel, MAX_IDLE_US, free_client);
}
