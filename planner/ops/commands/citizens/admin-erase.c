/* SPDX-License-Identifier: EUPL-1.2 */
/* Erases a citizen in one transaction; counts, journal rows and seals stay, and name nobody. */
#include "ops/commands/citizens/admin-erase.h"

#include "base/error.h"
#include "base/period.h"
#include "ops/booking/ledger.h"
#include "ops/commands/admin-op.h"
#include "ops/service/retention-run.h"
#include "store/citizen-store.h"
#include "store/journal-store.h"
#include "store/retention-store.h"
#include "store/unit-store.h"

/* clang-format off */
const AdminArgument admin_erase_citizen_arguments[] = {
  { "cpr", ADMIN_CITIZEN, ADMIN_NEEDED_OPTION, "FILE", "file with the citizen's number; - is standard input", .option = "citizen-file" },
  { "force", ADMIN_FLAG, ADMIN_OPTION, NULL, "although meetings lie ahead or terms have not run out" },
  { "reason", ADMIN_TEXT, ADMIN_OPTION, "TEXT", "why, for the journal; needed with --force" },
  { NULL },
};
/* clang-format on */

/* Where people's words are kept: rows that have a form of a number, and what is done to each of them. */
typedef struct
{
  StoreStatement find;
  StoreStatement mend;
  gboolean is_masked; /* the form is starred; else what is there goes */
} Place;

/* clang-format off */
static const Place places[] = {
  { SQL_PROSE_FIND_BOOKINGS, SQL_PROSE_MASK_BOOKING,       TRUE },
  { SQL_PROSE_FIND_INBOX,    SQL_PROSE_MASK_INBOX,         TRUE },
  { SQL_PROSE_FIND_EVENTS,   SQL_PROSE_MASK_EVENT,         TRUE },
  { SQL_PROSE_FIND_PARTICIPANTS, SQL_PROSE_MASK_PARTICIPANT, TRUE },
  { SQL_PROSE_FIND_OUTBOX,   SQL_PROSE_MASK_OUTBOX,        TRUE },
  { SQL_PROSE_FIND_MESSAGES, SQL_PROSE_MASK_MESSAGE,       TRUE },
  { SQL_PROSE_FIND_PAYLOADS, SQL_JOURNAL_PAYLOAD_ERASE,    FALSE },
  { SQL_PROSE_FIND_ANSWERS,  SQL_ANSWER_REMOVE_BY_BOOKING, FALSE },
};
/* clang-format on */

#define N_PLACES G_N_ELEMENTS (places)

/* What stands in the way, counted. */
typedef struct
{
  gint64 n_ahead;
  gint64 n_holds;
  gint64 n_waiting;
  gint64 n_bookings;
  gint64 n_empty_answers;
  gboolean is_within_terms;
} Standing;

typedef struct
{
  AdminCall *call;
  AdminOp *op;
  const char *cpr;
  gint64 citizen_id;
  Standing standing;
  gboolean is_forced;
  const char *reason;
  GPtrArray *forms;        /* char *: the citizen's numbers, now and before, each in its forms */
  GArray *found[N_PLACES]; /* gint64: others' rows whose texts name one of them */
} Erasure;

