/* SPDX-License-Identifier: EUPL-1.2 */
/* What must be known of a citizen and is asked of others, before a call takes its place at the writer. */
#pragma once

#include <gio/gio.h>

#include "ops/call/op.h"
#include "store/booking-store.h"

typedef struct _OpService OpService;

/**
 * OpQuestion:
 * @booking: identifier of one that becomes another type; empty: a new one
 * @unit_id, @date: of a new one; local day, days since 1970-01-01
 *
 * May this citizen have that type of interview on that day? Copied: the call is not touched while it is asked.
 */
struct _OpQuestion
{
  char tenant_key[64];
  gint64 tenant_id;
  char cpr[11];
  char booking[65];
  gint64 unit_id;
  gint64 interview_type;
  gint64 date;
};

/**
 * OpInquiry:
 * @session: for reading, outside any transaction
 * @cancellable: cancelled when there is no time left
 */
typedef struct
{
  OpService *service;
  StoreSession *session;
  const OpQuestion *question;
  GCancellable *cancellable;
} OpInquiry;

/* On a waiting thread; what was learnt is in the database when it returns TRUE. The error is the call's answer, unless
 * the call is a repeat. */
typedef gboolean (*OpInquire) (gpointer data, const OpInquiry *inquiry, GError **error);

void op_service_set_inquiry (OpService *service, OpInquire inquire, gpointer data);

gboolean citizen_judge_is_needed (StoreSession *session,
                                  const OpQuestion *question,
                                  gboolean *out_is_needed,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citizen_judge_booking (const OpCall *call,
                                const Booking *booking,
                                gint64 date,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citizen_judge_question (const OpCall *call,
                                 const OpQuestion *question,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_question_fill (const OpCall *call,
                           const char *cpr,
                           const char *unit_code,
                           gint64 start_us,
                           OpQuestion *out_question);
