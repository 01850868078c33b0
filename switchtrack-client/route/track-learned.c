/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps what calls teach: memory in front, the database behind, and nobody told before it is durable. */
#include "route/track-learned.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "route/track-learned-key.h"

#define HASH_BYTES   16
#define KIND_CITIZEN TRACK_N_ID_KINDS
/* What was seen within this time is not written again. */
#define FRESH_US (12 * G_TIME_SPAN_HOUR)
/* Rows that one clean-up removes in one transaction. */
#define FORGET_AT_ONCE 5000
/* What could not be written is kept for the next time; more than this is lost at the end of the process. */
#define MAX_OWED     20000
#define OWED_AT_ONCE 500
/* A clock that is so far ahead of the time that has passed was set, and may be set back. */
#define LEAP_US G_TIME_SPAN_DAY

typedef struct
{
  guint8 bytes[HASH_BYTES];
} Hash;

/* Of the cache; its hash stands first and is the key. */
typedef struct
{
  Hash hash;
  guint8 kind;
  gboolean is_durable;
  TrackPlace place;
  gint64 seen_us;
} Entry;

struct _TrackLearned
{
  TrackDatabase *database;
  guint8 key[TRACK_KEY_BYTES];
  guint8 old_key[TRACK_KEY_BYTES];
  gboolean has_old_key;
  gboolean was_made; /* the key, at this start */
  GArray *owed;      /* of Entry */
  guint max_cached;
  GHashTable *young; /* of Entry */
  GHashTable *old;   /* likewise; dropped when the young ones are as many as may be */
  gboolean is_unreadable;
  gint64 began_wall_us;
  gint64 began_us;
  gboolean has_leapt;
  TrackLearnedCounters counters;
};

/* @learned is not touched by the writer. */
typedef struct
{
  TrackLearned *learned;
  GArray *entries; /* of Entry */
  TrackLearnedDone done;
  gpointer data;
} Job;

typedef struct
{
  gint64 before_us[TRACK_N_ID_KINDS + 1];
} ForgetJob;

static guint
hash_of (gconstpointer entry)
{
  guint value;

  memcpy (&value, entry, sizeof value);
  return value;
}

static gboolean
hashes_are_equal (gconstpointer one, gconstpointer other)
{
  return memcmp (one, other, HASH_BYTES) == 0;
}

static GHashTable *
new_cache (void)
{
  return g_hash_table_new_full (hash_of, hashes_are_equal, NULL, g_free);
}

static void
digest (const guint8 key[TRACK_KEY_BYTES], const char *word, const char *text, guint8 out[32])
{
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, key, TRACK_KEY_BYTES);
  gsize n_bytes = 32;

  g_hmac_update (hmac, (const guchar *) word, (gssize) strlen (word) + 1);
  g_hmac_update (hmac, (const guchar *) text, (gssize) strlen (text));
  g_hmac_get_digest (hmac, out, &n_bytes);
  g_hmac_unref (hmac);
}

static Hash
make_hash (const guint8 key[TRACK_KEY_BYTES], guint kind, const char *text)
{
  static const char *const words[] = { "booking", "reservation", "option", "citizen" };
  guint8 bytes[32];
  Hash hash;

  digest (key, words[kind], text, bytes);
  memcpy (hash.bytes, bytes, HASH_BYTES);
  return hash;
}

/* Two halves: what is asked for lives on, what is not is forgotten with its half. */
static Entry *
cache_put (TrackLearned *learned, const Entry *entry)
{
  Entry *copy = g_memdup2 (entry, sizeof *entry);

  if (g_hash_table_size (learned->young) >= learned->max_cached)
    {
      g_hash_table_unref (learned->old);
      learned->old = g_steal_pointer (&learned->young);
      learned->young = new_cache ();
    }
  g_hash_table_replace (learned->young, copy, copy);
  return copy;
}

