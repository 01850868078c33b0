/* SPDX-License-Identifier: EUPL-1.2 */
/* A calendar server in memory, with manners that can be made as bad as real ones. */
#include "model-remote.h"

#include "calsync-key.h"

#include <string.h>

static gboolean
fail (GError **error, gint code, const char *why)
{
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, code, why);
  return FALSE;
}

static gboolean
happens (ModelRemote *model, guint percent)
{
  return percent > 0 && g_rand_int_range (model->random, 0, 100) < (gint) percent;
}

static void
item_free (gpointer data)
{
  ModelItem *item = data;

  g_free (item->key);
  g_free (item->text);
  g_free (item->uid);
  g_free (item);
}

static char *
dup_uid (const char *text)
{
  const char *at = strstr (text, "\nUID:");
  const char *end = at == NULL ? NULL : strpbrk (at + 5, "\r\n");

  return at == NULL || end == NULL ? g_strdup ("") : g_strndup (at + 5, (gsize) (end - at - 5));
}

static void
touch (ModelRemote *model, ModelItem *item)
{
  item->n_version++;
  item->changed_at = ++model->clock;
}

static char *
dup_version (ModelRemote *model, const ModelItem *item)
{
  if (model->manners.has_no_versions || happens (model, model->manners.no_version))
    return NULL;
  return g_strdup_printf ("\"%" G_GUINT64_FORMAT "\"", item->n_version);
}

ModelItem *
model_remote_find (ModelRemote *model, const char *key)
{
  g_autofree char *plain = calsync_key_normalise (key);
  ModelItem *item = g_hash_table_lookup (model->items, plain);

  return item == NULL || item->is_gone ? NULL : item;
}

ModelItem *
model_remote_put (ModelRemote *model, const char *key, const char *text)
{
  char *plain = calsync_key_normalise (key);
  ModelItem *item = g_hash_table_lookup (model->items, plain);

  if (item == NULL)
    {
      item = g_new0 (ModelItem, 1);
      item->key = g_strdup (key);
      item->n_version = (guint64) model->clock * 1000;
      g_hash_table_insert (model->items, plain, item);
    }
  else
    g_free (plain);
  if (item->made_at == 0 || item->is_gone)
    item->made_at = model->clock + 1;
  g_free (item->text);
  item->text = g_strdup (text);
  g_free (item->uid);
  item->uid = dup_uid (text);
  item->is_gone = FALSE;
  touch (model, item);
  return item;
}

void
model_remote_delete (ModelRemote *model, ModelItem *item)
{
  item->is_gone = TRUE;
  if (model->manners.remembers_uids)
    g_hash_table_add (model->dead_uids, g_strdup (item->uid));
  touch (model, item);
}

void
model_remote_rename (ModelRemote *model, ModelItem *item, const char *key)
{
  ModelItem *other = model_remote_put (model, key, item->text);

  other->tag = item->tag;
  item->is_gone = TRUE;
  touch (model, item);
}

static gint
compare_items (gconstpointer one, gconstpointer other)
{
  const ModelItem *a = *(const ModelItem *const *) one, *b = *(const ModelItem *const *) other;

  return strcmp (a->key, b->key);
}

/* All there are, in the order of their keys. */
GPtrArray *
model_remote_list (ModelRemote *model)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, model->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      if (!((ModelItem *) value)->is_gone)
        g_ptr_array_add (list, value);
    }
  g_ptr_array_sort (list, compare_items);
  return list;
}

guint
model_remote_count (ModelRemote *model, const char *needle)
{
  g_autoptr (GPtrArray) list = model_remote_list (model);
  guint n = 0;

  for (guint i = 0; i < list->len; i++)
    n += strstr (((ModelItem *) g_ptr_array_index (list, i))->text, needle) != NULL;
  return n;
}

static void
bump (ModelRemote *model)
{
  g_autoptr (GPtrArray) list = NULL;

  if (!happens (model, model->manners.bump))
    return;
  list = model_remote_list (model);
  if (list->len > 0)
    touch (model,
           g_ptr_array_index (list, g_rand_int_range (model->random, 0, (gint32) list->len)));
}

