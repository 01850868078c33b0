/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads plain XML, which nearly every message is, without a parser; what is not quite plain is left to one. */

#include "contract-plain.h"

#include <string.h>

/* One tag, read but not yet believed. */
typedef struct
{
  const char *name; /* with its prefix */
  gsize name_bytes;
  gsize prefix_bytes; /* 0: none */
  guint n_attributes; /* namespace declarations too */
  guint n_declared;   /* of them, namespace declarations */
  guint n_bound;      /* namespaces before it */
  gsize n_texts;
  gboolean is_end;
  gboolean is_empty;
} Tag;

/* Where an attribute lies. */
typedef struct
{
  const char *name;
  gsize name_bytes;
  gsize prefix_bytes;
  const char *value;
  gsize value_bytes;
} Attribute;

#define MAX_ATTRIBUTES 8
#define BLOCK_BYTES    256
#define HIGH           G_GUINT64_CONSTANT (0x8080808080808080)

/* Bits of the bytes that names are made of. */
enum
{
  STARTS = 1,  /* may begin a name */
  NAMES = 2,   /* may stand in one */
  ADDRESS = 4, /* may stand in the name of a namespace that no parser finds fault with */
  MARKUP = 8   /* means more than itself in text */
};

/* clang-format off */
static const guint8 classes[256] = {
  ['A' ... 'Z'] = STARTS | NAMES | ADDRESS, ['a' ... 'z'] = STARTS | NAMES | ADDRESS,
  ['0' ... '9'] = NAMES | ADDRESS, ['_'] = STARTS | NAMES | ADDRESS,
  ['-'] = NAMES | ADDRESS, ['.'] = NAMES | ADDRESS, ['/'] = ADDRESS, [':'] = ADDRESS, ['&'] = MARKUP, [']'] = MARKUP,
};
/* clang-format on */

static gboolean
is_of (char c, guint bits)
{
  return (classes[(guint8) c] & bits) != 0;
}

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n';
}

/**
 * contract_plain_init:
 * @limits: what is not within them is left to a parser, which says so
 * @events: handlers; contract_element_find_namespace() and attributes cannot be asked for in them
 * @state: given to the handlers
 *
 * Begins a reading. Thread: any, one at a time.
 */
void
contract_plain_init (ContractPlain *plain,
                     const ContractLimits *limits,
                     const ContractEvents *events,
                     gpointer state)
{
  plain->limits = *limits;
  plain->events = events;
  plain->state = state;
  plain->at = plain->checked = plain->n_texts = 0;
  plain->n_tags = 0;
  plain->depth = plain->n_bindings = 0;
  plain->has_high = plain->is_begun = plain->is_whole = FALSE;
}

/* --- bytes ------------------------------------------------------------------------------------- */

/* Bits beyond ASCII, and those of bytes below the blank, in eight bytes at once. */
static guint64
get_odd (const char *bytes, gsize n_bytes, guint64 *all)
{
  const guint64 blanks = G_GUINT64_CONSTANT (0x2020202020202020);
  guint64 odd = 0;

  for (gsize i = 0; i < n_bytes; i += sizeof blanks)
    {
      guint64 word = blanks;

      if (n_bytes - i >= sizeof word)
        memcpy (&word, bytes + i, sizeof word);
      else
        memcpy (&word, bytes + i, n_bytes - i);
      *all |= word;
      /* Borrows make false alarms only, behind a true one: each is looked at. */
      odd |= (word - blanks) & ~word;
    }
  return odd & HIGH;
}

/* No control characters but tab and line feed: a carriage return would have to be made one. */
static gboolean
check_bytes (ContractPlain *plain, const char *bytes, gsize n_bytes)
{
  guint64 all = 0;

  for (gsize i = plain->checked; i < n_bytes; i += BLOCK_BYTES)
    {
      gsize n = MIN (n_bytes - i, BLOCK_BYTES);

      if (get_odd (bytes + i, n, &all) == 0)
        continue;
      for (gsize k = i; k < i + n; k++)
        if ((guint8) bytes[k] < ' ' && !is_space (bytes[k]))
          return FALSE;
    }
  plain->has_high = plain->has_high || (all & HIGH) != 0;
  plain->checked = n_bytes;
  return TRUE;
}

