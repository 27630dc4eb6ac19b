import { once } from 'node:events';
import { fork } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';
import { MinchatError } from '@minchat/errors';
import { createMetrics, startTracing, traceId, withSpan } from '@minchat/telemetry';
import { WireError, decode, encode } from '@minchat/contracts';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rpc } from './rpc-table.ts';
import { StreamInbox } from './stream-inbox.ts';
import { testBus } from './test-bus.ts';
import { startNatsServer, type TestNats } from './testing.ts';
import type { Bus, HandlerContext } from './types.ts';

let nats: TestNats;
let server: Bus;
let client: Bus;
const metrics = createMetrics('test');
const tracing = startTracing('test');
beforeAll(async () => {
  nats = await startNatsServer();
  [server, client] = await Promise.all([testBus(nats.url, { metrics }), testBus(nats.url)]);
});
afterAll(async () => {
  await Promise.all([server.close(), client.close()]);
  await nats.stop();
  await tracing.shutdown();
});

const model = { kind: 'model', digest: `sha256:${'a'.repeat(64)}`, size: 1 };
const generate = { requestId: 'r', model, text: 'once' };

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(items);
}

describe('requests', () => {
  it('are answered by one of the instances, within the trace of the client', async () => {
    const traces: (string | undefined)[] = [];
    const answer = async ({ runId }: { runId: string }) => {
      traces.push(traceId());
      return { runId, specJson: '{}', status: 1 as const };
    };
    const instances = [server.serve(rpc.getRun, answer), server.serve(rpc.getRun, answer)];
    await instances[1]?.ready;
    const trace = await withSpan('test', {}, async () => {
      expect(await client.call(rpc.getRun, { runId: 'x' })).toMatchObject({ runId: 'x', stages: [] });
      return traceId();
    });
    expect(traces).toEqual([trace]);
    await Promise.all(instances.map((instance) => instance.stop()));
  });

  it('bring errors back with code, message and hint, and count them', async () => {
    const failing = server.serve(rpc.getRun, async ({ runId }) => {
      if (runId === 'bug') throw new TypeError('x is not a function');
      throw new MinchatError('MC_NOT_FOUND', `no run ${runId}`, { hint: 'look again' });
    });
    await failing.ready;
    await expect(client.call(rpc.getRun, { runId: 'x' })).rejects.toMatchObject({ code: 'MC_NOT_FOUND', message: 'no run x', hint: 'look again' });
    await expect(client.call(rpc.getRun, { runId: 'bug' })).rejects.toMatchObject({ code: 'MC_INTERNAL' });
    expect(await metrics.registry.metrics()).toContain('method="rpc.run.get",code="MC_NOT_FOUND"');
    await failing.stop();
  });

  it('fail with a code when nobody answers, the answer is late, or the client gives up', async () => {
    await expect(client.call(rpc.getRun, { runId: 'x' })).rejects.toMatchObject({ code: 'MC_SERVICE_UNAVAILABLE' });
    await expect(collect(client.stream(rpc.generate, generate))).rejects.toMatchObject({ code: 'MC_SERVICE_UNAVAILABLE' });
    const { promise: never, resolve } = Promise.withResolvers<void>();
    const slow = server.serve(rpc.getRun, async ({ runId }) => {
      await never;
      return { runId, specJson: '{}', status: 1 as const };
    });
    await slow.ready;
    await expect(client.call(rpc.getRun, { runId: 'x' }, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'MC_TIMEOUT' });
    const controller = new AbortController();
    const call = client.call(rpc.getRun, { runId: 'x' }, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'MC_CANCELLED' });
    resolve();
    await slow.stop();
  });

  it('that break the contract are refused on either side', async () => {
    await expect(client.call(rpc.getRun, { runId: 'A B' })).rejects.toMatchObject({ code: 'MC_MESSAGE_INVALID' });
    const wrong = server.serve(rpc.getRun, async () => ({ runId: 'x' }));
    await wrong.ready;
    await expect(client.call(rpc.getRun, { runId: 'x' })).rejects.toMatchObject({ code: 'MC_MESSAGE_INVALID' });
    await wrong.stop();
  });
});

