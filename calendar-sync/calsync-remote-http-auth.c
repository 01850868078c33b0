/* SPDX-License-Identifier: EUPL-1.2 */
/* Who we are: Basic, Digest and Bearer, with one attempt, so that no account is ever locked by us. */
#include "calsync-remote-http-private.h"

#include <string.h>

/* Whether a header may carry it: printable, no blanks. */
static gboolean
is_token68 (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      if (!g_ascii_isgraph (*p))
        return FALSE;
    }
  return *text != '\0';
}

/* Whether the settings have what their way to authenticate needs. */
gboolean
calsync_http_check_auth (const CalsyncHttpSettings *settings, GError **error)
{
  const gboolean has_secret = settings->secret != NULL && *settings->secret != '\0';
  const gboolean has_user = settings->user != NULL && *settings->user != '\0';
  const char *problem = NULL;

  if (settings->auth == CALSYNC_AUTH_NONE)
    return TRUE;
  if (settings->auth == CALSYNC_AUTH_BEARER && (!has_secret || !is_token68 (settings->secret)))
    problem = "The bearer token is missing or holds blanks: write it on one line of its file.";
  else if (settings->auth != CALSYNC_AUTH_BEARER && (!has_secret || !has_user))
    problem = "The user name or the password is missing.";
  else if (settings->auth == CALSYNC_AUTH_BASIC && strchr (settings->user, ':') != NULL)
    problem = "A user name for Basic authentication cannot hold a colon.";
  if (problem == NULL)
    return TRUE;
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_DENIED, problem);
  return FALSE;
}

/* Overwrites and frees what holds a secret; @text may be NULL. */
void
calsync_http_forget (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

/* RFC 7617: in UTF-8. */
static char *
make_basic (const CalsyncHttp *http)
{
  char *pair = g_strconcat (http->user, ":", http->secret, NULL);
  char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
  char *value = g_strconcat ("Basic ", encoded, NULL);

  calsync_http_forget (pair);
  calsync_http_forget (encoded);
  return value;
}

/* The Authorization header of the next request, to be given to calsync_http_forget(); NULL: none. */
char *
calsync_http_dup_authorization (CalsyncHttp *http, SoupMessage *message)
{
  if (http->digest != NULL)
    return soup_auth_get_authorization (http->digest, message);
  if (http->auth == CALSYNC_AUTH_BEARER)
    return g_strconcat ("Bearer ", http->secret, NULL);
  /* With the first request, which saves one for every run. */
  return http->auth == CALSYNC_AUTH_BASIC ? make_basic (http) : NULL;
}

/* Whether an item of the list opens a challenge: a scheme alone, or one before its first parameter. */
static gboolean
is_scheme_start (const char *item)
{
  const gsize n_word = strcspn (item, " \t=");

  return n_word > 0 && item[n_word] != '=' && item[n_word + strspn (item + n_word, " \t")] != '=';
}

/* The parameters of one scheme out of a list of challenges (RFC 9110 11.6.1), with the scheme's name. */
static char *
dup_challenge (SoupMessage *message, const char *scheme)
{
  const char *header =
    soup_message_headers_get_list (soup_message_get_response_headers (message), "WWW-Authenticate");
  GSList *items = header != NULL ? soup_header_parse_list (header) : NULL;
  g_autoptr (GString) challenge = g_string_new (NULL);
  gboolean is_ours = FALSE;

  for (GSList *item = items; item != NULL; item = item->next)
    {
      const char *text = item->data;

      if (is_scheme_start (text))
        {
          const gsize n_word = strcspn (text, " \t");

          if (challenge->len > 0)
            break;
          is_ours = n_word == strlen (scheme) && g_ascii_strncasecmp (text, scheme, n_word) == 0;
        }
      if (is_ours)
        g_string_append_printf (challenge, "%s%s", challenge->len > 0 ? ", " : "", text);
    }
  g_clear_pointer (&items, soup_header_free_list);
  return challenge->len > 0 ? g_string_free (g_steal_pointer (&challenge), FALSE) : NULL;
}

/* Whether the challenge to a digest says only that its nonce grew old: the password was right. */
static gboolean
is_stale (const char *challenge)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (const char *p = challenge; *p != '\0'; p++)
    {
      if (strchr (" \t\"", *p) == NULL)
        g_string_append_c (plain, g_ascii_tolower (*p));
    }
  return strstr (plain->str, "stale=true") != NULL;
}

/*
 * Whether a 401 may be answered with something that was not said yet: Digest where Basic was refused
 * unread, or a new nonce. The same password is never sent twice in the same way: directories lock
 * accounts after a few attempts.
 */
gboolean
calsync_http_answer_challenge (CalsyncHttp *http, SoupMessage *message)
{
  g_autofree char *digest = dup_challenge (message, "Digest");
  g_autofree char *basic = dup_challenge (message, "Basic");
  const gboolean was_digest = http->digest != NULL;

  if ((http->auth != CALSYNC_AUTH_BASIC && http->auth != CALSYNC_AUTH_DIGEST) || digest == NULL)
    return FALSE;
  if (http->auth == CALSYNC_AUTH_BASIC && basic != NULL)
    return FALSE;
  if (was_digest && !is_stale (digest))
    return FALSE;
  g_clear_object (&http->digest);
  http->digest = soup_auth_new (SOUP_TYPE_AUTH_DIGEST, message, digest);
  if (http->digest == NULL)
    return FALSE;
  soup_auth_authenticate (http->digest, http->user, http->secret);
  return soup_auth_is_authenticated (http->digest);
}

/* The error of a 401 that stands, and the end of all requests of this account. */
void
calsync_http_set_denied (CalsyncHttp *http, SoupMessage *message, GError **error)
{
  g_autofree char *digest = dup_challenge (message, "Digest");
  g_autofree char *bearer = dup_challenge (message, "Bearer");
  g_autofree char *basic = dup_challenge (message, "Basic");
  const char *text = "The server refuses the user name or the password: check both, and whether it "
                     "wants a password for applications.";

  http->is_denied = TRUE;
  if (http->auth == CALSYNC_AUTH_NONE)
    text = http->certificate != NULL
             ? "The server wants a name besides our certificate: give a user name and a password."
             : "The server wants to know who asks: give a user name and a password.";
  else if (http->auth == CALSYNC_AUTH_BEARER)
    text = "The server refuses the token: it may have expired; get another one.";
  else if (http->auth == CALSYNC_AUTH_DIGEST && digest == NULL)
    text = "The server does not offer Digest authentication: allow Basic for this calendar.";
  else if (http->digest == NULL && digest != NULL && basic == NULL)
    text = "The server wants a kind of Digest authentication that is not known here (only MD5 is).";
  else if (basic == NULL && digest == NULL && bearer != NULL)
    text = "The server takes tokens only: use a bearer token instead of a password.";
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_DENIED, text);
}
