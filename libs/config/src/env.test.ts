import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commonEnv, computeEnv, portEnv, readEnv, stageEnv } from './env.ts';

const schema = z.object({ ...commonEnv, ...stageEnv, ...computeEnv, ...portEnv });

it('is that of the tests alone: no variable that whoever runs them has set for a system of theirs', async () => {
  const page = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  const [before, compute, behind] = page.split(/^## Compute$|^## prompt-store$/m);
  const named = (text = '') => [...text.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name = '']) => name);
  expect(named(compute)).toContain('MINCHAT_THREADS');
  const names = [...named(before), ...named(behind)].filter((name) => name !== 'NO_COLOR');
  expect(names).toEqual(expect.arrayContaining(['NATS_URL', 'ARTIFACT_STORE', 'STAGE_PLUGIN', 'DATABASE_URL', 'GATEWAY_AUTH', 'MINCHAT_HOME']));
  expect(names.filter((name) => process.env[name] !== undefined)).toEqual([]);
});

describe('readEnv', () => {
  it('has a default for everything', () => {
    expect(readEnv(schema, {})).toMatchObject({ NATS_URL: 'nats://127.0.0.1:4222', HEALTH_PORT: 0, STAGE_PLUGINS: [], JOB_LEASE_MS: 15_000, LOG_PRETTY: false, MINCHAT_BACKEND: 'auto', MINCHAT_MATMUL: 'bf16', GATEWAY_PORT: 8080 });
  });
  it('takes an empty variable as not set', () => {
    expect(readEnv(schema, { HEALTH_PORT: '', STAGE_PLUGIN: '', MINCHAT_BACKEND: '', GATEWAY_PORT: '' })).toMatchObject({ HEALTH_PORT: 0, MINCHAT_BACKEND: 'auto', GATEWAY_PORT: 8080 });
    expect(readEnv(schema, { MINCHAT_THREADS: '' })).not.toHaveProperty('MINCHAT_THREADS');
  });
  it('takes for not set what Kubernetes sets in every pod beside a Service of the name gateway', () => {
    expect(readEnv(schema, { GATEWAY_PORT: 'tcp://10.96.0.7:80' })).toMatchObject({ GATEWAY_PORT: 8080 });
    expect(readEnv(schema, { GATEWAY_PORT: 'tcp://[fd00::7]:80' })).toMatchObject({ GATEWAY_PORT: 8080 });
    // What somebody has set stays.
    expect(readEnv(schema, { NATS_URL: 'tcp://10.96.0.7:4222' })).toMatchObject({ NATS_URL: 'tcp://10.96.0.7:4222' });
  });
  it('reads numbers, flags and lists', () => {
    expect(readEnv(schema, { HEALTH_PORT: '9090', LOG_PRETTY: '1', STAGE_PLUGINS: 'a, b/c,' })).toMatchObject({ HEALTH_PORT: 9090, LOG_PRETTY: true, STAGE_PLUGINS: ['a', 'b/c'] });
  });
  it.each([['HEALTH_PORT', '70000'], ['HEALTH_PORT', 'x'], ['LOG_LEVEL', 'loud'], ['WORKER_ID', 'A.B'], ['MINCHAT_BACKEND', 'abacus'], ['MINCHAT_THREADS', '0'], ['MINCHAT_THREADS', 'all'], ['MINCHAT_MATMUL', 'fp64'], ['MINCHAT_INSTRUCTION_SET', 'mmx'], ['MINCHAT_NATS_PORT', '-1']])('names the variable: %s=%s', (name, value) => {
    expect(() => readEnv(schema, { [name]: value })).toThrow(expect.objectContaining({ code: 'MC_CONFIG_INVALID', message: expect.stringContaining(`${name}=${value}`) as string }));
  });
});
