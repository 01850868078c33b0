/* SPDX-License-Identifier: EUPL-1.2 */
/* Simple values: text to value and the facets that a value must meet. */

#include "contract-value.h"

#include <string.h>

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/**
 * contract_text_is_blank:
 * @text: (array length=length_bytes): a text
 * @length_bytes: its length
 *
 * Thread: any.
 *
 * Returns: whether there is nothing but XML white space
 */
gboolean
contract_text_is_blank (const char *text, gsize length_bytes)
{
  for (gsize i = 0; i < length_bytes; i++)
    if (!is_space (text[i]))
      return FALSE;
  return TRUE;
}

/**
 * contract_text_trim:
 * @text: (inout): start of a text
 * @length_bytes: (inout): its length
 *
 * Moves both borders inwards over XML white space.
 *
 * Thread: any.
 */
void
contract_text_trim (const char **text, gsize *length_bytes)
{
  while (*length_bytes > 0 && is_space (**text))
    {
      (*text)++;
      (*length_bytes)--;
    }
  while (*length_bytes > 0 && is_space ((*text)[*length_bytes - 1]))
    (*length_bytes)--;
}

/**
 * contract_text_collapse:
 * @text: (inout) (array length=length_bytes): a text that is changed in place
 * @length_bytes: its length
 *
 * Takes XML white space off both ends and makes every run within one space, as xs:token has it.
 *
 * Thread: any. Source: XML Schema part 2, §4.3.6.
 *
 * Returns: the new length
 */
gsize
contract_text_collapse (char *text, gsize length_bytes)
{
  gsize n_bytes = 0;
  for (gsize i = 0; i < length_bytes; i++)
    if (!is_space (text[i]))
      text[n_bytes++] = text[i];
    else if (n_bytes > 0 && text[n_bytes - 1] != ' ')
      text[n_bytes++] = ' ';
  return n_bytes > 0 && text[n_bytes - 1] == ' ' ? n_bytes - 1 : n_bytes;
}

/**
 * contract_text_is_collapsed:
 * @text: (array length=length_bytes): a text
 * @length_bytes: its length
 *
 * Thread: any.
 *
 * Returns: whether contract_text_collapse() would leave it as it is
 */
gboolean
contract_text_is_collapsed (const char *text, gsize length_bytes)
{
  gboolean after_space = TRUE;
  for (gsize i = 0; i < length_bytes; i++)
    {
      if (is_space (text[i]) && (after_space || text[i] != ' '))
        return FALSE;
      after_space = text[i] == ' ';
    }
  return length_bytes == 0 || !after_space;
}

/**
 * contract_text_parse_boolean:
 * @text: (array length=length_bytes): a text without blanks around it
 * @length_bytes: its length
 * @out_value: (out): its value
 *
 * Reads `true`, `false`, `1` or `0`.
 *
 * Thread: any. Source: XML Schema part 2, §3.2.2.
 *
 * Returns: %FALSE when the text is none of these
 */
gboolean
contract_text_parse_boolean (const char *text, gsize length_bytes, gboolean *out_value)
{
  gboolean is_true =
    (length_bytes == 1 && *text == '1') || (length_bytes == 4 && memcmp (text, "true", 4) == 0);
  gboolean is_false =
    (length_bytes == 1 && *text == '0') || (length_bytes == 5 && memcmp (text, "false", 5) == 0);
  if (is_true || is_false)
    *out_value = is_true;
  return is_true || is_false;
}

/* Characters that XML 1.0 cannot hold: controls, and U+FFFE and U+FFFF (surrogates are no UTF-8). */
static gboolean
has_unsendable_byte (const char *text, gsize length_bytes, gboolean *out_has_high)
{
  guint8 all = 0;
  for (gsize i = 0; i < length_bytes; i++)
    {
      guint8 byte = (guint8) text[i];
      all |= byte;
      if (byte < 0x20 && !is_space (text[i]))
        return TRUE;
    }
  *out_has_high = (all & 0x80) != 0;
  return FALSE;
}

/**
 * contract_text_is_sendable:
 * @text: (array length=length_bytes): a text
 * @length_bytes: its length
 *
 * Thread: any. Source: XML 1.0, production Char.
 *
 * Returns: whether the text is UTF-8 of characters that XML can hold
 */
