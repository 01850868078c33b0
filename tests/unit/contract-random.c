/* SPDX-License-Identifier: EUPL-1.2 */
/* Random messages of the contract, made, broken and compared by its tables. */

#include "contract-random.h"

#include "contract-value.h"
#include "testlib.h"

#include <string.h>

typedef ContractStringList AnyList;

static gboolean
chance (ContractRandom *maker, guint percent)
{
  return (guint) g_rand_int_range (maker->random, 0, 100) < percent;
}

static guint
pick (ContractRandom *maker, guint n)
{
  return (guint) g_rand_int_range (maker->random, 0, (gint32) n);
}

/* --- strings ---------------------------------------------------------------------------------- */

/* Steps from each state to an accepting one, by widening rings; G_MAXUINT where there is no way. */
static guint *
dfa_distances (const ContractDfa *dfa, guint *out_n_states)
{
  guint n_states = 1;
  for (guint state = 0; state < n_states; state++)
    for (guint column = 0; column < dfa->n_columns; column++)
      n_states = MAX (n_states, dfa->next[state * dfa->n_columns + column] + 1u);
  guint *distances = g_new (guint, n_states);
  for (guint state = 0; state < n_states; state++)
    distances[state] = dfa->accepts[state] ? 0 : G_MAXUINT;
  for (gboolean has_changed = TRUE; has_changed;)
    {
      has_changed = FALSE;
      for (guint i = 0; i < n_states * dfa->n_columns; i++)
        {
          guint state = i / dfa->n_columns, next = dfa->next[i];
          if (distances[next] != G_MAXUINT && distances[next] + 1 < distances[state])
            {
              distances[state] = distances[next] + 1;
              has_changed = TRUE;
            }
        }
    }
  *out_n_states = n_states;
  return distances;
}

/* A character that XML can hold: ASCII, or one of a few that are not. */
static void
append_character (ContractRandom *maker, GString *text)
{
  static const char *const others[] = { "æ", "Å", "€", "𝄞", "\u00a0", "<", "&", ">", "\"", "]]>" };
  if (chance (maker, 30))
    g_string_append_c (text, (char) ('0' + pick (maker, 10)));
  else if (chance (maker, 20))
    g_string_append (text, others[pick (maker, G_N_ELEMENTS (others) - 1)]);
  else
    g_string_append_c (text, (char) (' ' + pick (maker, 95)));
}

/* One step of a walk that never leaves the way to an accepting state. */
static guint
walk (ContractRandom *maker,
      const ContractDfa *dfa,
      guint state,
      const guint *distances,
      GString *text)
{
  gsize mark = text->len;
  for (guint attempt = 0; attempt < (dfa->accepts[state] ? 40 : 100000); attempt++)
    {
      append_character (maker, text);
      guint8 column = dfa->columns[(guint8) text->str[mark]];
      guint next = dfa->next[state * dfa->n_columns + column];
      gboolean is_nearer = distances[next] < distances[state];
      if (distances[next] != G_MAXUINT && (is_nearer || chance (maker, 90)))
        return next;
      g_string_truncate (text, mark);
    }
  return G_MAXUINT;
}

static char *
string_of_pattern (ContractRandom *maker, const ContractDfa *dfa)
{
  guint n_states = 0;
  g_autofree guint *distances = dfa_distances (dfa, &n_states);
  g_autoptr (GString) text = g_string_new (NULL);
  guint state = 0;
  while (state != G_MAXUINT && (!dfa->accepts[state] || chance (maker, 80)))
    {
      guint next = walk (maker, dfa, state, distances, text);
      if (next == G_MAXUINT && dfa->accepts[state])
        break;
      state = next;
    }
  g_assert_cmpuint (state, !=, G_MAXUINT);
  return contract_arena_strdup (maker->arena, text->str);
}

