/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads what names a caller's certificate, and refuses a list in which one certificate could be two callers. */
#include "planner-config-callers.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "planner-config-table.h"

#define MAX_FID_DIGITS 20

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
check_fingerprints (ConfigCaller *caller, const char *group, GError **error)
{
  for (guint i = 0; caller->fingerprints != NULL && caller->fingerprints[i] != NULL; i++)
    if (!fold_fingerprint (&caller->fingerprints[i], group, error))
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
check_shapes (const ConfigCaller *caller, const char *group, GError **error)
{
  if (is_set (caller->issuer) && strchr (caller->issuer, '=') == NULL)
    return config_fail (error, group, "issuer", "must be a name such as CN=…,O=…,C=DK");
  if (is_set (caller->cvr) && !is_digits (caller->cvr, 8, 8))
    return config_fail (error, group, "cvr", "must have 8 digits");
  if (is_set (caller->fid) && !is_digits (caller->fid, 1, MAX_FID_DIGITS))
    return config_fail (error, group, "fid", "must have digits only");
  if (is_set (caller->uuid) && !ids_is_guid (caller->uuid))
    return config_fail (error, group, "uuid", "must be a UUID, eight hex digits and so on");
  return TRUE;
}

/* Which go together. An issuer always, for another authority may give the same numbers to somebody else. */
static gboolean
check_together (const ConfigCaller *caller, const char *group, GError **error)
{
  if (is_set (caller->cvr) != (is_set (caller->fid) || is_set (caller->uuid)))
    return config_fail (error, group, NULL,
                        "needs cvr and fid together for OCES2, or cvr and uuid for OCES3");
  if (is_set (caller->fid) && is_set (caller->uuid))
    return config_fail (error, group, NULL,
                        "has fid and uuid: one certificate has only one of them");
  if (is_set (caller->cvr) && is_set (caller->subject_serial))
    return config_fail (error, group, NULL, "has cvr and subject-serial: keep one of them");
  if (is_set (caller->issuer) != (is_set (caller->subject_serial) || is_set (caller->cvr)))
    return config_fail (
      error, group, NULL,
      "needs issuer and subject-serial together, or neither; or issuer with cvr and "
      "fid, or cvr and uuid");
  return TRUE;
}

/* What the subject's serialNumber must be; the forms of the OCES certificate policies. */
static void
set_wanted_serial (ConfigCaller *caller)
{
  if (is_set (caller->fid))
    caller->wanted_serial = g_strdup_printf ("CVR:%s-FID:%s", caller->cvr, caller->fid);
  else if (is_set (caller->uuid))
    caller->wanted_serial = g_strconcat ("UI:DK-O:G:", caller->uuid, NULL);
  else
    caller->wanted_serial = g_strdup (caller->subject_serial);
}

/**
 * planner_config_check_caller:
 * @caller: as read; fingerprints are folded and @wanted_serial is set
 * @group: its group, for the error
 *
 * Errors: PLANNER_ERROR_NOT_VALID naming group and key.
 */
gboolean
planner_config_check_caller (ConfigCaller *caller, const char *group, GError **error)
{
  if (!check_fingerprints (caller, group, error) || !fold_issuer (&caller->issuer, group, error) ||
      !check_shapes (caller, group, error) || !check_together (caller, group, error))
    return FALSE;
  set_wanted_serial (caller);
  return TRUE;
}

static gboolean
share_fingerprint (const ConfigCaller *one, const ConfigCaller *other)
{
  for (guint i = 0; one->fingerprints != NULL && one->fingerprints[i] != NULL; i++)
    if (other->fingerprints != NULL &&
        g_strv_contains ((const char *const *) other->fingerprints, one->fingerprints[i]))
      return TRUE;
  return FALSE;
}

/* An entry by subject-serial says nothing of the organisation number, so it meets any. */
static gboolean
share_subject (const ConfigCaller *one, const ConfigCaller *other)
{
  return is_set (one->issuer) && strcmp (one->issuer, other->issuer) == 0 &&
         g_ascii_strcasecmp (one->wanted_serial, other->wanted_serial) == 0 &&
         (!is_set (one->cvr) || !is_set (other->cvr) || strcmp (one->cvr, other->cvr) == 0);
}

/**
 * planner_config_check_callers:
 * @callers: (element-type ConfigCaller): each checked
 *
 * Errors: PLANNER_ERROR_NOT_VALID, when one certificate could be two of them.
 */
gboolean
planner_config_check_callers (const GPtrArray *callers, GError **error)
{
  for (guint i = 0; i < callers->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const ConfigCaller *one = callers->pdata[i];
        const ConfigCaller *other = callers->pdata[j];
        g_autofree char *what = NULL;

        if (!share_fingerprint (one, other) && !share_subject (one, other))
          continue;
        what =
          g_strdup_printf ("stands in two callers, %s and %s: one certificate must be one caller",
                           other->name, one->name);
        return config_fail (error, one->name,
                            share_fingerprint (one, other) ? "fingerprint" : "issuer and subject",
                            what);
      }
  return TRUE;
}
