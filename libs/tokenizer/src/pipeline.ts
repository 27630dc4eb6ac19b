import { z } from 'zod';
import { decoderSchema } from './decode.ts';
import { normalizerSchema } from './normalize.ts';
import { byteLevel, byteLevelWords, preTokenizerSchema } from './pre-tokenize.ts';
import { oneOf } from './schema.ts';

// What tokenizer.json says about a text on its way to the merges and back, in that file's own words: so it is written
// again. A kind of step that is not known here is refused by name rather than passed over.

const templateItem = z.union([
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: z.int() }) }),
  z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: z.int() }) }),
]);
const template = z.object({
  type: z.literal('TemplateProcessing'),
  single: z.array(templateItem),
  pair: z.array(templateItem),
  special_tokens: z.record(z.string(), z.object({ id: z.string(), ids: z.array(z.int()), tokens: z.array(z.string()) })),
});
const processor = oneOf([byteLevel, template]);
const postProcessorSchema = oneOf([...processor.options, z.object({ type: z.literal('Sequence'), processors: z.array(processor) })]);
type PostProcessor = z.output<typeof postProcessorSchema>;

/** Everything around the vocabulary and the merges, as in tokenizer.json. */
export const pipelineSchema = z.object({
  normalizer: normalizerSchema.nullable().default(null),
  pre_tokenizer: preTokenizerSchema.nullable().default(null),
  post_processor: postProcessorSchema.nullable().default(null),
  decoder: decoderSchema,
  model: z.object({
    unk_token: z.string().nullable().default(null),
    fuse_unk: z.boolean().default(false),
    /** A character that is no token is its bytes, `<0x0A>` and so on. */
    byte_fallback: z.boolean().default(false),
    /** A word that is a token as a whole is that, whatever the merges make of it. */
    ignore_merges: z.boolean().default(false),
  }),
});
export type Pipeline = z.output<typeof pipelineSchema>;

/** GPT-2's. `addPrefixSpace`: a text is given a space in front that does not begin with one. */
export function gpt2Pipeline(addPrefixSpace = false): Pipeline {
  const step = byteLevelWords(addPrefixSpace);
  return {
    normalizer: null,
    pre_tokenizer: step,
    post_processor: { ...step, trim_offsets: false },
    decoder: step,
    model: { unk_token: null, fuse_unk: false, byte_fallback: false, ignore_merges: false },
  };
}

/** The ids that a post-processor puts before a text. */
export function idsBefore(postProcessor: PostProcessor | null): number[] {
  if (postProcessor === null) return [];
  const steps = postProcessor.type === 'Sequence' ? postProcessor.processors : [postProcessor];
  return steps.flatMap((step) => {
    if (step.type !== 'TemplateProcessing') return [];
    const before = step.single.slice(0, step.single.findIndex((item) => 'Sequence' in item));
    return before.flatMap((item) => ('SpecialToken' in item ? (step.special_tokens[item.SpecialToken.id]?.ids ?? []) : []));
  });
}