static char *
string_of_length (ContractRandom *maker, const ContractSimple *simple)
{
  guint low = simple->min_characters;
  guint high = MIN (simple->max_characters, 3000);
  guint length = low + pick (maker, 30);
  if (chance (maker, 20))
    length = chance (maker, 50) ? low : high;
  length = MIN (length, high);
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < length; i++)
    if (chance (maker, 5))
      g_string_append_c (text, "\n\t\r"[pick (maker, 3)]);
    else
      append_character (maker, text);
  if (simple->collapses)
    g_string_truncate (text, contract_text_collapse (text->str, text->len));
  if (text->len == 0 && simple->min_characters > 0)
    g_string_append_c (text, 'x');
  return contract_arena_strdup (maker->arena, text->str);
}

/**
 * contract_random_string:
 * @maker: a maker
 * @simple: a type of kind string with at most one pattern
 *
 * Returns: (transfer none): a text that its type allows; CPR numbers are nobody's
 */
const char *
contract_random_string (ContractRandom *maker, const ContractSimple *simple)
{
  if (simple->values != NULL)
    return simple->values[pick (maker, g_strv_length ((char **) simple->values))];
  if (strcmp (simple->name, "PersonCivilRegistrationIdentifierType") == 0)
    return chance (maker, 5) ? "0000000000" : testlib_cpr (pick (maker, 500));
  if (simple->patterns == NULL)
    return string_of_length (maker, simple);
  /* The last pattern is the narrowest; a text that other facets refuse is made again. */
  guint last = 0;
  while (simple->patterns[last + 1] != NULL)
    last++;
  const char *text = NULL;
  do
    text = string_of_pattern (maker, simple->patterns[last]);
  while (contract_value_check_string (simple, text, strlen (text)) != NULL);
  return text;
}

/* --- values ----------------------------------------------------------------------------------- */

static gint64
random_int (ContractRandom *maker, const ContractSimple *simple)
{
  gint64 small = pick (maker, 1000);
  switch (pick (maker, 4))
    {
    case 0:
      return simple->minimum;
    case 1:
      return simple->maximum;
    case 2:
      return CLAMP (small, simple->minimum, simple->maximum);
    default:
      if (simple->minimum < G_MININT32 || simple->maximum > G_MAXINT32)
        return (gint64) ((guint64) g_rand_int (maker->random) << 32 | g_rand_int (maker->random));
      return simple->minimum + (gint64) (g_rand_double (maker->random) *
                                         (double) (simple->maximum - simple->minimum));
    }
}

/* Years 2 to 9998, so that no offset leaves them; often today's, often on a full second. */
static ContractTime
random_time (ContractRandom *maker)
{
  gint64 second = (gint64) (g_rand_double_range (maker->random, -62.1e9, 253.3e9));
  if (chance (maker, 50))
    second = 1790000000 + g_rand_int_range (maker->random, 0, 100000000);
  ContractTime time = { second * 1000000, 0, TRUE };
  if (chance (maker, 30))
    time.unix_us += g_rand_int_range (maker->random, 0, 1000000);
  if (chance (maker, 70))
    time.offset_s =
      (gint32) (chance (maker, 70) ? 3600 + 3600 * (int) pick (maker, 2)
                                   : 60 * g_rand_int_range (maker->random, -840, 841));
  return time;
}

static void fill (ContractRandom *maker, const ContractType *type, char *message);

static void
fill_value (ContractRandom *maker, const ContractField *field, char *value)
{
  const ContractSimple *simple = &contract_simples[field->type];
  switch ((ContractKind) field->kind)
    {
    case CONTRACT_KIND_STRING:
      *(const char **) value = contract_random_string (maker, simple);
      break;
    case CONTRACT_KIND_INT:
      *(gint64 *) value = random_int (maker, simple);
      break;
    case CONTRACT_KIND_BOOLEAN:
      *(gboolean *) value = chance (maker, 50);
      break;
    case CONTRACT_KIND_TIME:
      *(ContractTime *) value = random_time (maker);
      break;
    case CONTRACT_KIND_STRUCT:
    default:
      fill (maker, &contract_types[field->type], value);
    }
}

