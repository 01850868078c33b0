/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads when a certificate ends. */
#include "dfdg/wire/dfdg-certificate.h"

#include "base/error.h"

/**
 * dfdg_certificate_find_end:
 */
gboolean
dfdg_certificate_find_end (const char *path, gint64 *out_end_us, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &cause);
  g_autoptr (GDateTime) end =
    certificate == NULL ? NULL : g_tls_certificate_get_not_valid_after (certificate);

  if (end == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "certificate %s: %s", path,
                   cause != NULL ? cause->message : "it does not say when it ends");
      return FALSE;
    }
  *out_end_us = g_date_time_to_unix (end) * G_USEC_PER_SEC;
  return TRUE;
}
