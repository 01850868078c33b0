/* SPDX-License-Identifier: EUPL-1.2 */
/* What the rows of a rehearsal share: asking, judging, and the steps that come before what a row is about. */
#pragma once

#include "rehearse/track-rehearse.h"

/* A time that can be booked. */
typedef struct
{
  ContractTime start;
  ContractTime end;
  const char *worker;
} TrackRehearseTime;

/* What was booked and must be cancelled again. */
typedef struct
{
  char *citizen;
  char *booking;
  gboolean is_registered;
} TrackRehearseBooked;

struct _TrackRehearse
{
  const char *unit;
  const TrackRehearsePlan *plan; /* or NULL */
  TrackWireTarget *target;
  ContractArena *arena; /* of the row */
  TrackWire *wire;      /* of the row; NULL until it is used or after it was closed */
  GPtrArray *booked;
  GPtrArray *left_behind;
  GArray *reserved; /* gint64: starts that this rehearsal reserved and nobody can give back */
  guint next_citizen;
  guint n_busy; /* calls that were repeated because the endpoint was busy */
  char *offer;  /* found once */
  gint64 contact_type;
  gint64 duration_us;
};

/* Ends a list of codes. */
#define TRACK_REHEARSE_CODES_END 0

/* Asking: track-rehearse-ask.c */
gboolean track_rehearse_wrong (GError **error, const char *format, ...)
  G_GNUC_PRINTF (2, 3) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_leave_out (GError **error, const char *format, ...)
  G_GNUC_PRINTF (2, 3) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_block (const char *step, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GString *track_rehearse_write (TrackRehearse *rehearse,
                               ContractSoapVersion version,
                               ContractOperationId operation,
                               gconstpointer request,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_post (TrackRehearse *rehearse,
                              const char *content_type,
                              const char *action,
                              const GString *body,
                              TrackWireAnswer *out_answer,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_read (TrackRehearse *rehearse,
                              ContractOperationId operation,
                              const TrackWireAnswer *answer,
                              ContractReply *out_reply,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_ask (TrackRehearse *rehearse,
                             ContractOperationId operation,
                             gconstpointer request,
                             ContractReply *out_reply,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gconstpointer track_rehearse_ask_answer (TrackRehearse *rehearse,
                                         ContractOperationId operation,
                                         gconstpointer request,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_ask_fault (TrackRehearse *rehearse,
                                   ContractOperationId operation,
                                   gconstpointer request,
                                   const gint64 *codes,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_is_fault (const ContractReply *reply,
                                  const gint64 *codes,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_is_alive (TrackRehearse *rehearse,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean track_rehearse_ask_body (TrackRehearse *rehearse,
                                  ContractOperationId operation,
                                  const GString *body,
                                  ContractReply *out_reply,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_settle (TrackRehearse *rehearse,
                                ContractOperationId operation,
                                const GString *const *bodies,
                                ContractReply *replies,
                                guint n_replies,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Many at once: track-rehearse-shots.c */
gboolean track_rehearse_shoot (TrackRehearse *rehearse,
                               ContractOperationId operation,
                               GPtrArray *bodies,
                               ContractReply *out_replies,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *track_rehearse_dup_tally (const ContractReply *replies, guint n_replies);

/* Steps: track-rehearse-steps.c; an error of theirs is TRACK_REHEARSE_ERROR_BLOCKED. */
gint64 track_rehearse_contact_group (const TrackRehearse *rehearse);
const char *track_rehearse_citizen (TrackRehearse *rehearse);
gboolean track_rehearse_find_offer (TrackRehearse *rehearse,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
ContractGetBookingDetailsRequest track_rehearse_reservation_of (TrackRehearse *rehearse,
                                                                const char *citizen,
                                                                const TrackRehearseTime *time);
const char *track_rehearse_reserve (TrackRehearse *rehearse,
                                    const char *citizen,
                                    const TrackRehearseTime *time,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
ContractCreateBookingRequest track_rehearse_creation_of (TrackRehearse *rehearse,
                                                         const char *citizen,
                                                         const TrackRehearseTime *time);
const ContractBookingDetails *track_rehearse_book (TrackRehearse *rehearse,
                                                   const char *citizen,
                                                   const TrackRehearseTime *time,
                                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_rehearse_note (TrackRehearse *rehearse, const char *citizen, const char *booking);
gboolean track_rehearse_count (TrackRehearse *rehearse,
                               const char *citizen,
                               guint *out_n_bookings,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_rehearse_clean (TrackRehearse *rehearse);
const char *track_rehearse_guid (TrackRehearse *rehearse);

/* Times: track-rehearse-times.c; errors as above. */
gboolean track_rehearse_list (TrackRehearse *rehearse,
                              const char *citizen,
                              const char *worker,
                              const ContractTime interval[2],
                              ContractTimeslotList *out_times,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_is_listed (TrackRehearse *rehearse,
                                   const char *citizen,
                                   const TrackRehearseTime *time,
                                   gboolean *out_is_listed,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_is_free (TrackRehearse *rehearse,
                                 const char *citizen,
                                 const TrackRehearseTime *time,
                                 gboolean *out_is_free,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_find_times (TrackRehearse *rehearse,
                                    const char *citizen,
                                    guint n_times,
                                    TrackRehearseTime *out_times,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_rehearse_prepare (TrackRehearse *rehearse,
                                 guint n_times,
                                 TrackRehearseTime *out_times,
                                 const char **out_citizen,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

extern const TrackRehearseRow track_rehearse_schema[];
extern const TrackRehearseRow track_rehearse_faults[];
extern const TrackRehearseRow track_rehearse_holds[];
extern const TrackRehearseRow track_rehearse_repeats[];
extern const TrackRehearseRow track_rehearse_dst[];
extern const TrackRehearseRow track_rehearse_races[];
extern const TrackRehearseRow track_rehearse_slow[];
extern const TrackRehearseRow track_rehearse_hostile[];
extern const TrackRehearseRow track_rehearse_load[];
