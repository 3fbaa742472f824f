"""A connection to PostgreSQL that breaks where it hurts.

pgproxy.py LISTEN-SOCKET SERVER-SOCKET before|after N

Hands everything on, until a client sends its Nth COMMIT: "before" cuts both
sides without handing it on, "after" hands it on, waits for the server's answer
and keeps that to itself.  Connections that come later are left alone.
"""
import os
import socket
import sys
import threading

listen, server, when, number = sys.argv[1:3] + [sys.argv[3], int(sys.argv[4])]
commits = 0
done = False


def cut(*ends):
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def answers(client, upstream, mute):
    while data := upstream.recv(65536):
        if mute.is_set():
            break
        client.sendall(data)
    cut(client, upstream)


def serve(client):
    global commits, done
    upstream = socket.socket(socket.AF_UNIX)
    upstream.connect(server)
    mute = threading.Event()
    threading.Thread(target=answers, args=(client, upstream, mute)).start()
    while data := client.recv(65536):
        if b"COMMIT\0" in data and not done:
            commits += 1
            if commits == number:
                done = True
                if when == "before":
                    break
                mute.set()
        upstream.sendall(data)
    cut(client, upstream)


if os.path.exists(listen):
    os.unlink(listen)
door = socket.socket(socket.AF_UNIX)
door.bind(listen)
door.listen()
print("ready", flush=True)
while True:
    threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