static Entry *
cache_find (TrackLearned *learned, const Hash *hash)
{
  Entry *entry = g_hash_table_lookup (learned->young, hash);

  if (entry != NULL)
    return entry;
  entry = g_hash_table_lookup (learned->old, hash);
  return entry == NULL ? NULL : cache_put (learned, entry);
}

static const char *
intern (const char *endpoint)
{
  return endpoint == NULL || *endpoint == '\0' ? NULL : g_intern_string (endpoint);
}

/* One look by the primary key: what is known of @hash goes into @entry. */
static gboolean
read_entry (TrackLearned *learned, const Hash *hash, Entry *entry, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (hash->bytes, HASH_BYTES);
  g_auto (StoreQuery) query = { 0 };

  if (learned->database == NULL ||
      !store_query (track_database_get_reader (learned->database), &query, error,
                    SQL_TRACK_LEARNED_FIND, "b", bytes) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  entry->place.endpoint = intern (store_text (&query, 0));
  g_strlcpy (entry->place.unit, store_text (&query, 1), sizeof entry->place.unit);
  entry->seen_us = store_int (&query, 2);
  return TRUE;
}

/* By the key of the day, else by the one before: then it is written anew when it is seen next. */
static gboolean
read_by_keys (TrackLearned *learned, const char *text, Entry *entry, GError **error)
{
  Hash old;

  entry->is_durable = read_entry (learned, &entry->hash, entry, error);
  if (entry->is_durable)
    return TRUE;
  if (!learned->has_old_key)
    return FALSE;
  old = make_hash (learned->old_key, entry->kind, text);
  return read_entry (learned, &old, entry, error);
}

/* @entry: hash and kind are given; the rest is filled in when it is known */
static gboolean
recall (TrackLearned *learned, const char *text, Entry *entry)
{
  const Entry *found = cache_find (learned, &entry->hash);
  g_autoptr (GError) error = NULL;

  if (found != NULL)
    {
      *entry = *found;
      return TRUE;
    }
  if (read_by_keys (learned, text, entry, &error))
    {
      cache_put (learned, entry);
      return TRUE;
    }
  /* Every call would say so. */
  if (error != NULL && !learned->is_unreadable)
    g_warning ("what was learned cannot be read: %s", error->message);
  learned->is_unreadable = error != NULL;
  return FALSE;
}

static gboolean
find (TrackLearned *learned, guint kind, const char *text, TrackPlace *out_place)
{
  Entry entry = { .hash = make_hash (learned->key, kind, text), .kind = (guint8) kind };

  if (cache_find (learned, &entry.hash) != NULL)
    learned->counters.n_found_in_memory++;
  if (!recall (learned, text, &entry))
    {
      learned->counters.n_not_found++;
      return FALSE;
    }
  learned->counters.n_found++;
  *out_place = entry.place;
  out_place->seen_us = entry.seen_us;
  return TRUE;
}

/**
 * track_learned_find:
 * @guid: in lower case
 *
 * From memory, else by one indexed look into the database: microseconds. Loop thread.
 *
 * Returns: FALSE when nobody is known to have issued it; with no endpoint: several have
 */
gboolean
track_learned_find (TrackLearned *learned,
                    TrackIdKind kind,
                    const char *guid,
                    TrackPlace *out_place)
{
  g_return_val_if_fail ((guint) kind < TRACK_N_ID_KINDS, FALSE);
  return find (learned, kind, guid, out_place);
}

/**
 * track_learned_find_citizen:
 * @citizen: civil registration number
 *
 * Likewise where he was last called for. Loop thread.
 */
gboolean
track_learned_find_citizen (TrackLearned *learned, const char *citizen, TrackPlace *out_place)
{
  return find (learned, KIND_CITIZEN, citizen, out_place);
}

static gboolean
run_put (gpointer data, gpointer session, GError **error)
{
  Job *job = data;

  for (guint i = 0; i < job->entries->len; i++)
    {
      const Entry *entry = &g_array_index (job->entries, Entry, i);
      g_autoptr (GBytes) hash = g_bytes_new (entry->hash.bytes, HASH_BYTES);
      const char *endpoint = entry->place.endpoint == NULL ? "" : entry->place.endpoint;

      if (!store_run (session, error, SQL_TRACK_LEARNED_PUT, "bissi", hash, (gint64) entry->kind,
                      endpoint, entry->place.unit, entry->seen_us))
        return FALSE;
    }
  return TRUE;
}

/* Without the database: what it knows of an identifier stands, for here it could not be asked who issued it. */
static gboolean
run_hand_over (gpointer data, gpointer session, GError **error)
{
  const Job *job = data;

  for (guint i = 0; i < job->entries->len; i++)
    {
      const Entry *entry = &g_array_index (job->entries, Entry, i);
      g_autoptr (GBytes) hash = g_bytes_new (entry->hash.bytes, HASH_BYTES);
      const char *endpoint = entry->place.endpoint == NULL ? "" : entry->place.endpoint;

      if (!store_run (session, error,
                      entry->kind == KIND_CITIZEN ? SQL_TRACK_LEARNED_PUT : SQL_TRACK_LEARNED_ADD,
                      "bissi", hash, (gint64) entry->kind, endpoint, entry->place.unit,
                      entry->seen_us))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_same_place (const TrackPlace *one, const TrackPlace *other)
{
  return one->endpoint == other->endpoint && strcmp (one->unit, other->unit) == 0;
}

/* A later lesson may have moved it meanwhile: that one has a job of its own. */
static void
settle (TrackLearned *learned, const Entry *written)
{
  Entry *entry = cache_find (learned, &written->hash);

  if (entry != NULL && is_same_place (&entry->place, &written->place))
    entry->is_durable = TRUE;
}

/* The disk may be full for a minute: what could not be written is tried again with the next lesson. */
static void
owe (TrackLearned *learned, const GArray *entries)
{
  guint room = MAX_OWED - MIN (learned->owed->len, MAX_OWED);

  g_array_append_vals (learned->owed, entries->data, MIN (entries->len, room));
  learned->counters.n_failed++;
  learned->counters.n_owed = learned->owed->len;
}

static void
on_put (gpointer data, const ExecutorReport *report, const GError *error)
{
  Job *job = data;
  TrackLearned *learned = job->learned;

  if (error != NULL)
    owe (learned, job->entries);
  else
    {
      learned->counters.n_written += job->entries->len;
      for (guint i = 0; i < job->entries->len; i++)
        settle (learned, &g_array_index (job->entries, Entry, i));
    }
  if (job->done != NULL)
    job->done (error, job->data);
  g_array_unref (job->entries);
  g_free (job);
}

/* Unless something else has been learned of it since, or it got there. */
static void
pay_owed (TrackLearned *learned, GArray *entries)
{
  guint n_paid = MIN (learned->owed->len, OWED_AT_ONCE);

  for (guint i = 0; i < n_paid; i++)
    {
      const Entry *owed = &g_array_index (learned->owed, Entry, i);
      const Entry *known = cache_find (learned, &owed->hash);

      if (known == NULL || (is_same_place (&known->place, &owed->place) && !known->is_durable))
        g_array_append_val (entries, *owed);
    }
  if (n_paid > 0)
    g_array_remove_range (learned->owed, 0, n_paid);
  learned->counters.n_owed = learned->owed->len;
}

/* What memory knows to be on disk, as fresh as that, needs no writing. */
static void
add (TrackLearned *learned, GArray *entries, const Entry *entry)
{
  const Entry *known = cache_find (learned, &entry->hash);

  if (known != NULL && known->is_durable && is_same_place (&known->place, &entry->place) &&
      entry->seen_us - known->seen_us < FRESH_US)
    return;
  cache_put (learned, entry);
  g_array_append_val (entries, *entry);
}

static void
fill_place (TrackPlace *place, const char *endpoint, const char *unit)
{
  place->endpoint = intern (endpoint);
  g_strlcpy (place->unit, unit == NULL ? "" : unit, sizeof place->unit);
}

/* A call that went by an identifier says nothing of a canary: what was chosen for this unit stays. */
static void
keep_canary (TrackLearned *learned, const char *citizen, TrackPlace *place)
{
  TrackPlace known;

  if (place->endpoint == NULL && track_learned_find_citizen (learned, citizen, &known) &&
      strcmp (known.unit, place->unit) == 0)
    place->endpoint = known.endpoint;
}

/* Whether who answered keeps what is known already: he issued it, it was migrated to him, or nobody has it any longer. */
static gboolean
is_keeper (const TrackLesson *lesson, const Entry *known, gint64 now_us)
{
  const TrackEndpoint *keeper;

  if (lesson->routes == NULL)
    return TRUE;
  keeper = track_routes_find_issuer (lesson->routes, known->place.endpoint,
                                     *known->place.unit == '\0' ? NULL : known->place.unit,
                                     known->seen_us, now_us);
  return keeper == NULL || strcmp (keeper->name, lesson->endpoint) == 0;
}

/* Who lists another's booking has not issued it. An option may be of a catalogue that several have: then it tells nothing,
 * and code and citizen decide. */
static void
add_id (TrackLearned *learned, GArray *entries, const TrackLesson *lesson, const TrackId *id)
{
  Entry entry = { .hash = make_hash (learned->key, id->kind, id->guid),
                  .kind = (guint8) id->kind,
                  .seen_us = clock_now_us () };
  Entry known = entry;

  fill_place (&entry.place, lesson->endpoint, lesson->unit);
  if (recall (learned, id->guid, &known))
    {
      gboolean is_shared = known.place.endpoint == NULL;
      gboolean is_disputed = !is_shared && !is_keeper (lesson, &known, entry.seen_us);

      learned->counters.n_disputed += is_disputed;
      if (is_disputed && id->kind != TRACK_ID_OPTION)
        return;
      if (is_disputed || is_shared)
        fill_place (&entry.place, NULL, NULL);
    }
  add (learned, entries, &entry);
}

static GArray *
list_entries (TrackLearned *learned, const TrackLesson *lesson)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));

  for (guint i = 0; i < lesson->n_ids; i++)
    add_id (learned, entries, lesson, &lesson->ids[i]);
  if (lesson->citizen != NULL && *lesson->citizen != '\0')
    {
      Entry entry = { .hash = make_hash (learned->key, KIND_CITIZEN, lesson->citizen),
                      .kind = KIND_CITIZEN,
                      .seen_us = clock_now_us () };

      fill_place (&entry.place, lesson->canary,
                  lesson->asked == NULL ? lesson->unit : lesson->asked);
      keep_canary (learned, lesson->citizen, &entry.place);
      add (learned, entries, &entry);
    }
  return entries;
}

