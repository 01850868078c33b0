/* SPDX-License-Identifier: EUPL-1.2 */
/* The members of docs/dfdg-wire.md 2, written as they stand there and read with some patience. */
#include "dfdg/services/indkaldelse-json.h"

#include <string.h>

#include "base/error.h"
#include "contract-time.h"

#define MAX_ID_BYTES   64
#define MAX_TEXT_BYTES 65536
#define CANCELLED      "aflyst"
/* Longer than a day is no meeting: it would take an advisor's time for weeks or for ever. */
#define MAX_MINUTES (24 * 60)

/* One summons being read; the first fault ends it. */
typedef struct
{
  JsonObject *object;
  const CalsyncZone *zone;
  const char *fault; /* of a literal */
  const char *member;
} Reader;

static void
fail (Reader *reader, const char *member, const char *fault)
{
  if (reader->fault != NULL)
    return;
  reader->fault = fault;
  reader->member = member;
}

/* Returns: NULL when it is left out or null. */
static JsonNode *
find (const Reader *reader, const char *member)
{
  JsonNode *node = json_object_get_member (reader->object, member);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

/* An empty text is none: no time, and no id. */
static void
need (Reader *reader, const char *member)
{
  JsonNode *node = find (reader, member);

  if (node == NULL ||
      (json_node_get_value_type (node) == G_TYPE_STRING && *json_node_get_string (node) == '\0'))
    fail (reader, member, "is missing");
}

static char *
read_text (Reader *reader, const char *member)
{
  JsonNode *node = find (reader, member);
  const char *text;

  if (node == NULL)
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  text = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
  if (text == NULL || strlen (text) > MAX_TEXT_BYTES)
    {
      fail (reader, member, "is no text");
      return NULL;
    }
  return *text == '\0' ? NULL : g_strdup (text);
}

static char *
read_id (Reader *reader, const char *member)
{
  char *id = read_text (reader, member);

  if (id != NULL && strlen (id) > MAX_ID_BYTES)
    fail (reader, member, "is longer than an id");
  return id;
}

/* No code is negative, and none has more than 31 bits: our own answers would not hold it. Where no number is known, such
 * a one says nothing. */
static gint64
read_int (Reader *reader, const char *member, gint64 fallback)
{
  JsonNode *node = find (reader, member);
  gint64 number;

  if (node == NULL)
    return fallback;
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    {
      fail (reader, member, "is no whole number");
      return fallback;
    }
  number = json_node_get_int (node);
  if (number >= 0 && number <= G_MAXINT32)
    return number;
  if (fallback != INDKALDELSE_UNKNOWN)
    fail (reader, member, "is out of range");
  return fallback;
}

static gboolean
read_bool (Reader *reader, const char *member)
{
  JsonNode *node = find (reader, member);

  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node);
  fail (reader, member, "is neither true nor false");
  return FALSE;
}

/**
 * indkaldelse_parse_instant:
 * @text: a dateTime; without an offset it is wall time of @zone
 *
 * Any thread.
 */
gboolean
indkaldelse_parse_instant (const char *text, const CalsyncZone *zone, gint64 *out_us)
{
  ContractTime time;
  CalsyncLocalKind kind;

  if (!contract_time_parse (text, strlen (text), &time))
    return FALSE;
  *out_us = time.unix_us;
  if (!time.has_offset)
    *out_us = calsync_zone_seconds_to_instant (zone, time.unix_us / G_USEC_PER_SEC, &kind);
  return TRUE;
}

static gint64
read_instant (Reader *reader, const char *member, gint64 fallback)
{
  g_autofree char *text = read_text (reader, member);
  gint64 unix_us = fallback;

  if (text != NULL && !indkaldelse_parse_instant (text, reader->zone, &unix_us))
    fail (reader, member, "is no time");
  return unix_us;
}

static gboolean
parse_day (const char *text, gint64 *out_day)
{
  CalsyncLocalTime local = { 0 };
  const char *rest = text;
  int *const parts[] = { &local.year, &local.month, &local.day };
  static const guint lengths[] = { 4, 2, 2 };

  for (guint i = 0; i < 3; i++)
    {
      for (guint j = 0; j < lengths[i]; j++, rest++)
        {
          if (!g_ascii_isdigit (*rest))
            return FALSE;
          *parts[i] = *parts[i] * 10 + g_ascii_digit_value (*rest);
        }
      if (i < 2 && *rest++ != '-')
        return FALSE;
    }
  if (*rest != '\0' || !calsync_local_is_valid (&local))
    return FALSE;
  *out_day = calsync_days_from_civil (local.year, local.month, local.day);
  return TRUE;
}

