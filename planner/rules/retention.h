/* SPDX-License-Identifier: EUPL-1.2 */
/* How long each class of data is kept, why, and what keeps a row beyond its term: one table. */
#pragma once

#include <glib.h>

/* Longer than a century is a mistyped number. */
#define RETENTION_MAX_DAYS 36525

/**
 * RetentionTerm:
 * @RETENTION_BY_TERM: goes when it is older than the class's days
 * @RETENTION_WITH_OTHERS: goes as soon as nothing points to it
 * @RETENTION_KEPT: names nobody, or tells nothing any more: is kept
 */
typedef enum
{
  RETENTION_BY_TERM,
  RETENTION_WITH_OTHERS,
  RETENTION_KEPT,
} RetentionTerm;

/**
 * RetentionClass:
 * @name: as in the schema's comments, and in the setting retention-NAME-days
 * @default_days: days after which a row goes
 * @is_per_unit: a unit may have a term of its own
 * @tables: parted by blanks; every table of the schema stands in one class
 * @what: what goes, or is erased
 * @keeper: what keeps it beyond its term
 * @reason: why that long
 */
typedef struct
{
  const char *name;
  RetentionTerm term;
  gint64 default_days;
  gint64 min_days;
  gboolean is_per_unit;
  const char *tables;
  const char *what;
  const char *keeper;
  const char *reason;
} RetentionClass;

const RetentionClass *retention_list_classes (guint *out_n_classes);
const RetentionClass *retention_find_class (const char *name);
const RetentionClass *retention_class_of_setting (const char *key);
char *retention_dup_setting (const RetentionClass *class);
gboolean retention_is_term (const RetentionClass *class, const char *value);
