/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of the registry's records, and their values as texts. */
#include "registry/track-shape.h"

#include <string.h>

#include "base/error.h"

#define SHORT_LETTERS 40

#define MEMBER(type, member) G_STRUCT_OFFSET (type, member)

/* clang-format off */
static const TrackField canary_fields[] = {
  { "endpoint",    TRACK_FIELD_TEXT,  MEMBER (TrackCanary, endpoint), TRUE },
  { "permille",    TRACK_FIELD_COUNT, MEMBER (TrackCanary, permille), FALSE, 0, TRACK_PERMILLE_ALL, 0 },
  { "is_disjoint", TRACK_FIELD_FLAG,  MEMBER (TrackCanary, is_disjoint) },
};

static const TrackField shadow_fields[] = {
  { "endpoint", TRACK_FIELD_TEXT,  MEMBER (TrackShadow, endpoint), TRUE },
  { "permille", TRACK_FIELD_COUNT, MEMBER (TrackShadow, permille), FALSE, 0, TRACK_PERMILLE_ALL, 0 },
};

static const TrackShape canary_shape = {
  "canary", NULL, 0, 0, sizeof (TrackCanary), canary_fields, G_N_ELEMENTS (canary_fields), g_free,
};
static const TrackShape shadow_shape = {
  "shadow", NULL, 0, 0, sizeof (TrackShadow), shadow_fields, G_N_ELEMENTS (shadow_fields), g_free,
};

static const TrackField endpoint_fields[] = {
  { "name",             TRACK_FIELD_TEXT,  MEMBER (TrackEndpoint, name), TRUE },
  { "urls",             TRACK_FIELD_TEXTS, MEMBER (TrackEndpoint, urls), TRUE },
  { "contract",         TRACK_FIELD_TEXT,  MEMBER (TrackEndpoint, contract), TRUE },
  { "pins",             TRACK_FIELD_TEXTS, MEMBER (TrackEndpoint, pins) },
  { "owner",            TRACK_FIELD_TEXT,  MEMBER (TrackEndpoint, owner), TRUE },
  { "contacts",         TRACK_FIELD_TEXTS, MEMBER (TrackEndpoint, contacts) },
  { "webhooks",         TRACK_FIELD_TEXTS, MEMBER (TrackEndpoint, webhooks) },
  { "state",            TRACK_FIELD_STATE, MEMBER (TrackEndpoint, state) },
  { "repeats_are_safe", TRACK_FIELD_FLAG,  MEMBER (TrackEndpoint, repeats_are_safe) },
  { "max_parallel",     TRACK_FIELD_COUNT, MEMBER (TrackEndpoint, max_parallel), FALSE, 1, 10000, 200 },
  { "timeout_ms",       TRACK_FIELD_COUNT, MEMBER (TrackEndpoint, timeout_ms), FALSE, 100, 60000, 6000 },
  { "connect_ms",       TRACK_FIELD_COUNT, MEMBER (TrackEndpoint, connect_ms), FALSE, 100, 30000, 2000 },
  { "probe_unit",       TRACK_FIELD_TEXT,  MEMBER (TrackEndpoint, probe_unit) },
};

static const TrackField unit_fields[] = {
  { "code",       TRACK_FIELD_TEXT,  MEMBER (TrackUnit, code), TRUE },
  { "from",       TRACK_FIELD_FROM,  MEMBER (TrackUnit, from_us) },
  { "until",      TRACK_FIELD_UNTIL, MEMBER (TrackUnit, until_us) },
  { "endpoint",   TRACK_FIELD_TEXT,  MEMBER (TrackUnit, endpoint) },
  { "alias_of",   TRACK_FIELD_TEXT,  MEMBER (TrackUnit, alias_of) },
  { "name",       TRACK_FIELD_TEXT,  MEMBER (TrackUnit, name) },
  { "takes_over", TRACK_FIELD_TEXTS, MEMBER (TrackUnit, takes_over) },
  { "canary",     TRACK_FIELD_PART,  MEMBER (TrackUnit, canary), .part = &canary_shape },
  { "shadow",     TRACK_FIELD_PART,  MEMBER (TrackUnit, shadow), .part = &shadow_shape },
};

