/* SPDX-License-Identifier: EUPL-1.2 */
/* Bounded in every way: so many at once, so many kinds of difference, and the caller has his answer before any of it. */
#include "gateway/track-shadow.h"

#include <string.h>

#include "base/clock.h"
#include "gateway/track-compare.h"

#define MAX_ROWS        2000
#define MAX_DIFFERENCES 200
#define MAX_OPTIONS     10000
#define MAX_BYTES       (4 * 1024 * 1024)
#define GUID_LENGTH     36

/* What came of the calls of a unit and an operation. */
typedef struct
{
  char *unit;
  const ContractOperation *operation;
  guint share; /* thousandths that have been due and not sent */
  guint64 n_due;
  guint64 n_dropped;      /* busy */
  guint64 n_incomparable; /* names what only the other Planner knows, or was too long to be held */
  guint64 n_unanswered;
  guint64 n_broken; /* the candidate's answer breaks the contract */
  guint64 n_verdicts[TRACK_N_VERDICTS];
  GHashTable *differences; /* "kind path" → count */
} Row;

struct _TrackShadowing
{
  gatomicrefcount n_refs;
  TrackShadowSettings settings;
  GHashTable *rows;    /* "unit operation" → Row */
  GHashTable *options; /* the Planner's offer → the candidate's, in lower case */
  guint n_running;
  gint64 since_us;
  gboolean is_stopped;
};

/* One call on its way. */
typedef struct
{
  TrackShadowing *shadowing;
  Row *row;
  GBytes *current;
  GBytes *candidate;
  TrackOutcome outcome;
  gboolean is_broken;
  TrackVerdict verdict;
  GPtrArray *differences;
  GPtrArray *options; /* pairs */
} Errand;

static void
free_row (gpointer data)
{
  Row *row = data;

  g_free (row->unit);
  g_hash_table_unref (row->differences);
  g_free (row);
}

/**
 * track_shadowing_new:
 *
 * Returns: (transfer full): with counts that begin now
 */
TrackShadowing *
track_shadowing_new (const TrackShadowSettings *settings)
{
  TrackShadowing *shadowing = g_new0 (TrackShadowing, 1);

  g_atomic_ref_count_init (&shadowing->n_refs);
  shadowing->settings = *settings;
  shadowing->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_row);
  shadowing->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  shadowing->since_us = clock_now_us ();
  return shadowing;
}

static void
drop (TrackShadowing *shadowing)
{
  if (!g_atomic_ref_count_dec (&shadowing->n_refs))
    return;
  g_hash_table_unref (shadowing->rows);
  g_hash_table_unref (shadowing->options);
  g_free (shadowing);
}

/**
 * track_shadowing_free:
 * @shadowing: (nullable) (transfer full): what is on its way ends without being counted
 */
void
track_shadowing_free (TrackShadowing *shadowing)
{
  if (shadowing == NULL)
    return;
  shadowing->is_stopped = TRUE;
  drop (shadowing);
}

/**
 * track_shadowing_is_reading:
 *
 * Returns: whether the operation changes nothing, so that a candidate may be asked too
 */
gboolean
track_shadowing_is_reading (ContractOperationId operation)
{
  return operation == CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS ||
         operation == CONTRACT_OPERATION_GET_SELFBOOK_CASE_WORKERS ||
         operation == CONTRACT_OPERATION_GET_SELFBOOK_TIMESLOTS ||
         operation == CONTRACT_OPERATION_GET_BOOKINGS;
}

static Row *
ensure_row (TrackShadowing *shadowing, const TrackShadowCall *call)
{
  g_autofree char *key = g_strconcat (call->unit, " ", call->operation->name, NULL);
  Row *row = g_hash_table_lookup (shadowing->rows, key);

  if (row != NULL || g_hash_table_size (shadowing->rows) >= MAX_ROWS)
    return row;
  row = g_new0 (Row, 1);
  row->unit = g_strdup (call->unit);
  row->operation = call->operation;
  row->differences = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (shadowing->rows, g_steal_pointer (&key), row);
  return row;
}

