/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads Content-Type by RFC 9110 and finds the action where each SOAP version puts it. */
#include "http/planner-media.h"

#include <string.h>

#define SPACE " \t"

/* One `name=value` behind a `;`; quoted values without their quotes. Returns: FALSE at the end. */
static gboolean
next_parameter (const char **at, char **out_name, char **out_value)
{
  g_autoptr (GString) value = g_string_new (NULL);
  const char *name;
  const char *c = *at + strspn (*at, SPACE ";");
  gboolean is_quoted;

  if (*c == '\0')
    return FALSE;
  name = c;
  c += strcspn (c, "=;");
  *out_name = g_strstrip (g_strndup (name, (gsize) (c - name)));
  if (*c == '=')
    c++;
  is_quoted = *c == '"';
  for (c += is_quoted; *c != '\0' && *c != (is_quoted ? '"' : ';'); c++)
    {
      if (is_quoted && *c == '\\' && c[1] != '\0')
        c++;
      g_string_append_c (value, *c);
    }
  *at = c + (is_quoted && *c == '"');
  *out_value = g_strstrip (g_string_free (g_steal_pointer (&value), FALSE));
  return TRUE;
}

/* What the contract reads; the bytes themselves tell which of them it is. */
static gboolean
is_known_charset (const char *charset)
{
  static const char *const known[] = {
    "utf-8", "utf8", "us-ascii", "utf-16", "utf-16le", "utf-16be"
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_ascii_strcasecmp (charset, known[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Nearly every caller writes it in one of these ways, which need no taking apart. */
static gboolean
is_usual (const char *content_type)
{
  static const char *const usual[] = { "text/xml; charset=utf-8", "text/xml;charset=UTF-8",
                                       "text/xml; charset=UTF-8", "text/xml;charset=utf-8" };

  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    if (strcmp (content_type, usual[i]) == 0)
      return TRUE;
  return FALSE;
}

/**
 * planner_media_is_plain:
 * @content_encoding: (nullable): the header
 *
 * Source: RFC 9110 §8.4; nothing is unpacked, so that no body grows after it was measured. Any thread.
 *
 * Returns: FALSE when the body is packed
 */
gboolean
planner_media_is_plain (const char *content_encoding)
{
  return content_encoding == NULL || *content_encoding == '\0' ||
         g_ascii_strcasecmp (content_encoding, "identity") == 0;
}

/**
 * planner_media_read:
 * @content_type: (nullable): the header
 * @soap_action: (nullable): the header of SOAP 1.1, used with text/xml
 * @out_action: (transfer full) (nullable): that, or the action parameter of SOAP 1.2
 *
 * Source: SOAP 1.1 §6.1, RFC 3902. Any thread.
 *
 * Returns: FALSE when the body is not SOAP in UTF-8 or UTF-16 by its type
 */
gboolean
planner_media_read (const char *content_type, const char *soap_action, char **out_action)
{
  const char *at = content_type;
  g_autofree char *type = NULL;
  g_autofree char *action = NULL;
  gboolean is_1_2;

  if (content_type == NULL)
    return FALSE;
  if (is_usual (content_type))
    {
      *out_action = g_strdup (soap_action);
      return TRUE;
    }
  type = g_strstrip (g_strndup (content_type, strcspn (content_type, ";")));
  is_1_2 = g_ascii_strcasecmp (type, "application/soap+xml") == 0;
  if (!is_1_2 && g_ascii_strcasecmp (type, "text/xml") != 0)
    return FALSE;
  for (at += strcspn (at, ";"); *at != '\0';)
    {
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (!next_parameter (&at, &name, &value))
        break;
      if (g_ascii_strcasecmp (name, "charset") == 0 && !is_known_charset (value))
        return FALSE;
      if (is_1_2 && g_ascii_strcasecmp (name, "action") == 0)
        {
          g_free (action);
          action = g_steal_pointer (&value);
        }
    }
  *out_action = is_1_2 ? g_steal_pointer (&action) : g_strdup (soap_action);
  return TRUE;
}

/**
 * planner_media_refuse:
 *
 * Replies 415 and says what is taken.
 */
void
planner_media_refuse (ListenerRequest *request)
{
  static const char words[] =
    "SOAP in UTF-8 or UTF-16, not packed, is taken: text/xml, or application/soap+xml.\n";
  g_autoptr (GBytes) body = g_bytes_new_static (words, sizeof words - 1);

  listener_request_reply (request, 415, "text/plain; charset=utf-8", body);
}
