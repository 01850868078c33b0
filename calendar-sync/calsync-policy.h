/* SPDX-License-Identifier: EUPL-1.2 */
/* Which time of a calendar blocks which meetings, by class and by whether it is whole days. */
#pragma once

#include "calsync-event.h"

G_BEGIN_DECLS

/**
 * CalsyncMeeting:
 * @CALSYNC_MEETING_IN_PERSON: the advisor has to be there
 * @CALSYNC_MEETING_REMOTE: by telephone or video
 */
typedef enum
{
  CALSYNC_MEETING_IN_PERSON,
  CALSYNC_MEETING_REMOTE
} CalsyncMeeting;

/**
 * CalsyncBlocks:
 * @CALSYNC_BLOCKS_ALL: nothing may be offered
 * @CALSYNC_BLOCKS_IN_PERSON: meetings by telephone or video may be offered
 * @CALSYNC_BLOCKS_NOTHING: meetings may be offered
 *
 * What a stretch of time does to meetings; the smaller the stricter, so that what nobody filled in
 * blocks. What blocks a remote meeting blocks one in person too.
 */
typedef enum
{
  CALSYNC_BLOCKS_ALL,
  CALSYNC_BLOCKS_IN_PERSON,
  CALSYNC_BLOCKS_NOTHING
} CalsyncBlocks;

/**
 * CalsyncAllDay:
 * @CALSYNC_ALL_DAY_YES: whole days block everything, also those that are marked as free
 * @CALSYNC_ALL_DAY_AS_MARKED: as their class says
 * @CALSYNC_ALL_DAY_NO: whole days block only when they are marked as out of office, or unknown
 *
 * The smaller the stricter.
 */
typedef enum
{
  CALSYNC_ALL_DAY_YES,
  CALSYNC_ALL_DAY_AS_MARKED,
  CALSYNC_ALL_DAY_NO
} CalsyncAllDay;

/**
 * CalsyncPolicy:
 * @blocks: a #CalsyncBlocks for each #CalsyncClass
 * @all_day: a #CalsyncAllDay
 *
 * Bytes only, so that two are the same when memcmp() says so. Busy and unknown time always block
 * everything, free time that is not whole days never does: no rule changes that.
 */
typedef struct
{
  guint8 blocks[CALSYNC_N_CLASSES];
  guint8 all_day;
} CalsyncPolicy;

/* Rules that may be set: tentative, away, elsewhere, all-day. */
#define CALSYNC_N_RULES 4

void calsync_policy_init (CalsyncPolicy *policy);
CalsyncBlocks
calsync_policy_get (const CalsyncPolicy *policy, CalsyncClass busy_class, gboolean is_all_day);
gboolean calsync_policy_blocks (const CalsyncPolicy *policy,
                                CalsyncClass busy_class,
                                gboolean is_all_day,
                                CalsyncMeeting meeting);
void calsync_policy_make_stricter (CalsyncPolicy *policy, const CalsyncPolicy *than);

const char *calsync_policy_get_rule_name (guint rule);
const char *calsync_policy_get_rule_values (guint rule);
gboolean calsync_policy_set (CalsyncPolicy *policy,
                             const char *rule,
                             const char *value) G_GNUC_WARN_UNUSED_RESULT;
const char *calsync_policy_format (const CalsyncPolicy *policy, guint rule);

G_END_DECLS
