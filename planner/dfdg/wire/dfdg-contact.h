/* SPDX-License-Identifier: EUPL-1.2 */
/* Since when each service of DFDG answers, or does not: what calls of this program have seen. */
#pragma once

#include "dfdg/wire/dfdg-settings.h"

/**
 * DfdgContact:
 * @tried_us: when it was called last; 0: not since the start
 * @since_us: since when it has been as it is
 * @n_calls: since the start; of them @n_failed without a use: no answer, or "later"
 * @problem: (nullable): of the last call; NULL: it answered
 * @is_forbidden: the last call was refused because of who we are
 * @n_in_row: calls that failed since one went well
 * @good_us: when one went well last; 0: never
 */
typedef struct
{
  gint64 tried_us;
  gint64 since_us;
  guint64 n_calls;
  guint64 n_failed;
  char *problem;
  gboolean is_forbidden;
  guint n_in_row;
  gint64 good_us;
} DfdgContact;

/* Any thread. @problem: (nullable): without a citizen's number */
void dfdg_contact_note (const char *tenant_key, DfdgService service, const char *problem);
/* A question was answered 401 or 403. */
void dfdg_contact_note_forbidden (const char *tenant_key, DfdgService service, const char *problem);
gboolean dfdg_contact_has_answered (const char *tenant_key, DfdgService service, gint64 since_us);
gboolean dfdg_contact_is_resting (const char *tenant_key, DfdgService service);
void dfdg_contact_get (const char *tenant_key, DfdgService service, DfdgContact *out_contact);
void dfdg_contact_clear (DfdgContact *contact);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DfdgContact, dfdg_contact_clear)
