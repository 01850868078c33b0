/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps a connection when its test has passed, tests it again, and changes it without losing what is known. */
#include "sync/sync-commands-connect.h"

#include "base/error.h"
#include "ops/commands/admin-op.h"
#include "ops/import/binding-check.h"
#include "sync/sync-lock.h"
#include "sync/sync-probing.h"
#include "sync/sync-resume.h"
#include "sync/sync-shared.h"

#define IN    1
#define OUT   2
#define BOTH  3
#define BASIC "basic"

typedef struct
{
  SyncTask sync;
  SyncBinding *before; /* of change; borrowed from the work */
  SyncBinding *wanted;
  SyncProbing probing;
  CalsyncProbe *probe; /* (nullable) */
  const char *kind;    /* of the journal's row */
  gboolean is_another; /* another calendar than before stands there, and it is meant */
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->probe, calsync_probe_free);
  g_clear_pointer (&work->wanted, sync_binding_free);
  sync_task_clear (&work->sync);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
take_text (const Work *work, const char *name, char **out_text, GError **error)
{
  const char *text = NULL;

  if (!admin_get_text (work->sync.call, name, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  g_free (*out_text);
  *out_text = g_strdup (text);
  return TRUE;
}

/* What a way in does not ask for is not kept. */
static void
drop_unused (SyncBinding *binding)
{
  gboolean has_name = g_str_equal (binding->auth, BASIC) || g_str_equal (binding->auth, "digest");
  gboolean has_secret = has_name || g_str_equal (binding->auth, "bearer");

  if (!has_secret)
    g_clear_pointer (&binding->secret, g_free);
  if (g_str_equal (binding->auth, "none"))
    g_clear_pointer (&binding->user_name, g_free);
}

/* Members that are given; what is not given stays. */
static gboolean
read_wanted (Work *work, GError **error)
{
  AdminCall *call = work->sync.call;
  SyncBinding *wanted = work->wanted;
  const char *direction = NULL;

  if (!take_text (work, "url", &wanted->url, error) ||
      !take_text (work, "auth", &wanted->auth, error) ||
      !take_text (work, "user", &wanted->user_name, error) ||
      !take_text (work, "secret", &wanted->secret, error) ||
      !take_text (work, "certificate", &wanted->certificate, error) ||
      !admin_get_text (call, "direction", &direction, error) ||
      !admin_get_text (call, "calendar", &work->probing.calendar, error))
    return FALSE;
  if (direction != NULL)
    wanted->direction = sync_direction_parse (direction);
  wanted->limit_minutes = admin_get_integer (call, "limit", wanted->limit_minutes);
  drop_unused (wanted);
  work->probing.address = wanted->url;
  return binding_check_address (wanted->url, error) && binding_check_way_in (wanted, error);
}

static void
show_probe (const Work *work)
{
  JsonObject *result = work->sync.call->result;
  JsonArray *steps = json_array_new ();
  JsonArray *calendars = json_array_new ();

  sync_probe_add_steps (work->probe, 0, steps);
  sync_probe_add_calendars (work->probe, calendars);
  json_object_set_array_member (result, "steps", steps);
  if (json_array_get_length (calendars) > 1)
    json_object_set_array_member (result, "calendars", calendars);
  else
    json_array_unref (calendars);
  admin_set_text (result, "hint", work->probe->discovery.hint);
}

/* From then on the address is the calendar's own, and what it says of itself is known. */
static void
take_over (Work *work)
{
  SyncBinding *wanted = work->wanted;

  g_free (wanted->url);
  wanted->url = g_strdup (work->probe->calendar->uri);
  g_free (wanted->identity);
  wanted->identity = g_strdup (work->probe->facts.identity);
  wanted->tier = work->probe->facts.tier;
}

static gboolean
probe (Work *work, GError **error)
{
  if (admin_get_flag (work->sync.call, "without_test"))
    return TRUE;
  work->probing.writes = TRUE;
  work->probe = sync_probe_run (&work->sync, work->wanted, &work->probing, error);
  if (work->probe == NULL)
    return FALSE;
  show_probe (work);
  if (!sync_probe_check (work->probe, error))
    return FALSE;
  take_over (work);
  return TRUE;
}

static gboolean
journal (const Work *work, StoreSession *session, GError **error)
{
  g_autoptr (JsonObject) before =
    work->before == NULL ? NULL : sync_binding_to_json (&work->sync, work->before);
  g_autoptr (JsonObject) after = sync_binding_to_json (&work->sync, work->wanted);
  AdminRecordChange change = { .kind = work->kind,
                               .subject = work->sync.resource->resource_key,
                               .before = before,
                               .after = after };

  return sync_task_journal (&work->sync, session, &change, error);
}

static void
show_connection (const Work *work, gboolean is_dry_run, const char *outcome)
{
  JsonObject *result = work->sync.call->result;

  json_object_set_string_member (result, "outcome", outcome);
  json_object_set_boolean_member (result, "dry_run", is_dry_run);
  json_object_set_object_member (result, "connection",
                                 sync_binding_to_json (&work->sync, work->wanted));
}

/* It is allowed, for time that is shared; by mistake it takes a colleague's time. */
static gboolean
warn_of_others (const Work *work, GError **error)
{
  const SyncBinding *wanted = work->wanted;
  g_autoptr (GHashTable) shared =
    sync_shared_load (work->sync.call->session, wanted->tenant_id, error);
  g_autofree char *others = NULL;
  g_autofree char *warning = NULL;

  if (shared == NULL)
    return FALSE;
  others = sync_shared_dup_others (shared, wanted->url, work->sync.resource->resource_key);
  warning = others == NULL ? NULL : sync_shared_dup_warning (others);
  admin_set_text (work->sync.call->result, "warning", warning);
  return TRUE;
}

/* AdminWrite. From here on nothing of the owner is offered until the calendar was read. */
static gboolean
write_connection (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  SyncBinding *wanted = work->wanted;

  return sync_binding_store_add (session, wanted, error) &&
         sync_binding_store_set_pulled (session, wanted, error) && journal (work, session, error) &&
         sync_task_lay_out (&work->sync, session, wanted->resource_id, error);
}

/* clang-format off */
#define WAY_IN \
  { "auth", ADMIN_CHOICE, ADMIN_OPTION, "basic|digest|bearer|certificate|none", "how to log in (basic, which uses Digest where the server asks for it)" }, \
  { "user", ADMIN_TEXT, ADMIN_OPTION, "NAME", "whose account" }, \
  { "secret", ADMIN_TEXT, ADMIN_OPTION, "NAME", "name of the file with password or token, in secrets-dir" }, \
  { "certificate", ADMIN_TEXT, ADMIN_OPTION, "NAME", "name of the file with client certificate and key, in secrets-dir" }, \
  { "calendar", ADMIN_TEXT, ADMIN_OPTION, "NAME", "name or address of the calendar, when several are found" }
#define LIMIT { "limit", ADMIN_INTEGER, ADMIN_OPTION, "MINUTES", "how old it may grow before the advisor is not offered (as the unit says)", .min = BINDING_MIN_LIMIT, .max = BINDING_MAX_LIMIT }
#define WITHOUT_TEST { "without_test", ADMIN_FLAG, ADMIN_OPTION, NULL, "ask the server nothing; the address must be the calendar's own" }

const AdminArgument sync_command_connect_arguments[] = {
  SYNC_RESOURCE,
  { "url", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "ADDRESS", "of the calendar, the account or the server: an URL, a host name or a mail address" },
  WAY_IN,
  { "direction", ADMIN_CHOICE, ADMIN_OPTION, "in|out|both", "busy time in, bookings out, or both (both)" },
  LIMIT, WITHOUT_TEST, SYNC_DRY_RUN, { NULL } };
const AdminArgument sync_command_test_arguments[] = {
  SYNC_RESOURCE, SYNC_BINDING,
  { "write", ADMIN_FLAG, ADMIN_OPTION, NULL, "also write an event and remove it again, where bookings go out" },
  { NULL } };
const AdminArgument sync_command_change_arguments[] = {
  SYNC_RESOURCE, SYNC_BINDING,
  { "url", ADMIN_TEXT, ADMIN_OPTION, "ADDRESS", "where the calendar is from now on" },
  WAY_IN,
  { "direction", ADMIN_CHOICE, ADMIN_OPTION, "in|out|both", "both: what has flowed one way flows both ways from now on" },
  LIMIT, WITHOUT_TEST,
  { "force", ADMIN_FLAG, ADMIN_OPTION, NULL, "also when another calendar than before stands there" },
  SYNC_DRY_RUN, { NULL } };
/* clang-format on */

static void
begin (Work *work)
{
  SyncBinding *wanted = g_new0 (SyncBinding, 1);

  wanted->tenant_id = work->sync.names->tenant->tenant_id;
  wanted->resource_id = work->sync.resource->resource_id;
  wanted->calendar_key = binding_make_key (work->sync.bindings);
  wanted->auth = g_strdup (BASIC);
  wanted->direction = BOTH;
  wanted->health = g_strdup ("new");
  wanted->created_us = work->sync.call->now_us;
  work->wanted = wanted;
}

/* A calendar of somebody who has left would hold up nothing and be read by nobody. */
static gboolean
check_owner (const Work *work, GError **error)
{
  const ResourceRecord *owner = work->sync.resource;

  if (owner->retired_us == 0 || owner->retired_us > work->sync.call->now_us)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT, "%s is retired: bring it back first",
               owner->resource_key);
  return FALSE;
}

/**
 * sync_command_connect:
 *
 * Arguments: tenant, resource, url, auth, user, secret, certificate, calendar, direction, limit,
 * without_test, dry_run (tests and keeps nothing). Result: steps of the test; calendars, when several were
 * found; connection; warning when others are connected to it, too; outcome.
 *
 * Errors: the step that failed; PLANNER_ERROR_CONFLICT for a calendar that is connected, and for a second
 * one that bookings would go into; PLANNER_ERROR_NOT_VALID, PLANNER_ERROR_NOT_FOUND.
 */
gboolean
sync_command_connect (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call }, .kind = "sync-connected" };
  gboolean is_dry_run = admin_get_flag (call, "dry_run");

  if (!sync_task_init (&work.sync, error) || !check_owner (&work, error))
    return FALSE;
  begin (&work);
  if (!read_wanted (&work, error) ||
      !binding_check_others (work.wanted, work.sync.bindings, error) || !probe (&work, error) ||
      !binding_check (work.wanted, error) ||
      !binding_check_others (work.wanted, work.sync.bindings, error) ||
      !warn_of_others (&work, error) ||
      !admin_write (call, write_connection, &work, is_dry_run, error))
    return FALSE;
  if (is_dry_run)
    work.wanted->binding_id = 0;
  show_connection (&work, is_dry_run, "connected");
  return TRUE;
}

