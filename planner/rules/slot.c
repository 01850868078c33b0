/* SPDX-License-Identifier: EUPL-1.2 */
/* The names of the verdicts, in one table. */
#include "rules/slot.h"

/* clang-format off */
static const char *const verdict_names[N_SLOT_VERDICTS] = {
  [SLOT_FREE]             = "free",
  [SLOT_NOT_FOR_CITIZEN]  = "not-for-citizen",
  [SLOT_CITIZEN_HAS_OPEN] = "citizen-has-open-booking",
  [SLOT_OUTSIDE_VALIDITY] = "outside-validity",
  [SLOT_PAST_LEAD_TIME]   = "past-lead-time",
  [SLOT_BEYOND_HORIZON]   = "beyond-horizon",
  [SLOT_OUTSIDE_WINDOW]   = "outside-window",
  [SLOT_WINDOW_FULL]      = "window-full",
  [SLOT_CITIZEN_BUSY]     = "citizen-busy",
  [SLOT_NOT_IN_POOL]      = "not-in-pool",
  [SLOT_STALE_CALENDAR]   = "stale-calendar",
  [SLOT_CLOSED_DAY]       = "closed-day",
  [SLOT_OUTSIDE_HOURS]    = "outside-hours",
  [SLOT_OFF_GRID]         = "off-grid",
  [SLOT_BUSY]             = "busy",
  [SLOT_CLAIMED]          = "claimed",
  [SLOT_BUFFER]           = "buffer",
  [SLOT_NO_ROOM]          = "no-room",
  [SLOT_UNKNOWN_SESSION]  = "unknown-session",
  [SLOT_SEATS_FULL]       = "seats-full",
};
/* clang-format on */

/**
 * slot_verdict_get_name:
 *
 * Returns: (transfer none): the verdict's stable name, for `explain`, journals of empty answers and
 *   the API; "unknown" for a number that is no verdict. Any thread.
 */
const char *
slot_verdict_get_name (SlotVerdict verdict)
{
  return (guint) verdict < N_SLOT_VERDICTS ? verdict_names[verdict] : "unknown";
}

/**
 * slot_verdict_parse:
 * @name: a name as slot_verdict_get_name() gives it
 * @out_verdict: (out): the verdict
 *
 * Returns: FALSE when no verdict has that name. Any thread.
 */
gboolean
slot_verdict_parse (const char *name, SlotVerdict *out_verdict)
{
  for (guint i = 0; i < N_SLOT_VERDICTS; i++)
    if (g_strcmp0 (name, verdict_names[i]) == 0)
      {
        *out_verdict = i;
        return TRUE;
      }
  return FALSE;
}
