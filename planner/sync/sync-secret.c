/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a secret from its file after a look at who else can; says what to do when it cannot be used. */
#include "sync/sync-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* Longer than any token; a certificate's key is read by the library itself. */
#define MAX_BYTES       (64 * 1024)
#define MAX_NAME        128
#define CREDENTIALS_ENV "CREDENTIALS_DIRECTORY"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define NAME_LETTERS           \
  "abcdefghijklmnopqrstuvwxyz" \
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
  "0123456789._-"

/* Never the content: the name and what to do. */
static gboolean G_GNUC_PRINTF (3, 4)
  refuse (GError **error, const char *name, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "secret %s %s", name, what);
  return FALSE;
}

static gboolean
is_name (const char *name)
{
  return *name != '\0' && *name != '.' && strlen (name) <= MAX_NAME &&
         strspn (name, NAME_LETTERS) == strlen (name);
}

/**
 * sync_secret_clear:
 *
 * Overwrites and frees it; harmless when it is empty.
 */
void
sync_secret_clear (SyncSecret *secret)
{
  if (secret->text != NULL)
    explicit_bzero (secret->text, secret->n_bytes + 1);
  g_clear_pointer (&secret->text, g_free);
  secret->n_bytes = 0;
}

/**
 * sync_secret_dup_path:
 * @name: letters, digits, dot, dash and underscore; no folder in it
 *
 * Where the file of that name stands. Errors: PLANNER_ERROR_NOT_VALID for the name,
 * PLANNER_ERROR_UNAVAILABLE when no folder of secrets is known.
 *
 * Returns: (transfer full)
 */
char *
sync_secret_dup_path (const SyncSettings *settings, const char *name, GError **error)
{
  const char *folder = settings->secrets_dir;

  if (folder == NULL)
    folder = g_getenv (CREDENTIALS_ENV);
  if (!is_name (name))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "a secret is named by its file's name alone: letters, digits, dots, "
                           "dashes and underscores, no folder and no dot in front");
      return NULL;
    }
  if (folder != NULL && *folder != '\0')
    return g_build_filename (folder, name, NULL);
  refuse (error, name,
          "is nowhere to be looked for: set [sync] secrets-dir to the folder that "
          "holds it, or load it as a credential of the service");
  return NULL;
}

/* The service manager's copies may belong to root and carry an access list, which shows as the group's right to read. */
static gboolean
check_file (const SyncSettings *settings, const char *name, int fd, GError **error)
{
  gboolean is_credential = settings->secrets_dir == NULL;
  struct stat status;

  if (fstat (fd, &status) != 0)
    return refuse (error, name, "cannot be looked at: %s", g_strerror (errno));
  if (!S_ISREG (status.st_mode))
    return refuse (error, name, "is not a file");
  if (status.st_uid != geteuid () && !(is_credential && status.st_uid == 0))
    return refuse (
      error, name,
      "belongs to user %u and is read as user %u: chown it to the user of plannerd, and "
      "run plannerctl as that user",
      (guint) status.st_uid, (guint) geteuid ());
  if ((status.st_mode & (is_credential ? 0027 : 0077)) != 0)
    return refuse (error, name, "can be read or changed by others: chmod 600");
  if (status.st_size > MAX_BYTES)
    return refuse (error, name, "is longer than %d bytes: is it the right file?", MAX_BYTES);
  return TRUE;
}

/* Why a file did not open, and what to do. */
static const char *
explain (int code)
{
  switch (code)
    {
    case ENOENT:
      return "it is not there: write it, with mode 0600";
    case ELOOP:
      return "it is a link, which may lead anywhere: put the file itself there";
    case EACCES:
      return "the user of plannerd may not read it: chown it to that user, chmod 600, and the "
             "folder "
             "chmod 700";
    case ENXIO:
      return "it is not a file";
    default:
      return g_strerror (code);
    }
}

/* Returns: a descriptor of a file that is nobody else's; -1 with @error set. */
static int
open_file (const SyncSettings *settings, const char *name, const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

  if (fd < 0)
    refuse (error, name, "cannot be opened as %s: %s", path, explain (errno));
  else if (!check_file (settings, name, fd, error))
    {
      close (fd);
      fd = -1;
    }
  return fd;
}

/* One byte more than is allowed shows that the file grew. */
static gboolean
read_all (int fd, SyncSecret *secret)
{
  ssize_t n_got = 1;

  secret->text = g_malloc0 (MAX_BYTES + 2);
  secret->n_bytes = 0;
  while (n_got != 0 && secret->n_bytes <= MAX_BYTES)
    {
      n_got = read (fd, secret->text + secret->n_bytes, MAX_BYTES + 1 - secret->n_bytes);
      if (n_got < 0 && errno != EINTR)
        return FALSE;
      secret->n_bytes += n_got > 0 ? (gsize) n_got : 0;
    }
  return TRUE;
}

/* An editor's mark or a stray key would be sent as a part of the password, and lock the account. */
static gboolean
is_plain (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;
  return !g_str_has_prefix (text, BYTE_ORDER_MARK);
}

static gboolean
check_text (const char *name, SyncSecret *secret, GError **error)
{
  char *text = secret->text;

  if (secret->n_bytes > MAX_BYTES)
    return refuse (error, name, "is longer than %d bytes: is it the right file?", MAX_BYTES);
  if (strlen (text) != secret->n_bytes || !g_utf8_validate (text, -1, NULL))
    return refuse (error, name, "is not text in UTF-8");
  text[strcspn (text, "\r\n")] = '\0';
  if (*text == '\0')
    return refuse (error, name, "is empty in its first line");
  if (!is_plain (text))
    return refuse (
      error, name,
      "holds a control character or a byte order mark: save it as plain text in UTF-8");
  return TRUE;
}

/**
 * sync_secret_dup_checked_path:
 * @name: of a file that a library reads by itself, a client certificate with its key
 *
 * Errors as sync_secret_load(). Any thread; blocks.
 *
 * Returns: (transfer full): where it stands, once it is sure that nobody else can read it
 */
char *
sync_secret_dup_checked_path (const SyncSettings *settings, const char *name, GError **error)
{
  g_autofree char *path = sync_secret_dup_path (settings, name, error);
  int fd;

  if (path == NULL)
    return NULL;
  fd = open_file (settings, name, path, error);
  if (fd < 0)
    return NULL;
  close (fd);
  return g_steal_pointer (&path);
}

/**
 * sync_secret_load:
 * @name: of the file, see sync_secret_dup_path()
 *
 * Reads the first line of a file that is plannerd's own, mode 0600, and no link. Errors as
 * sync_secret_dup_path(), and PLANNER_ERROR_UNAVAILABLE; none of them holds a part of the content.
 * Any thread; blocks.
 */
gboolean
sync_secret_load (const SyncSettings *settings,
                  const char *name,
                  SyncSecret *out_secret,
                  GError **error)
{
  g_autofree char *path = sync_secret_dup_path (settings, name, error);
  g_auto (SyncSecret) secret = { 0 };
  gboolean ok;
  int fd;

  if (path == NULL)
    return FALSE;
  fd = open_file (settings, name, path, error);
  if (fd < 0)
    return FALSE;
  ok = read_all (fd, &secret);
  if (!ok)
    refuse (error, name, "cannot be read: %s", g_strerror (errno));
  close (fd);
  if (!ok || !check_text (name, &secret, error))
    return FALSE;
  *out_secret = secret;
  secret = (SyncSecret){ 0 };
  return TRUE;
}
