/* SPDX-License-Identifier: EUPL-1.2 */
/* The DFDG side as metrics, and in the few lines of /health/dfdg. */
#include "planner-metrics-dfdg-rows.h"

#include "planner-metrics-crl.h"

/* A figure of a municipality, by the label that tells it from its neighbours. */
typedef struct
{
  const char *label;
  gsize offset;
} Figure;

#define FIGURE(member) G_STRUCT_OFFSET (MetricsDfdgTenant, member)
static const Figure outbox[] = { { "waiting", FIGURE (n_waiting) },
                                 { "refused", FIGURE (n_refused) },
                                 { "held", FIGURE (n_held) } };
static const Figure inbox[] = { { "new", FIGURE (n_new) },
                                { "parked", FIGURE (n_put_by) },
                                { "unknown", FIGURE (n_unknown) } };
static const Figure echoes[] = { { "waiting", FIGURE (n_echoes) },
                                 { "overdue", FIGURE (n_overdue) },
                                 { "lost", FIGURE (n_lost) } };
static const Figure letters[] = { { "waiting", FIGURE (n_letters) },
                                  { "refused", FIGURE (n_unsent) } };
static const Figure looks[] = { { "all", FIGURE (n_looks) },
                                { "failed", FIGURE (n_failed_looks) } };
static const Figure ages[] = { { "outbox", FIGURE (oldest_us) },
                               { "inbox", FIGURE (oldest_new_us) },
                               { "messages", FIGURE (oldest_letter_us) } };

#define PART(member) G_STRUCT_OFFSET (MetricsDfdgPart, member)

static gint64
get_figure (const MetricsDfdgTenant *tenant, const Figure *figure)
{
  return *(const gint64 *) ((const char *) tenant + figure->offset);
}

static const MetricsDfdgTenant *
get_tenant (const MetricsDfdg *dfdg, guint i)
{
  if (dfdg == NULL || i >= dfdg->tenants->len)
    return NULL;
  return &g_array_index (dfdg->tenants, MetricsDfdgTenant, i);
}

static void
begin_line (GString *text, const char *name, const MetricsDfdgTenant *tenant)
{
  g_string_append_printf (text, "%s{tenant=\"", name);
  metrics_append_escaped (text, tenant->tenant);
}

static void
append_figures (GString *text,
                const char *name,
                const MetricsPicture *picture,
                const Figure *figures,
                guint n_figures)
{
  const MetricsDfdgTenant *tenant;

  for (guint i = 0; (tenant = get_tenant (picture->dfdg, i)) != NULL; i++)
    for (guint j = 0; j < n_figures; j++)
      {
        begin_line (text, name, tenant);
        g_string_append_printf (text, "\",state=\"%s\"} %" G_GINT64_FORMAT "\n", figures[j].label,
                                get_figure (tenant, &figures[j]));
      }
}

/**
 * metrics_append_dfdg_outbox:
 */
void
metrics_append_dfdg_outbox (GString *text, const char *name, const MetricsPicture *picture)
{
  append_figures (text, name, picture, outbox, G_N_ELEMENTS (outbox));
}

/**
 * metrics_append_dfdg_inbox:
 */
void
metrics_append_dfdg_inbox (GString *text, const char *name, const MetricsPicture *picture)
{
  append_figures (text, name, picture, inbox, G_N_ELEMENTS (inbox));
}

/**
 * metrics_append_dfdg_echoes:
 */
void
metrics_append_dfdg_echoes (GString *text, const char *name, const MetricsPicture *picture)
{
  append_figures (text, name, picture, echoes, G_N_ELEMENTS (echoes));
}

/**
 * metrics_append_dfdg_messages:
 */
void
metrics_append_dfdg_messages (GString *text, const char *name, const MetricsPicture *picture)
{
  append_figures (text, name, picture, letters, G_N_ELEMENTS (letters));
}

/**
 * metrics_append_dfdg_oldest:
 */
