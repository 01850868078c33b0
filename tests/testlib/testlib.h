/* SPDX-License-Identifier: EUPL-1.2 */
/* What every test program shares: start, warnings, folders, seeds, budgets, CPR numbers, XML. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Start of every test program, in place of g_test_init(). */
void testlib_init (int *argc, char ***argv);

/* Warnings: each one that was not announced fails the test. */
void testlib_expect_log (const char *domain, GLogLevelFlags level, const char *pattern);
void testlib_assert_expected_logs (void);

/* Folders. */
char *testlib_make_folder (void);
char *testlib_dup_source_path (const char *relative) G_GNUC_WARN_UNUSED_RESULT;

/* Seeds and shares. */
guint32 testlib_random_seed (void);
GRand *testlib_random_new (void) G_GNUC_WARN_UNUSED_RESULT;
guint64 testlib_budget (const char *name);

/* Civil registration numbers that belong to nobody. */
const char *testlib_cpr (guint n);
#define TESTLIB_N_CPR 5644800

/* XML, compared in canonical form. */
char *testlib_dup_canonical_xml (const char *text,
                                 gssize length_bytes,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *testlib_dup_xml_difference (const char *actual, const char *expected);
#define testlib_assert_xml_equal(actual, expected) \
  testlib_check_xml_equal (G_STRFUNC, (actual), (expected))
void testlib_check_xml_equal (const char *where, const char *actual, const char *expected);

/* Leaks: the object must be gone when the pointer is checked. */
void testlib_assert_finalized (gpointer *weak_pointer);

G_END_DECLS
