/** Whether the rules keep a prompt: then the decision is its split. */
export const isKept = (decision: string): boolean => ['train', 'validation', 'test'].includes(decision);

/** The kinds of personal data that the store tells apart. */
export const personalDataKinds = ['email', 'phone number', 'credit card', 'IBAN', 'social security number', 'IP address'] as const;

/**
 * What a decision of the rules says, in words: a split, or why a prompt is dropped (a code and what it
 * is about: `limit:200`). Older snapshots have a sentence behind the code, with the same number in it.
 */
export function decisionText(decision: string, t: (text: string, values?: Record<string, string>) => string): string {
  const [code = '', about = ''] = decision.split(':');
  const n = /\d+/.exec(about)?.[0];
  if (code === 'duplicate') return n === undefined ? t('dropped: the same text as another prompt') : t('dropped: its first {n} characters are another prompt’s', { n });
  if (code === 'personal data') return t('dropped: it holds personal data ({kinds})', { kinds: about.split(',').map((kind) => t(kind.trim())).join(t(', ')) });
  if (code === 'limit') return t('dropped: more than {n} prompts of one user', { n: n ?? '' });
  return t(code);
}