/* A crash of the process: from then on nothing is answered. @is_done: whether the last was. */
static gboolean
is_crashed (ModelRemote *model, gboolean *out_is_done)
{
  gint64 *steps = model->shared_steps != NULL ? model->shared_steps : &model->steps_left;

  *out_is_done = FALSE;
  if (*steps < 0)
    return FALSE;
  if (*steps > 0)
    {
      --*steps;
      if (*steps > 0)
        return FALSE;
      *out_is_done = g_rand_boolean (model->random);
    }
  return TRUE;
}

/* How a request begins: TRUE: go on; *out_is_doomed: do it, and then fail. */
static gboolean
begin (ModelRemote *model, gboolean is_write, gboolean *out_is_doomed, GError **error)
{
  static const gint uncertain[] = {
    CALSYNC_REMOTE_ERROR_UNREACHABLE, CALSYNC_REMOTE_ERROR_BUSY,      CALSYNC_REMOTE_ERROR_FAILED,
    CALSYNC_REMOTE_ERROR_NONSENSE,    CALSYNC_REMOTE_ERROR_TOO_LARGE, CALSYNC_REMOTE_ERROR_CANCELLED
  };
  static const gint certain[] = { CALSYNC_REMOTE_ERROR_DENIED, CALSYNC_REMOTE_ERROR_FORBIDDEN,
                                  CALSYNC_REMOTE_ERROR_UNTRUSTED, CALSYNC_REMOTE_ERROR_ASTRAY,
                                  CALSYNC_REMOTE_ERROR_FULL };
  gboolean is_done = FALSE;

  *out_is_doomed = FALSE;
  if (is_crashed (model, &is_done) && !is_done)
    return fail (error, CALSYNC_REMOTE_ERROR_UNREACHABLE, "crash");
  model->cost.n_requests++;
  *out_is_doomed = is_done;
  if (model->fixed_error >= 0)
    return fail (error, model->fixed_error, "fixed");
  if (is_write && model->fixed_write_error >= 0)
    return fail (error, model->fixed_write_error, "fixed");
  if (happens (model, model->manners.fail_before))
    {
      gboolean is_certain = g_rand_boolean (model->random);

      return fail (error,
                   is_certain
                     ? certain[g_rand_int_range (model->random, 0, is_write ? 5 : 4)]
                     : uncertain[g_rand_int_range (model->random, 0, G_N_ELEMENTS (uncertain))],
                   "not done");
    }
  *out_is_doomed |= happens (model, model->manners.fail_after);
  bump (model);
  if (model->on_meddle != NULL && happens (model, model->manners.meddle))
    model->on_meddle (model, g_rand_int (model->random), model->on_meddle_data);
  return TRUE;
}

static gboolean
end (ModelRemote *model, gboolean is_doomed, GError **error)
{
  static const gint codes[] = { CALSYNC_REMOTE_ERROR_UNREACHABLE, CALSYNC_REMOTE_ERROR_FAILED,
                                CALSYNC_REMOTE_ERROR_NONSENSE, CALSYNC_REMOTE_ERROR_BUSY };

  return !is_doomed ||
         fail (error, codes[g_rand_int_range (model->random, 0, G_N_ELEMENTS (codes))], "done");
}

static ModelRemote *
get_model (CalsyncRemote *remote)
{
  return (ModelRemote *) remote;
}

static gboolean
describe (CalsyncRemote *remote,
          CalsyncRemoteFacts *out_facts,
          GCancellable *cancellable,
          GError **error)
{
  ModelRemote *model = get_model (remote);
  gboolean is_doomed;

  (void) cancellable;
  if (!begin (model, FALSE, &is_doomed, error) || !end (model, is_doomed, error))
    return FALSE;
  *out_facts = (CalsyncRemoteFacts){ .identity = g_strdup (model->identity),
                                     .tier = model->manners.tier,
                                     .can_read = TRUE,
                                     .can_write = TRUE,
                                     .holds_events = TRUE };
  return TRUE;
}

