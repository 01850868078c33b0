/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads what names a caller's certificate, refuses a list in which one could be two callers, and finds a caller by his. */
#include "planner-config-peer.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "planner-config-reader.h"

#define MAX_FID_DIGITS 20
#define CALLER         "caller "
/* Before the CVR number in organizationIdentifier: ETSI EN 319 412-1 §5.1.4. */
#define NATIONAL_NUMBER "NTRDK-"

static gboolean
is_set (const char *text)
{
  return *text != '\0';
}

static gboolean
is_digits (const char *text, gsize least, gsize most)
{
  gsize n_digits = strspn (text, "0123456789");

  return text[n_digits] == '\0' && n_digits >= least && n_digits <= most;
}

/* Hex in lower case, colons and blanks left out. */
static gboolean
fold_fingerprint (char **fingerprint, const char *group, GError **error)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *c = *fingerprint; *c != '\0'; c++)
    if (g_ascii_isxdigit (*c))
      g_string_append_c (digits, g_ascii_tolower (*c));
    else if (*c != ':' && *c != ' ')
      return config_fail (error, group, "fingerprint", "has characters that are not hex digits");
  if (digits->len != 64)
    return config_fail (error, group, "fingerprint",
                        "must have 64 hex digits; several stand with ; between");
  g_free (*fingerprint);
  *fingerprint = g_string_free (g_steal_pointer (&digits), FALSE);
  return TRUE;
}

static gboolean
check_fingerprints (ConfigPeer *peer, const char *group, GError **error)
{
  for (guint i = 0; peer->fingerprints != NULL && peer->fingerprints[i] != NULL; i++)
    if (!fold_fingerprint (&peer->fingerprints[i], group, error))
      return FALSE;
  return TRUE;
}

/* openssl writes what is not ASCII as \C3\A6, we as it is; both are RFC 4514. Escapes of ASCII stay. */
static gboolean
fold_issuer (char **issuer, const char *group, GError **error)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *c = *issuer; *c != '\0'; c++)
    if (*c == '\\' && g_ascii_xdigit_value (c[1]) >= 8 && g_ascii_isxdigit (c[2]))
      {
        g_string_append_c (name,
                           (char) (g_ascii_xdigit_value (c[1]) * 16 + g_ascii_xdigit_value (c[2])));
        c += 2;
      }
    else
      g_string_append_c (name, *c);
  if (!g_utf8_validate (name->str, (gssize) name->len, NULL))
    return config_fail (error, group, "issuer", "is not UTF-8");
  g_free (*issuer);
  *issuer = g_string_free (g_steal_pointer (&name), FALSE);
  return TRUE;
}

/* One value alone. */
static gboolean
check_shapes (const ConfigPeer *peer, const char *group, GError **error)
{
  if (is_set (peer->issuer) && strchr (peer->issuer, '=') == NULL)
    return config_fail (error, group, "issuer", "must be a name such as CN=…,O=…,C=DK");
  if (is_set (peer->cvr) && !is_digits (peer->cvr, 8, 8))
    return config_fail (error, group, "cvr", "must have 8 digits");
  if (is_set (peer->fid) && !is_digits (peer->fid, 1, MAX_FID_DIGITS))
    return config_fail (error, group, "fid", "must have digits only");
  if (is_set (peer->uuid) && !ids_is_guid (peer->uuid))
    return config_fail (error, group, "uuid", "must be a UUID, eight hex digits and so on");
  return TRUE;
}

/* Which go together. An issuer always, for another authority may give the same numbers to somebody else. */
static gboolean
check_together (const ConfigPeer *peer, const char *group, GError **error)
{
  if (is_set (peer->cvr) != (is_set (peer->fid) || is_set (peer->uuid)))
    return config_fail (error, group, NULL,
                        "needs cvr and fid together for OCES2, or cvr and uuid for OCES3");
  if (is_set (peer->fid) && is_set (peer->uuid))
    return config_fail (error, group, NULL,
                        "has fid and uuid: one certificate has only one of them");
  if (is_set (peer->cvr) && is_set (peer->subject_serial))
    return config_fail (error, group, NULL, "has cvr and subject-serial: keep one of them");
  if (is_set (peer->issuer) != (is_set (peer->subject_serial) || is_set (peer->cvr)))
    return config_fail (
      error, group, NULL,
      "needs issuer and subject-serial together, or neither; or issuer with cvr and "
      "fid, or cvr and uuid");
  return TRUE;
}

/* What the subject's serialNumber must be; the forms of the OCES certificate policies. */
static void
set_wanted_serial (ConfigPeer *peer)
{
  if (is_set (peer->fid))
    peer->wanted_serial = g_strdup_printf ("CVR:%s-FID:%s", peer->cvr, peer->fid);
  else if (is_set (peer->uuid))
    peer->wanted_serial = g_strconcat ("UI:DK-O:G:", peer->uuid, NULL);
  else
    peer->wanted_serial = g_strdup (peer->subject_serial);
}

static gboolean
check_peer (ConfigPeer *peer, const char *group, GError **error)
{
  if (!check_fingerprints (peer, group, error) || !fold_issuer (&peer->issuer, group, error) ||
      !check_shapes (peer, group, error) || !check_together (peer, group, error))
    return FALSE;
  set_wanted_serial (peer);
  return TRUE;
}

/**
 * config_peer_read:
 * @peer: zeroed; the first member of what @keys describe
 * @keys: (array length=n_keys): CONFIG_PEER_KEYS, and whatever else a caller has
 * @group: `caller NAME`
 *
 * Reads one group. Fingerprints and the issuer are folded, @wanted_serial is set. To be cleared in any case.
 *
 * Errors: PLANNER_ERROR_NOT_VALID naming group and key.
 */
