/* SPDX-License-Identifier: EUPL-1.2 */
/* Since when each service of DFDG answers, or does not: what calls of this program have seen. */
#pragma once

#include "dfdg/dfdg-settings.h"

/**
 * DfdgContact:
 * @tried_us: when it was called last; 0: not since the start
 * @since_us: since when it has been as it is
 * @n_calls: since the start; of them @n_failed without a use: no answer, or "later"
 * @problem: (nullable): of the last call; NULL: it answered
 */
typedef struct
{
  gint64 tried_us;
  gint64 since_us;
  guint64 n_calls;
  guint64 n_failed;
  char *problem;
} DfdgContact;

/* Any thread. @problem: (nullable): without a citizen's number */
void dfdg_contact_note (const char *tenant_key, DfdgService service, const char *problem);
void dfdg_contact_get (const char *tenant_key, DfdgService service, DfdgContact *out_contact);
void dfdg_contact_clear (DfdgContact *contact);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DfdgContact, dfdg_contact_clear)