gboolean
contract_text_is_sendable (const char *text, gsize length_bytes)
{
  gboolean has_high = FALSE;
  if (has_unsendable_byte (text, length_bytes, &has_high))
    return FALSE;
  if (!has_high)
    return TRUE;
  if (!g_utf8_validate_len (text, length_bytes, NULL))
    return FALSE;
  for (gsize i = 0; i + 2 < length_bytes; i++)
    if ((guint8) text[i] == 0xef && (guint8) text[i + 1] == 0xbf && (guint8) text[i + 2] >= 0xbe)
      return FALSE;
  return TRUE;
}

#define EACH_BYTE(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

/* Has its high bit where a byte of @word is beyond ASCII, a control, or one of `<`, `>`, `&`. A borrow may mark
 * a byte above a marked one too, never one of a word that has none. */
static guint64
mark_special (guint64 word)
{
  guint64 angles = (word | EACH_BYTE (0x02)) ^ EACH_BYTE ('>'); /* `<` and `>` differ by that bit */
  guint64 ampersands = word ^ EACH_BYTE ('&');
  return (word | (word - EACH_BYTE (0x20)) | (angles - EACH_BYTE (1)) |
          (ampersands - EACH_BYTE (1))) &
         EACH_BYTE (0x80);
}

/**
 * contract_text_is_plain:
 * @text: (array length=length_bytes): a text
 * @length_bytes: its length
 *
 * Thread: any.
 *
 * Returns: whether all of it is printable ASCII that XML takes as it stands
 */
gboolean
contract_text_is_plain (const char *text, gsize length_bytes)
{
  guint64 special = 0;
  guint64 word;
  for (; length_bytes >= sizeof (word); text += sizeof (word), length_bytes -= sizeof (word))
    {
      memcpy (&word, text, sizeof (word));
      special |= mark_special (word);
    }
  word = EACH_BYTE ('x');
  memcpy (&word, text, length_bytes);
  return (special | mark_special (word)) == 0;
}

static gsize
count_characters (const char *text, gsize length_bytes)
{
  gsize n_characters = 0;
  for (gsize i = 0; i < length_bytes; i++)
    n_characters += ((guint8) text[i] & 0xc0) != 0x80;
  return n_characters;
}

static gboolean
is_listed (const char *const *values, const char *text, gsize length_bytes)
{
  for (; *values != NULL; values++)
    if (strlen (*values) == length_bytes && memcmp (*values, text, length_bytes) == 0)
      return TRUE;
  return FALSE;
}

static const char *
check_count (const ContractSimple *simple, gsize n_characters)
{
  if (n_characters < simple->min_characters)
    return "too short";
  return n_characters > simple->max_characters ? "too long" : NULL;
}

static const char *
check_form (const ContractSimple *simple, const char *text, gsize length_bytes)
{
  if (simple->patterns != NULL)
    for (const ContractDfa *const *dfa = simple->patterns; *dfa != NULL; dfa++)
      if (!contract_dfa_matches (*dfa, text, length_bytes))
        return "does not fit its pattern";
  if (simple->values != NULL && !is_listed (simple->values, text, length_bytes))
    return "is none of the values allowed";
  return NULL;
}

/**
 * contract_value_check_plain:
 * @simple: a type of kind string
 * @text: (array length=length_bytes): of a byte a character, as contract_text_is_plain() finds; white
 *   space already treated
 * @length_bytes: its length
 *
 * contract_value_check_string() without the counting.
 *
 * Thread: any.
 *
 * Returns: (nullable): what is wrong, in words without the value; %NULL when nothing is
 */
const char *
contract_value_check_plain (const ContractSimple *simple, const char *text, gsize length_bytes)
{
  const char *fault = check_count (simple, length_bytes);
  return fault != NULL ? fault : check_form (simple, text, length_bytes);
}

/**
 * contract_value_check_string:
 * @simple: a type of kind string
 * @text: (array length=length_bytes): valid UTF-8, white space already treated
 * @length_bytes: its length
 *
 * Holds a string against length, pattern and enumeration.
 *
 * Thread: any.
 *
 * Returns: (nullable): what is wrong, in words without the value; %NULL when nothing is
 */
const char *
contract_value_check_string (const ContractSimple *simple, const char *text, gsize length_bytes)
{
  const char *fault = NULL;
  if (simple->min_characters > 0 || length_bytes > simple->max_characters)
    fault = check_count (simple, count_characters (text, length_bytes));
  return fault != NULL ? fault : check_form (simple, text, length_bytes);
}

/**
 * contract_value_check_int:
 * @simple: a type of kind integer
 * @number: a value
 *
 * Thread: any.
 *
 * Returns: (nullable): what is wrong, in words without the value; %NULL when nothing is
 */
