<?php
// SPDX-License-Identifier: EUPL-1.2
// The whole booking flow with PHP's SoapClient over mutual TLS; facts.json says where and for whom.

error_reporting(E_ALL);
set_error_handler(function ($level, $text, $file, $line) {
    throw new ErrorException($text, 0, $level, $file, $line);
});

/** A SoapClient that keeps every message as it went over the wire. */
class CapturingClient extends SoapClient
{
    private string $folder;

    public function __construct(array $facts, string $caller)
    {
        $this->folder = $facts['capture'];
        $tls = ['cafile' => $facts['authority'], 'local_cert' => $facts[$caller], 'verify_peer' => true];
        parent::__construct($facts['wsdl'], [
            'soap_version' => SOAP_1_1,
            'cache_wsdl' => WSDL_CACHE_NONE,
            'exceptions' => true,
            'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
            'keep_alive' => true,
            'stream_context' => stream_context_create(['ssl' => $tls]),
        ]);
    }

    public function __doRequest($request, $location, $action, $version, $oneWay = false): ?string
    {
        $number = sprintf('%03d', count(glob($this->folder . '/*-request.xml')));
        $answer = parent::__doRequest($request, $location, $action, $version, $oneWay);
        file_put_contents("{$this->folder}/$number-request.xml", $request);
        file_put_contents("{$this->folder}/$number-answer.xml", $answer);
        return $answer;
    }
}

function check(bool $holds, string $what): void
{
    if (!$holds) {
        throw new Exception("does not hold: $what");
    }
}

function expect_fault(int $code, callable $call): void
{
    try {
        $call();
    } catch (SoapFault $fault) {
        check(isset($fault->detail->PlannerFault), "fault has its detail: {$fault->getMessage()}");
        check((int) $fault->detail->PlannerFault->Code === $code, "code of the fault is $code");
        return;
    }
    throw new Exception("not refused with $code");
}

function seconds(string $time): int
{
    return (new DateTimeImmutable($time))->getTimestamp();
}

function walk_citizen(array $facts, CapturingClient $dfdg): void
{
    $citizen = ['PersonCivilRegistrationIdentifier' => $facts['cpr']];
    $interval = [
        'BookingOptionIntervalStartTime' => $facts['interval_start'],
        'BookingOptionIntervalEndTime' => $facts['interval_end'],
    ];
    $options = $dfdg->GetSelfbookInterviewOptions($citizen + [
        'JobCenterCode' => $facts['unit'],
        'ContactGroupTypeIdentifier' => 1,
        'HasExternalOperatorReferral' => false,
    ])->InterviewOptionCollection->InterviewOption;
    $mine = array_values(array_filter($options, fn ($one) => $one->InterviewTypeIdentifier === 7));
    check(count($options) === 3 && $mine[0]->InterviewOptionIdentifier === $facts['offer'], 'three offers');
    $offer = ['InterviewOptionID' => $mine[0]->InterviewOptionIdentifier];
    $workers = $dfdg->GetSelfbookCaseWorkers($citizen + $offer)->CaseWorkerToBookCollection->CaseWorkerToBook;
    check(count($workers) === 3, 'three case workers');
    $slots = $dfdg->GetSelfbookTimeslots($citizen + $offer + $interval)->TimeslotCollection->Timeslot;
    check(count($slots) > 50, 'more than fifty times');

    $slot = $slots[5];
    $reserved = $dfdg->GetBookingDetails($citizen + $offer + [
        'BookingStartTime' => $slot->StartTime,
        'CaseWorkerIdentifier' => $slot->CaseWorkerToBook->CaseWorkerIdentifier,
    ]);
    $create = $citizen + [
        'InterviewContactTypeIdentifier' => 1,
        'ReservationIdentifier' => $reserved->ReservationIdentifier,
    ];
    $made = $dfdg->CreateBooking($create)->BookingDetails;
    check($made->BookingStartTime === $slot->StartTime, 'booked at the time that was listed');
    check($made->Title === 'Jobsamtale' && $made->SelfBooked === true, 'title and origin');
    $again = $dfdg->CreateBooking($create)->BookingDetails;
    check($again->BookingIdentifier === $made->BookingIdentifier, 'a repeated call is one booking');
    expect_fault(990001, fn () => $dfdg->CreateBooking($offer + [
        'PersonCivilRegistrationIdentifier' => $facts['rival_cpr'],
        'BookingStartTime' => $made->BookingStartTime,
        'CaseWorkerIdentifier' => $made->CaseWorkerIdentifier,
        'InterviewContactTypeIdentifier' => 1,
    ]));

    $booking = $citizen + ['BookingIdentifier' => $made->BookingIdentifier];
    $targets = $dfdg->GetSelfbookTimeslots($booking + $interval)->TimeslotCollection->Timeslot;
    $later = array_filter($targets, fn ($one) => seconds($one->StartTime) > seconds($made->BookingStartTime));
    $target = reset($later);
    $reserved = $dfdg->GetBookingDetails($booking + ['BookingStartTime' => $target->StartTime]);
    $moved = $dfdg->RescheduleBooking($booking + ['ReservationIdentifier' => $reserved->ReservationIdentifier]);
    check($moved->BookingDetails->BookingStartTime === $target->StartTime, 'moved');
    check($dfdg->AcceptBooking($booking)->BookingDetails->AcceptedBooking === true, 'accepted');
    check($dfdg->CancelBooking($booking)->BookingDetails->Revision === 4, 'cancelled');
    $dfdg->ReportError($booking + [
        'ErrorCode' => 9303,
        'ErrorText' => 'Prøve: æøå & <så videre>',
        'ErrorOrigin' => 32,
        'ErrorTime' => $facts['interval_start'],
    ]);
}

