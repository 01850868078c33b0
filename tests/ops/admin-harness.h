/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs admin commands on a fresh database in a temporary folder, at a fixed instant. */
#pragma once

#include "ops/admin/admin.h"
#include "testlib.h"

/* Monday 2026-11-23 08:00 in Copenhagen. */
#define HARNESS_NOW_US G_GINT64_CONSTANT (1795417200000000)

typedef struct
{
  char *folder;
  char *data_dir;
  StoreSession *session;
  gint64 now_us;
} AdminHarness;

void admin_harness_init (AdminHarness *harness);
void admin_harness_clear (AdminHarness *harness);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AdminHarness, admin_harness_clear)

/* On a session of the caller's. @arguments: JSON text. The result is there also when the command refuses. */
JsonObject *admin_harness_run_on (StoreSession *session,
                                  gint64 now_us,
                                  const char *command,
                                  const char *arguments,
                                  GError **error);
/* The names of a list of objects: the member of each, parted by blanks. */
char *admin_harness_dup_words (JsonObject *object, const char *list, const char *member);
/* @arguments: JSON text. The result is there also when the command refuses. */
JsonObject *admin_harness_run (AdminHarness *harness,
                               const char *command,
                               const char *arguments,
                               GError **error);
/* Imports files given as name, content, name, content … NULL. */
JsonObject *admin_harness_import (AdminHarness *harness, GError **error, const char *name, ...)
  G_GNUC_NULL_TERMINATED;
/* An import's arguments as JSON text, with the files of the demo municipality. */
char *admin_harness_dup_demo (void);
/* Imports the demo municipality. */
JsonObject *admin_harness_import_demo (AdminHarness *harness, const char *options, GError **error);
gint64 admin_harness_count (AdminHarness *harness, const char *table);
/* file:line: reason, one a line. */
char *admin_harness_dup_problems (JsonObject *result);
