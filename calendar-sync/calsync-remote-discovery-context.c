/* SPDX-License-Identifier: EUPL-1.2 */
/* Where to start looking for an account's calendars: the addresses that a URL, a host or a mail address stands for. */
#include "calsync-remote-discovery.h"

#include <string.h>

#define WELL_KNOWN "/.well-known/caldav"

static void
add_once (GPtrArray *contexts, char *uri)
{
  if (g_ptr_array_find_with_equal_func (contexts, uri, g_str_equal, NULL))
    g_free (uri);
  else
    g_ptr_array_add (contexts, uri);
}

/* The place that the server itself names (RFC 6764 5), then its root. */
static void
add_origin (GPtrArray *contexts, const char *origin)
{
  add_once (contexts, g_strconcat (origin, WELL_KNOWN, NULL));
  add_once (contexts, g_strconcat (origin, "/", NULL));
}

static void
add_url (GPtrArray *contexts, const char *url)
{
  const char *authority = strstr (url, "://") + 3;
  const char *path = authority + strcspn (authority, "/?#");
  g_autofree char *origin = g_strndup (url, (gsize) (path - url));

  if (*path == '/' && path[1] != '\0')
    add_once (contexts, g_strdup (url));
  add_origin (contexts, origin);
}

/* Whether a host belongs to the domain that the person gave: then it gets the password (RFC 6764 8). */
static gboolean
is_within (const char *host, const char *domain)
{
  const gsize n_host = strlen (host);
  const gsize n_domain = strlen (domain);

  if (n_host < n_domain || g_ascii_strcasecmp (host + n_host - n_domain, domain) != 0)
    return FALSE;
  return n_host == n_domain || host[n_host - n_domain - 1] == '.';
}

/* Records in the order in which the resolver sorted them: by priority, then by weight. */
static void
add_targets (GPtrArray *contexts,
             GList *targets,
             const char *domain,
             const char *path,
             char **out_hint)
{
  for (GList *item = targets; item != NULL; item = item->next)
    {
      GSrvTarget *target = item->data;
      g_autofree char *host = g_strdup (g_srv_target_get_hostname (target));
      const guint port = g_srv_target_get_port (target);
      g_autofree char *origin = NULL;

      if (g_str_has_suffix (host, "."))
        host[strlen (host) - 1] = '\0';
      if (*host == '\0')
        continue; /* RFC 2782: decidedly no such service */
      origin = port == 443 ? g_strdup_printf ("https://%s", host)
                           : g_strdup_printf ("https://%s:%u", host, port);
      if (!is_within (host, domain))
        {
          if (*out_hint == NULL)
            *out_hint =
              g_strdup_printf ("The name servers say that the calendars of %s are at %s: if "
                               "that is right, give it as the address.",
                               domain, origin);
          continue;
        }
      if (path != NULL)
        add_once (contexts, g_strconcat (origin, path, NULL));
      add_origin (contexts, origin);
    }
}

/* The domain of a mail address, a host, or a host with port and path. */
static char *
dup_domain (const char *address)
{
  const char *at = strrchr (address, '@');
  const char *host = at != NULL ? at + 1 : address;

  return g_strndup (host, strcspn (host, "/:?#"));
}

/**
 * calsync_discovery_list_contexts:
 * @address: URL, host name (with port and path, if need be) or mail address
 * @targets: (nullable) (element-type GSrvTarget): SRV records of its domain, sorted; not looked at for
 *   a URL
 * @path: (nullable): what a TXT record says, starting with /
 * @out_hint: (inout) (nullable): a sentence about the first record that leads out of the domain, which
 *   is not followed: whoever answers for a name server could collect passwords by it
 *
 * RFC 6764 section 6. Any thread.
 *
 * Returns: (transfer full) (element-type utf8): absolute addresses to ask, in order, each once
 */
GPtrArray *
calsync_discovery_list_contexts (const char *address,
                                 GList *targets,
                                 const char *path,
                                 char **out_hint)
{
  GPtrArray *contexts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *trimmed = g_strstrip (g_strdup (address));
  g_autofree char *domain = NULL;
  const char *at = strrchr (trimmed, '@');

  if (strstr (trimmed, "://") != NULL)
    {
      add_url (contexts, trimmed);
      return contexts;
    }
  domain = dup_domain (trimmed);
  if (*domain == '\0')
    return contexts;
  add_targets (contexts, targets, domain, path, out_hint);
  if (*trimmed != '\0')
    {
      g_autofree char *url = g_strconcat ("https://", at != NULL ? at + 1 : trimmed, NULL);

      add_url (contexts, url);
    }
  return contexts;
}
