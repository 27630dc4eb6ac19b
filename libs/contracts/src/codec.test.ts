import { MinchatError } from '@minchat/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { create, decode, encode, errorFromWire, errorToWire } from './codec.ts';
import { Job, JobRecord, JobState, Manifest, StageEvent, StageProgress, messageTypes } from './generated/types.ts';
import type { MessageType } from './message-type.ts';
import { arbitraryMessage } from './testing.ts';

const job = { jobId: 'run-1-sft', runId: 'run-1', stage: 'sft', kind: 'sft' };

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof MinchatError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no error';
}

describe('every message', () => {
  it.each(Object.entries(messageTypes))('%s comes back as it was sent', (_, type: MessageType<unknown>) => {
    fc.assert(
      fc.property(arbitraryMessage(type), (message) => {
        expect(decode(type, encode(type, message as object), { maxBytes: Infinity })).toEqual(message);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it.each(Object.entries(messageTypes))('%s: any bytes give a valid message or MC_MESSAGE_INVALID', (_, type: MessageType<unknown>) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          const message = decode(type, bytes);
          expect(decode(type, encode(type, message as object))).toEqual(message);
        } catch (error) {
          expect(error).toBeInstanceOf(MinchatError);
          expect((error as MinchatError).code).toBe('MC_MESSAGE_INVALID');
        }
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it.each(Object.entries(messageTypes))('%s: a cut or changed message never comes through invalid', (_, type: MessageType<unknown>) => {
    const change = fc.tuple(arbitraryMessage(type), fc.nat(), fc.nat(255), fc.boolean());
    fc.assert(
      fc.property(change, ([message, at, value, cut]) => {
        const bytes = Uint8Array.from(encode(type, message as object, { maxBytes: Infinity }));
        const position = bytes.length === 0 ? 0 : at % bytes.length;
        if (!cut && bytes.length > 0) bytes[position] = value;
        try {
          const decoded = decode(type, cut ? bytes.subarray(0, position) : bytes, { maxBytes: Infinity });
          encode(type, decoded as object, { maxBytes: Infinity });
        } catch (error) {
          expect((error as MinchatError).code).toBe('MC_MESSAGE_INVALID');
        }
      }),
      { seed: 3, numRuns: 60 },
    );
  });
});

describe('decode', () => {
  it('refuses more bytes than allowed, before reading them', () => {
    expect(codeOf(() => decode(Job, new Uint8Array(2_000_000)))).toMatch(/^MC_MESSAGE_TOO_LARGE/);
    expect(codeOf(() => encode(Job, { ...job, settingsJson: JSON.stringify({ a: 'x'.repeat(1_000_000) }) }))).toMatch(/^MC_MESSAGE_TOO_LARGE/);
  });

  it('drops fields of a newer version, or refuses them where all is meant, also in messages within', () => {
    // Field 1000, a number.
    const extra = [0xc0, 0x3e, 1];
    const newer = Uint8Array.from([...encode(Job, job), ...extra]);
    expect(decode(Job, newer)).toEqual(create(Job, job));
    expect(codeOf(() => decode(Job, newer, { strict: true }))).toBe('MC_VERSION_MISMATCH Job: expected fields that this version knows, found others');
    // One of its inputs (field 8) with such an artifact (field 2).
    const input = [0x12, extra.length, ...extra];
    const within = Uint8Array.from([...encode(Job, job), (8 << 3) | 2, input.length, ...input]);
    expect(codeOf(() => decode(Job, within, { strict: true }))).toMatch(/^MC_VERSION_MISMATCH/);
    expect(decode(Job, encode(Job, job), { strict: true })).toEqual(create(Job, job));
  });

  it('fills in defaults and leaves out what is not set', () => {
    expect(create(Job, job)).toEqual({ ...job, plugin: '', seed: 0, round: 0, settingsJson: '', inputs: [], createdAtMs: 0 });
  });

  it('tells a choice from its default value', () => {
    const event = { eventId: 'e', runId: 'r', stage: 's', released: { step: 0 } };
    expect(decode(StageEvent, encode(StageEvent, event)).released).toMatchObject({ step: 0 });
  });

  const manifest = (path: string) => () => encode(Manifest, { kind: 'model', files: [{ path, size: 1, sha256: '0'.repeat(64) }] });
  it.each(['../x', '/x', 'a/../b', 'a//b', './a', 'a/.', '..', '', 'a\\b', 'c:x', 'a\0b', 'a/', '\u2028/../../x', 'a\u2029/..'])('refuses the path %j', (path) => {
    expect(codeOf(manifest(path))).toMatch(/^MC_MESSAGE_INVALID ManifestFile.path/);
  });
  it.each(['config.json', 'a/b.c/d', '.hidden', '..a'])('takes the path %j', (path) => {
    expect(codeOf(manifest(path))).toBe('no error');
  });

  it.each<[string, () => unknown]>([
    ['Job.jobId', () => encode(Job, { ...job, jobId: 'a.b' })],
    ['Job.jobId', () => encode(Job, { ...job, jobId: '' })],
    ['Job.settingsJson', () => encode(Job, { ...job, settingsJson: '[' })],
    ['Job has no field jobID', () => encode(Job, { ...job, jobID: 1 } as object)],
    ['JobRecord.state', () => encode(JobRecord, { jobId: 'a', runId: 'r', stage: 's' })],
    ['JobRecord.state', () => encode(JobRecord, { jobId: 'a', runId: 'r', stage: 's', state: JobState.JOB_STATE_UNSPECIFIED })],
    ['StageEvent.detail', () => encode(StageEvent, { eventId: 'e', runId: 'r', stage: 's' })],
    ['Metric.value', () => encode(StageProgress, { metrics: [{ name: 'loss', value: Number.NaN }] })],
    ['StageProgress.step', () => encode(StageProgress, { step: 1.5 })],
    ['StageProgress.message', () => encode(StageProgress, { message: '\ud800' })],
    ['ArtifactRef.digest', () => encode(Job, { ...job, inputs: [{ name: 'model', artifact: { kind: 'model', digest: 'sha256:12', size: 1 } }] })],
  ])('refuses %s', (expected, act) => {
    expect(codeOf(act)).toContain(`MC_MESSAGE_INVALID ${expected}`);
  });
});

describe('errors on the wire', () => {
  it('come back with their code, message and hint', () => {
    const error = new MinchatError('MC_LEASE_LOST', 'expected a, found b', { hint: 'wait' });
    expect(errorFromWire(errorToWire(error))).toMatchObject({ code: 'MC_LEASE_LOST', message: 'expected a, found b', hint: 'wait' });
  });
  it('of a newer version stay readable', () => {
    const known = errorToWire(new Error('x'));
    expect(errorFromWire({ ...known, code: 'MC_FROM_THE_FUTURE' })).toMatchObject({ code: 'MC_INTERNAL', message: 'MC_FROM_THE_FUTURE: x' });
  });
});