static gboolean
submit (TrackLearned *learned, GArray *entries, TrackLearnedDone done, gpointer data)
{
  g_autoptr (GError) error = NULL;
  Job *job = g_new0 (Job, 1);

  job->learned = learned;
  job->entries = g_array_ref (entries);
  job->done = done;
  job->data = data;
  if (track_database_write (learned->database, run_put, on_put, job, &error))
    return TRUE;
  on_put (job, NULL, error);
  return FALSE;
}

/**
 * track_learned_note:
 * @lesson: not kept
 * @done: (nullable): told once it is on disk, or could not be brought there
 *
 * Known in memory at once. Loop thread.
 *
 * Returns: TRUE when nothing of it was new, and @done will not be called
 */
gboolean
track_learned_note (TrackLearned *learned,
                    const TrackLesson *lesson,
                    TrackLearnedDone done,
                    gpointer data)
{
  g_autoptr (GArray) entries = list_entries (learned, lesson);

  if (entries->len == 0 || learned->database == NULL)
    return TRUE;
  pay_owed (learned, entries);
  (void) submit (learned, entries, done, data);
  return FALSE;
}

/**
 * track_learned_count_early:
 *
 * Somebody told on what was not on disk yet: until it is, a crash would lose it. Loop thread.
 */
void
track_learned_count_early (TrackLearned *learned)
{
  learned->counters.n_early++;
}