static void
shuffle (ModelRemote *model, GPtrArray *entries)
{
  guint n_once = entries->len;

  if (entries->len == 0 || !happens (model, model->manners.reorder))
    return;
  for (guint i = 0; i < n_once; i++)
    {
      const CalsyncEntry *entry = g_ptr_array_index (entries, i);

      if (happens (model, 20))
        g_ptr_array_add (entries, calsync_entry_new (entry->key, entry->version, entry->is_gone));
    }
  for (guint i = entries->len - 1; i > 0; i--)
    {
      guint other = (guint) g_rand_int_range (model->random, 0, (gint32) i + 1);
      gpointer swapped = entries->pdata[i];

      entries->pdata[i] = entries->pdata[other];
      entries->pdata[other] = swapped;
    }
}

static char *
dup_cursor (const ModelRemote *model)
{
  return g_strdup_printf ("t%u:%" G_GINT64_FORMAT, model->epoch, model->clock);
}

static void
add_entry (ModelRemote *model, CalsyncListing *listing, const ModelItem *item)
{
  g_autofree char *version = item->is_gone ? NULL : dup_version (model, item);

  g_ptr_array_add (listing->entries, calsync_entry_new (item->key, version, item->is_gone));
}

static gint
compare_changes (gconstpointer one, gconstpointer other)
{
  const ModelItem *a = *(const ModelItem *const *) one, *b = *(const ModelItem *const *) other;

  return a->changed_at < b->changed_at ? -1 : a->changed_at > b->changed_at;
}

static void
list_changes (ModelRemote *model, gint64 since, CalsyncListing *listing)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  gboolean repeats = happens (model, model->manners.repeat);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, model->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (all, value);
  g_ptr_array_sort (all, compare_changes);
  for (guint i = 0; i < all->len; i++)
    {
      const ModelItem *item = g_ptr_array_index (all, i);

      if (item->changed_at <= since && !(repeats && happens (model, 30)))
        continue;
      if (item->is_gone && item->made_at > since && model->manners.hides_brief)
        continue;
      if (!item->is_gone && happens (model, model->manners.contradict))
        g_ptr_array_add (listing->entries, calsync_entry_new (item->key, NULL, TRUE));
      add_entry (model, listing, item);
    }
  shuffle (model, listing->entries);
}

static gboolean
read_changes (CalsyncRemote *remote,
              const char *cursor,
              CalsyncListing *out_listing,
              GCancellable *cancellable,
              GError **error)
{
  ModelRemote *model = get_model (remote);
  gboolean is_doomed;
  guint epoch = 0;
  gint64 since = 0;

  (void) cancellable;
  if (!begin (model, FALSE, &is_doomed, error))
    return FALSE;
  if (happens (model, model->manners.forget))
    model->epoch++;
  if (cursor[0] == 't')
    {
      epoch = (guint) g_ascii_strtoull (cursor + 1, NULL, 10);
      since = g_ascii_strtoll (strchr (cursor, ':') + 1, NULL, 10);
    }
  if (epoch != model->epoch)
    return fail (error, CALSYNC_REMOTE_ERROR_CURSOR, "unknown cursor");
  if (model->manners.tier == CALSYNC_TIER_FEED)
    list_changes (model, since, out_listing);
  else
    out_listing->needs_listing = since != model->clock;
  out_listing->cursor = dup_cursor (model);
  return end (model, is_doomed, error);
}

static gboolean
read_all (CalsyncRemote *remote,
          CalsyncListing *out_listing,
          GCancellable *cancellable,
          GError **error)
{
  ModelRemote *model = get_model (remote);
  g_autoptr (GPtrArray) list = NULL;
  gboolean is_doomed;

  (void) cancellable;
  if (!begin (model, FALSE, &is_doomed, error))
    return FALSE;
  list = model_remote_list (model);
  for (guint i = 0; i < list->len && !model->is_empty; i++)
    {
      if (i == list->len / 2 && happens (model, model->manners.cut))
        return fail (error, CALSYNC_REMOTE_ERROR_NONSENSE, "cut");
      add_entry (model, out_listing, g_ptr_array_index (list, i));
    }
  shuffle (model, out_listing->entries);
  if (model->manners.tier != CALSYNC_TIER_LISTING)
    out_listing->cursor = dup_cursor (model);
  return end (model, is_doomed, error);
}

