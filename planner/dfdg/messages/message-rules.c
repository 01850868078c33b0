/* SPDX-License-Identifier: EUPL-1.2 */
/* Dated settings of messages, the words of the automatic ones, and request ids that a restore does not change. */
#include "dfdg/messages/message-rules.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/period.h"
#include "dfdg/services/besked-message.h"
#include "store/unit-store.h"

#define ZONE         "Europe/Copenhagen"
#define MORNING_HOUR 8
/* What is older was told by somebody else, or is not news: also what a restore brings back. */
#define MAX_AGE_US (7 * PERIOD_US_PER_DAY)

static const char *const months[] = { "januar",    "februar", "marts",    "april",
                                      "maj",       "juni",    "juli",     "august",
                                      "september", "oktober", "november", "december" };

static const CalsyncZone *
get_zone (void)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);

  return zone != NULL ? zone : calsync_zone_utc ();
}

static gint64
day_to_us (gint64 day)
{
  CalsyncLocalKind kind;

  return calsync_zone_seconds_to_instant (get_zone (), day * 24 * 3600, &kind);
}

/**
 * message_day_start_us:
 */
gint64
message_day_start_us (gint64 now_us)
{
  return day_to_us (calsync_zone_local_day (get_zone (), now_us));
}

/**
 * message_next_morning_us:
 *
 * DFDG's own receipts are not sent at night either.
 */
gint64
message_next_morning_us (gint64 now_us)
{
  return day_to_us (calsync_zone_local_day (get_zone (), now_us) + 1) +
         MORNING_HOUR * (PERIOD_US_PER_DAY / 24);
}

/* The municipality's own row of @key with the latest first day that is not ahead. */
static const SettingRecord *
find_setting (const GPtrArray *settings, const char *key, gint64 today)
{
  const SettingRecord *best = NULL;

  for (guint i = 0; i < settings->len; i++)
    {
      const SettingRecord *setting = settings->pdata[i];

      if (setting->unit_id == 0 && setting->valid_from_date <= today &&
          g_str_equal (setting->key, key) &&
          (best == NULL || setting->valid_from_date >= best->valid_from_date))
        best = setting;
    }
  return best;
}

static gboolean
is_on (const SettingRecord *setting)
{
  return setting != NULL && g_str_equal (setting->value, "yes");
}

static void
take_fund (const SettingRecord *setting, gint64 now_us, MessageRules *rules)
{
  if (setting == NULL)
    return;
  if (g_str_equal (setting->value, "mail"))
    rules->fund_channel = BESKED_MAIL;
  else if (g_str_equal (setting->value, "notification"))
    rules->fund_channel = BESKED_NOTIFICATION;
  rules->fund_since_us = MAX (day_to_us (setting->valid_from_date), now_us - MAX_AGE_US);
}

/**
 * message_rules_load:
 *
 * Settings message-by-hand, message-authority, message-fund-interview and message-limit-day.
 */
gboolean
message_rules_load (StoreSession *session,
                    gint64 tenant_id,
                    gint64 now_us,
                    MessageRules *out_rules,
                    GError **error)
{
  g_autoptr (GPtrArray) settings = setting_list (session, tenant_id, error);
  gint64 today = calsync_zone_local_day (get_zone (), now_us);
  MessageRules rules = { .limit_day = MESSAGE_DEFAULT_LIMIT };
  const SettingRecord *limit;

  if (settings == NULL)
    return FALSE;
  rules.by_hand = is_on (find_setting (settings, "message-by-hand", today));
  rules.authority = is_on (find_setting (settings, "message-authority", today));
  take_fund (find_setting (settings, "message-fund-interview", today), now_us, &rules);
  limit = find_setting (settings, "message-limit-day", today);
  if (limit != NULL)
    rules.limit_day = g_ascii_strtoll (limit->value, NULL, 10);
  *out_rules = rules;
  return TRUE;
}

/**
 * message_news_title:
 *
 * Returns: (transfer none)
 */
const char *
message_news_title (MessageNews news)
{
  static const char *const titles[] = {
    [MESSAGE_NEWS_BOOKED] = "Møde med din a-kasse",
    [MESSAGE_NEWS_MOVED] = "Dit møde med a-kassen er flyttet",
    [MESSAGE_NEWS_CANCELLED] = "Dit møde med a-kassen er aflyst",
  };

  return titles[news];
}

/**
 * message_news_dup_text:
 *
 * Day and time and nothing else: what the meeting is about stands on Jobnet.
 *
 * Returns: (transfer full)
 */
char *
message_news_dup_text (MessageNews news, gint64 start_us)
{
  static const char *const sentences[] = {
    [MESSAGE_NEWS_BOOKED] =
      "Du er indkaldt til et møde med din a-kasse den %s. Du kan se mødet på Jobnet under Møder.",
    [MESSAGE_NEWS_MOVED] =
      "Dit møde med a-kassen er flyttet til den %s. Du kan se mødet på Jobnet under Møder.",
    [MESSAGE_NEWS_CANCELLED] = "Dit møde med a-kassen den %s er aflyst.",
  };
  g_autofree char *when = NULL;
  g_auto (GStrv) parts = g_strsplit (sentences[news], "%s", 2);
  CalsyncLocalTime local;

  calsync_zone_to_local (get_zone (), start_us, &local, NULL);
  when = g_strdup_printf ("%d. %s %d kl. %02d.%02d", local.day, months[local.month - 1], local.year,
                          local.hour, local.minute);
  return g_strconcat (parts[0], when, parts[1], NULL);
}

/**
 * message_dup_request_id:
 *
 * The same for the same message whenever it is written down: what is sent again after a restore is a repeat to DFDG.
 *
 * Returns: (transfer full): in the form of a GUID
 */
char *
message_dup_request_id (const char *tenant_key, const char *delivery_key)
{
  g_autofree char *text = g_strconcat (tenant_key, "\n", delivery_key, NULL);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", digest, digest + 8, digest + 12, digest + 16,
                          digest + 20);
}
