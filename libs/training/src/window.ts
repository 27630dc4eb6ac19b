import type { Model } from '@minchat/model';

/** The key of a base model's config.json that tells the windows it was pretrained on last. */
export const windowLengthKey = 'minchat_window_length';

/** Tokens of raw text that a model was trained to read at once: at positions beyond, it knows of none. */
export function trainedWindow({ config, shape }: Model): number {
  const length = config[windowLengthKey];
  return typeof length === 'number' ? Math.min(length, shape.context) : shape.context;
}
