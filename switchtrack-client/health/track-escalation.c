/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the ladder, finds whom a step means, and words what they are told. */
#include "health/track-escalation.h"

#include <string.h>

#include "base/error.h"
#include "base/track-civil.h"
#include "health/track-evidence-private.h"

#define MINUTE_US   (60 * G_GINT64_CONSTANT (1000000))
#define MAX_STEPS   20
#define MAX_MINUTES (7 * 24 * 60)
#define MAX_NUMBER  50

/**
 * track_message_free:
 *
 * NULL is ignored.
 */
void
track_message_free (TrackMessage *message)
{
  if (message == NULL)
    return;
  g_free (message->key);
  g_free (message->disturbance);
  g_free (message->alarm);
  g_free (message->endpoint);
  g_free (message->subject);
  g_free (message->text);
  g_free (message);
}

/**
 * track_message_copy:
 *
 * Returns: (transfer full)
 */
TrackMessage *
track_message_copy (const TrackMessage *message)
{
  TrackMessage *copy = g_new0 (TrackMessage, 1);

  *copy = (TrackMessage){ .event = message->event,
                          .key = g_strdup (message->key),
                          .disturbance = g_strdup (message->disturbance),
                          .alarm = g_strdup (message->alarm),
                          .endpoint = g_strdup (message->endpoint),
                          .subject = g_strdup (message->subject),
                          .text = g_strdup (message->text),
                          .at_us = message->at_us };
  return copy;
}

/**
 * track_notice_target_free:
 *
 * NULL is ignored.
 */
void
track_notice_target_free (TrackNoticeTarget *target)
{
  if (target == NULL)
    return;
  g_free (target->address);
  g_free (target);
}

static gboolean
parse_channel (const char *word, TrackLadderStep *step)
{
  static const char *const channels[] = { TRACK_NOTICE_WEBHOOK, TRACK_NOTICE_MAIL };
  guint64 number = 0;

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      const char *rest = word + strlen (channels[i]);

      if (!g_str_has_prefix (word, channels[i]))
        continue;
      if (*rest != '\0' && !g_ascii_string_to_unsigned (rest, 10, 1, MAX_NUMBER, &number, NULL))
        return FALSE;
      step->channel = channels[i];
      step->number = (guint) number;
      return TRUE;
    }
  return FALSE;
}

static gboolean
parse_step (const char *text, TrackLadderStep *step)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  guint64 minutes = 0;

  if (g_strv_length (parts) != 2 ||
      !g_ascii_string_to_unsigned (g_strstrip (parts[0]), 10, 0, MAX_MINUTES, &minutes, NULL))
    return FALSE;
  step->after_us = (gint64) minutes * MINUTE_US;
  return parse_channel (g_strstrip (parts[1]), step);
}

/**
 * track_escalation_parse:
 * @text: steps MINUTES:CHANNEL with commas between, times not falling: "0:webhook,5:mail1,30:mail2"; empty: nobody is told
 *
 * Errors: PLANNER_ERROR_NOT_VALID, naming the step.
 *
 * Returns: (transfer full) (element-type TrackLadderStep)
 */
GArray *
track_escalation_parse (const char *text, GError **error)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, TRUE, sizeof (TrackLadderStep));
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  gint64 before_us = 0;

  for (guint i = 0; parts[i] != NULL && *text != '\0'; i++)
    {
      TrackLadderStep step = { 0 };

      if (!parse_step (parts[i], &step) || step.after_us < before_us || i >= MAX_STEPS)
        {
          g_set_error (
            error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
            "escalation step \"%s\": wanted MINUTES:webhook, MINUTES:mail or with a number behind "
            "(mail1), at most %d, in order of time",
            parts[i], MAX_STEPS);
          return NULL;
        }
      before_us = step.after_us;
      g_array_append_val (steps, step);
    }
  return g_steal_pointer (&steps);
}

static char **
get_addresses (const TrackEndpoint *endpoint, const char *channel)
{
  if (endpoint == NULL)
    return NULL;
  return strcmp (channel, TRACK_NOTICE_MAIL) == 0 ? endpoint->contacts : endpoint->webhooks;
}

/**
 * track_escalation_list_targets:
 * @endpoint: (nullable): NULL: the gateway itself
 * @fallback: whose addresses are used when the endpoint has none of that kind: the operator's
 *
 * Returns: (transfer full) (element-type TrackNoticeTarget): none when the ladder names a number there is not
 */
