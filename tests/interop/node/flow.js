// SPDX-License-Identifier: EUPL-1.2
// The whole booking flow with Node's `soap` over mutual TLS in SOAP 1.1; facts.json says where and for whom.
'use strict'

const assert = require('assert')
const fs = require('fs')
const https = require('https')
const path = require('path')
const soap = require('soap')

const facts = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const ca = fs.readFileSync(facts.authority)
let messages = 0

/** A client that shows the certificate of CALLER, for the WSDL too. */
async function makeClient (caller) {
  const pem = fs.readFileSync(facts[caller])
  const httpsAgent = new https.Agent({ ca, cert: pem, key: pem })
  const options = { wsdl_options: { httpsAgent }, endpoint: facts.url }
  const client = await soap.createClientAsync(facts.wsdl, options)
  client.setSecurity(new soap.ClientSSLSecurity(pem, pem, ca))
  return client
}

function keep (client) {
  const stem = path.join(facts.capture, String(messages++).padStart(3, '0'))
  fs.writeFileSync(`${stem}-request.xml`, client.lastRequest)
  fs.writeFileSync(`${stem}-answer.xml`, client.lastResponse)
}

/** Calls OPERATION; the answer as the library reads it, or its fault as an exception. */
async function call (client, operation, request) {
  try {
    const [answer] = await client[`${operation}Async`](request)
    return answer
  } finally {
    keep(client)
  }
}

async function expectFault (code, client, operation, request) {
  let fault
  try {
    await call(client, operation, request)
  } catch (error) {
    fault = error.root.Envelope.Body.Fault
  }
  assert.ok(fault, `${operation} is not refused`)
  assert.strictEqual(Number(fault.detail.PlannerFault.Code), code)
}

const seconds = time => Math.floor(new Date(time).getTime() / 1000)
// The library reads times as Date, but would write a Date as no XML time.
const toText = time => new Date(time).toISOString()

async function walkCitizen (dfdg) {
  const citizen = { PersonCivilRegistrationIdentifier: facts.cpr }
  const interval = {
    BookingOptionIntervalStartTime: facts.interval_start,
    BookingOptionIntervalEndTime: facts.interval_end
  }
  const offers = await call(dfdg, 'GetSelfbookInterviewOptions',
    { ...citizen, JobCenterCode: facts.unit, ContactGroupTypeIdentifier: 1 })
  const options = offers.InterviewOptionCollection.InterviewOption
  assert.strictEqual(options.length, 3)
  const option = { InterviewOptionID: options.find(one => Number(one.InterviewTypeIdentifier) === 7).InterviewOptionIdentifier }
  assert.strictEqual(option.InterviewOptionID, facts.offer)
  const workers = await call(dfdg, 'GetSelfbookCaseWorkers', { ...citizen, ...option })
  assert.strictEqual(workers.CaseWorkerToBookCollection.CaseWorkerToBook.length, 3)
  const listed = await call(dfdg, 'GetSelfbookTimeslots', { ...citizen, ...option, ...interval })
  const slots = listed.TimeslotCollection.Timeslot
  assert.ok(slots.length > 50)

  const slot = slots[7]
  const reserved = await call(dfdg, 'GetBookingDetails', {
    ...citizen,
    ...option,
    BookingStartTime: toText(slot.StartTime),
    CaseWorkerIdentifier: slot.CaseWorkerToBook.CaseWorkerIdentifier
  })
  const create = {
    ...citizen, InterviewContactTypeIdentifier: 1, ReservationIdentifier: reserved.ReservationIdentifier
  }
  const made = (await call(dfdg, 'CreateBooking', create)).BookingDetails
  assert.strictEqual(seconds(made.BookingStartTime), seconds(slot.StartTime))
  assert.strictEqual(made.Title, 'Jobsamtale')
  const repeated = (await call(dfdg, 'CreateBooking', create)).BookingDetails
  assert.deepStrictEqual(repeated, made)
  await expectFault(990001, dfdg, 'CreateBooking', {
    PersonCivilRegistrationIdentifier: facts.rival_cpr,
    BookingStartTime: toText(slot.StartTime),
    ...option,
    CaseWorkerIdentifier: made.CaseWorkerIdentifier,
    InterviewContactTypeIdentifier: 1
  })

  const booking = { ...citizen, BookingIdentifier: made.BookingIdentifier }
  const targets = await call(dfdg, 'GetSelfbookTimeslots', { ...booking, ...interval })
  const target = targets.TimeslotCollection.Timeslot.find(one => seconds(one.StartTime) > seconds(slot.StartTime))
  const held = await call(dfdg, 'GetBookingDetails', { ...booking, BookingStartTime: toText(target.StartTime) })
  const moved = await call(dfdg, 'RescheduleBooking', { ...booking, ReservationIdentifier: held.ReservationIdentifier })
  assert.strictEqual(seconds(moved.BookingDetails.BookingStartTime), seconds(target.StartTime))
  const accepted = await call(dfdg, 'AcceptBooking', booking)
  assert.strictEqual(String(accepted.BookingDetails.AcceptedBooking), 'true')
  const cancelled = await call(dfdg, 'CancelBooking', booking)
  assert.strictEqual(Number(cancelled.BookingDetails.Revision), 4)
  await call(dfdg, 'ReportError', {
    ...booking, ErrorCode: 9303, ErrorText: 'Prøve: æøå & <så videre>', ErrorOrigin: 30, ErrorTime: facts.interval_start
  })
}

async function walkMunicipality (dfdg, indkalder) {
  const citizen = { PersonCivilRegistrationIdentifier: facts.registered_cpr }
  const start = new Date(facts.interval_start)
  start.setUTCHours(9, 0, 0, 0)
  const summons = {
    ...citizen,
    JobCenterCode: facts.unit,
    ReBookingPossible: false,
    CancellationPossible: false,
    CompulsoryAttendance: true,
    BookingStartTime: start.toISOString(),
    BookingEndTime: new Date(start.getTime() + 30 * 60000).toISOString(),
    InterviewTypeIdentifier: 12,
    InterviewFormTypeIdentifier: 1,
    InterviewContactTypeIdentifier: 1,
    Title: 'Samtale om <næste> skridt',
    CaseWorkerIdentifier: `${facts.unit}-03`
  }
  await expectFault(990023, dfdg, 'RegisterBooking', summons)
  const made = (await call(indkalder, 'RegisterBooking', summons)).BookingDetails
  assert.strictEqual(made.Title, summons.Title)
  const unit = { JobCenterCode: facts.unit, MaxCount: 100 }
  const listed = (await call(indkalder, 'GetBookings', unit)).BookingCollection.Booking
  assert.deepStrictEqual(listed.map(one => one.BookingIdentifier), [made.BookingIdentifier])
  const booking = { ...citizen, BookingIdentifier: made.BookingIdentifier }
  const changed = await call(indkalder, 'UpdateBooking', { ...booking, Revision: made.Revision, Description: 'Medbring CV' })
  assert.strictEqual(changed.BookingDetails.Description, 'Medbring CV')
  await call(indkalder, 'DeleteBooking', booking)
  const left = (await call(indkalder, 'GetBookings', unit)).BookingCollection
  assert.ok(!left || !left.Booking || left.Booking.length === 0)
}

async function main () {
  const dfdg = await makeClient('dfdg')
  await walkCitizen(dfdg)
  await walkMunicipality(dfdg, await makeClient('indkalder'))
  const { version } = require('soap/package.json')
  console.log(`node ${process.version} with soap ${version} walked the flow`)
}

main().catch(error => {
  console.error(error.stack || error)
  process.exitCode = 1
})
