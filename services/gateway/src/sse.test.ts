import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import fastify, { type FastifyReply } from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clientGone, formatEvent, sendEvents, type ServerSentEvent } from './sse.ts';

describe('server-sent events', () => {
  const app = { current: fastify() };
  afterEach(async () => {
    vi.useRealTimers();
    await app.current.close();
  });

  /** Listens, and answers every request with these events. */
  const serve = (events: () => AsyncGenerator<ServerSentEvent, void, undefined>): Promise<number> => listen((reply) => sendEvents(reply, events()));

  async function listen(answer: (reply: FastifyReply) => Promise<unknown>): Promise<number> {
    app.current = fastify();
    app.current.get('/', (_request, reply) => answer(reply));
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

  it.each(['before it is answered', 'before anybody looks'])('notices a client that goes away %s', async (when) => {
    const client = new AbortController();
    const told = Promise.withResolvers<void>();
    const port = await listen(async (reply) => {
      const closed = once(reply.raw, 'close');
      // A model is looked up, say.
      if (when === 'before anybody looks') {
        client.abort();
        await closed;
      }
      const gone = clientGone(reply);
      gone.addEventListener('abort', () => told.resolve());
      if (gone.aborted) told.resolve();
      client.abort();
      await closed;
    });
    await expect(fetch(`http://127.0.0.1:${port}/`, { signal: client.signal })).rejects.toMatchObject({ name: 'AbortError' });
    await told.promise;
  });

  it('takes no client that has its answer for one that is gone', async () => {
    const signal = Promise.withResolvers<AbortSignal>();
    const port = await listen(async (reply) => {
      signal.resolve(clientGone(reply));
      return 'answer';
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text()).toBe('answer');
    await app.current.close();
    expect((await signal.promise).aborted).toBe(false);
  });

  it('shows that it lives while the first event is waited for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const event = Promise.withResolvers<void>();
    const port = await serve(async function* () {
      await event.promise;
      yield { data: 'late' };
      throw new Error('secret');
    });
    const answer = fetch(`http://127.0.0.1:${port}/`);
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
    await vi.advanceTimersByTimeAsync(15_000);
    const response = await answer;
    await vi.advanceTimersByTimeAsync(15_000);
    event.resolve();
    expect(await response.text()).toMatch(/^: beat\n\n: beat\n\ndata: late\n\ndata: \{"error":/);
  });

  it('gives an error before the first event a status of its own', async () => {
    const port = await serve(async function* () {
      yield* [];
      throw new Error('none');
    });
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500);
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
