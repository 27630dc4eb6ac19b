import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MinchatError } from '@minchat/errors';
import { parseConfig, untiedHint, type GPTConfig } from '../config.ts';
import { initialScoreWeight, modelFromArrays, parameterShapes } from '../model.ts';
import type { Random } from '../random.ts';
import type { Head, Model } from '../types.ts';
import { exists, readSafetensors, writeSafetensors, type SafetensorsFile } from './safetensors.ts';

const weightsFile = 'model.safetensors';
/** What older folders hold instead. It is a program, which nobody should run to read numbers. */
const pickleFile = 'pytorch_model.bin';
const indexFile = 'model.safetensors.index.json';
/** Causal masks that older versions of transformers saved among the weights. */
const buffer = /^h\.\d+\.attn\.(masked_)?bias$/;
const mostProblemsNamed = 20;

type Tensors = SafetensorsFile['tensors'];

export interface LoadModelOptions {
  /** Default: 'scalar' when the folder has a score.weight, else 'lm'. */
  readonly head?: Head | undefined;
  /** Draws the scalar head that a language model's folder lacks. */
  readonly random?: Random | undefined;
}

/**
 * Loads a Hugging Face GPT-2 folder: config.json and model.safetensors, one file or sharded with an index;
 * names with or without `transformer.`. Throws MC_MODEL_INVALID naming every tensor that is missing, not
 * known, not finite, or of another shape than config.json says.
 */
export async function loadModel(folder: string, options: LoadModelOptions = {}): Promise<Model> {
  const config = await readConfig(folder);
  const found = await readWeights(folder);
  tieOutput(found);
  const head = options.head ?? (found.has('score.weight') ? 'scalar' : 'lm');
  if (head === 'scalar' && !found.has('score.weight') && options.random !== undefined) {
    found.set('score.weight', { shape: [1, config.n_embd], values: initialScoreWeight(config, options.random) });
  }
  const arrays = new Map<string, Float32Array>();
  const problems: string[] = [];
  for (const [name, shape] of parameterShapes(config, head)) {
    const short = name.replace(/^transformer\./, '');
    const tensor = found.get(short);
    found.delete(short);
    if (tensor === undefined) problems.push(`${name} is missing`);
    else if (tensor.shape.join() !== shape.join()) problems.push(`${name} has the shape [${tensor.shape.join(', ')}] instead of [${shape.join(', ')}]`);
    else if (!allFinite(tensor.values)) problems.push(`${name} holds numbers that are not finite`);
    else arrays.set(name, tensor.values);
  }
  for (const name of found.keys()) problems.push(`${name} belongs to no GPT-2 of this configuration`);
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
  const tensors = [];
  for (const [name, parameter] of model.parameters) {
    tensors.push({ name, shape: parameter.shape, values: (await parameter.data()) as Float32Array });
  }
  await writeSafetensors(join(folder, weightsFile), tensors);
  const scalar = model.head === 'scalar';
  const config = {
    ...model.config,
    model_type: 'gpt2',
    architectures: [scalar ? 'GPT2ForSequenceClassification' : 'GPT2LMHeadModel'],
    activation_function: 'gelu_new',
    n_ctx: model.config.n_positions,
    tie_word_embeddings: true,
    // The name of old and that of now: where both stand, transformers believes the latter.
    torch_dtype: 'float32',
    dtype: 'float32',
    ...(scalar ? { num_labels: 1 } : {}),
    ...extraConfig,
  };
  const partial = join(folder, `config.json.${process.pid}.part`);
  await writeFile(partial, `${JSON.stringify(config, null, 2)}\n`);
  await rename(partial, join(folder, 'config.json'));
}

async function readConfig(folder: string): Promise<GPTConfig> {
  return parseConfig(await readJson(folder, 'config.json'));
}

async function readJson(folder: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, file), 'utf8'));
  } catch (cause) {
    throw new MinchatError('MC_MODEL_INVALID', `expected ${file} of a model, found: ${(cause as Error).message}`, { cause });
  }
}

/** All tensors of the folder under names without `transformer.`. */
async function readWeights(folder: string): Promise<Tensors> {
  const [whole, sharded] = [await exists(join(folder, weightsFile)), await exists(join(folder, indexFile))];
  if (!whole && !sharded && (await exists(join(folder, pickleFile)))) {
    throw new MinchatError('MC_MODEL_INVALID', `${folder}: expected ${weightsFile}, found ${pickleFile}`, {
      hint: 'Rewrite the folder, in Python: from transformers import GPT2LMHeadModel as M; M.from_pretrained(FOLDER).save_pretrained(FOLDER)',
    });
  }
  const files = whole || !sharded ? [weightsFile] : await shards(folder);
  const all: Tensors = new Map();
  for (const file of files) {
    const { tensors } = await readSafetensors(join(folder, file), (name) => !buffer.test(shorten(name)));
    for (const [name, tensor] of tensors) {
      const short = shorten(name);
      if (all.has(short)) throw new MinchatError('MC_MODEL_INVALID', `${file}: expected every tensor once, found ${name} again`);
      all.set(short, tensor);
    }
  }
  return all;
}

function shorten(name: string): string {
  return name.replace(/^transformer\./, '');
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

/** lm_head.weight is wte.weight; a file may hold either or both, if they are the same. */
function tieOutput(found: Tensors): void {
  const output = found.get('lm_head.weight');
  if (output === undefined) return;
  const input = found.get('wte.weight');
  if (input === undefined) found.set('wte.weight', output);
  else if (input.values.length !== output.values.length || input.values.some((value, i) => !Object.is(value, output.values[i]))) {
    throw new MinchatError('MC_MODEL_INVALID', `${weightsFile}: expected lm_head.weight to be the tied wte.weight, found other numbers`, { hint: untiedHint });
  }
  found.delete('lm_head.weight');
}
