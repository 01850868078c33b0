/* SPDX-License-Identifier: EUPL-1.2 */
/* The verbs with each noun, as the admin table calls them. */
#include "ops/commands/records/admin-nouns.h"

#include "ops/commands/records/admin-noun-change.h"
#include "ops/commands/records/admin-noun-retire.h"

/**
 * admin_add_unit:
 *
 * See admin_noun_add().
 */
gboolean
admin_add_unit (AdminCall *call, GError **error)
{
  return admin_noun_add (call, NOUN_UNIT, error);
}

/**
 * admin_change_unit:
 *
 * See admin_noun_change().
 */
gboolean
admin_change_unit (AdminCall *call, GError **error)
{
  return admin_noun_change (call, NOUN_UNIT, error);
}

/**
 * admin_retire_unit:
 *
 * See admin_noun_retire().
 */
gboolean
admin_retire_unit (AdminCall *call, GError **error)
{
  return admin_noun_retire (call, NOUN_UNIT, error);
}

/**
 * admin_restore_unit:
 *
 * See admin_noun_restore().
 */
gboolean
admin_restore_unit (AdminCall *call, GError **error)
{
  return admin_noun_restore (call, NOUN_UNIT, error);
}

/**
 * admin_add_team:
 *
 * See admin_noun_add().
 */
gboolean
admin_add_team (AdminCall *call, GError **error)
{
  return admin_noun_add (call, NOUN_TEAM, error);
}

/**
 * admin_change_team:
 *
 * See admin_noun_change().
 */
gboolean
admin_change_team (AdminCall *call, GError **error)
{
  return admin_noun_change (call, NOUN_TEAM, error);
}

/**
 * admin_retire_team:
 *
 * See admin_noun_retire().
 */
gboolean
admin_retire_team (AdminCall *call, GError **error)
{
  return admin_noun_retire (call, NOUN_TEAM, error);
}

/**
 * admin_restore_team:
 *
 * See admin_noun_restore().
 */
gboolean
admin_restore_team (AdminCall *call, GError **error)
{
  return admin_noun_restore (call, NOUN_TEAM, error);
}

/**
 * admin_add_advisor:
 *
 * See admin_noun_add().
 */
gboolean
admin_add_advisor (AdminCall *call, GError **error)
{
  return admin_noun_add (call, NOUN_ADVISOR, error);
}

/**
 * admin_change_advisor:
 *
 * See admin_noun_change().
 */
gboolean
admin_change_advisor (AdminCall *call, GError **error)
{
  return admin_noun_change (call, NOUN_ADVISOR, error);
}

/**
 * admin_retire_advisor:
 *
 * See admin_noun_retire().
 */
gboolean
admin_retire_advisor (AdminCall *call, GError **error)
{
  return admin_noun_retire (call, NOUN_ADVISOR, error);
}

/**
 * admin_restore_advisor:
 *
 * See admin_noun_restore().
 */
gboolean
admin_restore_advisor (AdminCall *call, GError **error)
{
  return admin_noun_restore (call, NOUN_ADVISOR, error);
}

/**
 * admin_add_room:
 *
 * See admin_noun_add().
 */
gboolean
admin_add_room (AdminCall *call, GError **error)
{
  return admin_noun_add (call, NOUN_ROOM, error);
}

/**
 * admin_change_room:
 *
 * See admin_noun_change().
 */
gboolean
admin_change_room (AdminCall *call, GError **error)
{
  return admin_noun_change (call, NOUN_ROOM, error);
}

/**
 * admin_retire_room:
 *
 * See admin_noun_retire().
 */
gboolean
admin_retire_room (AdminCall *call, GError **error)
{
  return admin_noun_retire (call, NOUN_ROOM, error);
}

/**
 * admin_restore_room:
 *
 * See admin_noun_restore().
 */
gboolean
admin_restore_room (AdminCall *call, GError **error)
{
  return admin_noun_restore (call, NOUN_ROOM, error);
}

/**
 * admin_add_equipment:
 *
 * See admin_noun_add().
 */
gboolean
admin_add_equipment (AdminCall *call, GError **error)
{
  return admin_noun_add (call, NOUN_EQUIPMENT, error);
}

/**
 * admin_change_equipment:
 *
 * See admin_noun_change().
 */
gboolean
admin_change_equipment (AdminCall *call, GError **error)
{
  return admin_noun_change (call, NOUN_EQUIPMENT, error);
}

/**
 * admin_retire_equipment:
 *
 * See admin_noun_retire().
 */
gboolean
admin_retire_equipment (AdminCall *call, GError **error)
{
  return admin_noun_retire (call, NOUN_EQUIPMENT, error);
}

/**
 * admin_restore_equipment:
 *
 * See admin_noun_restore().
 */
gboolean
admin_restore_equipment (AdminCall *call, GError **error)
{
  return admin_noun_restore (call, NOUN_EQUIPMENT, error);
}

/**
 * admin_add_offer:
 *
 * See admin_noun_add().
 */
gboolean
admin_add_offer (AdminCall *call, GError **error)
{
  return admin_noun_add (call, NOUN_OFFER, error);
}

/**
 * admin_change_offer:
 *
 * See admin_noun_change().
 */
gboolean
admin_change_offer (AdminCall *call, GError **error)
{
  return admin_noun_change (call, NOUN_OFFER, error);
}

/**
 * admin_retire_offer:
 *
 * See admin_noun_retire().
 */
gboolean
admin_retire_offer (AdminCall *call, GError **error)
{
  return admin_noun_retire (call, NOUN_OFFER, error);
}

/**
 * admin_restore_offer:
 *
 * See admin_noun_restore().
 */
gboolean
admin_restore_offer (AdminCall *call, GError **error)
{
  return admin_noun_restore (call, NOUN_OFFER, error);
}
