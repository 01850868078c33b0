/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows of messages about a citizen: deadlines, contact groups, categories, a-kasse, another number. */
#pragma once

#include "dfdg/inbox/inbox-apply.h"

gboolean inbox_apply_frist (DfdgLane *lane,
                            const DfdgEvent *event,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_apply_contact_group (DfdgLane *lane,
                                    const DfdgEvent *event,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_apply_person_category (DfdgLane *lane,
                                      const DfdgEvent *event,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_apply_fund_membership (DfdgLane *lane,
                                      const DfdgEvent *event,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_apply_cpr_change (DfdgLane *lane,
                                 const DfdgEvent *event,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
