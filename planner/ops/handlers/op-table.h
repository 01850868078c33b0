/* SPDX-License-Identifier: EUPL-1.2 */
/* The handlers, one file each; op-table.c gives each its row. */
#pragma once

#include "ops/call/op.h"

gboolean op_get_selfbook_interview_options (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_get_selfbook_case_workers (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_get_selfbook_timeslots (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_get_booking_details (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_create_booking (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_reschedule_booking (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_cancel_booking (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_accept_booking (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_report_error (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_get_bookings (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_register_booking (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_update_booking (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What an indkalder's registration asks of others first. */
gboolean op_register_booking_ask (const OpCall *call, OpQuestion *out_question);
gboolean op_update_booking_ask (const OpCall *call, OpQuestion *out_question);
gboolean op_delete_booking (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
