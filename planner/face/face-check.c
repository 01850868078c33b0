/* SPDX-License-Identifier: EUPL-1.2 */
/* Opens certificates, keys, authorities and secrets as a start would, and gathers all that is wrong. */
#include "face/face-check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "listener-certificate.h"

/* Where the service manager puts the keys that it hands over; there only while the service runs. */
#define CREDENTIALS "/run/credentials/"

struct _FaceCheck
{
  GPtrArray *problems;
  GPtrArray *notes;
};

/**
 * face_check_new:
 *
 * Returns: (transfer full): ended by face_check_end()
 */
FaceCheck *
face_check_new (void)
{
  FaceCheck *check = g_new0 (FaceCheck, 1);

  check->problems = g_ptr_array_new_with_free_func (g_free);
  check->notes = g_ptr_array_new_with_free_func (g_free);
  return check;
}

static gboolean
is_given (const char *file)
{
  return file != NULL && *file != '\0';
}

static void
add (GPtrArray *list, const char *file, const char *words)
{
  g_ptr_array_add (list, g_strdup_printf ("%s: %s", file, words));
}

/* Whether it can be opened; what is handed over at the start is no fault before it. */
static gboolean
can_open (FaceCheck *check, const char *file)
{
  struct stat about;
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  int code = fd < 0 ? errno : 0;
  gboolean is_regular = fd >= 0 && fstat (fd, &about) == 0 && S_ISREG (about.st_mode);

  if (fd >= 0)
    close (fd);
  if (is_regular)
    return TRUE;
  if (code == ENOENT && g_str_has_prefix (file, CREDENTIALS))
    add (check->notes, file,
         "not looked at: the service manager hands it over when the service starts");
  else
    add (check->problems, file, code != 0 ? g_strerror (code) : "is no file");
  return FALSE;
}

static char *
dup_day (gint64 at_us)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC);

  return at != NULL ? g_date_time_format (at, "%Y-%m-%d %H:%M UTC") : g_strdup ("another time");
}

static gboolean
check_certificate (FaceCheck *check, const char *file)
{
  g_autoptr (ListenerCertificateInfo) info = NULL;
  g_autofree char *pem = NULL;
  g_autofree char *day = NULL;
  g_autofree char *words = NULL;
  gint64 now_us = clock_now_us ();
  gsize n_bytes = 0;

  if (!can_open (check, file) || !g_file_get_contents (file, &pem, &n_bytes, NULL))
    return FALSE;
  info = listener_certificate_read (pem, n_bytes);
  if (info == NULL)
    {
      add (check->problems, file, "holds no certificate in PEM");
      return FALSE;
    }
  if (info->expires_unix_us > now_us && info->begins_unix_us <= now_us)
    return TRUE;
  day = dup_day (info->expires_unix_us <= now_us ? info->expires_unix_us : info->begins_unix_us);
  words = info->expires_unix_us <= now_us
            ? g_strdup_printf ("the certificate has expired: %s", day)
            : g_strdup_printf ("the certificate is not valid before %s", day);
  add (check->problems, file, words);
  return TRUE;
}

static void
check_fit (FaceCheck *check, const char *certificate_file, const char *key_file)
{
  const ListenerTlsSettings pair = { .certificate_file = certificate_file,
                                     .key_file = key_file,
                                     .client_certificate = LISTENER_CLIENT_CERTIFICATE_NONE };
  g_autoptr (GError) problem = NULL;
  ListenerTls *tls = listener_tls_new (&pair, &problem);

  if (tls != NULL)
    listener_tls_unref (tls);
  else
    g_ptr_array_add (check->problems, g_strdup (problem->message));
}

/**
 * face_check_pair:
 * @certificate_file: (nullable): empty: there is none
 * @key_file: (nullable): empty: it is in @certificate_file
 *
 * Both can be read, the certificate is valid now, the key is its key and not everybody's. Blocks.
 */
void
face_check_pair (FaceCheck *check, const char *certificate_file, const char *key_file)
{
  gboolean has_key = is_given (key_file);
  gboolean ok;

  if (!is_given (certificate_file))
    return;
  ok = check_certificate (check, certificate_file);
  if ((!has_key || can_open (check, key_file)) && ok)
    check_fit (check, certificate_file, has_key ? key_file : certificate_file);
}

/**
 * face_check_authorities:
 * @file: (nullable): empty: those of the system
 */
void
face_check_authorities (FaceCheck *check, const char *file)
{
  const ListenerTrustSettings settings = { .trust_file = file };
  g_autoptr (GError) problem = NULL;
  ListenerTrust *trust;

  if (!is_given (file) || !can_open (check, file))
    return;
  trust = listener_trust_new (&settings, &problem);
  if (trust != NULL)
    listener_trust_unref (trust);
  else
    g_ptr_array_add (check->problems, g_strdup (problem->message));
}

/**
 * face_check_trust:
 *
 * Authorities and revocation lists of a face.
 */
void
face_check_trust (FaceCheck *check, const FaceCredentials *files)
{
  g_autoptr (GError) problem = NULL;
  FaceSet faces = { 0 };

  if (!can_open (check, files->trust_file))
    return;
  if (!face_set_load_trust (&faces, files, &problem))
    g_ptr_array_add (check->problems, g_strdup (problem->message));
  g_clear_pointer (&faces.trust, listener_trust_unref);
}

/**
 * face_check_secret:
 * @file: (nullable): empty: there is none
 *
 * It can be read, and by nobody else.
 */
void
face_check_secret (FaceCheck *check, const char *file)
{
  struct stat about;

  if (!is_given (file) || !can_open (check, file))
    return;
  if (stat (file, &about) == 0 && (about.st_mode & 0077) != 0)
    add (check->problems, file, "others may read it: chmod 0600");
}

static char *
dup_lines (const GPtrArray *lines, const char *behind)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (all, "%s%s", (const char *) lines->pdata[i],
                            i + 1 < lines->len ? "\n" : behind);
  return g_string_free (all, FALSE);
}

/**
 * face_check_end:
 * @check: (transfer full)
 * @out_notes: (transfer full): lines about what could not be looked at; set on failure too
 *
 * Errors: LISTENER_ERROR_CERTIFICATE, a line for each file that is wrong.
 */
gboolean
face_check_end (FaceCheck *check, char **out_notes, GError **error)
{
  g_autofree char *problems = dup_lines (check->problems, "");
  gboolean ok = check->problems->len == 0;

  *out_notes = dup_lines (check->notes, "\n");
  if (!ok)
    g_set_error_literal (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE, problems);
  g_ptr_array_unref (check->problems);
  g_ptr_array_unref (check->notes);
  g_free (check);
  return ok;
}
