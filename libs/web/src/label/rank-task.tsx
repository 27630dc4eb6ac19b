import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type UniqueIdentifier } from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { useEffect, useRef, useState } from 'react';
import type { HandedIn, Verdict } from '../api.ts';
import { handsIn } from '../keys.ts';
import { t } from '../preferences.ts';
import { recall, remember } from '../storage.ts';
import { announce } from '../ui.tsx';
import { AnswerCard } from './answer-card.tsx';
import { isText, readDraft, writeDraft } from './drafts.ts';
import { skipReasons } from './flags.ts';
import { move, newRanking, rankingBy, ranksByAnswer, ranksByPlace, toggleTie, type Ranking } from './ranking.ts';
import { NoteField } from './note-field.tsx';
import { Prompt } from './prompt.tsx';
import { SkipButton } from './skip-button.tsx';
import { useActiveTime } from './use-active-time.ts';
import { useKeys } from './use-keys.ts';

interface Draft { ranking: Ranking; ratings: readonly number[]; flags: readonly (readonly string[])[] }
/** What is kept in the browser: the note is undone by its field alone. */
type Kept = Draft & { note?: string };

/** Whether something kept is a draft of a task with so many answers. */
function isDraftOf(count: number) {
  return (value: unknown): value is Kept => {
    const { ranking, ratings, flags, note = '' } = (value ?? {}) as Partial<Kept>;
    const lists = [ranking?.order, ranking?.tied, ratings, flags];
    return isText(note) && lists.every((list) => Array.isArray(list) && list.length === count) && new Set(ranking?.order).size === count && (ranking?.order ?? []).every((answer) => answer >= 0 && answer < count);
  };
}

function asKept(verdicts: readonly Verdict[], note: string): Kept {
  return { ranking: rankingBy(verdicts.map(({ rank }) => rank)), ratings: verdicts.map(({ rating }) => rating), flags: verdicts.map(({ flags }) => flags), note };
}

/** Longer than can be compared at a glance. */
const isLong = (text: string): boolean => text.length > 900 || text.split('\n').length > 12;

/** Whether something was chosen in this browser; the tasks that follow are shown so, too. */
function useRemembered(name: string): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(recall(name) === '1');
  return [on, (next) => {
    setOn(next);
    remember(name, next ? '1' : '0');
  }];
}

interface RankTaskProps {
  task: HandedIn['task'];
  /** What the labeler has handed in of it, to be changed. */
  made?: HandedIn;
  /** One that was lost can only be looked at. */
  lost: boolean;
  onEnd: (what: 'submit' | 'skip', body: object) => Promise<void>;
  /** Leaves what was handed in as it is. */
  onLeave?: () => void;
}

