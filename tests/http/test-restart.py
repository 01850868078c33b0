# SPDX-License-Identifier: EUPL-1.2
# Restarts of plannerd on sockets that are handed over, under load: nobody is turned away, and nothing is lost or done twice.

import fcntl
import http.client
import re
import signal
import socket
import ssl
import threading
import time

import testlib
from planner_process import PATH, Caller, Municipality, PlannerProcess
from soap_client import message

UNIT = "89000"
OFFER = "10000000-0000-4000-8000-000000000001"
N_FRESH, N_KEPT = 3, 3
PATIENCE_S = 120


class HandedOver(PlannerProcess):
    """plannerd as a service manager starts it: the sockets of two faces are bound before, and stay when it goes."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.sockets = [socket.create_server(("127.0.0.1", port), backlog=512) for port in (self.plain_port, self.tls_port)]
        # Numbers above those that a shell can be told of in every form.
        self.handed = [fcntl.fcntl(one.fileno(), fcntl.F_DUPFD, 20) for one in self.sockets]
        words = [f"{3 + i}<&{number} {number}<&-" for i, number in enumerate(self.handed)]
        self.arguments = ["bash", "-c", f'LISTEN_PID=$$ exec "$@" {" ".join(words)}', "bash", *self.arguments]
        self.environment.update({"LISTEN_FDS": "2", "LISTEN_FDNAMES": "plain:dfdg"})
        self.pass_fds = tuple(self.handed)


class Client(threading.Thread):
    """One client that books and cancels for one citizen after another; KEPT keeps its connection, TLS goes to the DFDG face."""

    def __init__(self, planner, number, kept, tls, starts):
        super().__init__(daemon=True)
        self.planner, self.number, self.kept, self.tls, self.starts = planner, number, kept, tls, starts
        self.connection, self.stopping = None, threading.Event()
        self.bookings, self.cancelled, self.failures, self.n_retried = [], [], [], 0

    def connect(self):
        """A new connection; it waits in the backlog while nobody serves."""
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.planner.plain_port, timeout=PATIENCE_S)
        context = self.planner.certificates.context("dfdg")
        return http.client.HTTPSConnection("127.0.0.1", self.planner.tls_port, timeout=PATIENCE_S, context=context)

    def exchange(self, text):
        """One request and its answer, on the kept connection if there is one."""
        reused = self.connection is not None
        if not reused:
            self.connection = self.connect()
        try:
            headers = {"Content-Type": "text/xml; charset=utf-8"}
            self.connection.request("POST", PATH, text, headers if self.kept else {**headers, "Connection": "close"})
            reply = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
            # Closed before the first byte of an answer. On a connection that had rested, every client tries once more.
            self.connection.close()
            self.connection = None
            if not reused:
                raise
            self.n_retried += 1
            return self.exchange(text)
        answer = reply.status, reply.read().decode()
        if not self.kept or reply.will_close:
            self.connection.close()
            self.connection = None
        return answer

    def book(self, citizen, start):
        """Books and cancels again, so that the town never fills up."""
        for operation in ("CreateBooking", "CancelBooking"):
            members = {"start": start, "offer": OFFER, "contact": 1}
            if operation == "CancelBooking":
                members = {"booking": self.bookings[-1]}
            status, answer = self.exchange(message(operation, cpr=citizen, **members))
            found = re.search(r"<BookingIdentifier>([^<]+)<", answer)
            if status != 200 or found is None:
                raise AssertionError(f"{operation} {status} {answer}")
            (self.bookings if operation == "CreateBooking" else self.cancelled).append(found.group(1))

    def run(self):
        n_rounds = 0
        while not self.stopping.is_set():
            citizen = testlib.cpr(10000 * self.number + n_rounds % 10000)
            start = self.starts[(n_rounds * 7 + self.number) % len(self.starts)]
            n_rounds += 1
            try:
                self.book(citizen, start)
            except Exception as error:  # pylint: disable=broad-except
                self.failures.append(f"client {self.number}: {error!r}")
                self.connection = None
            # A pause now and then, so that kept connections rest when a stop comes.
            time.sleep(0.002 if n_rounds % 10 else 0.1)


def list_starts(planner):
    """The start times of the offer in the coming weeks."""
    day = 24 * 3600
    from_time, to_time = (
        time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + n_days * day)) for n_days in (2, 60)
    )
    connection = http.client.HTTPConnection("127.0.0.1", planner.plain_port, timeout=PATIENCE_S)
    text = message("GetSelfbookTimeslots", cpr=testlib.cpr(1), offer=OFFER, from_time=from_time, to_time=to_time)
    connection.request("POST", PATH, text, {"Content-Type": "text/xml; charset=utf-8"})
    answer = connection.getresponse().read().decode()
    connection.close()
    return list(dict.fromkeys(re.findall(r"<StartTime>([^<]+)<", answer)))


def test_restarts_under_load():
    """So many restarts: 0 failed calls, and as many bookings in the database as clients were told of."""
    town = Municipality().jobcenter(UNIT, n_advisors=40).offer(OFFER, UNIT, 7, duration=30, grid=30)
    callers = [Caller("plain", plain=True), Caller("dfdg")]
    planner = HandedOver(town, callers, settings={"limits/stop-grace-ms": "500"})
    generator = testlib.generator()
    n_restarts = testlib.budget("restarts")
    planner.start()
    starts = list_starts(planner)
    kinds = [(False, False)] * N_FRESH + [(True, False)] * N_KEPT + [(False, True), (True, True)]
    clients = [Client(planner, i + 1, kept, tls, starts) for i, (kept, tls) in enumerate(kinds)]
    for client in clients:
        client.start()
    for _ in range(n_restarts):
        time.sleep(generator.uniform(0.2, 0.8))
        planner.process.send_signal(signal.SIGTERM)
        testlib.equal(planner.process.wait(60), 0, "exit status")
        planner.start()
    time.sleep(0.3)
    for client in clients:
        client.stopping.set()
    for client in clients:
        client.join(PATIENCE_S)
        assert not client.is_alive(), f"client {client.number} still waits"
    failures = [failure for client in clients for failure in client.failures]
    told = [booking for client in clients for booking in client.bookings]
    testlib.note(f"{len(told)} bookings over {n_restarts} restarts, {sum(c.n_retried for c in clients)} retried on kept connections")
    assert not failures, f"{len(failures)} failed: {failures[:5]}"
    assert all(client.bookings for client in clients), "a client that booked nothing"
    testlib.equal(len(set(told)), len(told), "distinct bookings")
    testlib.equal(planner.count("SELECT count(*) FROM booking"), len(told), "bookings in the database")
    cancelled = sum(len(client.cancelled) for client in clients)
    testlib.equal(planner.count("SELECT count(*) FROM booking WHERE state = 'cancelled'"), cancelled, "cancelled ones")
    planner.control("verify")
    planner.stop()


if __name__ == "__main__":
    testlib.run(globals())
