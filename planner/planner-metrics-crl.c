/* SPDX-License-Identifier: EUPL-1.2 */
/* Revocation lists as metrics: for each issuer, and part where it has several, the list in use; how many are not used. */
#include "planner-metrics-crl.h"

static const ListenerCrlInfo *
get (const MetricsPicture *picture, guint index)
{
  return picture->trust == NULL ? NULL : listener_trust_get_crl (picture->trust, index);
}

/* Of several lists of one issuer and part the newest counts; of equals the first, so that no label stands twice. */
static gboolean
is_in_use (const MetricsPicture *picture, guint index)
{
  const ListenerCrlInfo *crl = get (picture, index);
  const ListenerCrlInfo *other;

  if (crl->problem != NULL || crl->issuer == NULL)
    return FALSE;
  for (guint i = 0; (other = get (picture, i)) != NULL; i++)
    if (i != index && other->problem == NULL && g_strcmp0 (other->issuer, crl->issuer) == 0 &&
        g_strcmp0 (other->scope, crl->scope) == 0 &&
        (other->this_update_unix_us > crl->this_update_unix_us ||
         (other->this_update_unix_us == crl->this_update_unix_us && i < index)))
      return FALSE;
  return TRUE;
}

/**
 * metrics_append_escaped:
 * @label: the value of a label
 */
void
metrics_append_escaped (GString *text, const char *label)
{
  for (const char *c = label; *c != '\0'; c++)
    {
      if (*c == '\\' || *c == '"')
        g_string_append_c (text, '\\');
      g_string_append_c (text, *c == '\n' ? ' ' : *c);
    }
}

static void
append_one (GString *text, const char *name, const ListenerCrlInfo *crl, gint64 value)
{
  g_string_append_printf (text, "%s{issuer=\"", name);
  metrics_append_escaped (text, crl->issuer);
  if (crl->scope != NULL)
    {
      g_string_append (text, "\",part=\"");
      metrics_append_escaped (text, crl->scope);
    }
  g_string_append_printf (text, "\"} %" G_GINT64_FORMAT "\n", value);
}

/**
 * metrics_append_crl_age:
 *
 * Seconds since each list in use was made. Loop thread.
 */
void
metrics_append_crl_age (GString *text, const char *name, const MetricsPicture *picture)
{
  const ListenerCrlInfo *crl;

  for (guint i = 0; (crl = get (picture, i)) != NULL; i++)
    if (is_in_use (picture, i))
      append_one (text, name, crl, (picture->now_us - crl->this_update_unix_us) / G_USEC_PER_SEC);
}

/**
 * metrics_append_crl_expiry:
 *
 * Seconds until the next list of each issuer is due. Loop thread.
 */
void
metrics_append_crl_expiry (GString *text, const char *name, const MetricsPicture *picture)
{
  const ListenerCrlInfo *crl;

  for (guint i = 0; (crl = get (picture, i)) != NULL; i++)
    if (is_in_use (picture, i))
      append_one (text, name, crl, (crl->next_update_unix_us - picture->now_us) / G_USEC_PER_SEC);
}

/**
 * metrics_append_crl_revoked:
 *
 * How many certificates stand on each list in use. Loop thread.
 */
void
metrics_append_crl_revoked (GString *text, const char *name, const MetricsPicture *picture)
{
  const ListenerCrlInfo *crl;

  for (guint i = 0; (crl = get (picture, i)) != NULL; i++)
    if (is_in_use (picture, i))
      append_one (text, name, crl, crl->n_revoked);
}

/**
 * metrics_append_crl_ignored:
 *
 * How many lists are not used. Loop thread.
 */
void
metrics_append_crl_ignored (GString *text, const char *name, const MetricsPicture *picture)
{
  const ListenerCrlInfo *crl;
  guint n_ignored = 0;

  for (guint i = 0; (crl = get (picture, i)) != NULL; i++)
    n_ignored += crl->problem != NULL ? 1 : 0;
  g_string_append_printf (text, "%s %u\n", name, n_ignored);
}
