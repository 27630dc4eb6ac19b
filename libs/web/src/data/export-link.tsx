import { useState } from 'react';
import { hasKey, request } from '../api.ts';
import { t } from '../preferences.ts';
import { messageOf, Problem } from '../ui.tsx';

/** Saves all records of a kind as JSON lines. The browser streams them to a file; where a key is needed it is sent by hand. */
export function ExportLink({ name, type }: { name: string; type: string }) {
  const path = `/api/data/collections/${name}/export?type=${type}`;
  const [problem, setProblem] = useState('');
  const save = async (): Promise<void> => {
    try {
      const url = URL.createObjectURL(await (await request(path)).blob());
      Object.assign(document.createElement('a'), { href: url, download: `${name}-${type}.jsonl` }).click();
      URL.revokeObjectURL(url);
      setProblem('');
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return <><Problem text={problem} /><a className="button" href={path} download={`${name}-${type}.jsonl`} onClick={(event) => { if (hasKey()) { event.preventDefault(); void save(); } }}>{t('Export {type}', { type: t(type) })}</a></>;
}