/* --- comparing --------------------------------------------------------------------------------- */

static void
on_tell (const char *kind, const char *path, gpointer data)
{
  g_ptr_array_add (data, g_strconcat (kind, " ", path, NULL));
}

static gboolean
are_alike (const ContractInterviewOption *one, const ContractInterviewOption *other)
{
  return one->interview_type_identifier == other->interview_type_identifier &&
         one->interview_form_type_identifier == other->interview_form_type_identifier &&
         one->duration_minutes == other->duration_minutes;
}

/* The one offer like @wanted; NULL when there is none, or more than one. */
static const ContractInterviewOption *
find_alike (const ContractInterviewOptionList *options, const ContractInterviewOption *wanted)
{
  const ContractInterviewOption *found = NULL;

  for (guint i = 0; i < options->n_items; i++)
    {
      if (!are_alike (&options->items[i], wanted))
        continue;
      if (found != NULL)
        return NULL;
      found = &options->items[i];
    }
  return found;
}

/* Later calls name the Planner's offer; the candidate knows the same meeting by another identifier. */
static void
pair_options (Errand *errand, const ContractReply *current, const ContractReply *candidate)
{
  const ContractGetSelfbookInterviewOptionsResponse *one = current->response;
  const ContractGetSelfbookInterviewOptionsResponse *other = candidate->response;

  for (guint i = 0; i < one->interview_option_collection.n_items; i++)
    {
      const ContractInterviewOption *option = &one->interview_option_collection.items[i];
      const ContractInterviewOption *alike =
        find_alike (&other->interview_option_collection, option);

      if (alike == NULL || find_alike (&one->interview_option_collection, option) == NULL)
        continue;
      g_ptr_array_add (errand->options, g_ascii_strdown (option->interview_option_identifier, -1));
      g_ptr_array_add (errand->options, g_ascii_strdown (alike->interview_option_identifier, -1));
    }
}

static void
compare (Errand *errand)
{
  const ContractOperation *operation = errand->row->operation;
  ContractReadOptions options = { .mapping = errand->shadowing->settings.mapping,
                                  .max_bytes = MAX_BYTES };
  g_autoptr (ContractArena) arena = contract_arena_new ();
  g_autoptr (GError) error = NULL;
  ContractReply current, candidate;

  if (!contract_reply_parse (&current, &options, operation, errand->current, arena, &error))
    return;
  if (!contract_reply_parse (&candidate, &options, operation, errand->candidate, arena, &error))
    {
      errand->is_broken = TRUE;
      return;
    }
  errand->verdict = track_compare (operation, &current, &candidate, on_tell, errand->differences);
  if (operation->id == CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS && !current.is_fault &&
      !candidate.is_fault)
    pair_options (errand, &current, &candidate);
}

static void
count_difference (Row *row, const char *what)
{
  guint64 *n = g_hash_table_lookup (row->differences, what);

  if (n == NULL && g_hash_table_size (row->differences) >= MAX_DIFFERENCES)
    what = "others";
  if (n == NULL)
    n = g_hash_table_lookup (row->differences, what);
  if (n == NULL)
    {
      n = g_new0 (guint64, 1);
      g_hash_table_insert (row->differences, g_strdup (what), n);
    }
  *n += 1;
}

static void
free_errand (Errand *errand)
{
  g_clear_pointer (&errand->current, g_bytes_unref);
  g_clear_pointer (&errand->candidate, g_bytes_unref);
  g_ptr_array_unref (errand->differences);
  g_ptr_array_unref (errand->options);
  drop (errand->shadowing);
  g_free (errand);
}

