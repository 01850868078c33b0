/* SPDX-License-Identifier: EUPL-1.2 */
/* Structured lines on stderr: one for each call, and named events. Never a citizen's number. */
#pragma once

#include <glib.h>

typedef enum
{
  PLANNER_LOG_LOGFMT,
  PLANNER_LOG_JSON,
} PlannerLogFormat;

typedef enum
{
  PLANNER_LOG_DEBUG,
  PLANNER_LOG_INFO,
  PLANNER_LOG_WARNING,
  PLANNER_LOG_ERROR,
} PlannerLogLevel;

/**
 * LogCall:
 * @operation: (nullable): NULL when the message did not tell
 * @unit: (nullable): organisation key, when the call names one
 * @organisation: (nullable): of the security header ActiveOrganisation
 * @user: (nullable): user identifier of the header RequestUserMetadata, never the name
 * @place: where it ran: inline, worker, writer; none when it never ran
 * @outcome: ok, replay, fault, busy or error
 * @fault_code: of the contract; 0 for none
 * @reason: (nullable): of a fault, in words without personal data
 * @queue_us: waiting for its place
 * @duration_us: from the whole request to the answer
 *
 * The one line of a call.
 */
typedef struct
{
  PlannerLogLevel level;
  const char *request_id;
  const char *caller;
  const char *peer;
  const char *operation;
  const char *unit;
  const char *organisation;
  const char *user;
  const char *place;
  const char *outcome;
  const char *reason;
  gint64 fault_code;
  guint http_status;
  gint64 queue_us;
  gint64 duration_us;
} LogCall;

void planner_log_start (PlannerLogFormat format, PlannerLogLevel level);
void planner_log_set_level (PlannerLogLevel level);
gboolean planner_log_parse_level (const char *text, PlannerLogLevel *out_level);
void planner_log_call (const LogCall *call);
/* Pairs of field name and text; NULL texts are left out. */
void planner_log_event (PlannerLogLevel level, const char *event, ...) G_GNUC_NULL_TERMINATED;
GLogWriterOutput planner_log_write_library (GLogLevelFlags flags,
                                            const GLogField *fields,
                                            gsize n_fields,
                                            gpointer user_data);
