/* SPDX-License-Identifier: EUPL-1.2 */
/* Revocation lists: read from a file or a folder, checked for what they claim to be, looked up by serial number. */

#include "listener-error.h"
#include "listener-trust-private.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A national authority's list has some megabytes. */
#define MAX_FILE_BYTES (64 * 1024 * 1024)
#define MAX_LISTS      256

#define OID_DELTA               "2.5.29.27"
#define OID_ISSUING_POINT       "2.5.29.28"
#define OID_DISTRIBUTION_POINTS "2.5.29.31"

/* RFC 5280 §4.1.2.2 allows 20 bytes; some authorities add a leading zero. */
typedef struct
{
  guint8 n_bytes;
  guint8 bytes[23];
} CrlSerial;

static void
crl_free (gpointer data)
{
  ListenerCrl *crl = data;

  if (crl->list != NULL)
    gnutls_x509_crl_deinit (crl->list);
  if (crl->serials != NULL)
    g_array_unref (crl->serials);
  g_free (crl->info.file);
  g_free (crl->info.issuer);
  g_free (crl->info.scope);
  g_clear_pointer (&crl->scope, listener_scope_free);
  g_free (crl->info.problem);
}

static void
crl_unref (gpointer crl)
{
  g_rc_box_release_full (crl, crl_free);
}

/* Keeps @crl out of use, for the reason that the operator reads. */
void
listener_crl_reject (ListenerCrl *crl, const char *problem)
{
  if (crl->info.problem == NULL)
    crl->info.problem = g_strdup (problem);
}

static int
compare_serials (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (CrlSerial));
}

static gboolean
set_serial (CrlSerial *serial, const guint8 *bytes, gsize n_bytes)
{
  memset (serial, 0, sizeof *serial);
  while (n_bytes > 1 && bytes[0] == 0)
    {
      bytes++;
      n_bytes--;
    }
  if (n_bytes > sizeof serial->bytes)
    return FALSE;
  serial->n_bytes = (guint8) n_bytes;
  memcpy (serial->bytes, bytes, n_bytes);
  return TRUE;
}

