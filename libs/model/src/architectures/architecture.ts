/** Hugging Face's config.json of a model. Keys that minchat does not know are kept and written back. */
export interface ModelConfig {
  readonly model_type: string;
  readonly vocab_size: number;
  /** Standard deviation of the initial weights; GPT-2's 0.02. */
  readonly initializer_range: number;
  /** For programs that read the folder: minchat goes by the tokenizer, which knows these too. */
  readonly bos_token_id: number | null;
  /** One, or all that end a text. */
  readonly eos_token_id: number | readonly number[] | null;
  readonly [key: string]: unknown;
}

/** What the computation wants to know of a model, under one name each, whatever its config.json calls it. */
export interface ModelShape {
  /** V */
  readonly vocabulary: number;
  /** Longest text, in tokens. */
  readonly context: number;
  /** C */
  readonly width: number;
  readonly layers: number;
  /** nh */
  readonly heads: number;
  /** Heads of keys and values; each serves as many heads of queries, one after the other (grouped-query attention, arXiv 2305.13245). */
  readonly keyValueHeads: number;
  /** hs */
  readonly headSize: number;
  /** I, the width inside of the MLP. */
  readonly inner: number;
  /** Of the norms. */
  readonly epsilon: number;
  /** Layer norms, or RMS norms (arXiv 1910.07467), which have no bias. */
  readonly norm: 'layer' | 'rms';
  /** Whether queries and keys of each head have a norm of their own. */
  readonly headNorms: boolean;
  /** Angle, in radians, from one position to the next of each pair of a head's numbers, hs / 2 (RoPE, arXiv 2104.09864); undefined: learned positions. */
  readonly rotations: readonly number[] | undefined;
  readonly activation: 'gelu' | 'swiglu';
  /** Which products have a bias. */
  readonly biases: 'all' | 'queries, keys, values' | 'none';
  /** Whether the output is the word embedding. */
  readonly tied: boolean;
}

/**
 * What stands on top of the transformer: logits, or one number per position (`score.weight`). That of a value network can be
 * moved by a constant: where the last norm has no bias, it has one itself (`score.bias`).
 */
export type Head = 'lm' | 'scalar' | 'value';

/** A tensor of a checkpoint, and where its numbers lie among the parameters. */
export interface Piece {
  /** Its name in the file. */
  readonly name: string;
  readonly parameter: string;
  /** Its columns there, where others lie beside it. */
  readonly columns?: { readonly from: number; readonly count: number };
  /** nn.Linear keeps (out, in), a parameter (in, out). */
  readonly turned?: boolean;
}

/** A family of models: what its config.json and its checkpoints look like. */
export interface Architecture {
  /** The values of config.json that are meant where it does not say. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Checks a configuration with its defaults, and says in one way what may be said in several. Throws MC_MODEL_INVALID naming the key. */
  check(config: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Of a checked configuration. */
  shape(config: ModelConfig): ModelShape;
  /** What config.json says of the classes that load it. */
  classes(config: ModelConfig, head: Head): Readonly<Record<string, unknown>>;
  /** The tensors of a checkpoint, in the order in which they are written. */
  pieces(shape: ModelShape, head: Head): Piece[];
  /** In front of the names of all tensors but the heads'; may be missing. */
  readonly prefix: string;
  /** The word embedding's name behind it. */
  readonly embedding: string;
  /** Constants that older checkpoints hold beside the weights. */
  readonly constants: RegExp;
}