/* Whether it is the calendar that it was. */
static const char *
identity_of (const SyncBinding *binding, const CalsyncProbe *found)
{
  if (binding->identity == NULL || found->facts.identity == NULL)
    return NULL;
  return g_str_equal (binding->identity, found->facts.identity)
           ? NULL
           : "another calendar than before stands at this address: if it is meant, plannerctl sync "
             "change --url --force; nothing of the old one is removed without a person's word";
}

static void
add_identity (const SyncBinding *binding, const char *fault, JsonArray *steps)
{
  JsonObject *row = json_object_new ();

  json_object_set_int_member (row, "binding", binding->binding_id);
  json_object_set_string_member (row, "step", "identity");
  json_object_set_string_member (row, "outcome", fault == NULL ? "ok" : "fail");
  json_object_set_string_member (row, "text", fault == NULL ? "" : fault);
  json_array_add_object_element (steps, row);
}

static gboolean
test_one (const SyncTask *work, const SyncBinding *binding, JsonArray *steps, GError **error)
{
  const SyncProbing probing = { .address = binding->url,
                                .calendar = binding->url,
                                .writes = admin_get_flag (work->call, "write") };
  g_autoptr (CalsyncProbe) found = sync_probe_run (work, binding, &probing, error);
  const char *fault;

  if (found == NULL)
    return FALSE;
  sync_probe_add_steps (found, binding->binding_id, steps);
  if (!sync_probe_check (found, error))
    return FALSE;
  fault = identity_of (binding, found);
  add_identity (binding, fault, steps);
  if (fault != NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT, fault);
  return fault == NULL;
}

