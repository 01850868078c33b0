/* SPDX-License-Identifier: EUPL-1.2 */
/* A summons as DFDG keeps it: the statutory field set, and how it stands to a booking of ours. */
#pragma once

#include "calsync-timezone.h"
#include "store/booking-store.h"

/* No date, no number. */
#define INDKALDELSE_NO_DAY  G_MININT64
#define INDKALDELSE_UNKNOWN G_GINT64_CONSTANT (-1)

/**
 * IndkaldelseDeltager:
 *
 * An authority that takes part (myndighedsdeltager).
 */
typedef struct
{
  char *identifier;
  char *name;
  char *contact_details;
  char *telephone;
  char *email;
  gint64 organisation_type;
  char *organisation_code;
} IndkaldelseDeltager;

/**
 * DfdgIndkaldelse:
 * @cpr: (nullable): only where DFDG says it
 * @owner_system: INDKALDELSE_UNKNOWN when any system may change it
 * @rebook_deadline_day: days since 1970-01-01, local; means the end of that day; INDKALDELSE_NO_DAY
 * @core: start and end; DFDG's answers may hold a length instead of the end
 * @advisor_key: (nullable): medarbejder.identifikation
 * @fund_participation: INDKALDELSE_UNKNOWN when not stated
 * @participants: (element-type IndkaldelseDeltager): in DFDG's order
 * @is_cancelled: tilstand "aflyst"
 * @created_us: 0 when DFDG does not say; likewise @changed_us (aendretTidspunkt)
 * @maker_type: oprettetAf.organisationType; @maker_code: its code; @maker_system, @maker_user_type
 *
 * Texts are owned, NULL when absent.
 */
typedef struct _DfdgIndkaldelse
{
  char *identifier;
  char *version;
  char *cpr;
  char *unit_code;
  char *group_identifier;
  gint64 owner_system;
  gboolean rebook_possible;
  gint64 rebook_deadline_day;
  gboolean cancel_possible;
  gint64 cancel_deadline_day;
  gboolean self_booked;
  Period core;
  gint64 interview_type;
  gint64 form_type;
  gint64 contact_type;
  char *meeting_link;
  char *title;
  char *description;
  char *location;
  char *address;
  char *telephone;
  char *contact_options;
  char *advisor_key;
  char *advisor_name;
  char *advisor_email;
  char *advisor_telephone;
  gboolean compulsory;
  gboolean should_accept;
  gboolean accepted;
  gint64 fund_participation;
  GPtrArray *participants;
  gboolean is_cancelled;
  gint64 maker_type;
  char *maker_code;
  gint64 maker_system;
  gint64 maker_user_type;
  gint64 created_us;
  gint64 changed_us;
} DfdgIndkaldelse;

DfdgIndkaldelse *indkaldelse_new (void);
void indkaldelse_free (DfdgIndkaldelse *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgIndkaldelse, indkaldelse_free)
void indkaldelse_deltager_free (IndkaldelseDeltager *participant);

/**
 * IndkaldelsePlace:
 * @unit_key: of the booking's unit, such as "44000"
 * @zone: the unit's
 * @unit_address: (nullable): where it meets in person when the booking names no place
 * @advisor_key: (nullable): of an advisor whom we know; @advisor_name, @advisor_email, @advisor_telephone
 *
 * What a booking points at.
 */
typedef struct
{
  const char *unit_key;
  const CalsyncZone *zone;
  const char *unit_address;
  const char *advisor_key;
  const char *advisor_name;
  const char *advisor_email;
  const char *advisor_telephone;
} IndkaldelsePlace;

DfdgIndkaldelse *indkaldelse_from_booking (const Booking *booking, const IndkaldelsePlace *place);
void
indkaldelse_to_booking (const DfdgIndkaldelse *record, const CalsyncZone *zone, Booking *booking);
char *indkaldelse_dup_differences (const DfdgIndkaldelse *ours, const DfdgIndkaldelse *theirs);
gboolean indkaldelse_is_equal (const DfdgIndkaldelse *ours, const DfdgIndkaldelse *theirs);

/**
 * IndkaldelseMakers:
 * @own_system: what DFDG calls us, INDKALDELSE_UNKNOWN when it is not known
 * @fund_type: organisation type of a-kasser
 */
typedef struct
{
  gint64 own_system;
  gint64 fund_type;
} IndkaldelseMakers;

BookingOrigin indkaldelse_get_origin (const DfdgIndkaldelse *record,
                                      const IndkaldelseMakers *makers);
