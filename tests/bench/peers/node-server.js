// SPDX-License-Identifier: EUPL-1.2
// A peer to measure against: GetSelfbookTimeslots by Node's soap package, the free times in memory.
"use strict";

const [port, slotsPath, wsdlPath, modules] = process.argv.slice(2);
const fs = require("fs");
const http = require("http");
const soap = require("module").createRequire(modules)("soap");

const CAP = 1000;
const offers = new Map();

for (const line of fs.readFileSync(slotsPath, "utf8").split("\n")) {
    const [offer, start, end, worker, name] = line.split("\t");
    if (!offers.has(offer)) offers.set(offer, []);
    offers.get(offer).push({ start: start * 1000, end: end * 1000, worker, name });
}

function find(rows, instant) {
    let low = 0, high = rows.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (rows[middle].start < instant) low = middle + 1;
        else high = middle;
    }
    return low;
}

function list(call) {
    const rows = offers.get(call.InterviewOptionID);
    if (!rows || !/^\d{10}$/.test(call.PersonCivilRegistrationIdentifier)) throw new Error("The request is not valid.");
    const end = Date.parse(call.BookingOptionIntervalEndTime);
    const slots = [];
    let at = find(rows, Date.parse(call.BookingOptionIntervalStartTime));
    for (; at < rows.length && rows[at].start < end && slots.length < CAP; at++) {
        const { start, end: until, worker, name } = rows[at];
        slots.push({
            StartTime: new Date(start).toISOString(),
            EndTime: new Date(until).toISOString(),
            CaseWorkerToBook: { CaseWorkerIdentifier: worker, CaseWorkerName: name },
        });
    }
    const cut = at < rows.length && rows[at].start < end;
    return { TimeslotCollection: { Timeslot: slots }, TimeslotCollectionTruncated: cut };
}

const face = { GetSelfbookTimeslots: list };
const services = { ExternalBookingService: { ExternalBookingServiceSoap: face, ExternalBookingServiceSoap12: face } };
const server = http.createServer((request, response) => response.writeHead(404).end());
server.listen(Number(port), "127.0.0.1", () => {
    soap.listen(server, "/soap/ExternalBookingService/v3", services, fs.readFileSync(wsdlPath, "utf8"));
});
