import { useRef, useState, useSyncExternalStore } from 'react';
import { postJson, type Message } from '../api.ts';
import { may } from '../people/session.ts';
import { labelerName, t } from '../preferences.ts';
import { announce, messageOf } from '../ui.tsx';
import { openConversation } from './open-conversation.ts';
import type { Sampling } from './sampling.ts';
import { noAnswer, streamAnswer, type Answer } from './stream.ts';
import { isBusy, messagesOf, ranksOf, type Column, type Turn } from './thread.ts';

export interface ChatSettings { models: readonly string[]; blind: boolean; sampling: Sampling; probabilities: boolean }

/** The open conversation; what people decide about its answers goes to the store. */
export function useConversation(settings: ChatSettings) {
  const { turns: read, subscribe, change, before, putAside, letGo, bringBack, begin, stop } = openConversation();
  const turns = useSyncExternalStore(subscribe, read);
  const [problem, setProblem] = useState('');
  const busy = isBusy(turns.at(-1));

  /** Has the columns of a turn written, all at once. */
  const write = async (earlier: readonly Turn[], turn: Turn, which: readonly number[]): Promise<void> => {
    const signal = begin();
    const columns = [...turn.columns];
    const show = (place: number, answer: Answer): void => {
      columns[place] = { ...columns[place]!, answer };
      // What was decided about the turns before, meanwhile, stays.
      change((now) => [...now.slice(0, earlier.length), { ...turn, columns: [...columns] }]);
    };
    const messages = messagesOf(turn, earlier);
    const { seed } = settings.sampling;
    const sampling = { ...settings.sampling, seed: seed === undefined ? undefined : seed + (turn.anew ?? 0) };
    for (const place of which) show(place, noAnswer);
    const answers = await Promise.all(which.map((place) => streamAnswer(columns[place]!.model, messages, sampling, settings.probabilities, signal, (answer) => show(place, answer))));
    if (columns.length > 1 && answers.every(({ state }) => state === 'done')) announce(t('The answers are there. Which is best?'));
  };
  /** Asks the models that are chosen now; of blind ones nobody knows the order. */
  const ask = (question: string, earlier: readonly Turn[] = turns): Promise<void> => {
    const models = settings.blind ? shuffled(settings.models) : settings.models;
    const turn: Turn = { question, system: settings.sampling.system, blind: settings.blind && models.length > 1, columns: models.map((model) => ({ model, answer: noAnswer })) };
    return write(earlier, turn, models.map((_, place) => place));
  };

  const storing = useRef(false);
  /** Sends what was decided about a turn, once, and shows it; another may stand in its place by then. */
  const store = async (path: string, body: object, of: Turn, decided: (turn: Turn) => Turn): Promise<void> => {
    if (storing.current) return;
    const show = (): void => change((now) => now.map((turn) => (turn === of ? decided(turn) : turn)));
    // Whoever may only look finds out which model wrote what, and decides nothing.
    if (!may('label')) return show();
    storing.current = true;
    try {
      await postJson(path, { labeler: labelerName(), ...body });
      show();
      setProblem('');
      announce(t('Saved. Thank you.'));
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      storing.current = false;
    }
  };
  const messagesAt = (index: number): Message[] => messagesOf(turns[index]!, turns.slice(0, index));
  const ranked = ({ model, answer }: Column, rank: number) => ({ text: answer.text, finished: answer.finished, model, rank });

  return {
    turns,
    busy,
    problem,
    ask: (question: string): Promise<void> => {
      letGo();
      return ask(question);
    },
    stop,
    clear: () => {
      putAside();
      change(() => []);
    },
    /** Asks again from a turn on, with other words. */
    edit: (index: number, question: string) => {
      putAside();
      return ask(question, turns.slice(0, index));
    },
    /** Whether something was put aside by `clear` or `edit`, and brings it back. */
    canBringBack: before() !== undefined,
    bringBack,
    /** Writes the last answer anew; the one before is kept beside it. Blind ones come in another order: the first is known by then. */
    regenerate: (): Promise<void> | undefined => {
      const last = turns.at(-1);
      if (last === undefined) return undefined;
      const { system } = settings.sampling;
      // Answers to other words cannot be compared.
      const keeps = ({ state }: Answer): boolean => state === 'done' && (last.system ?? '') === system;
      const columns = (last.blind ? shuffled(last.columns) : last.columns).map(({ model, answer }): Column => ({ model, answer, ...(keeps(answer) ? { before: answer } : {}) }));
      return write(turns.slice(0, -1), { question: last.question, system, blind: last.blind, columns, anew: (last.anew ?? 0) + 1 }, columns.map((_, place) => place));
    },
    /** Chooses a column of the last turn, -1 for none: a comparison in the store. */
    choose: (best: number) => {
      const index = turns.length - 1;
      const turn = turns[index]!;
      const ranks = ranksOf(turn.columns.length, best);
      return store('/api/comparisons', { messages: messagesAt(index), answers: turn.columns.map((column, place) => ranked(column, ranks[place] ?? 0)) }, turn, (now) => ({ ...now, best }));
    },
    /** Says whether an answer that was written anew is better than the one before: a comparison, too. */
    prefer: (which: 'new' | 'old') => {
      const index = turns.length - 1;
      const turn = turns[index]!;
      const column = turn.columns[0]!;
      const before: Column = { model: column.model, answer: column.before! };
      const kept: Column = which === 'new' ? { ...column, before: undefined } : { model: column.model, answer: before.answer };
      const answers = [ranked(before, which === 'old' ? 0 : 1), ranked(column, which === 'new' ? 0 : 1)];
      return store('/api/comparisons', { messages: messagesAt(index), answers }, turn, (now) => ({ ...now, columns: [kept] }));
    },
    /** A thumb for one answer: a rating in the store. */
    rate: (index: number, place: number, thumb: 'up' | 'down') => {
      const turn = turns[index]!;
      const { model, answer } = turn.columns[place]!;
      const body = { messages: messagesAt(index), answer: { text: answer.text, finished: answer.finished, model }, rating: thumb === 'up' ? 7 : 1 };
      return store('/api/ratings', body, turn, (now) => ({ ...now, columns: now.columns.map((column, i) => (i === place ? { ...column, thumb } : column)) }));
    },
  };
}

export type ConversationState = ReturnType<typeof useConversation>;

function shuffled<T>(list: readonly T[]): T[] {
  return list.map((value) => ({ value, at: crypto.getRandomValues(new Uint32Array(1))[0]! })).toSorted((a, b) => a.at - b.at).map(({ value }) => value);
}