GPtrArray *
track_escalation_list_targets (const TrackLadderStep *step,
                               const TrackEndpoint *endpoint,
                               const TrackEndpoint *fallback)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) track_notice_target_free);
  char **addresses = get_addresses (endpoint, step->channel);

  if (addresses == NULL || addresses[0] == NULL)
    addresses = get_addresses (fallback, step->channel);
  for (guint i = 0; addresses != NULL && addresses[i] != NULL; i++)
    if (step->number == 0 || step->number == i + 1)
      {
        TrackNoticeTarget *target = g_new0 (TrackNoticeTarget, 1);

        target->channel = step->channel;
        target->address = g_strdup (addresses[i]);
        g_ptr_array_add (all, target);
      }
  return all;
}

/* The wall clock of those who read it, and UTC for the log. */
static char *
dup_civil (gint64 at_us, TrackCivilLanguage language)
{
  g_autofree char *civil = track_civil_dup (at_us, language, TRUE);
  g_autofree char *utc = track_evidence_dup_utc (at_us);

  return g_strdup_printf ("%s (%s)", civil, utc);
}

static TrackMessage *
message_new (const char *event, const char *endpoint, gint64 now_us)
{
  TrackMessage *message = g_new0 (TrackMessage, 1);

  message->event = event;
  message->endpoint = g_strdup (endpoint);
  message->at_us = now_us;
  return message;
}

static TrackOutcome
find_main_outcome (const TrackDisturbance *one)
{
  const TrackFailureSample *last =
    one->samples->len > 0 ? one->samples->pdata[one->samples->len - 1] : NULL;
  guint64 most = 0;
  TrackOutcome outcome = last != NULL ? last->outcome : TRACK_OUTCOME_RESET;

  for (guint i = 0; i < one->counts->len; i++)
    {
      const TrackFailureCount *count = one->counts->pdata[i];

      if (count->n > most)
        {
          most = count->n;
          outcome = count->outcome;
        }
    }
  return outcome;
}

/**
 * track_message_new_disturbance:
 * @step: of the ladder, from 0
 */
TrackMessage *
track_message_new_disturbance (const TrackDisturbance *one, guint step, gint64 now_us)
{
  TrackMessage *message = message_new ("disturbance", one->endpoint, now_us);
  TrackOutcome outcome = find_main_outcome (one);
  g_autofree char *from_da = dup_civil (one->from_us, TRACK_CIVIL_DA);
  g_autofree char *from_en = dup_civil (one->from_us, TRACK_CIVIL_EN);

  message->key = g_strdup_printf ("%s/step-%u", one->id, step);
  message->disturbance = g_strdup (one->id);
  message->subject =
    g_strdup_printf ("Skiftespor: forstyrrelse hos %s (%s)", one->endpoint, one->id);
  message->text = g_strdup_printf (
    "Kald til Planneren %s slår fejl siden %s.\n%s.\nKald, der slog fejl: %" G_GUINT64_FORMAT
    ". Prøvekald, der slog fejl: %" G_GUINT64_FORMAT ".\n\n"
    "Calls to the Planner %s have been failing since %s.\n%s.\nCalls that failed: "
    "%" G_GUINT64_FORMAT ". Probes that failed: %" G_GUINT64_FORMAT
    ".\n\nswitchtrackctl disturbance %s\n",
    one->endpoint, from_da, track_evidence_outcome_words (outcome, TRACK_LANGUAGE_DA),
    one->n_failed, one->n_probes_failed, one->endpoint, from_en,
    track_evidence_outcome_words (outcome, TRACK_LANGUAGE_EN), one->n_failed, one->n_probes_failed,
    one->id);
  return message;
}

/**
 * track_message_new_recovery:
 * @one: closed
 */
TrackMessage *
track_message_new_recovery (const TrackDisturbance *one, gint64 now_us)
{
  TrackMessage *message = message_new ("recovery", one->endpoint, now_us);
  g_autofree char *from_da = dup_civil (one->from_us, TRACK_CIVIL_DA);
  g_autofree char *from_en = dup_civil (one->from_us, TRACK_CIVIL_EN);
  g_autofree char *until_da = dup_civil (one->until_us, TRACK_CIVIL_DA);
  g_autofree char *until_en = dup_civil (one->until_us, TRACK_CIVIL_EN);

  message->key = g_strdup_printf ("%s/recovery", one->id);
  message->disturbance = g_strdup (one->id);
  message->subject = g_strdup_printf ("Skiftespor: %s svarer igen (%s)", one->endpoint, one->id);
  message->text = g_strdup_printf (
    "Planneren %s svarer igen. Forstyrrelsen varede fra %s til %s.\nKald, der slog fejl: "
    "%" G_GUINT64_FORMAT ".\n\nThe Planner %s answers again. The disturbance lasted from %s to "
    "%s.\nCalls that failed: %" G_GUINT64_FORMAT ".\n\nswitchtrackctl evidence %s\n",
    one->endpoint, from_da, until_da, one->n_failed, one->endpoint, from_en, until_en,
    one->n_failed, one->id);
  return message;
}