/**
 * track_learned_hash_citizen:
 * @salt: such as the name of a canary's endpoint: another choice for each
 *
 * Returns: a number from 0 to 999 that is always the same for this citizen, and tells nothing of him
 */
guint
track_learned_hash_citizen (TrackLearned *learned, const char *citizen, const char *salt)
{
  g_autofree char *word = g_strconcat ("permille ", salt, NULL);
  guint8 bytes[32];
  guint32 value;

  digest (learned->key, word, citizen, bytes);
  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_LE (value) % 1000;
}

/* By a clock that leapt a year ahead all would be old, and nothing would bring it back. */
static gboolean
may_forget (TrackLearned *learned)
{
  gint64 ahead_us =
    (clock_now_us () - learned->began_wall_us) - (clock_monotonic_us () - learned->began_us);

  if (ahead_us > LEAP_US && !learned->has_leapt)
    g_warning ("the clock leapt %" G_GINT64_FORMAT
               " days ahead: nothing that was learned is removed before switchtrackd is started "
               "again",
               ahead_us / G_TIME_SPAN_DAY);
  learned->has_leapt |= ahead_us > LEAP_US;
  return !learned->has_leapt;
}

static gboolean
run_forget (gpointer data, gpointer session, GError **error)
{
  const ForgetJob *job = data;

  for (guint kind = 0; kind <= KIND_CITIZEN; kind++)
    if (!store_run (session, error, SQL_TRACK_LEARNED_REMOVE, "iii", (gint64) kind,
                    job->before_us[kind], (gint64) FORGET_AT_ONCE))
      return FALSE;
  return TRUE;
}