/* What a server gives that is asked for times only: no words of anybody's. */
static char *
dup_reduced (const char *text)
{
  static const char *const prose[] = { "SUMMARY", "DESCRIPTION", "LOCATION", "PRODID", "X-NOTE" };
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *kept = g_string_new (NULL);
  gboolean is_prose = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] != ' ') /* a folded line belongs to the one above */
        is_prose = FALSE;
      for (guint j = 0; j < G_N_ELEMENTS (prose); j++)
        is_prose |= g_str_has_prefix (lines[i], prose[j]);
      if (!is_prose)
        g_string_append_printf (kept, "%s%s", lines[i], lines[i + 1] == NULL ? "" : "\n");
    }
  return g_string_free (kept, FALSE);
}

static gboolean
hand_over (ModelRemote *model,
           const char *key,
           gboolean is_whole,
           CalsyncItemFunc func,
           gpointer data,
           GError **error)
{
  const ModelItem *stored = model_remote_find (model, key);
  g_autofree char *version = stored == NULL ? NULL : dup_version (model, stored);
  g_autofree char *text = NULL;
  CalsyncItem item = { .key = key, .version = version, .state = CALSYNC_ITEM_GONE };

  if (stored != NULL && happens (model, model->manners.unreadable))
    item.state = CALSYNC_ITEM_UNREADABLE;
  else if (stored != NULL)
    {
      item.state = CALSYNC_ITEM_FOUND;
      item.text = text = is_whole ? g_strdup (stored->text) : dup_reduced (stored->text);
      item.n_text = strlen (text);
    }
  return func (&item, data, error);
}

static gboolean
fetch (CalsyncRemote *remote,
       const char *const *keys,
       CalsyncItemFunc func,
       gpointer data,
       GCancellable *cancellable,
       GError **error)
{
  ModelRemote *model = get_model (remote);
  gboolean is_doomed;

  (void) cancellable;
  if (!begin (model, FALSE, &is_doomed, error))
    return FALSE;
  for (guint i = 0; keys[i] != NULL; i++)
    {
      if (is_doomed && happens (model, 30))
        break;
      if (!hand_over (model, keys[i], FALSE, func, data, error))
        return FALSE;
    }
  return end (model, is_doomed, error);
}

static gboolean
fetch_whole (CalsyncRemote *remote,
             const char *key,
             CalsyncItemFunc func,
             gpointer data,
             GCancellable *cancellable,
             GError **error)
{
  ModelRemote *model = get_model (remote);
  gboolean is_doomed;

  (void) cancellable;
  return begin (model, FALSE, &is_doomed, error) &&
         hand_over (model, key, TRUE, func, data, error) && end (model, is_doomed, error);
}

