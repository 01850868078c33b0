/* SPDX-License-Identifier: EUPL-1.2 */
/* All connected calendars at a glance: direction, state, ages, conflicts, waiting events, next run. */
#include "sync/sync-commands-status.h"

#include "store/sync-due-store.h"
#include "store/sync-record-store.h"
#include "sync/sync-guard-word.h"
#include "sync/sync-shared.h"
#include "sync/sync-task.h"

#define MINUTE_US (60 * (gint64) G_USEC_PER_SEC)
/* Behind what keeps a calendar from being read, before what comes right by itself. */
#define CONFLICT_RANK 2

/* clang-format off */
static const SyncStatusWord words[] = {
  { "guarded",     0, "nothing is taken away or sent until somebody agrees: plannerctl sync agree ADVISOR shows what, with --yes and the digest beside it it goes; or the calendar is put right" },
  { "denied",      1, "the server refuses name or password: put the right one into the secret's file, then plannerctl sync resume ADVISOR" },
  { "forbidden",   1, "a right is missing: let the calendar's owner give it, then plannerctl sync run ADVISOR" },
  { "gone",        1, "the calendar is not there any more: find its new address, then plannerctl sync change ADVISOR --url" },
  { "untrusted",   1, "the server's certificate is not trusted: have it renewed, or name its authority as ca-file of [sync]" },
  { "astray",      1, "behind the address is another server, or another calendar than before: plannerctl sync test ADVISOR; where it is meant, plannerctl sync change ADVISOR --url URL --force" },
  { "secret",      1, "the secret's file is missing, empty or readable by others: put it right (mode 0600)" },
  { "nonsense",    2, "what answers is no calendar server, or broken: plannerctl sync test ADVISOR says more; tell whoever runs the server" },
  { "too-large",   2, "an answer is larger than max-answer-bytes of [sync]: raise it, or empty the calendar" },
  { "full",        2, "the account has no room left for our events: the owner must make some" },
  { "refused",     2, "the server will not have an event of ours: plannerctl sync conflicts ADVISOR" },
  { "failed",      3, "the server failed; tried again by itself; if it lasts, tell whoever runs the server" },
  { "busy",        3, "the server asked to wait; tried again by itself" },
  { "unreachable", 3, "the server does not answer; tried again by itself; if it lasts, look at network and proxy" },
  { "cursor",      3, "the server forgot what we know; the next run reads everything again by itself" },
  { "changed",     3, "somebody changed the same event at the same time; tried again by itself" },
  { "cancelled",   3, "a stop of the program cut the run short; tried again by itself" },
  { "local",       3, "our own side failed: plannerctl doctor; tried again by itself" },
  { "old",         3, "no run for too long: is plannerd running?" },
  { "unreadable",  2, "an entry of the calendar cannot be read and takes the time that was known of it, or all of it: plannerctl sync conflicts ADVISOR says when it starts or was changed; its owner saves it anew or deletes it" },
  { "new",         4, "not read yet: plannerctl sync run ADVISOR does it now" },
  { "paused",      2, "put right what it was paused for, then plannerctl sync resume ADVISOR" },
  { "retired",     6, "its owner is retired: neither read nor written; plannerctl sync disconnect ADVISOR takes it away" },
  { "ok",          9, "" },
};
/* clang-format on */

typedef struct
{
  SyncTask sync;
  const UnitRecord *unit;
  GHashTable *dues; /* binding id to SyncDue */
  GHashTable *shared;
} Work;