static void
on_forget (gpointer data, const ExecutorReport *report, const GError *error)
{
  if (error != NULL)
    g_message ("old hashes of what was learned could not be removed: %s", error->message);
  g_free (data);
}

/**
 * track_learned_forget:
 * @before_us: by kind, citizens last: what was not seen since is removed, some thousands of each at a time
 *
 * To be called now and then; what is still to be written is tried again too. Loop thread.
 */
void
track_learned_forget (TrackLearned *learned, const gint64 before_us[TRACK_N_ID_KINDS + 1])
{
  ForgetJob *job;
  g_autoptr (GArray) owed = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_autoptr (GError) error = NULL;

  pay_owed (learned, owed);
  if (owed->len > 0)
    (void) submit (learned, owed, NULL, NULL);
  if (learned->database == NULL || !may_forget (learned))
    return;
  job = g_new0 (ForgetJob, 1);
  memcpy (job->before_us, before_us, sizeof job->before_us);
  if (!track_database_write (learned->database, run_forget, on_forget, job, &error))
    on_forget (job, NULL, error);
}

/**
 * track_learned_get_counters:
 */
void
track_learned_get_counters (const TrackLearned *learned, TrackLearnedCounters *out_counters)
{
  *out_counters = learned->counters;
}

/* Memory lets go of what the database has now, and asks it. What could not be written memory keeps. */
static void
on_handed_over (gpointer data, const ExecutorReport *report, const GError *error)
{
  Job *job = data;
  TrackLearned *learned = job->learned;

  if (error != NULL)
    owe (learned, job->entries);
  for (guint i = 0; error == NULL && i < job->entries->len; i++)
    {
      const Entry *written = &g_array_index (job->entries, Entry, i);
      const Entry *known = cache_find (learned, &written->hash);

      if (known == NULL || known->seen_us != written->seen_us)
        continue;
      g_hash_table_remove (learned->old, &written->hash);
      g_hash_table_remove (learned->young, &written->hash);
    }
  if (error == NULL)
    learned->counters.n_written += job->entries->len;
  g_array_unref (job->entries);
  g_free (job);
}

