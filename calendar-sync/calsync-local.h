/* SPDX-License-Identifier: EUPL-1.2 */
/* The near side of a synchronisation: what a run asks of whoever keeps bindings, items and bookings. */
#pragma once

#include "calsync-binding.h"

G_BEGIN_DECLS

typedef struct _CalsyncLocal CalsyncLocal;

/**
 * CalsyncLocalFunctions:
 * @load: step 0; the strings of @out_binding live as long as the local side
 * @find_known: of these key hashes (NULL-terminated) those that are known, in any order
 * @list_known: all that are known
 * @list_wanted: live bookings in the window, and dead ones that have a link or an intent
 * @is_agreed: whether a person agreed to the disappearance of that item
 * @commit_pull: durable; in one transaction or in several, each with all that it says of a meeting of ours (event, link,
 *   conflicts) or of one item of others, and the cursor in the last
 * @stage_guard: keeps what was held back, for a person to decide
 * @record_pushes: receipts of @finished, then intents of @begun (element-type CalsyncPush), all durable when it
 *   returns; either may be empty, neither names a booking twice
 * @may_send: (nullable): between two requests of a batch: whether the run goes on; %CALSYNC_REMOTE_ERROR_CANCELLED
 * @get_now_us: now
 * @progress: (nullable): how far a run is
 *
 * Blocking; one thread at a time. An error ends the run; what was committed stays, and nothing else
 * does. Nothing is written but by @commit_pull, @stage_guard and @record_pushes.
 */
typedef struct
{
  gboolean (*load) (CalsyncLocal *local, CalsyncBinding *out_binding, GError **error);
  GPtrArray *(*find_known) (CalsyncLocal *local, const char *const *key_hashes, GError **error);
  GPtrArray *(*list_known) (CalsyncLocal *local, GError **error);
  GPtrArray *(*list_wanted) (CalsyncLocal *local, GError **error);
  gboolean (*is_agreed) (CalsyncLocal *local, const char *key_hash);
  gboolean (*commit_pull) (CalsyncLocal *local, const CalsyncPull *pull, GError **error);
  gboolean (*stage_guard) (CalsyncLocal *local, const CalsyncGuarded *guarded, GError **error);
  gboolean (*record_pushes) (CalsyncLocal *local,
                             const GPtrArray *finished,
                             const GPtrArray *begun,
                             GError **error);
  gboolean (*may_send) (CalsyncLocal *local, GError **error);
  gint64 (*get_now_us) (CalsyncLocal *local);
  void (*progress) (CalsyncLocal *local, const char *what, guint64 n_done, guint64 n_all);
} CalsyncLocalFunctions;

struct _CalsyncLocal
{
  const CalsyncLocalFunctions *functions;
};

G_END_DECLS
