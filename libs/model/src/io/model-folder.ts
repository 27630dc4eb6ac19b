import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { MinchatError } from '@minchat/errors';
import type { Architecture, Head, ModelConfig } from '../architectures/architecture.ts';
import { architectureOf, parseConfig, shapeOf } from '../architectures/config.ts';
import { parameterShapes } from '../architectures/parameters.ts';
import { initialScoreWeight, modelFromArrays } from '../model.ts';
import type { Random } from '../random.ts';
import type { Model } from '../types.ts';
import { pieceShape, putPiece, takePieces } from './pieces.ts';
import { exists, readSafetensors, writeSafetensors, type NamedArray, type SafetensorsFile } from './safetensors.ts';
import { writeWhole } from './whole-file.ts';

const weightsFile = 'model.safetensors';
/** What older folders hold instead. It is a program, which nobody should run to read numbers. */
const pickleFile = 'pytorch_model.bin';
const indexFile = 'model.safetensors.index.json';
const mostProblemsNamed = 20;

type Tensors = SafetensorsFile['tensors'];

export interface LoadModelOptions {
  /** Default: 'scalar' when the folder has a score.weight, 'value' with a score.bias, else 'lm'. */
  readonly head?: Head | undefined;
  /** Draws the scalar head that a language model's folder lacks. */
  readonly random?: Random | undefined;
}

/**
 * Loads a Hugging Face folder: config.json and model.safetensors, one file or sharded with an index; names with or
 * without `transformer.` or `model.`. Throws MC_MODEL_INVALID naming every tensor that is missing, not known, not
 * finite, or of another shape than config.json says.
 */
export async function loadModel(folder: string, options: LoadModelOptions = {}): Promise<Model> {
  const config = await readConfig(folder);
  const architecture = architectureOf(config);
  const found = await readWeights(folder, architecture);
  const shape = shapeOf(config);
  const head = options.head ?? (found.has('score.bias') ? 'value' : found.has('score.weight') ? 'scalar' : 'lm');
  if (shape.tied) tieOutput(found, architecture);
  else if (head !== 'lm') found.delete('lm_head.weight');
  if (head !== 'lm' && !found.has('score.weight') && options.random !== undefined) {
    found.set('score.weight', { shape: [1, shape.width], values: initialScoreWeight(shape.width, options.random) });
  }
  const shapes = parameterShapes(shape, head);
  if (shapes.has('score.bias') && !found.has('score.bias')) found.set('score.bias', { shape: [1], values: new Float32Array(1) });
  const arrays = new Map<string, Float32Array>();
  const problems: string[] = [];
  for (const piece of architecture.pieces(shape, head)) {
    const short = shorten(piece.name, architecture);
    const tensor = found.get(short);
    found.delete(short);
    const expected = pieceShape(piece, shapes);
    if (tensor === undefined) problems.push(`${piece.name} is missing`);
    else if (tensor.shape.join() !== expected.join()) problems.push(`${piece.name} has the shape [${tensor.shape.join(', ')}] instead of [${expected.join(', ')}]`);
    else if (!allFinite(tensor.values)) problems.push(`${piece.name} holds numbers that are not finite`);
    else putPiece(piece, tensor.values, shapes, arrays);
  }
  for (const name of found.keys()) problems.push(`${name} belongs to no ${config.model_type} of this configuration`);
  if (problems.length > 0) {
    const named = problems.slice(0, mostProblemsNamed).join('; ') + (problems.length > mostProblemsNamed ? `; and ${problems.length - mostProblemsNamed} more` : '');
    throw new MinchatError('MC_MODEL_INVALID', `${weightsFile}: expected the tensors of config.json, found: ${named}`);
  }
  return modelFromArrays(config, head, arrays);
}

