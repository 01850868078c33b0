/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that finds bookings, and how any page of them says where the next begins. */
#pragma once

#include "ops/admin/admin.h"
#include "store/booking-search.h"

extern const AdminArgument admin_search_bookings_arguments[];
gboolean admin_search_bookings (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_search_read_cursor (AdminCall *call,
                                   BookingSearch *search,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void admin_search_set_cursor (AdminCall *call, const BookingSearch *search, const Booking *last);
