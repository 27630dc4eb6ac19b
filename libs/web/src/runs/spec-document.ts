import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { RunSpecView } from '../api.ts';
import { problemsOf, stageSettings, type Path } from '@minchat/config/stage-settings';

type StageEntry = NonNullable<RunSpecView['stages']>[string];
export interface SettingsProblem { stage: string; path: Path; message: string; line: number; column: number }

/** A spec's text with what stands in it. The text is the truth: a form changes it, and comments stay. */
export class SpecDocument {
  readonly text: string;
  /** Undefined when the text is no YAML, or no map. */
  readonly spec: RunSpecView | undefined;
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(text: string) {
    this.text = text;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, stringKeys: true });
    let value: unknown;
    try {
      value = this.#document.errors.length > 0 ? undefined : this.#document.toJS();
    } catch {
      // Aliases that expand too far.
    }
    this.spec = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RunSpecView) : undefined;
  }

  get stages(): [name: string, entry: StageEntry][] {
    const stages = this.spec?.stages;
    return typeof stages === 'object' && stages !== null ? Object.entries(stages) : [];
  }

  /** The text with a value put at a path, or taken away; empty settings go with their last value. */
  with(path: Path, value: unknown): string {
    const document = parseDocument(this.text, { stringKeys: true });
    // `sft:` alone is a stage without settings: a map has to come in its place.
    for (let depth = 1; depth < path.length && value !== undefined; depth += 1) {
      if (!isMap(document.getIn(path.slice(0, depth), true))) document.setIn(path.slice(0, depth), document.createNode({}));
    }
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value, { flow: true }));
    for (let depth = path.length - 1; depth > 2; depth -= 1) {
      const parent = document.getIn(path.slice(0, depth), true);
      if (isMap(parent) && parent.items.length === 0) document.deleteIn(path.slice(0, depth));
    }
    return document.toString({ lineWidth: 110 });
  }

  /** What is wrong with the settings of each stage, as far as its kind is known and its implementation is ours. */
  settingsProblems(): SettingsProblem[] {
    return this.stages.flatMap(([stage, entry]) => {
      const schema = stageSettings[entry?.kind ?? stage];
      if (schema === undefined || entry?.plugin !== undefined) return [];
      return problemsOf(schema, entry?.settings ?? {}).map(({ path, message }) => ({ stage, path, message: `${stage}.${path.join('.')}: ${message}`, ...this.#placeOf(['stages', stage, 'settings', ...path]) }));
    });
  }

  /** Where a path's key stands; where the nearest there is stands, when it is not there. */
  #placeOf(path: Path): { line: number; column: number } {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const parent = this.#document.getIn(path.slice(0, depth - 1), true);
      const pair = isMap(parent) ? parent.items.find(({ key }) => (isScalar(key) ? key.value : key) === path[depth - 1]) : undefined;
      const at = isNode(pair?.key) ? pair.key.range?.[0] : undefined;
      if (at === undefined) continue;
      const { line, col } = this.#lines.linePos(at);
      return { line, column: col };
    }
    return { line: 1, column: 1 };
  }
}
