// What common datasets call the things that TRL's conventions have a name for.

import { BadRecordError } from './records.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of a record: a field of the first name goes before the others. */
const fields: readonly (readonly [string, ...string[]])[] = [
  // ShareGPT; WildChat and LMSYS-Chat
  ['messages', 'conversations', 'conversation'],
  // UltraFeedback
  ['answers', 'completions'],
  // Orca and what is made like it
  ['system', 'system_prompt'],
  ['instruction', 'question'],
  // Dolly
  ['input', 'context'],
  ['output', 'response', 'answer'],
  // DeepMath; what is made for verl
  ['reference', 'solution', 'ground_truth'],
  // What stages of a run hand each other
  ['use_case', 'useCase'],
];

/** Of one answer among several: Nectar, UltraFeedback. */
const answerFields: readonly (readonly [string, ...string[]])[] = [['text', 'answer', 'response'], ['score', 'overall_score']];

/** Who says something, in ShareGPT and the like. */
const roles: Readonly<Record<string, string>> = { human: 'user', gpt: 'assistant', chatgpt: 'assistant', bot: 'assistant', model: 'assistant', developer: 'system' };
/** Who says something where tools are called. */
const tools: readonly unknown[] = ['tool', 'function', 'ipython', 'tool_call', 'tool_response', 'function_call', 'observation'];

export const commonFields = (value: unknown): unknown => renamed(withAnswers(value), fields);
export const commonAnswer = (value: unknown): unknown => renamed(value, answerFields);

/** Two answers in fields of their own, the field that says which is better, and how: below 0 it is the first, above 0 the second. */
const preferences: readonly { first: string; second: string; by: string; strength: (told: number) => number; prompt?: string }[] = [
  // HelpSteer2's preferences, and HelpSteer3's
  { first: 'response_1', second: 'response_2', by: 'preference_strength', strength: (told) => told },
  { first: 'response1', second: 'response2', by: 'overall_preference', strength: (told) => told, prompt: 'context' },
  // PKU-SafeRLHF: the number of the better one
  { first: 'response_0', second: 'response_1', by: 'better_response_id', strength: (told) => told - 0.5 },
  // SHP: 1 where A is the better one
  { first: 'human_ref_A', second: 'human_ref_B', by: 'labels', strength: (told) => 0.5 - told, prompt: 'history' },
];

function withAnswers(value: unknown): unknown {
  if (!isFields(value)) return value;
  for (const { first, second, by, strength, prompt } of preferences) {
    const [one, other, told] = [value[first], value[second], value[by]];
    if (typeof one !== 'string' || typeof other !== 'string' || typeof told !== 'number') continue;
    const scores = { answers: [{ text: one, score: -strength(told) }, { text: other, score: strength(told) }] };
    return { ...(prompt === undefined ? {} : { prompt: value[prompt] }), ...scores, ...value };
  }
  return value;
}

/** A turn: `from` and `value` in ShareGPT; what is said may be in parts, all of them text. Throws BadRecordError for a tool's. */
export function commonTurn(value: unknown): unknown {
  const turn = renamed(value, [['role', 'from'], ['content', 'value']]);
  if (!isFields(turn)) return turn;
  const { role, content } = turn;
  if (tools.includes(role) || isCall(turn['tool_calls']) || isCall(turn['function_call'])) throw new BadRecordError('tool_turn');
  return {
    ...turn,
    role: typeof role === 'string' && Object.hasOwn(roles, role) ? roles[role] : role,
    content: Array.isArray(content) && content.length > 0 && content.every(isTextPart) ? content.map(({ text }) => text).join('') : content,
  };
}

function isCall(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isFields(value);
}

function isTextPart(part: unknown): part is { text: string } {
  return isFields(part) && part['type'] === 'text' && typeof part['text'] === 'string';
}

function renamed(value: unknown, names: readonly (readonly [string, ...string[]])[]): unknown {
  if (!isFields(value)) return value;
  const own: Record<string, unknown> = { ...value };
  for (const [name, ...others] of names) {
    const found = (own[name] ?? undefined) === undefined ? others.find((other) => Object.hasOwn(value, other) && isMeant(name, value[other])) : undefined;
    if (found !== undefined) own[name] = value[found];
  }
  return own;
}

/** A field that has another name may also be another thing, which nobody asked for. */
function isMeant(name: string, value: unknown): boolean {
  if (name === 'messages' || name === 'answers') return Array.isArray(value);
  return typeof value === (name === 'score' ? 'number' : 'string');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