static void
erasure_clear (Erasure *erasure)
{
  g_clear_pointer (&erasure->forms, g_ptr_array_unref);
  for (guint i = 0; i < N_PLACES; i++)
    g_clear_pointer (&erasure->found[i], g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Erasure, erasure_clear)

static gboolean
read_ids (StoreQuery *query, GArray *ids, GError **error)
{
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    {
      gint64 id = store_int (query, 0);
      g_array_append_val (ids, id);
    }
  return step == STORE_END;
}

static gboolean
find_pattern (Erasure *erasure,
              StoreStatement statement,
              const char *form,
              GArray *ids,
              GError **error)
{
  g_autofree char *pattern = g_strconcat ("%", form, "%", NULL);
  g_auto (StoreQuery) query = { 0 };

  return store_query (erasure->call->session, &query, error, statement, "is",
                      erasure->op->tenant->tenant_id, pattern) &&
         read_ids (&query, ids, error);
}

/* Each number in its three forms: digits, with a hyphen, with a blank. */
static gboolean
list_forms (Erasure *erasure, GError **error)
{
  static const char *const parts[] = { "", "-", " " };
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  erasure->forms = g_ptr_array_new_with_free_func (g_free);
  if (!store_query (erasure->call->session, &query, error, SQL_CITIZEN_NUMBERS, "i",
                    erasure->citizen_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
      {
        const char *cpr = store_text (&query, 0);
        g_ptr_array_add (erasure->forms, g_strdup_printf ("%.6s%s%s", cpr, parts[i], cpr + 6));
      }
  return step == STORE_END;
}

/* Looked for before the write, which must not read every booking. */
static gboolean
find_prose (Erasure *erasure, GError **error)
{
  if (!list_forms (erasure, error))
    return FALSE;
  for (guint i = 0; i < N_PLACES; i++)
    {
      erasure->found[i] = g_array_new (FALSE, FALSE, sizeof (gint64));
      for (guint j = 0; j < erasure->forms->len; j++)
        if (!find_pattern (erasure, places[i].find, erasure->forms->pdata[j], erasure->found[i],
                           error))
          return FALSE;
    }
  return TRUE;
}

static gboolean
mend_row (const Erasure *erasure,
          StoreSession *session,
          const Place *place,
          gint64 id,
          GError **error)
{
  if (!place->is_masked)
    return store_run (session, error, place->mend, "i", id);
  for (guint i = 0; i < erasure->forms->len; i++)
    if (!store_run (session, error, place->mend, "is", id, erasure->forms->pdata[i]))
      return FALSE;
  return TRUE;
}

static gboolean
mend_prose (Erasure *erasure, StoreSession *session, GError **error)
{
  for (guint i = 0; i < N_PLACES; i++)
    for (guint j = 0; j < erasure->found[i]->len; j++)
      if (!mend_row (erasure, session, &places[i], g_array_index (erasure->found[i], gint64, j),
                     error))
        return FALSE;
  return TRUE;
}

static gboolean
drop_holds (Erasure *erasure, StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) holds = hold_store_list_of_citizen (session, erasure->citizen_id, error);

  for (guint i = 0; holds != NULL && i < holds->len; i++)
    if (!ledger_drop_hold (&erasure->op->call, holds->pdata[i], error))
      return FALSE;
  return holds != NULL;
}

static gboolean
remove_booking (Erasure *erasure, StoreSession *session, gint64 booking_id, GError **error)
{
  g_autoptr (Booking) booking = booking_store_load (session, booking_id, error);

  return booking != NULL && ledger_release_booking (&erasure->op->call, booking, error) &&
         retention_store_remove_booking (session, booking_id, error) &&
         ledger_settle (&erasure->op->call, booking, error);
}

static gboolean
remove_bookings (Erasure *erasure, StoreSession *session, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_BOOKING_IDS_OF_CITIZEN, "i", erasure->citizen_id) ||
      !read_ids (&query, ids, error))
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!remove_booking (erasure, session, g_array_index (ids, gint64, i), error))
      return FALSE;
  return TRUE;
}

/* Evidence stays as a count of answers, of nobody. */
static gboolean
remove_rest (Erasure *erasure, StoreSession *session, GError **error)
{
  static const StoreStatement statements[] = {
    SQL_CITIZEN_FACTS_CLEAR,
    SQL_ALL_SPANS_CLEAR,
    SQL_READS_CLEAR,
    SQL_DEADLINES_CLEAR,
    SQL_FUND_INTERVIEWS_CLEAR,
    SQL_OUTBOX_CLEAR_OF_CITIZEN,
    SQL_INBOX_CLEAR_OF_CITIZEN,
    SQL_EVENTS_CLEAR_OF_CITIZEN,
    SQL_ECHO_REMOVE_OF_CITIZEN,
    SQL_MESSAGES_CLEAR_OF_CITIZEN,
    SQL_EMPTY_ANSWERS_FORGET_CITIZEN,
    SQL_CHANGES_ADD_OF_FORMERS,
    SQL_CITIZEN_FORMERS_REMOVE,
    SQL_CITIZEN_REMOVE_EMPTY,
  };
  g_autofree char *subject = g_strdup_printf ("citizen:%" G_GINT64_FORMAT, erasure->citizen_id);

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!store_run (session, error, statements[i], "i", erasure->citizen_id))
      return FALSE;
  return store_run (session, error, SQL_JOURNAL_PAYLOADS_ERASE_BY_SUBJECT, "s", subject) &&
         ledger_note_citizen (session, erasure->op->tenant->tenant_id, erasure->citizen_id, error);
}

/* What was typed may name any of the citizen's numbers. */
static char *
dup_reason (const Erasure *erasure)
{
  g_autoptr (GString) reason = NULL;

  if (erasure->reason == NULL)
    return NULL;
  reason = g_string_new (erasure->reason);
  for (guint i = 0; i < erasure->forms->len; i++)
    g_string_replace (reason, erasure->forms->pdata[i], "**********", 0);
  return citizen_dup_masked (reason->str);
}

static char *
dup_payload (const Erasure *erasure)
{
  g_autofree char *reason = dup_reason (erasure);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_boolean_member (object, "forced", erasure->is_forced);
  if (reason != NULL)
    json_object_set_string_member (object, "reason", reason);
  json_object_set_int_member (object, "bookings", erasure->standing.n_bookings);
  json_object_set_int_member (object, "meetings_ahead", erasure->standing.n_ahead);
  json_object_set_int_member (object, "empty_answers", erasure->standing.n_empty_answers);
  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}

static gboolean
add_journal (const Erasure *erasure, StoreSession *session, GError **error)
{
  g_autofree char *subject = g_strdup_printf ("citizen:%" G_GINT64_FORMAT, erasure->citizen_id);
  g_autofree char *payload = dup_payload (erasure);
  JournalEntry entry = { .tenant_id = erasure->op->tenant->tenant_id,
                         .at_us = erasure->call->now_us,
                         .actor = erasure->call->actor,
                         .call_id = erasure->call->call_id,
                         .kind = "citizen-erased",
                         .subject = subject,
                         .payload = payload };

  return journal_store_add (session, &entry, error);
}

