/* SPDX-License-Identifier: EUPL-1.2 */
/* The conflict matrix row by row, what is pushed, the guard's numbers, and that nothing is removed without a cause. */
#include "calsync-plan.h"
#include "testlib.h"

#define S CALSYNC_US_PER_SECOND
#define A 1800000000 /* where the booking was agreed on */
#define X 1800007200 /* where we move it */
#define Y 1800014520 /* where they move it */

typedef enum
{
  UNCHANGED,
  MOVED,
  CANCELLED
} Ours;

typedef enum
{
  SAME,
  GONE,
  TO_Y,
  TO_X,
  LONGER,
  ALL_DAY,
  SHOWN_FREE,
  SHOWN_TENTATIVE,
  SHOWN_AWAY,
  SERIES,
  PEOPLE
} Theirs;

#define NO_CONFLICT -1
#define PUT_BACK    CALSYNC_ON_MOVE_PUT_BACK, CALSYNC_ON_DELETE_PUT_BACK
#define PROPOSE     CALSYNC_ON_MOVE_PROPOSE, CALSYNC_ON_DELETE_PUT_BACK
#define ASK         CALSYNC_ON_MOVE_ASK, CALSYNC_ON_DELETE_ASK
#define KIND(k)     CALSYNC_CONFLICT_##k
#define DECISION(d) CALSYNC_DECISION_##d
#define STATE(s)    CALSYNC_LINK_##s
#define THEN(v)     CALSYNC_PUSH_##v

/* clang-format off */
/* calendar-sync.md §2.5, in its order, then the options and what the table implies. */
static const struct
{
  const char *name;
  Ours ours;
  Theirs theirs;
  CalsyncOnMove on_move;
  CalsyncOnDelete on_delete;
  gint kind, decision;
  CalsyncLinkState state;
  CalsyncPushVerb push; /* what follows */
  gboolean unlinks;
} rows[] = {
  { "unchanged/unchanged",      UNCHANGED, SAME,            PUT_BACK, NO_CONFLICT, 0,                                STATE (LINKED),   THEN (NONE),   FALSE },
  { "moved/unchanged",          MOVED,     SAME,            PUT_BACK, NO_CONFLICT, 0,                                STATE (LINKED),   THEN (UPDATE), FALSE },
  { "cancelled/unchanged",      CANCELLED, SAME,            PUT_BACK, NO_CONFLICT, 0,                                STATE (LINKED),   THEN (REMOVE), FALSE },
  { "unchanged/moved",          UNCHANGED, TO_Y,            PUT_BACK, KIND (MOVED), DECISION (PUT_BACK),             STATE (LINKED),   THEN (UPDATE), FALSE },
  { "unchanged/resized",        UNCHANGED, LONGER,          PUT_BACK, KIND (MOVED), DECISION (PUT_BACK),             STATE (LINKED),   THEN (UPDATE), FALSE },
  { "unchanged/all-day",        UNCHANGED, ALL_DAY,         PUT_BACK, KIND (MOVED), DECISION (PUT_BACK),             STATE (LINKED),   THEN (UPDATE), FALSE },
  { "unchanged/moved/propose",  UNCHANGED, TO_Y,            PROPOSE,  KIND (MOVED), DECISION (PROPOSED),             STATE (CONFLICT), THEN (NONE),   FALSE },
  { "unchanged/moved/ask",      UNCHANGED, TO_Y,            ASK,      KIND (MOVED), DECISION (WAITS),                STATE (CONFLICT), THEN (NONE),   FALSE },
  { "unchanged/deleted",        UNCHANGED, GONE,            PUT_BACK, KIND (DELETED), DECISION (PUT_BACK),           STATE (LINKED),   THEN (CREATE), FALSE },
  { "unchanged/deleted/ask",    UNCHANGED, GONE,            ASK,      KIND (DELETED), DECISION (WAITS),              STATE (CONFLICT), THEN (NONE),   FALSE },
  { "unchanged/free",           UNCHANGED, SHOWN_FREE,      PUT_BACK, KIND (SHOWN_FREE), DECISION (KEPT),            STATE (LINKED),   THEN (NONE),   FALSE },
  { "unchanged/tentative",      UNCHANGED, SHOWN_TENTATIVE, PUT_BACK, KIND (SHOWN_FREE), DECISION (KEPT),            STATE (LINKED),   THEN (NONE),   FALSE },
  { "unchanged/away",           UNCHANGED, SHOWN_AWAY,      PUT_BACK, NO_CONFLICT, 0,                                STATE (LINKED),   THEN (NONE),   FALSE },
  { "unchanged/series",         UNCHANGED, SERIES,          PUT_BACK, KIND (SERIES), DECISION (WAITS),               STATE (CONFLICT), THEN (NONE),   FALSE },
  { "unchanged/people",         UNCHANGED, PEOPLE,          PUT_BACK, KIND (ATTENDEES), DECISION (WAITS),            STATE (CONFLICT), THEN (NONE),   FALSE },
  { "moved/moved",              MOVED,     TO_Y,            PUT_BACK, KIND (BOTH_MOVED), DECISION (PUT_BACK),        STATE (LINKED),   THEN (UPDATE), FALSE },
  { "moved/moved/ask",          MOVED,     TO_Y,            ASK,      KIND (BOTH_MOVED), DECISION (PUT_BACK),        STATE (LINKED),   THEN (UPDATE), FALSE },
  { "moved/moved-likewise",     MOVED,     TO_X,            PUT_BACK, NO_CONFLICT, 0,                                STATE (LINKED),   THEN (NONE),   FALSE },
  { "moved/deleted",            MOVED,     GONE,            PUT_BACK, KIND (DELETED), DECISION (PUT_BACK),           STATE (LINKED),   THEN (CREATE), FALSE },
  { "moved/deleted/ask",        MOVED,     GONE,            ASK,      KIND (DELETED), DECISION (PUT_BACK),           STATE (LINKED),   THEN (CREATE), FALSE },
  { "moved/series",             MOVED,     SERIES,          PUT_BACK, KIND (SERIES), DECISION (WAITS),               STATE (CONFLICT), THEN (NONE),   FALSE },
  { "cancelled/moved",          CANCELLED, TO_Y,            ASK,      KIND (MOVED), DECISION (PUT_BACK),             STATE (LINKED),   THEN (REMOVE), FALSE },
  { "cancelled/free",           CANCELLED, SHOWN_FREE,      PUT_BACK, KIND (SHOWN_FREE), DECISION (KEPT),            STATE (LINKED),   THEN (REMOVE), FALSE },
  { "cancelled/series",         CANCELLED, SERIES,          PUT_BACK, KIND (SERIES), DECISION (WAITS),               STATE (CONFLICT), THEN (NONE),   FALSE },
  { "cancelled/people",         CANCELLED, PEOPLE,          PUT_BACK, KIND (ATTENDEES), DECISION (WAITS),            STATE (CONFLICT), THEN (NONE),   FALSE },
  { "cancelled/deleted",        CANCELLED, GONE,            PUT_BACK, NO_CONFLICT, 0,                                STATE (LINKED),   THEN (NONE),   TRUE },
};
/* clang-format on */