void
metrics_append_dfdg_oldest (GString *text, const char *name, const MetricsPicture *picture)
{
  const MetricsDfdgTenant *tenant;

  for (guint i = 0; (tenant = get_tenant (picture->dfdg, i)) != NULL; i++)
    for (guint j = 0; j < G_N_ELEMENTS (ages); j++)
      {
        begin_line (text, name, tenant);
        g_string_append_printf (text, "\",part=\"%s\"} %" G_GINT64_FORMAT "\n", ages[j].label,
                                get_figure (tenant, &ages[j]) / G_USEC_PER_SEC);
      }
}

/**
 * metrics_append_dfdg_pushes:
 */
void
metrics_append_dfdg_pushes (GString *text, const char *name, const MetricsPicture *picture)
{
  static const char *const outcomes[METRICS_DFDG_N_PUSHES] = {
    [METRICS_DFDG_PUSH_STORED] = "stored",   [METRICS_DFDG_PUSH_REPEATED] = "repeated",
    [METRICS_DFDG_PUSH_REFUSED] = "refused", [METRICS_DFDG_PUSH_ASTRAY] = "astray",
    [METRICS_DFDG_PUSH_BUSY] = "busy",       [METRICS_DFDG_PUSH_FAILED] = "failed",
  };

  for (guint i = 0; picture->dfdg != NULL && i < METRICS_DFDG_N_PUSHES; i++)
    g_string_append_printf (text, "%s{outcome=\"%s\"} %" G_GUINT64_FORMAT "\n", name, outcomes[i],
                            picture->dfdg->pushes[i]);
}

/**
 * metrics_append_dfdg_looks:
 */
void
metrics_append_dfdg_looks (GString *text, const char *name, const MetricsPicture *picture)
{
  append_figures (text, name, picture, looks, G_N_ELEMENTS (looks));
}

/**
 * metrics_append_dfdg_problems:
 */
void
metrics_append_dfdg_problems (GString *text, const char *name, const MetricsPicture *picture)
{
  const MetricsDfdgTenant *tenant;

  for (guint i = 0; (tenant = get_tenant (picture->dfdg, i)) != NULL; i++)
    for (guint j = 0; j < tenant->n_problems; j++)
      {
        begin_line (text, name, tenant);
        g_string_append_printf (text, "\",problem=\"%s\"} %d\n", tenant->problems[j].word,
                                tenant->problems[j].is_on);
      }
}

/* @offset: of a guint64 in MetricsDfdgPart */
static void
append_parts (GString *text, const char *name, const MetricsPicture *picture, gsize offset)
{
  const MetricsDfdgTenant *tenant;

  for (guint i = 0; (tenant = get_tenant (picture->dfdg, i)) != NULL; i++)
    for (guint j = 0; j < tenant->n_parts; j++)
      {
        begin_line (text, name, tenant);
        g_string_append_printf (text, "\",part=\"%s\"} %" G_GUINT64_FORMAT "\n",
                                tenant->parts[j].name,
                                *(const guint64 *) ((const char *) &tenant->parts[j] + offset));
      }
}

/**
 * metrics_append_dfdg_calls:
 */
void
metrics_append_dfdg_calls (GString *text, const char *name, const MetricsPicture *picture)
{
  append_parts (text, name, picture, PART (n_calls));
}

/**
 * metrics_append_dfdg_done:
 */
void
metrics_append_dfdg_done (GString *text, const char *name, const MetricsPicture *picture)
{
  append_parts (text, name, picture, PART (n_done));
}

/**
 * metrics_append_dfdg_parked:
 */
void
metrics_append_dfdg_parked (GString *text, const char *name, const MetricsPicture *picture)
{
  append_parts (text, name, picture, PART (n_parked));
}

/**
 * metrics_append_dfdg_down:
 */
