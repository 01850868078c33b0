/* SPDX-License-Identifier: EUPL-1.2 */
/* Feeds catalogue and index from the database: all at start, then what change rows name. */
#pragma once

#include "index/catalogue.h"
#include "index/citizen-index.h"
#include "index/index.h"
#include "store/store.h"

/**
 * IndexView:
 *
 * What handlers read. The loop thread owns one; @citizens is its alone. The writer and each worker
 * job hold references of @catalogue and @index, with @citizens NULL.
 */
typedef struct
{
  Catalogue *catalogue;
  Index *index;
  CitizenIndex *citizens;
} IndexView;

/* What a group of commits changed, made by the writer, applied by the loop before it answers. */
typedef struct _IndexDelta IndexDelta;
void index_delta_free (IndexDelta *delta);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IndexDelta, index_delta_free)
gboolean index_delta_is_empty (const IndexDelta *delta);
Catalogue *index_delta_get_catalogue (const IndexDelta *delta);
gint64 index_delta_get_next_expiry (const IndexDelta *delta);
const GArray *index_delta_get_resources (const IndexDelta *delta);

/* Lives on the writer thread; remembers the last change row it has seen. */
typedef struct _IndexFeed IndexFeed;
IndexFeed *index_feed_new (const char *data_dir);
void index_feed_free (IndexFeed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IndexFeed, index_feed_free)
IndexDelta *
index_feed_load_all (IndexFeed *feed, StoreSession *session, gint64 now_us, GError **error);
IndexDelta *
index_feed_load_changes (IndexFeed *feed, StoreSession *session, gint64 now_us, GError **error);
IndexDelta *
index_feed_load_day (IndexFeed *feed, StoreSession *session, gint64 now_us, GError **error);
/* The group that the last load was made for is committed, or came to nothing. */
void index_feed_keep (IndexFeed *feed);
void index_feed_undo (IndexFeed *feed);
/* Borrowed: the catalogue as the writer must see it. */
Catalogue *index_feed_get_catalogue (const IndexFeed *feed);

void index_view_init (IndexView *view);
void index_view_apply (IndexView *view, const IndexDelta *delta);
void index_view_copy_shared (const IndexView *view, IndexView *out_view);
void index_view_clear (IndexView *view);
