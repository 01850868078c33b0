/* SPDX-License-Identifier: EUPL-1.2 */
/* Summonses of a case system for tests of the inbox: their world, and how they are made, changed and told of. */
#pragma once

#include "inbox-world.h"
#include "store/booking-store.h"

#define OFFER  "10000000-0000-4000-8000-000000000001"
#define ID     "20000000-0000-4000-8000-000000000001"
#define OTHER  "20000000-0000-4000-8000-000000000002"
#define THIRD  "20000000-0000-4000-8000-000000000003"
#define NOW    "2026-11-23T08:00:00Z"
#define SECOND G_GINT64_CONSTANT (1000000)
#define MINUTE (60 * SECOND)
#define LATER  (4 * 3600 * SECOND)

/* Of Tuesday 24 November 2026, UTC, such as "08:00". */
gint64 at (const char *time);
/* It is @NOW. */
void open_world (InboxWorld *inbox);
DfdgIndkaldelse *kss_record (InboxWorld *inbox, const char *id, guint citizen, const char *start);
/* In DFDG alone: nothing is told. */
void make (InboxWorld *inbox, const char *id, guint citizen, const char *start);
/* A minute later DFDG changes it; the caller says how. */
DfdgIndkaldelse *touch (InboxWorld *inbox, const char *id);
/* Ours. */
Booking *load (InboxWorld *inbox, const char *id);
void assert_fate (InboxWorld *inbox, gint64 event, const char *expected);
/* Tells of it, works all lanes once, and wants that fate. */
void tell_and_work (InboxWorld *inbox,
                    guint citizen,
                    const char *id,
                    DfdgChange change,
                    const char *fate);
gboolean is_free (InboxWorld *inbox, const char *start, const char *advisor);
gint64 count (InboxWorld *inbox, const char *sql);