/** Answers to put in order: by dragging, or by keys alone (see guide.tsx). Every change can be undone. */
export function RankTask({ task, made, lost, onEnd, onLeave }: RankTaskProps) {
  const count = task.answers.length;
  const [kept] = useState<Kept>(() => readDraft(task.id, isDraftOf(count)) ?? (made === undefined || made.skipped ? { ranking: newRanking(count), ratings: task.answers.map(() => 0), flags: task.answers.map(() => []), note: made?.note ?? '' } : asKept(made.verdicts, made.note)));
  const [drafts, setDrafts] = useState<Draft[]>([kept]);
  const [note, setNote] = useState(kept.note ?? '');
  /** What was undone, the latest last. */
  const [undone, setUndone] = useState<Draft[]>([]);
  const [marking, setMarking] = useRemembered('marking');
  const [folding, setFolding] = useRemembered('folding');
  const activeMs = useActiveTime();
  const cards = useRef<(HTMLElement | null)[]>([]);
  const wanted = useRef<number>(undefined);
  const draft = drafts.at(-1)!;
  const { ranking, ratings, flags } = draft;
  const ranks = ranksByPlace(ranking);
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }));

  useEffect(() => cards.current[0]?.focus({ preventScroll: true }), []);
  // The focus goes with the answer that was moved.
  useEffect(() => {
    if (wanted.current === undefined) return;
    cards.current[wanted.current]?.focus();
    wanted.current = undefined;
  }, [drafts]);

  const keep = (next: Draft[], remark = note): void => {
    setDrafts(next);
    setNote(remark);
    writeDraft(task.id, { ...next.at(-1), note: remark });
  };
  const change = (next: Partial<Draft>): void => {
    keep([...drafts.slice(-100), { ...draft, ...next }]);
    setUndone([]);
  };
  const undo = (): void => {
    if (drafts.length < 2) return;
    keep(drafts.slice(0, -1));
    setUndone([...undone, draft]);
  };
  const redo = (): void => {
    const next = undone.at(-1);
    if (next === undefined) return;
    keep([...drafts, next]);
    setUndone(undone.slice(0, -1));
  };
  const put = (from: number, to: number): void => {
    const next = move(ranking, from, to);
    if (next.order === ranking.order) return;
    wanted.current = Math.max(0, Math.min(count - 1, to));
    change({ ranking: next });
    announce(t('Place {place} of {count}', { place: wanted.current + 1, count }));
  };
  const tie = (place: number): void => {
    const next = toggleTie(ranking, place);
    change({ ranking: next });
    announce(next.tied[place] === true ? t('Tied with the answer above') : t('No longer tied'));
  };
  const rate = (answer: number, rating: number): void => {
    change({ ratings: ratings.map((one, i) => (i === answer ? (one === rating ? 0 : rating) : one)) });
    announce(t('Rated {rating} of 7', { rating }));
  };
  const flag = (answer: number, name: string): void =>
    change({ flags: flags.map((list, i) => (i !== answer ? list : list.includes(name) ? list.filter((one) => one !== name) : [...list, name])) });
  const skip = (reason: string): Promise<void> => onEnd('skip', { reason, note, activeMs: activeMs() });
  const submit = (): Promise<void> => {
    const given = ranksByAnswer(ranking);
    return onEnd('submit', { activeMs: activeMs(), note, verdicts: task.answers.map((_, i) => ({ rank: given[i] ?? 0, rating: ratings[i] ?? 0, flags: flags[i] ?? [] })) });
  };

  const onCardKey = (event: React.KeyboardEvent, place: number): void => {
    // Only on the card itself: its buttons have keys of their own.
    if (event.target !== event.currentTarget) return;
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1] ?? (/^[1-9]$/.test(event.key) ? event.key : undefined);
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step !== 0 && event.altKey) put(place, place + step);
    else if (step !== 0) cards.current[Math.max(0, Math.min(count - 1, place + step))]?.focus();
    else if (digit !== undefined && event.shiftKey && Number(digit) <= 7) rate(ranking.order[place] ?? 0, Number(digit));
    else if (digit !== undefined && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) put(place, Number(digit) - 1);
    else if (event.key === '=') tie(place);
    else return;
    event.preventDefault();
  };
  // Wherever the focus is: a click on the prompt takes it from the answers.
  useKeys((event) => {
    const key = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : '';
    if (key === 'y' || (key === 'z' && event.shiftKey)) redo();
    else if (key === 'z') undo();
    else if (handsIn(event)) void submit();
    else return;
    event.preventDefault();
  });

  const placeOf = (id: UniqueIdentifier): number => ranking.order.indexOf(Number(id) - 1);
  const told = (id: UniqueIdentifier): string => t('Place {place} of {count}', { place: placeOf(id) + 1, count });
  return (
    <div className="task">
      <Prompt messages={task.messages} />
      <div className="toolbar">
        <h2 className="eyebrow">{t('Answers, best first')}</h2>
        <span className="grow" />
        {task.answers.some(({ text }) => isLong(text)) ? <button type="button" className="chip" aria-pressed={folding} onClick={() => setFolding(!folding)}>{t('Fold long answers')}</button> : null}
        <button type="button" className="chip" aria-pressed={marking} onClick={() => setMarking(!marking)}>{t('Mark what the first does not say')}</button>
      </div>
      <DndContext sensors={sensors} collisionDetection={closestCenter}
        accessibility={{
          announcements: { onDragStart: ({ active }) => told(active.id), onDragOver: ({ over }) => over === null ? undefined : told(over.id), onDragEnd: ({ active, over }) => told((over ?? active).id), onDragCancel: ({ active }) => told(active.id) },
          screenReaderInstructions: { draggable: t('Space takes the answer and puts it down again, the arrow keys move it, Escape leaves it where it was.') },
        }}
        onDragEnd={({ active, over }) => { if (over !== null) put(placeOf(active.id), placeOf(over.id)); }}>
        {/* dnd-kit takes an id of 0 for none: answers count from 1. */}
        <SortableContext items={ranking.order.map((answer) => answer + 1)} strategy={verticalListSortingStrategy}>
          <ol className="answers">
            {ranking.order.map((answer, place) => (
              <AnswerCard key={answer} id={answer + 1} place={place} rank={ranks[place] ?? 0} count={count} tied={ranking.tied[place] === true} answer={task.answers[answer]!} folded={folding && isLong(task.answers[answer]?.text ?? '')} base={marking && place > 0 ? task.answers[ranking.order[0] ?? 0]?.text : undefined}
                rating={ratings[answer] ?? 0} flags={flags[answer] ?? []} cardRef={(node) => { cards.current[place] = node; }}
                onKeyDown={(event) => onCardKey(event, place)} onTie={() => tie(place)} onMove={(step) => put(place, place + step)} onRate={(rating) => rate(answer, rating)} onFlag={(name) => flag(answer, name)} />
            ))}
          </ol>
        </SortableContext>
      </DndContext>
      <NoteField value={note} onChange={(remark) => keep(drafts, remark)} onHandIn={() => void submit()} />
      {lost ? null : (
        <div className="task-end">
          <button type="button" className="primary" onClick={() => void submit()}>{made === undefined ? t('Hand in') : t('Hand in again')}</button>
          <button type="button" disabled={drafts.length < 2} onClick={undo}>{t('Undo')}</button>
          <button type="button" disabled={undone.length === 0} onClick={redo}>{t('Redo')}</button>
          <span className="grow" />
          <button type="button" onClick={() => void skip(skipReasons[0])}>{t('Cannot judge')}</button>
          <SkipButton onSkip={skip} />
          {onLeave === undefined ? null : <button type="button" onClick={onLeave}>{t('Leave it as it was')}</button>}
        </div>
      )}
    </div>
  );
}