describe('versions that differ', () => {
  const run = async ({ runId }: { runId: string }) => ({ runId, specJson: '{}', status: 1 as const });

  it('are told where a request has what the service does not know', async () => {
    const serving = server.serve(rpc.getRun, run);
    await serving.ready;
    const connection = await connect({ servers: nats.url });
    // Field 1000, a number.
    const { headers, data } = await connection.request(rpc.getRun.subject, Uint8Array.from([...encode(rpc.getRun.request, { runId: 'x' }), 0xc0, 0x3e, 1]));
    expect(headers?.get('Mc-Error')).toBe('MC_VERSION_MISMATCH');
    expect(decode(WireError, data).message).toBe('GetRunRequest: expected fields that this version knows, found others');
    await connection.close();
    await serving.stop();
  });

  it('are told where one answers in parts and the other does not', async () => {
    const { subject, request, reply } = rpc.getRun;
    const whole = server.serve(rpc.getRun, run);
    await whole.ready;
    await expect(collect(client.stream({ subject, request, reply, stream: true }, { runId: 'x' }))).rejects.toMatchObject({ code: 'MC_VERSION_MISMATCH', message: 'rpc.run.get: expected a stream, found one reply' });
    await whole.stop();
    const parts = server.serve({ subject, request, reply, stream: true }, async function* (asked) {
      yield await run(asked);
    });
    await parts.ready;
    await expect(client.call(rpc.getRun, { runId: 'x' })).rejects.toMatchObject({ code: 'MC_VERSION_MISMATCH', message: 'rpc.run.get: expected one reply, found a stream' });
    await parts.stop();
  });
});

it('closes although handlers go on, and what they answer or throw afterwards concerns nobody', async () => {
  const other = await testBus(nats.url);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const serving = other.serve(rpc.getRun, async ({ runId }) => {
    await closed;
    if (runId === 'fails') throw new Error('too late');
    return { runId, specJson: '{}', status: 1 as const };
  });
  await serving.ready;
  for (const runId of ['answers', 'fails']) await expect(client.call(rpc.getRun, { runId }, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'MC_TIMEOUT' });
  await other.close();
  resolve();
  await turn();
  await expect(other.call(rpc.getRun, { runId: 'x' })).rejects.toMatchObject({ code: 'MC_NATS_UNAVAILABLE' });
  await expect(Array.fromAsync(other.stream(rpc.generate, generate))).rejects.toMatchObject({ code: 'MC_NATS_UNAVAILABLE' });
});

