import type { Message } from '../api.ts';
import type { Answer } from './stream.ts';

/** One model's answer to a question; and, when it was written anew, the one it had before. */
export interface Column { model: string; answer: Answer; before?: Answer | undefined; thumb?: 'up' | 'down' | undefined }
/**
 * A question with the answers that were asked for, and the `system` message that the models had. `best` is the column that somebody chose, -1 for a tie;
 * `anew` tells how often they were written anew, each time with the next seed.
 */
export interface Turn { question: string; system?: string | undefined; columns: Column[]; blind: boolean; best?: number | undefined; anew?: number | undefined }

/** The column that the conversation goes on with. */
export function leading(turn: Turn): Column | undefined {
  return turn.columns[turn.best !== undefined && turn.best >= 0 ? turn.best : 0];
}

/** What models are asked in a turn, behind those that came before. One of these that was not answered is as if it had not been asked. */
export function messagesOf({ system = '', question }: Turn, earlier: readonly Turn[]): Message[] {
  const context = earlier.flatMap((turn): Message[] => {
    const answer = leading(turn)?.answer;
    if (answer === undefined || (answer.text === '' && answer.state !== 'done')) return [];
    return [{ role: 'user', content: turn.question }, { role: 'assistant', content: answer.text }];
  });
  return [...(system.trim() === '' ? [] : [{ role: 'system' as const, content: system }]), ...context, { role: 'user', content: question }];
}

/** All that was said, with the answers that the conversation went on with. */
export function conversationOf(turns: readonly Turn[]): Message[] {
  const last = turns.at(-1);
  const answer = last && leading(last)?.answer;
  if (last === undefined || answer === undefined) return [];
  return [...messagesOf(last, turns.slice(0, -1)), { role: 'assistant', content: answer.text }];
}

export function isBusy(turn: Turn | undefined): boolean {
  return turn?.columns.some(({ answer }) => answer.state === 'writing') === true;
}

/** Whether a choice between the columns can be made: several whole answers, no choice yet, and not all the same. */
export function canChoose(turn: Turn): boolean {
  const whole = turn.columns.every(({ answer }) => answer.state === 'done' || answer.state === 'stopped');
  return turn.columns.length > 1 && turn.best === undefined && whole && new Set(turn.columns.map(({ answer }) => answer.text)).size > 1;
}

/** The ranking that a choice is: the chosen answer before all others, which are tied; -1 ties all. */
export function ranksOf(count: number, best: number): number[] {
  return Array.from({ length: count }, (_, place) => (best < 0 || place === best ? 0 : 1));
}

const version = 2;
/** Conversations kept are short: what is older is left out. */
const turnsKept = 50;
/** Probabilities are many times as long as their text, and a browser keeps 5 million characters: those of older answers are left out. */
const charactersKept = 1_000_000;

/** For the browser's store; answers that were being written count as stopped. */
export function saveTurns(turns: readonly Turn[]): string {
  let room = charactersKept;
  const kept = turns.slice(-turnsKept).toReversed().map((turn) => {
    const whole = withAnswers(turn, settled);
    room -= JSON.stringify(whole).length;
    return room > 0 ? whole : withAnswers(whole, withoutProbabilities);
  });
  return JSON.stringify({ version, turns: kept.toReversed() });
}

/** What was saved; nothing when it cannot be read. */
export function loadTurns(text: string | null): Turn[] {
  if (text === null) return [];
  try {
    const saved = JSON.parse(text) as { version?: unknown; turns?: Turn[] };
    return saved.version === version && Array.isArray(saved.turns) ? saved.turns : [];
  } catch {
    return [];
  }
}

function withAnswers(turn: Turn, by: (answer: Answer) => Answer): Turn {
  return { ...turn, columns: turn.columns.map((column) => ({ ...column, answer: by(column.answer), ...(column.before ? { before: by(column.before) } : {}) })) };
}

function withoutProbabilities(answer: Answer): Answer {
  return { ...answer, probabilities: undefined };
}

function settled(answer: Answer): Answer {
  return answer.state === 'writing' ? { ...answer, state: 'stopped', finished: false } : answer;
}