static void
work_clear (Work *work)
{
  sync_task_clear (&work->sync);
  g_clear_pointer (&work->dues, g_hash_table_unref);
  g_clear_pointer (&work->shared, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/**
 * sync_status_list:
 *
 * Returns: (array length=out_n_words): every word of the column STATE.
 */
const SyncStatusWord *
sync_status_list (guint *out_n_words)
{
  *out_n_words = G_N_ELEMENTS (words);
  return words;
}

static const SyncStatusWord *
find_word (const char *word)
{
  static const SyncStatusWord unknown = { "", 2, "plannerctl sync test ADVISOR says more" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (words[i].word, word) == 0)
      return &words[i];
  return &unknown;
}

static gboolean
reads (const SyncBinding *binding)
{
  return binding->direction != 2;
}

static gboolean
is_old (const SyncBinding *binding, gint64 now_us)
{
  return reads (binding) && binding->fresh_until_us != 0 && binding->fresh_until_us <= now_us;
}

/* What a person says goes before what the last run says, and that before how old it is. */
static const char *
word_of (const SyncBinding *binding, gint64 now_us)
{
  if (binding->state != SYNC_BINDING_ACTIVE)
    return sync_binding_state_format (binding->state);
  if (binding->n_failures > 0)
    return binding->health;
  if (binding->pulled_us == 0)
    return "new";
  if (is_old (binding, now_us))
    return "old";
  return binding->n_unreadable > 0 ? "unreadable" : "ok";
}

/* Whether the owner's time is offered, as far as this calendar has a say. */
static gboolean
is_retired (const Work *work, const SyncBinding *binding)
{
  gint64 retired_us = sync_task_owner (&work->sync, binding)->retired_us;

  return retired_us != 0 && retired_us <= work->sync.call->now_us;
}

static const char *
offered_of (const SyncBinding *binding, gint64 now_us)
{
  if (!reads (binding))
    return "yes";
  if (binding->pulled_us == 0)
    return "no, never read";
  return is_old (binding, now_us) ? "no, too old" : "yes";
}

/* Of every binding at once, as the scheduler reads it. */
static gboolean
load_dues (Work *work, GError **error)
{
  g_autoptr (GPtrArray) dues =
    sync_due_store_list (work->sync.call->session, work->sync.call->now_us, error);

  work->dues =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) sync_due_free);
  if (dues == NULL)
    return FALSE;
  g_ptr_array_set_free_func (dues, NULL);
  for (guint i = 0; i < dues->len; i++)
    {
      SyncDue *due = dues->pdata[i];
      g_hash_table_insert (work->dues, &due->binding_id, due);
    }
  return TRUE;
}

/* "3 min": of ages nobody wants to subtract times. */
static void
set_age (const Work *work, JsonObject *object, gint64 then_us)
{
  gint64 minutes = (work->sync.call->now_us - then_us) / MINUTE_US;
  g_autofree char *text = NULL;

  if (then_us == 0)
    return;
  text = minutes < 120       ? g_strdup_printf ("%d min", (int) minutes)
         : minutes < 48 * 60 ? g_strdup_printf ("%d h", (int) (minutes / 60))
                             : g_strdup_printf ("%d d", (int) (minutes / 60 / 24));
  json_object_set_string_member (object, "age", text);
}

/* A run that found nothing new is not written down each time: what is known stays fresh all the same. */
static gint64
contact_of (const SyncBinding *binding)
{
  return MAX (binding->last_success_us, binding->pulled_us);
}

static void
set_times (const Work *work, JsonObject *object, const SyncBinding *binding)
{
  gint64 now_us = work->sync.call->now_us;
  gint64 contact_us = contact_of (binding);

  if (contact_us != 0)
    admin_set_time (object, "last_contact", work->sync.zone, contact_us);
  set_age (work, object, contact_us);
  if (reads (binding) && binding->pulled_us != 0)
    admin_set_time (object, "fresh_until", work->sync.zone, binding->fresh_until_us);
  if (binding->state != SYNC_BINDING_PAUSED && !is_retired (work, binding))
    admin_set_time (object, "next_run", work->sync.zone, MAX (binding->next_try_us, now_us));
}

