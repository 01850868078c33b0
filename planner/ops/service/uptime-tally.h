/* SPDX-License-Identifier: EUPL-1.2 */
/* Counts calls in memory and writes them, with a sign of life, into transactions that are made anyway. */
#pragma once

#include "store/uptime-store.h"

typedef enum
{
  UPTIME_OK,
  UPTIME_FAULT, /* the caller's doing */
  UPTIME_BUSY,
  UPTIME_ERROR,  /* our doing */
  UPTIME_CLOSED, /* refused by a planned service window */
} UptimeOutcome;

#define UPTIME_N_BOUNDS 15

/* Upper bounds of the histogram's buckets; the last one is the hard time-out with half a second on top. */
extern const gint64 uptime_bounds_us[UPTIME_N_BOUNDS];
/* The writer stood still when its last commit is older than this. */
#define UPTIME_STALL_US (60 * PERIOD_US_PER_S)

/**
 * UptimeTally:
 *
 * What is counted waits here for the next group; from loop to writer under a lock.
 */
typedef struct _UptimeTally UptimeTally;

UptimeTally *uptime_tally_new (void);
void uptime_tally_free (UptimeTally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UptimeTally, uptime_tally_free)

/**
 * UptimeCall:
 * @unit_id: 0 when the call told none
 */
typedef struct
{
  gint64 tenant_id;
  gint64 unit_id;
  UptimeOutcome outcome;
  gint64 duration_us;
} UptimeCall;

void uptime_tally_count (UptimeTally *tally, const UptimeCall *call, gint64 now_us);
gboolean uptime_tally_is_due (UptimeTally *tally, gint64 now_us);
gint64 uptime_tally_get_seen (UptimeTally *tally);
gint64 uptime_tally_get_gap (UptimeTally *tally);
/* The next write says that the run ended cleanly. */
void uptime_tally_end (UptimeTally *tally);

/* On the writer, inside a group's transaction; one of keep and undo must follow. */
gboolean uptime_tally_write (UptimeTally *tally,
                             StoreSession *session,
                             gint64 now_us,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void uptime_tally_keep (UptimeTally *tally);
void uptime_tally_undo (UptimeTally *tally);
