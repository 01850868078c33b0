# SPDX-License-Identifier: EUPL-1.2
# The commands of a whole booking that run.sh prints behind `url` and `tls`; a test runs them as printed.
# An impossible citizen: the number fails its check.
citizen='<PersonCivilRegistrationIdentifier>0801585001</PersonCivilRegistrationIdentifier>'
type='Content-Type: text/xml; charset=utf-8'
head='<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>' tail='</Body></Envelope>'
ns='xmlns="urn:dk:planner:externalbooking:3"'
pick () { grep -o "<$1>[^<]*" | cut -d'>' -f2 | sed -n "${2:-1}p"; }
from=$(date -d '+3 days' +%F)T00:00:00 to=$(date -d '+24 days' +%F)T00:00:00

# 1. Offers: what can this citizen of contact group 1 book?
offers=$(curl -sS $tls -H "$type" -d "$head<GetSelfbookInterviewOptions $ns>$citizen<JobCenterCode>89000</JobCenterCode><ContactGroupTypeIdentifier>1</ContactGroupTypeIdentifier></GetSelfbookInterviewOptions>$tail" "$url")
echo "$offers" | grep -o '<Title>[^<]*'
offer=$(echo "$offers" | pick InterviewOptionIdentifier)

# 2. Times of the first offer.
times=$(curl -sS $tls -H "$type" -d "$head<GetSelfbookTimeslots $ns>$citizen<InterviewOptionID>$offer</InterviewOptionID><BookingOptionIntervalStartTime>$from</BookingOptionIntervalStartTime><BookingOptionIntervalEndTime>$to</BookingOptionIntervalEndTime></GetSelfbookTimeslots>$tail" "$url")
start=$(echo "$times" | pick StartTime)
echo "offer $offer at $start"

# 3. Reserve the first one.
reserved=$(curl -sS $tls -H "$type" -d "$head<GetBookingDetails $ns>$citizen<InterviewOptionID>$offer</InterviewOptionID><BookingStartTime>$start</BookingStartTime></GetBookingDetails>$tail" "$url")
reservation=$(echo "$reserved" | pick ReservationIdentifier)
contact=$(echo "$offers" | pick InterviewContactTypeIdentifier)
echo "reservation $reservation until $(echo "$reserved" | pick ReservationExpiryTime)"

# 4. Book it.
created=$(curl -sS $tls -H "$type" -d "$head<CreateBooking $ns>$citizen<InterviewContactTypeIdentifier>$contact</InterviewContactTypeIdentifier><ReservationIdentifier>$reservation</ReservationIdentifier></CreateBooking>$tail" "$url")
booking=$(echo "$created" | pick BookingIdentifier)
echo "booked $booking at $(echo "$created" | pick BookingStartTime) with $(echo "$created" | pick CaseWorkerName)"

# 5. Re-book: another time for the same booking.
others=$(curl -sS $tls -H "$type" -d "$head<GetSelfbookTimeslots $ns>$citizen<BookingIdentifier>$booking</BookingIdentifier><BookingOptionIntervalStartTime>$from</BookingOptionIntervalStartTime><BookingOptionIntervalEndTime>$to</BookingOptionIntervalEndTime></GetSelfbookTimeslots>$tail" "$url")
other=$(echo "$others" | grep -o '<StartTime>[^<]*' | grep -v "$start" | cut -d'>' -f2 | sed -n 5p)
moved=$(curl -sS $tls -H "$type" -d "$head<RescheduleBooking $ns>$citizen<BookingIdentifier>$booking</BookingIdentifier><BookingStartTime>$other</BookingStartTime></RescheduleBooking>$tail" "$url")
echo "moved to $(echo "$moved" | pick BookingStartTime)"

# 6. Cancel.
cancelled=$(curl -sS $tls -H "$type" -d "$head<CancelBooking $ns>$citizen<BookingIdentifier>$booking</BookingIdentifier></CancelBooking>$tail" "$url")
echo "cancelled, status $(echo "$cancelled" | pick BookingStatusIdentifier)"
