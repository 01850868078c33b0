/* SPDX-License-Identifier: EUPL-1.2 */
/* The members of the registry's records, each once: documents, CSV, differences and checks are made from these rows. */
#pragma once

#include "registry/track-registry.h"

typedef enum
{
  TRACK_FIELD_TEXT,  /* char *, NULL when absent */
  TRACK_FIELD_TEXTS, /* char **, never NULL once read */
  TRACK_FIELD_COUNT, /* guint */
  TRACK_FIELD_FLAG,  /* gboolean */
  TRACK_FIELD_STATE, /* TrackState */
  TRACK_FIELD_FROM,  /* gint64, G_MININT64 when absent */
  TRACK_FIELD_UNTIL, /* gint64, G_MAXINT64 when absent */
  TRACK_FIELD_PART,  /* pointer to a struct of another shape, NULL when absent */
} TrackFieldKind;

typedef struct _TrackShape TrackShape;

/**
 * TrackField:
 * @name: of the member in documents and of the column in CSV
 * @offset: in the struct
 * @is_needed: must be there
 * @min, @max, @fallback: of a count
 * @part: of a part
 */
typedef struct
{
  const char *name;
  TrackFieldKind kind;
  gsize offset;
  gboolean is_needed;
  guint min;
  guint max;
  guint fallback;
  const TrackShape *part;
} TrackField;

/**
 * TrackShape:
 * @what: one record, in messages
 * @list: name of the list in documents
 * @array_offset: of the list in #TrackRegistry; unused in a part
 * @keys: how many of the first fields tell one record from another
 * @size: of the struct
 */
struct _TrackShape
{
  const char *what;
  const char *list;
  gsize array_offset;
  guint n_keys;
  gsize size;
  const TrackField *fields;
  guint n_fields;
  GDestroyNotify free;
};

typedef enum
{
  TRACK_SHAPE_ENDPOINT,
  TRACK_SHAPE_UNIT,
  TRACK_SHAPE_WINDOW,
  TRACK_SHAPE_FREEZE,
  TRACK_N_SHAPES,
} TrackShapeKind;

const TrackShape *track_shape_get (TrackShapeKind kind);
GPtrArray *track_shape_get_array (const TrackShape *shape, const TrackRegistry *registry);
gpointer track_shape_new_record (const TrackShape *shape);
const TrackField *track_shape_find_field (const TrackShape *shape, const char *name);
char *track_field_dup_value (const TrackField *field,
                             gconstpointer record) G_GNUC_WARN_UNUSED_RESULT;
char *track_shape_dup_key (const TrackShape *shape, gconstpointer record) G_GNUC_WARN_UNUSED_RESULT;
char *track_text_dup_short (const char *text) G_GNUC_WARN_UNUSED_RESULT;
char *track_instant_dup_text (gint64 instant_us) G_GNUC_WARN_UNUSED_RESULT;
gboolean
track_instant_parse (const char *text, gint64 *out_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;
