/* SPDX-License-Identifier: EUPL-1.2 */
/* Which messages of DFDG a municipality wants, held against those that were agreed on: no database, no network. */
#pragma once

#include "dfdg/wire/dfdg-settings.h"
#include "store/errand-store.h"

/* Where DFDG pushes to on its face. */
#define DFDG_WEBHOOK "/wsb/v1"

/**
 * DfdgWish:
 * @wished: (element-type Subscription): as the configuration has it, with dates
 * @dropped: (element-type Subscription): borrowed from the accepted ones: not wished any more
 * @n_added: not accepted yet
 * @n_renewed: accepted, with an end that comes too soon
 * @word: (nullable): what a person says to agree to what is dropped; NULL when nothing is
 *
 * A whole set: DFDG replaces all by it, or nothing.
 */
typedef struct
{
  GPtrArray *wished;
  GPtrArray *dropped;
  guint n_added;
  guint n_renewed;
  char *word;
} DfdgWish;

/* @accepted: (element-type Subscription): must outlive the wish. Errors: PLANNER_ERROR_NOT_VALID. */
gboolean dfdg_wish_init (DfdgWish *wish,
                         const DfdgSettings *settings,
                         const GPtrArray *accepted,
                         gint64 now_us,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void dfdg_wish_clear (DfdgWish *wish);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DfdgWish, dfdg_wish_clear)
/* The body of AbonnementService's one call. */
char *dfdg_wish_dup_body (const DfdgWish *wish, const DfdgSettings *settings);
const char *dfdg_entity_name (const DfdgSettings *settings, gint64 entity_type);
