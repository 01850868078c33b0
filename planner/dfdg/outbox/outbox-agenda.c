/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables of what to do; no clock, no database, no network. */
#include "dfdg/outbox/outbox-agenda.h"

#include <string.h>

#include "base/period.h"

#define REGISTER "register"
#define DELETE   "delete"
/* DFDG remembers a request id for seven days; we trust it an hour less. */
#define REMEMBERED_US (7 * PERIOD_US_PER_DAY - PERIOD_US_PER_HOUR)

#define UNTOLD "called off before DFDG was told of it"
#define THEIRS "DFDG called it off itself"

/**
 * outbox_find_next:
 * @lane: (element-type OutboxItem): a citizen's, in order
 * @postponed: (element-type utf8): bookings whose turn comes after the others'
 *
 * Returns: (nullable): the row whose booking is next
 */
const OutboxItem *
outbox_find_next (const GPtrArray *lane, GHashTable *postponed)
{
  for (guint i = 0; i < lane->len; i++)
    {
      const OutboxItem *item = lane->pdata[i];
      if (!g_hash_table_contains (postponed, item->subject))
        return item;
    }
  return NULL;
}

/**
 * outbox_has_others:
 *
 * Returns: whether another booking of the citizen waits that is not postponed
 */
gboolean
outbox_has_others (const GPtrArray *lane, const char *subject, GHashTable *postponed)
{
  for (guint i = 0; i < lane->len; i++)
    {
      const OutboxItem *item = lane->pdata[i];
      if (strcmp (item->subject, subject) != 0 && !g_hash_table_contains (postponed, item->subject))
        return TRUE;
    }
  return FALSE;
}

/* The rows of one booking, by what matters of them. */
typedef struct
{
  const OutboxItem *first;
  const OutboxItem *registration;
  const OutboxItem *deletion;
  gboolean was_tried;
} Rows;

static void
take_row (Rows *rows, const OutboxItem *item)
{
  if (rows->first == NULL)
    rows->first = item;
  if (strcmp (item->kind, REGISTER) == 0)
    rows->registration = item;
  if (strcmp (item->kind, DELETE) == 0)
    rows->deletion = item;
  rows->was_tried |= item->first_try_us != 0;
}

static void
plan_cancelled (const Rows *rows, OutboxPlan *plan)
{
  plan->item = rows->deletion != NULL ? rows->deletion : rows->first;
  plan->call = OUTBOX_DO_DROP;
  if (rows->deletion == NULL)
    plan->reason = THEIRS;
  else if (rows->registration != NULL && !rows->was_tried)
    plan->reason = UNTOLD;
  else
    plan->call = OUTBOX_DO_DELETE;
}

/**
 * outbox_plan:
 * @lane: (element-type OutboxItem): at least one row is @subject's
 * @is_cancelled: the booking as it is now
 *
 * One call for all waiting rows of a booking: what DFDG is told is the booking as it is, never as it was, for DFDG itself
 * may have changed it since.
 */
void
outbox_plan (const GPtrArray *lane,
             const char *subject,
             gboolean is_cancelled,
             gint64 now_us,
             OutboxPlan *out_plan)
{
  Rows rows = { 0 };
  OutboxPlan plan = { 0 };

  for (guint i = 0; i < lane->len; i++)
    if (strcmp (((OutboxItem *) lane->pdata[i])->subject, subject) == 0)
      take_row (&rows, lane->pdata[i]);
  if (is_cancelled)
    plan_cancelled (&rows, &plan);
  else
    {
      plan.item = rows.first;
      plan.call = rows.registration != NULL ? OUTBOX_DO_CREATE : OUTBOX_DO_UPDATE;
    }
  plan.reads_first =
    plan.item->first_try_us != 0 && now_us - plan.item->first_try_us >= REMEMBERED_US;
  plan.looks_first = plan.call == OUTBOX_DO_UPDATE && !rows.was_tried;
  plan.create_try_us = rows.registration == NULL ? 0 : rows.registration->last_try_us;
  *out_plan = plan;
}

/**
 * outbox_judge_answer:
 * @call: OUTBOX_DO_CREATE, _UPDATE or _DELETE
 *
 * A request id that DFDG knows says that an earlier try was carried out, with what the booking was then: reading tells
 * whether that is still enough.
 */
OutboxDo
outbox_judge_answer (OutboxDo call, DfdgVerdict verdict)
{
  static const OutboxDo rows[] = {
    [DFDG_DONE] = OUTBOX_DO_DONE,     [DFDG_REPEATED] = OUTBOX_DO_READ,
    [DFDG_ABSENT] = OUTBOX_DO_REFUSE, [DFDG_CLASH] = OUTBOX_DO_READ,
    [DFDG_LATER] = OUTBOX_DO_LATER,   [DFDG_REFUSED] = OUTBOX_DO_REFUSE,
  };

  if (call == OUTBOX_DO_DELETE && (verdict == DFDG_ABSENT || verdict == DFDG_REPEATED))
    return OUTBOX_DO_DONE;
  return rows[verdict];
}

/**
 * outbox_judge_reading:
 * @call: what was, or was to be, called
 * @is_clash: DFDG said that what it has stands against the call; else the call was repeated, or is too old to be
 *
 * What is called after a reading has a new request id.
 */
OutboxDo
outbox_judge_reading (OutboxDo call, gboolean is_clash, OutboxReading reading)
{
  if (call == OUTBOX_DO_DELETE)
    {
      if (reading == OUTBOX_READ_ABSENT || reading == OUTBOX_READ_CANCELLED)
        return OUTBOX_DO_DONE;
      return is_clash ? OUTBOX_DO_REFUSE : OUTBOX_DO_DELETE;
    }
  if (reading == OUTBOX_READ_EQUAL)
    return OUTBOX_DO_DONE;
  if (is_clash || reading == OUTBOX_READ_CANCELLED)
    return OUTBOX_DO_REFUSE;
  if (reading == OUTBOX_READ_OTHER)
    return OUTBOX_DO_UPDATE;
  return call == OUTBOX_DO_CREATE ? OUTBOX_DO_CREATE : OUTBOX_DO_REFUSE;
}

/**
 * outbox_do_to_text:
 *
 * Returns: (transfer none): the name of DFDG's operation
 */
const char *
outbox_do_to_text (OutboxDo call)
{
  switch (call)
    {
    case OUTBOX_DO_CREATE:
      return "CreateIndkaldelse";
    case OUTBOX_DO_UPDATE:
      return "UpdateIndkaldelse";
    case OUTBOX_DO_DELETE:
      return "DeleteIndkaldelse";
    case OUTBOX_DO_DONE:
    case OUTBOX_DO_DROP:
    case OUTBOX_DO_LATER:
    case OUTBOX_DO_REFUSE:
    case OUTBOX_DO_LOOK:
    case OUTBOX_DO_READ:
    default:
      return "GetIndkaldelse";
    }
}
