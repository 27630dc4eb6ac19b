import { useId } from 'react';
import { t } from '../preferences.ts';
import { Field } from '../ui.tsx';
import type { Sampling } from './sampling.ts';

/** How answers are drawn. The browser closes it by Escape and by a click beside it. */
export function SamplingFields({ sampling, onChange }: { sampling: Sampling; onChange: (sampling: Sampling) => void }) {
  const numberOf = (text: string): number | undefined => (text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Number(text));
  const popoverId = useId();
  return (
    <>
      <button type="button" className="opens-sampling" popoverTarget={popoverId}>{t('Settings')}</button>
      <div id={popoverId} popover="auto" className="card sampling" role="group" aria-label={t('Settings')}>
        <Field label={t('Temperature')} hint={t('0 takes the likeliest word each time')}>
          {(id, hintId) => <input id={id} aria-describedby={hintId} type="number" min={0} max={2} step={0.1} value={sampling.temperature} onChange={(event) => onChange({ ...sampling, temperature: Math.min(2, Math.max(0, numberOf(event.target.value) ?? 0)) })} />}
        </Field>
        <Field label={t('Longest answer in tokens')}>
          {(id) => <input id={id} type="number" min={1} placeholder={t('as fits')} value={sampling.maxTokens ?? ''} onChange={(event) => onChange({ ...sampling, maxTokens: numberOf(event.target.value) })} />}
        </Field>
        <Field label={t('Seed')} hint={t('The same seed gives the same answer; written anew, it takes the next one')}>
          {(id, hintId) => <input id={id} aria-describedby={hintId} type="number" step={1} placeholder={t('random')} value={sampling.seed ?? ''} onChange={(event) => onChange({ ...sampling, seed: numberOf(event.target.value) })} />}
        </Field>
        <Field label={t('System message')}>
          {(id) => <textarea id={id} dir="auto" rows={2} value={sampling.system} onChange={(event) => onChange({ ...sampling, system: event.target.value })} />}
        </Field>
      </div>
    </>
  );
}
