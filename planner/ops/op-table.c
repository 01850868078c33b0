/* SPDX-License-Identifier: EUPL-1.2 */
/* Every operation: who may call it, where it runs, how long it may take, and its handler. */
#include "ops/handlers/op-table.h"

#define DFDG OP_ROLE_DFDG
#define OWN  (OP_ROLE_INDKALDER | OP_ROLE_KSS)

/* clang-format off */
const OpRow op_table[] = {
  /* name                            who   where      ms    handler, question */
  { "GetSelfbookInterviewOptions",   DFDG, OP_INLINE, 5000, op_get_selfbook_interview_options },
  { "GetSelfbookCaseWorkers",        DFDG, OP_INLINE, 5000, op_get_selfbook_case_workers },
  { "GetSelfbookTimeslots",          DFDG, OP_INLINE, 5000, op_get_selfbook_timeslots },
  { "GetBookingDetails",             DFDG, OP_WRITE,  5000, op_get_booking_details },
  { "CreateBooking",                 DFDG, OP_WRITE,  5000, op_create_booking },
  { "RescheduleBooking",             DFDG, OP_WRITE,  5000, op_reschedule_booking },
  { "CancelBooking",                 DFDG, OP_WRITE,  5000, op_cancel_booking },
  { "AcceptBooking",                 DFDG, OP_WRITE,  5000, op_accept_booking },
  { "ReportError",                   DFDG, OP_WRITE,  5000, op_report_error },
  { "GetBookings",                   OWN,  OP_READ,   5000, op_get_bookings },
  { "RegisterBooking",               OWN,  OP_WRITE,  5000, op_register_booking, op_register_booking_ask },
  { "UpdateBooking",                 OWN,  OP_WRITE,  5000, op_update_booking, op_update_booking_ask },
  { "DeleteBooking",                 OWN,  OP_WRITE,  5000, op_delete_booking },
};
/* clang-format on */

const guint op_table_length = G_N_ELEMENTS (op_table);