static CalsyncShape
make_shape (Theirs theirs)
{
  CalsyncShape shape = { .start_us = A * S,
                         .end_us = (A + 3600) * S,
                         .busy_class = CALSYNC_CLASS_BUSY };

  switch (theirs)
    {
    case GONE:
      return (CalsyncShape){ 0 };
    case TO_X:
      shape.start_us = X * S, shape.end_us = (X + 3600) * S;
      break;
    case TO_Y:
      shape.start_us = Y * S, shape.end_us = (Y + 3600) * S;
      break;
    case LONGER:
      shape.end_us += 900 * S;
      break;
    case ALL_DAY:
      shape.is_all_day = TRUE;
      break;
    case SHOWN_FREE:
      shape.busy_class = CALSYNC_CLASS_FREE;
      break;
    case SHOWN_TENTATIVE:
      shape.busy_class = CALSYNC_CLASS_TENTATIVE;
      break;
    case SHOWN_AWAY:
      shape.busy_class = CALSYNC_CLASS_AWAY;
      break;
    case SERIES:
      shape.is_series = TRUE;
      break;
    case PEOPLE:
      shape.has_attendees = TRUE;
      break;
    case SAME:
    default:
      break;
    }
  return shape;
}

static CalsyncWanted
make_wanted (Ours ours)
{
  gint64 start_s = ours == MOVED ? X : A;

  return (CalsyncWanted){ .reference = (char *) "k:booking:1",
                          .is_live = ours != CANCELLED,
                          .start_us = start_s * S,
                          .end_us = (start_s + 3600) * S,
                          .state = CALSYNC_LINK_LINKED,
                          .create_sequence = 1,
                          .key = (char *) "k",
                          .version = (char *) "1",
                          .base = make_shape (SAME),
                          .seen = make_shape (SAME) };
}

