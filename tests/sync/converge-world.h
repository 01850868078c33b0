/* SPDX-License-Identifier: EUPL-1.2 */
/* What happens in a world of converge: the advisor's doings, the planner's, and what must be true at the end. */
#pragma once

#include "converge.h"

G_BEGIN_DECLS

#define S    G_GINT64_CONSTANT (1000000)
#define HOUR (3600 * S)
#define DAY  (24 * HOUR)

/* One of the advisor's own events; what it takes is known from here alone. */
typedef struct
{
  char *key;
  char *uid;
  gint64 start_us, length_us;
  guint n_instances, step_days;
  gint excluded, moved; /* -1: none */
  gint64 moved_by_us;
  CalsyncClass busy_class;
  guint n_touched;
} ConvergeForeign;

typedef struct
{
  gboolean is_live;
  gboolean is_away; /* with another advisor */
  gboolean
    is_back; /* live again, and nothing was written of it since: a removal may be under way */
  gint64 start_us, end_us;
  gboolean is_deletion_open; /* the advisor deleted an event that was linked */
} ConvergeBooking;

typedef struct
{
  ConvergePlanner *planner;
  ModelRemote *remote;
  GRand *random;
  GPtrArray *foreign;
  ConvergeBooking bookings[CONVERGE_N_BOOKINGS];
  GHashTable *written; /* key → times last written by us, as text */
  GHashTable *edits;   /* "BOOKING START END" that the advisor ever set; END 0: deleted */
  guint n_names;
  guint64 n_runs;
  guint64 n_followed;
  gboolean is_loud; /* tells what happens: the shortest script that fails */
  char *failure;    /* (nullable): the first */
} ConvergeWorld;

/* An event of ours as the harness reads it, with a reader of its own. */
typedef struct
{
  gint booking; /* -1: none of ours */
  gint64 start_us, end_us;
  gboolean is_copy, is_series, has_people, is_free;
} ConvergeSight;

void converge_fail (ConvergeWorld *world, const char *format, ...) G_GNUC_PRINTF (2, 3);
void converge_say (ConvergeWorld *world, const char *format, ...) G_GNUC_PRINTF (2, 3);
ConvergeSight converge_look (ConvergeWorld *world, const ModelItem *item);
void converge_foreign_free (gpointer data);
void converge_user_step (ConvergeWorld *world, guint32 what, guint32 a, guint32 b);
void converge_user_mend (ConvergeWorld *world);
void
converge_on_write (ModelRemote *remote, ModelItem *item, const CalsyncWrite *write, gpointer data);
void converge_note_edit (ConvergeWorld *world, gint booking, gint64 start_us, gint64 end_us);
/* Takes over which bookings a proposal has moved: each to a time that the advisor set. */
void converge_follow (ConvergeWorld *world);
void converge_check_conflict (ConvergeWorld *world, const CalsyncConflict *conflict);
void converge_check_end (ConvergeWorld *world);

G_END_DECLS
