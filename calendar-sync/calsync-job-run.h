/* SPDX-License-Identifier: EUPL-1.2 */
/* A run in progress: what its parts share. Inside the library only. */
#pragma once

#include "calsync-job.h"
#include "calsync-plan.h"

G_BEGIN_DECLS

/**
 * CalsyncEntryState:
 * @key: (nullable): spelling for requests; %NULL: an item of others that a listing no longer has
 * @key_hash: hash of it
 * @version: (nullable): as the feed or listing gave it
 * @known: (nullable): what was known of it
 * @wanted: (nullable): booking whose event stands there
 * @is_said_gone: the feed calls it gone, or a listing lacks it
 * @is_absent: nothing but a whole listing that lacks it speaks for that
 * @is_confirmed: the server was asked for the item itself, and it is not there, or is not ours any more
 * @keeps_item: something else stands there now
 * @is_agreed: a person agreed to its disappearance
 */
typedef struct
{
  char *key;
  char *key_hash;
  char *version;
  const CalsyncKnown *known;
  CalsyncWanted *wanted;
  gboolean is_said_gone;
  gboolean is_absent;
  gboolean is_confirmed;
  gboolean keeps_item;
  gboolean is_agreed;
} CalsyncEntryState;

/**
 * CalsyncClaim:
 * @wanted: the booking whose marker it carries
 * @found: it as somebody else's item, for when it is a copy; (nullable) when those are not kept
 * @key: where it stands
 * @key_hash: hash of @key
 * @version: (nullable): its version
 * @own: what it says
 * @is_news: whether it was not known as a copy
 *
 * An event with a marker of ours that does not stand where the link says.
 */
typedef struct
{
  CalsyncWanted *wanted;
  CalsyncFound *found;
  char *key;
  char *key_hash;
  char *version;
  CalsyncOwn own;
  gboolean is_news;
} CalsyncClaim;

typedef struct
{
  CalsyncLocal *local;
  CalsyncRemote *remote;
  CalsyncJobMode mode;
  GCancellable *cancellable;
  CalsyncReport *report;
  CalsyncBinding binding;

  GPtrArray *wanted;        /* (element-type CalsyncWanted) */
  GHashTable *by_reference; /* reference → CalsyncWanted */
  GHashTable *by_guid;      /* GUID in lower case → CalsyncWanted */
  GHashTable *by_key_hash;  /* hash of the linked key → CalsyncWanted */

  GPtrArray *known_items; /* (element-type CalsyncKnown) */
  GHashTable *known;      /* key hash → CalsyncKnown */
  gboolean knows_all;

  GPtrArray *to_fetch;  /* (element-type CalsyncEntryState) */
  GPtrArray *gone;      /* (element-type CalsyncEntryState) */
  GPtrArray *claims;    /* (element-type CalsyncClaim) */
  GHashTable *fetching; /* key → CalsyncEntryState, of the request under way */
  GHashTable *expected; /* (nullable): key hashes */
  gboolean has_unread;  /* an item that nobody has ever read: it may be anything */
  gboolean holds_cursor;
  GHashTable *postponed; /* CalsyncWanted that nothing is decided about in this run */

  GPtrArray *found;       /* of the transaction being gathered */
  GHashTable *found_keys; /* key hashes in it */
  GPtrArray *conflicts;
  GPtrArray *links;
  char *identity; /* (nullable): read in this run */
  CalsyncTier tier;
  guint n_commits;

  GPtrArray *undone;     /* (element-type CalsyncPush): receipts that wait for the pull's end */
  GHashTable *unsettled; /* CalsyncWanted → CalsyncPush of those: their links do not go before */
  GPtrArray *finished;   /* (element-type CalsyncPush): receipts that are still to be written */
  guint batch_size;      /* creations whose intents are stored together */
  guint n_failed_in_a_row;
} CalsyncRun;

/* calsync-job-batch.c: what one transaction gathers */
void calsync_run_add_found (CalsyncRun *run, CalsyncFound *found);
void calsync_run_tell (CalsyncRun *run, CalsyncConflict *conflict);
void calsync_run_add_conflict (CalsyncRun *run,
                               CalsyncConflictKind kind,
                               CalsyncDecision decision,
                               const CalsyncWanted *wanted,
                               const CalsyncShape *theirs);
CalsyncLinkChange *calsync_run_change_link (CalsyncRun *run, const CalsyncWanted *wanted);
void calsync_run_apply_verdict (CalsyncRun *run,
                                CalsyncWanted *wanted,
                                const CalsyncVerdict *verdict,
                                const CalsyncShape *theirs);
gboolean calsync_run_has_batch (const CalsyncRun *run);
gboolean calsync_run_commit (CalsyncRun *run, const char *cursor, gboolean is_last, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
char *calsync_run_hash_key (const CalsyncRun *run, const char *key);
CalsyncShape calsync_wanted_get_shape (const CalsyncWanted *wanted);

/* calsync-job-item.c: one item's text */
gboolean calsync_run_on_item (const CalsyncItem *item,
                              gpointer data,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
CalsyncWanted *calsync_run_find_wanted (const CalsyncRun *run, const CalsyncOwn *own);

/* calsync-job-fetch.c, -job-pull.c, -job-gone.c */
gboolean
calsync_run_fetch (CalsyncRun *run, GPtrArray *entries, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
calsync_run_fetch_all (CalsyncRun *run, guint n_there, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_run_pull (CalsyncRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CalsyncEntryState *calsync_entry_state_new (CalsyncRun *run, const char *key, const char *key_hash);
void calsync_entry_state_free (CalsyncEntryState *entry);
gboolean calsync_run_settle_gone (CalsyncRun *run,
                                  gboolean *out_is_held,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_run_learn_all (CalsyncRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* calsync-job-flight.c, -job-push.c, -job-send.c */
gboolean calsync_run_decide_intents (CalsyncRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_run_end_intents (CalsyncRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_run_push (CalsyncRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_run_write_receipts (CalsyncRun *run,
                                     const GPtrArray *begun,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One item read by itself. */
typedef struct
{
  CalsyncItemState state;
  char *version; /* (nullable) */
  char *text;    /* (nullable): ours, for a change of it */
  gsize n_text;
  CalsyncOwnResult result;
  CalsyncOwn own;
} CalsyncGlance;

gboolean calsync_run_glance (CalsyncRun *run,
                             const char *key,
                             CalsyncGlance *out_glance,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_claim_free (CalsyncClaim *claim);
void calsync_glance_clear (CalsyncGlance *glance);
gboolean calsync_glance_is_of (const CalsyncGlance *glance, const char *reference);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncEntryState, calsync_entry_state_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalsyncGlance, calsync_glance_clear)

G_END_DECLS
