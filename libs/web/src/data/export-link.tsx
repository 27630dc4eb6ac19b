import { addressOf, hasKey, request } from '../api.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { saveFile } from '../save-file.ts';
import { Problem } from '../ui.tsx';

/** Saves all records of a kind as JSON lines. The browser streams them to a file; where a key is needed it is sent by hand. */
export function ExportLink({ name, type }: { name: string; type: string }) {
  const path = `/api/data/collections/${name}/export?type=${type}`;
  const { problem, once } = useAct();
  const file = `${name}-${type}.jsonl`;
  const save = async (): Promise<void> => saveFile(await (await request(path)).blob(), file);
  return <><Problem text={problem} /><a className="button" href={addressOf(path)} download={file} onClick={(event) => { if (hasKey()) { event.preventDefault(); void once(save); } }}>{t('Export {type}', { type: t(type) })}</a></>;
}
