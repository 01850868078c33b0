/* SPDX-License-Identifier: EUPL-1.2 */
/* Words a mail and hands it to a mail server by libcurl, in one attempt. */
#include "upstream/track-mail.h"

#include <curl/curl.h>
#include <glib/gstdio.h>
#include <string.h>

#define CONNECT_S 10L
#define WHOLE_S   30L
#define LINE      76

typedef struct
{
  const char *text;
  gsize n_left;
} Rest;

/**
 * track_mail_error_quark:
 *
 * Domain of TrackMailError.
 */
G_DEFINE_QUARK (track - mail - error, track_mail_error)

static gboolean
fail_settings (GError **error, const char *what, const char *why)
{
  g_set_error (error, TRACK_MAIL_ERROR, TRACK_MAIL_ERROR_SETTINGS, "%s: %s", what, why);
  return FALSE;
}

/* Nothing that could end a line of the protocol or begin another address. */
static gboolean
is_address (const char *text)
{
  const char *at = text != NULL ? strchr (text, '@') : NULL;

  if (at == NULL || at == text || at[1] == '\0' || strchr (at + 1, '@') != NULL ||
      strlen (text) > 254)
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c) || strchr ("<>()[]\\,;:\"", *c) != NULL)
      return FALSE;
  return TRUE;
}

static gboolean
read_password (const TrackMailSettings *settings, char **out_password, GError **error)
{
  GStatBuf about;

  if (settings->user == NULL || *settings->user == '\0')
    return TRUE;
  if (settings->password_file == NULL || g_stat (settings->password_file, &about) != 0)
    return fail_settings (error, "the password of the mail server", "its file cannot be read");
  if ((about.st_mode & 0077) != 0)
    return fail_settings (error, settings->password_file, "others may read it: chmod 0600");
  if (!g_file_get_contents (settings->password_file, out_password, NULL, error))
    return FALSE;
  g_strchomp (*out_password);
  return TRUE;
}

static void
append_base64 (GString *out, const char *text)
{
  g_autofree char *encoded = g_base64_encode ((const guchar *) text, strlen (text));
  gsize n = strlen (encoded);

  for (gsize i = 0; i < n; i += LINE)
    {
      g_string_append_len (out, encoded + i, (gssize) MIN (LINE, n - i));
      g_string_append (out, "\r\n");
    }
}

static char *
dup_date (gint64 at_us)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC);

  if (at == NULL)
    return g_strdup ("Thu, 1 Jan 1970 00:00:00 +0000");
  return g_strdup_printf ("%s, %d %s %04d %02d:%02d:%02d +0000",
                          days[g_date_time_get_day_of_week (at) - 1],
                          g_date_time_get_day_of_month (at), months[g_date_time_get_month (at) - 1],
                          g_date_time_get_year (at), g_date_time_get_hour (at),
                          g_date_time_get_minute (at), g_date_time_get_second (at));
}

/**
 * track_mail_dup_message:
 *
 * RFC 5322 and MIME; the text in base64, so that no line is too long for anybody. Any thread.
 *
 * Returns: (transfer full)
 */
char *
track_mail_dup_message (const TrackMailSettings *settings, const TrackMail *mail)
{
  GString *out = g_string_new (NULL);
  g_autofree char *date = dup_date (mail->at_us);
  g_autofree char *id = g_compute_checksum_for_string (G_CHECKSUM_SHA256, mail->key, -1);
  g_autofree char *subject = g_strdelimit (g_strdup (mail->subject), "\r\n", ' ');
  const char *domain = strchr (settings->from, '@');

  g_string_append_printf (out,
                          "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n"
                          "Message-ID: <%.40s%s>\r\nAuto-Submitted: auto-generated\r\n"
                          "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                          "Content-Transfer-Encoding: base64\r\n\r\n",
                          date, settings->from, mail->to, subject, id,
                          domain != NULL ? domain : "@switchtrackd.invalid");
  append_base64 (out, mail->text);
  return g_string_free (out, FALSE);
}

static size_t
on_read (char *buffer, size_t size, size_t n_items, void *data)
{
  Rest *rest = data;
  gsize n = MIN (size * n_items, rest->n_left);

  memcpy (buffer, rest->text, n);
  rest->text += n;
  rest->n_left -= n;
  return n;
}

/* Asked about once a second. */
static int
on_progress (void *data, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
  return g_cancellable_is_cancelled (data) ? 1 : 0;
}

static void
set_options (CURL *curl, const TrackMailSettings *settings, const char *password)
{
  curl_easy_setopt (curl, CURLOPT_URL, settings->url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT, WHOLE_S);
  curl_easy_setopt (curl, CURLOPT_USE_SSL,
                    (long) (settings->needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  if (settings->trust_file != NULL && *settings->trust_file != '\0')
    curl_easy_setopt (curl, CURLOPT_CAINFO, settings->trust_file);
  if (password != NULL)
    {
      curl_easy_setopt (curl, CURLOPT_USERNAME, settings->user);
      curl_easy_setopt (curl, CURLOPT_PASSWORD, password);
    }
  if (settings->cancellable != NULL)
    {
      curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
      curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress);
      curl_easy_setopt (curl, CURLOPT_XFERINFODATA, settings->cancellable);
    }
  curl_easy_setopt (curl, CURLOPT_MAIL_FROM, settings->from);
  curl_easy_setopt (curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (curl, CURLOPT_READFUNCTION, on_read);
}

static gboolean
hand_over (CURL *curl, const TrackMail *mail, const char *message, GError **error)
{
  struct curl_slist *to = curl_slist_append (NULL, mail->to);
  Rest rest = { message, strlen (message) };
  long code = 0;
  CURLcode result;

  curl_easy_setopt (curl, CURLOPT_MAIL_RCPT, to);
  curl_easy_setopt (curl, CURLOPT_READDATA, &rest);
  result = curl_easy_perform (curl);
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &code);
  curl_slist_free_all (to);
  if (result == CURLE_OK)
    return TRUE;
  g_set_error (error, TRACK_MAIL_ERROR, TRACK_MAIL_ERROR_REFUSED, "%s (SMTP %ld)",
               curl_easy_strerror (result), code);
  return FALSE;
}

/**
 * track_mail_send:
 *
 * In one attempt: 10 s for the connection, 30 s for all. Errors: TRACK_MAIL_ERROR, without addresses or secrets in the
 * text. Any thread but the loop's; blocks.
 */
gboolean
track_mail_send (const TrackMailSettings *settings, const TrackMail *mail, GError **error)
{
  g_autofree char *password = NULL;
  g_autofree char *message = NULL;
  gboolean ok = FALSE;
  CURL *curl;

  if (settings->url == NULL || *settings->url == '\0')
    return fail_settings (error, "[mail] url", "not set: no mail server");
  if (!is_address (settings->from))
    return fail_settings (error, "[mail] from", "no mail address");
  if (!is_address (mail->to))
    return fail_settings (error, "the receiver", "no mail address");
  if (!read_password (settings, &password, error))
    return FALSE;
  message = track_mail_dup_message (settings, mail);
  curl = curl_easy_init ();
  if (curl == NULL)
    return fail_settings (error, "mail", "libcurl cannot be used");
  set_options (curl, settings, password);
  ok = hand_over (curl, mail, message, error);
  curl_easy_cleanup (curl);
  return ok;
}