/* Sent and not answered, or failed; or not as it was sent. */
static gboolean
find_waiting (const Work *work,
              const SyncBinding *binding,
              const SyncDue *due,
              gboolean *out_is_waiting,
              GError **error)
{
  *out_is_waiting = due != NULL && due->has_unsent;
  if (due == NULL || *out_is_waiting || binding->direction == 1)
    return TRUE;
  return sync_due_store_has_news (work->sync.call->session, due, work->sync.call->now_us,
                                  out_is_waiting, error);
}

/* A calendar in order may still have something that waits for a person. */
static void
set_remedy (JsonObject *object, const SyncStatusWord *word, gint64 n_conflicts)
{
  static const char decide[] =
    "somebody has to decide: plannerctl sync conflicts ADVISOR, then plannerctl sync resolve";
  const char *remedy = *word->remedy == '\0' && n_conflicts > 0 ? decide : word->remedy;

  json_object_set_int_member (object, "rank",
                              n_conflicts > 0 ? MIN (word->rank, CONFLICT_RANK) : word->rank);
  if (*remedy != '\0')
    json_object_set_string_member (object, "to_do", remedy);
}

/* What a person would agree to. */
static gboolean
set_digest (const Work *work, JsonObject *object, const SyncBinding *binding, GError **error)
{
  g_autoptr (GPtrArray) staged = NULL;
  g_autofree char *digest = NULL;

  if (binding->state != SYNC_BINDING_GUARDED)
    return TRUE;
  staged = sync_guard_list_staged (work->sync.call->session, binding->binding_id, error);
  if (staged == NULL)
    return FALSE;
  digest = sync_guard_word (binding->binding_id, staged);
  json_object_set_string_member (object, "digest", digest);
  return TRUE;
}

static void
set_shared (const Work *work, JsonObject *object, const SyncBinding *binding)
{
  g_autofree char *others = sync_shared_dup_others (
    work->shared, binding->url, sync_task_owner (&work->sync, binding)->resource_key);
  g_autofree char *warning = others == NULL ? NULL : sync_shared_dup_warning (others);

  admin_set_text (object, "shared_with", others);
  admin_set_text (object, "warning", warning);
}

static JsonObject *
line_of (const Work *work, const SyncBinding *binding, GError **error)
{
  gint64 now_us = work->sync.call->now_us;
  gboolean is_over = is_retired (work, binding);
  const SyncStatusWord *word = find_word (is_over ? "retired" : word_of (binding, now_us));
  const SyncDue *due = g_hash_table_lookup (work->dues, &binding->binding_id);
  gint64 n_conflicts = due == NULL ? 0 : due->n_conflicts;
  g_autoptr (JsonObject) object = sync_binding_to_json (&work->sync, binding);
  gboolean is_waiting = FALSE;

  if (!find_waiting (work, binding, due, &is_waiting, error) ||
      !set_digest (work, object, binding, error))
    return NULL;
  json_object_set_string_member (object, "state", is_over ? "retired" : word_of (binding, now_us));
  json_object_set_string_member (object, "name", sync_task_owner (&work->sync, binding)->name);
  json_object_set_string_member (object, "offered",
                                 is_over ? "retired" : offered_of (binding, now_us));
  set_times (work, object, binding);
  set_shared (work, object, binding);
  json_object_set_int_member (object, "items", binding->n_items - binding->n_own);
  json_object_set_int_member (object, "meetings", binding->n_own);
  json_object_set_int_member (object, "unreadable", binding->n_unreadable);
  json_object_set_int_member (object, "conflicts", n_conflicts);
  json_object_set_boolean_member (object, "waiting", is_waiting);
  if (binding->n_failures > 0)
    admin_set_text (object, "said", binding->health_text);
  json_object_set_boolean_member (object, "forgets", binding->n_lost >= SYNC_LOST_LIMIT);
  set_remedy (object, word, n_conflicts);
  return g_steal_pointer (&object);
}