const char *
contract_value_check_int (const ContractSimple *simple, gint64 number)
{
  if (number < simple->minimum)
    return "too small";
  return number > simple->maximum ? "too large" : NULL;
}

static const char *
check_text (const ContractSimple *simple, const char *text)
{
  if (text == NULL)
    return "is missing";
  gsize length_bytes = strlen (text);
  if (!contract_text_is_sendable (text, length_bytes))
    return "has characters that XML cannot hold";
  if (!simple->collapses || contract_text_is_collapsed (text, length_bytes))
    return contract_value_check_string (simple, text, length_bytes);
  g_autofree char *collapsed = g_strdup (text);
  length_bytes = contract_text_collapse (collapsed, length_bytes);
  return contract_value_check_string (simple, collapsed, length_bytes);
}

/**
 * contract_value_check:
 * @simple: a type
 * @value: where a value of its kind stands
 *
 * Holds a value that is about to leave against its type; texts must be what XML can hold, and times
 * must have an offset.
 *
 * Thread: any.
 *
 * Returns: (nullable): what is wrong, in words without the value; %NULL when nothing is
 */
const char *
contract_value_check (const ContractSimple *simple, const char *value)
{
  switch ((ContractKind) simple->kind)
    {
    case CONTRACT_KIND_STRING:
      return check_text (simple, *(const char *const *) value);
    case CONTRACT_KIND_INT:
      return contract_value_check_int (simple, *(const gint64 *) value);
    case CONTRACT_KIND_TIME:
      return contract_time_is_sendable ((const ContractTime *) value) ? NULL : "cannot be sent";
    case CONTRACT_KIND_BOOLEAN:
    case CONTRACT_KIND_STRUCT:
    default:
      return NULL;
    }
}

/* Reads an optional sign and digits; beyond 64 bits the number is too large for any type. */
static const char *
parse_int (const char *text, gsize length_bytes, gint64 *out_number)
{
  const char *end = text + length_bytes;
  gboolean is_negative = length_bytes > 0 && *text == '-';
  if (length_bytes > 0 && (*text == '-' || *text == '+'))
    text++;
  if (text == end)
    return "is no integer";
  gint64 number = 0; /* counted downwards, since there is one more below zero */
  gboolean is_too_large = FALSE;
  for (; text < end; text++)
    {
      if (!g_ascii_isdigit (*text))
        return "is no integer";
      is_too_large |= __builtin_mul_overflow (number, 10, &number) ||
                      __builtin_sub_overflow (number, *text - '0', &number);
    }
  if (is_too_large || (!is_negative && number == G_MININT64))
    return "too large";
  *out_number = is_negative ? number : -number;
  return NULL;
}

static const char *
parse_number (const ContractSimple *simple, const char *text, gsize length_bytes, gint64 *out)
{
  const char *fault = parse_int (text, length_bytes, out);
  return fault != NULL ? fault : contract_value_check_int (simple, *out);
}

/**
 * contract_value_parse:
 * @simple: a type
 * @text: (inout) (array length=length_bytes): the element's text, valid UTF-8; white space is treated
 *   in place
 * @length_bytes: its length
 * @out_value: (out): its value
 *
 * Reads a value and holds it against the facets of its type.
 *
 * Thread: any. Source: XML Schema part 2.
 *
 * Returns: (nullable): what is wrong, in words without the value; %NULL when nothing is
 */
const char *
contract_value_parse (const ContractSimple *simple,
                      char *text,
                      gsize length_bytes,
                      ContractValue *out_value)
{
  out_value->is_missing = FALSE;
  if (simple->allows_empty && length_bytes == 0)
    {
      out_value->is_missing = TRUE;
      return NULL;
    }
  if (simple->collapses)
    length_bytes = contract_text_collapse (text, length_bytes);
  gboolean truth = FALSE;
  switch ((ContractKind) simple->kind)
    {
    case CONTRACT_KIND_STRING:
      out_value->text = text;
      out_value->length_bytes = length_bytes;
      return contract_value_check_string (simple, text, length_bytes);
    case CONTRACT_KIND_INT:
      return parse_number (simple, text, length_bytes, &out_value->number);
    case CONTRACT_KIND_BOOLEAN:
      if (!contract_text_parse_boolean (text, length_bytes, &truth))
        return "is no boolean";
      out_value->number = truth;
      return NULL;
    case CONTRACT_KIND_TIME:
      return contract_time_parse (text, length_bytes, &out_value->time) ? NULL : "is no dateTime";
    case CONTRACT_KIND_STRUCT:
    default:
      g_assert_not_reached ();
    }
}