/* A date; where a time stands instead, as in the older service, the day in which it lies. */
static gint64
read_day (Reader *reader, const char *member)
{
  g_autofree char *text = read_text (reader, member);
  gint64 day = INDKALDELSE_NO_DAY;
  gint64 unix_us;

  if (text == NULL || parse_day (text, &day))
    return day;
  if (indkaldelse_parse_instant (text, reader->zone, &unix_us))
    return calsync_zone_local_day (reader->zone, unix_us - 1);
  fail (reader, member, "is no date");
  return INDKALDELSE_NO_DAY;
}

/* One of end and length must be there; the end counts. */
static void
read_core (Reader *reader, DfdgIndkaldelse *record)
{
  gint64 minutes = read_int (reader, "varighed", 0);

  need (reader, "starttidspunkt");
  record->core.start_us = read_instant (reader, "starttidspunkt", 0);
  if (minutes > MAX_MINUTES)
    fail (reader, "varighed", "is no length of a meeting");
  else if (minutes == 0 && find (reader, "sluttidspunkt") == NULL)
    fail (reader, "sluttidspunkt", "is missing, and varighed too");
  else
    record->core.end_us = read_instant (reader, "sluttidspunkt",
                                        record->core.start_us + minutes * PERIOD_US_PER_MINUTE);
  if (record->core.start_us < 0)
    fail (reader, "starttidspunkt", "is no time of a meeting");
  if (period_is_empty (record->core))
    fail (reader, "sluttidspunkt", "is not after starttidspunkt");
  else if (record->core.end_us - record->core.start_us > MAX_MINUTES * PERIOD_US_PER_MINUTE)
    fail (reader, "sluttidspunkt", "is more than a day after starttidspunkt");
}

/* A reader of a member that is an object; FALSE: there is none. */
static gboolean
enter (Reader *reader, const char *member, Reader *out_inner)
{
  JsonNode *node = find (reader, member);

  if (node == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      fail (reader, member, "is no object");
      return FALSE;
    }
  *out_inner = (Reader){ .object = json_node_get_object (node), .zone = reader->zone };
  return TRUE;
}

static void
leave (Reader *reader, const Reader *inner)
{
  if (inner->fault != NULL)
    fail (reader, inner->member, inner->fault);
}

static void
read_people (Reader *reader, DfdgIndkaldelse *record)
{
  Reader inner;

  if (enter (reader, "medarbejder", &inner))
    {
      record->advisor_key = read_text (&inner, "identifikation");
      record->advisor_name = read_text (&inner, "navn");
      record->advisor_email = read_text (&inner, "email");
      record->advisor_telephone = read_text (&inner, "telefonnummer");
      leave (reader, &inner);
    }
  if (enter (reader, "oprettetAf", &inner))
    {
      record->maker_type = read_int (&inner, "organisationType", INDKALDELSE_UNKNOWN);
      record->maker_code = read_id (&inner, "organisationKode");
      record->maker_system = read_int (&inner, "systemIdentifier", INDKALDELSE_UNKNOWN);
      record->maker_user_type = read_int (&inner, "brugertype", INDKALDELSE_UNKNOWN);
      leave (reader, &inner);
    }
}

static void
read_participant (Reader *reader, JsonNode *node, DfdgIndkaldelse *record)
{
  Reader inner = { .zone = reader->zone };
  IndkaldelseDeltager *participant;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      fail (reader, "myndighedsdeltagere", "holds what is no object");
      return;
    }
  inner.object = json_node_get_object (node);
  participant = g_new0 (IndkaldelseDeltager, 1);
  g_ptr_array_add (record->participants, participant);
  need (&inner, "deltagerIdentifier");
  participant->identifier = read_id (&inner, "deltagerIdentifier");
  participant->name = read_text (&inner, "navn");
  participant->contact_details = read_text (&inner, "kontaktdetaljer");
  participant->telephone = read_text (&inner, "telefonnummer");
  participant->email = read_text (&inner, "email");
  participant->organisation_type = read_int (&inner, "organisationType", INDKALDELSE_UNKNOWN);
  participant->organisation_code = read_id (&inner, "organisationKode");
  leave (reader, &inner);
}

