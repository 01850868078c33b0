/* SPDX-License-Identifier: EUPL-1.2 */
/* Who made a booking: decides who may move, cancel or change it (dossier 3.3). */
#pragma once

typedef enum
{
  BOOKING_BY_CITIZEN,
  BOOKING_BY_PLANNER,
  BOOKING_BY_KSS,
  BOOKING_BY_UNEMPLOYMENT_FUND,
} BookingOrigin;