static void
fill_list (ContractRandom *maker, const ContractField *field, AnyList *list)
{
  guint high = MIN (field->max_occurs, maker->max_items);
  guint n = field->min_occurs + pick (maker, high - field->min_occurs + 1);
  gsize stride = contract_field_get_item_bytes (field);
  char *items = contract_arena_alloc0_n (maker->arena, n, stride);
  list->items = (const char **) items;
  list->n_items = n;
  for (guint i = 0; i < n; i++)
    fill_value (maker, field, items + i * stride);
}

static void
set_present (ContractRandom *maker, const ContractField *field, char *message)
{
  char *value = message + field->offset;
  if (field->flags & CONTRACT_FIELD_FLAG)
    *(gboolean *) (message + field->flag_offset) = TRUE;
  if (field->flags & CONTRACT_FIELD_WRAPPER)
    ((AnyList *) value)->is_present = TRUE;
  if (field->flags & CONTRACT_FIELD_POINTER)
    {
      char *inner = contract_arena_alloc0 (maker->arena, contract_types[field->type].size_bytes);
      *(char **) value = inner;
      value = inner;
    }
  fill_value (maker, field, value);
}

static gboolean
is_ruled (const ContractType *type, guint index)
{
  for (guint i = 0; i < type->n_rules; i++)
    for (guint j = 0; j < type->rules[i].n_fields; j++)
      if (type->rules[i].fields[j] == index)
        return TRUE;
  return FALSE;
}

/* One field of each rule, and sometimes more where the rule allows it. */
static void
fill_ruled (ContractRandom *maker, const ContractType *type, char *message)
{
  for (guint i = 0; i < type->n_rules; i++)
    {
      const ContractRule *rule = &type->rules[i];
      guint chosen = pick (maker, rule->n_fields);
      for (guint j = 0; j < rule->n_fields; j++)
        if (j == chosen || (!rule->is_exactly_one && chance (maker, 40)))
          set_present (maker, &type->fields[rule->fields[j]], message);
    }
}

static void
fill (ContractRandom *maker, const ContractType *type, char *message)
{
  for (guint i = 0; i < type->n_fields; i++)
    {
      const ContractField *field = &type->fields[i];
      if (field->flags & CONTRACT_FIELD_LIST)
        fill_list (maker, field, (AnyList *) (message + field->offset));
      else if (!is_ruled (type, i) && (field->min_occurs > 0 || chance (maker, 60)))
        set_present (maker, field, message);
    }
  fill_ruled (maker, type, message);
}

/**
 * contract_random_message:
 * @maker: a maker
 * @type: type of the message
 *
 * Returns: (transfer none): a message that its table allows, in the maker's arena
 */
gpointer
contract_random_message (ContractRandom *maker, ContractTypeId type)
{
  char *message = contract_arena_alloc0 (maker->arena, contract_types[type].size_bytes);
  fill (maker, &contract_types[type], message);
  return message;
}

/* --- compare ---------------------------------------------------------------------------------- */

static gboolean
is_value_equal (const ContractField *field, const char *left, const char *right)
{
  switch ((ContractKind) field->kind)
    {
    case CONTRACT_KIND_STRING:
      return g_strcmp0 (*(const char *const *) left, *(const char *const *) right) == 0;
    case CONTRACT_KIND_INT:
      return *(const gint64 *) left == *(const gint64 *) right;
    case CONTRACT_KIND_BOOLEAN:
      return *(const gboolean *) left == *(const gboolean *) right;
    case CONTRACT_KIND_TIME:
      return ((const ContractTime *) left)->unix_us == ((const ContractTime *) right)->unix_us &&
             ((const ContractTime *) left)->offset_s == ((const ContractTime *) right)->offset_s &&
             ((const ContractTime *) left)->has_offset ==
               ((const ContractTime *) right)->has_offset;
    case CONTRACT_KIND_STRUCT:
    default:
      return contract_random_is_equal ((ContractTypeId) field->type, left, right);
    }
}

static gboolean
is_list_equal (const ContractField *field, const AnyList *left, const AnyList *right)
{
  gsize stride = contract_field_get_item_bytes (field);
  if (left->n_items != right->n_items)
    return FALSE;
  for (guint i = 0; i < left->n_items; i++)
    if (!is_value_equal (field, (const char *) left->items + i * stride,
                         (const char *) right->items + i * stride))
      return FALSE;
  return TRUE;
}