static void
read_participants (Reader *reader, DfdgIndkaldelse *record)
{
  JsonNode *node = find (reader, "myndighedsdeltagere");
  JsonArray *list =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (node != NULL && list == NULL)
    fail (reader, "myndighedsdeltagere", "is no list");
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    read_participant (reader, json_array_get_element (list, i), record);
}

static void
read_rights (Reader *reader, DfdgIndkaldelse *record)
{
  record->owner_system = read_int (reader, "ejersystem", INDKALDELSE_UNKNOWN);
  record->rebook_possible = read_bool (reader, "ombookningMulig");
  record->rebook_deadline_day = read_day (reader, "fristForOmbookning");
  record->cancel_possible = read_bool (reader, "aflysningMulig");
  record->cancel_deadline_day = read_day (reader, "fristForAflysning");
  record->self_booked = read_bool (reader, "selvbooket");
  record->compulsory = read_bool (reader, "moedepligt");
  record->should_accept = read_bool (reader, "skalAccepteres");
  record->accepted = read_bool (reader, "accepteret");
  record->fund_participation = read_int (reader, "akasseDeltagelse", INDKALDELSE_UNKNOWN);
}

static void
read_content (Reader *reader, DfdgIndkaldelse *record)
{
  need (reader, "samtaleType");
  record->interview_type = read_int (reader, "samtaleType", 0);
  record->form_type = read_int (reader, "moedeGruppeType", 1);
  record->contact_type = read_int (reader, "samtaleform", 0);
  record->meeting_link = read_text (reader, "digitaltMoedelink");
  record->title = read_text (reader, "titel");
  record->description = read_text (reader, "beskrivelse");
  record->location = read_text (reader, "lokation");
  record->address = read_text (reader, "adresse");
  record->telephone = read_text (reader, "telefonnummer");
  record->contact_options = read_text (reader, "kontaktmuligheder");
}

static void
read_identity (Reader *reader, DfdgIndkaldelse *record)
{
  g_autofree char *state = read_text (reader, "tilstand");

  need (reader, "indkaldelseIdentifier");
  record->identifier = read_id (reader, "indkaldelseIdentifier");
  record->version = read_id (reader, "versionIdentifier");
  record->cpr = read_id (reader, "civilregistrationIdentifier");
  record->unit_code = read_id (reader, "jobcenterKode");
  record->group_identifier = read_id (reader, "gruppeIdentifier");
  record->is_cancelled = g_strcmp0 (state, CANCELLED) == 0;
  record->created_us = read_instant (reader, "oprettetTidspunkt", 0);
  record->changed_us = read_instant (reader, "aendretTidspunkt", 0);
}

/**
 * indkaldelse_from_json:
 * @zone: of times without an offset and of dates
 *
 * Unknown members are passed over. Errors: PLANNER_ERROR_NOT_VALID, naming the member and never its value.
 *
 * Returns: (transfer full)
 */
DfdgIndkaldelse *
indkaldelse_from_json (JsonObject *object, const CalsyncZone *zone, GError **error)
{
  g_autoptr (DfdgIndkaldelse) record = indkaldelse_new ();
  Reader reader = { .object = object, .zone = zone };

  read_identity (&reader, record);
  read_core (&reader, record);
  read_content (&reader, record);
  read_rights (&reader, record);
  read_people (&reader, record);
  read_participants (&reader, record);
  if (reader.fault == NULL)
    return g_steal_pointer (&record);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "DFDG's Indkaldelse: %s %s",
               reader.member, reader.fault);
  return NULL;
}

static void
add_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL && *text != '\0')
    json_object_set_string_member (object, member, text);
}

static void
add_known (JsonObject *object, const char *member, gint64 number)
{
  if (number >= 0)
    json_object_set_int_member (object, member, number);
}

static void
add_instant (JsonObject *object, const char *member, gint64 unix_us, const CalsyncZone *zone)
{
  ContractTime time = { unix_us, calsync_zone_offset_at (zone, unix_us), TRUE };
  char text[CONTRACT_TIME_TEXT_BYTES];
  gsize n_bytes = contract_time_write (&time, text);

  if (n_bytes > 0)
    json_object_set_string_member (object, member, text);
}

