import { z } from 'zod';
import { formatCondition, parseCondition, type GateCondition } from './spec/gate.ts';
import { isStageKind, stageKinds, type StageKind } from './spec/kinds.ts';
import { show } from './spec/show.ts';
import { SpecSource } from './spec/source.ts';
import { suggest } from './spec/suggest.ts';
import { findCycle, formatInputRef, wireStage, type InputRef } from './spec/wiring.ts';

export { formatCondition, judgeGate, type GateCondition } from './spec/gate.ts';
export { artifactKindOf, stageKind, stageKinds, type PortType, type StageKind, type StageKindEntry } from './spec/kinds.ts';
export { formatInputRef, type InputRef, type OtherRunsOutput } from './spec/wiring.ts';
export { suggest } from './spec/suggest.ts';

/** A run's spec, checked, every input wired, defaults filled in. */
export interface RunSpec {
  readonly name: string;
  readonly seed: number;
  /** In the order in which they are written. */
  readonly stages: readonly StageSpec[];
}

export interface StageSpec {
  /** Its name in the run. */
  readonly name: string;
  readonly kind: StageKind;
  /** The implementation wanted; undefined means the service's own. */
  readonly plugin?: string;
  /** Checked by the implementation, which knows what they mean. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What each input is taken from. */
  readonly inputs: Readonly<Record<string, InputRef>>;
  /** Optional inputs that the spec or the lack of a maker leaves open. */
  readonly openInputs: readonly string[];
  /** The run stops after this stage if any of these holds. */
  readonly stopIf: readonly GateCondition[];
}

const absent = (value: unknown) => value ?? undefined;
const expected = (what: string) => ({ error: ({ input }: { input?: unknown }) => `expected ${what}, found ${show(input)}` });

const aText = expected('a text that is not empty');
const byName = expected('settings by name');
const aCondition = expected('a condition or a list of them');
const stageSchema = z.preprocess(
  (value) => value ?? {},
  z.strictObject({
    kind: z.string(aText).optional(),
    plugin: z.string(aText).min(1, aText).optional(),
    settings: z.preprocess(absent, z.record(z.string(), z.json(), byName).default({})),
    inputs: z.preprocess(absent, z.record(z.string(), z.string(expected('STAGE.OUTPUT, RUN/STAGE.OUTPUT, artifact:sha256:... or null')).nullable(), expected('inputs by name')).default({})),
    gate: z.preprocess(absent, z.strictObject({ stopIf: z.union([z.string(), z.array(z.string()).min(1)], aCondition) }, expected('a gate with stopIf')).optional()),
  }, expected('a stage with kind, plugin, settings, inputs and gate, as far as it needs them')),
);

const aName = expected('1 to 40 letters, digits, - or _');
const aSeed = expected(`a whole number from 0 to ${0xffff_ffff}`);
const specSchema = z.strictObject({
  name: z.string(aName).regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, aName),
  seed: z.int(aSeed).min(0, aSeed).max(0xffff_ffff, aSeed).default(1),
  stages: z.record(z.string(), stageSchema, expected('stages by name')),
}, expected('a spec with name, seed and stages'));

const stageName = /^[a-z][a-z0-9-]{0,31}$/;
const knownKeys: Readonly<Record<string, readonly string[]>> = {
  spec: Object.keys(specSchema.shape),
  stage: ['kind', 'plugin', 'settings', 'inputs', 'gate'],
  gate: ['stopIf'],
};

/**
 * Reads a run spec from YAML or JSON. `file` is what the errors call it.
 * Throws MC_SPEC_INVALID with the line and column of everything that is wrong.
 */
