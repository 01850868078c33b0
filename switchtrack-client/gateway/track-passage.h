/* SPDX-License-Identifier: EUPL-1.2 */
/* One call on its way through the gateway, as the gateway's own files see it. */
#pragma once

#include "base/ids.h"
#include "base/timer.h"
#include "gateway/track-fault.h"
#include "gateway/track-gateway.h"

typedef struct
{
  TrackObserver func;
  gpointer data;
} TrackWatcher;

struct _TrackGateway
{
  TrackGatewaySettings settings;
  TrackConfig *config;
  TrackPickFunc pick;
  gpointer pick_data;
  TrackPassedFunc passed;
  gpointer passed_data;
  GArray *watchers;  /* of TrackWatcher */
  GHashTable *slots; /* interned endpoint name → calls under way */
  TrackGatewayCounters counters;
};

/**
 * TrackPassage:
 * @verdict: what we found wrong with the answer; TRACK_N_OUTCOMES: nothing
 * @held: of the answer: all of it until it streams, then its latest piece
 */
typedef struct
{
  TrackGateway *gateway;
  ListenerRequest *request;
  TrackCall call;
  TrackRoutes *routes;
  TrackDecision decision;
  GBytes *body;
  char **headers;
  const char *url;
  const char *slot; /* interned; counted there */
  char *caller;
  char request_id[IDS_GUID_LENGTH + 1];
  gint64 at_us;
  gint64 arrived_us;
  gint64 sent_us;
  gint64 answered_us;
  TrackExchange *exchange;
  TrackAnswer *answer;
  GByteArray *held;
  GBytes *whole; /* the answer, when it passed in one piece */
  char *content_type;
  char *retry_after;
  guint status;
  gint64 length;
  gsize n_answer;
  gsize n_counted; /* of @held, in the counters */
  TrackOutcome verdict;
  TrackOutcome outcome;
  gint64 fault_code;
  guint replied_status;
  TrackTimes times;
  gint64 certificate_until_us;
  char *problem;
  Timer *patience;  /* until what was learned is on disk */
  gboolean is_sent; /* the Planner may have had anything of it */
  gboolean is_streaming;
  gboolean is_gone;
  gboolean is_learning; /* the writer has what was learned, and will call back */
  gboolean is_over;     /* only @is_learning keeps it */
} TrackPassage;

/* track-passage.c */
void track_passage_send (TrackPassage *passage, const TrackTarget *target);
void track_passage_refuse (TrackPassage *passage, TrackOutcome outcome, TrackFaultKind kind);
void track_passage_refuse_call (TrackPassage *passage, const GError *error);
void track_passage_fail (TrackPassage *passage, TrackOutcome outcome);
void track_passage_end (TrackPassage *passage);

/* track-headers.c */
char **track_headers_dup_passed (const ListenerRequest *request, const char *request_id);
void track_headers_take_id (const ListenerRequest *request, char out_id[IDS_GUID_LENGTH + 1]);