/* What the job makes of a verdict. */
static void
apply (CalsyncWanted *wanted, const CalsyncVerdict *verdict, const CalsyncShape *theirs)
{
  wanted->seen = *theirs;
  wanted->state = verdict->state;
  wanted->key = calsync_shape_is_none (theirs) ? NULL : wanted->key;
}

static void
test_matrix (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const CalsyncBinding binding = { .on_move = rows[i].on_move,
                                       .on_delete = rows[i].on_delete,
                                       .max_putbacks = 3,
                                       .writes_left = 200 };
      CalsyncWanted wanted = make_wanted (rows[i].ours);
      const CalsyncShape theirs = make_shape (rows[i].theirs);
      CalsyncVerdict verdict;

      g_test_message ("%s", rows[i].name);
      calsync_plan_resolve (&wanted, &theirs, &binding, &verdict);
      g_assert_cmpint (verdict.has_conflict, ==, rows[i].kind != NO_CONFLICT);
      if (verdict.has_conflict)
        {
          g_assert_cmpint (verdict.kind, ==, rows[i].kind);
          g_assert_cmpint (verdict.decision, ==, rows[i].decision);
        }
      g_assert_cmpint (verdict.state, ==, rows[i].state);
      g_assert_cmpint (verdict.unlinks, ==, rows[i].unlinks);
      g_assert_cmpint (verdict.proposes, ==,
                       verdict.has_conflict && verdict.decision == CALSYNC_DECISION_PROPOSED);
      apply (&wanted, &verdict, &theirs);
      g_assert_cmpint (calsync_plan_push (&wanted), ==, rows[i].push);
    }
}

/* A version alone is an echo; so is what was seen before, whatever it was. */
static void
test_echo (void)
{
  static const CalsyncBinding binding = { .max_putbacks = 3, .writes_left = 200 };

  for (guint i = SAME; i <= PEOPLE; i++)
    {
      CalsyncWanted wanted = make_wanted (UNCHANGED);
      CalsyncVerdict verdict;

      wanted.seen = make_shape (i);
      wanted.state = CALSYNC_LINK_CONFLICT;
      calsync_plan_resolve (&wanted, &wanted.seen, &binding, &verdict);
      g_assert_false (verdict.has_conflict);
      g_assert_false (verdict.counts_putback);
    }
}

/* Somebody else's program moves it again and again: the fourth time a person is asked. */
static void
test_storm (void)
{
  CalsyncBinding binding = { .max_putbacks = 3, .writes_left = 200 };
  const CalsyncShape theirs = make_shape (TO_Y), none = { 0 };
  CalsyncVerdict verdict;

  for (guint i = 0; i < 5; i++)
    {
      CalsyncWanted wanted = make_wanted (UNCHANGED);

      wanted.n_putbacks = i;
      calsync_plan_resolve (&wanted, i % 2 == 0 ? &theirs : &none, &binding, &verdict);
      g_assert_cmpint (verdict.counts_putback, ==, i < 3);
      g_assert_cmpint (verdict.kind == CALSYNC_CONFLICT_STORM, ==, i >= 3);
      g_assert_cmpint (verdict.state, ==, i < 3 ? CALSYNC_LINK_LINKED : CALSYNC_LINK_CONFLICT);
    }
  binding.writes_left = 0;
  {
    CalsyncWanted wanted = make_wanted (UNCHANGED);

    calsync_plan_resolve (&wanted, &theirs, &binding, &verdict);
    g_assert_cmpint (verdict.kind, ==, CALSYNC_CONFLICT_STORM);
  }
}

static void
test_settle (void)
{
  CalsyncWanted wanted = make_wanted (CANCELLED);
  CalsyncVerdict verdict;

  g_assert_false (calsync_plan_settle (&wanted, &verdict));
  wanted.key = NULL;
  g_assert_true (calsync_plan_settle (&wanted, &verdict));
  g_assert_true (verdict.unlinks);
  wanted.in_flight = CALSYNC_PUSH_REMOVE;
  g_assert_false (calsync_plan_settle (&wanted, &verdict));

  wanted = make_wanted (UNCHANGED); /* a question that nobody has answered */
  wanted.state = CALSYNC_LINK_CONFLICT;
  wanted.seen = make_shape (TO_Y);
  g_assert_false (calsync_plan_settle (&wanted, &verdict));
  wanted.start_us = wanted.seen.start_us; /* the proposal was taken */
  wanted.end_us = wanted.seen.end_us;
  g_assert_true (calsync_plan_settle (&wanted, &verdict));
  g_assert_true (verdict.is_agreed);
  wanted.start_us = X * S; /* re-booked to something else */
  wanted.end_us = (X + 3600) * S;
  g_assert_true (calsync_plan_settle (&wanted, &verdict));
  g_assert_false (verdict.is_agreed);
  g_assert_cmpint (verdict.state, ==, CALSYNC_LINK_LINKED);
  wanted.seen = make_shape (SERIES); /* but a series stays a person's */
  g_assert_false (calsync_plan_settle (&wanted, &verdict));
}

