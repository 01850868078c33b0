/* SPDX-License-Identifier: EUPL-1.2 */
/* Every value of both messages by its path, compared as lists: the tables of the contract say what is there. */
#include "gateway/track-compare.h"

#include <string.h>

typedef ContractStringList AnyList; /* all list structs are alike but for the type of their items */

typedef enum
{
  NOISE_NONE,
  NOISE_IDS,
  NOISE_TEXT,
} Noise;

/* Types whose values two Planners cannot share, and types that are words for people. */
static const struct
{
  const char *type;
  Noise noise;
} noises[] = {
  { "GuidType", NOISE_IDS },
  { "CaseWorkerIdentifierType", NOISE_IDS },
  { "CursorType", NOISE_IDS },
  { "RevisionType", NOISE_IDS },
  { "TitleType", NOISE_TEXT },
  { "DescriptionType", NOISE_TEXT },
  { "NameType", NOISE_TEXT },
  { "InterviewLocationDescriptionType", NOISE_TEXT },
  { "MeetingLinkType", NOISE_TEXT },
  { "EmailAddressIdentifierType", NOISE_TEXT },
  { "TelephoneNumberIdentifierType", NOISE_TEXT },
};

/* All values at one path, in the order of the message. */
typedef struct
{
  char *path;
  Noise noise;
  GPtrArray *values[2];
} Place;

typedef struct
{
  GPtrArray *places; /* in the order in which they were met */
  GHashTable *by_path;
  guint side;
} Walk;

static void
free_place (gpointer data)
{
  Place *place = data;

  g_free (place->path);
  g_ptr_array_unref (place->values[0]);
  g_ptr_array_unref (place->values[1]);
  g_free (place);
}

static Noise
noise_of (const ContractSimple *simple)
{
  for (guint i = 0; i < G_N_ELEMENTS (noises); i++)
    if (strcmp (simple->name, noises[i].type) == 0)
      return noises[i].noise;
  return NOISE_NONE;
}

static void
add (Walk *walk, const char *path, Noise noise, char *value)
{
  Place *place = g_hash_table_lookup (walk->by_path, path);

  if (place == NULL)
    {
      place = g_new0 (Place, 1);
      place->path = g_strdup (path);
      place->noise = noise;
      place->values[0] = g_ptr_array_new_with_free_func (g_free);
      place->values[1] = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (walk->places, place);
      g_hash_table_insert (walk->by_path, place->path, place);
    }
  g_ptr_array_add (place->values[walk->side], value);
}

static char *
dup_value (const ContractSimple *simple, const char *value)
{
  switch ((ContractKind) simple->kind)
    {
    case CONTRACT_KIND_STRING:
      return g_strdup (*(const char *const *) value);
    case CONTRACT_KIND_INT:
      return g_strdup_printf ("%" G_GINT64_FORMAT, *(const gint64 *) value);
    case CONTRACT_KIND_BOOLEAN:
      return g_strdup (*(const gboolean *) value ? "true" : "false");
    case CONTRACT_KIND_TIME:
      return g_strdup_printf ("%" G_GINT64_FORMAT, ((const ContractTime *) value)->unix_us);
    case CONTRACT_KIND_STRUCT:
    default:
      g_assert_not_reached ();
    }
}

static void walk_struct (Walk *walk,
                         const char *path,
                         const ContractType *type,
                         const char *message,
                         GString *whole);

/* @whole: what of the value is no noise, so that an item of a list can be told from another as one. */
static void
walk_value (Walk *walk,
            const char *path,
            const ContractField *field,
            const char *value,
            GString *whole)
{
  if (field->kind == CONTRACT_KIND_STRUCT)
    {
      walk_struct (walk, path, &contract_types[field->type], value, whole);
      return;
    }
  const ContractSimple *simple = &contract_simples[field->type];
  Noise noise = noise_of (simple);
  char *text = dup_value (simple, value);

  if (noise == NOISE_NONE)
    g_string_append_printf (whole, "%s=%s\n", contract_names[field->name].text, text);
  add (walk, path, noise, text);
}

