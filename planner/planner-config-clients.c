/* SPDX-License-Identifier: EUPL-1.2 */
/* Which keys of a way to DFDG need which others, and which addresses may be called. */
#include "planner-config-clients.h"

#include <string.h>

#include "base/ids.h"
#include "planner-config-table.h"

/* x-requestUserFullName and x-requestUserIdentifier hold so many letters. */
#define MAX_USER 140

typedef struct
{
  const char *key;
  const char *url;
} Address;

static gboolean
is_set (const char *text)
{
  return *text != '\0';
}

/* Without TLS the citizen's number can be read on the way: to this machine alone, or when it is said in so many words. */
static gboolean
is_loopback (const char *url)
{
  static const char *const hosts[] = { "http://127.0.0.1", "http://localhost", "http://[::1]" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    if (g_str_has_prefix (url, hosts[i]) && strchr (":/", url[strlen (hosts[i])]) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
check_urls (const ConfigDfdgClient *client, const char *group, GError **error)
{
  const Address addresses[] = {
    { "indkaldelse-url", client->indkaldelse_url },
    { "abonnement-url", client->abonnement_url },
    { "wsrm-url", client->wsrm_url },
    { "frist-url", client->frist_url },
    { "visitering-url", client->visitering_url },
    { "besked-url", client->besked_url },
    { "kodeliste-url", client->kodeliste_url },
  };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      const char *url = addresses[i].url;
      gboolean is_plain = g_str_has_prefix (url, "http://");

      if (!is_set (url) || g_str_has_prefix (url, "https://"))
        continue;
      if (!is_plain)
        return config_fail (error, group, addresses[i].key, "must begin with https://");
      if (!is_loopback (url) && !client->allow_plain_http)
        return config_fail (error, group, addresses[i].key,
                            "must begin with https://: citizens' numbers can be read on the way");
    }
  if (is_set (client->proxy) && !g_str_has_prefix (client->proxy, "http://"))
    return config_fail (error, group, "proxy", "must be http://host:port");
  return TRUE;
}

static gboolean
check_user (const ConfigDfdgClient *client, const char *group, GError **error)
{
  if (!is_set (client->organisation_code))
    return config_fail (error, group, "organisation-code", "is missing");
  if (!is_set (client->user_identifier))
    return config_fail (error, group, "user-identifier", "is missing");
  if (!is_set (client->user_name) || g_utf8_strlen (client->user_name, -1) > MAX_USER)
    return config_fail (error, group, "user-name", "must have 1 to 140 letters");
  return TRUE;
}

static gboolean
has_url (const ConfigDfdgClient *client)
{
  return is_set (client->indkaldelse_url) || is_set (client->abonnement_url) ||
         is_set (client->wsrm_url) || is_set (client->frist_url) ||
         is_set (client->visitering_url) || is_set (client->besked_url) ||
         is_set (client->kodeliste_url);
}

/**
 * planner_config_check_dfdg_client:
 * @group: its group, for the error
 *
 * Errors: PLANNER_ERROR_NOT_VALID naming group and key.
 */
gboolean
planner_config_check_dfdg_client (const ConfigDfdgClient *client, const char *group, GError **error)
{
  if (client->carrier != CONFIG_CARRIER_NONE && !is_set (client->environment))
    return config_fail (error, group, "environment",
                        "is missing: messages of another environment must be known");
  if (client->carrier != CONFIG_CARRIER_NONE && !is_set (client->indkaldelse_url))
    return config_fail (error, group, "indkaldelse-url",
                        "is missing: a message only names what must be asked for there");
  if (client->carrier == CONFIG_CARRIER_WSRM && !is_set (client->wsrm_url))
    return config_fail (error, group, "wsrm-url", "is missing");
  if (is_set (client->system_identifier) && !ids_is_guid (client->system_identifier))
    return config_fail (error, group, "system-identifier", "must be a GUID");
  if (is_set (client->key) && !is_set (client->certificate))
    return config_fail (error, group, "certificate", "is missing, and there is a key");
  if (client->total_timeout_s < client->answer_timeout_s)
    return config_fail (error, group, "total-timeout-s", "must be at least answer-timeout-s");
  return check_urls (client, group, error) &&
         (!has_url (client) || check_user (client, group, error));
}

/**
 * planner_config_check_dfdg_clients:
 * @clients: (element-type ConfigDfdgClient): each checked
 *
 * Errors: PLANNER_ERROR_NOT_VALID, when two are of one municipality.
 */
gboolean
planner_config_check_dfdg_clients (const GPtrArray *clients, GError **error)
{
  for (guint i = 0; i < clients->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const ConfigDfdgClient *one = clients->pdata[i];
        const ConfigDfdgClient *other = clients->pdata[j];

        if (strcmp (one->tenant, other->tenant) == 0)
          return config_fail (error, one->tenant, NULL, "has two groups dfdg-client: keep one");
      }
  return TRUE;
}