/**
 * contract_random_is_equal:
 * @type: type of both
 * @left: a message
 * @right: another
 *
 * Returns: whether two messages say the same
 */
gboolean
contract_random_is_equal (ContractTypeId type, gconstpointer left, gconstpointer right)
{
  const ContractType *table = &contract_types[type];
  for (guint i = 0; i < table->n_fields; i++)
    {
      const ContractField *field = &table->fields[i];
      const char *a = (const char *) left + field->offset;
      const char *b = (const char *) right + field->offset;
      if (field->flags & CONTRACT_FIELD_LIST)
        {
          if (!is_list_equal (field, (const AnyList *) a, (const AnyList *) b))
            return FALSE;
          continue;
        }
      a = contract_field_find_value (field, left);
      b = contract_field_find_value (field, right);
      if ((a == NULL) != (b == NULL) || (a != NULL && !is_value_equal (field, a, b)))
        return FALSE;
    }
  return TRUE;
}

/* --- break ------------------------------------------------------------------------------------ */

static const char *
broken_string (ContractRandom *maker, const ContractSimple *simple)
{
  static const char *const bad[] = {
    "", " ", "x", "0000000000", "\x01", "\xff\xfe", "\xef\xbf\xbf", "12345", "æøå", NULL
  };
  if (chance (maker, 30) && simple->max_characters < 5000)
    {
      g_autofree char *longer = g_strnfill (simple->max_characters + 1, 'a');
      return contract_arena_strdup (maker->arena, longer);
    }
  return bad[pick (maker, G_N_ELEMENTS (bad))];
}

static void
break_value (ContractRandom *maker, const ContractField *field, char *value)
{
  const ContractSimple *simple = &contract_simples[field->type];
  if (field->kind == CONTRACT_KIND_STRUCT)
    contract_random_break (maker, (ContractTypeId) field->type, value);
  else if (field->kind == CONTRACT_KIND_STRING)
    *(const char **) value = broken_string (maker, simple);
  else if (field->kind == CONTRACT_KIND_INT)
    *(gint64 *) value = chance (maker, 50) ? MAX (simple->minimum, G_MININT64 + 1) - 1
                                           : MIN (simple->maximum, G_MAXINT64 - 1) + 1;
}

static void
break_list (ContractRandom *maker, const ContractField *field, AnyList *list)
{
  gsize stride = contract_field_get_item_bytes (field);
  if (list->n_items > 0 && chance (maker, 60))
    {
      char *item = (char *) list->items + pick (maker, list->n_items) * stride;
      break_value (maker, field, item);
      if (field->kind == CONTRACT_KIND_STRING && *(const char **) item == NULL)
        *(const char **) item = ""; /* a hole in a list has no form in XML to compare with */
    }
  else if (field->max_occurs != CONTRACT_UNBOUNDED && list->n_items > 0)
    {
      char *items = contract_arena_alloc0_n (maker->arena, field->max_occurs + 1, stride);
      for (guint i = 0; i <= field->max_occurs; i++)
        memcpy (items + i * stride, list->items, stride);
      list->items = (const char **) items;
      list->n_items = field->max_occurs + 1;
    }
  else
    list->n_items = 0;
}

/**
 * contract_random_break:
 * @maker: a maker
 * @type: type of the message
 * @message: what is spoilt
 *
 * Spoils one value somewhere; the result may still be valid.
 *
 * Returns: %FALSE when there was nothing to spoil
 */
gboolean
contract_random_break (ContractRandom *maker, ContractTypeId type, gpointer message)
{
  const ContractType *table = &contract_types[type];
  if (table->n_fields == 0)
    return FALSE;
  const ContractField *field = &table->fields[pick (maker, table->n_fields)];
  if (field->flags & CONTRACT_FIELD_LIST)
    {
      break_list (maker, field, (AnyList *) ((char *) message + field->offset));
      return TRUE;
    }
  char *value = (char *) contract_field_find_value (field, message);
  if (value == NULL)
    return FALSE;
  break_value (maker, field, value);
  return TRUE;
}
