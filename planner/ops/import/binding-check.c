/* SPDX-License-Identifier: EUPL-1.2 */
/* Judges the address, the way in and the direction of a connection by themselves. */
#include "ops/import/binding-check.h"

#include <string.h>

#include "base/error.h"

#define NAME_MAX_LENGTH 64
#define NAME_SIGNS      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
#define OUT             2

static gboolean
refuse (const char *reason, GError **error)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, reason);
  return FALSE;
}

/**
 * binding_check_url:
 *
 * A password has no place in an address: it would be stored and shown.
 */
gboolean
binding_check_url (const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      (g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 &&
       g_strcmp0 (g_uri_get_scheme (uri), "http") != 0))
    return refuse ("url must be an address such as https://cal.kommune.example/dav/user/calendar/",
                   error);
  if (g_uri_get_userinfo (uri) != NULL)
    return refuse ("url must not hold a name or a password: --user and --secret say them", error);
  if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return refuse ("url must end before ? and #: what stands behind them is often a secret", error);
  return TRUE;
}

/**
 * binding_check_address:
 *
 * What may be asked for a calendar, before anybody is asked.
 */
gboolean
binding_check_address (const char *address, GError **error)
{
  const char *at = strchr (address, '@');

  if (strstr (address, "://") != NULL)
    return binding_check_url (address, error);
  if (*address == '\0' || strcspn (address, "?# \t\r\n") != strlen (address))
    return refuse ("url must be an URL, a host name or a mail address, without ?, # and spaces",
                   error);
  if (at != NULL && memchr (address, ':', (gsize) (at - address)) != NULL)
    return refuse ("url must not hold a name or a password: --user and --secret say them", error);
  return TRUE;
}

/* A file's name alone; the folder is the configuration's. */
static gboolean
is_file_name (const char *name)
{
  return *name != '\0' && *name != '.' && strlen (name) <= NAME_MAX_LENGTH &&
         strspn (name, NAME_SIGNS) == strlen (name);
}

static gboolean
check_names (const SyncBinding *binding, GError **error)
{
  if (binding->secret != NULL && !is_file_name (binding->secret))
    return refuse (
      "secret must be the name of a file in secrets-dir: letters, digits, dots, dashes", error);
  if (binding->certificate != NULL && !is_file_name (binding->certificate))
    return refuse ("certificate must be the name of a file in secrets-dir", error);
  return TRUE;
}

static gboolean
is_one_of (const char *word, const char *const *words)
{
  return word != NULL && g_strv_contains (words, word);
}

/**
 * binding_check_way_in:
 */
gboolean
binding_check_way_in (const SyncBinding *binding, GError **error)
{
  static const char *const named[] = { "basic", "digest", NULL };
  static const char *const secret[] = { "basic", "digest", "bearer", NULL };
  static const char *const all[] = { "basic", "digest", "bearer", "certificate", "none", NULL };

  if (!is_one_of (binding->auth, all))
    return refuse ("auth must be basic, digest, bearer, certificate or none", error);
  if (is_one_of (binding->auth, named) && binding->user_name == NULL)
    return refuse ("user is missing: whose name and password open the calendar?", error);
  if (is_one_of (binding->auth, secret) && binding->secret == NULL)
    return refuse ("secret is missing: the name of the file with the password or token", error);
  if (g_str_equal (binding->auth, "certificate") && binding->certificate == NULL)
    return refuse ("certificate is missing: the name of the file with certificate and key", error);
  return check_names (binding, error);
}

/**
 * binding_check:
 */
gboolean
binding_check (const SyncBinding *binding, GError **error)
{
  if (binding->direction < 1 || binding->direction > 3)
    return refuse ("direction must be in, out or both", error);
  if (binding->limit_minutes != 0 &&
      (binding->limit_minutes < BINDING_MIN_LIMIT || binding->limit_minutes > BINDING_MAX_LIMIT))
    return refuse ("limit must be 5 to 10080 minutes", error);
  return binding_check_url (binding->url, error) && binding_check_way_in (binding, error);
}

/**
 * binding_check_others:
 * @others: @binding may be among them
 */
gboolean
binding_check_others (const SyncBinding *binding, const GPtrArray *others, GError **error)
{
  for (guint i = 0; i < others->len; i++)
    {
      const SyncBinding *other = others->pdata[i];

      if (other->binding_id == binding->binding_id || other->resource_id != binding->resource_id)
        continue;
      if (g_str_equal (other->url, binding->url))
        g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                     "this calendar is connected already: connection %" G_GINT64_FORMAT,
                     other->binding_id);
      else if (other->direction >= OUT && binding->direction >= OUT)
        g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                     "bookings go into one calendar, and connection %" G_GINT64_FORMAT
                     " is that already: connect this one with direction in",
                     other->binding_id);
      else
        continue;
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_taken (const GPtrArray *others, const char *key)
{
  for (guint i = 0; i < others->len; i++)
    if (g_strcmp0 (((SyncBinding *) others->pdata[i])->calendar_key, key) == 0)
      return TRUE;
  return FALSE;
}

/**
 * binding_make_key:
 */
char *
binding_make_key (const GPtrArray *others)
{
  for (guint n = 1;; n++)
    {
      g_autofree char *key = g_strdup_printf ("sync-%u", n);

      if (!is_taken (others, key))
        return g_steal_pointer (&key);
    }
}
