<?php
/* SPDX-License-Identifier: EUPL-1.2 */
/* A peer to measure against: GetSelfbookTimeslots by php-soap behind php-fpm, the free times kept by opcache. */

const CAP = 1000;
date_default_timezone_set('Europe/Copenhagen');

class Planner
{
    /* The first place of $starts at or after $instant. */
    private function find(array $starts, int $instant): int
    {
        $low = 0;
        $high = count($starts);
        while ($low < $high) {
            $middle = intdiv($low + $high, 2);
            if ($starts[$middle] < $instant) {
                $low = $middle + 1;
            } else {
                $high = $middle;
            }
        }
        return $low;
    }

    public function GetSelfbookTimeslots(object $in): array
    {
        $offer = (require $_SERVER['BENCH_SLOTS'])[$in->InterviewOptionID] ?? null;
        if ($offer === null || !preg_match('/^\d{10}$/', $in->PersonCivilRegistrationIdentifier)) {
            throw new SoapFault('Client', 'The request is not valid.');
        }
        $end = strtotime($in->BookingOptionIntervalEndTime);
        $slots = [];
        $at = $this->find($offer['start'], strtotime($in->BookingOptionIntervalStartTime));
        for (; $at < count($offer['start']) && $offer['start'][$at] < $end && count($slots) < CAP; $at++) {
            $slots[] = [
                'StartTime' => date('c', $offer['start'][$at]),
                'EndTime' => date('c', $offer['end'][$at]),
                'CaseWorkerToBook' => [
                    'CaseWorkerIdentifier' => $offer['worker'][$at],
                    'CaseWorkerName' => $offer['name'][$at],
                ],
            ];
        }
        $cut = $at < count($offer['start']) && $offer['start'][$at] < $end;
        return ['TimeslotCollection' => ['Timeslot' => $slots], 'TimeslotCollectionTruncated' => $cut];
    }
}

$server = new SoapServer($_SERVER['BENCH_WSDL'], ['cache_wsdl' => WSDL_CACHE_BOTH, 'soap_version' => SOAP_1_1]);
$server->setClass('Planner');
$server->handle();
