/* SPDX-License-Identifier: EUPL-1.2 */
/* What the two halves of the agenda share: its entries. */
#pragma once

#include "sync/sync-agenda.h"
#include "sync/sync-limits.h"

/**
 * SyncEntry:
 * @due_us: when its turn comes
 * @early_us: when a booking wants it, 0: none does
 * @not_before_us: and when it may be
 * @changed_us: of the wall clock: when a run of this program last changed something
 * @n_failures: in a row
 * @n_denied: refusals of name or password in a row, of this calendar
 * @wants_early: something changed while its run was under way
 * @is_seen: stands in the list that is being taken
 * @is_over: stood not in the last one, and is forgotten when its run has ended
 *
 * One binding. Instants are monotonic, but for @changed_us.
 */
typedef struct
{
  SyncDue *due;
  SyncHost *host;
  SyncAccountLimit *account;
  gint64 due_us;
  gint64 early_us;
  gint64 not_before_us;
  gint64 changed_us;
  guint n_failures;
  guint n_denied;
  gboolean is_running;
  gboolean wants_early;
  gboolean is_seen;
  gboolean is_over;
} SyncEntry;

struct _SyncAgenda
{
  SyncSettings *settings;
  GPtrArray *order;      /* of the entries, by id */
  GHashTable *entries;   /* id → SyncEntry */
  GHashTable *hosts;     /* name → SyncHost */
  GHashTable *accounts;  /* host and user → SyncAccountLimit */
  GHashTable *mailboxes; /* resources with a run under way */
  guint n_running;
  gboolean has_started;
};

/* The second refusal of name or password in a row stops an account. */
#define SYNC_DENIED_LIMIT 2

void sync_entry_make_early (SyncEntry *entry, SyncNow now);
