/* SPDX-License-Identifier: EUPL-1.2 */
/* The groups [caller NAME] of any allow-list: the certificate that shows who calls. */
#pragma once

#include "listener-tls.h"
#include "planner-config-table.h"

/**
 * ConfigPeer:
 * @name: of the group `[caller NAME]`; stands in the log
 * @fingerprints: (nullable): SHA-256 of client certificates, 64 lower-case hex digits each
 * @issuer: a certificate's issuer, RFC 4514; goes with @wanted_serial
 * @subject_serial: its subject's serialNumber as a whole
 * @cvr: the organisation number, with @fid or @uuid
 * @fid: number of an OCES2 function certificate
 * @uuid: of an OCES3 organisation certificate
 * @wanted_serial: what the subject's serialNumber must be, by whichever of these keys; empty when by none
 *
 * Who may call. First member of what a program keeps of a caller beside it.
 */
typedef struct
{
  char *name;
  char **fingerprints;
  char *issuer;
  char *subject_serial;
  char *cvr;
  char *fid;
  char *uuid;
  char *wanted_serial;
} ConfigPeer;

/* Its rows in a table of keys; @PEER gives a member's offset in the struct that begins with it. */
/* clang-format off */
#define CONFIG_PEER_KEYS(PEER) \
  { "caller",   "fingerprint",              CONFIG_LIST, PEER (fingerprints),             "",                              G_MININT64, G_MININT64, "SHA-256", TRUE,  "Of the client certificate's DER form, in hex, colons may stand between; two or more, separated by ;, let a renewal overlap." }, \
  { "caller",   "issuer",                   CONFIG_TEXT, PEER (issuer),                   "",                              G_MININT64, G_MININT64, "RFC 4514", TRUE, "The client certificate's issuer; goes with cvr and fid, cvr and uuid, or subject-serial." }, \
  { "caller",   "cvr",                      CONFIG_TEXT, PEER (cvr),                      "",                              G_MININT64, G_MININT64, "number",  TRUE,  "Organisation number, 8 digits: of CVR:…-FID:… in OCES2, of organizationIdentifier NTRDK-… in OCES3." }, \
  { "caller",   "fid",                      CONFIG_TEXT, PEER (fid),                      "",                              G_MININT64, G_MININT64, "number",  TRUE,  "OCES2: the FID of the subject's serialNumber CVR:…-FID:…; goes with cvr." }, \
  { "caller",   "uuid",                     CONFIG_TEXT, PEER (uuid),                     "",                              G_MININT64, G_MININT64, "UUID",    TRUE,  "OCES3: the UUID of the subject's serialNumber UI:DK-O:G:…; goes with cvr." }, \
  { "caller",   "subject-serial",           CONFIG_TEXT, PEER (subject_serial),           "",                              G_MININT64, G_MININT64, "text",    TRUE,  "Its subject's serialNumber as a whole, instead of cvr and fid or uuid." }
/* clang-format on */

gboolean config_peer_read (ConfigPeer *peer,
                           const ConfigKey *keys,
                           guint n_keys,
                           GKeyFile *file,
                           const char *group,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void config_peer_clear (ConfigPeer *peer, const ConfigKey *keys, guint n_keys);
gboolean config_peer_check_all (const GPtrArray *peers, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const ConfigPeer *config_peer_find (const GPtrArray *peers, const char *name);
const ConfigPeer *config_peer_find_by_certificate (const GPtrArray *peers,
                                                   const ListenerIdentity *identity,
                                                   const ConfigPeer **out_other);
