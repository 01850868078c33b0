/* SPDX-License-Identifier: EUPL-1.2 */
/* What is to be called for a booking's waiting rows, and what an answer means for them: pure (decision 0026). */
#pragma once

#include "dfdg/wire/dfdg-http.h"
#include "store/outbox-store.h"

/**
 * OutboxDo:
 * @OUTBOX_DO_DONE: DFDG has what we have
 * @OUTBOX_DO_DROP: nothing is to be told
 * @OUTBOX_DO_LATER: tried again
 * @OUTBOX_DO_REFUSE: a person is asked
 * @OUTBOX_DO_LOOK: GetIndkaldelse says whether another system has been there
 * @OUTBOX_DO_READ: GetIndkaldelse says how it stands
 */
typedef enum
{
  OUTBOX_DO_DONE,
  OUTBOX_DO_DROP,
  OUTBOX_DO_LATER,
  OUTBOX_DO_REFUSE,
  OUTBOX_DO_LOOK,
  OUTBOX_DO_READ,
  OUTBOX_DO_CREATE,
  OUTBOX_DO_UPDATE,
  OUTBOX_DO_DELETE,
} OutboxDo;

/* What GetIndkaldelse gave, beside what we have. */
typedef enum
{
  OUTBOX_READ_ABSENT,
  OUTBOX_READ_CANCELLED,
  OUTBOX_READ_EQUAL,
  OUTBOX_READ_OTHER,
} OutboxReading;

/**
 * OutboxPlan:
 * @call: OUTBOX_DO_CREATE, _UPDATE, _DELETE or _DROP
 * @item: whose request id the call has
 * @reads_first: DFDG may have forgotten the request id of an earlier try
 * @looks_first: a change of which nothing was tried yet: what DFDG has can be told from our own
 * @create_try_us: last try of a registration without receipt, which may still be on its way; 0: none
 * @reason: of OUTBOX_DO_DROP
 */
typedef struct
{
  OutboxDo call;
  const OutboxItem *item;
  gboolean reads_first;
  gboolean looks_first;
  gint64 create_try_us;
  const char *reason;
} OutboxPlan;

const OutboxItem *outbox_find_next (const GPtrArray *lane, GHashTable *postponed);
gboolean outbox_has_others (const GPtrArray *lane, const char *subject, GHashTable *postponed);
void outbox_plan (const GPtrArray *lane,
                  const char *subject,
                  gboolean is_cancelled,
                  gint64 now_us,
                  OutboxPlan *out_plan);
OutboxDo outbox_judge_answer (OutboxDo call, DfdgVerdict verdict);
OutboxDo outbox_judge_reading (OutboxDo call, gboolean is_clash, OutboxReading reading);
const char *outbox_do_to_text (OutboxDo call);
