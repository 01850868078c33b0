/* SPDX-License-Identifier: EUPL-1.2 */
/* What a certificate in PEM says of itself; nothing of it is judged. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ListenerCertificateInfo:
 * @subject: the subject's distinguished name, RFC 4514.
 * @pin: its public key as curl and HPKP write it: "sha256//" and the base64 of the SHA-256 of the
 *   SubjectPublicKeyInfo.
 * @begins_unix_us: its first instant.
 * @expires_unix_us: its last instant.
 */
typedef struct
{
  char *subject;
  char *pin;
  gint64 begins_unix_us;
  gint64 expires_unix_us;
} ListenerCertificateInfo;

ListenerCertificateInfo *listener_certificate_read (const char *pem, gsize n_bytes);
void listener_certificate_info_free (ListenerCertificateInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ListenerCertificateInfo, listener_certificate_info_free)

G_END_DECLS
