import { useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { t } from '../preferences.ts';
import { Differences } from './differences.tsx';
import { answerFlags } from './flags.ts';

interface CardProps {
  id: number;
  place: number;
  rank: number;
  count: number;
  tied: boolean;
  answer: { text: string; finished: boolean };
  /** Not all of a long one is seen at once. */
  folded: boolean;
  /** The answer that differences to are marked. */
  base: string | undefined;
  rating: number;
  flags: readonly string[];
  cardRef: (node: HTMLElement | null) => void;
  onKeyDown: (event: React.KeyboardEvent) => void;
  onTie: () => void;
  onMove: (step: number) => void;
  onRate: (rating: number) => void;
  onFlag: (name: string) => void;
}

/** One answer among those to rank. The card takes the keys; its handle is what is dragged. */
export function AnswerCard({ id, place, rank, count, tied, answer, folded, base, rating, flags, cardRef, onKeyDown, onTie, onMove, onRate, onFlag }: CardProps) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id, attributes: { roleDescription: t('can be moved') } });
  const label = t('Answer in place {place} of {count}', { place: place + 1, count });
  return (
    <li ref={setNodeRef} className={`answer ${isDragging ? 'dragging' : ''}`} style={{ transform: CSS.Translate.toString(transform), transition }}>
      {place > 0 ? <button type="button" className={`tie ${tied ? 'on' : ''}`} aria-pressed={tied} aria-label={t('Tie with the answer above')} title={t('Tie with the answer above')} onClick={onTie}>=</button> : null}
      <div className="card answer-card" role="group" ref={cardRef} tabIndex={0} aria-label={`${label}${tied ? `, ${t('Tied with the answer above')}` : ''}`} onKeyDown={onKeyDown} data-place={place}>
        <div className="answer-side">
          <span className="rank" aria-hidden="true">{rank + 1}</span>
          <button type="button" className="handle" ref={setActivatorNodeRef} {...attributes} {...listeners} aria-label={t('Drag: {label}', { label })}><i aria-hidden="true" /></button>
        </div>
        <div className="answer-body">
          <p className={folded ? 'text folded' : 'text'} dir="auto" tabIndex={folded ? 0 : undefined}>{answer.text === '' ? <span className="quiet">{t('(an empty answer)')}</span> : base === undefined ? answer.text : <Differences text={answer.text} base={base} />}</p>
          {answer.finished ? null : <small className="quiet">{t('(cut off here)')}</small>}
          <div className="answer-tools">
            <div className="rating" role="group" aria-label={t('Overall quality, 1 to 7')}>
              {[1, 2, 3, 4, 5, 6, 7].map((n) => <button key={n} type="button" aria-pressed={rating === n} aria-label={t('Rate {n} of 7', { n })} onClick={() => onRate(n)}>{n}</button>)}
            </div>
            <details className="flags">
              <summary>{flags.length === 0 ? t('Flags') : t('Flags: {n}', { n: flags.length })}</summary>
              <div>{answerFlags.map(([name, text]) => <label key={name}><input type="checkbox" checked={flags.includes(name)} onChange={() => onFlag(name)} /> {t(text)}</label>)}</div>
            </details>
          </div>
        </div>
        <div className="answer-moves">
          <button type="button" className="icon" disabled={place === 0} aria-label={t('Move up')} onClick={() => onMove(-1)}>↑</button>
          <button type="button" className="icon" disabled={place === count - 1} aria-label={t('Move down')} onClick={() => onMove(1)}>↓</button>
        </div>
      </div>
    </li>
  );
}
