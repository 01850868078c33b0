/* SPDX-License-Identifier: EUPL-1.2 */
/* What the ledger and the expanded calendars say about one resource around a stretch of time. */
#pragma once

#include "index/catalogue.h"
#include "rules/slot.h"
#include "store/store.h"

/**
 * ResourceFacts:
 * @slot: what the rules read; its lists are owned here
 */
typedef struct
{
  SlotResource slot;
  GArray *work;
  GArray *busy;
  GArray *busy_remote; /* NULL: the same as @busy */
  GArray *claims;
} ResourceFacts;

/* Claims of holds that ended by @now_us are left out. */
ResourceFacts *resource_facts_load (StoreSession *session,
                                    const CatalogueResource *resource,
                                    Period around,
                                    gint64 now_us,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
ResourceFacts *resource_facts_load_busy (StoreSession *session,
                                         const CatalogueResource *resource,
                                         Period around,
                                         gint64 now_us,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void resource_facts_free (ResourceFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ResourceFacts, resource_facts_free)

/* The same of every resource, by ascending id. */
typedef struct _ResourceScan ResourceScan;

ResourceScan *resource_scan_new (StoreSession *session,
                                 Period around,
                                 gint64 now_us,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
ResourceFacts *resource_scan_next (ResourceScan *scan,
                                   const CatalogueResource *resource,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void resource_scan_free (ResourceScan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ResourceScan, resource_scan_free)
