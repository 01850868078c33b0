/* SPDX-License-Identifier: EUPL-1.2 */
/* Nouns that an admin adds, changes, retires and brings back: how each is found, and what it is as a row. */
#pragma once

#include "ops/commands/admin-records.h"
#include "ops/commands/admin-rows.h"

typedef enum
{
  NOUN_UNIT,
  NOUN_TEAM,
  NOUN_ADVISOR,
  NOUN_ROOM,
  NOUN_EQUIPMENT,
  NOUN_OFFER,
  N_NOUNS
} NounKind;

/**
 * Noun:
 * @name: in commands and texts
 * @resource_kind: (nullable): of a resource
 * @table: the import's, whose row function judges and writes it
 * @key: argument that names one
 * @column: the same in the table
 * @retire: statement
 */
typedef struct
{
  const char *name;
  const char *resource_kind;
  ImportTable table;
  const char *key;
  const char *column;
  StoreStatement retire;
} Noun;

extern const Noun nouns[N_NOUNS];

/**
 * NounView:
 * @call: reads on the write's own session
 * @id: 0 while there is none of that key
 * @zone: of its unit
 * @record: (nullable): as shown, but for its version
 *
 * One record as it stands in a transaction.
 */
typedef struct
{
  AdminCall call;
  const Noun *noun;
  AdminCatalogue *catalogue;
  GPtrArray *offers;
  gint64 id;
  gint64 unit_id;
  gint64 retired_us;
  const CalsyncZone *zone;
  char *key;
  JsonObject *record;
} NounView;

/* @key: an offer's may be the beginning of one, unless @is_new. A resource of another kind is refused. */
gboolean noun_view_load (NounView *view,
                         const AdminCall *call,
                         StoreSession *session,
                         const Noun *noun,
                         const char *key,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void noun_view_clear (NounView *view);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NounView, noun_view_clear)
gboolean noun_view_need (const NounView *view, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The record's columns as texts; its windows become rows of their table. */
void noun_view_fill_row (const NounView *view, ImportSource *source, ImportRow *row);

/* Sixteen letters that change with anything that is shown of the record. */
char *noun_dup_version (JsonObject *record);
void noun_set_version (JsonObject *record);
