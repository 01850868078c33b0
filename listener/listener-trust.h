/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose client certificates are believed: authorities, revocation lists, and the verdict over one chain. */

#pragma once

#include "listener-identity.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ListenerTrust:
 *
 * The authorities of a trust file and the revocation lists of a file or folder; reference-counted, shared by
 * TLS and proxied listeners. Loop thread. Everybody who was judged is judged again when it changes.
 */
typedef struct _ListenerTrust ListenerTrust;

/**
 * ListenerVerdict:
 * @LISTENER_VERDICT_GOOD: chain, dates, purpose and revocation hold.
 * @LISTENER_VERDICT_NONE_SHOWN: no certificate.
 * @LISTENER_VERDICT_UNREADABLE: not a certificate, too many of them, or a key of a kind or size that nobody uses.
 * @LISTENER_VERDICT_UNKNOWN_ISSUER: does not chain to the trust file.
 * @LISTENER_VERDICT_EXPIRED: one of the chain is past its dates.
 * @LISTENER_VERDICT_NOT_YET: one of the chain is before its dates.
 * @LISTENER_VERDICT_PURPOSE: not meant for TLS clients.
 * @LISTENER_VERDICT_WEAK: key or signature too weak.
 * @LISTENER_VERDICT_INVALID: another fault of the chain, such as a wrong signature.
 * @LISTENER_VERDICT_REVOKED: one of the chain stands on its issuer's revocation list.
 * @LISTENER_VERDICT_LIST_MISSING: there is no valid revocation list of an issuer.
 * @LISTENER_VERDICT_LIST_STALE: the list of an issuer ran out longer ago than the grace.
 * @LISTENER_N_VERDICTS: how many there are.
 */
typedef enum
{
  LISTENER_VERDICT_GOOD,
  LISTENER_VERDICT_NONE_SHOWN,
  LISTENER_VERDICT_UNREADABLE,
  LISTENER_VERDICT_UNKNOWN_ISSUER,
  LISTENER_VERDICT_EXPIRED,
  LISTENER_VERDICT_NOT_YET,
  LISTENER_VERDICT_PURPOSE,
  LISTENER_VERDICT_WEAK,
  LISTENER_VERDICT_INVALID,
  LISTENER_VERDICT_REVOKED,
  LISTENER_VERDICT_LIST_MISSING,
  LISTENER_VERDICT_LIST_STALE,
  LISTENER_N_VERDICTS,
} ListenerVerdict;

/**
 * ListenerTrustSettings:
 * @trust_file: PEM, the authorities that client certificates must chain to.
 * @crl_path: (nullable): a revocation list or a folder of them, PEM or DER; %NULL: revocation is not looked at.
 * @crl_grace_s: how long a list is used after its next update was due.
 * @accepts_missing: whether a certificate is believed when its issuer has no list here.
 */
typedef struct
{
  const char *trust_file;
  const char *crl_path;
  guint crl_grace_s;
  gboolean accepts_missing;
} ListenerTrustSettings;

/**
 * ListenerCrlInfo:
 * @file: where it was read.
 * @issuer: (nullable): whose list it is, RFC 4514; %NULL when it cannot be read.
 * @scope: (nullable): of which certificates it speaks, as addresses of distribution points and "(users)" or
 *   "(authorities)"; %NULL: of all of its issuer's.
 * @problem: (nullable): why it is not used, in English.
 * @this_update_unix_us: when it was made.
 * @next_update_unix_us: when the next one is due.
 * @n_revoked: certificates on it.
 *
 * One revocation list as it was found.
 */
typedef struct
{
  char *file;
  char *issuer;
  char *scope;
  char *problem;
  gint64 this_update_unix_us;
  gint64 next_update_unix_us;
  guint n_revoked;
} ListenerCrlInfo;

/**
 * ListenerTrustCounters:
 * @n_refused: chains refused, by #ListenerVerdict.
 * @n_accepted_stale: verdicts that rest on a list past its next update, within the grace.
 * @n_accepted_missing: verdicts without a list.
 */
typedef struct
{
  guint64 n_refused[LISTENER_N_VERDICTS];
  guint64 n_accepted_stale;
  guint64 n_accepted_missing;
} ListenerTrustCounters;

/**
 * ListenerRefusedFunc:
 * @identity: (nullable): whose certificate was refused; nothing of it is believed. %NULL without a readable one.
 * @verdict: why.
 * @peer: the client's address.
 * @user_data: as given.
 *
 * For the log. Loop thread.
 */
typedef void (*ListenerRefusedFunc) (const ListenerIdentity *identity,
                                     ListenerVerdict verdict,
                                     const char *peer,
                                     gpointer user_data);

ListenerTrust *listener_trust_new (const ListenerTrustSettings *settings,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
ListenerTrust *listener_trust_ref (ListenerTrust *trust);
void listener_trust_unref (ListenerTrust *trust);
gboolean listener_trust_reload (ListenerTrust *trust, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean listener_trust_refresh (ListenerTrust *trust, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void listener_trust_refresh_behind (ListenerTrust *trust, GMainContext *context);
const char *listener_trust_get_problem (const ListenerTrust *trust);
void listener_trust_set_refused_func (ListenerTrust *trust,
                                      ListenerRefusedFunc func,
                                      gpointer user_data);
guint64 listener_trust_get_generation (const ListenerTrust *trust);
const ListenerCrlInfo *listener_trust_get_crl (const ListenerTrust *trust, guint index);
const ListenerTrustCounters *listener_trust_get_counters (const ListenerTrust *trust);

const char *listener_verdict_get_name (ListenerVerdict verdict);
const char *listener_verdict_get_sentence (ListenerVerdict verdict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ListenerTrust, listener_trust_unref)

G_END_DECLS
