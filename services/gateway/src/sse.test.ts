import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { formatEvent, sendEvents, type ServerSentEvent } from './sse.ts';

describe('server-sent events', () => {
  const app = { current: fastify() };
  afterEach(() => app.current.close());

  /** Listens, and answers every request with these events. */
  async function serve(events: () => AsyncGenerator<ServerSentEvent, void, undefined>): Promise<number> {
    app.current = fastify();
    app.current.get('/', (_request, reply) => sendEvents(reply, events()));
    await app.current.listen({ host: '127.0.0.1', port: 0 });
    return (app.current.server.address() as AddressInfo).port;
  }

  it('keeps text with line ends in one event', () => {
    expect(formatEvent({ event: 'x', id: '1', data: 'a\nb' })).toBe('event: x\nid: 1\ndata: a\ndata: b\n\n');
  });

  it('sends what comes together in one write, the end with the last of it, and the rest as it comes', async () => {
    const port = await serve(async function* () {
      yield { data: 'first' };
      await delay(30);
      yield { data: 'a' };
      yield { data: 'b' };
      await delay(30);
      yield { data: 'last' };
      yield { data: '[DONE]' };
    });
    const socket = connect(port, '127.0.0.1');
    const writes: string[] = [];
    socket.on('data', (bytes) => writes.push(bytes.toString()));
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    await once(socket, 'close');
    expect(writes).toHaveLength(3);
    expect(writes[0]).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\w+\r\ndata: first\n\n\r\n$/);
    expect(writes[1]).toMatch(/^\w+\r\ndata: a\n\ndata: b\n\n\r\n$/);
    expect(writes[2]).toMatch(/^\w+\r\ndata: last\n\ndata: \[DONE\]\n\n\r\n0\r\n\r\n$/);
  });

  it('waits for a client that does not read, and loses nothing', async () => {
    const count = 4000;
    const data = 'x'.repeat(2000);
    let made = 0;
    const port = await serve(async function* () {
      for (; made < count; made += 1) {
        yield { data: `${made} ${data}` };
        if (made % 10 === 0) await setImmediate();
      }
    });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    await delay(300);
    expect(made).toBeLessThan(count);
    const text = await response.text();
    expect(text).toBe(Array.from({ length: count }, (_, i) => `data: ${i} ${data}\n\n`).join(''));
  });

  it('ends the events when the client goes away', async () => {
    const gone = Promise.withResolvers<void>();
    const port = await serve(async function* () {
      try {
        for (;;) {
          yield { data: 'more' };
          await delay(5);
        }
      } finally {
        gone.resolve();
      }
    });
    const client = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: client.signal });
    await response.body?.getReader().read();
    client.abort();
    await gone.promise;
  });

  it('tells an error after the first event as an event', async () => {
    const port = await serve(async function* () {
      yield { data: 'one' };
      throw new Error('secret');
    });
    const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(text).toMatch(/^data: one\n\ndata: \{"error":\{[^\n]*\}\}\n\n$/);
    expect(text).not.toContain('secret');
  });
});
