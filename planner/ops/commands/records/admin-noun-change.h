/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that add and change units, teams, resources and offers. */
#pragma once

#include "ops/commands/admin-outside.h"
#include "ops/commands/records/admin-noun.h"

gboolean admin_noun_add (AdminCall *call, NounKind kind, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
admin_noun_change (AdminCall *call, NounKind kind, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_add_window (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_remove_window (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Which meetings a change of the record may put outside. FALSE for a record that has none. */
gboolean noun_view_scope (const NounView *view, OutsideScope *out_scope);