void
metrics_append_dfdg_down (GString *text, const char *name, const MetricsPicture *picture)
{
  const MetricsDfdgTenant *tenant;

  for (guint i = 0; (tenant = get_tenant (picture->dfdg, i)) != NULL; i++)
    for (guint j = 0; j < tenant->n_parts; j++)
      {
        begin_line (text, name, tenant);
        g_string_append_printf (text, "\",part=\"%s\"} %d\n", tenant->parts[j].name,
                                tenant->parts[j].is_down);
      }
}

static gboolean
is_down (const MetricsDfdgTenant *tenant)
{
  for (guint i = 0; i < tenant->n_parts; i++)
    if (tenant->parts[i].is_down)
      return TRUE;
  return FALSE;
}

static void
append_lines (GString *text, const MetricsDfdgTenant *tenant)
{
  const struct
  {
    const char *part;
    const Figure *figures;
    guint n_figures;
  } blocks[] = { { "outbox", outbox, G_N_ELEMENTS (outbox) },
                 { "inbox", inbox, G_N_ELEMENTS (inbox) },
                 { "echoes", echoes, G_N_ELEMENTS (echoes) },
                 { "messages", letters, G_N_ELEMENTS (letters) } };

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      g_string_append_printf (text, "\n%s %s:", tenant->tenant, blocks[i].part);
      for (guint j = 0; j < blocks[i].n_figures; j++)
        g_string_append_printf (text, " %s %" G_GINT64_FORMAT, blocks[i].figures[j].label,
                                get_figure (tenant, &blocks[i].figures[j]));
    }
}

/* Below the figures: what holds, and what to do. Whether one of them makes us ill. */
static gboolean
append_problems (GString *text, const MetricsDfdgTenant *tenant)
{
  gboolean is_ill = FALSE;

  for (guint i = 0; i < tenant->n_problems; i++)
    {
      const MetricsDfdgProblem *problem = &tenant->problems[i];

      if (!problem->is_on)
        continue;
      g_string_append_printf (text, "\n%s %s: %s", tenant->tenant, problem->word, problem->remedy);
      is_ill = is_ill || problem->is_ill;
    }
  return is_ill;
}

/* What a person must look at. */
static gint64
count_for_person (const MetricsDfdgTenant *tenant)
{
  return tenant->n_refused + tenant->n_held + tenant->n_put_by + tenant->n_lost + tenant->n_unsent;
}

/**
 * metrics_dfdg_dup_health:
 *
 * The verdict in the first line, figures below it.
 *
 * Returns: (transfer full): @out_is_well is FALSE when DFDG is not reached or somebody must decide something
 */
char *
metrics_dfdg_dup_health (const MetricsDfdg *dfdg, gboolean *out_is_well)
{
  GString *text = g_string_new (NULL);
  const MetricsDfdgTenant *tenant;
  gint64 n_for_person = 0;
  guint n_down = 0;
  gboolean is_ill = FALSE;

  for (guint i = 0; (tenant = get_tenant (dfdg, i)) != NULL; i++)
    {
      n_for_person += count_for_person (tenant);
      n_down += is_down (tenant);
      append_lines (text, tenant);
      is_ill = append_problems (text, tenant) || is_ill;
    }
  if (dfdg->is_astray)
    g_string_append (text, "\nmessages of another environment were pushed within the last hour: "
                           "environment of [dfdg-client …], or DFDG's subscriptions are wrong");
  is_ill = is_ill || dfdg->is_astray;
  *out_is_well = n_for_person == 0 && n_down == 0 && !is_ill;
  if (n_down > 0)
    g_string_prepend (text, "DFDG is not reached; what it is to be told waits");
  else if (n_for_person > 0)
    {
      g_autofree char *verdict = g_strdup_printf (
        "%" G_GINT64_FORMAT " things wait for a person: plannerctl dfdg status", n_for_person);
      g_string_prepend (text, verdict);
    }
  else if (is_ill)
    g_string_prepend (text, "something is the matter with DFDG: plannerctl dfdg status");
  else
    g_string_prepend (text, "ok");
  return g_string_free (text, FALSE);
}
