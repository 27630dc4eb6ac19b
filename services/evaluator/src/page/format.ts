/** A share as per cent: `78.3 %`. */
export function percent(value: number, digits = 1): string {
  return `${(100 * value).toFixed(digits)} %`;
}

/** A number with a sensible number of digits. */
export function figure(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

const names: Readonly<Record<string, string>> = {
  open_qa: 'open questions',
  closed_qa: 'closed questions',
  rewrite: 'rewriting',
  extract: 'extracting',
  generation: 'generation',
  brainstorm: 'brainstorming',
  classify: 'classifying',
  summarise: 'summarising',
  chat: 'chat',
};

/** A use case in words. */
export function useCaseName(useCase: string): string {
  return names[useCase] ?? useCase.replaceAll('_', ' ');
}
