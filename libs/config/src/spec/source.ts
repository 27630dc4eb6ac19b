import { MinchatError } from '@minchat/errors';
import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';

export type Path = readonly (string | number)[];

interface Problem {
  readonly offset: number;
  readonly message: string;
}

const maxBytes = 256 * 1024;
const maxNesting = 100;
const nestingMessage = `expected at most ${maxNesting} lists and settings in one another, found more`;

/** A spec's text with the places of its parts; collects problems and throws them all at once. */
export class SpecSource {
  readonly value: unknown;
  readonly #text: string;
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document;
  readonly #problems: Problem[] = [];

  /** `text` is YAML or JSON (which YAML contains). Throws MC_SPEC_INVALID when it is neither. */
  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    if (Buffer.byteLength(text) > maxBytes) {
      throw new MinchatError('MC_SPEC_INVALID', `${file}: expected at most ${maxBytes} bytes, found ${Buffer.byteLength(text)}`);
    }
    try {
      this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, stringKeys: true });
      const { errors } = this.#document;
      const tooDeep = errors.find(({ message }) => message.includes('call stack'));
      if (tooDeep !== undefined) throw new RangeError(tooDeep.message);
      for (const { code, pos, message } of errors) this.#problems.push({ offset: pos[0], message: code === 'MULTIPLE_DOCS' ? 'expected one document, found another' : message });
      this.#noteNesting();
      this.throwProblems();
      this.value = this.#document.toJS();
    } catch (cause) {
      if (cause instanceof MinchatError) throw cause;
      // Nesting deeper than the stack, aliases that expand too far.
      const message = cause instanceof RangeError ? nestingMessage : cause instanceof Error ? cause.message : String(cause);
      throw new MinchatError('MC_SPEC_INVALID', `${file}: ${message}`, { cause, hint: `Correct ${file}.` });
    }
  }

  /** Notes a problem with the value at `path`. */
  atValue(path: Path, message: string): void {
    this.#problems.push({ offset: this.#valueOffset(path), message });
  }

  /** Notes a problem with the last key of `path`. */
  atKey(path: Path, message: string): void {
    this.#problems.push({ offset: this.#keyOffset(path) ?? this.#valueOffset(path), message });
  }

  /** Throws MC_SPEC_INVALID naming every problem noted so far as FILE:LINE:COLUMN, the first one with its line. */
  throwProblems(): void {
    const problems = this.#problems.toSorted((a, b) => a.offset - b.offset);
    const [first] = problems;
    if (first === undefined) return;
    const message = problems
      .map((problem) => {
        const { line, col } = this.#lines.linePos(problem.offset);
        return `${this.#file}:${line}:${col}: ${problem.message}`;
      })
      .join('\n');
    const { line, col } = this.#lines.linePos(first.offset);
    const source = (this.#text.split('\n')[line - 1] ?? '').slice(0, 160);
    const gutter = `${line} | `;
    throw new MinchatError('MC_SPEC_INVALID', message, {
      hint: `Correct this line:\n  ${gutter}${source}\n  ${' '.repeat(gutter.length + Math.min(col, 160) - 1)}^`,
    });
  }

  #noteNesting(): void {
    visit(this.#document, {
      Collection: (_, node, path) => {
        if (path.filter(isCollection).length < maxNesting) return undefined;
        this.#problems.push({ offset: node.range?.[0] ?? 0, message: nestingMessage });
        return visit.BREAK;
      },
      Alias: (_, node, path) => {
        const target = node.resolve(this.#document);
        if (target !== undefined && path.includes(target)) this.#problems.push({ offset: node.range?.[0] ?? 0, message: `expected an alias of something else, found one of what it stands in: *${node.source}` });
      },
    });
  }

  #valueOffset(path: Path): number {
    // A value that is missing is looked for at what should hold it.
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) {
        const empty = isScalar(node) && node.value === null;
        return (empty || length < path.length ? this.#keyOffset(path.slice(0, length)) : undefined) ?? node.range[0];
      }
    }
    return 0;
  }

  #keyOffset(path: Path): number | undefined {
    const name = path.at(-1);
    const parent = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (name === undefined || !isMap(parent)) return undefined;
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === name);
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
}