export function parseRunSpec(text: string, file = 'spec'): RunSpec {
  const source = new SpecSource(text, file);
  const parsed = specSchema.safeParse(source.value, expected('a value that JSON can hold'));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) noteIssue(source, issue);
    source.throwProblems();
    throw parsed.error;
  }
  const { name, seed, stages } = parsed.data;
  const named = Object.entries(stages).map(([stage, entry]) => ({ stage, entry, kind: kindOf(source, stage, entry.kind) }));
  if (named.length === 0) source.atKey(['stages'], 'expected at least one stage, found none');
  source.throwProblems();

  const outline = named.map(({ stage, entry, kind }) => ({ name: stage, kind, plugin: entry.plugin, settings: entry.settings }));
  const resolved = named.map(({ stage, entry, kind }, index): StageSpec => {
    const { inputs, openInputs } = wireStage(source, outline, index, entry.inputs);
    const stopIf = readGate(source, stage, entry.gate?.stopIf);
    return {
      name: stage, kind, settings: entry.settings, inputs, openInputs, stopIf,
      ...(entry.plugin === undefined ? {} : { plugin: entry.plugin }),
    };
  });
  source.throwProblems();
  const cycle = findCycle(resolved);
  if (cycle !== undefined) {
    const at = cycle[0] ?? '';
    source.atKey(['stages', at, 'inputs'], `expected stages that can be put in an order, found a cycle: ${[...cycle, at].join(' -> ')}`);
    source.throwProblems();
  }
  return { name, seed, stages: resolved };
}

/** Something wrong within a stage's settings, which only its implementation could know. */
export interface SettingsProblem {
  readonly stage: string;
  /** Within the settings; its last key is what is wrong, or what the wrong value belongs to. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Throws MC_SPEC_INVALID with the places of the problems in the text that the spec was read from. */
export function throwSettingsProblems(text: string, file: string, problems: readonly SettingsProblem[]): void {
  const source = new SpecSource(text, file);
  for (const { stage, path, message } of problems) source.atKey(['stages', stage, 'settings', ...path], message);
  source.throwProblems();
}

/** The spec as JSON with every default written out; reading it gives the same spec again. */
export function formatRunSpec(spec: RunSpec): string {
  const stages = spec.stages.map((stage) => {
    const open = stage.openInputs.map((name): [string, string | null] => [name, null]);
    const wired = Object.entries(stage.inputs).map(([name, ref]): [string, string | null] => [name, formatInputRef(ref)]);
    const entry = {
      kind: stage.kind,
      plugin: stage.plugin,
      settings: stage.settings,
      inputs: Object.fromEntries([...wired, ...open]),
      gate: stage.stopIf.length === 0 ? undefined : { stopIf: stage.stopIf.map(formatCondition) },
    };
    return [stage.name, entry];
  });
  return JSON.stringify({ name: spec.name, seed: spec.seed, stages: Object.fromEntries(stages) });
}

/** The stages whose outputs a stage takes. */
export function stagesBefore(stage: StageSpec): string[] {
  return [...new Set(Object.values(stage.inputs).flatMap((ref) => ('stage' in ref ? [ref.stage] : [])))];
}

/** A stage and everything that takes its outputs, directly or not. */
export function stagesFrom(spec: RunSpec, first: string): Set<string> {
  const found = new Set([first]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const stage of spec.stages) {
      if (stagesBefore(stage).some((name) => found.has(name))) found.add(stage.name);
    }
  }
  return found;
}

function kindOf(source: SpecSource, stage: string, given: string | undefined): StageKind {
  const path = ['stages', stage];
  if (!stageName.test(stage) || stage === 'run') {
    source.atKey(path, `expected a stage name of small letters, digits and -, other than "run"; found "${stage}"`);
  }
  const kind = given ?? stage;
  if (isStageKind(kind)) return kind;
  const hint = suggest(kind, Object.keys(stageKinds));
  if (given === undefined) source.atKey(path, `expected a known kind of stage, found "${kind}"${hint} (a stage of another name needs a \`kind\`)`);
  else source.atValue([...path, 'kind'], `expected a known kind of stage, found "${kind}"${hint}`);
  return 'data';
}

function readGate(source: SpecSource, stage: string, given: string | string[] | undefined): GateCondition[] {
  const texts = given === undefined ? [] : [given].flat();
  return texts.flatMap((text, index) => {
    const condition = parseCondition(text);
    if (condition !== undefined) return [condition];
    const path = ['stages', stage, 'gate', 'stopIf', ...(Array.isArray(given) ? [index] : [])];
    source.atValue(path, `expected a condition like "winRate < 0.5", found "${text}"`);
    return [];
  });
}

function noteIssue(source: SpecSource, issue: z.core.$ZodIssue): void {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys[path.length === 0 ? 'spec' : path.at(-1) === 'gate' ? 'gate' : 'stage'] ?? [];
    for (const key of issue.keys) source.atKey([...path, key], `unknown key "${key}"${suggest(key, known)}`);
    return;
  }
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  source.atValue(path, `${where}${issue.message}`);
}