/* As servers do: lines in another order, other folds, properties of their own. */
static char *
rewrite (const ModelRemote *model, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (model->manners.drops_extensions && g_str_has_prefix (lines[i], "X-PLANNER-REF"))
        continue;
      if (model->manners.rewrites_text && g_strcmp0 (lines[i], "END:VEVENT") == 0)
        g_string_append (out, "X-SERVER-MADE:1\r\n");
      if (*lines[i] != '\0')
        g_string_append_printf (out, "%s\r\n", lines[i]);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
has_uid (ModelRemote *model, const char *uid)
{
  g_autoptr (GPtrArray) list = model_remote_list (model);

  for (guint i = 0; i < list->len; i++)
    {
      if (g_strcmp0 (((ModelItem *) g_ptr_array_index (list, i))->uid, uid) == 0)
        return TRUE;
    }
  return g_hash_table_contains (model->dead_uids, uid);
}

static void
store (ModelRemote *model, const CalsyncWrite *write, char **out_version)
{
  g_autofree char *text = rewrite (model, write->text);
  ModelItem *item = model_remote_put (model, write->key, text);

  model->n_writes++;
  if (!happens (model, model->manners.silent_write))
    *out_version = dup_version (model, item);
}

static gboolean
create (CalsyncRemote *remote,
        const CalsyncWrite *write,
        char **out_version,
        GCancellable *cancellable,
        GError **error)
{
  ModelRemote *model = get_model (remote);
  g_autofree char *uid = dup_uid (write->text);
  gboolean is_doomed;

  (void) cancellable;
  if (!begin (model, TRUE, &is_doomed, error))
    return FALSE;
  if (model_remote_find (model, write->key) != NULL || has_uid (model, uid))
    return fail (error, CALSYNC_REMOTE_ERROR_CHANGED, "it is there");
  if (model->on_write != NULL)
    model->on_write (model, NULL, write, model->on_write_data);
  store (model, write, out_version);
  if (end (model, is_doomed, error))
    return TRUE;
  g_clear_pointer (out_version, g_free);
  return FALSE;
}

static gboolean
is_other (ModelRemote *model, const ModelItem *item, const char *version)
{
  g_autofree char *now = g_strdup_printf ("\"%" G_GUINT64_FORMAT "\"", item->n_version);

  (void) model;
  return version != NULL && g_strcmp0 (version, now) != 0;
}

static gboolean
update (CalsyncRemote *remote,
        const CalsyncWrite *write,
        char **out_version,
        GCancellable *cancellable,
        GError **error)
{
  ModelRemote *model = get_model (remote);
  ModelItem *item;
  gboolean is_doomed;

  (void) cancellable;
  if (!begin (model, TRUE, &is_doomed, error))
    return FALSE;
  item = model_remote_find (model, write->key);
  if (item == NULL || is_other (model, item, write->version))
    return fail (error, CALSYNC_REMOTE_ERROR_CHANGED, "it is another");
  if (model->on_write != NULL)
    model->on_write (model, item, write, model->on_write_data);
  store (model, write, out_version);
  if (end (model, is_doomed, error))
    return TRUE;
  g_clear_pointer (out_version, g_free);
  return FALSE;
}

static gboolean
remove_item (CalsyncRemote *remote,
             const char *key,
             const char *version,
             GCancellable *cancellable,
             GError **error)
{
  ModelRemote *model = get_model (remote);
  ModelItem *item;
  gboolean is_doomed;

  (void) cancellable;
  if (!begin (model, TRUE, &is_doomed, error))
    return FALSE;
  item = model_remote_find (model, key);
  if (item == NULL)
    return fail (error, CALSYNC_REMOTE_ERROR_GONE, "it is gone");
  if (is_other (model, item, version))
    return fail (error, CALSYNC_REMOTE_ERROR_CHANGED, "it is another");
  if (model->on_write != NULL)
    model->on_write (model, item, NULL, model->on_write_data);
  model->n_writes++;
  model_remote_delete (model, item);
  return end (model, is_doomed, error);
}

static char *
make_key (CalsyncRemote *remote, const char *uid)
{
  g_autofree char *plain = g_strdup (uid);

  (void) remote;
  g_strcanon (plain, "abcdefghijklmnopqrstuvwxyz0123456789-", '-');
  return g_strdup_printf ("/cal/%s.ics", plain);
}

static gint64
get_retry_after_s (CalsyncRemote *remote)
{
  (void) remote;
  return 0;
}

static void
get_cost (CalsyncRemote *remote, CalsyncCost *out_cost)
{
  *out_cost = get_model (remote)->cost;
}

static void
free_remote (CalsyncRemote *remote)
{
  (void) remote; /* the harness owns it */
}

static const CalsyncRemoteFunctions functions = {
  .kind = "model",
  .describe = describe,
  .read_changes = read_changes,
  .read_all = read_all,
  .fetch = fetch,
  .fetch_whole = fetch_whole,
  .create = create,
  .update = update,
  .remove = remove_item,
  .make_key = make_key,
  .get_retry_after_s = get_retry_after_s,
  .get_cost = get_cost,
  .free = free_remote,
};

ModelRemote *
model_remote_new (guint32 seed)
{
  ModelRemote *model = g_new0 (ModelRemote, 1);

  model->remote.functions = &functions;
  model->manners.tier = CALSYNC_TIER_FEED;
  model->random = g_rand_new_with_seed (seed);
  model->items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, item_free);
  model->dead_uids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  model->identity = g_strdup ("calendar-1");
  model->clock = 1;
  model->steps_left = -1;
  model->fixed_error = -1;
  model->fixed_write_error = -1;
  return model;
}

void
model_remote_free (ModelRemote *model)
{
  g_rand_free (model->random);
  g_hash_table_unref (model->items);
  g_hash_table_unref (model->dead_uids);
  g_free (model->identity);
  g_free (model);
}
