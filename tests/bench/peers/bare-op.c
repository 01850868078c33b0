/* SPDX-License-Identifier: EUPL-1.2 */
/* The least that the operation can cost: libxml2's SAX parser, plannerd's own search over the same free times, text into a buffer. */
#include "bare-op.h"

#include "calsync-timezone.h"
#include "index/slot-search.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdio.h>
#include <string.h>

#define CAP          1000
#define N_DAYS       190
#define MOST_IN_POOL 256
#define TEXT_BYTES   64
#define STAMP_BYTES  26 /* 2026-11-25T09:00:00+01:00 and its end */
#define N_FIELDS     4
#define N_PARTS      5

static const char head[] =
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
  "<GetSelfbookTimeslotsResponse xmlns=\"urn:dk:planner:externalbooking:3\"><TimeslotCollection>";
static const char tail[] = "</GetSelfbookTimeslotsResponse></s:Body></s:Envelope>";

/* What of a request is looked at, by its place in the schema. */
static const char *const names[N_FIELDS] = {
  "PersonCivilRegistrationIdentifier",
  "InterviewOptionID",
  "BookingOptionIntervalStartTime",
  "BookingOptionIntervalEndTime",
};

typedef struct
{
  char *identifier;
  GHashTable *names;   /* advisor's key → name */
  GHashTable *numbers; /* advisor's key → its number in the pool, from 1 */
  GPtrArray *work;     /* GArray of Period: free time of each advisor */
  GPtrArray *texts;    /* how each stands in an answer */
  AvailabilityBlock *blocks[MOST_IN_POOL];
  const AvailabilityBlock *pool[MOST_IN_POOL];
  Offer *offer;
} Pool;

struct _BareOp
{
  GHashTable *pools; /* offer → Pool */
  Period window;
  const CalsyncZone *zone;
  gint64 offset_until_us; /* how long offset_us is right */
  gint64 offset_from_us, offset_us;
  xmlSAXHandler sax;
  xmlParserCtxtPtr parser;
  int field; /* that characters belong to; -1: none */
  char values[N_FIELDS][TEXT_BYTES];
  gsize lengths[N_FIELDS];
};

static Pool *
get_pool (BareOp *op, const char *identifier)
{
  Pool *pool = g_hash_table_lookup (op->pools, identifier);

  if (pool != NULL)
    return pool;
  pool = g_new0 (Pool, 1);
  pool->identifier = g_strdup (identifier);
  pool->names = g_hash_table_new (g_str_hash, g_str_equal);
  pool->numbers = g_hash_table_new (g_str_hash, g_str_equal);
  pool->work = g_ptr_array_new ();
  pool->texts = g_ptr_array_new ();
  pool->offer = offer_new ();
  pool->offer->zone = op->zone;
  pool->offer->duration_us = pool->offer->grid_us = 30 * PERIOD_US_PER_MINUTE;
  pool->offer->grid_anchor = OFFER_GRID_FROM_LOCAL_MIDNIGHT;
  pool->offer->horizon_days = N_DAYS;
  g_hash_table_insert (op->pools, pool->identifier, pool);
  return pool;
}

/* First the advisors of each pool, in the order of their keys as plannerd has them; then their free times. */
static gboolean
note_advisor (BareOp *op, char **parts)
{
  Pool *pool = get_pool (op, parts[0]);

  if (!g_hash_table_contains (pool->names, parts[3]))
    g_hash_table_insert (pool->names, g_strdup (parts[3]), g_strdup (parts[4]));
  return g_hash_table_size (pool->names) <= MOST_IN_POOL;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

static void
number_advisors (Pool *pool)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (pool->names), compare_keys);

  for (GList *at = keys; at != NULL; at = at->next)
    {
      g_ptr_array_add (pool->work, period_list_new ());
      g_ptr_array_add (pool->texts,
                       g_strdup_printf ("</EndTime><CaseWorkerToBook><CaseWorkerIdentifier>%s"
                                        "</CaseWorkerIdentifier><CaseWorkerName>%s</CaseWorkerName>"
                                        "</CaseWorkerToBook></Timeslot>",
                                        (char *) at->data,
                                        (char *) g_hash_table_lookup (pool->names, at->data)));
      g_hash_table_insert (pool->numbers, at->data, GUINT_TO_POINTER (pool->work->len));
    }
}

