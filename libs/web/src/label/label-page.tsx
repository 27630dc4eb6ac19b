import { Activity, useState } from 'react';
import { getJson, type HandedIn, type Queue } from '../api.ts';
import { currentPerson, may } from '../people/session.ts';
import { labelerName, t } from '../preferences.ts';
import { remember } from '../storage.ts';
import { Empty, Loading, Meter, PageHead, Problem, usePolled } from '../ui.tsx';
import { Guide } from './guide.tsx';
import { HandedInButton } from './handed-in.tsx';
import { RankTask } from './rank-task.tsx';
import { useHandedIn } from './use-handed-in.ts';
import { useTasks } from './use-tasks.ts';
import { addressOfWork, readWork, type Work } from './work.ts';
import { WriteOwn, WriteTask } from './write-task.tsx';

/** Where people rank answers and write them; at which, `query` tells. */
export function LabelPage({ query }: { query: string }) {
  const work = readWork(query);
  const setWork = (next: Work): void => { location.hash = addressOfWork(next); };
  const [labeler, setLabeler] = useState(labelerName);
  const [name, setName] = useState(labeler);
  const { value, error, reload } = usePolled((signal) => getJson<{ queues: Queue[]; unanswered: number }>('/api/label/queues', signal), 4000);
  const queues = value?.queues ?? [];
  const rename = (): void => {
    remember('labeler', name.trim());
    setLabeler(labelerName());
    setName(labelerName());
  };
  return (
    <div className="page label">
      <PageHead title={t('Label')} note={t('What you decide here is what the model learns to want.')}>
        {currentPerson() === undefined ? <label className="inline">{t('Your name')} <input value={name} maxLength={40} size={14} onChange={(event) => setName(event.target.value)} onBlur={rename} /></label> : null}
      </PageHead>
      <div className="toolbar">
        <div className="segments" role="group" aria-label={t('Work')}>
          <button type="button" aria-pressed={work === 'rank'} onClick={() => setWork('rank')}>{t('Rank answers')}</button>
          <button type="button" aria-pressed={work === 'write'} onClick={() => setWork('write')}>{t('Answer prompts')}{value && value.unanswered > 0 ? <small className="count">{value.unanswered >= 1000 ? '999+' : value.unanswered}</small> : null}</button>
          <button type="button" aria-pressed={work === 'own'} onClick={() => setWork('own')}>{t('Write your own')}</button>
        </div>
        <Guide work={work} />
        <span className="grow" />
        {may('see') ? <a href="#/agreement">{t('Agreement')}</a> : null}
      </div>
      <Problem text={error} />
      {work === 'own' ? <WriteOwn labeler={labeler} onDone={reload} /> : <Tasks key={work} kind={work} labeler={labeler} onDone={reload} onOwn={() => setWork('own')} />}
      {/* Below: what comes and goes while it is polled must not push the answers about. */}
      {work === 'rank' ? <QueueList queues={queues} /> : null}
    </div>
  );
}

function QueueList({ queues }: { queues: readonly Queue[] }) {
  return queues.map((queue) => (
    <div key={`${queue.run}/${queue.stage}`} className="queue">
      {may('see') ? <a href={`#/runs/${queue.run}`}>{queue.run}</a> : <span>{queue.run}</span>}
      <Meter value={queue.done} max={queue.wanted} label={t('Tasks of {run}', { run: queue.run })} />
      <span className="number">{t('{done} of {wanted}', { done: Math.min(queue.done, queue.wanted), wanted: queue.wanted })}</span>
    </div>
  ));
}

function Tasks({ kind, labeler, onDone, onOwn }: { kind: 'rank' | 'write'; labeler: string; onDone: () => void; onOwn: () => void }) {
  const { task, lost, elsewhere, problem, ended, end, advance } = useTasks(kind, labeler);
  const { again, problem: unchanged, list, open, leave, change } = useHandedIn(labeler);
  const finish = async (what: 'submit' | 'skip', body: object): Promise<void> => {
    await end(what, body);
    onDone();
  };
  return (
    <>
      <Problem text={problem} />
      <Problem text={unchanged} />
      {again === undefined ? null : <Again made={again} onEnd={(what, body) => change(again, what, body)} onLeave={() => void leave(again)} />}
      <Activity mode={again === undefined ? 'visible' : 'hidden'}>
        {task === undefined ? <Loading unless={problem} /> : null}
        {task === null && problem === '' && elsewhere ? (
          <Empty title={t('Open in another tab')}><p className="quiet">{t('What is left for you is open in another tab of this browser. Go on there; when you close that, it is shown here.')}</p></Empty>
        ) : null}
        {task === null && problem === '' && !elsewhere ? (
          <Empty title={ended > 0 ? t('All done. Thank you!') : t('Nothing to do right now')}>
            <p className="quiet">{kind === 'write' ? t('Every prompt has an answer. You can write one of your own, with its answer.') : may('change') ? t('Tasks come from a run whose rank stage has labelers: human. Start one, or write a prompt and its answer meanwhile.') : t('Tasks come as soon as a run waits for rankings, and are shown by themselves. You can write a prompt and its answer meanwhile.')}</p>
            <p className="actions">
              <button type="button" onClick={onOwn}>{t('Write a prompt and its answer')}</button>
              {!may('change') ? null : kind === 'rank' ? <a className="button" href="#/runs/new">{t('New run')}</a> : <a className="button" href="#/data">{t('Import your data')}</a>}
              <button type="button" onClick={() => void advance()}>{t('Look again')}</button>
            </p>
          </Empty>
        ) : null}
        {task ? (kind === 'rank' ? <RankTask key={task.id} task={task} lost={lost} onEnd={finish} /> : <WriteTask key={task.id} task={task} lost={lost} onEnd={finish} />) : null}
        {lost ? (
          <div className="notice lost" role="alert">
            <div><b>{t('This task is no longer yours.')}</b> {t('It was handed in from another tab, or somebody else has it, as nothing was done at it for a quarter of an hour. What you began is kept in this browser, and is there again if the task comes back to you.')}</div>
            <button type="button" className="primary" onClick={() => void advance()}>{t('Take another task')}</button>
          </div>
        ) : null}
      </Activity>
      <div className="sitting">
        {ended > 0 ? <p className="quiet tally">{t('{n} done in this sitting', { n: ended })}</p> : null}
        <HandedInButton at={again?.task.id} list={list} onOpen={open} />
      </div>
    </>
  );
}

/** What was handed in, to be changed. */
function Again({ made, onEnd, onLeave }: { made: HandedIn; onEnd: (what: 'submit' | 'skip', body: object) => Promise<void>; onLeave: () => void }) {
  const { task, skipped, reason } = made;
  const ways = { made, lost: false, onEnd, onLeave };
  return (
    <>
      <p className="notice" role="status">
        <span><b>{skipped ? t('You have skipped this.') : t('You have handed this in.')}</b> {skipped && reason !== '' ? <q>{t(reason)}</q> : null} {t('Handed in again it takes the place of what you had made of it. The task that you were at waits.')}</span>
      </p>
      {task.kind === 'rank' ? <RankTask key={task.id} task={task} {...ways} /> : <WriteTask key={task.id} task={task} {...ways} />}
    </>
  );
}