static void
settle (Errand *errand)
{
  TrackShadowing *shadowing = errand->shadowing;
  Row *row = errand->row;

  shadowing->n_running--;
  if (errand->candidate == NULL)
    row->n_unanswered++;
  else if (errand->is_broken)
    row->n_broken++;
  else
    row->n_verdicts[errand->verdict]++;
  for (guint i = 0; i < errand->differences->len; i++)
    count_difference (row, errand->differences->pdata[i]);
  if (g_hash_table_size (shadowing->options) >= MAX_OPTIONS)
    g_hash_table_remove_all (shadowing->options);
  for (guint i = 0; i + 1 < errand->options->len; i += 2)
    g_hash_table_replace (shadowing->options, g_strdup (errand->options->pdata[i]),
                          g_strdup (errand->options->pdata[i + 1]));
  free_errand (errand);
}

static gboolean
run_compare (gpointer data, gpointer session, GError **error)
{
  compare (data);
  return TRUE;
}

static void
on_compared (gpointer data, const ExecutorReport *report, const GError *error)
{
  settle (data);
}

static void
on_answered (TrackOutcome outcome, GBytes *body, gpointer data)
{
  Errand *errand = data;
  TrackShadowing *shadowing = errand->shadowing;
  g_autoptr (GError) error = NULL;

  errand->candidate = body == NULL ? NULL : g_bytes_ref (body);
  if (shadowing->is_stopped)
    {
      shadowing->n_running--;
      free_errand (errand);
      return;
    }
  if (errand->candidate == NULL)
    settle (errand);
  else if (shadowing->settings.workers == NULL)
    {
      compare (errand);
      settle (errand);
    }
  else if (!track_database_read (shadowing->settings.workers, run_compare, on_compared, errand,
                                 &error))
    settle (errand);
}

/* --- sending ----------------------------------------------------------------------------------- */

/* The request with the candidate's name for the offer; NULL when it has none that is known. */
static GBytes *
dup_request (const TrackShadowing *shadowing, const TrackShadowCall *call)
{
  gsize n_bytes;
  const char *bytes = g_bytes_get_data (call->request, &n_bytes);
  g_autofree char *known = g_ascii_strdown (call->option, -1);
  const char *other;

  if (*call->booking != '\0')
    return NULL;
  if (*call->option == '\0')
    return g_bytes_ref (call->request);
  other = g_hash_table_lookup (shadowing->options, known);
  if (other == NULL || strlen (other) != GUID_LENGTH)
    return NULL;
  for (gsize at = 0; at + GUID_LENGTH <= n_bytes; at++)
    if (g_ascii_strncasecmp (bytes + at, known, GUID_LENGTH) == 0)
      {
        char *changed = g_memdup2 (bytes, n_bytes);

        memcpy (changed + at, other, GUID_LENGTH);
        return g_bytes_new_take (changed, n_bytes);
      }
  return NULL;
}

static void
send (TrackShadowing *shadowing,
      Row *row,
      const TrackEndpoint *candidate,
      const TrackShadowCall *call,
      GBytes *request)
{
  const TrackShadowPort *port = &shadowing->settings.port;
  Errand *errand = g_new0 (Errand, 1);

  g_atomic_ref_count_inc (&shadowing->n_refs);
  errand->shadowing = shadowing;
  errand->row = row;
  errand->current = g_bytes_new (call->answer, call->n_answer);
  errand->differences = g_ptr_array_new_with_free_func (g_free);
  errand->options = g_ptr_array_new_with_free_func (g_free);
  shadowing->n_running++;
  if (port->send (port->sender, candidate, call, request, on_answered, errand))
    return;
  shadowing->n_running--;
  row->n_dropped++;
  free_errand (errand);
}

/**
 * track_shadowing_offer:
 * @share: of the unit's row
 *
 * Shows the call to the candidate when it is one of the share, reads only, and there is room.
 * Loop thread, after the caller was answered; microseconds.
 */