/* UTF-8, and none of the two of its characters that XML has not got. */
static gboolean
check_characters (const ContractPlain *plain, const char *text, gsize n_bytes)
{
  if (!plain->has_high)
    return TRUE;
  return g_utf8_validate_len (text, n_bytes, NULL) &&
         memmem (text, n_bytes, "\xef\xbf\xbe", 3) == NULL &&
         memmem (text, n_bytes, "\xef\xbf\xbf", 3) == NULL;
}

/* --- tags -------------------------------------------------------------------------------------- */

/* A name with at most one prefix; 0: none that is plain. */
static gsize
read_name (const char *at, const char *end, gsize *out_prefix_bytes)
{
  const char *start = at;

  *out_prefix_bytes = 0;
  if (at == end || !is_of (*at, STARTS))
    return 0;
  while (at < end && is_of (*at, NAMES))
    at++;
  if (at == end || *at != ':')
    return (gsize) (at - start);
  *out_prefix_bytes = (gsize) (at++ - start);
  if (at == end || !is_of (*at, STARTS))
    return 0;
  while (at < end && is_of (*at, NAMES))
    at++;
  return at < end && *at == ':' ? 0 : (gsize) (at - start);
}

static const char *
skip_space (const char *at, const char *end)
{
  while (at < end && is_space (*at))
    at++;
  return at;
}

/* NULL: none that is plain. */
static const char *
read_attribute (Attribute *attribute, const char *at, const char *end)
{
  const char *close;
  char quote;

  attribute->name = at;
  attribute->name_bytes = read_name (at, end, &attribute->prefix_bytes);
  at = skip_space (at + attribute->name_bytes, end);
  if (attribute->name_bytes == 0 || at == end || *at != '=')
    return NULL;
  at = skip_space (at + 1, end);
  if (at == end || (*at != '"' && *at != '\''))
    return NULL;
  quote = *at++;
  close = memchr (at, quote, (gsize) (end - at));
  if (close == NULL)
    return NULL;
  attribute->value = at;
  attribute->value_bytes = (gsize) (close - at);
  return close + 1;
}

static const char *
keep_text (ContractPlain *plain, const char *text, gsize n_bytes)
{
  char *kept = plain->texts + plain->n_texts;

  if (n_bytes >= CONTRACT_PLAIN_TEXT - plain->n_texts)
    return NULL;
  memcpy (kept, text, n_bytes);
  kept[n_bytes] = '\0';
  plain->n_texts += n_bytes + 1;
  return kept;
}

static gboolean
is_declaration (const Attribute *attribute)
{
  return (attribute->prefix_bytes == 0 && attribute->name_bytes == 5 &&
          memcmp (attribute->name, "xmlns", 5) == 0) ||
         (attribute->prefix_bytes == 5 && memcmp (attribute->name, "xmlns:", 6) == 0);
}

/* The name of a namespace that no parser finds fault with. */
static gboolean
is_plain_uri (const char *uri, gsize n_bytes)
{
  gboolean is_http = n_bytes > 7 && memcmp (uri, "http://", 7) == 0;
  gsize n_begun = is_http ? 7 : 4;

  if (n_bytes <= n_begun || (!is_http && memcmp (uri, "urn:", 4) != 0) ||
      !g_ascii_isalpha (uri[n_begun]) || memmem (uri, n_bytes, "/XML/", 5) != NULL ||
      memmem (uri, n_bytes, "/xmlns", 6) != NULL)
    return FALSE;
  for (gsize i = n_begun; i < n_bytes; i++)
    if (!is_of (uri[i], ADDRESS) || (is_http && uri[i] == ':'))
      return FALSE;
  return TRUE;
}

/* Prefixes that begin like the reserved ones are not plain. */
static gboolean
declare (ContractPlain *plain, const Attribute *attribute)
{
  ContractPlainBinding *binding = &plain->bindings[plain->n_bindings];
  gsize n_before = attribute->prefix_bytes == 0 ? attribute->name_bytes : 6;

  if (plain->n_bindings >= CONTRACT_PLAIN_BINDINGS ||
      !is_plain_uri (attribute->value, attribute->value_bytes))
    return FALSE;
  binding->depth = plain->depth + 1;
  binding->prefix_bytes = attribute->name_bytes - n_before;
  binding->prefix = keep_text (plain, attribute->name + n_before, binding->prefix_bytes);
  binding->uri = keep_text (plain, attribute->value, attribute->value_bytes);
  plain->n_bindings++;
  return binding->prefix != NULL && binding->uri != NULL &&
         g_ascii_strncasecmp (binding->prefix, "xml", 3) != 0;
}

