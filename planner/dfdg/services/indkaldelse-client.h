/* SPDX-License-Identifier: EUPL-1.2 */
/* The calls of IndkaldelseService. On a waiting thread; each blocks. */
#pragma once

#include "dfdg/services/indkaldelse-record.h"
#include "dfdg/wire/dfdg-http.h"

/*
 * Writes give TRUE when DFDG answered, whatever it said: @out_answer->verdict tells. Reads give TRUE when the
 * question is answered; what DFDG would not say is an error. Errors that another try may cure are
 * PLANNER_ERROR_UNAVAILABLE; PLANNER_ERROR_BUSY is our own stop; any other will come again. No text holds a
 * citizen's number.
 */
gboolean indkaldelse_create (DfdgClient *client,
                             const DfdgCallHead *head,
                             const DfdgIndkaldelse *record,
                             DfdgAnswer *out_answer,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean indkaldelse_update (DfdgClient *client,
                             const DfdgCallHead *head,
                             const DfdgIndkaldelse *record,
                             DfdgAnswer *out_answer,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *indkaldelse_dup_version (const DfdgAnswer *answer);
gboolean indkaldelse_delete (DfdgClient *client,
                             const DfdgCallHead *head,
                             const char *indkaldelse_id,
                             DfdgAnswer *out_answer,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @out_record: (transfer full): NULL when DFDG has none (404). */
gboolean indkaldelse_get (DfdgClient *client,
                          const char *indkaldelse_id,
                          DfdgIndkaldelse **out_record,
                          GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * IndkaldelseSearch:
 * @cpr: (nullable): of GetIndkaldelser; NULL: GetSoegning over a unit
 * @unit_code: of GetSoegning
 * @from_date, @to_date: YYYY-MM-DD
 * @interview_types: (nullable): such as "10,7,15"
 */
typedef struct
{
  const char *cpr;
  const char *unit_code;
  const char *from_date;
  const char *to_date;
  const char *interview_types;
} IndkaldelseSearch;

/* Returns: (transfer full) (element-type DfdgIndkaldelse): all pages of it. */
GPtrArray *indkaldelse_list (DfdgClient *client,
                             const IndkaldelseSearch *search,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * IndkaldelseHistory:
 * @change: 1 made, 2 changed, 3 called off
 */
typedef struct
{
  gint64 at_us;
  gint64 change;
  DfdgIndkaldelse *record;
} IndkaldelseHistory;

/* @indkaldelse_id: (nullable): NULL: of the citizen @cpr. Returns: (transfer full) (element-type IndkaldelseHistory) */
GPtrArray *indkaldelse_list_history (DfdgClient *client,
                                     const char *indkaldelse_id,
                                     const char *cpr,
                                     GCancellable *cancellable,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  INDKALDELSE_PARTICIPANT_CREATE,
  INDKALDELSE_PARTICIPANT_UPDATE,
  INDKALDELSE_PARTICIPANT_DELETE,
} IndkaldelseParticipantCall;

/**
 * IndkaldelseParticipation:
 * @participant: of DELETE only its identifier is used
 */
typedef struct
{
  IndkaldelseParticipantCall call;
  const char *indkaldelse_id;
  const IndkaldelseDeltager *participant;
} IndkaldelseParticipation;

gboolean indkaldelse_write_participant (DfdgClient *client,
                                        const DfdgCallHead *head,
                                        const IndkaldelseParticipation *participation,
                                        DfdgAnswer *out_answer,
                                        GCancellable *cancellable,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean indkaldelse_save_opt_out (DfdgClient *client,
                                   const DfdgCallHead *head,
                                   const char *indkaldelse_id,
                                   gboolean is_opted_out,
                                   DfdgAnswer *out_answer,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean indkaldelse_get_opt_out (DfdgClient *client,
                                  const char *indkaldelse_id,
                                  gboolean *out_is_opted_out,
                                  GCancellable *cancellable,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