static void
walk_list (Walk *walk,
           const char *path,
           const ContractField *field,
           const AnyList *list,
           GString *whole)
{
  gsize stride = contract_field_get_item_bytes (field);
  const char *item = (const char *) list->items;

  for (guint i = 0; i < list->n_items; i++, item += stride)
    {
      g_autoptr (GString) one = g_string_new (NULL);

      walk_value (walk, path, field, item, one);
      g_string_append (whole, one->str);
      if (field->kind == CONTRACT_KIND_STRUCT)
        add (walk, path, NOISE_NONE, g_strdup (one->str));
    }
}

static void
walk_struct (Walk *walk,
             const char *path,
             const ContractType *type,
             const char *message,
             GString *whole)
{
  for (guint i = 0; i < type->n_fields; i++)
    {
      const ContractField *field = &type->fields[i];
      g_autofree char *below =
        g_strconcat (path, *path == '\0' ? "" : "/", contract_names[field->name].text, NULL);

      if (field->flags & CONTRACT_FIELD_LIST)
        {
          walk_list (walk, below, field, (const AnyList *) (message + field->offset), whole);
          continue;
        }
      const char *value = contract_field_find_value (field, message);
      if (value != NULL)
        walk_value (walk, below, field, value, whole);
    }
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
are_equal (const Place *place)
{
  if (place->values[0]->len != place->values[1]->len)
    return FALSE;
  for (guint i = 0; i < place->values[0]->len; i++)
    if (strcmp (place->values[0]->pdata[i], place->values[1]->pdata[i]) != 0)
      return FALSE;
  return TRUE;
}

static TrackVerdict
judge (Place *place, const char **out_kind)
{
  guint n_current = place->values[0]->len, n_candidate = place->values[1]->len;

  *out_kind = NULL;
  if (are_equal (place))
    return TRACK_VERDICT_EQUAL;
  *out_kind = place->noise == NOISE_IDS ? "ids" : "text";
  if (place->noise != NOISE_NONE)
    return TRACK_VERDICT_EXPLAINED;
  g_ptr_array_sort (place->values[0], compare_texts);
  g_ptr_array_sort (place->values[1], compare_texts);
  *out_kind = "order";
  if (are_equal (place))
    return TRACK_VERDICT_EXPLAINED;
  *out_kind = n_current > n_candidate ? "missing" : n_current < n_candidate ? "extra" : "value";
  return TRACK_VERDICT_DIFFERENT;
}

static TrackVerdict
compare_messages (const ContractOperation *operation,
                  const ContractReply *current,
                  const ContractReply *candidate,
                  TrackCompareTell tell,
                  gpointer data)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (free_place);
  g_autoptr (GHashTable) by_path = g_hash_table_new (g_str_hash, g_str_equal);
  Walk walk = { places, by_path, 0 };
  const ContractReply *replies[] = { current, candidate };
  TrackVerdict worst = TRACK_VERDICT_EQUAL;

  for (walk.side = 0; walk.side < 2; walk.side++)
    {
      g_autoptr (GString) whole = g_string_new (NULL);

      walk_struct (&walk, "", &contract_types[operation->response], replies[walk.side]->response,
                   whole);
    }
  for (guint i = 0; i < places->len; i++)
    {
      const char *kind;
      TrackVerdict verdict = judge (places->pdata[i], &kind);

      worst = MAX (worst, verdict);
      if (kind != NULL)
        tell (kind, ((const Place *) places->pdata[i])->path, data);
    }
  return worst;
}

static gint64
code_of (const ContractReply *reply)
{
  return reply->fault == NULL ? 0 : reply->fault->code;
}

/**
 * track_compare:
 * @current: what the caller got
 * @candidate: what he would have got
 * @tell: called for each path that differs, explained or not
 *
 * Pure; any thread. Noise: order of lists, identifiers, texts for people.
 *
 * Returns: the verdict
 */
TrackVerdict
track_compare (const ContractOperation *operation,
               const ContractReply *current,
               const ContractReply *candidate,
               TrackCompareTell tell,
               gpointer data)
{
  if (!current->is_fault && !candidate->is_fault)
    return compare_messages (operation, current, candidate, tell, data);
  if (current->is_fault && candidate->is_fault && code_of (current) == code_of (candidate))
    return TRACK_VERDICT_EQUAL;
  tell ("fault", current->is_fault && candidate->is_fault ? "Fault/Code" : "Fault", data);
  return TRACK_VERDICT_DIFFERENT;
}
