import type { Init, StageEvent } from '@minchat/contracts';
import { createLogger } from '@minchat/telemetry';
import { expect, it } from 'vitest';
import { createLogSink, readLine } from './log-sink.ts';

const silent = createLogger('test', { level: 'silent' });

it('reads what the logger writes, without stacks, and nothing else', () => {
  const lines: string[] = [];
  const log = createLogger('sft-trainer', { level: 'trace', destination: { write: (line) => void lines.push(line) } }).child({ run: 'r', job: 'j', stage: 'sft' });
  log.info({ name: 'wasm' }, 'backend');
  log.debug('inside');
  log.error({ err: new Error('broken') }, 'failed');
  const [info, debug, error] = lines.map(readLine);
  expect(info).toMatchObject({ level: 'info', message: 'backend', fieldsJson: '{"name":"wasm"}' });
  expect(Math.abs((info?.atMs ?? 0) - Date.now())).toBeLessThan(60_000);
  expect(debug).toBeUndefined();
  expect(JSON.parse(error?.fieldsJson ?? '')).toEqual({ err: { type: 'Error', message: 'broken' } });
  expect([readLine('no json'), readLine('null'), readLine('{}')]).toEqual([undefined, undefined, undefined]);
});

it('publishes lines together, and at most so many', async () => {
  const events: Init<StageEvent>[] = [];
  const sink = createLogSink(async (event) => void events.push(event), silent);
  for (let i = 0; i < 200; i += 1) sink.write(JSON.stringify({ level: 'info', msg: `line ${i}` }));
  await sink.flush();
  expect(events).toHaveLength(1);
  const lines = events[0]?.logged?.lines ?? [];
  expect(lines).toHaveLength(51);
  expect([lines[0]?.message, lines.at(-1)?.message]).toEqual(['line 0', '150 more lines']);
  await sink.flush();
  expect(events).toHaveLength(1);
});
