/* SPDX-License-Identifier: EUPL-1.2 */
/* A booking as a message, and the parts of a message as a booking. */
#pragma once

#include "ops/call/op.h"
#include "store/booking-store.h"
#include "store/hold-store.h"

#define BOOKING_STATUS_RESERVED  1
#define BOOKING_STATUS_BOOKED    2
#define BOOKING_STATUS_CANCELLED 3
#define BOOKING_FORM_INDIVIDUAL  1
#define BOOKING_FORM_GROUP       2

/* Texts are borrowed from @booking and the catalogue, or made in the arena. */
void booking_details_fill (const OpCall *call,
                           const Booking *booking,
                           ContractBookingDetails *out_details);
void booking_set_core (const OpCall *call, Booking *booking, Period core);
void
booking_place (const OpCall *call, Booking *booking, const CatalogueOffer *offer, const Hold *hold);
Booking *booking_from_offer (const OpCall *call,
                             const CatalogueOffer *offer,
                             const char *identifier,
                             gint64 contact_type);
ContractInterviewLocationDetail *location_detail_new (const OpCall *call,
                                                      const char *location,
                                                      const char *room_name,
                                                      const char *address,
                                                      const char *telephone,
                                                      const char *link);
char *address_to_text (const ContractAddress *address);
char *contact_options_to_text (const ContractContactOptions *options);
