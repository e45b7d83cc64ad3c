"""A balancer as a Kubernetes Service is one: it spreads connections, not requests, over the replicas whose /readyz
says yes, and learns late of a change.
"""

import asyncio
import contextlib
import threading

PROBE_EVERY_S = 0.05
LAG_S = 0.2  # between a probe's answer and what it changes
PROBE_TIMEOUT_S = 2
PIECE_BYTES = 65536


class Balancer:
    """Runs on a thread of its own until the `with` block ends. Its address is `.address`."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._replicas = {}  # address of numbers -> in rotation
        self._turn = 0
        self._tasks = set()
        self.address = None

    def __enter__(self):
        self._thread.start()
        self.address = self._run(self._listen())
        return self

    def __exit__(self, *_):
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def add(self, counter):
        """Probes a counter_program.Counter from now on, and sends it connections while it is ready."""
        self._replicas[counter.address] = False
        self._run(self._spawn(self._probe(counter.address, counter.admin)))

    def in_rotation(self, counter):
        return self._replicas[counter.address]

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _spawn(self, coroutine):
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stop(self):
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def _probe(self, address, admin):
        while True:
            ready = await self._ready(admin)
            if ready != self._replicas[address]:
                await asyncio.sleep(LAG_S)
                self._replicas[address] = ready
            await asyncio.sleep(PROBE_EVERY_S)

    @staticmethod
    async def _ready(admin):
        host, port = admin.split(":")
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                line = await asyncio.wait_for(reader.readline(), PROBE_TIMEOUT_S)
                return line.startswith(b"HTTP/1.1 200 ")
            finally:
                writer.close()
        return False

    async def _accept(self, reader, writer):
        await self._spawn(self._forward(reader, writer))

    async def _forward(self, reader, writer):
        rotation = [address for address, ready in self._replicas.items() if ready]
        try:
            if not rotation:
                return
            self._turn += 1
            host, port = rotation[self._turn % len(rotation)].split(":")
            there, back = await asyncio.open_connection(host, int(port))
            try:
                await asyncio.gather(self._copy(reader, back), self._copy(there, writer))
            finally:
                back.close()
        except OSError:
            pass  # a replica or a client that is gone: the other side is told by the close
        finally:
            writer.close()

    @staticmethod
    async def _copy(source, target):
        while piece := await source.read(PIECE_BYTES):
            target.write(piece)
            await target.drain()
        target.write_eof()
