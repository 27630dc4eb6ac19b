import type { Path } from '@minchat/config/stage-settings';
import { isMap, parseDocument, stringify } from 'yaml';
import type { RunSpecView } from '../api.ts';

type StageEntry = NonNullable<RunSpecView['stages']>[string];

const layout = { lineWidth: 110 };

export function specText(spec: RunSpecView): string {
  return stringify(spec, layout);
}

/** A spec's text with what stands in it. The text is the truth: a form changes it, and comments stay. */
export class SpecDocument {
  readonly text: string;
  /** Undefined when the text is no YAML, or no map. */
  readonly spec: RunSpecView | undefined;

  constructor(text: string) {
    this.text = text;
    const document = parseDocument(text, { prettyErrors: false, stringKeys: true });
    let value: unknown;
    try {
      value = document.errors.length > 0 ? undefined : document.toJS();
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
    return document.toString(layout);
  }
}
