// What common datasets call the things that TRL's conventions have a name for.

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
];

/** Of one answer among several: Nectar, UltraFeedback. */
const answerFields: readonly (readonly [string, ...string[]])[] = [['text', 'answer', 'response'], ['score', 'overall_score']];

/** Who says something, in ShareGPT and the like. */
const roles: Readonly<Record<string, string>> = { human: 'user', gpt: 'assistant', chatgpt: 'assistant', bot: 'assistant', model: 'assistant' };

export const commonFields = (value: unknown): unknown => renamed(withAnswers(value), fields);
export const commonAnswer = (value: unknown): unknown => renamed(value, answerFields);

/** HelpSteer2's preferences: the strength is below 0 where the first response is the better one, above 0 where the second is. */
function withAnswers(value: unknown): unknown {
  if (!isFields(value)) return value;
  const { response_1: first, response_2: second, preference_strength: strength } = value;
  if (typeof first !== 'string' || typeof second !== 'string' || typeof strength !== 'number') return value;
  return { answers: [{ text: first, score: -strength }, { text: second, score: strength }], ...value };
}

/** A turn: `from` and `value` in ShareGPT; what is said may be in parts, all of them text. */
export function commonTurn(value: unknown): unknown {
  const turn = renamed(value, [['role', 'from'], ['content', 'value']]);
  if (!isFields(turn)) return turn;
  const { role, content } = turn;
  return {
    ...turn,
    role: typeof role === 'string' && Object.hasOwn(roles, role) ? roles[role] : role,
    content: Array.isArray(content) && content.length > 0 && content.every(isTextPart) ? content.map(({ text }) => text).join('') : content,
  };
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
