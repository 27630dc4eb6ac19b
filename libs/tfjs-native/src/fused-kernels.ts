import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelArray } from './addon.ts';
import type { NativeBackend } from './backend.ts';

// The fused kernels that libs/model calls (libs/model/src/ops/README.md is their contract), each a
// few lines that find the sizes, make the outputs and call the C++ kernel of native/kernels.cc.

export interface KernelArguments {
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: NativeBackend;
}
export type FusedKernel = (args: KernelArguments) => TensorInfo[];

function input({ inputs }: KernelArguments, name: string): TensorInfo {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`expected the input ${name}, found none`);
  return tensor;
}

const number = ({ attrs }: KernelArguments, name: string): number => attrs[name] as number;
const integers = ({ attrs }: KernelArguments, name: string): Int32Array => {
  const values = attrs[name] as number[] | Int32Array;
  return values instanceof Int32Array ? values : Int32Array.from(values);
};

/** Sizes of a matrix of rows: (..., C) as N and C. */
function sizes(tensor: TensorInfo): { N: number; C: number } {
  const C = tensor.shape.at(-1) ?? 1;
  return { N: tensor.shape.slice(0, -1).reduce((product, dimension) => product * dimension, 1), C };
}

/** The data of the inputs named, null for those that were not given. */
function data(args: KernelArguments, ...names: string[]): KernelArray[] {
  return names.map((name) => {
    const tensor = args.inputs[name];
    return tensor === undefined ? null : (args.backend.data.get(tensor.dataId).values as KernelArray);
  });
}

/** The same of inputs that are weights: products keep what they make of them. */
function weights(args: KernelArguments, ...names: string[]): KernelArray[] {
  return names.map((name) => {
    const tensor = args.inputs[name];
    return tensor === undefined ? null : args.backend.weight(tensor);
  });
}

/** Heads of queries, of keys and values, and a head's size, of packed qkv (B, T, W). */
function headShape(args: KernelArguments): [number, number, number] {
  const [heads, keyValueHeads] = [number(args, 'heads'), number(args, 'keyValueHeads')];
  return [heads, keyValueHeads, sizes(input(args, 'qkv')).C / (heads + 2 * keyValueHeads)];
}

/** Token ids are used as addresses: refuses those beyond the vocabulary. */
function checked(ids: Int32Array, vocabulary: number): Int32Array {
  for (const id of ids) if (id < 0 || id >= vocabulary) throw new RangeError(`expected token ids from 0 to ${vocabulary - 1}, found ${id}`);
  return ids;
}
const tokenIds = (args: KernelArguments, name: string, vocabulary: number): Int32Array => checked(args.backend.integers(input(args, name)), vocabulary);

/** The same tensor once more: the output of a kernel that wrote its input. */
function inPlace({ backend }: KernelArguments, tensor: TensorInfo): TensorInfo {
  backend.incRef(tensor.dataId);
  return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
}