gboolean
config_peer_read (ConfigPeer *peer,
                  const ConfigKey *keys,
                  guint n_keys,
                  GKeyFile *file,
                  const char *group,
                  GError **error)
{
  peer->name = g_strstrip (g_strdup (group + strlen (CALLER)));
  if (*peer->name == '\0')
    return config_fail (error, group, NULL, "has no name");
  for (guint i = 0; i < n_keys; i++)
    if (!config_read_key (&keys[i], file, group, peer, error))
      return FALSE;
  return config_check_names (keys, n_keys, file, group, NULL, error) &&
         check_peer (peer, group, error);
}

/**
 * config_peer_clear:
 *
 * Frees what config_peer_read() has filled in, also when it failed.
 */
void
config_peer_clear (ConfigPeer *peer, const ConfigKey *keys, guint n_keys)
{
  config_clear_values (keys, n_keys, peer);
  g_free (peer->name);
  g_free (peer->wanted_serial);
}

static gboolean
share_fingerprint (const ConfigPeer *one, const ConfigPeer *other)
{
  for (guint i = 0; one->fingerprints != NULL && one->fingerprints[i] != NULL; i++)
    if (other->fingerprints != NULL &&
        g_strv_contains ((const char *const *) other->fingerprints, one->fingerprints[i]))
      return TRUE;
  return FALSE;
}

/* An entry by subject-serial says nothing of the organisation number, so it meets any. */
static gboolean
share_subject (const ConfigPeer *one, const ConfigPeer *other)
{
  return is_set (one->issuer) && strcmp (one->issuer, other->issuer) == 0 &&
         g_ascii_strcasecmp (one->wanted_serial, other->wanted_serial) == 0 &&
         (!is_set (one->cvr) || !is_set (other->cvr) || strcmp (one->cvr, other->cvr) == 0);
}

static gboolean
check_two (const ConfigPeer *one, const ConfigPeer *other, GError **error)
{
  g_autofree char *group = g_strconcat (CALLER, one->name, NULL);
  g_autofree char *what = NULL;

  if (strcmp (one->name, other->name) == 0)
    return config_fail (error, group, NULL, "is there twice: each caller needs a name of its own");
  if (!share_fingerprint (one, other) && !share_subject (one, other))
    return TRUE;
  what = g_strdup_printf ("stands in two callers, %s and %s: one certificate must be one caller",
                          other->name, one->name);
  return config_fail (error, group,
                      share_fingerprint (one, other) ? "fingerprint" : "issuer and subject", what);
}

/**
 * config_peer_check_all:
 * @peers: (element-type ConfigPeer): each read; or structs that begin with one
 *
 * Errors: PLANNER_ERROR_NOT_VALID, when two have one name or one certificate could be two of them.
 */
gboolean
config_peer_check_all (const GPtrArray *peers, GError **error)
{
  for (guint i = 0; i < peers->len; i++)
    for (guint j = 0; j < i; j++)
      if (!check_two (peers->pdata[i], peers->pdata[j], error))
        return FALSE;
  return TRUE;
}

/**
 * config_peer_find:
 * @peers: (element-type ConfigPeer): or structs that begin with one
 *
 * Returns: (nullable) (transfer none): the entry of that name
 */
const ConfigPeer *
config_peer_find (const GPtrArray *peers, const char *name)
{
  for (guint i = 0; i < peers->len; i++)
    {
      const ConfigPeer *peer = peers->pdata[i];

      if (strcmp (peer->name, name) == 0)
        return peer;
    }
  return NULL;
}

static gboolean
fits_fingerprint (const ConfigPeer *peer, const ListenerIdentity *identity)
{
  return peer->fingerprints != NULL && identity->fingerprint_sha256 != NULL &&
         g_strv_contains ((const char *const *) peer->fingerprints, identity->fingerprint_sha256);
}

/* The hex digits of a UUID may be of either case; an OCES3 certificate names the organisation apart from it. */
static gboolean
fits_subject (const ConfigPeer *peer, const ListenerIdentity *identity)
{
  const char *number = identity->organization_identifier;

  if (!is_set (peer->issuer) || g_strcmp0 (peer->issuer, identity->issuer) != 0 ||
      identity->subject_serial_number == NULL ||
      g_ascii_strcasecmp (peer->wanted_serial, identity->subject_serial_number) != 0)
    return FALSE;
  if (!is_set (peer->uuid))
    return TRUE;
  return number != NULL && g_str_has_prefix (number, NATIONAL_NUMBER) &&
         strcmp (number + strlen (NATIONAL_NUMBER), peer->cvr) == 0;
}

/**
 * config_peer_find_by_certificate:
 * @peers: (element-type ConfigPeer): or structs that begin with one
 * @identity: (nullable): of the connection
 * @out_other: (out) (optional) (nullable): a second entry that names the same certificate
 *
 * The entry that names the certificate; nobody when the chain was not verified, and nobody when two entries do, one by
 * fingerprint and one by subject, which the configuration alone cannot show. Source: design.md 10.
 *
 * Returns: (transfer none) (nullable)
 */
const ConfigPeer *
config_peer_find_by_certificate (const GPtrArray *peers,
                                 const ListenerIdentity *identity,
                                 const ConfigPeer **out_other)
{
  const ConfigPeer *found = NULL;

  for (guint i = 0; identity != NULL && identity->verified && i < peers->len; i++)
    {
      const ConfigPeer *peer = peers->pdata[i];

      if (!fits_fingerprint (peer, identity) && !fits_subject (peer, identity))
        continue;
      if (found != NULL)
        {
          if (out_other != NULL)
            *out_other = found;
          return NULL;
        }
      found = peer;
    }
  return found;
}
