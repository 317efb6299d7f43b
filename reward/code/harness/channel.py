# SPDX-License-Identifier: Apache-2.0
#
# The way from the tests to the judged program and back.
import _thread
import posix

import guest_reply


# The program has ended: no test that expects an exception may take this for one.
class Ended(BaseException):
    pass


# A call is a line on descriptor 3, its reply the next line on standard input, unless that calls a function
# of the tests first. The program can say what it likes and when; a line is its answer to what was asked
# last. One thread at a time.
class Channel:
    # `report`: a descriptor that is told "call" of the first.
    def __init__(self, report):
        self.calls = 0
        self.ended = False
        self._report = report
        self._lock = _thread.RLock()
        self._replies = open(posix.dup(0), "rb")
        posix.dup2(posix.open("/dev/null", posix.O_RDONLY), 0)

    # The reply to a call. `call_back` gives the line that answers a call of a function of the tests.
    def ask(self, call, call_back):
        with self._lock:
            self.calls += 1
            if self.calls == 1:
                posix.write(self._report, b"call\n")
            members = self._exchange(call)
            while (callback := guest_reply.read_call(members)) is not None:
                members = self._exchange(call_back(callback))
            return members

    def _exchange(self, line):
        reply = b"" if self.ended else self._send(line.encode() + b"\n")
        if not reply.endswith(b"\n"):
            self.ended = True
            raise Ended()
        return guest_reply.parse(reply.decode("utf-8", "replace"))

    def _send(self, data):
        try:
            while data:
                data = data[posix.write(3, data) :]
        except BrokenPipeError:
            return b""
        return self._replies.readline()