// A model's parameters in the order of native/ops/block.h and read_tokens.h; what a model lacks is null there.
const outerParameters = ['wte.weight', 'wpe.weight', 'ln_f.weight', 'ln_f.bias'].map((name) => `transformer.${name}`);
const blockParameters = ['ln_1', 'attn.c_attn', 'attn.c_proj', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'].flatMap((name) => [`${name}.weight`, `${name}.bias`]).concat('attn.q_norm.weight', 'attn.k_norm.weight');

/** The names of a layer's parameters. Made once, not in every step. */
function layerParameters(layer: number): readonly string[] {
  return (namesOfLayers[layer] ??= blockParameters.map((name) => `transformer.h.${layer}.${name}`));
}
const namesOfLayers: string[][] = [];

/** The names of all parameters of a model below its head. */
function parameterNames(args: KernelArguments): string[] {
  return [outerParameters, ...Array.from({ length: number(args, 'layers') }, (_, layer) => layerParameters(layer))].flat();
}

/** What the C++ side wants to know of a model: layers, B, T, C, heads, I, which positions are read, whether it has SwiGLU and norms of heads, V and P, epsilon. */
function transformerShape(args: KernelArguments): number[] {
  const [B, T] = input(args, 'tokens').shape as [number, number];
  const { N: V, C } = sizes(input(args, 'transformer.wte.weight'));
  const wpe = args.inputs['transformer.wpe.weight'];
  const shape = ['heads', 'keyValueHeads', 'headSize', 'inner', 'from', 'count'].map((name) => number(args, name));
  const flags = [args.attrs['swiglu'] === true, args.inputs['transformer.h.0.attn.q_norm.weight'] !== undefined].map(Number);
  return [number(args, 'layers'), B, T, C, ...shape, ...flags, V, wpe === undefined ? 0 : sizes(wpe).N, number(args, 'epsilon')];
}

/** Where a forward kernel keeps what its gradient needs: as much as `kernel` says, in a tensor where that is anything and wanted. */
function activations({ attrs, backend }: KernelArguments, kernel: string, shape: number[]): ReturnType<NativeBackend['allocate']>[] {
  if (attrs['keep'] !== true) return [];
  const floats = new Float64Array(1);
  backend.addon.run(kernel, [floats], shape);
  return floats[0] ? [backend.allocate([floats[0]])] : [];
}

export const fusedKernels: Readonly<Record<string, FusedKernel>> = {
  MinchatLayerNormForward(args) {
    const x = input(args, 'x');
    const { N, C } = sizes(x);
    const y = args.backend.allocate(x.shape);
    const mean = args.backend.allocate([N]);
    const rstd = args.backend.allocate([N]);
    args.backend.addon.run('layerNormForward', [...data(args, 'x', 'weight', 'bias'), y.values, mean.values, rstd.values], [N, C, number(args, 'epsilon')]);
    return [y, mean, rstd];
  },

  MinchatLayerNormBackward(args) {
    const x = input(args, 'x');
    const { N, C } = sizes(x);
    const dx = args.backend.allocate(x.shape);
    const dweight = args.backend.allocate([C]);
    const dbias = args.backend.allocate([C]);
    args.backend.addon.run('layerNormBackward', [...data(args, 'dy', 'x', 'weight', 'mean', 'rstd'), dx.values, dweight.values, dbias.values], [N, C]);
    return [dx, dweight, dbias];
  },

  MinchatRmsNormForward(args) {
    const x = input(args, 'x');
    const { N, C } = sizes(x);
    const y = args.backend.allocate(x.shape);
    const rstd = args.backend.allocate([N]);
    args.backend.addon.run('rmsNormForward', [...data(args, 'x', 'weight'), y.values, rstd.values], [N, C, number(args, 'epsilon')]);
    return [y, rstd];
  },

  MinchatRmsNormBackward(args) {
    const x = input(args, 'x');
    const { N, C } = sizes(x);
    const dx = args.backend.allocate(x.shape);
    const dweight = args.backend.allocate([C]);
    args.backend.addon.run('rmsNormBackward', [...data(args, 'dy', 'x', 'weight', 'rstd'), dx.values, dweight.values], [N, C]);
    return [dx, dweight];
  },

  MinchatRotary(args) {
    const x = input(args, 'x');
    const { N, C: W } = sizes(x);
    const { N: P, C: hs } = sizes(input(args, 'table'));
    const positions = args.backend.integers(input(args, 'positions'));
    for (const position of positions) if (position < 0 || position >= P) throw new RangeError(`expected positions from 0 to ${P - 1}, found ${position}`);
    const y = args.backend.allocate(x.shape);
    args.backend.addon.run('rotary', [...data(args, 'x', 'table'), positions, y.values], [N, W, number(args, 'heads'), hs, args.attrs['back'] === true ? 1 : 0]);
    return [y];
  },

  MinchatSwigluForward(args) {
    const x = input(args, 'x');
    const { N, C } = sizes(x);
    const y = args.backend.allocate([...x.shape.slice(0, -1), C / 2]);
    args.backend.addon.run('swigluForward', [...data(args, 'x'), y.values], [N, C / 2]);
    return [y];
  },

  MinchatSwigluBackward(args) {
    const x = input(args, 'x');
    const { N, C } = sizes(x);
    const dx = args.backend.allocate(x.shape);
    args.backend.addon.run('swigluBackward', [...data(args, 'dy', 'x'), dx.values], [N, C / 2]);
    return [dx];
  },

  MinchatLinearForward(args) {
    const x = input(args, 'x');
    const { N, C: I } = sizes(x);
    const { C: O } = sizes(input(args, 'weight'));
    const shape = [...x.shape.slice(0, -1), O];
    const y = args.backend.allocate(shape);
    const pre = args.attrs['activation'] === 'gelu' ? args.backend.allocate(shape) : undefined;
    args.backend.addon.run('linearForward', [...data(args, 'x'), ...weights(args, 'weight'), ...data(args, 'bias', 'residual'), y.values, pre?.values ?? null], [N, I, O]);
    return pre === undefined ? [y] : [y, pre];
  },

  MinchatLinearBackward(args) {
    const x = input(args, 'x');
    const weight = input(args, 'weight');
    const { N, C: I } = sizes(x);
    const { C: O } = sizes(weight);
    const dx = args.backend.allocate(x.shape);
    const dweight = args.backend.allocate(weight.shape);
    const dbias = args.attrs['biased'] === true ? [args.backend.allocate([O])] : [];
    args.backend.addon.run('linearBackward', [...data(args, 'dy', 'x'), ...weights(args, 'weight'), ...data(args, 'pre'), dx.values, dweight.values, dbias[0]?.values ?? null], [N, I, O]);
    return [dx, dweight, ...dbias];
  },

  MinchatAttentionForward(args) {
    const [B, T] = input(args, 'qkv').shape as [number, number, number];
    const shape = headShape(args);
    const [heads, , hs] = shape;
    const out = args.backend.allocate([B, T, heads * hs]);
    const lse = args.backend.allocate([B, heads, T]);
    args.backend.addon.run('attentionForward', [...data(args, 'qkv', 'start'), out.values, lse.values], [B, T, ...shape]);
    return [out, lse];
  },

  MinchatAttentionBackward(args) {
    const qkv = input(args, 'qkv');
    const [B, T] = qkv.shape as [number, number, number];
    const dqkv = args.backend.allocate(qkv.shape);
    args.backend.addon.run('attentionBackward', [...data(args, 'dout', 'qkv', 'out', 'lse', 'start'), dqkv.values], [B, T, ...headShape(args)]);
    return [dqkv];
  },

  MinchatTransformerForward(args) {
    const shape = transformerShape(args);
    const { N: V, C } = sizes(input(args, 'transformer.wte.weight'));
    const [B = 0] = input(args, 'tokens').shape;
    const y = args.backend.allocate([B, number(args, 'count'), C]);
    const kept = activations(args, 'transformerActivations', shape);
    args.backend.addon.run('transformerForward', [tokenIds(args, 'tokens', V), ...data(args, 'start'), y.values, kept[0]?.values ?? null, ...data(args, 'turns'), ...weights(args, ...parameterNames(args))], shape);
    return [y, ...kept];
  },

  MinchatTransformerBackward(args) {
    const { onto } = args.inputs;
    const names = parameterNames(args);
    const gradients = new Map<string, TensorInfo>();
    for (const name of Object.keys(args.inputs).filter((input) => input.startsWith('transformer.'))) {
      gradients.set(name, name === 'transformer.wte.weight' && onto !== undefined ? inPlace(args, onto) : args.backend.allocate(input(args, name).shape));
    }
    const arrays = names.map((name) => {
      const gradient = gradients.get(name);
      return gradient === undefined ? null : args.backend.values(gradient);
    });
    args.backend.addon.run('transformerBackward', [...data(args, 'dy', 'tokens', 'start', 'activations', 'turns'), ...weights(args, ...names), ...arrays], [...transformerShape(args), onto === undefined ? 0 : 1]);
    return [...gradients.values()];
  },

  MinchatReadTokens(args) {
    const { N: V, C } = sizes(input(args, 'transformer.wte.weight'));
    const [, keyValueHeads, P, hs] = input(args, 'keys.0').shape as [number, number, number, number];
    const counts = integers(args, 'counts');
    const logits = args.backend.allocate([counts.length, V]);
    const output = args.inputs['lm_head.weight'] === undefined ? 'transformer.wte.weight' : 'lm_head.weight';
    const turns = args.attrs['turns'] as Float32Array | undefined;
    const arrays: KernelArray[] = [checked(integers(args, 'tokens'), V), integers(args, 'slots'), integers(args, 'positions'), counts, turns ?? null, ...weights(args, ...outerParameters, output), logits.values];
    const layers = number(args, 'layers');
    for (let layer = 0; layer < layers; layer++) arrays.push(...weights(args, ...layerParameters(layer)), ...data(args, `keys.${layer}`, `values.${layer}`));
    args.backend.addon.run('readTokens', arrays, [counts.length, layers, C, V, P, number(args, 'inner'), number(args, 'heads'), keyValueHeads, hs, args.attrs['swiglu'] === true ? 1 : 0, number(args, 'epsilon')]);
    return [logits];
  },

  MinchatEmbeddingForward(args) {
    const [B, T] = input(args, 'tokens').shape as [number, number];
    const { N: V, C } = sizes(input(args, 'wte'));
    const x = args.backend.allocate([B, T, C]);
    args.backend.addon.run('embeddingForward', [tokenIds(args, 'tokens', V), ...data(args, 'start', 'wte', 'wpe'), x.values], [B, T, C]);
    return [x];
  },

  MinchatEmbeddingBackward(args) {
    const [B, T, C] = input(args, 'dx').shape as [number, number, number];
    const V = number(args, 'vocabulary');
    const P = number(args, 'positions');
    const { onto } = args.inputs;
    const dwte = onto === undefined ? args.backend.allocate([V, C]) : inPlace(args, onto);
    const dwpe = P > 0 ? [args.backend.allocate([P, C])] : [];
    args.backend.addon.run('embeddingBackward', [...data(args, 'dx', 'tokens', 'start'), args.backend.values(dwte), dwpe[0]?.values ?? null], [B, T, C, V, P, onto === undefined ? 0 : 1]);
    return [dwte, ...dwpe];
  },

  MinchatLogits(args) {
    const { N, C } = sizes(input(args, 'x'));
    const { N: V } = sizes(input(args, 'wte'));
    const logits = args.backend.allocate([N, V]);
    args.backend.addon.run('logits', [...data(args, 'x'), ...weights(args, 'wte'), logits.values], [N, C, V]);
    return [logits];
  },

  MinchatSample(args) {
    const { N, C: V } = sizes(input(args, 'logits'));
    const sampled = args.backend.allocate([N, 3]);
    const [logits = null] = data(args, 'logits');
    const doubles = (name: string): Float64Array => args.attrs[name] as Float64Array;
    args.backend.addon.run(
      'sample',
      [logits, doubles('uniforms'), doubles('temperatures'), integers(args, 'topK'), doubles('topP'), integers(args, 'changeBegin'), integers(args, 'changeToken'), doubles('change'), sampled.values],
      [N, V],
    );
    return [sampled];
  },

  MinchatTokenNllForward(args) {
    const { N, C } = sizes(input(args, 'x'));
    const { N: V } = sizes(input(args, 'wte'));
    const outputs = [0, 1, 2, 3].map(() => args.backend.allocate([N]));
    const kept = activations(args, 'tokenNllActivations', [N, C, V]);
    args.backend.addon.run(
      'tokenNllForward',
      [...data(args, 'x'), ...weights(args, 'wte'), tokenIds(args, 'targets', V), ...outputs.map(({ values }) => values), kept[0]?.values ?? null],
      [N, C, V, number(args, 'temperature')],
    );
    return [...outputs, ...kept];
  },

  MinchatTokenNllBackward(args) {
    const { N, C } = sizes(input(args, 'x'));
    const { N: V } = sizes(input(args, 'wte'));
    const dx = args.backend.allocate([N, C]);
    const dwte = args.backend.allocate([V, C]);
    args.backend.addon.run('tokenNllBackward', [...data(args, 'dnll', 'x'), ...weights(args, 'wte'), ...data(args, 'targets', 'lse', 'activations'), dx.values, dwte.values], [N, C, V, number(args, 'temperature')]);
    return [dx, dwte];
  },

  MinchatSquaredSums(args) {
    const arrays = Object.keys(args.inputs).map((_, i) => args.backend.values(input(args, `${i}`)));
    const sums = args.backend.allocate([arrays.length]);
    args.backend.addon.run('squaredSums', [...arrays, sums.values], [arrays.length, ...arrays.map((array) => array.length)]);
    return [sums];
  },

  MinchatAdamW(args) {
    const decays = args.attrs['weightDecays'] as readonly number[];
    const inputs = Object.values(args.inputs) as TensorInfo[];
    const arrays = inputs.map((tensor) => args.backend.values(tensor));
    const numbers = [decays.length, ...['learningRate', 'beta1', 'beta2', 'epsilon', 'correction1', 'correction2', 'gradScale'].map((name) => number(args, name))];
    for (const [i, decay] of decays.entries()) {
      const parameter = inputs[4 * i] as TensorInfo;
      const { N, C } = sizes(parameter);
      numbers.push(...(parameter.shape.length < 2 ? [N * C, 1] : [N, C]), decay);
    }
    args.backend.addon.run('adamw', arrays, numbers);
    return [];
  },
};