static void
test_push (void)
{
  CalsyncWanted wanted = make_wanted (MOVED);

  wanted.state = CALSYNC_LINK_REFUSED; /* refused as it was; now it is another */
  g_assert_cmpint (calsync_plan_push (&wanted), ==, CALSYNC_PUSH_UPDATE);
  wanted.base = make_shape (TO_X);
  g_assert_cmpint (calsync_plan_push (&wanted), ==, CALSYNC_PUSH_NONE);
  wanted = make_wanted (MOVED);
  wanted.in_flight = CALSYNC_PUSH_UPDATE;
  g_assert_cmpint (calsync_plan_push (&wanted), ==, CALSYNC_PUSH_NONE);
  wanted = make_wanted (UNCHANGED);
  wanted.key = NULL;
  wanted.state = CALSYNC_LINK_NONE;
  g_assert_cmpint (calsync_plan_push (&wanted), ==, CALSYNC_PUSH_CREATE);
  wanted.is_live = FALSE;
  g_assert_cmpint (calsync_plan_push (&wanted), ==, CALSYNC_PUSH_NONE);
  wanted = make_wanted (UNCHANGED);
  wanted.seen = make_shape (PEOPLE);
  wanted.state = CALSYNC_LINK_CONFLICT;
  g_assert_cmpint (calsync_plan_push (&wanted), ==, CALSYNC_PUSH_NONE);
  wanted.state = CALSYNC_LINK_LINKED; /* a person has said so */
  g_assert_cmpint (calsync_plan_push (&wanted), ==, CALSYNC_PUSH_UPDATE);
}

/* clang-format off */
static const struct
{
  CalsyncDisappearance count;
  CalsyncGuard guard;
} guard_rows[] = {
  /* own, foreign, known own, known foreign, all, known all, widespread */
  { {  0,  0,   0,    0,   0,    0, FALSE }, CALSYNC_GUARD_NONE },
  { {  3,  0,   4,    5,   3,    9, FALSE }, CALSYNC_GUARD_NONE },
  { {  4,  0,  10,    5,   4,   15, FALSE }, CALSYNC_GUARD_OWN },
  { {  5,  0, 100,    5,   5,  105, FALSE }, CALSYNC_GUARD_NONE },
  { {  6,  0, 100,    5,   6,  105, FALSE }, CALSYNC_GUARD_OWN },
  { {  0, 10,   0,   12,  10,   12, FALSE }, CALSYNC_GUARD_NONE },
  { {  0, 11,   0,   50,  11,   50, FALSE }, CALSYNC_GUARD_FOREIGN },
  { {  0, 11,   0,   55,  11,   55, FALSE }, CALSYNC_GUARD_NONE },
  { {  0, 200,  0, 1000, 200, 1000, FALSE }, CALSYNC_GUARD_NONE },
  { {  0, 201,  0, 1000, 201, 1000, FALSE }, CALSYNC_GUARD_FOREIGN },
  { {  0,  2,   0,    2,   2,    2, FALSE }, CALSYNC_GUARD_EMPTY },
  { {  1,  1,   1,    1,   2,    2, FALSE }, CALSYNC_GUARD_EMPTY },
  { {  0,  1,   0,    1,   1,    1, FALSE }, CALSYNC_GUARD_NONE },
  { {  0,  1,   0,   50,   1,   50, TRUE },  CALSYNC_GUARD_WIDESPREAD },
  { {  0,  0,   0,   50,   0,   50, TRUE },  CALSYNC_GUARD_NONE },
  /* ... and of the day before: own, foreign; absent, known ahead */
  { {  1,  0,  12,    5,   1,   17, FALSE, 5, 0, 0 },   CALSYNC_GUARD_NONE },
  { {  1,  0,  12,    5,   1,   17, FALSE, 6, 0, 0 },   CALSYNC_GUARD_OWN },
  { {  0,  0,  12,    5,   1,   17, FALSE, 9, 99, 0 },  CALSYNC_GUARD_NONE },
  { {  2,  0, 300,    5,   2,  305, FALSE, 8, 0, 0 },   CALSYNC_GUARD_NONE },
  { {  0,  1,   0,   10,   1,   10, FALSE, 0, 29, 0 },  CALSYNC_GUARD_NONE },
  { {  0,  1,   0,   10,   1,   10, FALSE, 0, 30, 0 },  CALSYNC_GUARD_FOREIGN },
  { {  0,  1,   0,  500,   1,  500, FALSE, 0, 300, 0 }, CALSYNC_GUARD_NONE },
  { {  0,  1,   0,  500,   1,  500, FALSE, 0, 800, 0 }, CALSYNC_GUARD_FOREIGN },
  { {  0,  1,   0,    1,   1,    1, FALSE, 0, 0, 1, 1 }, CALSYNC_GUARD_EMPTY },
  { {  0,  2,   9,    2,   2,   11, FALSE, 0, 0, 2, 2 }, CALSYNC_GUARD_EMPTY },
  { {  0,  1,   0,    2,   1,    2, FALSE, 0, 0, 1, 2 }, CALSYNC_GUARD_NONE },
  { {  0,  1,   0,    1,   1,    1, FALSE, 0, 0, 0, 1 }, CALSYNC_GUARD_NONE },
  { {  0,  0,   0,    1,   1,    1, FALSE, 0, 0, 0, 0 }, CALSYNC_GUARD_NONE },
};
/* clang-format on */

