"""A WebSocket peer that others wrote: "client PORT" sends and checks an echo, "server" prints its port and echoes."""
import asyncio
import sys

import websockets

SUBPROTOCOLS = ["culvert.v1"]
SIZES = [1, 125, 126, 65535, 65536, 200000]


async def client(port):
    uri = f"ws://127.0.0.1:{port}/culvert"
    async with websockets.connect(uri, subprotocols=SUBPROTOCOLS, max_size=None) as socket:
        print("subprotocol", socket.subprotocol, flush=True)
        for size in SIZES:
            sent = bytes(i % 251 for i in range(size))
            await socket.send(sent)
            got = b""
            while len(got) < size:
                got += await socket.recv()
            assert got == sent, size
        await (await socket.ping(b"are you there"))
        await socket.send([b"frag", b"men", b"ted"])
        got = b""
        while len(got) < 10:
            got += await socket.recv()
        assert got == b"fragmented", got
    print("closed", socket.close_code, flush=True)


async def server():
    async def echo(socket):
        async for message in socket:
            await socket.send(message)
        print("closed", socket.close_code, flush=True)

    async with websockets.serve(echo, "127.0.0.1", 0, subprotocols=SUBPROTOCOLS) as serving:
        print("port", next(iter(serving.sockets)).getsockname()[1], flush=True)
        await asyncio.sleep(60)


asyncio.run(client(sys.argv[2]) if sys.argv[1] == "client" else server())
