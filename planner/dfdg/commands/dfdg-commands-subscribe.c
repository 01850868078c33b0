/* SPDX-License-Identifier: EUPL-1.2 */
/* The subscriptions as rows: those that stay, are new, last longer, or are given up; and every fault that DFDG lists. */
#include "dfdg/commands/dfdg-commands-subscribe.h"

#include <string.h>

#include "base/error.h"
#include "dfdg/commands/dfdg-task.h"

static gboolean
is_same (const Subscription *one, const Subscription *other)
{
  return one->organisation_type == other->organisation_type &&
         one->entity_type == other->entity_type &&
         strcmp (one->organisation_code, other->organisation_code) == 0 &&
         strcmp (one->webhook, other->webhook) == 0;
}

static const char *
word_of (const Subscription *one, const GPtrArray *accepted)
{
  for (guint i = 0; i < accepted->len; i++)
    {
      const Subscription *old = accepted->pdata[i];

      if (is_same (one, old))
        return one->end_us == old->end_us ? "same" : "renewed";
    }
  return "new";
}

static void
add_row (const DfdgTask *task, JsonArray *rows, const Subscription *one, const char *word)
{
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "change", word);
  json_object_set_string_member (row, "about", dfdg_entity_name (task->settings, one->entity_type));
  json_object_set_int_member (row, "entity_type", one->entity_type);
  json_object_set_int_member (row, "organisation_type", one->organisation_type);
  json_object_set_string_member (row, "organisation", one->organisation_code);
  json_object_set_string_member (row, "webhook", one->webhook);
  admin_set_time (row, "from", task->zone, one->start_us);
  admin_set_time (row, "until", task->zone, one->end_us);
  json_array_add_object_element (rows, row);
}

static void
show (const DfdgTask *task, const DfdgSubscribing *subscribing, gboolean is_dry_run)
{
  const DfdgWish *wish = &subscribing->wish;
  JsonObject *result = task->call->result;
  JsonArray *rows = json_array_new ();
  JsonArray *faults = json_array_new ();

  for (guint i = 0; i < wish->wished->len; i++)
    add_row (task, rows, wish->wished->pdata[i],
             word_of (wish->wished->pdata[i], subscribing->accepted));
  for (guint i = 0; i < wish->dropped->len; i++)
    add_row (task, rows, wish->dropped->pdata[i], "given up");
  for (guint i = 0; subscribing->answer.faults != NULL && i < subscribing->answer.faults->len; i++)
    json_array_add_string_element (faults, subscribing->answer.faults->pdata[i]);
  json_object_set_array_member (result, "subscriptions", rows);
  json_object_set_array_member (result, "faults", faults);
  json_object_set_string_member (result, "outcome",
                                 is_dry_run && subscribing->outcome == DFDG_SUBSCRIBED
                                   ? "would be sent"
                                   : dfdg_subscribed_to_text (subscribing->outcome));
  admin_set_text (result, "problem", subscribing->problem);
  admin_set_text (result, "word", wish->word);
  if (is_dry_run)
    json_object_set_boolean_member (result, "dry_run", TRUE);
}

/* What did not go well is an error too, so that the exit code says it. */
static gboolean
check (const DfdgSubscribing *subscribing, GError **error)
{
  PlannerError code = subscribing->outcome == DFDG_SUBSCRIBE_FAILED ? PLANNER_ERROR_UNAVAILABLE
                                                                    : PLANNER_ERROR_NOT_VALID;

  if (subscribing->problem == NULL)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, (gint) code, subscribing->problem);
  return FALSE;
}

/* clang-format off */
const AdminArgument dfdg_command_subscribe_arguments[] = {
  { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would be sent; ask DFDG nothing", .letter = 'n' },
  { "agree", ADMIN_TEXT, ADMIN_OPTION, "WORD", "let go what is not wished any more: the word that the command told" },
  { NULL } };
/* clang-format on */

/**
 * dfdg_command_subscribe:
 *
 * Arguments: tenant, dry_run, agree. Result: subscriptions: change, about, organisation, webhook, from, until; outcome
 * (docs/dfdg.md says each word); faults: all that DFDG listed; word: what --agree wants.
 *
 * Errors: PLANNER_ERROR_NOT_VALID when DFDG refuses or a person must agree, PLANNER_ERROR_UNAVAILABLE.
 */
gboolean
dfdg_command_subscribe (AdminCall *call, GError **error)
{
  g_auto (DfdgTask) task = { 0 };
  g_auto (DfdgSubscribing) subscribing = { 0 };
  gboolean is_dry_run = admin_get_flag (call, "dry_run");
  const char *agreed_word = NULL;
  DfdgErrandWork work;
  gboolean ok;

  if (!dfdg_task_init (&task, call, error) ||
      !dfdg_task_need_service (&task, DFDG_SERVICE_ABONNEMENT, error) ||
      !admin_get_text (call, "agree", &agreed_word, error))
    return FALSE;
  work = dfdg_task_errand (&task);
  ok = is_dry_run ? dfdg_subscribe_preview (&work, agreed_word, &subscribing, error)
                  : dfdg_subscribe (&work, agreed_word, &subscribing, error);
  if (!ok)
    return FALSE;
  show (&task, &subscribing, is_dry_run);
  return is_dry_run || check (&subscribing, error);
}
