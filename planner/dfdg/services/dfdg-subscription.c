/* SPDX-License-Identifier: EUPL-1.2 */
/* The wished subscriptions of a configuration: one for each jobcenter and kind of message, with dates that last. */
#include "dfdg/services/dfdg-subscription.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/error.h"
#include "base/period.h"
#include "calsync-timezone.h"
#include "ops/admin/admin-format.h"

#define ZONE         "Europe/Copenhagen"
#define DEFAULT_DAYS 365
#define N_DIGITS     8
/* orgCode is a number there. */
#define MAX_CODE_DIGITS 9

typedef struct
{
  const char *name;
  gint64 entity_type;
} Kind;

#define N_KINDS 6

static void
list_kinds (const DfdgSettings *settings, Kind *kinds)
{
  const ConfigDfdgClient *client = settings->client;
  const Kind all[N_KINDS] = {
    { "summonses", client->entity_indkaldelse },
    { "deadlines", client->entity_frist },
    { "contact groups", client->entity_contact_group },
    { "memberships of a-kasser", client->entity_fund_membership },
    { "person categories", client->entity_person_category },
    { "changes of numbers", client->entity_cpr_change },
  };

  memcpy (kinds, all, sizeof all);
}

/**
 * dfdg_entity_name:
 *
 * Returns: (transfer none): what its messages are about, in a word or two
 */
const char *
dfdg_entity_name (const DfdgSettings *settings, gint64 entity_type)
{
  Kind kinds[N_KINDS];

  list_kinds (settings, kinds);
  for (guint i = 0; i < N_KINDS; i++)
    if (kinds[i].entity_type == entity_type && entity_type != 0)
      return kinds[i].name;
  return "unknown";
}

static gboolean
is_same (const Subscription *one, const Subscription *other)
{
  return one->organisation_type == other->organisation_type &&
         one->entity_type == other->entity_type &&
         strcmp (one->organisation_code, other->organisation_code) == 0 &&
         strcmp (one->webhook, other->webhook) == 0;
}

static const Subscription *
find_same (const GPtrArray *all, const Subscription *wanted)
{
  for (guint i = 0; i < all->len; i++)
    if (is_same (all->pdata[i], wanted))
      return all->pdata[i];
  return NULL;
}

static gint64
get_days (const DfdgSettings *settings)
{
  gint64 days = settings->client->subscription_days;

  return days == 0 ? DEFAULT_DAYS : days;
}

/* One that was agreed on keeps its beginning, and its end while more than a third of the time is left. */
static void
set_dates (DfdgWish *wish,
           Subscription *one,
           const GPtrArray *accepted,
           gint64 today,
           const CalsyncZone *zone,
           gint64 n_days)
{
  const Subscription *old = find_same (accepted, one);

  one->start_us = calsync_zone_midnight (zone, today);
  one->end_us = calsync_zone_midnight (zone, today + n_days);
  if (old == NULL)
    {
      wish->n_added++;
      return;
    }
  one->start_us = MIN (old->start_us, one->start_us);
  if (old->end_us >= calsync_zone_midnight (zone, today + (n_days + 2) / 3))
    one->end_us = old->end_us;
  else
    wish->n_renewed++;
}

static gboolean
check_code (const DfdgSettings *settings, const char *code, GError **error)
{
  gsize n = strspn (code, "0123456789");

  if (n > 0 && n <= MAX_CODE_DIGITS && code[n] == '\0')
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "[dfdg-client %s] subscription-codes: \"%s\" is no number of a jobcenter, "
               "such as 44000",
               settings->client->tenant, code);
  return FALSE;
}

static gboolean
add_code (DfdgWish *wish,
          const DfdgSettings *settings,
          const char *code,
          const GPtrArray *accepted,
          gint64 now_us,
          GError **error)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, error);
  Kind kinds[N_KINDS];

  if (zone == NULL || !check_code (settings, code, error))
    return FALSE;
  list_kinds (settings, kinds);
  for (guint i = 0; i < N_KINDS; i++)
    {
      g_autoptr (Subscription) one = g_new0 (Subscription, 1);

      if (kinds[i].entity_type == 0)
        continue;
      one->organisation_type = settings->client->organisation_type;
      one->organisation_code = g_strdup (code);
      one->entity_type = kinds[i].entity_type;
      one->webhook = g_strdup (DFDG_WEBHOOK);
      if (find_same (wish->wished, one) != NULL)
        continue;
      set_dates (wish, one, accepted, calsync_zone_local_day (zone, now_us), zone,
                 get_days (settings));
      g_ptr_array_add (wish->wished, g_steal_pointer (&one));
    }
  return TRUE;
}