/**
 * track_message_new_certificate:
 * @holder: whose: an address of an endpoint, or which of our own
 * @days: the step of the ladder
 */
TrackMessage *
track_message_new_certificate (const char *holder, gint64 until_us, guint days, gint64 now_us)
{
  TrackMessage *message = message_new ("certificate", holder, now_us);
  g_autofree char *until_da = dup_civil (until_us, TRACK_CIVIL_DA);
  g_autofree char *until_en = dup_civil (until_us, TRACK_CIVIL_EN);

  message->key = g_strdup_printf ("certificate/%s/%" G_GINT64_FORMAT "/%u", holder,
                                  until_us / G_USEC_PER_SEC, days);
  message->subject =
    g_strdup_printf ("Skiftespor: certifikat hos %s, %u dage eller mindre", holder, days);
  message->text = g_strdup_printf (
    "Certifikatet hos %s gælder til %s: %u dage eller mindre. Forny det i tide.\n\n"
    "The certificate of %s is valid until %s: %u days or less. Renew it in time.\n",
    holder, until_da, days, holder, until_en, days);
  return message;
}

/**
 * track_message_dup_window_key:
 *
 * Returns: (transfer full): what the messages about a window have in common
 */
char *
track_message_dup_window_key (const TrackWindow *window)
{
  return g_strdup_printf ("window/%s/%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, window->endpoint,
                          window->from_us / G_USEC_PER_SEC, window->until_us / G_USEC_PER_SEC);
}

static TrackMessage *
window_message_new (const char *event, const TrackWindow *window, guint number, gint64 now_us)
{
  TrackMessage *message = message_new (event, window->endpoint, now_us);

  message->disturbance = track_message_dup_window_key (window);
  message->key = number == 1 ? g_strdup (message->disturbance)
                             : g_strdup_printf ("%s/%u", message->disturbance, number);
  return message;
}

/**
 * track_message_new_window:
 * @number: of the messages about it, from 1
 *
 * A service window that is to come.
 */
TrackMessage *
track_message_new_window (const TrackWindow *window, guint number, gint64 now_us)
{
  TrackMessage *message = window_message_new ("window", window, number, now_us);
  g_autofree char *from_da = dup_civil (window->from_us, TRACK_CIVIL_DA);
  g_autofree char *from_en = dup_civil (window->from_us, TRACK_CIVIL_EN);
  g_autofree char *until_da = dup_civil (window->until_us, TRACK_CIVIL_DA);
  g_autofree char *until_en = dup_civil (window->until_us, TRACK_CIVIL_EN);

  message->subject = g_strdup_printf ("Skiftespor: servicevindue hos %s", window->endpoint);
  message->text = g_strdup_printf (
    "Planneren %s har et servicevindue fra %s til %s.%s %s\n\n"
    "The Planner %s has a service window from %s to %s.%s %s\n",
    window->endpoint, from_da, until_da, window->is_closed ? " Kald afvises imens med 990034." : "",
    window->text_da != NULL ? window->text_da : "", window->endpoint, from_en, until_en,
    window->is_closed ? " Meanwhile calls are refused with 990034." : "",
    window->text_en != NULL ? window->text_en : "");
  return message;
}

static char *
dup_instead (const TrackWindow *instead, const char *words, TrackCivilLanguage language)
{
  g_autofree char *from = instead != NULL ? dup_civil (instead->from_us, language) : NULL;
  g_autofree char *until = instead != NULL ? dup_civil (instead->until_us, language) : NULL;

  return instead == NULL ? g_strdup ("") : g_strdup_printf (" %s %s – %s.", words, from, until);
}

/**
 * track_message_new_window_withdrawn:
 * @window: as it was told
 * @number: of the messages about it
 * @instead: (nullable): another at that time
 *
 * A service window that was told and is in the registry no more.
 */
