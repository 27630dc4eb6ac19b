import { useEffect, useRef, useState, type Ref } from 'react';
import { postJson, type HandedIn } from '../api.ts';
import { handsIn } from '../keys.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, Field, Problem } from '../ui.tsx';
import { dropDraft, isText, readDraft, takeDraft, writeDraft } from './drafts.ts';
import { NoteField } from './note-field.tsx';
import { Prompt } from './prompt.tsx';
import { SkipButton } from './skip-button.tsx';
import { useActiveTime } from './use-active-time.ts';
import { useRenamed } from './use-renamed.ts';

function useSaved<T>(name: string, empty: T, isValid: (value: unknown) => value is T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => readDraft(name, isValid) ?? empty);
  return [value, (next) => {
    setValue(next);
    if (JSON.stringify(next) === JSON.stringify(empty)) dropDraft(name);
    else writeDraft(name, next);
  }];
}

interface Answer { completion: string; note: string }
const isAnswer = (value: unknown): value is Answer => isText((value as Partial<Answer> | null)?.completion) && isText((value as Partial<Answer>).note);

interface WriteTaskProps {
  task: HandedIn['task'];
  /** What the labeler has handed in of it, to be changed. */
  made?: HandedIn;
  lost: boolean;
  onEnd: (what: 'submit' | 'skip', body: object) => Promise<void>;
  /** Leaves what was handed in as it is. */
  onLeave?: () => void;
}

/** An answer to a prompt, written by a person. One whose task was lost can still be copied. */
export function WriteTask({ task, made, lost, onEnd, onLeave }: WriteTaskProps) {
  const [answer, setAnswer] = useSaved(task.id, { completion: made?.completion ?? '', note: made?.note ?? '' }, isAnswer);
  const { completion, note } = answer;
  const activeMs = useActiveTime();
  const area = useRef<HTMLTextAreaElement>(null);
  // The field of the task before took the focus with it.
  useEffect(() => { if (document.activeElement === document.body) area.current?.focus({ preventScroll: true }); }, []);
  const submit = async (): Promise<void> => {
    if (completion.trim() !== '') await onEnd('submit', { completion, note, activeMs: activeMs() });
  };
  return (
    <div className="task">
      <Prompt messages={task.messages} />
      <AnswerField area={area} value={completion} onChange={(text) => setAnswer({ ...answer, completion: text })} onHandIn={() => void submit()} />
      <NoteField value={note} onChange={(text) => setAnswer({ ...answer, note: text })} onHandIn={() => void submit()} />
      {lost ? null : (
        <div className="task-end">
          <button type="button" className="primary" disabled={completion.trim() === ''} onClick={() => void submit()}>{made === undefined ? t('Hand in') : t('Hand in again')}</button>
          <SkipButton onSkip={(reason) => onEnd('skip', { reason, note, activeMs: activeMs() })} />
          {onLeave === undefined ? null : <button type="button" onClick={onLeave}>{t('Leave it as it was')}</button>}
        </div>
      )}
    </div>
  );
}

function AnswerField({ area, value, onChange, onHandIn }: { area?: Ref<HTMLTextAreaElement>; value: string; onChange: (text: string) => void; onHandIn: () => void }) {
  return (
    <Field label={t('Your answer')}>
      {(id) => <textarea id={id} ref={area} dir="auto" rows={8} value={value} onChange={(event) => onChange(event.target.value)} onKeyDown={(event) => { if (handsIn(event)) onHandIn(); }} />}
    </Field>
  );
}

const ownDrafts = ['own-prompt', 'own-completion'] as const;

/** A prompt and its answer, both of the labeler's own. */
export function WriteOwn({ labeler, onDone }: { labeler: string; onDone: () => void }) {
  const [prompt, setPrompt] = useSaved(ownDrafts[0], '', isText);
  const [completion, setCompletion] = useSaved(ownDrafts[1], '', isText);
  useRenamed(labeler, (formerly) => { for (const name of ownDrafts) takeDraft(name, formerly); });
  const { problem, once } = useAct();
  const [written, setWritten] = useState(0);
  const submit = async (): Promise<void> => {
    if (prompt.trim() === '' || completion.trim() === '') return;
    if (!(await once(() => postJson('/api/demonstrations', { labeler, messages: [{ role: 'user', content: prompt }], completion })))) return;
    setPrompt('');
    setCompletion('');
    setWritten(written + 1);
    announce(t('Handed in'));
    onDone();
  };
  return (
    <form className="task" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <Field label={t('A prompt')} hint={t('Something that you would ask.')}>
        {(id, hintId) => <textarea id={id} aria-describedby={hintId} dir="auto" rows={3} value={prompt} onChange={(event) => setPrompt(event.target.value)} />}
      </Field>
      <AnswerField value={completion} onChange={setCompletion} onHandIn={() => void submit()} />
      <Problem text={problem} />
      <div className="task-end">
        <button className="primary" disabled={prompt.trim() === '' || completion.trim() === ''}>{t('Hand in')}</button>
        {written > 0 ? <span className="quiet">{t('{n} done in this sitting', { n: written })}</span> : null}
      </div>
    </form>
  );
}