static gboolean
add_all (DfdgWish *wish,
         const DfdgSettings *settings,
         const GPtrArray *accepted,
         gint64 now_us,
         GError **error)
{
  const ConfigDfdgClient *client = settings->client;

  if (client->carrier != CONFIG_CARRIER_WSB)
    return TRUE;
  if (client->subscription_codes == NULL || client->subscription_codes[0] == NULL)
    return add_code (wish, settings, client->organisation_code, accepted, now_us, error);
  for (guint i = 0; client->subscription_codes[i] != NULL; i++)
    if (!add_code (wish, settings, client->subscription_codes[i], accepted, now_us, error))
      return FALSE;
  return TRUE;
}

/* Of these and no others: who agrees has seen them. */
static char *
dup_word (const GPtrArray *dropped)
{
  g_autoptr (GString) text = g_string_new ("dfdg-subscriptions");
  g_autofree char *digest = NULL;

  for (guint i = 0; i < dropped->len; i++)
    {
      const Subscription *one = dropped->pdata[i];

      g_string_append_printf (text, "\n%" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT " %s",
                              one->organisation_type, one->organisation_code, one->entity_type,
                              one->webhook);
    }
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, -1);
  return g_strndup (digest, N_DIGITS);
}

/**
 * dfdg_wish_init:
 *
 * A municipality whose messages are not pushed wishes none. Pure. Any thread.
 */
gboolean
dfdg_wish_init (DfdgWish *wish,
                const DfdgSettings *settings,
                const GPtrArray *accepted,
                gint64 now_us,
                GError **error)
{
  *wish = (DfdgWish){ .wished = g_ptr_array_new_with_free_func ((GDestroyNotify) subscription_free),
                      .dropped = g_ptr_array_new () };
  if (!add_all (wish, settings, accepted, now_us, error))
    return FALSE;
  for (guint i = 0; i < accepted->len; i++)
    if (find_same (wish->wished, accepted->pdata[i]) == NULL)
      g_ptr_array_add (wish->dropped, accepted->pdata[i]);
  if (wish->dropped->len > 0)
    wish->word = dup_word (wish->dropped);
  return TRUE;
}

/**
 * dfdg_wish_clear:
 */
void
dfdg_wish_clear (DfdgWish *wish)
{
  g_clear_pointer (&wish->wished, g_ptr_array_unref);
  g_clear_pointer (&wish->dropped, g_ptr_array_unref);
  g_clear_pointer (&wish->word, g_free);
}

static void
add_row (JsonArray *rows, const Subscription *one, const CalsyncZone *zone)
{
  JsonObject *row = json_object_new ();

  json_object_set_int_member (row, "orgType", one->organisation_type);
  json_object_set_int_member (row, "orgCode", g_ascii_strtoll (one->organisation_code, NULL, 10));
  json_object_set_int_member (row, "entityType", one->entity_type);
  json_object_set_string_member (row, "webhookUrl", one->webhook);
  admin_set_time (row, "startDato", zone, one->start_us);
  admin_set_time (row, "slutDato", zone, one->end_us);
  json_array_add_object_element (rows, row);
}

/**
 * dfdg_wish_dup_body:
 *
 * Returns: (transfer full): JSON
 */
char *
dfdg_wish_dup_body (const DfdgWish *wish, const DfdgSettings *settings)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);
  JsonArray *rows = json_array_new ();
  JsonObject *body = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  for (guint i = 0; i < wish->wished->len; i++)
    add_row (rows, wish->wished->pdata[i], zone);
  json_object_set_string_member (body, "systemIdentifier", settings->client->system_identifier);
  json_object_set_array_member (body, "abonnementer", rows);
  json_node_take_object (node, body);
  return json_to_string (node, FALSE);
}
