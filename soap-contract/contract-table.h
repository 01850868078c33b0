/* SPDX-License-Identifier: EUPL-1.2 */
/* The shape of the generated tables: types, fields, facets, rules, operations. */

#pragma once

#include "contract-types.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractKind:
 *
 * What a field holds.
 */
typedef enum
{
  CONTRACT_KIND_STRING,
  CONTRACT_KIND_INT,
  CONTRACT_KIND_BOOLEAN,
  CONTRACT_KIND_TIME,
  CONTRACT_KIND_STRUCT,
} ContractKind;

/**
 * ContractFieldFlags:
 *
 * How a field lies in its struct and in the message.
 */
typedef enum
{
  CONTRACT_FIELD_LIST = 1 << 0,     /* repeated: a list struct stands at the offset */
  CONTRACT_FIELD_POINTER = 1 << 1,  /* an optional struct: a pointer stands at the offset */
  CONTRACT_FIELD_NILLABLE = 1 << 2, /* xsi:nil is allowed and means missing */
  CONTRACT_FIELD_FLAG = 1 << 3,     /* a gboolean at flag_offset says whether it is there */
  CONTRACT_FIELD_WRAPPER = 1 << 4,  /* a list struct that is an element of its own */
} ContractFieldFlags;

#define CONTRACT_UNBOUNDED G_MAXUINT32

/**
 * ContractDfa:
 *
 * An automaton over bytes; see contract_dfa_matches(). State 0 is the start.
 */
typedef struct
{
  const guint8 *columns; /* 256: byte to column; G_MAXUINT8 for bytes that continue a character */
  const guint16 *next;   /* [state * n_columns + column] */
  const guint8 *accepts; /* [state] */
  guint n_columns;
} ContractDfa;

/**
 * ContractSimple:
 *
 * A simple type with the facets of all its ancestors.
 */
typedef struct
{
  const char *name;
  gint16 base; /* index of the type that it restricts, or -1 */
  guint8 kind; /* ContractKind */
  guint8 collapses;
  guint8 allows_empty;
  guint32 min_characters;
  guint32 max_characters;
  gint64 minimum;
  gint64 maximum;
  const ContractDfa *const *patterns; /* all must match; ends in NULL */
  const char *const *values;          /* enumeration; ends in NULL; NULL when there is none */
} ContractSimple;

/**
 * ContractField:
 *
 * One element of a complex type.
 */
typedef struct
{
  guint16 name; /* index of its name */
  guint8 kind;  /* ContractKind */
  guint8 flags; /* ContractFieldFlags */
  guint16 type; /* ContractTypeId for structs, else index of the simple type */
  guint16 offset;
  guint16 flag_offset;
  guint32 min_occurs;
  guint32 max_occurs;
} ContractField;

/**
 * ContractRule:
 *
 * A rule over optional elements of a type.
 */
typedef struct
{
  gboolean is_exactly_one; /* else at least one */
  guint8 n_fields;
  guint8 fields[4];
} ContractRule;

/**
 * ContractType:
 *
 * A complex type: a sequence of fields.
 */
typedef struct
{
  const char *name;
  const ContractField *fields;
  const ContractRule *rules;
  guint16 n_fields;
  guint16 n_rules;
  guint32 size_bytes; /* of its struct */
} ContractType;

/**
 * ContractOperation:
 *
 * One operation; its index in the list is its @id.
 */
typedef struct
{
  ContractOperationId id;
  const char *name; /* in our schema; a mapping may give it another name on the wire */
  ContractTypeId request;
  ContractTypeId response;
  guint16 request_name; /* index of the element's name */
  guint16 response_name;
} ContractOperation;

/**
 * ContractName:
 *
 * An element's name and its tags, ready to be written.
 */
typedef struct
{
  const char *text;
  const char *open;
  const char *close;
  guint16 n_text; /* lengths in bytes */
  guint16 n_open;
  guint16 n_close;
} ContractName;

extern const ContractType contract_types[];
extern const ContractSimple contract_simples[];
extern const guint contract_n_simples;
extern const gint16 contract_name_types[]; /* by name: type of the global element, else -1 */
extern const ContractName contract_names[];
extern const guint contract_n_names;
extern const ContractOperation contract_operations[];
extern const char contract_xsd_source[];
extern const char contract_wsdl_source[];

/* Names of the elements that the envelope knows by itself. */
extern const guint16 contract_name_planner_fault;
extern const guint16 contract_name_active_organisation;
extern const guint16 contract_name_request_user_metadata;

gboolean contract_dfa_matches (const ContractDfa *dfa, const char *text, gsize length_bytes);
gsize contract_field_get_item_bytes (const ContractField *field);
const char *contract_field_find_value (const ContractField *field, const char *message);
const ContractOperation *contract_operation_get (ContractOperationId id);
const ContractOperation *contract_operation_find (const char *name);

G_END_DECLS
