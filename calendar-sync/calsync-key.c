/* SPDX-License-Identifier: EUPL-1.2 */
/* The one spelling of an item's address by which it is known here. */
#include "calsync-key.h"

#include <string.h>

static gboolean
is_plain (guint8 byte)
{
  return g_ascii_isalnum (byte) || strchr ("-._~/", byte) != NULL;
}

/* Behind `scheme://authority`, when there is one. */
static const char *
skip_origin (const char *key)
{
  const char *at = strstr (key, "://");

  if (at == NULL || at > key + strcspn (key, "/?#"))
    return key;
  at += 3;
  return at + strcspn (at, "/?#");
}

/**
 * calsync_key_normalise:
 * @key: an item's address in any spelling: absolute or a path
 *
 * Scheme and host, query and fragment are taken off, and of the ways to write a byte one is chosen:
 * letters, digits and `-._~/` stand as they are, all others as `%XX`, and an escaped slash stays
 * escaped. Servers answer with other spellings than they were asked in (`@` for `%40`), none is known
 * to keep two items whose addresses differ in nothing else. Any thread. Source: RFC 3986 section 6.
 *
 * Returns: (transfer full): what is compared and hashed; not for requests
 */
char *
calsync_key_normalise (const char *key)
{
  GString *text = g_string_new (NULL);

  for (const char *at = skip_origin (key); *at != '\0' && *at != '?' && *at != '#'; at++)
    {
      guint8 byte = (guint8) *at;
      gboolean is_escape = byte == '%' && g_ascii_isxdigit (at[1]) && g_ascii_isxdigit (at[2]);

      if (is_escape)
        {
          byte = (guint8) (g_ascii_xdigit_value (at[1]) * 16 + g_ascii_xdigit_value (at[2]));
          at += 2;
        }
      if (byte != '\0' && is_plain (byte) && !(is_escape && byte == '/'))
        g_string_append_c (text, (char) byte);
      else
        g_string_append_printf (text, "%%%02X", byte);
    }
  return g_string_free (text, FALSE);
}