void
track_shadowing_offer (TrackShadowing *shadowing,
                       const TrackShadow *share,
                       const TrackEndpoint *candidate,
                       const TrackShadowCall *call)
{
  Row *row = track_shadowing_is_reading (call->operation->id) ? ensure_row (shadowing, call) : NULL;
  g_autoptr (GBytes) request = NULL;

  if (row == NULL)
    return;
  row->share += share->permille;
  if (row->share < TRACK_PERMILLE_ALL)
    return;
  row->share -= TRACK_PERMILLE_ALL;
  row->n_due++;
  if (shadowing->n_running >= shadowing->settings.max_parallel)
    {
      row->n_dropped++;
      return;
    }
  request = call->answer == NULL ? NULL : dup_request (shadowing, call);
  if (request == NULL)
    row->n_incomparable++;
  else
    send (shadowing, row, candidate, call, request);
}

/**
 * track_shadowing_n_running:
 *
 * Returns: calls that are on their way
 */
guint
track_shadowing_n_running (const TrackShadowing *shadowing)
{
  return shadowing->n_running;
}

/* --- the report -------------------------------------------------------------------------------- */

static JsonArray *
describe_differences (const Row *row)
{
  g_autoptr (GList) names =
    g_list_sort (g_hash_table_get_keys (row->differences), (GCompareFunc) strcmp);
  JsonArray *all = json_array_new ();

  for (GList *link = names; link != NULL; link = link->next)
    {
      g_auto (GStrv) words = g_strsplit (link->data, " ", 2);
      const guint64 *n = g_hash_table_lookup (row->differences, link->data);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "kind", words[0]);
      json_object_set_string_member (one, "path", words[1] == NULL ? "" : words[1]);
      json_object_set_int_member (one, "calls", (gint64) *n);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonObject *
describe_row (const Row *row)
{
  static const char *const words[TRACK_N_VERDICTS] = { "equal", "explained", "different" };
  JsonObject *object = json_object_new ();
  guint64 n_compared = row->n_broken;

  json_object_set_string_member (object, "operation", row->operation->name);
  json_object_set_int_member (object, "due", (gint64) row->n_due);
  json_object_set_int_member (object, "dropped", (gint64) row->n_dropped);
  json_object_set_int_member (object, "incomparable", (gint64) row->n_incomparable);
  json_object_set_int_member (object, "unanswered", (gint64) row->n_unanswered);
  json_object_set_int_member (object, "broken", (gint64) row->n_broken);
  for (guint i = 0; i < TRACK_N_VERDICTS; i++)
    {
      n_compared += row->n_verdicts[i];
      json_object_set_int_member (object, words[i], (gint64) row->n_verdicts[i]);
    }
  for (guint i = 0; i < TRACK_N_VERDICTS && n_compared > 0; i++)
    {
      g_autofree char *member = g_strconcat (words[i], "_percent", NULL);
      guint64 n = row->n_verdicts[i] + (i == TRACK_VERDICT_DIFFERENT ? row->n_broken : 0);

      json_object_set_double_member (object, member, 100.0 * (double) n / (double) n_compared);
    }
  json_object_set_array_member (object, "differences", describe_differences (row));
  return object;
}

/**
 * track_shadowing_dup_report:
 *
 * Returns: (transfer full): unit, since, and for each operation counts, percentages of what was
 * compared (an answer that breaks the contract is different), and differences by kind and path
 */
JsonObject *
track_shadowing_dup_report (const TrackShadowing *shadowing, const char *unit)
{
  g_autoptr (GList) keys =
    g_list_sort (g_hash_table_get_keys (shadowing->rows), (GCompareFunc) strcmp);
  g_autoptr (GDateTime) since =
    g_date_time_new_from_unix_utc (shadowing->since_us / G_USEC_PER_SEC);
  g_autofree char *since_text = g_date_time_format (since, "%Y-%m-%dT%H:%M:%SZ");
  JsonObject *object = json_object_new ();
  JsonArray *operations = json_array_new ();

  for (GList *link = keys; link != NULL; link = link->next)
    {
      const Row *row = g_hash_table_lookup (shadowing->rows, link->data);

      if (strcmp (row->unit, unit) == 0)
        json_array_add_object_element (operations, describe_row (row));
    }
  json_object_set_string_member (object, "unit", unit);
  json_object_set_string_member (object, "since", since_text);
  json_object_set_array_member (object, "operations", operations);
  return object;
}