static const TrackField window_fields[] = {
  { "endpoint",  TRACK_FIELD_TEXT,  MEMBER (TrackWindow, endpoint), TRUE },
  { "from",      TRACK_FIELD_FROM,  MEMBER (TrackWindow, from_us), TRUE },
  { "until",     TRACK_FIELD_UNTIL, MEMBER (TrackWindow, until_us), TRUE },
  { "text_da",   TRACK_FIELD_TEXT,  MEMBER (TrackWindow, text_da), TRUE },
  { "text_en",   TRACK_FIELD_TEXT,  MEMBER (TrackWindow, text_en), TRUE },
  { "is_closed", TRACK_FIELD_FLAG,  MEMBER (TrackWindow, is_closed) },
};

static const TrackField freeze_fields[] = {
  { "from",   TRACK_FIELD_FROM,  MEMBER (TrackFreeze, from_us), TRUE },
  { "until",  TRACK_FIELD_UNTIL, MEMBER (TrackFreeze, until_us), TRUE },
  { "reason", TRACK_FIELD_TEXT,  MEMBER (TrackFreeze, reason), TRUE },
};

static const TrackShape shapes[TRACK_N_SHAPES] = {
  [TRACK_SHAPE_ENDPOINT] = { "endpoint", "endpoints", MEMBER (TrackRegistry, endpoints), 1, sizeof (TrackEndpoint),
    endpoint_fields, G_N_ELEMENTS (endpoint_fields), (GDestroyNotify) track_endpoint_free },
  [TRACK_SHAPE_UNIT] = { "unit", "units", MEMBER (TrackRegistry, units), 2, sizeof (TrackUnit),
    unit_fields, G_N_ELEMENTS (unit_fields), (GDestroyNotify) track_unit_free },
  [TRACK_SHAPE_WINDOW] = { "window", "windows", MEMBER (TrackRegistry, windows), 2, sizeof (TrackWindow),
    window_fields, G_N_ELEMENTS (window_fields), (GDestroyNotify) track_window_free },
  [TRACK_SHAPE_FREEZE] = { "freeze", "freezes", MEMBER (TrackRegistry, freezes), 1, sizeof (TrackFreeze),
    freeze_fields, G_N_ELEMENTS (freeze_fields), (GDestroyNotify) track_freeze_free },
};
/* clang-format on */

/**
 * track_shape_get:
 *
 * Returns: (transfer none): the table of one kind of record. Any thread.
 */
const TrackShape *
track_shape_get (TrackShapeKind kind)
{
  g_return_val_if_fail (kind < TRACK_N_SHAPES, NULL);
  return &shapes[kind];
}

/**
 * track_shape_get_array:
 *
 * Returns: (transfer none): the list of @registry that holds such records. Any thread.
 */
GPtrArray *
track_shape_get_array (const TrackShape *shape, const TrackRegistry *registry)
{
  return G_STRUCT_MEMBER (GPtrArray *, registry, shape->array_offset);
}

/**
 * track_shape_new_record:
 *
 * Returns: (transfer full): a record with every absent member's value. Any thread.
 */
gpointer
track_shape_new_record (const TrackShape *shape)
{
  gpointer record = g_malloc0 (shape->size);

  for (guint i = 0; i < shape->n_fields; i++)
    {
      const TrackField *field = &shape->fields[i];

      if (field->kind == TRACK_FIELD_TEXTS)
        G_STRUCT_MEMBER (char **, record, field->offset) = g_new0 (char *, 1);
      else if (field->kind == TRACK_FIELD_COUNT)
        G_STRUCT_MEMBER (guint, record, field->offset) = field->fallback;
      else if (field->kind == TRACK_FIELD_FROM)
        G_STRUCT_MEMBER (gint64, record, field->offset) = G_MININT64;
      else if (field->kind == TRACK_FIELD_UNTIL)
        G_STRUCT_MEMBER (gint64, record, field->offset) = G_MAXINT64;
    }
  return record;
}

/**
 * track_shape_find_field:
 *
 * Returns: (nullable) (transfer none): any thread.
 */