static void
test_guard (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (guard_rows); i++)
    {
      g_test_message ("row %u", i);
      g_assert_cmpint (calsync_plan_guard (&guard_rows[i].count), ==, guard_rows[i].guard);
    }
}

/* Whatever the state: an event is removed because its booking is not live, and a link goes when both are gone. */
static void
test_no_removal_without_cause (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_all = testlib_budget ("calsync-plan"), n_removed = 0;

  for (guint64 i = 0; i < n_all; i++)
    {
      CalsyncWanted wanted = make_wanted ((Ours) g_rand_int_range (random, 0, 3));
      const CalsyncShape theirs = make_shape ((Theirs) g_rand_int_range (random, SAME, PEOPLE + 1));
      const CalsyncBinding binding = {
        .on_move = (CalsyncOnMove) g_rand_int_range (random, 0, 3),
        .on_delete = (CalsyncOnDelete) g_rand_int_range (random, 0, 2),
        .max_putbacks = 3,
        .writes_left = (guint) g_rand_int_range (random, 0, 2),
      };
      CalsyncVerdict verdict = { 0 };

      wanted.base = make_shape ((Theirs) g_rand_int_range (random, SAME, PEOPLE + 1));
      wanted.seen = make_shape ((Theirs) g_rand_int_range (random, SAME, PEOPLE + 1));
      wanted.state = (CalsyncLinkState) g_rand_int_range (random, 0, 4);
      wanted.n_putbacks = (guint) g_rand_int_range (random, 0, 6);
      wanted.in_flight =
        (CalsyncPushVerb) (g_rand_boolean (random) ? 0 : g_rand_int_range (random, 0, 4));
      if (calsync_shape_is_none (&wanted.seen))
        wanted.key = NULL;
      if (g_rand_boolean (random) && wanted.in_flight == CALSYNC_PUSH_NONE)
        {
          calsync_plan_resolve (&wanted, &theirs, &binding, &verdict);
          g_assert_true (!verdict.unlinks || (!wanted.is_live && calsync_shape_is_none (&theirs)));
          apply (&wanted, &verdict, &theirs);
        }
      if (calsync_plan_settle (&wanted, &verdict))
        g_assert_true (!verdict.unlinks || (!wanted.is_live && wanted.key == NULL));
      if (calsync_plan_push (&wanted) != CALSYNC_PUSH_REMOVE)
        continue;
      n_removed++;
      g_assert_false (wanted.is_live);
      g_assert_nonnull (wanted.key);
      g_assert_true (wanted.state != CALSYNC_LINK_CONFLICT ||
                     (!wanted.seen.is_series && !wanted.seen.has_attendees));
    }
  g_assert_cmpuint (n_removed, >, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/plan/matrix", test_matrix);
  g_test_add_func ("/calsync/plan/echo", test_echo);
  g_test_add_func ("/calsync/plan/storm", test_storm);
  g_test_add_func ("/calsync/plan/settle", test_settle);
  g_test_add_func ("/calsync/plan/push", test_push);
  g_test_add_func ("/calsync/plan/guard", test_guard);
  g_test_add_func ("/calsync/plan/no-removal-without-cause", test_no_removal_without_cause);
  return g_test_run ();
}