/**
 * sync_command_test:
 *
 * Arguments: tenant, resource, binding, write. Result: steps of each connection.
 *
 * Errors: the first step that failed; PLANNER_ERROR_CONFLICT when it is another calendar than before.
 */
gboolean
sync_command_test (AdminCall *call, GError **error)
{
  g_auto (SyncTask) work = { .call = call };
  g_autoptr (GError) first = NULL;
  JsonArray *steps = json_array_new ();

  json_object_set_array_member (call->result, "steps", steps);
  if (!sync_task_init (&work, error) || !sync_task_need_some (&work, error))
    return FALSE;
  for (guint i = 0; i < work.bindings->len; i++)
    {
      g_autoptr (GError) local_error = NULL;

      if (!test_one (&work, work.bindings->pdata[i], steps, &local_error) && first == NULL)
        first = g_steal_pointer (&local_error);
    }
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

/* What ends to flow leaves something behind: that is parting, and connecting anew. */
static gboolean
check_direction (const Work *work, GError **error)
{
  if (work->before->direction == work->wanted->direction || work->wanted->direction == BOTH)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "a direction can be added only: disconnect and connect anew to end one");
  return FALSE;
}

static gboolean
check_identity (Work *work, GError **error)
{
  const char *fault = work->probe == NULL ? NULL : identity_of (work->before, work->probe);

  work->is_another = fault != NULL;
  if (fault == NULL || admin_get_flag (work->sync.call, "force"))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
               "another calendar than before stands there; %" G_GINT64_FORMAT
               " appointments and %" G_GINT64_FORMAT
               " meetings of the old one are known: with --force they stay until the guard's "
               "question about them is agreed to",
               work->before->n_items - work->before->n_own, work->before->n_own);
  return FALSE;
}

