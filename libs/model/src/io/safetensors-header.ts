import { MinchatError } from '@minchat/errors';
import { bytesPerElement, type AnyDtype } from './half.ts';

export interface HeaderEntry {
  readonly name: string;
  readonly dtype: AnyDtype;
  readonly shape: number[];
  /** Bytes from `begin` to `end` of the data part. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: HeaderEntry[];
  readonly metadata: Record<string, string>;
}

const mostTensors = 100_000;
const mostDimensions = 8;

/**
 * Checks a safetensors header against the number of data bytes behind it: known number formats, sizes
 * that agree with the shapes, no overlap, no hole, nothing beyond the end. Throws MC_MODEL_INVALID.
 */
export function parseHeader(file: string, bytes: Uint8Array, dataSize: number): Header {
  const invalid = (expected: string, found: string): MinchatError => new MinchatError('MC_MODEL_INVALID', `${file}: expected ${expected}, found ${found.slice(0, 120)}`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid('a header of JSON', (error as Error).message);
  }
  if (!isObject(json)) throw invalid('a header that is a JSON object', JSON.stringify(json));
  const metadata: Record<string, string> = Object.create(null);
  const entries: HeaderEntry[] = [];
  if (Object.keys(json).length > mostTensors) throw invalid(`at most ${mostTensors} tensors`, String(Object.keys(json).length));
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') {
      if (!isObject(value)) throw invalid('__metadata__ to be an object', JSON.stringify(value));
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== 'string') throw invalid(`__metadata__.${key} to be a string`, JSON.stringify(text));
        metadata[key] = text;
      }
      continue;
    }
    entries.push(parseEntry(name, value, dataSize, invalid));
  }
  checkLayout(entries, dataSize, invalid);
  return { entries, metadata };
}

type Invalid = (expected: string, found: string) => MinchatError;

function parseEntry(name: string, value: unknown, dataSize: number, invalid: Invalid): HeaderEntry {
  if (!isObject(value)) throw invalid(`${name} to be an object`, JSON.stringify(value));
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerElement, dtype)) throw invalid(`${name} to have a known dtype`, JSON.stringify(dtype) ?? 'no dtype');
  const isCount = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
  if (!Array.isArray(shape) || shape.length > mostDimensions || !shape.every(isCount)) throw invalid(`${name} to have a shape of whole numbers`, JSON.stringify(shape) ?? 'no shape');
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) throw invalid(`${name} to have two data_offsets`, JSON.stringify(offsets) ?? 'none');
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataSize) throw invalid(`${name} to lie within ${dataSize} bytes of data`, `${begin} to ${end}`);
  // A product of safe integers may not be safe; BigInt does not wrap.
  const elements = (shape as number[]).reduce((product, side) => product * BigInt(side), 1n);
  const size = elements * BigInt(bytesPerElement[dtype as AnyDtype]);
  if (size !== BigInt(end - begin)) throw invalid(`${name} of shape [${shape.join(', ')}] and ${dtype} to take ${size} bytes`, String(end - begin));
  return { name, dtype: dtype as AnyDtype, shape: shape as number[], begin, end };
}

function checkLayout(entries: readonly HeaderEntry[], dataSize: number, invalid: Invalid): void {
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) throw invalid(`${name} to begin at byte ${covered}`, `${begin}: it overlaps the tensor before`);
    if (begin > covered) throw invalid(`${name} to begin at byte ${covered}`, `${begin}: bytes between belong to no tensor`);
    covered = end;
  }
  if (covered !== dataSize) throw invalid(`tensors for all ${dataSize} bytes of data`, `${covered}: the file is too long`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