function walk_municipality(array $facts, CapturingClient $dfdg, CapturingClient $indkalder): void
{
    $citizen = ['PersonCivilRegistrationIdentifier' => $facts['registered_cpr']];
    $start = (new DateTimeImmutable($facts['interval_start']))->setTime(9, 0);
    $summons = $citizen + [
        'JobCenterCode' => $facts['unit'],
        'ReBookingPossible' => false,
        'CancellationPossible' => false,
        'CompulsoryAttendance' => true,
        'BookingStartTime' => $start->format(DateTimeInterface::ATOM),
        'BookingEndTime' => $start->modify('+45 minutes')->format(DateTimeInterface::ATOM),
        'InterviewTypeIdentifier' => 12,
        'InterviewFormTypeIdentifier' => 1,
        'InterviewContactTypeIdentifier' => 1,
        'Title' => 'Samtale om næste skridt',
        'InterviewLocationDetail' => ['InterviewLocationDescription' => 'Indgang Ø', 'RoomName' => 'Lokale 1'],
        'CaseWorkerIdentifier' => $facts['unit'] . '-02',
    ];
    expect_fault(990023, fn () => $dfdg->RegisterBooking($summons));
    $registered = $indkalder->RegisterBooking($summons);
    check($registered->ConflictFlag === false, 'no conflict');
    $made = $registered->BookingDetails;
    $all = ['JobCenterCode' => $facts['unit'], 'MaxCount' => 100];
    $listed = $indkalder->GetBookings($all)->BookingCollection->Booking;
    check(count($listed) === 1 && $listed[0]->BookingIdentifier === $made->BookingIdentifier, 'listed');
    $booking = $citizen + ['BookingIdentifier' => $made->BookingIdentifier];
    $change = ['Revision' => $made->Revision, 'Description' => 'Medbring CV'];
    $changed = $indkalder->UpdateBooking($booking + $change)->BookingDetails;
    check($changed->Description === 'Medbring CV' && $changed->Revision === $made->Revision + 1, 'changed');
    $indkalder->DeleteBooking($booking);
    $left = $indkalder->GetBookings($all)->BookingCollection;
    check(!isset($left->Booking) || count($left->Booking) === 0, 'nothing left');
}

$facts = json_decode(file_get_contents($argv[1]), true, 16, JSON_THROW_ON_ERROR);
$dfdg = new CapturingClient($facts, 'dfdg');
walk_citizen($facts, $dfdg);
walk_municipality($facts, $dfdg, new CapturingClient($facts, 'indkalder'));
echo 'php-soap ', PHP_VERSION, " walked the flow\n";
