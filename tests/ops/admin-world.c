/* SPDX-License-Identifier: EUPL-1.2 */
/* A small municipality in a world without sockets, for admin commands and what citizens see of them. */
#include "admin-world.h"

#include "admin-harness.h"

/* Advisor RID-1 works 09-12 every weekday; the room has no hours and is open all the time. */
const char admin_world_municipality[] =
  "{\"files\": {\"tenant.csv\": \"tenant,name\\ndemo,Demo\\n\","
  "\"codes.csv\": \"list,code,name\\ncontact-types,1,Form\\n\","
  "\"units.csv\": \"unit,name\\n89000,Demo\\n\","
  "\"resources.csv\": \"resource,kind,name,email,units\\nRID-1,advisor,Vejleder 01,v1@demo.example,"
  "89000\\nrum-1,room,Rum 1,r1@demo.example,89000\\n\","
  "\"working-time.csv\": \"resource,weekdays,start,end\\nRID-1,mon-fri,09:00,12:00\\n\","
  "\"offers.csv\": "
  "\"identifier,unit,title,interview_type,duration,contact_types,advisors,form,seats"
  "\\n" OFFER ",89000,Jobsamtale,7,30,1,RID-1,,\\n" GROUP ",89000,Møde,9,30,1,RID-1,group,3\\n\"}}";

JsonObject *
admin_world_run (World *world, const char *command, const char *arguments, GError **error)
{
  JsonObject *result =
    admin_harness_run_on (world->writer, world->now_us, command, arguments, error);

  world_expire (world); /* hands the changes to the index, as the service does */
  return result;
}

JsonObject *
admin_world_ask (World *world, const char *command, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result = admin_world_run (world, command, arguments, &error);

  g_assert_no_error (error);
  return result;
}

/* Monday 23 November 2026, 08:00 UTC. */
World *
admin_world_new (void)
{
  World *world = world_new (world_instant ("2026-11-23T08:00:00Z"));

  json_object_unref (admin_world_ask (world, "import", admin_world_municipality));
  return world;
}

/* Starts that a citizen is offered between two instants, HH:MM UTC parted by blanks. */
char *
admin_world_dup_offered (World *world, const char *offer, const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (9),
    .interview_option_id = offer,
    .booking_option_interval_start_time = world_time (world_instant (from)),
    .booking_option_interval_end_time = world_time (world_instant (to)),
  };
  const ContractGetSelfbookTimeslotsResponse *response =
    world_call (world, "GetSelfbookTimeslots", &request, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < response->timeslot_collection.n_items; i++)
    {
      gint64 at_us = response->timeslot_collection.items[i].start_time.unix_us;
      gint64 minute = at_us / (60 * G_USEC_PER_SEC) % 1440;
      g_string_append_printf (text, "%s%02d:%02d", i == 0 ? "" : " ", (int) (minute / 60),
                              (int) (minute % 60));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
admin_world_book (World *world, guint citizen, const char *offer, const char *start)
{
  g_autoptr (GError) error = NULL;
  ContractCreateBookingRequest request = { .person_civil_registration_identifier =
                                             testlib_cpr (citizen),
                                           .interview_option_id = offer,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time = world_time (world_instant (start)),
                                           .interview_contact_type_identifier = 1 };

  g_assert_nonnull (world_call (world, "CreateBooking", &request, &error));
  g_assert_no_error (error);
}
