/* SPDX-License-Identifier: EUPL-1.2 */
/* What was read of DFDG about a citizen, and how old it is. */
#pragma once

#include "base/period.h"
#include "store/store.h"

#define READING_OPEN G_MAXINT32

/* What is read by itself, and has an age of its own. */
typedef enum
{
  READING_CONTACT_GROUP,
  READING_CATEGORY,
  READING_DEADLINE,
  READING_FUND_INTERVIEW,
  N_READINGS,
} Reading;

/**
 * ReadingOf:
 * @now_us: when it was read
 */
typedef struct
{
  gint64 tenant_id;
  gint64 citizen_id;
  Reading reading;
  gint64 now_us;
} ReadingOf;

/**
 * ReadingState:
 * @read_us: when it was read last; 0: never, or it is not true any more
 * @problem: (nullable): of the last try, when it failed; owned
 */
typedef struct
{
  gint64 read_us;
  gint64 tried_us;
  gint64 n_failures;
  char *problem;
} ReadingState;

/**
 * CitizenSpan:
 * @from_date: first local day, days since 1970-01-01
 * @until_date: first local day no longer; READING_OPEN
 *
 * A contact group or a category, and its days.
 */
typedef struct
{
  gint64 code;
  gint64 from_date;
  gint64 until_date;
} CitizenSpan;

typedef enum
{
  DEADLINE_OPEN = 1,
  DEADLINE_MET,
  DEADLINE_CLOSED,
} DeadlineStatus;

/**
 * Deadline:
 * @deadline_date: by which the citizen is to have booked; @last_date: by which the meeting is to be held
 * @status: DeadlineStatus, or another number that DFDG says
 * @said_us: 0: DFDG did not say
 */
typedef struct
{
  char *identifier;
  gint64 interview_type;
  gint64 deadline_date;
  gint64 last_date;
  gint64 status;
  gboolean is_immediate;
  gint64 said_us;
} Deadline;

/**
 * FundInterview:
 * @fund: (nullable): code of the a-kasse
 */
typedef struct
{
  char *identifier;
  gint64 interview_type;
  gint64 contact_type;
  Period core;
  char *fund;
} FundInterview;

void reading_state_clear (ReadingState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ReadingState, reading_state_clear)
void deadline_free (Deadline *deadline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Deadline, deadline_free)
void fund_interview_free (FundInterview *interview);
const char *reading_to_text (Reading reading);

/* Writers: what was there before goes, and it is as old as @of says. */
gboolean reading_store_put_spans (StoreSession *session,
                                  const ReadingOf *of,
                                  const GArray *spans, /* of CitizenSpan */
                                  gint64 today,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean reading_store_put_deadlines (StoreSession *session,
                                      const ReadingOf *of,
                                      const GPtrArray *deadlines,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean reading_store_put_deadline (StoreSession *session,
                                     const ReadingOf *of,
                                     const Deadline *deadline,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean reading_store_put_interviews (StoreSession *session,
                                       const ReadingOf *of,
                                       const GPtrArray *interviews,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What is held is not true any more, and nobody knows better. */
gboolean reading_store_forget (StoreSession *session,
                               const ReadingOf *of,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean reading_store_fail (StoreSession *session,
                             const ReadingOf *of,
                             const char *problem,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Readers. */
gboolean reading_store_find (StoreSession *session,
                             gint64 citizen_id,
                             Reading reading,
                             ReadingState *out_state,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *reading_store_list_spans (StoreSession *session,
                                  gint64 citizen_id,
                                  Reading reading,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *reading_store_list_deadlines (StoreSession *session,
                                         gint64 citizen_id,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *reading_store_list_interviews (StoreSession *session,
                                          gint64 citizen_id,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
