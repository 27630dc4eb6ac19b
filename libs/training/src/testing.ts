import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { pino } from 'pino';
import { disposeModel, gptConfig, initModel, loadModel, Random, saveModel, startBackend } from '@minchat/model';
import type { Metrics, Progress, StageContext, StageDefinition, StopReason } from '@minchat/stage';
import { loadTokenizer, saveTokenizer, Tokenizer, trainTokenizer } from '@minchat/tokenizer';
import type { z } from 'zod';

// Runs a stage in the test's own process: no bus, no host, plain folders.

export interface StageTestOptions<Schema extends z.ZodType, Input extends string> {
  /** As in a run spec: defaults are filled in. */
  readonly settings: z.input<Schema>;
  readonly inputs: Partial<Record<Input, string>>;
  /** Checkpoints and outputs live here; give the same folder again to resume. A new one by default. */
  readonly folder?: string;
  readonly seed?: number;
  /** A checkpoint is due after every so many progress reports. */
  readonly checkpointEvery?: number;
  /** Called with every progress report; its return value, if any, aborts the stage. */
  readonly onProgress?: (progress: Progress) => StopReason | undefined | void;
}

export interface StageTestResult<Output extends string> {
  readonly folder: string;
  /** What `run` returned, if it ended well. */
  readonly metrics: Metrics | undefined;
  /** What it threw, if it did not. */
  readonly error: unknown;
  readonly progress: readonly Progress[];
  /** Steps at which checkpoints were saved. */
  readonly checkpoints: readonly number[];
  /** What it warned of. */
  readonly warnings: readonly string[];
  readonly output: (name: Output) => string;
}

/** Runs a stage as the host would. Never throws what the stage throws: see `error`. */
export async function runStage<Schema extends z.ZodType, Input extends string, Output extends string>(
  definition: StageDefinition<Schema, Input, Output>,
  options: StageTestOptions<Schema, Input>,
): Promise<StageTestResult<Output>> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'minchat-stage-')));
  const checkpointFolder = join(folder, 'checkpoints');
  const controller = new AbortController();
  const progress: Progress[] = [];
  const checkpoints: number[] = [];
  const warnings: string[] = [];
  const outputs = new Map<string, string>();
  for (const name of Object.keys(definition.outputs)) {
    const path = join(folder, 'outputs', name);
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    outputs.set(name, path);
  }
  const input = (name: Input): string => {
    const path = options.inputs[name];
    if (path === undefined) throw new Error(`the test gives no input ${name}`);
    return path;
  };
  const output = (name: Output): string => outputs.get(name) ?? '';
  const context: StageContext<z.output<Schema>, Input, Output> = {
    runId: 'test-run',
    jobId: 'test-job',
    stage: definition.kind,
    seed: options.seed ?? 1,
    settings: definition.settings.parse(options.settings),
    log: pino({ level: 'warn' }, { write: (line: string) => void warnings.push((JSON.parse(line) as { msg: string }).msg) }),
    signal: controller.signal,
    input,
    hasInput: (name) => options.inputs[name] !== undefined,
    output,
    progress(report) {
      progress.push(report);
      const reason = options.onProgress?.(report);
      if (reason) controller.abort(reason);
    },
    checkpoint: {
      async restore() {
        const steps = existsSync(checkpointFolder) ? (await readdir(checkpointFolder)).map(Number).filter(Number.isInteger) : [];
        if (steps.length === 0) return undefined;
        const step = Math.max(...steps);
        return { step, folder: join(checkpointFolder, String(step)) };
      },
      async save(step, write) {
        const draft = join(checkpointFolder, `${step}.draft`);
        await mkdir(draft, { recursive: true });
        await write(draft);
        await rename(draft, join(checkpointFolder, String(step)));
        checkpoints.push(step);
      },
      due: () => options.checkpointEvery !== undefined && progress.length % options.checkpointEvery === 0,
    },
  };
  let metrics: Metrics | undefined;
  let error: unknown;
  try {
    metrics = await definition.run(context);
  } catch (thrown) {
    error = thrown;
  }
  return { folder, metrics, error, progress, checkpoints, warnings, output };
}

/** Writes an untrained model folder with a tokenizer of the texts: the input of a trainer under test. */
export async function writeTinyModel(folder: string, texts: readonly string[], seed = 1): Promise<Tokenizer> {
  await startBackend();
  const tokenizer = trainTokenizer(texts, { vocabSize: 300 });
  const config = gptConfig({ vocab_size: tokenizer.vocabSize, n_positions: 64, n_embd: 32, n_layer: 2, n_head: 2 });
  const model = initModel(config, new Random(seed));
  await mkdir(folder, { recursive: true });
  await saveModel(model, folder);
  await saveTokenizer(tokenizer, folder);
  disposeModel(model);
  return tokenizer;
}

/** A copy of a model's folder that writes one token whatever it reads. */
export async function thatWrites(folder: string, token: number): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'minchat-one-token-'));
  await cp(folder, copy, { recursive: true });
  const model = await loadModel(folder, { head: 'lm' });
  const assign = (name: string, value: tf.Tensor): void => model.parameters.get(`transformer.${name}`)?.assign(value);
  tf.tidy(() => {
    const width = model.shape.width;
    const row = tf.slice(model.parameters.get('transformer.wte.weight') as tf.Tensor, [token, 0], [1, width]);
    assign('ln_f.weight', tf.zeros([width]));
    assign('ln_f.bias', tf.mul(tf.reshape(row, [width]), 1e5));
  });
  await saveModel(model, copy);
  disposeModel(model);
  return copy;
}

/** A copy of a model's folder in which two tokens have each other's ids. */
export async function withOtherTokenizer(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'minchat-other-tokenizer-'));
  await cp(folder, copy, { recursive: true });
  const { parts } = await loadTokenizer(folder);
  const [[a, idOfA] = ['', 0], [b, idOfB] = ['', 0]] = parts.vocab;
  await saveTokenizer(new Tokenizer({ ...parts, vocab: new Map(parts.vocab).set(a, idOfB).set(b, idOfA) }), copy);
  return copy;
}

/** SHA-256 of the weights of a model folder. */
export async function weightsDigest(folder: string): Promise<string> {
  return createHash('sha256').update(await readFile(join(folder, 'model.safetensors'))).digest('hex');
}
