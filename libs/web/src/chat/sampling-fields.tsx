import { useId, useState, type InputHTMLAttributes } from 'react';
import { t } from '../preferences.ts';
import { Field } from '../ui.tsx';
import type { Sampling } from './sampling.ts';

interface NumberFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'> { value: number | undefined; min?: number; max?: number; onChange: (value: number | undefined) => void }

/** A number within its bounds, whole unless it has a step of its own. What is being typed stays as it is until the field is left, which shows what it was taken for. */
function NumberField({ value, min, max, step = 1, onChange, ...rest }: NumberFieldProps) {
  const [typed, setTyped] = useState<string>();
  const change = (text: string): void => {
    setTyped(text);
    const number = Number(text);
    onChange(text.trim() === '' || !Number.isFinite(number) ? undefined : Math.min(max ?? Infinity, Math.max(min ?? -Infinity, step === 1 ? Math.round(number) : number)));
  };
  // As text: React takes "00.35" for the number that it is to show.
  return <input {...rest} type="number" min={min} max={max} step={step} value={typed ?? String(value ?? '')} onChange={(event) => change(event.target.value)} onBlur={() => setTyped(undefined)} />;
}

/** How answers are drawn. The browser closes it by Escape and by a click beside it. */
export function SamplingFields({ sampling, onChange }: { sampling: Sampling; onChange: (sampling: Sampling) => void }) {
  const popoverId = useId();
  return (
    <>
      <button type="button" className="opens-sampling" popoverTarget={popoverId}>{t('Settings')}</button>
      <div id={popoverId} popover="auto" className="card sampling" role="group" aria-label={t('Settings')}>
        <Field label={t('Temperature')} hint={t('0 takes the likeliest word each time')}>
          {(id, hintId) => <NumberField id={id} aria-describedby={hintId} min={0} max={2} step={0.1} value={sampling.temperature} onChange={(temperature = 0) => onChange({ ...sampling, temperature })} />}
        </Field>
        <Field label={t('Longest answer in tokens')}>
          {(id) => <NumberField id={id} min={1} placeholder={t('as fits')} value={sampling.maxTokens} onChange={(maxTokens) => onChange({ ...sampling, maxTokens })} />}
        </Field>
        <Field label={t('Seed')} hint={t('The same seed gives the same answer; written anew, it takes the next one')}>
          {(id, hintId) => <NumberField id={id} aria-describedby={hintId} placeholder={t('random')} value={sampling.seed} onChange={(seed) => onChange({ ...sampling, seed })} />}
        </Field>
        <Field label={t('System message')}>
          {(id) => <textarea id={id} dir="auto" rows={2} value={sampling.system} onChange={(event) => onChange({ ...sampling, system: event.target.value })} />}
        </Field>
      </div>
    </>
  );
}
