import { useState } from 'react';
import { getJson, type ModelView } from '../api.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { recall, remember } from '../storage.ts';
import { Empty, Loading, PageHead, Problem, usePolled } from '../ui.tsx';
import { ConversationView } from './conversation.tsx';
import { SamplingFields } from './sampling-fields.tsx';
import { recallSampling, rememberSampling } from './sampling.ts';
import { useConversation } from './use-conversation.ts';

const most = 4;

/** Chat with one model, or with several side by side, blindly if wanted. `named` is the model that the address names. */
export function ChatPage({ named }: { named: string }) {
  const { value, error } = usePolled((signal) => getJson<{ data: ModelView[] }>('/v1/models', signal), 15_000);
  const [sampling, setSampling] = useState(recallSampling);
  const [wanted, setWanted] = useState<string[]>(() => (named === '' ? (recall('models') ?? '').split(',').filter(Boolean) : [named]));
  const [blind, setBlind] = useState(recall('blind') === '1');
  const [raw, setRaw] = useState(recall('raw') === '1');
  const [probabilities, setProbabilities] = useState(recall('probabilities') === '1');
  const models = value?.data.filter((model) => model.minchat.purpose === 'text' && model.minchat.kind !== 'pretrain').map((model) => model.id) ?? [];
  const known = wanted.filter((id) => models.includes(id)).slice(0, most);
  const chosen = known.length > 0 ? known : models.slice(0, 1);
  const state = useConversation({ models: chosen, blind, sampling, probabilities });
  const choose = (next: string[]): void => {
    setWanted(next);
    remember('models', next.join());
  };
  // A model that differs, and best one of another stage.
  const another = models.find((id) => id.endsWith('/sft') && !chosen.includes(id)) ?? models.find((id) => !chosen.includes(id)) ?? chosen[0] ?? '';
  return (
    <div className="page chat">
      <PageHead title={t('Chat')}>
        {models.length === 0 ? null : (
          <>
            {chosen.map((model, place) => (
              <span key={place} className="model">
                <select aria-label={t('Model {n}', { n: place + 1 })} value={model} onChange={(event) => choose(chosen.map((one, i) => (i === place ? event.target.value : one)))}>{models.map((id) => <option key={id}>{id}</option>)}</select>
                {chosen.length > 1 ? <button type="button" className="icon" aria-label={t('Without {model}', { model })} onClick={() => choose(chosen.filter((_, i) => i !== place))}>×</button> : null}
              </span>
            ))}
            {chosen.length < most ? <button type="button" onClick={() => choose([...chosen, another])}>{t('Compare with another')}</button> : null}
            {chosen.length > 1 ? <Check label={t('Blind')} value={blind} onChange={(on) => { setBlind(on); remember('blind', on ? '1' : '0'); }} /> : null}
            <Check label={t('Probabilities')} value={probabilities} onChange={(on) => { setProbabilities(on); remember('probabilities', on ? '1' : '0'); }} />
            <Check label={t('Raw text')} value={raw} onChange={(on) => { setRaw(on); remember('raw', on ? '1' : '0'); }} />
            <SamplingFields sampling={sampling} onChange={(next) => { setSampling(next); rememberSampling(next); }} />
          </>
        )}
      </PageHead>
      <Problem text={error} />
      {value === undefined ? <Loading unless={error} /> : null}
      <Problem text={models.length > 0 && wanted.includes(named) && !models.includes(named) ? t('There is no model {model}. Another one answers.', { model: named }) : ''} />
      {value !== undefined && models.length === 0 ? (
        <Empty title={t('No model can talk yet')}>
          <p className="quiet">{t('It will be here as soon as a run has finished its sft stage.')}</p>
          {may('see') ? <a className="button" href="#/runs">{t('Look at the runs')}</a> : may('label') ? <a className="button" href="#/label">{t('Rank answers')}</a> : null}
        </Empty>
      ) : null}
      {chosen.length === 0 ? null : <ConversationView state={state} raw={raw} title={chosen.length === 1 ? t('Talk to your model') : blind ? t('They answer without their names. You choose, then see who is who.') : t('They answer side by side. Say which is best.')} />}
    </div>
  );
}

function Check({ label, value, onChange }: { label: string; value: boolean; onChange: (on: boolean) => void }) {
  return <label className="inline"><input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} /> {label}</label>;
}