/* Everything is read anew; what is known stays known, so that the guard sees what would go. */
static gboolean
read_anew (const Work *work, StoreSession *session, GError **error)
{
  g_autoptr (SyncBinding) fresh =
    sync_binding_store_load (session, work->wanted->binding_id, error);

  if (fresh == NULL)
    return FALSE;
  g_clear_pointer (&fresh->cursor, g_free);
  g_free (fresh->identity);
  fresh->identity = g_strdup (work->wanted->identity);
  fresh->cursor_us = 0;
  fresh->n_failures = 0;
  fresh->next_try_us = 0;
  return sync_binding_store_set_pulled (session, fresh, error) &&
         sync_binding_store_set_health (session, fresh, error) &&
         sync_binding_store_ask_full (session, fresh->binding_id, 0, error);
}

/* The planner paused it because the account was refused, and was told of another way in. */
static gboolean
is_put_right (const Work *work)
{
  const SyncBinding *then = work->before, *now = work->wanted;

  return sync_resume_is_denied (then) &&
         (g_strcmp0 (then->user_name, now->user_name) != 0 ||
          g_strcmp0 (then->secret, now->secret) != 0 || g_strcmp0 (then->auth, now->auth) != 0 ||
          g_strcmp0 (then->certificate, now->certificate) != 0);
}

static gboolean
go_on (Work *work, StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) others = NULL;
  SyncBindingState state = SYNC_BINDING_ACTIVE;

  if (!is_put_right (work))
    return TRUE;
  if (!sync_resume_one (&work->sync, session, work->before, &state, error))
    return FALSE;
  work->wanted->state = state;
  g_clear_pointer (&work->wanted->why, g_free);
  others = sync_resume_account (&work->sync, session, work->wanted, error);
  if (others == NULL)
    return FALSE;
  json_object_set_int_member (work->sync.call->result, "resumed", (gint64) others->len + 1);
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_change (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;

  return sync_binding_store_change (session, work->wanted, error) &&
         read_anew (work, session, error) && go_on (work, session, error) &&
         journal (work, session, error);
}

static gboolean
write_held (Work *work, gboolean is_dry_run, GError **error)
{
  gint64 binding_id = work->wanted->binding_id;
  gboolean ok;

  if (!sync_task_hold (binding_id, error))
    return FALSE;
  ok = admin_write (work->sync.call, write_change, work, is_dry_run, error);
  sync_lock_give (binding_id);
  return ok;
}

/**
 * sync_command_change:
 *
 * Arguments: tenant, resource, binding, url, auth, user, secret, certificate, calendar, direction (both),
 * limit, without_test, force, dry_run. Result: as sync_command_connect(); another_calendar; resumed: how many go on
 * that the planner had paused because name or password was refused.
 *
 * Errors: as sync_command_connect(); PLANNER_ERROR_CONFLICT when it is another calendar, unless
 * force; PLANNER_ERROR_BUSY while a run of it is under way.
 */
gboolean
sync_command_change (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .sync = { .call = call }, .kind = "sync-changed" };
  gboolean is_dry_run = admin_get_flag (call, "dry_run");

  if (!sync_task_init (&work.sync, error))
    return FALSE;
  work.before = sync_task_need_one (&work.sync, error);
  if (work.before == NULL)
    return FALSE;
  work.wanted = sync_binding_store_load (call->session, work.before->binding_id, error);
  if (work.wanted == NULL || !read_wanted (&work, error) || !check_direction (&work, error) ||
      !probe (&work, error) || !binding_check (work.wanted, error) ||
      !binding_check_others (work.wanted, work.sync.bindings, error) ||
      !check_identity (&work, error) || !write_held (&work, is_dry_run, error))
    return FALSE;
  show_connection (&work, is_dry_run, "changed");
  json_object_set_boolean_member (call->result, "another_calendar", work.is_another);
  return TRUE;
}
