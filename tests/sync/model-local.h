/* SPDX-License-Identifier: EUPL-1.2 */
/* The planner's side in memory: bookings, links, items; every transaction whole or not at all. */
#pragma once

#include "calsync-job.h"

G_BEGIN_DECLS

/* An item that is kept. */
typedef struct
{
  char *key_hash;
  char *key;
  char *version;
  char *reference;
  gboolean is_unreadable;
  gboolean takes_window; /* it was never read: the whole window is taken */
  GPtrArray *texts;      /* reduced iCalendar */
} ModelKept;

typedef struct
{
  CalsyncLocal local;
  CalsyncBinding binding; /* strings are the model's */
  gint64 now_us;
  GPtrArray *wanted; /* (element-type CalsyncWanted): bookings with their links, alive or not */
  GHashTable *kept;  /* key hash → ModelKept */
  GPtrArray *conflicts;
  GHashTable *agreed; /* key hash */
  CalsyncGuarded *guarded;
  guint n_writes;
  guint n_staged;
  guint n_reads;
  gboolean is_stopped; /* by somebody, between two requests */
  gint64 *steps_left;  /* (nullable): countdown to the crash of the process */
  GRand *random;       /* (nullable): whether the last transaction was stored before the crash */
} ModelLocal;

ModelLocal *model_local_new (gint64 now_us);
void model_local_free (ModelLocal *model);
CalsyncWanted *
model_local_book (ModelLocal *model, const char *reference, gint64 start_us, gint64 end_us);
CalsyncWanted *model_local_find (ModelLocal *model, const char *reference);
gboolean
model_local_has_conflict (ModelLocal *model, const char *reference, const CalsyncShape *theirs);
GArray *model_local_list_spans (ModelLocal *model);

G_END_DECLS
