/* SPDX-License-Identifier: EUPL-1.2 */
/* Units, resources and offers as one immutable picture, looked up by id or by the caller's key. */
#pragma once

#include "base/service-window.h"
#include "calsync-policy.h"
#include "rules/booking-rules.h"
#include "rules/code-list.h"
#include "rules/offer.h"

typedef enum
{
  RESOURCE_ADVISOR,
  RESOURCE_ROOM,
  RESOURCE_EQUIPMENT,
} ResourceKind;

/**
 * CatalogueUnit:
 * @parent_unit_id: the main centre of a sub-centre, else 0
 * @closed: (element-type Period): closing days and holidays, normal, over the index window
 * @is_retired: it is no unit any more: nobody finds it by its key, its history keeps its name
 * @one_open_per_type: a citizen may have one open booking per interview type
 * @hold_us: how long a reservation lives
 * @types: which interview types may be planned when and for whom
 * @blocks: what of a calendar's time blocks which meetings
 * @remote_types: (element-type gint64): contact types by telephone or video
 * @holidays: "open" or "closed" by the name of a holiday, where the unit does not go by the file
 * @funds_by_mark: a-kasse code by person-group mark (lower-case GUID)
 */
typedef struct
{
  gint64 unit_id;
  gint64 tenant_id;
  gint64 parent_unit_id;
  gint64 organisation_type;
  char *key;
  char *name;
  char *address;
  char *telephone;
  const CalsyncZone *zone;
  GArray *closed;
  gboolean is_retired;
  gboolean one_open_per_type;
  gint64 hold_us;
  InterviewTypeRules types;
  CalsyncPolicy blocks;
  GArray *remote_types;
  GHashTable *holidays;
  GHashTable *funds_by_mark;
} CatalogueUnit;

/**
 * CatalogueResource:
 * @retired_us: from when on it serves nobody; G_MAXINT64 for never
 * @units: (element-type gint64): ids of the units it serves, ascending
 * @blocks: what of its calendars' time blocks which meetings
 */
typedef struct
{
  gint64 resource_id;
  gint64 tenant_id;
  ResourceKind kind;
  char *key;
  char *email;
  char *name;
  char *telephone;
  gboolean may_be_summoned;
  gint64 retired_us;
  GArray *units;
  CalsyncPolicy blocks;
} CatalogueResource;

/**
 * CatalogueOffer:
 * @rules: what both evaluators read
 * @contact_types: (element-type gint64): ascending, at least one
 */
typedef struct
{
  Offer *rules;
  char *title;
  char *description;
  char *location;
  char *address;
  char *telephone;
  char *meeting_link;
  GArray *contact_types;
  gboolean rebook_possible;
  gint64 rebook_notice_us;
  gboolean cancel_possible;
  gint64 cancel_notice_us;
  gboolean compulsory;
  gboolean should_accept;
  gboolean shared_with_sub_units;
} CatalogueOffer;

typedef struct _Catalogue Catalogue;

/* Building: each add takes ownership; then never changed again. */
Catalogue *catalogue_new (void);
void catalogue_take_interview_types (Catalogue *catalogue, CodeList *types);
/* (element-type ServiceWindow), by start: those that had not ended when it was made. */
void catalogue_take_windows (Catalogue *catalogue, GPtrArray *windows);
const GPtrArray *catalogue_get_windows (const Catalogue *catalogue);
void catalogue_add_tenant (Catalogue *catalogue, gint64 tenant_id, const char *key);
void catalogue_add_unit (Catalogue *catalogue, CatalogueUnit *unit);
void catalogue_add_resource (Catalogue *catalogue, CatalogueResource *resource);
/* Only to be named in its history; see catalogue_name_resource(). */
void catalogue_add_retired (Catalogue *catalogue, CatalogueResource *resource);
void catalogue_add_offer (Catalogue *catalogue, CatalogueOffer *offer);
Catalogue *catalogue_ref (Catalogue *catalogue);
void catalogue_unref (Catalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Catalogue, catalogue_unref)

void catalogue_offer_free (CatalogueOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CatalogueOffer, catalogue_offer_free)

/* Borrowed, valid while the catalogue is held; NULL when not there. Identifiers in lower case. */
gint64 catalogue_find_tenant (const Catalogue *catalogue, const char *key);
CatalogueUnit *catalogue_get_unit (const Catalogue *catalogue, gint64 unit_id);
CatalogueUnit *catalogue_find_unit (const Catalogue *catalogue, gint64 tenant_id, const char *key);
CatalogueResource *catalogue_get_resource (const Catalogue *catalogue, gint64 resource_id);
const CatalogueResource *catalogue_name_resource (const Catalogue *catalogue, gint64 resource_id);
CatalogueResource *
catalogue_find_resource (const Catalogue *catalogue, gint64 tenant_id, const char *key);
CatalogueOffer *catalogue_get_offer (const Catalogue *catalogue, gint64 offer_id);
CatalogueOffer *
catalogue_find_offer (const Catalogue *catalogue, gint64 tenant_id, const char *identifier);
/* How a meeting of that contact type is held; in person when nothing is known of it. */
CalsyncMeeting catalogue_unit_get_meeting (const CatalogueUnit *unit, gint64 contact_type);
/* By the code list's validity dates and the unit's rules; @date: days since 1970-01-01. */
BookingDecision catalogue_may_plan (const Catalogue *catalogue,
                                    const CatalogueUnit *unit,
                                    int interview_type,
                                    gint32 date);
/* (element-type CatalogueOffer), by offer id: a unit's own, or its main centre's (see the .c). */
GPtrArray *
catalogue_list_offers (const Catalogue *catalogue, const CatalogueUnit *unit, gint64 now_us);
/* (element-type CatalogueResource) / (element-type CatalogueUnit) / (element-type CatalogueOffer), by id. */
const GPtrArray *catalogue_get_resources (const Catalogue *catalogue);
const GPtrArray *catalogue_get_units (const Catalogue *catalogue);
const GPtrArray *catalogue_get_offers (const Catalogue *catalogue);