/** Whether no number is infinite or NaN: times 0 all others are 0. One sum, since large models have hundreds of millions. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * 0;
  return sum === 0;
}

/** Writes config.json and model.safetensors (float32); each file appears only when it is whole. */
export async function saveModel(model: Model, folder: string, extraConfig: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeSafetensors(join(folder, weightsFile), await checkpointOf(model));
  const config = {
    ...model.config,
    ...architectureOf(model.config).classes(model.config, model.head),
    tie_word_embeddings: model.shape.tied,
    // The name of old and that of now: where both stand, transformers believes the latter.
    torch_dtype: 'float32',
    dtype: 'float32',
    ...(model.head === 'lm' ? {} : { num_labels: 1 }),
    ...extraConfig,
  };
  await writeWhole(join(folder, 'config.json'), (handle) => handle.writeFile(`${JSON.stringify(config, null, 2)}\n`));
}

/** The tensors of a model's checkpoint, or of what there is one of for each of its parameters. */
export async function checkpointOf({ config, shape, head, parameters }: Pick<Model, 'config' | 'shape' | 'head'> & { readonly parameters: ReadonlyMap<string, tf.Tensor> }): Promise<NamedArray[]> {
  const arrays = new Map<string, Float32Array>();
  for (const [name, parameter] of parameters) arrays.set(name, (await parameter.data()) as Float32Array);
  return takePieces(architectureOf(config).pieces(shape, head), parameterShapes(shape, head), arrays);
}

async function readConfig(folder: string): Promise<ModelConfig> {
  return parseConfig(await readJson(folder, 'config.json'));
}

async function readJson(folder: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, file), 'utf8'));
  } catch (cause) {
    throw new MinchatError('MC_MODEL_INVALID', `expected ${file} of a model, found: ${(cause as Error).message}`, { cause });
  }
}

/** All tensors of the folder under names without the prefix. */
async function readWeights(folder: string, architecture: Architecture): Promise<Tensors> {
  const [whole, sharded] = [await exists(join(folder, weightsFile)), await exists(join(folder, indexFile))];
  if (!whole && !sharded && (await exists(join(folder, pickleFile)))) {
    throw new MinchatError('MC_MODEL_INVALID', `${folder}: expected ${weightsFile}, found ${pickleFile}`, {
      hint: 'Rewrite the folder, in Python: from transformers import AutoModelForCausalLM as M; M.from_pretrained(FOLDER).save_pretrained(FOLDER)',
    });
  }
  const files = whole || !sharded ? [weightsFile] : await shards(folder);
  const all: Tensors = new Map();
  for (const file of files) {
    const { tensors } = await readSafetensors(join(folder, file), (name) => !architecture.constants.test(shorten(name, architecture)));
    for (const [name, tensor] of tensors) {
      const short = shorten(name, architecture);
      if (all.has(short)) throw new MinchatError('MC_MODEL_INVALID', `${file}: expected every tensor once, found ${name} again`);
      all.set(short, tensor);
    }
  }
  return all;
}

function shorten(name: string, { prefix }: Architecture): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** The files named by model.safetensors.index.json, each once. */
async function shards(folder: string): Promise<string[]> {
  const index = await readJson(folder, indexFile);
  const map = typeof index === 'object' && index !== null && 'weight_map' in index ? index.weight_map : undefined;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw new MinchatError('MC_MODEL_INVALID', `${indexFile}: expected a weight_map, found none`);
  const files = [...new Set(Object.values(map as Record<string, unknown>))];
  return files.map((file) => {
    // Only files of this folder: an index must not lead out of it.
    if (typeof file !== 'string' || basename(file) !== file || !file.endsWith('.safetensors')) {
      throw new MinchatError('MC_MODEL_INVALID', `${indexFile}: expected names of .safetensors files in the same folder, found ${JSON.stringify(file)}`);
    }
    return file;
  });
}

/** lm_head.weight is the embedding; a file may hold either or both, if they are the same. */
function tieOutput(found: Tensors, { embedding }: Architecture): void {
  const output = found.get('lm_head.weight');
  if (output === undefined) return;
  const input = found.get(embedding);
  if (input === undefined) found.set(embedding, output);
  else if (input.values.length !== output.values.length || input.values.some((value, i) => !Object.is(value, output.values[i]))) {
    throw new MinchatError('MC_MODEL_INVALID', `${weightsFile}: expected lm_head.weight to be ${embedding}, to which config.json ties it, found other numbers`);
  }
  found.delete('lm_head.weight');
}
