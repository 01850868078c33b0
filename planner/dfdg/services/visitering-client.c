/* SPDX-License-Identifier: EUPL-1.2 */
/* Questions to PersonVisiteringService. The collections that it replaced (PSS v20, PHS v4) are never asked: since 2025-1
 * they are empty whatever the truth is. */
#include "dfdg/services/visitering-client.h"

#include "base/error.h"

#define ZONE "Europe/Copenhagen"
/* 9999-12-31, as systems write it that must write a date. */
#define NO_LAST_DATE G_GINT64_CONSTANT (2932896)

/* @members: names of code, first and last day. */
typedef struct
{
  const char *path;
  const char *list;
  const char *members[3];
  const char *name;
} Method;

#define GROUPS                                   \
  "kontaktgrupper",                              \
  {                                              \
    "kontaktgruppeType", "startdato", "slutdato" \
  }
#define CATEGORIES                                \
  "personkategorier",                             \
  {                                               \
    "personkategoriType", "startdato", "slutdato" \
  }

/* clang-format off */
static const Method methods[VISITERING_N_METHODS] = {
  [VISITERING_GROUPS]           = { "v1/Kontaktgrupper", GROUPS, "GetKontaktgrupper" },
  [VISITERING_GROUP_HISTORY]    = { "v1/Kontaktgruppehistorik", GROUPS, "GetKontaktgruppeHistorik" },
  [VISITERING_CATEGORIES]       = { "v1/Personkategorier", CATEGORIES, "GetPersonkategorier" },
  [VISITERING_CATEGORY_HISTORY] = { "v1/Personkategorihistorik", CATEGORIES, "GetPersonkategoriHistorik" },
};
/* clang-format on */

/**
 * visitering_read_span:
 *
 * The last day is inside; none: open.
 */
gboolean
visitering_read_span (JsonObject *object,
                      const char *const members[3],
                      const CalsyncZone *zone,
                      CitizenSpan *out_span)
{
  CitizenSpan span = { .until_date = READING_OPEN };
  gint64 last_date = 0;

  if (!dfdg_json_get_int (object, members[0], &span.code) || span.code <= 0 ||
      span.code > G_MAXINT32 || !dfdg_json_get_date (object, members[1], zone, &span.from_date))
    return FALSE;
  if (!dfdg_json_is_absent (object, members[2]))
    {
      if (!dfdg_json_get_date (object, members[2], zone, &last_date))
        return FALSE;
      span.until_date = last_date == NO_LAST_DATE ? READING_OPEN : last_date + 1;
    }
  *out_span = span;
  return TRUE;
}

/**
 * visitering_list:
 *
 * An empty list is a known "none". Errors: those of dfdg_read_list(); a span that cannot be read is none of the list's,
 * and fails the whole.
 *
 * Returns: (transfer full) (element-type CitizenSpan)
 */
GArray *
visitering_list (DfdgClient *client,
                 VisiteringMethod method,
                 const char *cpr,
                 GCancellable *cancellable,
                 GError **error)
{
  const Method *row = &methods[method];
  DfdgQuestion question = { DFDG_SERVICE_VISITERING, row->path, cpr, row->list, row->name };
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, error);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CitizenSpan));
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *list = NULL;

  parser = zone == NULL ? NULL : dfdg_read_list (client, &question, &list, cancellable, error);
  for (guint i = 0; parser != NULL && i < json_array_get_length (list); i++)
    {
      CitizenSpan span;

      if (!visitering_read_span (json_array_get_object_element (list, i), row->members, zone,
                                 &span))
        {
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
                       "%s: one of the list has no code or no days", row->name);
          return NULL;
        }
      if (span.until_date > span.from_date)
        g_array_append_val (spans, span);
    }
  return parser == NULL ? NULL : g_steal_pointer (&spans);
}

static gboolean
holds_on (const CitizenSpan *span, gint64 date)
{
  return span->from_date <= date && date < span->until_date;
}

/* Of today the one says the truth, of all other days the other. */
static void
join_other_days (GArray *spans, const GArray *history, gint64 today)
{
  for (guint i = 0; i < history->len; i++)
    {
      const CitizenSpan *span = &g_array_index (history, CitizenSpan, i);

      if (!holds_on (span, today))
        g_array_append_vals (spans, span, 1);
    }
}

/**
 * visitering_list_all:
 * @reading: %READING_CONTACT_GROUP or %READING_CATEGORY
 * @today: local day
 *
 * Past, present and what is known of the future. Where DFDG lets a Planner ask, the present is asked for by itself.
 *
 * Returns: (transfer full) (element-type CitizenSpan)
 */
GArray *
visitering_list_all (DfdgClient *client,
                     Reading reading,
                     const char *cpr,
                     gint64 today,
                     GCancellable *cancellable,
                     GError **error)
{
  gboolean is_group = reading == READING_CONTACT_GROUP;
  gboolean asks_today = is_group || dfdg_client_get_settings (client)->client->kss_services;
  g_autoptr (GArray) history =
    visitering_list (client, is_group ? VISITERING_GROUP_HISTORY : VISITERING_CATEGORY_HISTORY, cpr,
                     cancellable, error);
  g_autoptr (GArray) spans = NULL;

  if (history == NULL || !asks_today)
    return g_steal_pointer (&history);
  spans = visitering_list (client, is_group ? VISITERING_GROUPS : VISITERING_CATEGORIES, cpr,
                           cancellable, error);
  if (spans != NULL)
    join_other_days (spans, history, today);
  return g_steal_pointer (&spans);
}