/* @entries: (transfer full) */
static void
hand_over (TrackLearned *learned, GArray *entries)
{
  g_autoptr (GError) error = NULL;
  Job *job;

  if (entries->len == 0)
    {
      g_array_unref (entries);
      return;
    }
  job = g_new0 (Job, 1);
  job->learned = learned;
  job->entries = entries;
  if (!track_database_write (learned->database, run_hand_over, on_handed_over, job, &error))
    on_handed_over (job, NULL, error);
}

static void
hand_over_cache (TrackLearned *learned, GHashTable *cache)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, cache);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (all, value);
  for (guint i = 0; i < all->len; i++)
    {
      g_array_append_vals (entries, all->pdata[i], 1);
      if (entries->len < OWED_AT_ONCE)
        continue;
      hand_over (learned, entries);
      entries = g_array_new (FALSE, FALSE, sizeof (Entry));
    }
  hand_over (learned, entries);
}

static gboolean
knows_any (TrackLearned *learned, gboolean *out_any, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  *out_any = FALSE;
  if (learned->database == NULL)
    return TRUE;
  if (!store_query (track_database_get_reader (learned->database), &query, error,
                    SQL_TRACK_LEARNED_ANY, ""))
    return FALSE;
  step = store_step (&query, error);
  *out_any = step == STORE_ROW;
  return step != STORE_FAILED;
}

/* The key before, when somebody put it beside the new one. */
static gboolean
load_old_key (TrackLearned *learned, const char *key_file, GError **error)
{
  g_autofree char *path = g_strconcat (key_file, ".old", NULL);
  gboolean is_new;

  learned->has_old_key = g_file_test (path, G_FILE_TEST_EXISTS);
  return !learned->has_old_key || track_learned_key_load (path, learned->old_key, &is_new, error);
}

/**
 * track_learned_new:
 * @database: (nullable): must outlive it; stopped before it is freed. NULL when it cannot be opened: memory only
 *
 * Errors: the key's, as track_learned_key_load(); the database's. Blocks.
 *
 * Returns: (transfer full)
 */
TrackLearned *
track_learned_new (TrackDatabase *database, const TrackLearnedSettings *settings, GError **error)
{
  g_autoptr (TrackLearned) learned = g_new0 (TrackLearned, 1);
  gboolean is_new;
  gboolean knows;

  learned->began_wall_us = clock_now_us ();
  learned->began_us = clock_monotonic_us ();
  learned->database = database;
  learned->max_cached = MAX (settings->max_cached, 1);
  learned->young = new_cache ();
  learned->old = new_cache ();
  learned->owed = g_array_new (FALSE, FALSE, sizeof (Entry));
  if (!load_old_key (learned, settings->key_file, error) ||
      !track_learned_key_load (settings->key_file, learned->key, &is_new, error) ||
      !knows_any (learned, &knows, error))
    return NULL;
  learned->was_made = is_new;
  learned->counters.is_new_key = is_new && knows && !learned->has_old_key;
  return g_steal_pointer (&learned);
}

/**
 * track_learned_attach:
 * @database: could not be opened when it was made; must outlive it
 *
 * What memory has learned meanwhile goes into it. Loop thread.
 */
void
track_learned_attach (TrackLearned *learned, TrackDatabase *database)
{
  g_autoptr (GError) error = NULL;
  gboolean knows = TRUE;

  learned->database = database;
  if (!knows_any (learned, &knows, &error))
    g_warning ("what was learned cannot be read: %s", error->message);
  learned->counters.is_new_key = learned->was_made && knows && !learned->has_old_key;
  hand_over_cache (learned, learned->old);
  hand_over_cache (learned, learned->young);
}

/**
 * track_learned_free:
 *
 * NULL is ignored.
 */
void
track_learned_free (TrackLearned *learned)
{
  if (learned == NULL)
    return;
  g_hash_table_unref (learned->young);
  g_hash_table_unref (learned->old);
  g_array_unref (learned->owed);
  g_free (learned);
}