const TrackField *
track_shape_find_field (const TrackShape *shape, const char *name)
{
  for (guint i = 0; i < shape->n_fields; i++)
    if (g_str_equal (shape->fields[i].name, name))
      return &shape->fields[i];
  return NULL;
}

/**
 * track_text_dup_short:
 *
 * Returns: (transfer full): the first 40 letters, for messages about what somebody wrote. Any thread.
 */
char *
track_text_dup_short (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), SHORT_LETTERS));
}

/**
 * track_instant_dup_text:
 *
 * Returns: (transfer full): "2027-01-01T00:00:00Z"; empty when it is open. Any thread.
 */
char *
track_instant_dup_text (gint64 instant_us)
{
  g_autoptr (GDateTime) time = NULL;

  if (instant_us == G_MININT64 || instant_us == G_MAXINT64)
    return g_strdup ("");
  time = g_date_time_new_from_unix_utc (instant_us / G_USEC_PER_SEC);
  return time == NULL ? g_strdup ("") : g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
}

/**
 * track_instant_parse:
 * @text: ISO 8601 with an offset, whole seconds; a time of day alone would leave the hour of the change to a guess
 *
 * Errors: PLANNER_ERROR_NOT_VALID. Any thread.
 */
gboolean
track_instant_parse (const char *text, gint64 *out_us, GError **error)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  if (time == NULL || g_date_time_get_year (time) < 2000 || g_date_time_get_year (time) > 2200)
    {
      g_autofree char *given = track_text_dup_short (text);

      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                   "%s is no instant: write it with an offset, 2027-01-01T00:00:00+01:00", given);
      return FALSE;
    }
  *out_us = g_date_time_to_unix (time) * G_USEC_PER_SEC;
  return TRUE;
}

static char *
dup_part (const TrackField *field, gconstpointer part)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (part == NULL)
    return g_strdup ("");
  for (guint i = 0; i < field->part->n_fields; i++)
    {
      g_autofree char *value = track_field_dup_value (&field->part->fields[i], part);
      g_string_append_printf (text, "%s%s %s", i == 0 ? "" : ", ", field->part->fields[i].name,
                              value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * track_field_dup_value:
 *
 * Returns: (transfer full): the value as a person reads it; empty when it is absent. Equal values give equal texts.
 */
char *
track_field_dup_value (const TrackField *field, gconstpointer record)
{
  switch (field->kind)
    {
    case TRACK_FIELD_TEXT:
      return g_strdup (G_STRUCT_MEMBER (char *, record, field->offset) == NULL
                         ? ""
                         : G_STRUCT_MEMBER (char *, record, field->offset));
    case TRACK_FIELD_TEXTS:
      return g_strjoinv ("|", G_STRUCT_MEMBER (char **, record, field->offset));
    case TRACK_FIELD_COUNT:
      return g_strdup_printf ("%u", G_STRUCT_MEMBER (guint, record, field->offset));
    case TRACK_FIELD_FLAG:
      return g_strdup (G_STRUCT_MEMBER (gboolean, record, field->offset) ? "yes" : "no");
    case TRACK_FIELD_STATE:
      return g_strdup (track_state_word (G_STRUCT_MEMBER (TrackState, record, field->offset)));
    case TRACK_FIELD_FROM:
    case TRACK_FIELD_UNTIL:
      return track_instant_dup_text (G_STRUCT_MEMBER (gint64, record, field->offset));
    case TRACK_FIELD_PART:
    default:
      return dup_part (field, G_STRUCT_MEMBER (gpointer, record, field->offset));
    }
}

/**
 * track_shape_dup_key:
 *
 * Returns: (transfer full): what tells the record from others of its list, readable. Any thread.
 */
char *
track_shape_dup_key (const TrackShape *shape, gconstpointer record)
{
  g_autoptr (GString) key = g_string_new (NULL);

  for (guint i = 0; i < shape->n_keys; i++)
    {
      g_autofree char *value = track_field_dup_value (&shape->fields[i], record);

      if (*value == '\0')
        continue;
      g_string_append_printf (key, "%s%s%s", key->len == 0 ? "" : " ",
                              shape->fields[i].kind == TRACK_FIELD_FROM ? "from " : "", value);
    }
  return g_string_free (g_steal_pointer (&key), FALSE);
}
