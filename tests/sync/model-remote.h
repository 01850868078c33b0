/* SPDX-License-Identifier: EUPL-1.2 */
/* A calendar server in memory, with manners that can be made as bad as real ones. */
#pragma once

#include "calsync-remote.h"

G_BEGIN_DECLS

/* Chances are in percent of the requests or items that they may happen to. */
typedef struct
{
  CalsyncTier tier;
  gboolean has_no_versions;  /* never an ETag, anywhere */
  gboolean remembers_uids;   /* a trash bin: the UID of a deleted item is refused */
  gboolean rewrites_text;    /* what is stored is not what was sent */
  gboolean drops_extensions; /* X-PLANNER-REF is lost in writing */
  gboolean hides_brief;      /* a feed is silent about what came and went since its cursor */
  guint silent_write;        /* no version in the answer to a write */
  guint no_version;          /* an entry or item without its version */
  guint bump;                /* a request lets some item's version change by itself */
  guint repeat;              /* a feed repeats older entries */
  guint contradict;          /* a feed that calls an item gone and then there */
  guint meddle;              /* somebody is at work while a request is */
  guint reorder;             /* a feed or listing in another order, some entries twice */
  guint forget;              /* the cursor is unknown */
  guint unreadable;          /* an item that cannot be given, this time */
  guint fail_before;         /* a request that is not done and fails */
  guint fail_after;          /* one that is done and fails all the same */
  guint cut;                 /* a listing that fails half-way */
} ModelManners;

/* One item. What the harness knows of it goes with it. */
typedef struct
{
  char *key;
  char *text;
  char *uid;
  guint64 n_version;
  gint64 made_at, changed_at;
  gboolean is_gone;
  gpointer tag; /* the harness's */
} ModelItem;

typedef struct _ModelRemote ModelRemote;

/* Called with what the library asks for, before it is done. */
typedef void (*ModelWriteFunc) (ModelRemote *model,
                                ModelItem *item,
                                const CalsyncWrite *write,
                                gpointer data);

/* Called in the middle of a run, with a random number. */
typedef void (*ModelMeddleFunc) (ModelRemote *model, guint32 what, gpointer data);

struct _ModelRemote
{
  CalsyncRemote remote;
  ModelManners manners;
  GRand *random;
  GHashTable *items; /* normalised key → ModelItem */
  GHashTable *dead_uids;
  char *identity;
  gint64 clock;
  guint epoch;
  CalsyncCost cost;
  guint n_writes;
  gint64 steps_left;      /* -1: no crash; 0: the process is gone */
  gint64 *shared_steps;   /* (nullable): the countdown of a whole process instead */
  gint fixed_error;       /* -1: none; every request fails so */
  gint fixed_write_error; /* -1: none; every write fails so, and is not done */
  gboolean is_empty;      /* listings show nothing */
  ModelWriteFunc on_write;
  gpointer on_write_data;
  ModelMeddleFunc on_meddle;
  gpointer on_meddle_data;
};

ModelRemote *model_remote_new (guint32 seed);
void model_remote_free (ModelRemote *model);

/* The advisor's own doing, outside of any request. */
ModelItem *model_remote_put (ModelRemote *model, const char *key, const char *text);
void model_remote_delete (ModelRemote *model, ModelItem *item);
void model_remote_rename (ModelRemote *model, ModelItem *item, const char *key);
ModelItem *model_remote_find (ModelRemote *model, const char *key);
GPtrArray *model_remote_list (ModelRemote *model);
guint model_remote_count (ModelRemote *model, const char *needle);

G_END_DECLS
