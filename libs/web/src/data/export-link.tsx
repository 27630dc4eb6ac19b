import { addressOf, hasKey, request } from '../api.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { saveFile } from '../save-file.ts';
import { Problem } from '../ui.tsx';

/** What a collection's records are saved as: the endings of the files, and what they are called in every language. */
export const exportFormats = { jsonl: 'JSON lines', parquet: 'Parquet' } as const;
export type ExportFormat = keyof typeof exportFormats;

/** Saves all records of a kind. The browser streams them to a file; where a key is needed it is sent by hand. */
export function ExportLink({ name, type, format }: { name: string; type: string; format: ExportFormat }) {
  const path = `/api/data/collections/${name}/export?type=${type}&format=${format}`;
  const { problem, once } = useAct();
  const file = `${name}-${type}.${format}`;
  const save = async (): Promise<void> => saveFile(await (await request(path)).blob(), file);
  return <><Problem text={problem} /><a className="button" href={addressOf(path)} download={file} onClick={(event) => { if (hasKey()) { event.preventDefault(); void once(save); } }}>{t('Export {type}', { type: t(type) })}</a></>;
}