static void
add_time (BareOp *op, char **parts)
{
  Pool *pool = get_pool (op, parts[0]);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (pool->numbers, parts[3]));
  Period free_time = { g_ascii_strtoll (parts[1], NULL, 10) * G_USEC_PER_SEC,
                       g_ascii_strtoll (parts[2], NULL, 10) * G_USEC_PER_SEC };

  period_list_add (pool->work->pdata[number - 1], free_time);
}

/* What is not free is no working time: the same bits are walked as by plannerd. */
static void
make_blocks (BareOp *op, Pool *pool)
{
  g_autoptr (GArray) nothing = period_list_new ();

  for (guint i = 0; i < pool->work->len; i++)
    {
      SlotResource facts = { .resource_id = i + 1,
                             .work = pool->work->pdata[i],
                             .busy = nothing,
                             .trusted_until_us = G_MAXINT64,
                             .fresh_until_us = G_MAXINT64 };
      period_list_normalise (pool->work->pdata[i]);
      pool->blocks[i] = availability_block_new (op->window, &facts, NULL);
      pool->pool[i] = pool->blocks[i];
    }
}

static void
on_start (void *data,
          const xmlChar *name,
          const xmlChar *prefix,
          const xmlChar *uri,
          int n_namespaces,
          const xmlChar **namespaces,
          int n_attributes,
          int n_defaulted,
          const xmlChar **attributes)
{
  BareOp *op = ((xmlParserCtxtPtr) data)->_private;

  op->field = -1;
  for (int i = 0; i < N_FIELDS; i++)
    if (strcmp ((const char *) name, names[i]) == 0)
      op->field = i;
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  BareOp *op = ((xmlParserCtxtPtr) data)->_private;
  op->field = -1;
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  BareOp *op = ((xmlParserCtxtPtr) data)->_private;
  gsize room, n_bytes;

  if (op->field < 0)
    return;
  room = TEXT_BYTES - 1 - op->lengths[op->field];
  n_bytes = MIN (room, (gsize) length);
  memcpy (op->values[op->field] + op->lengths[op->field], text, n_bytes);
  op->lengths[op->field] += n_bytes;
}

static gboolean
parse (BareOp *op, const char *request, gsize n_bytes)
{
  memset (op->values, 0, sizeof op->values);
  memset (op->lengths, 0, sizeof op->lengths);
  op->field = -1;
  if (op->parser == NULL)
    op->parser = xmlCreatePushParserCtxt (&op->sax, NULL, NULL, 0, NULL);
  op->parser->_private = op;
  if (xmlCtxtResetPush (op->parser, NULL, 0, NULL, NULL) != 0)
    return FALSE;
  return xmlParseChunk (op->parser, request, (int) n_bytes, 1) == 0;
}

/* Digits of a fixed place. */
static int
digits (const char *text, int at, int n_digits)
{
  int value = 0;

  for (int i = at; i < at + n_digits; i++)
    value = value * 10 + g_ascii_digit_value (text[i]);
  return value;
}

/* 2026-11-25T09:00:00+01:00, as the generator sends it. */
static gint64
read_time (const char *text)
{
  gint64 day =
    calsync_days_from_civil (digits (text, 0, 4), digits (text, 5, 2), digits (text, 8, 2));
  gint64 s = day * CALSYNC_SECONDS_PER_DAY + digits (text, 11, 2) * 3600 +
             digits (text, 14, 2) * 60 + digits (text, 17, 2);
  gint64 offset_s = digits (text, 20, 2) * 3600 + digits (text, 23, 2) * 60;

  return (s - (text[19] == '-' ? -offset_s : offset_s)) * G_USEC_PER_SEC;
}

static gint64
offset_at (BareOp *op, gint64 instant_us)
{
  if (instant_us < op->offset_from_us || instant_us >= op->offset_until_us)
    {
      op->offset_us = (gint64) calsync_zone_offset_at (op->zone, instant_us) * G_USEC_PER_SEC;
      op->offset_from_us = instant_us;
      if (!calsync_zone_next_change (op->zone, instant_us, &op->offset_until_us))
        op->offset_until_us = G_MAXINT64;
    }
  return op->offset_us;
}

static void
put_two (char *at, gint64 value)
{
  at[0] = (char) ('0' + value / 10);
  at[1] = (char) ('0' + value % 10);
}

