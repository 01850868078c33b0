/* SPDX-License-Identifier: EUPL-1.2 */
/* Which kind of calendar time keeps a meeting from a resource, in words. */
#pragma once

#include "index/catalogue.h"
#include "store/store.h"

/* Such as "an appointment of their own (calendar: working elsewhere)". */
char *explain_busy_dup_text (StoreSession *session,
                             const CatalogueResource *resource,
                             Period wanted,
                             CalsyncMeeting meeting,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
