/* SPDX-License-Identifier: EUPL-1.2 */
/* Questions to the call log. */
#pragma once

#include <json-glib/json-glib.h>

#include "store/store.h"

/**
 * TrackCallQuery:
 * @from_us, @until_us: Unix time, half-open
 * @unit: (nullable): as resolved or as asked; the others likewise nullable
 * @outcome: its word
 * @kind: call, probe or shadow
 * @request_id: goes alone: neither time nor anything else is looked at
 * @only_failed: what the Planner failed
 */
typedef struct
{
  gint64 from_us;
  gint64 until_us;
  const char *unit;
  const char *endpoint;
  const char *outcome;
  const char *operation;
  const char *kind;
  const char *request_id;
  gboolean only_failed;
  guint max_rows;
} TrackCallQuery;

JsonArray *track_call_search (StoreSession *session,
                              const TrackCallQuery *query,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