static gboolean
is_wanted (const Work *work, const SyncBinding *binding)
{
  const ResourceRecord *owner = sync_task_owner (&work->sync, binding);

  if (work->unit == NULL)
    return TRUE;
  for (guint i = 0; i < owner->unit_ids->len; i++)
    if (g_array_index (owner->unit_ids, gint64, i) == work->unit->unit_id)
      return TRUE;
  return FALSE;
}

static int
rank_of (JsonObject *line)
{
  gboolean is_offered = g_str_equal (json_object_get_string_member (line, "offered"), "yes");
  gboolean has_conflicts = json_object_get_int_member (line, "conflicts") > 0;

  return (int) json_object_get_int_member (line, "rank") * 4 + (is_offered ? 2 : 0) +
         (has_conflicts ? 0 : 1);
}

/* Those that want a person first; then by name. */
static int
compare_worst (gconstpointer a, gconstpointer b)
{
  JsonObject *left = *(JsonObject *const *) a;
  JsonObject *right = *(JsonObject *const *) b;

  if (rank_of (left) != rank_of (right))
    return rank_of (left) - rank_of (right);
  return g_strcmp0 (json_object_get_string_member (left, "resource"),
                    json_object_get_string_member (right, "resource"));
}

static int
compare_name (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (json_object_get_string_member (*(JsonObject *const *) a, "resource"),
                    json_object_get_string_member (*(JsonObject *const *) b, "resource"));
}

static void
show (const Work *work, GPtrArray *lines)
{
  JsonArray *list = json_array_new ();
  guint n_withheld = 0;

  g_ptr_array_sort (lines,
                    admin_get_flag (work->sync.call, "worst_first") ? compare_worst : compare_name);
  for (guint i = 0; i < lines->len; i++)
    {
      JsonObject *line = lines->pdata[i];

      n_withheld += g_str_has_prefix (json_object_get_string_member (line, "offered"), "no,");
      json_object_remove_member (line, "rank");
      json_array_add_object_element (list, json_object_ref (line));
    }
  json_object_set_int_member (work->sync.call->result, "calendars_counted", lines->len);
  json_object_set_int_member (work->sync.call->result, "times_withheld", n_withheld);
  json_object_set_array_member (work->sync.call->result, "calendars", list);
}

static gboolean
find_unit (Work *work, GError **error)
{
  const char *key = NULL;

  if (!admin_get_text (work->sync.call, "unit", &key, error))
    return FALSE;
  if (key == NULL)
    return TRUE;
  work->unit = admin_catalogue_find_unit (work->sync.names, key, error);
  return work->unit != NULL;
}

/* clang-format off */
const AdminArgument sync_command_status_arguments[] = {
  SYNC_MAYBE_RESOURCE,
  { "unit", ADMIN_TEXT, ADMIN_OPTION, "UNIT", "of advisors and rooms of this unit alone" },
  { "worst_first", ADMIN_FLAG, ADMIN_OPTION, NULL, "what wants a person first, instead of by key" },
  { NULL } };
/* clang-format on */

/**
 * sync_command_status:
 *
 * Arguments: tenant, resource, unit, worst_first. Result: calendars: binding, resource, direction, state
 * (docs/sync.md says each word), said, to_do, offered, age and time of the last good contact, fresh_until,
 * next_run, conflicts, waiting: whether something is still to be sent; calendars_counted; times_withheld: calendars for whose sake an advisor is
 * not offered.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
sync_command_status (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call } };
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);

  if (!sync_task_init (&work.sync, error) || !find_unit (&work, error) || !load_dues (&work, error))
    return FALSE;
  work.shared = sync_shared_load (call->session, work.sync.names->tenant->tenant_id, error);
  if (work.shared == NULL)
    return FALSE;
  for (guint i = 0; i < work.sync.bindings->len; i++)
    if (is_wanted (&work, work.sync.bindings->pdata[i]))
      {
        JsonObject *line = line_of (&work, work.sync.bindings->pdata[i], error);

        if (line == NULL)
          return FALSE;
        g_ptr_array_add (lines, line);
      }
  show (&work, lines);
  return TRUE;
}
