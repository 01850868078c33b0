/* SPDX-License-Identifier: EUPL-1.2 */
/* PersonVisiteringService: contact groups and person categories of a citizen. On a waiting thread; each blocks. */
#pragma once

#include "dfdg/services/dfdg-read.h"
#include "dfdg/wire/dfdg-http.h"
#include "store/reading-store.h"

typedef enum
{
  VISITERING_GROUPS,           /* GetKontaktgrupper: those of today */
  VISITERING_GROUP_HISTORY,    /* GetKontaktgruppeHistorik */
  VISITERING_CATEGORIES,       /* GetPersonkategorier: published for case systems */
  VISITERING_CATEGORY_HISTORY, /* GetPersonkategoriHistorik */
  VISITERING_N_METHODS,
} VisiteringMethod;

GArray *visitering_list (DfdgClient *client,
                         VisiteringMethod method,
                         const char *cpr,
                         GCancellable *cancellable,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *visitering_list_all (DfdgClient *client,
                             Reading reading,
                             const char *cpr,
                             gint64 today,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @members: names of code, first and last day. Returns: FALSE when it is no such thing. */
gboolean visitering_read_span (JsonObject *object,
                               const char *const members[3],
                               const CalsyncZone *zone,
                               CitizenSpan *out_span);