static void
add_day (JsonObject *object, const char *member, gint64 day)
{
  g_autofree char *text = NULL;
  gint year, month, day_of_month;

  if (day == INDKALDELSE_NO_DAY)
    return;
  calsync_days_to_civil (day, &year, &month, &day_of_month);
  text = g_strdup_printf ("%04d-%02d-%02d", year, month, day_of_month);
  json_object_set_string_member (object, member, text);
}

/* No deadline of a right that is not given. */
static void
add_rights (JsonObject *object, const DfdgIndkaldelse *record)
{
  json_object_set_boolean_member (object, "ombookningMulig", record->rebook_possible);
  if (record->rebook_possible)
    add_day (object, "fristForOmbookning", record->rebook_deadline_day);
  json_object_set_boolean_member (object, "aflysningMulig", record->cancel_possible);
  if (record->cancel_possible)
    add_day (object, "fristForAflysning", record->cancel_deadline_day);
}

static void
add_advisor (JsonObject *object, const DfdgIndkaldelse *record)
{
  JsonObject *advisor;

  if (record->advisor_key == NULL)
    return;
  advisor = json_object_new ();
  add_text (advisor, "identifikation", record->advisor_key);
  add_text (advisor, "navn", record->advisor_name);
  add_text (advisor, "email", record->advisor_email);
  add_text (advisor, "telefonnummer", record->advisor_telephone);
  json_object_set_object_member (object, "medarbejder", advisor);
}

static void
add_content (JsonObject *object, const DfdgIndkaldelse *record)
{
  json_object_set_int_member (object, "samtaleType", record->interview_type);
  json_object_set_int_member (object, "moedeGruppeType", record->form_type);
  json_object_set_int_member (object, "samtaleform", record->contact_type);
  add_text (object, "digitaltMoedelink", record->meeting_link);
  add_text (object, "titel", record->title);
  add_text (object, "beskrivelse", record->description);
  add_text (object, "lokation", record->location);
  add_text (object, "adresse", record->address);
  add_text (object, "telefonnummer", record->telephone);
  add_text (object, "kontaktmuligheder", record->contact_options);
  add_advisor (object, record);
}

/**
 * indkaldelse_to_json:
 * @zone: of the unit: instants are written with its offset
 *
 * The body of CreateIndkaldelse and UpdateIndkaldelse: what DFDG sets itself is left out, and so is the citizen.
 *
 * Returns: (transfer full)
 */
JsonObject *
indkaldelse_to_json (const DfdgIndkaldelse *record, const CalsyncZone *zone)
{
  JsonObject *object = json_object_new ();

  add_text (object, "indkaldelseIdentifier", record->identifier);
  add_text (object, "jobcenterKode", record->unit_code);
  add_text (object, "gruppeIdentifier", record->group_identifier);
  add_known (object, "ejersystem", record->owner_system);
  add_rights (object, record);
  json_object_set_boolean_member (object, "selvbooket", record->self_booked);
  add_instant (object, "starttidspunkt", record->core.start_us, zone);
  add_instant (object, "sluttidspunkt", record->core.end_us, zone);
  add_content (object, record);
  json_object_set_boolean_member (object, "moedepligt", record->compulsory);
  json_object_set_boolean_member (object, "skalAccepteres", record->should_accept);
  json_object_set_boolean_member (object, "accepteret", record->accepted);
  add_known (object, "akasseDeltagelse", record->fund_participation);
  return object;
}

/**
 * indkaldelse_deltager_to_json:
 *
 * The body of Create- and UpdateMyndighedsdeltager but for the summons it belongs to.
 *
 * Returns: (transfer full)
 */
JsonObject *
indkaldelse_deltager_to_json (const IndkaldelseDeltager *participant)
{
  JsonObject *object = json_object_new ();

  add_text (object, "navn", participant->name);
  add_text (object, "kontaktdetaljer", participant->contact_details);
  add_text (object, "telefonnummer", participant->telephone);
  add_text (object, "email", participant->email);
  add_known (object, "organisationType", participant->organisation_type);
  add_text (object, "organisationKode", participant->organisation_code);
  return object;
}