describe('streams', () => {
  /** Gives chunks until it is aborted, and tells when. */
  function endless(): { handler: (request: unknown, context: HandlerContext) => AsyncGenerator<{ text: string }>; aborted: Promise<string> } {
    const { promise, resolve } = Promise.withResolvers<string>();
    return {
      aborted: promise,
      async *handler(_request, { signal }) {
        signal.addEventListener('abort', () => resolve((signal.reason as Error).message));
        for (let index = 0; !signal.aborted; index += 1) {
          yield { text: String(index) };
          await new Promise((next) => setTimeout(next, 5));
        }
      },
    };
  }

  it('bring every part in order', async () => {
    const serving = server.serve(rpc.generate, async function* ({ text }) {
      for (let index = 0; index < 500; index += 1) yield { text: `${text} ${index}`, index };
    });
    await serving.ready;
    const parts = await collect(client.stream(rpc.generate, generate));
    expect(parts).toHaveLength(500);
    expect(parts.every((part, index) => part.index === index)).toBe(true);
    await serving.stop();
  });

  it('go no further than a window ahead of a client that reads slowly, and lose nothing', async () => {
    const text = 'x'.repeat(500_000);
    let made = 0;
    const serving = server.serve(rpc.generate, async function* () {
      for (; made < 60; made += 1) {
        await turn();
        yield { text, index: made };
      }
    });
    await serving.ready;
    const parts: number[] = [];
    for await (const { index } of client.stream(rpc.generate, generate)) {
      parts.push(index);
      // Long enough for all of them.
      if (index === 0) await new Promise((next) => setTimeout(next, 1000));
      expect(made).toBeLessThan(index + 20);
    }
    expect(parts).toEqual(Array.from({ length: 60 }, (_, index) => index));
    await serving.stop();
  });

  it('end with the error of the handler, after what came before it', async () => {
    const serving = server.serve(rpc.generate, async function* () {
      yield { text: 'a' };
      throw new MinchatError('MC_CONTEXT_LENGTH', 'too long');
    });
    await serving.ready;
    const parts: string[] = [];
    const reading = (async () => {
      for await (const { text } of client.stream(rpc.generate, generate)) parts.push(text);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'MC_CONTEXT_LENGTH' });
    expect(parts).toEqual(['a']);
    await serving.stop();
  });

  it('are cancelled when the client leaves the loop', async () => {
    const { handler, aborted } = endless();
    const serving = server.serve(rpc.generate, handler);
    await serving.ready;
    for await (const { text } of client.stream(rpc.generate, generate)) if (text === '2') break;
    expect(await aborted).toBe('the client cancelled');
    await serving.stop();
  });

  it('are cancelled by the signal, also while the handler gives nothing', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    const serving = server.serve(rpc.generate, async function* (_request, { signal }) {
      yield { text: 'a' };
      await new Promise<void>((stop) => signal.addEventListener('abort', () => stop(), { once: true }));
      resolve();
    });
    await serving.ready;
    const controller = new AbortController();
    const reading = (async () => {
      for await (const part of client.stream(rpc.generate, generate, { signal: controller.signal })) if (part.text === 'a') controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'MC_CANCELLED' });
    await aborted;
    await serving.stop();
  });

  it('are cancelled when the client is killed', async () => {
    const { handler, aborted } = endless();
    const serving = server.serve(rpc.generate, handler);
    await serving.ready;
    const child = fork(new URL('./test-client.ts', import.meta.url), [nats.url], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
    await once(child, 'message');
    child.kill('SIGKILL');
    expect(await aborted).toBe('the client went away');
    await serving.stop();
  });

  it('are cancelled when nobody reads them any more, although the client is there and its word was lost', async () => {
    const { handler, aborted } = endless();
    const serving = server.serve(rpc.generate, handler);
    await serving.ready;
    const connection = await connect({ servers: nats.url });
    const left = StreamInbox.of(connection).open(() => undefined);
    left.close();
    connection.publish(rpc.generate.subject, encode(rpc.generate.request, generate), { reply: left.subject });
    expect(await aborted).toBe('the client went away');
    await connection.close();
    await serving.stop();
  });

  it('time out when the service goes silent, and not while it beats', async () => {
    const { promise: never, resolve } = Promise.withResolvers<void>();
    const serving = server.serve(rpc.generate, async function* () {
      await never;
      yield { text: 'late' };
    });
    await serving.ready;
    // The first beat comes after 2 s.
    await expect(collect(client.stream(rpc.generate, generate, { timeoutMs: 500 }))).rejects.toMatchObject({ code: 'MC_TIMEOUT' });
    const patient = collect(client.stream(rpc.generate, generate, { timeoutMs: 2800 }));
    await new Promise((next) => setTimeout(next, 3500));
    resolve();
    expect(await patient).toMatchObject([{ text: 'late' }]);
    await serving.stop();
  });

  it('tell the client when the service stops', async () => {
    const { handler, aborted } = endless();
    const serving = server.serve(rpc.generate, handler);
    await serving.ready;
    const reading = (async () => {
      for await (const { text } of client.stream(rpc.generate, generate)) if (text === '1') void serving.stop();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'MC_SERVICE_UNAVAILABLE' });
    await aborted;
  });
});
