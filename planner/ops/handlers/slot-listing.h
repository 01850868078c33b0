/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists free times of an offer from the index, with the asker's own claims out of the way. */
#pragma once

#include "index/slot-search.h"
#include "ops/handlers/slot-context.h"

/* (element-type SlotStart), by start, then advisor. @advisor: (nullable): only this one. */
GArray *slot_listing_run (const OpCall *call,
                          const SlotContext *context,
                          const CatalogueResource *advisor,
                          Period interval,
                          gboolean *out_cut,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