TrackMessage *
track_message_new_window_withdrawn (const TrackWindow *window,
                                    guint number,
                                    const TrackWindow *instead,
                                    gint64 now_us)
{
  TrackMessage *message = window_message_new ("window-withdrawn", window, number, now_us);
  g_autofree char *from_da = dup_civil (window->from_us, TRACK_CIVIL_DA);
  g_autofree char *from_en = dup_civil (window->from_us, TRACK_CIVIL_EN);
  g_autofree char *until_da = dup_civil (window->until_us, TRACK_CIVIL_DA);
  g_autofree char *until_en = dup_civil (window->until_us, TRACK_CIVIL_EN);
  g_autofree char *instead_da = dup_instead (instead, "I stedet:", TRACK_CIVIL_DA);
  g_autofree char *instead_en = dup_instead (instead, "Instead:", TRACK_CIVIL_EN);

  message->subject =
    g_strdup_printf ("Skiftespor: servicevindue hos %s er trukket tilbage", window->endpoint);
  message->text = g_strdup_printf (
    "Servicevinduet hos Planneren %s fra %s til %s gælder ikke længere.%s\n\n"
    "The service window of the Planner %s from %s to %s does not apply any more.%s\n",
    window->endpoint, from_da, until_da, instead_da, window->endpoint, from_en, until_en,
    instead_en);
  return message;
}

/**
 * track_message_new_test:
 * @who: who asked for it
 */
TrackMessage *
track_message_new_test (const char *endpoint, const char *who, gint64 now_us)
{
  TrackMessage *message = message_new ("test", endpoint, now_us);

  message->key = g_strdup_printf ("test/%s/%" G_GINT64_FORMAT, endpoint, now_us);
  message->subject = g_strdup_printf ("Skiftespor: proevealarm for %s", endpoint);
  message->text =
    g_strdup_printf ("Prøvealarm for Planneren %s, bedt om af %s. Der er ingen forstyrrelse.\n\n"
                     "Test alarm for the Planner %s, asked for by %s. There is no disturbance.\n",
                     endpoint, who, endpoint, who);
  return message;
}

/**
 * track_message_new_alarm:
 * @key: of this alarm: whoever is told of its end is found by it
 * @step: of the ladder, from 0
 */
TrackMessage *
track_message_new_alarm (const TrackAlarm *alarm, const char *key, guint step, gint64 now_us)
{
  TrackMessage *message = message_new ("alarm", alarm->endpoint, now_us);
  g_autofree char *da = dup_civil (alarm->since_us, TRACK_CIVIL_DA);
  g_autofree char *en = dup_civil (alarm->since_us, TRACK_CIVIL_EN);

  message->key = g_strdup_printf ("%s/step-%u", key, step);
  message->disturbance = g_strdup (key);
  message->alarm = g_strdup (alarm->name);
  message->subject = g_strdup_printf ("Skiftespor: %s", alarm->subject);
  message->text = g_strdup_printf ("%s\nSiden %s.\n\n%s\nSince %s.\n\nswitchtrackctl health\n",
                                   alarm->danish, da, alarm->english, en);
  return message;
}

/**
 * track_message_new_alarm_over:
 * @key, @name, @subject: as it was told
 */
TrackMessage *
track_message_new_alarm_over (const char *key, const char *name, const char *subject, gint64 now_us)
{
  TrackMessage *message = message_new ("alarm-over", NULL, now_us);
  g_autofree char *da = dup_civil (now_us, TRACK_CIVIL_DA);
  g_autofree char *en = dup_civil (now_us, TRACK_CIVIL_EN);

  message->key = g_strdup_printf ("%s/over", key);
  message->disturbance = g_strdup (key);
  message->alarm = g_strdup (name);
  message->subject = g_strdup_printf ("Skiftespor: slut: %s", subject);
  message->text = g_strdup_printf ("Alarmen \"%s\" er slut %s.\n\nThe alarm \"%s\" is over, %s.\n",
                                   name, da, name, en);
  return message;
}

static void
set_text (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

/* Of what @disturbance is the id. */
static const char *
get_kind (const TrackMessage *message)
{
  if (message->alarm != NULL)
    return "alarm";
  return g_str_has_prefix (message->event, "window") ? "window" : "disturbance";
}

/**
 * track_message_dup_json:
 *
 * As webhooks get it; the key is the member delivery, by which a receiver knows one that comes again.
 *
 * Returns: (transfer full)
 */
char *
track_message_dup_json (const TrackMessage *message)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (message->at_us / G_USEC_PER_SEC);
  g_autofree char *when = at != NULL ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  JsonObject *one = json_object_new ();

  set_text (one, "event", message->event);
  set_text (one, "delivery", message->key);
  set_text (one, "at", when);
  set_text (one, "endpoint", message->endpoint);
  set_text (one, get_kind (message),
            message->alarm != NULL ? message->alarm : message->disturbance);
  set_text (one, "subject", message->subject);
  set_text (one, "text", message->text);
  json_node_take_object (node, one);
  return json_to_string (node, FALSE);
}