static gboolean
read_serials (ListenerCrl *crl)
{
  gnutls_x509_crl_iter_t iterator = NULL;
  guint8 bytes[64];
  gsize n_bytes = sizeof bytes;
  time_t when;
  int code;

  crl->serials = g_array_new (FALSE, FALSE, sizeof (CrlSerial));
  while ((code = gnutls_x509_crl_iter_crt_serial (crl->list, &iterator, bytes, &n_bytes, &when)) ==
         0)
    {
      CrlSerial serial;

      if (!set_serial (&serial, bytes, n_bytes))
        break;
      g_array_append_val (crl->serials, serial);
      n_bytes = sizeof bytes;
    }
  gnutls_x509_crl_iter_deinit (iterator);
  g_array_sort (crl->serials, compare_serials);
  crl->info.n_revoked = crl->serials->len;
  return code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

/* By which the same list is known when it is read again. */
static gboolean
set_digest (ListenerCrl *crl)
{
  gnutls_datum_t der = { 0 };
  gboolean is_set = gnutls_x509_crl_export2 (crl->list, GNUTLS_X509_FMT_DER, &der) == 0 &&
                    gnutls_hash_fast (GNUTLS_DIG_SHA256, der.data, der.size, crl->digest) == 0;

  gnutls_free (der.data);
  return is_set;
}

/* What the issuing distribution point says of the list's part; taken for the whole, a part would clear revoked ones. */
static void
read_scope (ListenerCrl *crl, guint index)
{
  gnutls_datum_t der = { 0 };
  const char *problem = "it has two issuing distribution points";

  if (crl->scope == NULL && gnutls_x509_crl_get_extension_data2 (crl->list, index, &der) == 0)
    crl->scope = listener_scope_read (der.data, der.size, &problem);
  else
    g_clear_pointer (&crl->scope, listener_scope_free);
  gnutls_free (der.data);
  if (crl->scope == NULL)
    listener_crl_reject (crl, problem);
  else
    crl->info.scope = listener_scope_dup_text (crl->scope);
}

/* RFC 5280 §5.2: a list with a critical extension that is not understood is not used, a delta list in no case. */
static void
read_extensions (ListenerCrl *crl)
{
  for (guint i = 0;; i++)
    {
      char oid[128];
      gsize n_bytes = sizeof oid;
      guint critical = 0;
      int code = gnutls_x509_crl_get_extension_info (crl->list, i, oid, &n_bytes, &critical);

      if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return;
      if (code < 0 || strcmp (oid, OID_DELTA) == 0)
        listener_crl_reject (crl, "it tells only what changed since another list (delta)");
      else if (strcmp (oid, OID_ISSUING_POINT) == 0)
        read_scope (crl, i);
      else if (critical != 0)
        listener_crl_reject (crl, "it has a critical extension that is not understood");
      if (code < 0)
        return;
    }
}

static void
examine (ListenerCrl *crl)
{
  gnutls_datum_t name = { 0 };
  gint64 this_update = gnutls_x509_crl_get_this_update (crl->list);
  gint64 next_update = gnutls_x509_crl_get_next_update (crl->list);

  if (gnutls_x509_crl_get_issuer_dn3 (crl->list, &name, 0) == 0)
    crl->info.issuer = g_strndup ((const char *) name.data, name.size);
  gnutls_free (name.data);
  crl->info.this_update_unix_us = MAX (this_update, 0) * G_USEC_PER_SEC;
  crl->info.next_update_unix_us = MAX (next_update, MAX (this_update, 0)) * G_USEC_PER_SEC;
  if (!read_serials (crl) || !set_digest (crl))
    listener_crl_reject (crl, "it cannot be read to its end");
  read_extensions (crl);
}

static ListenerCrl *
add (GPtrArray *crls, const char *file)
{
  ListenerCrl *crl = g_rc_box_new0 (ListenerCrl);

  crl->info.file = g_strdup (file);
  g_ptr_array_add (crls, crl);
  return crl;
}

static void
add_bad (GPtrArray *crls, const char *file, const char *problem)
{
  listener_crl_reject (add (crls, file), problem);
}

static int
import (const gnutls_datum_t *data, gnutls_x509_crl_t **out_lists, guint *out_n_lists)
{
  gnutls_x509_crt_fmt_t format =
    g_strstr_len ((const char *) data->data, data->size, "-----BEGIN X509 CRL-----") != NULL
      ? GNUTLS_X509_FMT_PEM
      : GNUTLS_X509_FMT_DER;

  return gnutls_x509_crl_list_import2 (out_lists, out_n_lists, data, format, 0);
}

static void
read_file (GPtrArray *crls, const char *file)
{
  g_autofree char *text = NULL;
  gnutls_x509_crl_t *lists = NULL;
  gnutls_datum_t data;
  struct stat status;
  guint n_lists = 0;
  gsize n_bytes;
  int code;

  if (stat (file, &status) < 0 || !S_ISREG (status.st_mode) || status.st_size > MAX_FILE_BYTES ||
      !g_file_get_contents (file, &text, &n_bytes, NULL) || n_bytes > MAX_FILE_BYTES)
    {
      add_bad (crls, file, "it cannot be read, is no file, or is larger than 64 MiB");
      return;
    }
  data = (gnutls_datum_t){ .data = (guchar *) text, .size = (guint) n_bytes };
  code = import (&data, &lists, &n_lists);
  if (code < 0)
    {
      add_bad (crls, file, "it is no revocation list in PEM or DER");
      return;
    }
  for (guint i = 0; i < n_lists; i++)
    {
      ListenerCrl *crl = add (crls, file);

      crl->list = lists[i];
      examine (crl);
    }
  gnutls_free (lists);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_files (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (folder == NULL)
    {
      g_ptr_array_add (files, g_strdup (path));
      return files;
    }
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (name[0] != '.' && g_file_test (file, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (files, g_steal_pointer (&file));
    }
  g_ptr_array_sort (files, compare_names);
  return files;
}

/*
 * Names, sizes and times of the files at @path: another text means that they are to be read again. (transfer full)
 */
char *
listener_crl_dup_stamp (const char *path)
{
  g_autoptr (GPtrArray) files = list_files (path);
  GString *stamp = g_string_new (NULL);

  for (guint i = 0; i < files->len; i++)
    {
      struct stat status = { 0 };

      if (stat (files->pdata[i], &status) == 0)
        g_string_append_printf (stamp, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%ld %lu\n",
                                (const char *) files->pdata[i], (gint64) status.st_size,
                                (gint64) status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                                (gulong) status.st_ino);
    }
  return g_string_free (stamp, FALSE);
}

/*
 * Every list at @path, a file or a folder, those with a problem too; in order of the names. %NULL with
 * %LISTENER_ERROR_CERTIFICATE when none of them is a list.
 */
GPtrArray *
listener_crl_read (const char *path, char **out_stamp, GError **error)
{
  g_autoptr (GPtrArray) files = list_files (path);
  g_autoptr (GPtrArray) crls = g_ptr_array_new_with_free_func (crl_unref);
  /* Before they are read: a change meanwhile makes another stamp next time. */
  g_autofree char *stamp = listener_crl_dup_stamp (path);
  guint n_good = 0;

  for (guint i = 0; i < MIN (files->len, MAX_LISTS); i++)
    read_file (crls, files->pdata[i]);
  if (files->len > MAX_LISTS)
    add_bad (crls, files->pdata[MAX_LISTS],
             "it and those after it are too many: 256 files are read");
  for (guint i = 0; i < crls->len; i++)
    n_good += ((ListenerCrl *) crls->pdata[i])->info.problem == NULL ? 1 : 0;
  if (n_good == 0)
    {
      g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE,
                   "no usable revocation list at %s (%s); fetch the lists first, or name no crl",
                   path,
                   crls->len > 0 ? ((ListenerCrl *) crls->pdata[0])->info.problem : "no file");
      return NULL;
    }
  *out_stamp = g_steal_pointer (&stamp);
  return g_steal_pointer (&crls);
}

/* Whether @crl, of whatever issuer, answers for @certificate by its scope. */
gboolean
listener_crl_covers (const ListenerCrl *crl, gnutls_x509_crt_t certificate)
{
  gnutls_datum_t points = { 0 };
  guint is_authority = 0;
  gboolean covers;

  if (crl->info.scope == NULL)
    return TRUE;
  if (gnutls_x509_crt_get_basic_constraints (certificate, NULL, &is_authority, NULL) < 0)
    is_authority = 0;
  if (gnutls_x509_crt_get_extension_by_oid2 (certificate, OID_DISTRIBUTION_POINTS, 0, &points,
                                             NULL) < 0)
    points = (gnutls_datum_t){ 0 };
  covers = listener_scope_covers (crl->scope, points.data, points.size, is_authority != 0);
  gnutls_free (points.data);
  return covers;
}

/* Whether @crl bears the name of @issuer. */
gboolean
listener_crl_is_of (const ListenerCrl *crl, gnutls_x509_crt_t issuer)
{
  return crl->list != NULL && gnutls_x509_crl_check_issuer (crl->list, issuer) != 0;
}

/* The library has no way to leave the dates out; with one of them wrong it calls the whole list invalid. */
static gboolean
is_signature_good (guint status)
{
  const guint dates =
    GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED | GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE;

  if ((status & dates) != 0)
    status &= ~(dates | GNUTLS_CERT_INVALID);
  return status == 0;
}

/* Whether @crl is of @issuer and signed with its key; remembered. Dates are the caller's affair. */
gboolean
listener_crl_is_signed_by (ListenerCrl *crl, gnutls_x509_crt_t issuer)
{
  guint8 fingerprint[32];
  gsize n_bytes = sizeof fingerprint;
  guint status = 0;

  if (!listener_crl_is_of (crl, issuer) ||
      gnutls_x509_crt_get_fingerprint (issuer, GNUTLS_DIG_SHA256, fingerprint, &n_bytes) < 0)
    return FALSE;
  if (crl->is_verified && memcmp (fingerprint, crl->verified_by, sizeof fingerprint) == 0)
    return TRUE;
  if (gnutls_x509_crl_verify (crl->list, &issuer, 1, 0, &status) < 0 || !is_signature_good (status))
    return FALSE;
  memcpy (crl->verified_by, fingerprint, sizeof fingerprint);
  crl->is_verified = TRUE;
  return TRUE;
}

/* Whether @certificate stands on @crl; also when its number cannot be read. */
gboolean
listener_crl_has (const ListenerCrl *crl, gnutls_x509_crt_t certificate)
{
  guint8 bytes[64];
  gsize n_bytes = sizeof bytes;
  CrlSerial serial;

  if (gnutls_x509_crt_get_serial (certificate, bytes, &n_bytes) < 0 ||
      !set_serial (&serial, bytes, n_bytes))
    return TRUE;
  return crl->serials->len > 0 && bsearch (&serial, crl->serials->data, crl->serials->len,
                                           sizeof serial, compare_serials) != NULL;
}