static void
append_time (BareOp *op, GString *answer, gint64 instant_us)
{
  gint64 offset_s = offset_at (op, instant_us) / G_USEC_PER_SEC;
  gint64 local_s = instant_us / G_USEC_PER_SEC + offset_s;
  gint64 minute = local_s / 60 % 1440;
  char text[STAMP_BYTES] = "0000-00-00T00:00:00+00:00";
  gint year, month, day;

  calsync_days_to_civil (local_s / CALSYNC_SECONDS_PER_DAY, &year, &month, &day);
  put_two (text, year / 100);
  put_two (text + 2, year % 100);
  put_two (text + 5, month);
  put_two (text + 8, day);
  put_two (text + 11, minute / 60);
  put_two (text + 14, minute % 60);
  put_two (text + 20, offset_s / 3600);
  put_two (text + 23, offset_s / 60 % 60);
  g_string_append_len (answer, text, STAMP_BYTES - 1);
}

static void
write_answer (BareOp *op, const Pool *pool, const GArray *starts, GString *answer)
{
  g_string_append_len (answer, head, sizeof head - 1);
  for (guint i = 0; i < MIN (starts->len, CAP); i++)
    {
      const SlotStart *start = &g_array_index (starts, SlotStart, i);
      const char *text = pool->texts->pdata[start->resource_id - 1];

      g_string_append (answer, "<Timeslot><StartTime>");
      append_time (op, answer, start->start_us);
      g_string_append (answer, "</StartTime><EndTime>");
      append_time (op, answer, start->start_us + pool->offer->duration_us);
      g_string_append (answer, text);
    }
  g_string_append_printf (
    answer, "</TimeslotCollection><TimeslotCollectionTruncated>%s</TimeslotCollectionTruncated>",
    starts->len > CAP ? "true" : "false");
  g_string_append_len (answer, tail, sizeof tail - 1);
}

/* Appends the answer; FALSE when the request cannot be understood. */
gboolean
bare_op_run (BareOp *op, const char *request, gsize n_bytes, GString *answer)
{
  g_autoptr (GArray) starts = NULL;
  const Pool *pool;
  SlotSearch search = { .max_starts = CAP + 1 };

  if (!parse (op, request, n_bytes) || op->lengths[2] != STAMP_BYTES - 1 ||
      op->lengths[3] != STAMP_BYTES - 1 || op->lengths[0] != 10)
    return FALSE;
  pool = g_hash_table_lookup (op->pools, op->values[1]);
  if (pool == NULL)
    return FALSE;
  search.offer = pool->offer;
  search.now_us = op->window.start_us;
  search.interval = (Period){ read_time (op->values[2]), read_time (op->values[3]) };
  search.advisors = pool->pool;
  search.n_advisors = pool->work->len;
  starts = slot_search_run (&search, NULL);
  write_answer (op, pool, starts, answer);
  return TRUE;
}

static gboolean
load (BareOp *op, const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  GHashTableIter iter;
  gpointer pool;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (g_strchomp (text), "\n", 0);
  for (char **line = lines; *line != NULL; line++)
    {
      char **parts = g_strsplit (*line, "\t", 0);

      g_ptr_array_add (rows, parts);
      if (g_strv_length (parts) != N_PARTS || !note_advisor (op, parts))
        return FALSE;
    }
  g_hash_table_iter_init (&iter, op->pools);
  while (g_hash_table_iter_next (&iter, NULL, &pool))
    number_advisors (pool);
  for (guint i = 0; i < rows->len; i++)
    add_time (op, rows->pdata[i]);
  g_hash_table_iter_init (&iter, op->pools);
  while (g_hash_table_iter_next (&iter, NULL, &pool))
    make_blocks (op, pool);
  return TRUE;
}

/* Reads lines of offer, start, end, advisor, name from @path; NULL when it cannot. */
BareOp *
bare_op_new (const char *path)
{
  BareOp *op = g_new0 (BareOp, 1);

  op->pools = g_hash_table_new (g_str_hash, g_str_equal);
  op->zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  op->sax = (xmlSAXHandler){ .initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_start,
                             .endElementNs = on_end,
                             .characters = on_text };
  op->window.start_us = g_get_real_time () / PERIOD_US_PER_DAY * PERIOD_US_PER_DAY;
  op->window.end_us = op->window.start_us + N_DAYS * PERIOD_US_PER_DAY;
  if (op->zone == NULL || !load (op, path))
    return NULL;
  return op;
}