/* AdminWrite: what came between the look and the write is erased with the rest, or refused again. */
static gboolean
load_standing (Erasure *erasure, StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) settings = setting_list (session, erasure->op->tenant->tenant_id, error);
  gint64 now_us = erasure->call->now_us;
  gint64 today = retention_today (now_us);
  g_auto (StoreQuery) query = { 0 };
  gint64 booking_us, empty_us;

  if (settings == NULL ||
      !store_query (session, &query, error, SQL_CITIZEN_STANDING, "ii", erasure->citizen_id,
                    now_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  erasure->standing = (Standing){ .n_ahead = store_int (&query, 0),
                                  .n_holds = store_int (&query, 1),
                                  .n_waiting = store_int (&query, 2),
                                  .n_bookings = store_int (&query, 3),
                                  .n_empty_answers = store_int (&query, 4) };
  booking_us =
    retention_days (settings, retention_find_class ("booking"), 0, today) * PERIOD_US_PER_DAY;
  empty_us =
    retention_days (settings, retention_find_class ("empty-answer"), 0, today) * PERIOD_US_PER_DAY;
  erasure->standing.is_within_terms =
    store_int (&query, 5) > now_us - booking_us || store_int (&query, 6) > now_us - empty_us;
  return TRUE;
}

static gboolean
check_standing (const Erasure *erasure, GError **error)
{
  const Standing *standing = &erasure->standing;

  if (erasure->is_forced)
    return TRUE;
  if (standing->n_ahead > 0 || standing->n_holds > 0 || standing->n_waiting > 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "%" G_GINT64_FORMAT " meetings and %" G_GINT64_FORMAT
                 " reservations lie ahead, %" G_GINT64_FORMAT
                 " registrations wait: cancel and send them first, or use --force with --reason",
                 standing->n_ahead, standing->n_holds, standing->n_waiting);
  else if (standing->is_within_terms)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                         "bookings or evidence are within their terms (retention show): wait, or "
                         "use --force with --reason");
  else
    return TRUE;
  return FALSE;
}

static gboolean
write_erasure (StoreSession *session, gpointer data, GError **error)
{
  Erasure *erasure = data;

  erasure->op->call.session = session;
  store_forget_log (session);
  return load_standing (erasure, session, error) && check_standing (erasure, error) &&
         mend_prose (erasure, session, error) && drop_holds (erasure, session, error) &&
         remove_bookings (erasure, session, error) && remove_rest (erasure, session, error) &&
         add_journal (erasure, session, error);
}

static void
report (const Erasure *erasure)
{
  const Standing *standing = &erasure->standing;
  JsonObject *result = erasure->call->result;
  guint n_masked = 0;

  for (guint i = 0; i < N_PLACES; i++)
    n_masked += places[i].is_masked ? erasure->found[i]->len : 0;
  json_object_set_int_member (result, "bookings", standing->n_bookings);
  json_object_set_int_member (result, "meetings_ahead", standing->n_ahead);
  json_object_set_int_member (result, "reservations", standing->n_holds);
  json_object_set_int_member (result, "registrations_waiting", standing->n_waiting);
  json_object_set_int_member (result, "empty_answers", standing->n_empty_answers);
  json_object_set_boolean_member (result, "within_terms", standing->is_within_terms);
  json_object_set_int_member (result, "texts_masked", n_masked);
}

static gboolean
read_arguments (Erasure *erasure, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (!admin_need_text (erasure->call, "cpr", &erasure->cpr, error) ||
      !admin_get_text (erasure->call, "reason", &erasure->reason, error))
    return FALSE;
  if (erasure->is_forced && erasure->reason == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "--force needs a --reason, which goes to the journal");
      return FALSE;
    }
  erasure->citizen_id = citizen_store_find (erasure->call->session, erasure->op->tenant->tenant_id,
                                            erasure->cpr, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (erasure->citizen_id == 0)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                         "nothing is held about this citizen");
  return erasure->citizen_id != 0;
}

/**
 * admin_erase_citizen:
 *
 * Arguments: tenant, cpr, force, reason. Result: what was there, counted. DFDG is not told: what it
 * must know of is cancelled first.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_NOT_VALID when something stands in the way.
 */
gboolean
admin_erase_citizen (AdminCall *call, GError **error)
{
  g_auto (AdminOp) op = { 0 };
  g_auto (Erasure) erasure = { .call = call,
                               .op = &op,
                               .is_forced = admin_get_flag (call, "force") };
  gboolean ok;

  if (!admin_op_init (&op, call, error) || !read_arguments (&erasure, error) ||
      !find_prose (&erasure, error))
    return FALSE;
  ok = call->runner.run_write (call->runner.runner, write_erasure, &erasure, error);
  report (&erasure);
  return ok;
}
