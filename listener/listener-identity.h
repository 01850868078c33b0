/* SPDX-License-Identifier: EUPL-1.2 */
/* Who a client certificate says that its holder is. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ListenerIdentity:
 * @verified: chain, dates, purpose and revocation hold against the trust. When %FALSE believe nothing below.
 * @problem: (nullable): why not verified, in English, without personal data.
 * @subject: the subject's distinguished name, RFC 4514.
 * @issuer: the issuer's distinguished name, RFC 4514.
 * @serial: the certificate's serial number, lower-case hex.
 * @fingerprint_sha256: of the DER form, 64 lower-case hex digits.
 * @common_name: (nullable): subject attribute 2.5.4.3.
 * @organization: (nullable): subject attribute 2.5.4.10.
 * @organization_identifier: (nullable): subject attribute 2.5.4.97, OCES3 `NTRDK-` and the CVR number.
 * @subject_serial_number: (nullable): subject attribute 2.5.4.5, OCES2 `CVR:…-FID:…`, OCES3 `UI:DK-O:G:…`.
 * @expires_unix_us: the certificate's last instant.
 *
 * Who the peer says it is; constant, shared by the requests of a connection until it is judged otherwise.
 */
typedef struct
{
  gboolean verified;
  const char *problem;
  char *subject;
  char *issuer;
  char *serial;
  char *fingerprint_sha256;
  char *common_name;
  char *organization;
  char *organization_identifier;
  char *subject_serial_number;
  gint64 expires_unix_us;
} ListenerIdentity;

G_END_DECLS
