/** A part of a Markdown text that means the same by itself: code, if it has a language (which may be empty), or anything else. */
export interface Block { text: string; language?: string | undefined }
/** The blocks of a text; the last of them begins at `lastAt`. */
export interface Blocks { source: string; blocks: readonly Block[]; lastAt: number }

export const noBlocks: Blocks = { source: '', blocks: [], lastAt: 0 };

/** A block that may go on: whether an empty line was the last of it, and there is an item of a list in it. */
interface Open { at: number; lines: string[]; isOver: boolean; hasList: boolean; code?: { language: string; indent: RegExp; end: RegExp } }

const fenceLine = /^( {0,3})(`{3,}|~{3,})(.*)$/;
/** An item of a list, or what may become one with the next word. */
const itemLine = /^\s*(?:(?:[-+*]|\d{1,9}[.)])(?:\s|$)|\d{1,9}$)/;

/**
 * Cuts a text where whatever follows cannot change what came before. Of a text that goes on from one whose blocks are
 * `known` only the last is looked at again: an answer that is being written costs no more the longer it is.
 */
export function blocksOf(source: string, known: Blocks = noBlocks): Blocks {
  // Many times as fast as startsWith().
  const goesOn = source.slice(0, known.source.length) === known.source;
  const begin = goesOn ? known.lastAt : 0;
  const blocks = goesOn ? known.blocks.slice(0, -1) : [];
  let [at, lastAt] = [begin, begin];
  let open: Open | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const text = open.lines.join('\n');
    // Empty lines alone are no block.
    if (open.code !== undefined || text.trim() !== '') {
      blocks.push(open.code === undefined ? { text: text.trimEnd() } : { text, language: open.code.language });
      lastAt = open.at;
    }
    open = undefined;
  };
  for (const written of source.slice(begin).split('\n')) {
    const lineAt = at;
    at += written.length + 1;
    const line = written.replace(/\r$/, '');
    if (open?.code !== undefined) {
      if (open.code.end.test(line)) close();
      else open.lines.push(line.replace(open.code.indent, ''));
      continue;
    }
    const [, indent = '', fence = '', info = ''] = fenceLine.exec(line) ?? [];
    const isItem = itemLine.test(line);
    // A list goes on behind an empty line with its next item, anything with what is indented.
    if (fence === '' ? open?.isOver === true && /^\S/.test(line) && !(isItem && open.hasList) : indent === '' || open?.hasList !== true) close();
    open ??= { at: lineAt, lines: [], hasList: false, isOver: false };
    if (fence !== '' && open.at === lineAt && !(fence.startsWith('`') && info.includes('`'))) {
      open.code = { language: info.trim().split(/\s/)[0] ?? '', indent: new RegExp(`^ {0,${indent.length}}`), end: new RegExp(`^ {0,3}${fence[0]}{${fence.length},}\\s*$`) };
      continue;
    }
    open.lines.push(line);
    open.isOver = line.trim() === '';
    open.hasList ||= isItem;
  }
  close();
  return { source, blocks, lastAt };
}

/** Text that would take long to read as Markdown, or make more, or nest deeper, than a page can show: a model that repeats itself writes such. */
export function isTangled(text: string): boolean {
  if (text.length > 8000) return true;
  const lines = text.split('\n');
  // A table has in every row as many cells as in its head, however short the row is.
  const cells = lines.length * (1 + Math.max(...lines.map((line) => count(line, /\|/g))));
  return lines.length > 200 || cells > 5000 || count(text, /[*_~[\]`@]|www\.|:\/\//g) > 600 || /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t])){12}/m.test(text);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