static const ContractPlainBinding *
find_binding (const ContractPlain *plain, const char *prefix, gsize n_bytes)
{
  for (guint i = plain->n_bindings; i > 0; i--)
    {
      const ContractPlainBinding *binding = &plain->bindings[i - 1];

      if (binding->prefix_bytes == n_bytes && memcmp (binding->prefix, prefix, n_bytes) == 0)
        return binding;
    }
  return NULL;
}

/* Two with prefixes could be one by two names: that is a parser's to find out. */
static gboolean
check_attributes (ContractPlain *plain, const Attribute *all, guint n_all)
{
  guint n_prefixed = 0;

  for (guint i = 0; i < n_all; i++)
    {
      for (guint k = 0; k < i; k++)
        if (all[i].name_bytes == all[k].name_bytes &&
            memcmp (all[i].name, all[k].name, all[i].name_bytes) == 0)
          return FALSE;
      if (is_declaration (&all[i]) || all[i].prefix_bytes == 0)
        continue;
      if (++n_prefixed > 1 || find_binding (plain, all[i].name, all[i].prefix_bytes) == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_plain_value (const ContractPlain *plain, const Attribute *attribute)
{
  for (gsize i = 0; i < attribute->value_bytes; i++)
    if (attribute->value[i] == '&' || attribute->value[i] == '<' ||
        (guint8) attribute->value[i] < ' ')
      return FALSE;
  return check_characters (plain, attribute->value, attribute->value_bytes);
}

/* @at stands behind the name. */
static gboolean
read_attributes (ContractPlain *plain, Tag *tag, const char *at, const char *end)
{
  Attribute all[MAX_ATTRIBUTES];
  guint n_all = 0;

  for (;;)
    {
      const char *behind = skip_space (at, end);
      Attribute *one = &all[n_all];

      if (behind == end)
        break;
      if (behind == at || n_all == MAX_ATTRIBUTES ||
          (at = read_attribute (one, behind, end)) == NULL || !is_plain_value (plain, one))
        return FALSE;
      n_all++;
      if (!is_declaration (one))
        continue;
      tag->n_declared++;
      if (!declare (plain, one))
        return FALSE;
    }
  tag->n_attributes = n_all;
  return n_all <= plain->limits.max_attributes && check_attributes (plain, all, n_all);
}

/* From behind `<` to @end, which stands on the `>`. */
static gboolean
read_tag (ContractPlain *plain, Tag *tag, const char *at, const char *end)
{
  *tag = (Tag){ .n_bound = plain->n_bindings, .n_texts = plain->n_texts, .is_end = *at == '/' };
  tag->is_empty = !tag->is_end && end[-1] == '/';
  if (tag->is_end)
    at++;
  else if (tag->is_empty)
    end--;
  tag->name = at;
  tag->name_bytes = read_name (at, end, &tag->prefix_bytes);
  if (tag->name_bytes == 0 ||
      tag->name_bytes > MIN (plain->limits.max_name_bytes, CONTRACT_PLAIN_NAME))
    return FALSE;
  at += tag->name_bytes;
  if (tag->is_end)
    return skip_space (at, end) == end;
  return at == end || read_attributes (plain, tag, at, end);
}

/* --- events ------------------------------------------------------------------------------------ */

typedef struct
{
  const char *name;
  char c;
} Entity;

static ContractPlainState
tell (ContractPlain *plain, const char *text, gsize n_bytes, GError **error)
{
  if (n_bytes == 0 || plain->events->text (plain->state, text, n_bytes, CONTRACT_TEXT_PLAIN, error))
    return CONTRACT_PLAIN_MORE;
  return CONTRACT_PLAIN_REFUSED;
}

/* The five that need no declaration; others, and characters by number, are not plain. */
static const Entity *
find_entity (const char *at, gsize n_bytes)
{
  static const Entity entities[] = {
    { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' }
  };

  for (guint i = 0; i < G_N_ELEMENTS (entities); i++)
    if (n_bytes >= strlen (entities[i].name) &&
        memcmp (at, entities[i].name, strlen (entities[i].name)) == 0)
      return &entities[i];
  return NULL;
}

/* Most text is short, and nothing but itself. */
static gboolean
has_markup (const char *text, gsize n_bytes)
{
  guint all = 0;

  for (gsize i = 0; i < n_bytes; i++)
    all |= classes[(guint8) text[i]];
  return (all & MARKUP) != 0;
}

static gboolean
is_plain_text (const ContractPlain *plain, const char *text, gsize n_bytes)
{
  const char *end = text + n_bytes;

  if (!has_markup (text, n_bytes))
    return check_characters (plain, text, n_bytes);
  if (memmem (text, n_bytes, "]]>", 3) != NULL)
    return FALSE;
  for (const char *at = text; (at = memchr (at, '&', (gsize) (end - at))) != NULL; at++)
    if (find_entity (at, (gsize) (end - at)) == NULL)
      return FALSE;
  return check_characters (plain, text, n_bytes);
}

static ContractPlainState
tell_text (ContractPlain *plain, const char *text, gsize n_bytes, GError **error)
{
  const char *end = text + n_bytes;
  ContractPlainState seen = CONTRACT_PLAIN_MORE;
  const char *at;

  while (seen == CONTRACT_PLAIN_MORE && (at = memchr (text, '&', (gsize) (end - text))) != NULL)
    {
      const Entity *entity = find_entity (at, (gsize) (end - at));

      seen = tell (plain, text, (gsize) (at - text), error);
      if (seen == CONTRACT_PLAIN_MORE)
        seen = tell (plain, &entity->c, 1, error);
      text = at + strlen (entity->name);
    }
  return seen == CONTRACT_PLAIN_MORE ? tell (plain, text, (gsize) (end - text), error) : seen;
}

static ContractPlainState
tell_end (ContractPlain *plain, GError **error)
{
  while (plain->n_bindings > 0 && plain->bindings[plain->n_bindings - 1].depth == plain->depth)
    plain->n_bindings--;
  plain->depth--;
  plain->is_whole = plain->depth == 0;
  plain->n_tags++;
  return plain->events->end (plain->state, error) ? CONTRACT_PLAIN_MORE : CONTRACT_PLAIN_REFUSED;
}

static ContractPlainState
tell_start (ContractPlain *plain, const Tag *tag, const char *uri, GError **error)
{
  gsize n_before = tag->prefix_bytes == 0 ? 0 : tag->prefix_bytes + 1;
  char name[CONTRACT_PLAIN_NAME + 1];
  ContractElement element = { name, uri, tag->n_attributes - tag->n_declared, NULL, NULL };

  memcpy (name, tag->name + n_before, tag->name_bytes - n_before);
  name[tag->name_bytes - n_before] = '\0';
  plain->depth++;
  plain->n_tags++;
  if (!plain->events->start (plain->state, &element, error))
    return CONTRACT_PLAIN_REFUSED;
  return tag->is_empty ? tell_end (plain, error) : CONTRACT_PLAIN_MORE;
}

/* --- the walk ---------------------------------------------------------------------------------- */

/* Whether the end tag is that of the open element; whether there is room for the start tag, and a namespace. */
static gboolean
fits (const ContractPlain *plain, const Tag *tag, const char *bytes)
{
  const ContractPlainOpen *open;

  if (!tag->is_end)
    return !plain->is_whole && plain->depth < MIN (plain->limits.max_depth, CONTRACT_PLAIN_DEPTH) &&
           (tag->prefix_bytes == 0 || find_binding (plain, tag->name, tag->prefix_bytes) != NULL);
  if (plain->depth == 0)
    return FALSE;
  open = &plain->open[plain->depth - 1];
  return open->n_bytes == tag->name_bytes &&
         memcmp (bytes + open->at, tag->name, tag->name_bytes) == 0;
}

static ContractPlainState
take_start (ContractPlain *plain, const Tag *tag, const char *bytes, GError **error)
{
  const ContractPlainBinding *binding = find_binding (plain, tag->name, tag->prefix_bytes);

  plain->open[plain->depth].at = (gsize) (tag->name - bytes);
  plain->open[plain->depth].n_bytes = tag->name_bytes;
  return tell_start (plain, tag, binding == NULL ? NULL : binding->uri, error);
}

/* Outside of the root only white space may stand. */
static gboolean
is_blank (const char *text, gsize n_bytes)
{
  return skip_space (text, text + n_bytes) == text + n_bytes;
}

/* The text before a tag, and the tag: told of only when both are plain, so that a parser can go on from there. */
static ContractPlainState
take_step (ContractPlain *plain,
           const char *bytes,
           const char *open,
           const char *close,
           GError **error)
{
  const char *text = bytes + plain->at;
  gsize n_text = (gsize) (open - text);
  ContractPlainState seen = CONTRACT_PLAIN_MORE;
  Tag tag;

  if (!(plain->depth == 0 ? is_blank (text, n_text) : is_plain_text (plain, text, n_text)) ||
      close == open + 1 || !read_tag (plain, &tag, open + 1, close) || !fits (plain, &tag, bytes))
    return CONTRACT_PLAIN_LEFT;
  if (plain->depth > 0 && n_text > 0)
    seen = tell_text (plain, text, n_text, error);
  if (seen != CONTRACT_PLAIN_MORE)
    return seen;
  plain->at = (gsize) (close + 1 - bytes);
  return tag.is_end ? tell_end (plain, error) : take_start (plain, &tag, bytes, error);
}

/* The first line, when it is the usual one. */
static ContractPlainState
take_declaration (ContractPlain *plain, const char *bytes, gsize n_bytes)
{
  static const char *const usual[] = {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
    "<?xml version='1.0' encoding='UTF-8'?>",
    "<?xml version='1.0' encoding='utf-8'?>",
    "<?xml version=\"1.0\"?>",
    "<?xml version='1.0'?>",
  };
  gboolean may_come = FALSE;

  plain->is_begun = TRUE;
  if (bytes[0] != '<' || (n_bytes > 1 && bytes[1] != '?'))
    return CONTRACT_PLAIN_MORE;
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    {
      gsize length = strlen (usual[i]);

      if (memcmp (bytes, usual[i], MIN (n_bytes, length)) != 0)
        continue;
      if (n_bytes >= length)
        {
          plain->at = length;
          return CONTRACT_PLAIN_MORE;
        }
      may_come = TRUE;
    }
  plain->is_begun = FALSE;
  return may_come ? CONTRACT_PLAIN_MORE : CONTRACT_PLAIN_LEFT;
}

/* No tag is whole behind what was read. */
static ContractPlainState
look_at_rest (const ContractPlain *plain, const char *bytes, gsize n_bytes, const char *open)
{
  const char *rest = bytes + plain->at;

  if (plain->depth > 0)
    return CONTRACT_PLAIN_MORE;
  if (!is_blank (rest, open == NULL ? n_bytes - plain->at : (gsize) (open - rest)))
    return CONTRACT_PLAIN_LEFT;
  if (!plain->is_whole)
    return CONTRACT_PLAIN_MORE;
  return open == NULL ? CONTRACT_PLAIN_WHOLE : CONTRACT_PLAIN_LEFT;
}

/**
 * contract_plain_read:
 * @bytes: (array length=length_bytes): the message from its beginning, as far as it is there; it may lie elsewhere each time
 * @length_bytes: its length
 * @error: return location: the handlers' own, for %CONTRACT_PLAIN_REFUSED only
 *
 * Reads on from where it stopped, and calls the handlers for what is well-formed. What it finds plain, libxml2 finds
 * well-formed, with the same events: there are elements, attributes, text and the five entities, in UTF-8; no comments,
 * no sections, no references by number, no carriage returns, no names beyond ASCII. After
 * %CONTRACT_PLAIN_LEFT and %CONTRACT_PLAIN_REFUSED there is no going on.
 *
 * Returns: how far it came
 */
ContractPlainState
contract_plain_read (ContractPlain *plain, const char *bytes, gsize length_bytes, GError **error)
{
  ContractPlainState seen = CONTRACT_PLAIN_MORE;
  const char *end;

  if (length_bytes == 0)
    return CONTRACT_PLAIN_MORE;
  end = bytes + length_bytes;
  if (length_bytes > plain->limits.max_bytes || !check_bytes (plain, bytes, length_bytes))
    return CONTRACT_PLAIN_LEFT;
  if (!plain->is_begun)
    seen = take_declaration (plain, bytes, length_bytes);
  while (seen == CONTRACT_PLAIN_MORE && plain->is_begun)
    {
      const char *at = bytes + plain->at;
      const char *open = memchr (at, '<', (gsize) (end - at));
      const char *close = open == NULL ? NULL : memchr (open, '>', (gsize) (end - open));

      if (close == NULL)
        return look_at_rest (plain, bytes, length_bytes, open);
      seen = take_step (plain, bytes, open, close, error);
    }
  return seen;
}
